"""From timed passes to the tables of a result: components and operations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.lowering import COLLECTIVES
from archsim.architectures.gpu.passes import LINK, STREAM
from archsim.architectures.gpu.timed_pass import TimedPass
from archsim.architectures.gpu.work import operation_work, peak_operations_per_s
from archsim.kernel import fs_to_seconds
from archsim.result import (
    COMPONENT_CACHE_PEAK,
    COMPONENT_PEAKS,
    OPERATION_CACHE_WORK,
    OPERATION_COLUMNS,
    OPERATION_WORK,
)

if TYPE_CHECKING:
    import pandas as pd

Float64Array = NDArray[np.float64]
OperationRow = tuple[str, str, str, float, float, float, float, float, float]

OPERATION_ROW = (*OPERATION_COLUMNS, *OPERATION_WORK, OPERATION_CACHE_WORK.name)
"""Columns of a row of an operation."""
_PEAKS = (*COMPONENT_PEAKS, COMPONENT_CACHE_PEAK.name)


def components(
    gpu: GpuHardware, passes: Sequence[TimedPass], latency_s: float, sharing: int, stages: int
) -> pd.DataFrame:
    """Return the component table over all cards.

    Args:
        gpu: The card.
        passes: Passes that run one after the other.
        latency_s: Time of the run.
        sharing: Cards that share every operation.
        stages: Pipeline stages; cards in all are ``sharing * stages``.
    """
    import pandas as pd

    chip, cards = gpu.chip, sharing * stages

    def summed(values: list[Float64Array]) -> float:
        pairs = zip(values, passes, strict=True)
        return math.fsum(float(np.dot(value, item.repeats)) for value, item in pairs)

    stream_s, link_s, link_bytes = 0.0, 0.0, 0.0
    for item in passes:
        kinds = item.trace.operations["kind"]
        for index, duration in enumerate(item.duration_fs):
            spent = fs_to_seconds(duration * int(item.trace.column("repeat")[index]))
            if str(kinds[index]) in COLLECTIVES:
                link_s += spent
            else:
                stream_s += spent
        link_bytes += float(item.trace.totals.collective_bytes)
    cache = summed([item.cache_bytes for item in passes])
    memory = summed([item.memory_bytes for item in passes])
    rows = [
        ("multiprocessors", stream_s, [p.parts.multiprocessors for p in passes], chip.die_mm2, 0.0),
        (
            "second-level cache",
            cache / gpu.matmul.cache_bytes_per_s,
            [p.parts.cache for p in passes],
            0.0,
            cache,
        ),
        (
            "device memory",
            memory / chip.memory_bytes_per_s,
            [p.parts.memory for p in passes],
            0.0,
            memory,
        ),
        ("link", link_s, [np.zeros(len(p.repeats)) for p in passes], 0.0, link_bytes),
    ]
    found = [
        {
            "component": name,
            "busy_s": min(busy / stages, latency_s),
            "dynamic_energy_j": summed(energy) * sharing,
            "static_energy_j": 0.0,
            "area_mm2": area * cards,
            "bytes": moved * sharing,
        }
        for name, busy, energy, area, moved in rows
    ]
    base = {
        "component": "board",
        "busy_s": latency_s,
        "dynamic_energy_j": 0.0,
        "static_energy_j": gpu.power.base_w * latency_s * cards,
        "area_mm2": 0.0,
        "bytes": 0.0,
    }
    peak = peak_operations_per_s(gpu, passes) * sharing
    # Kernels use all parts of a card at once, so the stream of them has the roof, not a part.
    stream = {**base, "component": STREAM, "busy_s": found[0]["busy_s"], "static_energy_j": 0.0}
    rates = (
        peak,
        chip.memory_bytes_per_s * sharing,
        gpu.matmul.cache_bytes_per_s * sharing,
    )
    return pd.DataFrame(
        [
            *({**row, **dict.fromkeys(_PEAKS, 0.0)} for row in (*found, base)),
            {**stream, **dict(zip(_PEAKS, rates, strict=True))},
        ]
    )


def operation_rows(passes: Sequence[TimedPass], sharing: int) -> list[OperationRow]:
    """Return every operation of every pass, repetition by repetition, in the order of groups."""
    rows: list[OperationRow] = []
    pass_start = 0
    for item in passes:
        energy = np.bincount(
            item.lowered.operation, weights=item.parts.total * sharing, minlength=len(item.trace)
        ).tolist()
        work = ((part * sharing).tolist() for part in operation_work(item))
        arithmetic, memory, cache = work
        played = item.played
        for group, length in zip(item.trace.groups, played.group_fs, strict=True):
            for repetition in range(group.repeat):
                shift = pass_start + repetition * length
                for index in group.indices.tolist():
                    row = item.trace.operations[index]
                    kind = str(row["kind"])
                    rows.append(
                        (
                            str(row["name"]),
                            kind,
                            LINK if kind in COLLECTIVES else STREAM,
                            fs_to_seconds(shift + played.start_fs[index]),
                            fs_to_seconds(shift + played.end_fs[index]),
                            energy[index],
                            arithmetic[index],
                            memory[index],
                            cache[index],
                        )
                    )
        pass_start += played.latency_fs
    return rows
