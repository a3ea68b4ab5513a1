"""Runs one image of a vision transformer with experts on a design and assembles the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.base import Fidelity
from archsim.architectures.fpga.config import FpgaHardware
from archsim.architectures.fpga.resources import check_vit, vit_dsps
from archsim.architectures.fpga.vit_plan import VitPlan, plan_image
from archsim.architectures.fpga.vit_system import PlayedImage, PlayedStage, play_image
from archsim.architectures.fpga.vit_work import (
    closed_bytes,
    load_bytes_per_s,
    peak_operations_per_s,
    stage_work,
)
from archsim.errors import UnsupportedError
from archsim.kernel import Clock, fs_to_seconds
from archsim.result import (
    COMPONENT_PEAKS,
    OPERATION_COLUMNS,
    OPERATION_WORK,
    Check,
    Pair,
    Result,
    assemble,
    make_provenance,
)

if TYPE_CHECKING:
    import pandas as pd

    from archsim.kernel import Timeline
    from archsim.workload.moe_vit import MoeVitWorkload


def plan_run(hardware: FpgaHardware, workload: MoeVitWorkload, seed: int) -> VitPlan:
    """Plan an image on a design.

    Raises:
        UnsupportedError: The design has no accelerator of vision transformers.
        InfeasibleError: The chip has too little memory or too few multipliers.
        InputError: The cache does not fit the model or the policy.
    """
    accelerator = hardware.vit_accelerator
    if accelerator is None:
        raise UnsupportedError(
            f"the design {hardware.name!r} has no accelerator of vision transformers",
            allowed="a design with a vit_accelerator section",
        )
    choices = list(workload.choices(seed)) if workload.model.experts else []
    plan = plan_image(accelerator, workload.model, workload.tokens, choices)
    check_vit(accelerator, hardware.board, plan.on_chip_bytes)
    return plan


def run_vit(
    hardware: FpgaHardware,
    workload: MoeVitWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run one image; see ``plan_run`` for what is refused."""
    plan = plan_run(hardware, workload, seed)
    played = play_image(plan, timeline) if fidelity == "event" else _closed(plan)
    latency_s = fs_to_seconds(played.latency_fs)
    visits = plan.tokens * plan.model.top_k * plan.model.moe_layers
    model = plan.model
    asked = workload.trace(seed=seed)
    done = model.backbone_macs(plan.tokens) + model.moe_layers * model.gate_macs(plan.tokens)
    return assemble(
        latency_s=latency_s,
        components=_components(plan, played, latency_s),
        operations=_operations(plan, played),
        metrics=_metrics(plan, played, hardware, latency_s),
        provenance=make_provenance(
            hardware,
            workload,
            architecture="fpga",
            fidelity=fidelity,
            seed=seed,
            trace_hash=asked.content_hash(),
        ),
        bytes_moved=[
            Pair(
                "expert weights", float(plan.expert_bytes),
                float(played.loaded_units * plan.costs.unit_bytes), "bytes",
            )
        ],
        work=[
            Pair("visits at experts", float(visits), float(sum(map(sum, plan.queues()))), "visits"),
            Pair("multiply-accumulates", float(asked.totals.macs), float(done), "MAC"),
        ],
        roofline_s=_roofline_s(plan),
        more_checks=_checks(plan, played, hardware, fidelity),
    )  # fmt: skip


def _roofline_s(plan: VitPlan) -> float:
    """Return the longer of the multipliers' work and the loads of experts."""
    cycles = max(plan.compute_cycles, plan.expert_loads * plan.costs.expert_load)
    return cycles / plan.accelerator.frequency_hz


def _closed(plan: VitPlan) -> PlayedImage:
    """Return the stages of the closed form: attention, then MLP or experts, layer by layer."""
    clock = Clock(plan.accelerator.frequency_hz)
    stages = []
    now = 0

    def stage(name: str, kind: str, cycles: int, macs: int, loaded: float = 0.0) -> None:
        nonlocal now
        if cycles:
            begin, end = clock.fs(now), clock.fs(now + cycles)
            stages.append(PlayedStage(name, kind, "multipliers", begin, end, macs, loaded))
        now += cycles

    model, before = plan.model, plan.costs.before_mlp
    stage("patch_embedding", "gemm", plan.costs.patch, model.patch_macs(plan.tokens))
    for layer in plan.layers:
        early, late = closed_bytes(plan, layer)
        name, macs = "mlp", model.mlp_macs(plan.tokens)
        if layer.choices is not None:
            name, macs = "experts", model.expert_macs(layer.choices.size) + plan.gate_macs
        attention = f"layer{layer.index}.attention"
        stage(attention, "attention_logit", before, plan.before_mlp_macs, early)
        stage(f"layer{layer.index}.{name}", "gemm", layer.cycles - before, macs, late)
    return PlayedImage(
        latency_fs=clock.fs(now),
        stages=tuple(stages),
        loaded_units=plan.expert_loads * plan.costs.units,
        cache_hits=plan.cache_hits,
        array_fs=clock.fs(plan.compute_cycles),
        memory_fs=clock.fs(plan.expert_loads * plan.costs.expert_load),
    )


def _components(plan: VitPlan, played: PlayedImage, latency_s: float) -> pd.DataFrame:
    """Return multipliers, memory and board; only the board's power is known."""
    import pandas as pd

    moved = float(played.loaded_units * plan.costs.unit_bytes)
    energy_j = plan.accelerator.power_w * latency_s
    peak = peak_operations_per_s(plan.accelerator)
    loads = load_bytes_per_s(plan.accelerator)
    rows = [
        ("multipliers", fs_to_seconds(played.array_fs), 0.0, 0.0, peak, 0.0),
        ("memory", fs_to_seconds(played.memory_fs), 0.0, moved, 0.0, loads),
        ("board", latency_s, energy_j, 0.0, 0.0, 0.0),
    ]
    columns = ["component", "busy_s", "static_energy_j", "bytes", *COMPONENT_PEAKS]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(dynamic_energy_j=0.0, area_mm2=0.0)


def _operations(plan: VitPlan, played: PlayedImage) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (
            item.name, item.kind, item.component, fs_to_seconds(item.start_fs),
            fs_to_seconds(item.end_fs), 0.0, *work,
        )
        for item, work in zip(played.stages, stage_work(plan, played.stages), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*OPERATION_COLUMNS, *OPERATION_WORK])


def _metrics(
    plan: VitPlan, played: PlayedImage, hardware: FpgaHardware, latency_s: float
) -> dict[str, float]:
    energy_j = plan.accelerator.power_w * latency_s
    wait = 1.0 - plan.compute_cycles / (latency_s * plan.accelerator.frequency_hz)
    return {
        "frames_per_s": 1.0 / latency_s,
        "total_cycles": latency_s * plan.accelerator.frequency_hz,
        "energy_low_j": energy_j,
        "energy_high_j": energy_j,
        "mac_utilisation": fs_to_seconds(played.array_fs) / latency_s,
        "weight_wait_share": max(0.0, wait),
        "expert_loads": float(plan.expert_loads),
        "cache_hit_share": played.cache_hits / max(1, plan.visits),
        "on_chip_bytes": float(plan.on_chip_bytes),
        "on_chip_share": plan.on_chip_bytes / hardware.board.on_chip_bytes,
        "multipliers": float(vit_dsps(plan.accelerator)),
        "roofline_latency_s": _roofline_s(plan),
    }


def _checks(
    plan: VitPlan, played: PlayedImage, hardware: FpgaHardware, fidelity: Fidelity
) -> list[Check]:
    accelerator, memory = plan.accelerator, hardware.board.memory
    asked = accelerator.load_bytes_per_cycle * accelerator.frequency_hz
    peak = memory.channels * memory.channel_bytes_per_s
    dense_bytes = plan.model.dense_parameters * accelerator.weight_bits / 8.0
    needed_s = (dense_bytes + plan.expert_bytes) / peak
    latency_s = fs_to_seconds(played.latency_fs)
    checks = [
        Check(
            "dense and expert weights can stream in the time of the run",
            needed_s <= latency_s * (1.0 + 1e-9),
            f"{needed_s * 1e3:.6g} ms at the memory's peak, {latency_s * 1e3:.6g} ms taken",
        ),
        Check(
            "loads ask for no more than the memory's peak",
            asked <= peak * (1.0 + 1e-9),
            f"{asked / 1e9:.6g} GB/s asked, {peak / 1e9:.6g} GB/s supplied",
        ),
    ]
    claimed = hardware.claimed_latency_s
    if claimed is not None:
        floor = _roofline_s(plan)
        checks.append(
            Check(
                "the claimed latency is not below the roofline",
                claimed >= floor * (1.0 - 1e-9),
                f"{claimed * 1e3:.6g} ms claimed, at least {floor * 1e3:.6g} ms",
            )
        )
    if fidelity == "event":
        closed = Clock(accelerator.frequency_hz).fs(plan.cycles)
        checks.append(
            Check(
                "contention never faster than the closed form",
                played.latency_fs >= closed,
                f"{played.latency_fs} fs played, {closed} fs in closed form",
            )
        )
    return checks
