"""Many designs at once: what searches and sweeps call.

The workload is turned into layers once; equal designs are evaluated once. Every figure equals that
of the analytic fidelity, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.config import AsicHardware
from archsim.architectures.asic.figures import component_rows, metrics, total
from archsim.architectures.asic.metrics import METRICS
from archsim.architectures.asic.planning import Work, plan, work_of
from archsim.architectures.asic.system import closed_schedule
from archsim.architectures.columns import hardware_columns
from archsim.config import build, load_document
from archsim.errors import InfeasibleError, InputError
from archsim.kernel import fs_to_seconds

if TYPE_CHECKING:
    from archsim.workload.network import NetworkWorkload

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[np.generic]]

SCALARS = ("latency_s", "energy_j", "area_mm2", "average_power_w")
SEED = 0


def evaluate(
    hardware: AsicHardware, workload: NetworkWorkload, columns: Columns
) -> dict[str, Floats]:
    """Evaluate many designs with the closed forms.

    Args:
        hardware: The design that the columns vary.
        workload: The workload.
        columns: Dotted hardware key, e.g. ``accelerators.dla.pes``, to an array of shape
            (designs,).

    Returns:
        The four totals, every metric and ``feasible`` (1 or 0), each of shape (designs,). Figures
        of an infeasible design are 0, its times infinite.

    Raises:
        InputError: A key does not exist, a design is not a valid hardware, or columns differ in
            length.
        UnsupportedError: A layer can run on no accelerator of a design.
    """
    work = work_of(workload)
    designs = _designs(columns)
    names = (*SCALARS, *(item.name for item in METRICS))
    found = {name: np.zeros(len(designs)) for name in names}
    feasible = np.zeros(len(designs))
    known: dict[tuple[tuple[str, object], ...], dict[str, float] | None] = {}
    for index, design in enumerate(designs):
        key = tuple(design.items())
        if key not in known:
            known[key] = _figures(hardware, work, design)
        figures = known[key]
        if figures is None:
            found["latency_s"][index] = found["energy_j"][index] = np.inf
            continue
        feasible[index] = 1.0
        for name, value in figures.items():
            found[name][index] = value
    return {**found, "feasible": feasible}


def infeasible_reasons(
    hardware: AsicHardware, workload: NetworkWorkload, columns: Columns
) -> list[str]:
    """Return why designs are infeasible, one sentence per design; args as :func:`evaluate`."""
    work = work_of(workload)
    reasons = []
    for design in _designs(columns):
        try:
            plan(_hardware(hardware, design), work, SEED)
        except InputError as error:
            reasons.append(str(error))
        else:
            reasons.append("")
    return reasons


def _designs(columns: Columns) -> list[dict[str, object]]:
    keys = hardware_columns(columns)
    shapes = {value.shape for value in keys.values()}
    if len(shapes) != 1 or any(len(shape) != 1 for shape in shapes):
        raise InputError(
            "designs need at least one column, each a flat array, all of one length",
            found=", ".join(f"{key}: {value.shape}" for key, value in keys.items()),
        )
    listed = {key: value.tolist() for key, value in keys.items()}
    (count,) = next(iter(shapes))
    return [{key: values[index] for key, values in listed.items()} for index in range(count)]


def _hardware(hardware: AsicHardware, design: Mapping[str, object]) -> AsicHardware:
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    return build(AsicHardware, load_document(base, "hw_configs", dict(design)))


def _figures(
    hardware: AsicHardware, work: Work, design: Mapping[str, object]
) -> dict[str, float] | None:
    try:
        planned = plan(_hardware(hardware, design), work, SEED)
    except InfeasibleError:
        return None
    closed = closed_schedule(planned.schedule, planned.costs, planned.chip)
    rows = component_rows(planned, closed)
    latency_s = fs_to_seconds(closed.latency_fs)
    energy_j = total(rows, "dynamic_energy_j", "static_energy_j")
    return {
        "latency_s": latency_s,
        "energy_j": energy_j,
        "area_mm2": total(rows, "area_mm2"),
        "average_power_w": energy_j / latency_s,
        **metrics(planned, closed),
    }
