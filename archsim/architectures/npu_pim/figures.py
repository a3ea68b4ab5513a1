"""Figures and checks that every run of this family reports."""

from __future__ import annotations

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.constants import model_constants
from archsim.architectures.npu_pim.cost import Activity, blocks, device_cost, dram_energy_j
from archsim.architectures.npu_pim.decode import Fidelity, PassPlanner, TimedPass
from archsim.architectures.npu_pim.stream import peak_bytes_per_s
from archsim.blocks.summing import sum_in_order
from archsim.result import make_provenance

OFF_DIE = ("memory", "pim")
"""Components that are not on the NPU die."""


def common_metrics(
    planner: PassPlanner,
    activity: Activity,
    latency_fs: int,
    tokens: int,
    energy_j: float,
    first: TimedPass | None,
) -> dict[str, float]:
    """Return the figures that runs of every kind report.

    Args:
        planner: The device and the workload.
        activity: What the devices of one slice did together.
        latency_fs: Time of the run, above zero.
        tokens: New tokens of the run.
        energy_j: Energy of all devices.
        first: The first pass, for the cycles of a layer; None if none ran.
    """
    hardware = planner.hardware
    npu, memory = hardware.npu, hardware.memory
    stages = planner.workload.parallel.pipeline
    seconds = latency_fs * 1e-15
    # Device-seconds of the pipeline stages that shared the activity.
    shared_s = seconds * stages
    costs = device_cost(hardware, activity, seconds)
    dram_j = sum_in_order(dram_energy_j(hardware, activity, seconds).values())
    moved = activity.read_bytes + activity.write_bytes
    pim_cycles = activity.pim_channel_cycles / memory.channels
    metrics = {
        "tokens_per_s": tokens / seconds,
        "pipelined_tokens_per_s": tokens * stages / seconds,
        "energy_per_token_j": energy_j / max(1, tokens),
        "total_cycles": planner.rates.npu.cycles(latency_fs),
        "npu_mac_utilisation": activity.macs / (npu.macs_per_cycle * npu.frequency_hz * shared_s),
        "bandwidth_utilisation": moved / (float(peak_bytes_per_s(memory)) * shared_s),
        "pim_utilisation": pim_cycles / (memory.frequency_hz * shared_s),
        "devices": float(planner.devices),
        "device_area_mm2": sum_in_order(cost.area_mm2 for cost in costs.values()),
        "device_die_area_mm2": sum_in_order(
            cost.area_mm2 for name, cost in costs.items() if name not in OFF_DIE
        ),
        "dram_power_w": dram_j / shared_s,
        "weight_bytes": float(planner.weight_bytes),
    }
    if first is not None:
        metrics["steady_layer_cycles"] = planner.rates.npu.cycles(first.steady_layer_fs)
    return metrics


def roofline_s(hardware: NpuPimHardware, activity: Activity) -> float:
    """Return the shortest time that peak arithmetic and peak bandwidth of a device allow."""
    npu = hardware.npu
    arithmetic_s = activity.macs / (npu.macs_per_cycle * npu.frequency_hz)
    moved = activity.read_bytes + activity.write_bytes
    return max(arithmetic_s, moved / float(peak_bytes_per_s(hardware.memory)))


def provenance(planner: PassPlanner, fidelity: Fidelity, seed: int) -> dict[str, object]:
    """Describe a run: configuration, hashes, and every constant that it rests on."""
    hardware, workload = planner.hardware, planner.workload
    return make_provenance(
        hardware,
        workload,
        architecture="npu_pim",
        fidelity=fidelity,
        seed=seed,
        trace_hash=workload.trace(seed=seed).content_hash(),
        extra_constants=(*model_constants(hardware), *blocks(hardware).constants()),
    )
