"""Every figure this family reports, with unit and meaning."""

from __future__ import annotations

from archsim.result import MetricDeclaration

METRICS: tuple[MetricDeclaration, ...] = (
    MetricDeclaration("frames_per_s", "frames/s", "One over the frame time."),
    MetricDeclaration(
        "speedup", "1", "GPU frame time with unfused kernels divided by the frame time."
    ),
    MetricDeclaration(
        "speedup_over_fused_gpu",
        "1",
        "Frame time of the GPU alone with its other kernels fused, divided by the frame time.",
    ),
    MetricDeclaration(
        "speedup_bound", "1", "Speed-up if the cluster took no time: only fused kernels remain."
    ),
    MetricDeclaration("gpu_frame_s", "s", "Frame time of the GPU alone, unfused kernels."),
    MetricDeclaration(
        "encoding_kernel_speedup",
        "1",
        "GPU encoding time divided by the time the encoding engines need for the frame.",
    ),
    MetricDeclaration(
        "mlp_kernel_speedup",
        "1",
        "GPU MLP time divided by the time the MLP engines need for the frame.",
    ),
    MetricDeclaration(
        "cluster_busy_s", "s", "Time of the frame in which the cluster works on a batch."
    ),
    MetricDeclaration("sm_busy_s", "s", "Time of the frame in which the SMs run a batch."),
    MetricDeclaration("samples", "1", "Network evaluations of the frame."),
    MetricDeclaration("samples_per_pixel", "1", "Network evaluations divided by pixels."),
    MetricDeclaration("batches", "1", "Batches that the frame is cut into."),
    MetricDeclaration("calls", "1", "Kernel calls of the frame, before it is cut into tiles."),
    MetricDeclaration(
        "gpu_samples_per_s",
        "samples/s",
        "Samples divided by the GPU's encoding and MLP time: the rate that the inputs imply.",
    ),
    MetricDeclaration(
        "encoding_interval_cycles",
        "cycles",
        "Cycles per sample of a processor's encoding engines, bank conflicts included.",
    ),
    MetricDeclaration(
        "mlp_interval_cycles", "cycles", "Cycles per sample of a processor's MLP engine."
    ),
    MetricDeclaration(
        "port_interval_cycles", "cycles", "Cycles per sample of the slower port of a processor."
    ),
    MetricDeclaration(
        "mlp_utilisation",
        "1",
        "Multiply-accumulates divided by what the MLP arrays could do while the cluster works.",
    ),
    MetricDeclaration(
        "io_bytes_per_s",
        "B/s",
        "Sample inputs and outputs of the cluster divided by the frame time.",
    ),
    MetricDeclaration(
        "table_bytes", "bytes", "Tables of all levels, as one processor has to hold them."
    ),
    MetricDeclaration("tables_fit", "1", "1 if every engine's levels fit its memory, else 0."),
    MetricDeclaration(
        "table_load_s",
        "s",
        "Time to load all tables once per scene over the shared memory; not part of the frame.",
    ),
    MetricDeclaration("processor_area_mm2", "mm2", "Area of one processor."),
    MetricDeclaration("cluster_area_mm2", "mm2", "Area of all processors."),
    MetricDeclaration("area_overhead", "1", "Area of the cluster over that of the GPU die."),
    MetricDeclaration(
        "processor_peak_power_w",
        "W",
        "Dynamic power of one processor at its full rate on this workload, plus its leakage.",
    ),
    MetricDeclaration("power_overhead", "1", "Peak power of the cluster over the GPU's power."),
    MetricDeclaration("energy_per_frame_j", "J", "Energy of the frame: energy_j."),
    MetricDeclaration(
        "gpu_energy_per_frame_j", "J", "GPU power times the GPU's frame time, unfused kernels."
    ),
)
