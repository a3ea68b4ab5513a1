"""Many designs on one trace: what sweeps and searches call.

Every figure equals that of ``simulate`` exactly; see ``many`` for how they are run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from archsim.architectures.columns import Columns, common_length, distinct_rows, hardware_columns
from archsim.architectures.dram.config import DramHardware
from archsim.architectures.dram.energy import price
from archsim.architectures.dram.figures import (
    Done,
    component_rows,
    metrics,
    of_closed_forms,
    of_outcome,
)
from archsim.architectures.dram.many import Job, run_many
from archsim.architectures.dram.metrics import METRICS
from archsim.architectures.dram.requests import decode
from archsim.architectures.dram.statistics import TraceStatistics, statistics_of
from archsim.architectures.dram.uncontended import uncontended
from archsim.config import Document, build
from archsim.config.nested import replaced
from archsim.errors import InfeasibleError
from archsim.workload.memory_workload import MemoryTraceWorkload

if TYPE_CHECKING:
    from archsim.architectures.base import Fidelity
    from archsim.architectures.dram.requests import Requests
    from archsim.workload.memory_trace import MemoryTrace

Floats = NDArray[np.float64]

SCALARS = ("latency_s", "energy_j", "area_mm2", "average_power_w")
SEED = 0
_KEPT_DEVICES = 16


class _Fitting(NamedTuple):
    """A trace on a device that can hold it."""

    requests: Requests
    statistics: TraceStatistics


class _Trace:
    """A trace, and what it is on the devices that were asked for last.

    Args:
        requests: The trace.
    """

    def __init__(self, requests: MemoryTrace) -> None:
        self._requests = requests
        self._known: dict[object, _Fitting | str] = {}

    def on(self, design: DramHardware) -> _Fitting | str:
        """Return the trace on a device, or why the device cannot hold it."""
        key = (design.organisation, design.address_mapping, design.name)
        if key not in self._known:
            if len(self._known) == _KEPT_DEVICES:
                self._known.clear()
            self._known[key] = self._decoded(design)
        return self._known[key]

    def _decoded(self, design: DramHardware) -> _Fitting | str:
        try:
            requests = decode(self._requests, design, design.address_mapping)
        except InfeasibleError as error:
            return str(error)
        return _Fitting(requests, statistics_of(requests, design.organisation.banks))


def _trace(workload: MemoryTraceWorkload) -> _Trace:
    """Return the trace of a workload; searches ask for the same one again and again."""
    stamp: tuple[int, ...] = ()
    if workload.path is not None and Path(workload.path).is_file():
        status = Path(workload.path).stat()
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    return _read(workload.model_dump_json(by_alias=True, exclude={"sources"}), stamp)


@lru_cache(maxsize=1)
def _read(content: str, stamp: tuple[int, ...]) -> _Trace:
    """Return the trace of a workload by its content; a file that changes has another stamp."""
    return _Trace(MemoryTraceWorkload.model_validate_json(content).trace(SEED))


def evaluate(
    hardware: DramHardware,
    workload: MemoryTraceWorkload,
    columns: Columns,
    fidelity: Fidelity,
    threads: int | None = None,
) -> dict[str, Floats]:
    """Evaluate many designs.

    Args:
        hardware: The design that the columns vary.
        workload: The workload.
        columns: Dotted hardware key, e.g. ``controller.Scheduler``, to an array of shape
            (designs,).
        fidelity: ``"event"`` plays the controllers; ``"analytic"`` takes the closed forms.
        threads: Runs at a time; ``None``: one for each core.

    Returns:
        The four totals, every metric and ``feasible`` (1 or 0), each of shape (designs,). Figures
        of an infeasible design are 0.

    Raises:
        InputError: A key does not exist, a design is not a valid hardware, the trace cannot be
            read, or columns differ in length.
    """
    designs, which = _designs(hardware, columns)
    fitting, _ = _decoded(workload, designs)
    if fidelity == "event":
        jobs = [Job(item.requests, designs[at], designs[at].controller)
                for at, item in fitting.items()]  # fmt: skip
        done = [of_outcome(outcome) for outcome in run_many(jobs, threads)]
    else:
        done = [of_closed_forms(designs[at], uncontended(designs[at], item.requests))
                for at, item in fitting.items()]  # fmt: skip
    names = (*SCALARS, *(item.name for item in METRICS), "feasible")
    found = {name: np.zeros(len(designs)) for name in names}
    for (at, item), one in zip(fitting.items(), done, strict=True):
        for name, value in _figures(designs[at], one, item.statistics).items():
            found[name][at] = value
    return {name: values[which] for name, values in found.items()}


def infeasible_reasons(
    hardware: DramHardware, workload: MemoryTraceWorkload, columns: Columns
) -> list[str]:
    """Return why designs cannot hold the trace, one sentence each; args as ``evaluate``."""
    designs, which = _designs(hardware, columns)
    _, reasons = _decoded(workload, designs)
    return [reasons.get(at, "") for at in which.tolist()]


def _designs(
    hardware: DramHardware, columns: Columns
) -> tuple[list[DramHardware], NDArray[np.intp]]:
    """Return the distinct designs, and which one each row of the columns is."""
    keys = hardware_columns(columns)
    rows, which = distinct_rows(keys, common_length(keys))
    data = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    return [_design(data, row) for row in rows], which


def _design(data: Mapping[str, object], row: Mapping[str, object]) -> DramHardware:
    changed = replaced(data, row)
    try:
        return DramHardware.model_validate(changed)
    except ValidationError:
        # The same once more, for the one sentence that says what is wrong.
        return build(DramHardware, Document(data=changed, name="", path=None))


def _decoded(
    workload: MemoryTraceWorkload, designs: Sequence[DramHardware]
) -> tuple[dict[int, _Fitting], dict[int, str]]:
    """Return, by place, the trace on each design that holds it, and why others do not."""
    trace = _trace(workload)
    fitting: dict[int, _Fitting] = {}
    reasons: dict[int, str] = {}
    for at, design in enumerate(designs):
        found = trace.on(design)
        if isinstance(found, str):
            reasons[at] = found
        else:
            fitting[at] = found
    return fitting, reasons


def _figures(hardware: DramHardware, done: Done, statistics: TraceStatistics) -> dict[str, float]:
    energy = price(hardware, done.activity)
    rows = component_rows(hardware, done, energy)
    latency_s = done.total_cycles * hardware.clock_s
    energy_j = math.fsum(
        [*(row.dynamic_energy_j for row in rows), *(row.static_energy_j for row in rows)]
    )
    return {
        "latency_s": latency_s,
        "energy_j": energy_j,
        "area_mm2": math.fsum(row.area_mm2 for row in rows),
        "average_power_w": energy_j / latency_s,
        **metrics(hardware, done, energy, statistics),
        "feasible": 1.0,
    }
