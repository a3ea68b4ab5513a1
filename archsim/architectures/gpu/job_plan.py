"""A job made ready for many cards: its distinct kernels, and how they make up its passes.

Most kernels of a model occur more than once (norms, residual sums, layers of equal size, passes
that differ in their attention only), so each distinct one is timed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.job import Job
from archsim.architectures.gpu.lowering import COLLECTIVES, lower
from archsim.architectures.gpu.passes import collective_s
from archsim.architectures.gpu.table import KernelTable
from archsim.kernel import FS_PER_S
from archsim.workload.trace import Trace

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]


@dataclass(frozen=True)
class _Operation:
    """One operation of a pass: its kernels, or its collective, and what it waits for."""

    kernels: tuple[int, ...]
    collective: tuple[str, int, int] | None
    waits: tuple[int, ...]


@dataclass(frozen=True)
class _Group:
    """Operations that repeat together."""

    repeat: int
    operations: tuple[_Operation, ...]


@dataclass(frozen=True)
class JobPlan:
    """Kernels and passes of a job.

    Attributes:
        table: The distinct kernels.
        calls: How often each runs in the whole job, shape (kernels,).
        macs: Multiply-accumulates of the whole job.
        passes: The groups of each pass of one round.
        rounds: How often all passes run.
    """

    table: KernelTable
    calls: Float64Array
    macs: int
    passes: tuple[tuple[_Group, ...], ...]
    rounds: int

    def latency_fs(self, gpu: GpuHardware, kernel_s: Float64Array) -> Float64Array:
        """Return the time of the job, the longest path through each pass, shape (designs,).

        Args:
            gpu: The designs as one card.
            kernel_s: Time of each kernel on each design, s, shape (kernels, designs).
        """
        kernel_fs = np.rint(kernel_s * FS_PER_S)
        total: Float64Array = np.zeros(kernel_s.shape[1])
        for groups in self.passes:
            for group in groups:
                total = total + group.repeat * _longest_path(gpu, group, kernel_fs)
        return self.rounds * total


def plan_job(job: Job) -> JobPlan:
    """Find the distinct kernels of a job.

    Raises:
        UnsupportedError: An operation has no kernel, or the format no rate here.
    """
    lowered = [lower(trace, job.calls_of) for trace in job.traces]
    tables = [item.table for item in lowered]
    columns = [
        np.concatenate([getattr(table, field.name) for table in tables])
        for field in fields(KernelTable)
    ]
    places: dict[tuple[object, ...], int] = {}
    rows = zip(*(column.tolist() for column in columns), strict=True)
    which = np.array([places.setdefault(row, len(places)) for row in rows], dtype=np.int64)
    first = np.array([int(np.argmax(which == at)) for at in range(len(places))], dtype=np.int64)
    calls = np.zeros(len(places))
    passes, start = [], 0
    for trace, item in zip(job.traces, lowered, strict=True):
        kernels = which[start : start + len(item.table)]
        start += len(item.table)
        np.add.at(calls, kernels, job.rounds * trace.column("repeat")[item.operation])
        passes.append(_groups(trace, item.operation, kernels))
    return JobPlan(
        table=KernelTable(*(column[first] for column in columns)),
        calls=calls,
        macs=job.rounds * sum(trace.totals.macs for trace in job.traces),
        passes=tuple(passes),
        rounds=job.rounds,
    )


def _groups(trace: Trace, owners: Int64Array, kernels: Int64Array) -> tuple[_Group, ...]:
    found: dict[int, list[int]] = {}
    for owner, kernel in zip(owners.tolist(), kernels.tolist(), strict=True):
        found.setdefault(owner, []).append(kernel)
    groups = []
    for group in trace.groups:
        inside = {index: at for at, index in enumerate(group.indices.tolist())}
        operations = []
        for index in inside:
            row = trace.operations[index]
            shared = str(row["kind"]) in COLLECTIVES
            size = (str(row["kind"]), int(row["participants"]), int(row["collective_bytes"]))
            waits = (inside[at] for at in trace.dependencies(index).tolist() if at in inside)
            operations.append(
                _Operation(tuple(found.get(index, ())), size if shared else None, tuple(waits))
            )
        groups.append(_Group(group.repeat, tuple(operations)))
    return tuple(groups)


def _longest_path(gpu: GpuHardware, group: _Group, kernel_fs: Float64Array) -> Float64Array:
    ends: list[Float64Array] = []
    for operation in group.operations:
        if operation.collective is None:
            spent: Sequence[Float64Array] = [kernel_fs[at] for at in operation.kernels]
        else:
            spent = [np.rint(np.asarray(collective_s(gpu, *operation.collective)) * FS_PER_S)]
        end = _latest([ends[at] for at in operation.waits])
        for duration in spent:
            end = end + duration
        ends.append(end)
    return _latest(ends)


def _latest(times: Sequence[Float64Array]) -> Float64Array:
    found: Float64Array = np.zeros(1)
    for time in times:
        found = np.maximum(found, time)
    return found
