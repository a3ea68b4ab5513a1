"""Costs of many layers on many template accelerators at once.

The compiled closed forms do the templates; what they leave out (strides above 2 with leftover rows
or columns, and the invalid mappings that come with MAESTRO) is enumerated case by case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.architectures.asic.maestro.directives import (
    TEMPLATES,
    template_mapping,
    units_per_cluster,
)
from archsim.architectures.asic.maestro.enumerator import Rates, degenerate, layer_cost
from archsim.architectures.asic.maestro.layers import Layer
from archsim.architectures.asic.maestro.table import LayerTable
from archsim.blocks.numbers import whole
from archsim.errors import InfeasibleError, InputError, UnknownNameError, UnsupportedError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FAST_TEMPLATES = ("dla", "shi", "rs")
"""Templates with a compiled closed form."""

LARGEST_PES = 1 << 20


@dataclass(frozen=True, eq=False)
class Costs:
    """Cost of every point, each of shape (points,); meanings as in ``LayerCost``."""

    runtime_cycles: Ints
    l2_rd_in: Ints
    l2_rd_w: Ints
    l2_wr_out: Ints
    macs: Ints
    l1_bytes: Ints
    l2_bytes: Ints


@dataclass(frozen=True, eq=False)
class Hardware:
    """Accelerators by column, each of shape (points,); meanings as in ``Rates``.

    ``offchip_bandwidth`` is 0 where there is no limit.
    """

    pes: Ints
    noc_bandwidth: Ints
    noc_latency: Ints
    simd: Ints
    offchip_bandwidth: Floats

    def rates(self, index: int) -> Rates:
        """Return one accelerator."""
        offchip = float(self.offchip_bandwidth[index])
        return Rates(
            int(self.pes[index]),
            int(self.noc_bandwidth[index]),
            int(self.noc_latency[index]),
            int(self.simd[index]),
            offchip if offchip > 0 else None,
        )


def hardware_columns(
    count: int,
    pes: ArrayLike,
    noc_bandwidth: ArrayLike,
    noc_latency: ArrayLike = 1,
    simd: ArrayLike = 1,
    offchip_bandwidth: ArrayLike | None = None,
) -> Hardware:
    """Return accelerators by column, checked and broadcast to so many points.

    Raises:
        InputError: A number is out of range, or a column of another length.
    """
    try:
        offchip = np.asarray(0.0 if offchip_bandwidth is None else offchip_bandwidth, np.float64)
    except (ValueError, TypeError):
        raise InputError(
            "not a number", key="offchip_bandwidth", found=repr(offchip_bandwidth)
        ) from None
    offchip = np.where(np.isnan(offchip), 0.0, offchip)
    if (offchip < 0).any() or ((offchip > 0) & (offchip < 1e-3)).any():
        raise InputError(
            "off-chip bandwidth is out of range",
            key="offchip_bandwidth",
            found=repr(float(offchip.min())),
            allowed="0.001 or more elements per cycle, or none",
        )
    columns: list[Ints] = [
        whole("pes", pes),
        whole("noc_bandwidth", noc_bandwidth),
        whole("noc_latency", noc_latency, minimum=0),
        whole("simd", simd),
    ]
    for name, column in zip(("pes", "noc_bandwidth", "noc_latency", "simd"), columns, strict=True):
        if column.max(initial=1) > LARGEST_PES:
            raise InputError(
                "out of range", key=name, found=str(column.max()), allowed=f"up to {LARGEST_PES}"
            )
    try:
        counts, widths, latencies, lanes = (
            np.ascontiguousarray(np.broadcast_to(each, count)) for each in columns
        )
        limits = np.ascontiguousarray(np.broadcast_to(offchip, count))
    except ValueError:
        raise InputError(
            "hardware columns and layers differ in length",
            found=", ".join(str(np.size(each)) for each in columns) + f" for {count} layers",
        ) from None
    return Hardware(counts, widths, latencies, lanes, limits)


def costs(table: LayerTable, template: str, hardware: Hardware) -> Costs:
    """Return the cost of every layer on its accelerator, all of one template.

    Args:
        table: Layers, one per point.
        template: One of ``TEMPLATES``.
        hardware: Accelerators, one per point.

    Raises:
        UnknownNameError: There is no such template.
        InfeasibleError: An accelerator has fewer PEs than one cluster of the template.
        UnsupportedError: MAESTRO is wrong by construction for a layer; the message names it.
    """
    found, valid = possible_costs(table, template, hardware)
    if not valid.all():
        index = int(np.argmin(valid))
        effect = f"it would take {found.runtime_cycles[index]} cycles"
        raise degenerate(table.layer(index), effect).located(f"layer {index}")
    return found


def possible_costs(
    table: LayerTable, template: str, hardware: Hardware
) -> tuple[Costs, NDArray[np.bool_]]:
    """Return the costs of layers, and for which of them MAESTRO's rules make sense.

    Args and other errors as :func:`costs`.
    """
    if template not in TEMPLATES:
        raise UnknownNameError("template", str(template), TEMPLATES, key="template")
    check_clusters(table, template, hardware.pes)
    count = len(table)
    out = np.empty((8, count), np.int64)
    if template in FAST_TEMPLATES:
        _kernel(template)(
            table.depthwise, table.K, table.C, table.R, table.S, table.Y, table.X, table.stride,
            hardware.pes, hardware.noc_bandwidth, hardware.noc_latency, hardware.simd,
            hardware.offchip_bandwidth, out,
        )  # fmt: skip
        left = np.flatnonzero(out[0])
    else:
        left = np.arange(count)
    for index in left.tolist():
        layer = table.layer(index)
        try:
            cost = layer_cost(layer, template_mapping(template, layer), hardware.rates(index))
        except UnsupportedError:
            out[1:, index] = 0
            continue
        out[1:, index] = (
            cost.runtime_cycles, cost.l2_rd_in, cost.l2_rd_w, cost.l2_wr_out, cost.macs,
            cost.l1_bytes, cost.l2_bytes,
        )  # fmt: skip
    valid = np.ones(count, np.bool_)
    if count and (out[1].min() < 1 or out[2:6].min() < 0):
        valid = (out[1] >= 1) & (out[2:6] >= 0).all(axis=0)
    return Costs(*out[1:]), valid


def check_clusters(table: LayerTable, template: str, pes: Ints) -> None:
    """Check that every accelerator has at least one cluster of the template for its layer.

    Raises:
        InfeasibleError: One has not; the message names the layer.
    """
    if template == "rs":
        needed = table.R
    elif template == "dla":
        needed = np.where(table.depthwise, 1, 64)
    else:
        units = units_per_cluster(template, Layer("CONV", 1, 1, 1, 1, 1, 1))
        needed = np.full(len(table), units, np.int64)
    short = pes < needed
    if short.any():
        index = int(np.argmax(short))
        raise InfeasibleError(
            f"fewer PEs than one cluster of the template {template!r} has (layer {index})",
            key="pes",
            found=str(pes[index]),
            allowed=f"at least {needed[index]}",
        )


def _kernel(template: str) -> Callable[..., None]:
    """Return the compiled loop of a template; Numba is imported only here."""
    module = import_module(f"archsim.architectures.asic.maestro.{template}")
    kernel: Callable[..., None] = getattr(module, f"{template}_many")
    return kernel
