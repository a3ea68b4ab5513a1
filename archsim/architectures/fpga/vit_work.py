"""What a roofline of a vision transformer needs: arithmetic and bytes of stages, and the peaks.

A multiply-accumulate counts as two operations. The bytes of a stage are those of expert weights
that arrive while it runs, as loads run beside stages; the streams of dense weights and activations
are not modelled, so stages beside which no expert is loaded are on no roofline.
"""

from __future__ import annotations

from collections.abc import Sequence

from archsim.architectures.fpga.vit_config import FlatArray, VitAccelerator
from archsim.architectures.fpga.vit_plan import LayerPlan, VitPlan
from archsim.architectures.fpga.vit_system import PlayedStage

LOADS = "memory"
"""Component of the stages that load weights."""


def peak_operations_per_s(accelerator: VitAccelerator) -> float:
    """Return the peak of the multipliers; units of a tiled design take turns."""
    compute = accelerator.compute
    if isinstance(compute, FlatArray):
        macs = compute.macs_per_cycle
    else:
        linear = compute.tile_inputs * compute.tile_outputs
        macs = max(linear, compute.attention_queries * compute.attention_lanes)
    return 2.0 * macs * accelerator.frequency_hz


def load_bytes_per_s(accelerator: VitAccelerator) -> float:
    """Return the peak rate of weights from memory."""
    return accelerator.load_bytes_per_cycle * accelerator.frequency_hz


def stage_work(plan: VitPlan, stages: Sequence[PlayedStage]) -> list[tuple[float, float]]:
    """Return arithmetic operations and bytes of each stage.

    Args:
        plan: The image.
        stages: Its stages, loads among them where they were played.
    """
    loads = [stage for stage in stages if stage.component == LOADS]
    return [
        (2.0 * stage.macs, stage.loaded_bytes + _arriving(plan, stage, loads)) for stage in stages
    ]


def _arriving(plan: VitPlan, stage: PlayedStage, loads: Sequence[PlayedStage]) -> float:
    """Return the bytes of buffer units that arrive while a stage runs; 0 for loads themselves."""
    if stage.component == LOADS:
        return 0.0
    found = 0.0
    for load in loads:
        begin, end = max(load.start_fs, stage.start_fs), min(load.end_fs, stage.end_fs)
        if begin < end:
            share = (end - begin) / (load.end_fs - load.start_fs)
            found += share * plan.costs.unit_bytes
    return found


def closed_bytes(plan: VitPlan, layer: LayerPlan) -> tuple[float, float]:
    """Return the bytes that arrive during attention and during the experts of a layer.

    A first load that need not wait for the router begins with the attention.
    """
    accelerator, costs = plan.accelerator, plan.costs
    total = float(layer.expert_loads * costs.expert_bytes)
    if not (total and accelerator.policy == "reorder" and accelerator.prefetch_first):
        return 0.0, total
    early = costs.unit_bytes * min(1.0, costs.before_mlp / costs.load)
    return early, total - early
