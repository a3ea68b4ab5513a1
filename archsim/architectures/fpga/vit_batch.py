"""Closed forms over many designs of a vision-transformer accelerator at once.

Designs that differ in clock and power alone share a plan; planning is done once per combination of
the other keys.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.columns import distinct_rows, hardware_columns
from archsim.architectures.fpga.config import FpgaHardware
from archsim.architectures.fpga.matvec import Floats
from archsim.architectures.fpga.vit_run import plan_run
from archsim.config import build, load_document
from archsim.errors import InfeasibleError, InputError, UnsupportedError
from archsim.workload.moe_vit import MoeVitWorkload

RATE_KEYS = frozenset({"vit_accelerator.frequency_hz", "vit_accelerator.power_w"})
"""Keys that scale results and nothing else; any number of distinct values costs nothing."""


def evaluate_vit(
    hardware: FpgaHardware,
    workload: MoeVitWorkload,
    columns: Mapping[str, NDArray[np.generic]],
    *,
    seed: int = 0,
) -> dict[str, Floats]:
    """Evaluate one image on many designs.

    Args:
        hardware: The design that the columns vary.
        workload: The workload, the same for every design.
        columns: Dotted hardware key, with or without ``hardware.`` in front, to an array of shape
            (designs,).
        seed: Seed of drawn routing.

    Returns:
        ``latency_s``, ``energy_j``, ``area_mm2``, ``average_power_w``, ``frames_per_s``,
        ``on_chip_bytes`` and ``feasible`` (1 or 0), each of shape (designs,). An infeasible design
        has infinite latency and energy and no frames.

    Raises:
        UnsupportedError: The design has no accelerator of vision transformers.
        InputError: A key does not exist, a value is out of bounds, or lengths differ.
    """
    base = hardware.vit_accelerator
    if base is None:
        raise UnsupportedError(
            f"the design {hardware.name!r} has no accelerator of vision transformers"
        )
    keys = hardware_columns(columns)
    lengths = {value.shape for value in keys.values()}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        raise InputError("designs need at least one column, each a flat array of one length")
    count = next(iter(lengths))[0]
    shapes = {key: value for key, value in keys.items() if key not in RATE_KEYS}
    rows, which = distinct_rows(shapes, count)
    cycles, memory, feasible = (np.zeros(len(rows)) for _ in range(3))
    document = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    for key in RATE_KEYS & set(keys):
        for value in (keys[key].min().item(), keys[key].max().item()):
            build(FpgaHardware, load_document(document, "hw_configs", {key: value}))
    for index, row in enumerate(rows):
        design = build(FpgaHardware, load_document(document, "hw_configs", row))
        try:
            plan = plan_run(design, workload, seed)
        except InfeasibleError:
            continue
        cycles[index], memory[index], feasible[index] = plan.cycles, plan.on_chip_bytes, 1.0
    fits = feasible[which] == 1.0
    clock = _rate(keys, "vit_accelerator.frequency_hz", base.frequency_hz, count)
    power = _rate(keys, "vit_accelerator.power_w", base.power_w, count)
    latency = np.where(fits, cycles[which] / clock, np.inf)
    return {
        "latency_s": latency,
        "energy_j": np.where(fits, latency * power, np.inf),
        "area_mm2": np.zeros(count),
        "average_power_w": np.where(fits, power, 0.0),
        "frames_per_s": np.where(fits, 1.0 / latency, 0.0),
        "on_chip_bytes": memory[which],
        "feasible": feasible[which],
    }


def _rate(keys: Mapping[str, NDArray[np.generic]], key: str, base: float, count: int) -> Floats:
    return keys[key].astype(np.float64) if key in keys else np.full(count, base)
