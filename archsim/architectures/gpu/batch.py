"""Many cards on one workload: what sweeps and searches call.

A workload is turned into kernels once, and each distinct kernel is timed on all cards at once by
the same closed forms that a single run takes. Sums of energies are added up in another order, so
figures equal those of ``simulate`` to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.columns import Columns, common_length, hardware_columns
from archsim.architectures.gpu.card_columns import CardColumns, card_columns
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.job import Job
from archsim.architectures.gpu.job_plan import JobPlan, plan_job
from archsim.architectures.gpu.jobs import job_of
from archsim.architectures.gpu.power import energy_parts_j
from archsim.architectures.gpu.predicting import predict_kernels
from archsim.architectures.gpu.table import KernelTable
from archsim.errors import InputError
from archsim.kernel import FS_PER_S

if TYPE_CHECKING:
    from archsim.config import WorkloadSpec

Float64Array = NDArray[np.float64]
Places = NDArray[np.intp]

SEED = 0
_ROWS = 16_384
"""Kernels times designs that are evaluated at a time: their arrays stay in a core's caches."""


def evaluate(
    hardware: GpuHardware, workload: WorkloadSpec, columns: Columns
) -> dict[str, Float64Array]:
    """Evaluate many designs with the closed forms.

    Args:
        hardware: The card that the columns vary.
        workload: The workload.
        columns: Dotted hardware key, e.g. ``chip.sms``, to an array of shape (designs,).

    Returns:
        The four totals, the metrics of this kind of workload and ``feasible`` (1 or 0), each of
        shape (designs,).

    Raises:
        InputError: A key does not exist, a design is not a valid card, or columns differ in
            length or are empty.
        UnsupportedError: The family does not run this workload.
    """
    job, cards, count = _asked(hardware, workload, columns)
    plan = plan_job(job)
    found: dict[str, Float64Array] = {}
    for residual, places in _blocks(cards, count, len(plan.table)):
        for name, values in _figures(job, plan, cards, places, residual).items():
            if name not in found:
                found[name] = np.zeros(count)
            found[name][places] = values[: len(places)]
    return found


def infeasible_reasons(
    hardware: GpuHardware, workload: WorkloadSpec, columns: Columns
) -> list[str]:
    """Return why designs cannot hold the workload; "" for one that can. See :func:`evaluate`."""
    job, cards, count = _asked(hardware, workload, columns)
    sizes = np.broadcast_to(cards.card(np.arange(count)).chip.memory_bytes, (count,)).tolist()
    reasons = {size: job.refusal(size) for size in set(sizes)}
    return ["" if reasons[size] is None else str(reasons[size]) for size in sizes]


def _asked(
    hardware: GpuHardware, workload: WorkloadSpec, columns: Columns
) -> tuple[Job, CardColumns, int]:
    keys = hardware_columns(columns)
    count = common_length(keys)
    if count == 0:
        raise InputError("columns of designs are empty", allowed="at least one design")
    return job_of(workload, SEED), card_columns(hardware, keys, count), count


def _blocks(cards: CardColumns, count: int, kernels: int) -> Iterator[tuple[str, Places]]:
    """Yield places of designs, a few thousand kernels at a time, and the residual that holds."""
    learned = cards.learned()
    without = np.ones(count, dtype=np.bool_)
    for mask in learned.values():
        without &= ~mask
    size = max(2, _ROWS // max(1, kernels))
    for residual, mask in {"none": without, **learned}.items():
        places = np.flatnonzero(mask)
        for start in range(0, len(places), size):
            yield residual, places[start : start + size]


class _Kernels(NamedTuple):
    """Distinct kernels on designs, shape (kernels, designs) each."""

    seconds: Float64Array
    above_base_j: Float64Array
    memory_bytes: Float64Array


def _figures(
    job: Job, plan: JobPlan, cards: CardColumns, places: Places, residual: str
) -> dict[str, Float64Array]:
    """Return the figures of some designs; at least two, the last one again where there is one."""
    # NumPy adds up a single column in another order than many.
    chosen = places if len(places) > 1 else np.repeat(places, 2)
    gpu = cards.card(chosen, residual)
    done = _time_kernels(plan.table, cards, chosen, residual)
    shape = (len(chosen),)
    latency_s = plan.latency_fs(gpu, done.seconds) / FS_PER_S
    moved = _called(plan, done.memory_bytes)
    static_j = gpu.power.base_w * latency_s * job.cards
    energy_j = _called(plan, done.above_base_j) * job.sharing + static_j
    chip = gpu.chip
    figures: dict[str, Float64Array | float] = {
        "latency_s": latency_s,
        "energy_j": energy_j,
        "area_mm2": chip.die_mm2 * job.cards,
        "average_power_w": energy_j / latency_s,
        "kernels": float(plan.calls.sum()),
        "flop_utilisation": 2.0 * plan.macs / (chip.half_flops * latency_s * job.stages),
        "bandwidth_utilisation": moved / (chip.memory_bytes_per_s * latency_s * job.stages),
        "devices": float(job.cards),
        "device_area_mm2": chip.die_mm2,
        "device_power_w": energy_j / latency_s / job.cards,
        **job.rate_metrics(latency_s, energy_j),
        **job.figures,
        "feasible": np.less_equal(job.held_bytes, chip.memory_bytes).astype(np.float64),
    }
    return {name: np.broadcast_to(value, shape) for name, value in figures.items()}


def _time_kernels(
    table: KernelTable, cards: CardColumns, chosen: Places, residual: str
) -> _Kernels:
    """Time and price kernels, kind by kind: the closed forms take a card for every row."""
    shape = (len(table), len(chosen))
    found = _Kernels(np.zeros(shape), np.zeros(shape), np.zeros(shape))
    model = "physics" if residual == "none" else "auto"
    for kind in dict.fromkeys(zip(table.kernel.tolist(), table.extra.tolist(), strict=True)):
        rows = np.flatnonzero((table.kernel == kind[0]) & (table.extra == kind[1]))
        gpu = cards.card(np.tile(chosen, len(rows)), residual)
        prediction, done = predict_kernels(gpu, table.where(np.repeat(rows, len(chosen))), model)
        parts = energy_parts_j(gpu, done, prediction.power_w)
        for all_rows, values in zip(
            found, (prediction.seconds, parts.total, done.memory_bytes), strict=True
        ):
            all_rows[rows] = values.reshape(len(rows), len(chosen))
    return found


def _called(plan: JobPlan, values: Float64Array) -> Float64Array:
    """Return the sum over all calls of the job, kernel by kernel, shape (designs,)."""
    total: Float64Array = np.zeros(values.shape[1])
    for calls, row in zip(plan.calls.tolist(), values, strict=True):
        total = total + calls * row
    return total
