"""A whole decoder layer as the kernels it launches.

Layer norm, QKV product, attention, projection, residual; layer norm, two products with GELU
between them, residual: nothing is fused but attention. The kernels run one after the other, as in
one CUDA graph, so times and energies add up. Keys and values are two tensors here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.table import KernelTable
from archsim.errors import InputError

Int64Array = NDArray[np.int64]

KERNELS_PER_LAYER = 10
PHASES = ("decode", "prefill")


def layer_kernels(table: KernelTable) -> KernelTable:
    """Return the kernels of layers, ``KERNELS_PER_LAYER`` for each, layer after layer.

    Args:
        table: Rows of the kernel ``layer``: batch = requests, m = hidden size, n = context (decode)
            or prompt (prefill) tokens per request, k = heads; options phase, ffn (ratio of the
            feed-forward width to the hidden size) and tp (cards that share the layer).

    Raises:
        InputError: An option is missing or not allowed, or the sizes do not divide.
    """
    phase = table.option("phase", "decode")
    unknown = [str(name) for name in np.unique(phase) if name not in PHASES]
    if unknown:
        raise InputError(
            "option phase in the column extra", found=repr(unknown[0]), allowed="decode, prefill"
        )
    ratio, cards = table.whole_option("ffn", 4), table.whole_option("tp", 1)
    bad = (table.m % table.k != 0) | (table.k % cards != 0)
    if np.any(bad):
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            "kernel layer: heads (k)",
            found=str(int(table.k[row])),
            allowed=f"a divisor of the hidden size {table.m[row]} and a multiple of tp "
            f"{cards[row]}",
        )
    decode = phase == "decode"
    tokens = table.batch * np.where(decode, 1, table.n)
    one = np.ones(len(table), dtype=np.int64)
    hidden, slice_, wide = table.m, table.m // cards, ratio * table.m // cards
    heads, head_dim = table.k // cards, table.m // table.k
    attention = np.where(decode, "sdpa", "sdpa_prefill")
    norm = ("layernorm", one, tokens, hidden, one)
    add = ("add", one, tokens, hidden, one)
    rows = (
        norm,
        ("gemm", one, tokens, 3 * slice_, hidden),
        (attention, table.batch, heads, table.n, head_dim),
        ("gemm", one, tokens, hidden, slice_),
        add,
        norm,
        ("gemm", one, tokens, wide, hidden),
        ("gelu", one, tokens, wide, one),
        ("gemm", one, tokens, hidden, wide),
        add,
    )
    names = [np.broadcast_to(np.asarray(row[0]), (len(table),)) for row in rows]
    sizes = [np.stack([row[column] for row in rows], axis=1).ravel() for column in range(1, 5)]
    count = len(table) * KERNELS_PER_LAYER
    return KernelTable(
        kernel=np.stack(names, axis=1).ravel().astype(np.str_),
        dtype=np.repeat(table.dtype, KERNELS_PER_LAYER),
        precision=np.repeat(table.precision, KERNELS_PER_LAYER),
        batch=sizes[0],
        m=sizes[1],
        n=sizes[2],
        k=sizes[3],
        extra=np.full(count, "kv=separate"),
    )
