"""The figures of a frame: speed-ups, rates, table sizes, area and power of the cluster."""

from __future__ import annotations

from archsim.architectures.neural_graphics.config import NeuralGraphicsHardware
from archsim.architectures.neural_graphics.cost import ProcessorCost
from archsim.architectures.neural_graphics.plan import FramePlan, engine_tables
from archsim.architectures.neural_graphics.system import PlayedFrame
from archsim.kernel import fs_to_seconds
from archsim.workload.graphics.grid import table_bytes
from archsim.workload.graphics.workload import GraphicsWorkload


def frame_metrics(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    plan: FramePlan,
    played: PlayedFrame,
    cost: ProcessorCost,
    energy_j: float,
    seed: int,
) -> dict[str, float]:
    """Return every metric of a frame."""
    latency_s = fs_to_seconds(played.latency_fs)
    baseline, pixels = workload.gpu_baseline, workload.pixels
    gpu_s, kernel_s = baseline.frame_s(pixels), baseline.kernel_s(pixels)
    fused_rest_s = baseline.rest_s(pixels) / hardware.gpu.rest_fusion_speedup
    processors, frequency = hardware.cluster.processors, hardware.cluster.frequency_hz
    rate, samples = plan.rate, plan.batches.total
    each_s = samples / processors / frequency
    encoding_s = baseline.encoding_s(pixels)
    cluster_s = sum(end - start for start, end in played.cluster) * 1e-15
    mlp = hardware.mlp_engine
    peak_macs = mlp.rows * mlp.columns * processors * frequency
    held = engine_tables(hardware, workload.encoding)
    tables = sum(table_bytes(workload.encoding))
    readers = processors if hardware.tables.distribution == "copies" else 1
    peak_w = cost.sample_j * frequency / float(rate.interval) + cost.leakage_w
    profile = workload.profile(seed)
    record = workload.input_bytes + workload.output_bytes
    return {
        "frames_per_s": 1.0 / latency_s,
        "speedup": gpu_s / latency_s,
        "speedup_over_fused_gpu": (kernel_s + fused_rest_s) / latency_s,
        "speedup_bound": gpu_s / fused_rest_s,
        "gpu_frame_s": gpu_s,
        "encoding_kernel_speedup": encoding_s / (each_s * float(rate.encoding)),
        "mlp_kernel_speedup": (kernel_s - encoding_s) / (each_s * float(rate.mlp)),
        "cluster_busy_s": cluster_s,
        "sm_busy_s": sum(end - start for start, end in played.sms) * 1e-15,
        "samples": float(samples),
        "samples_per_pixel": profile.samples_per_pixel,
        "batches": float(len(plan.batches.samples)),
        "calls": float(len(profile.call_shares)),
        "gpu_samples_per_s": samples / kernel_s if kernel_s > 0 else 0.0,
        "encoding_interval_cycles": float(rate.encoding),
        "mlp_interval_cycles": float(rate.mlp),
        "port_interval_cycles": max(float(rate.input_port), float(rate.output_port)),
        "mlp_utilisation": samples * workload.macs / (peak_macs * cluster_s),
        "io_bytes_per_s": samples * record / latency_s,
        "table_bytes": float(tables),
        "tables_fit": float(max(held) <= hardware.encoding_engines.sram_bytes),
        "table_load_s": tables * readers / hardware.memory.bandwidth_bytes_per_s,
        "processor_area_mm2": cost.area_mm2,
        "cluster_area_mm2": processors * cost.area_mm2,
        "area_overhead": processors * cost.area_mm2 / hardware.gpu.die_area_mm2,
        "processor_peak_power_w": peak_w,
        "power_overhead": processors * peak_w / hardware.gpu.power_w,
        "energy_per_frame_j": energy_j,
        "gpu_energy_per_frame_j": gpu_s * hardware.gpu.power_w,
    }
