"""Every figure this family reports, with unit and meaning."""

from __future__ import annotations

from archsim.result import MetricDeclaration

METRICS: tuple[MetricDeclaration, ...] = (
    MetricDeclaration(
        "tokens_per_s", "tokens/s", "New tokens of the run divided by its latency, one batch."
    ),
    MetricDeclaration(
        "energy_per_token_j", "J/token", "Energy of all cards divided by new tokens."
    ),
    MetricDeclaration("iterations", "1", "Passes through the model in the run."),
    MetricDeclaration(
        "frames_per_s", "frames/s", "Images or frames of the run divided by its latency."
    ),
    MetricDeclaration(
        "energy_per_frame_j", "J/frame", "Energy of the run divided by its images or frames."
    ),
    MetricDeclaration("samples", "1", "Network evaluations of a frame."),
    MetricDeclaration("kernels", "1", "Kernels that one card launches in the run."),
    MetricDeclaration(
        "flop_utilisation",
        "1",
        "Multiply-accumulates of the workload over what the tensor units could do in the run.",
    ),
    MetricDeclaration(
        "bandwidth_utilisation",
        "1",
        "Bytes that leave the second-level cache over what the memory could move in the run.",
    ),
    MetricDeclaration("devices", "1", "Cards: tensor-parallel times pipeline."),
    MetricDeclaration("device_area_mm2", "mm2", "Size of one card's GPU die."),
    MetricDeclaration("device_power_w", "W", "Mean board power of one card that works."),
    MetricDeclaration("weight_bytes", "bytes", "Weights on one card."),
    MetricDeclaration("kv_cache_bytes", "bytes", "Keys and values on one card at the run's end."),
)
