"""What neural graphics clusters promise."""

from archsim.testing.profile import (
    ConformanceProfile,
    ConformanceRun,
    Metamorphic,
    MoreIsNotSlower,
)
from archsim.testing.small import SMALL_WORKLOADS

(_FRAME,) = SMALL_WORKLOADS["graphics"]
_FREE = {"memory.bandwidth_bytes_per_s": 1e17, "tables.mode": "assumed_resident"}

PROFILE = ConformanceProfile(
    kind="neural_graphics",
    runs=(
        ConformanceRun("eight", "ngpc-8", _FRAME),
        ConformanceRun("sixty-four", "ngpc-64", _FRAME),
        ConformanceRun("free memory", "ngpc-64", _FRAME, _FREE, uncontended=True),
        ConformanceRun("streamed", "ngpc-8", _FRAME, {
            "tables.mode": "capacity", "encoding_engines.sram_bytes": 4096,
        }),
        ConformanceRun("in turns", "ngpc-8", _FRAME, {"scheduler.buffers": 1}),
    ),
    monotonic=(
        MoreIsNotSlower("cluster.processors"),
        MoreIsNotSlower("cluster.frequency_hz"),
        MoreIsNotSlower("ports.input_bytes_per_cycle"),
        MoreIsNotSlower("ports.output_bytes_per_cycle"),
        MoreIsNotSlower(
            "memory.bandwidth_bytes_per_s", runs=("eight", "sixty-four", "streamed", "in turns")
        ),
        MoreIsNotSlower("gpu.rest_fusion_speedup"),
        MoreIsNotSlower("mlp_engine.rows"),
        MoreIsNotSlower("mlp_engine.columns"),
        MoreIsNotSlower("scheduler.buffers", factors=(1.0, 2.0, 4.0)),
    ),
    metamorphic=(
        *(
            Metamorphic(
                "clock", run,
                hardware_factors={
                    "cluster.frequency_hz": 2.0, "memory.bandwidth_bytes_per_s": 2.0,
                    "scheduler.dispatch_s": 0.5,
                },
                workload_settings={"gpu_baseline.frame_time_s": 0.001},
                time_ratio=0.5,
            )
            for run in ("eight", "sixty-four", "streamed", "in turns")
        ),
        Metamorphic(
            "copies", "eight",
            hardware_factors={
                "cluster.processors": 2.0, "memory.bandwidth_bytes_per_s": 2.0,
                "scheduler.batch_bytes": 2.0, "scheduler.batch_granularity": 2.0,
            },
            workload_settings={"width": 640, "gpu_baseline.width": 3840},
        ),
    ),
    not_applicable={
        "permutation": "a frame is a number of samples; they have no order that could be changed",
    },
)  # fmt: skip
