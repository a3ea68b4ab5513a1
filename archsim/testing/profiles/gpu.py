"""What graphics cards promise."""

from archsim.testing.profile import (
    Allowed,
    ConformanceProfile,
    ConformanceRun,
    Metamorphic,
    MoreIsNotSlower,
)
from archsim.testing.small import SMALL_WORKLOADS

_DECODE, _EXPERTS, _ = SMALL_WORKLOADS["llm"]
_ONE, _PAIR = SMALL_WORKLOADS["network"]
(_FRAME,) = SMALL_WORKLOADS["graphics"]
(_TOKENS,) = SMALL_WORKLOADS["ternary_lm"]
(_IMAGE,) = SMALL_WORKLOADS["moe_vit"]

_SOME = ("decode", "learned", "experts", "image")
_PHYSICS = {"residual": "none"}
_RATES = (
    "chip.frequency_hz", "chip.half_flops", "chip.tf32_flops", "chip.fp32_flops",
    "chip.memory_bytes_per_s", "chip.link_bytes_per_s", "chip.board_power_w",
    "matmul.cache_bytes_per_s", "matmul.sm_bytes_per_s", "attention.block_bytes_per_s",
    "streaming.function_elements_per_s", "power.base_w", "power.active_w", "power.thread_w",
)  # fmt: skip
_TIMES = (
    "matmul.unaligned_latency_s", "matmul.tf32_latency_s", "matmul.fp32_latency_s",
    "matmul.half_launch_s", "matmul.word_launch_s", "matmul.split_s",
    "attention.block_latency_s", "attention.combine_s",
    "streaming.launch_s", "streaming.row_latency_s", "streaming.norm_element_s",
    "streaming.softmax_element_s", "streaming.warp_element_s", "tiled.launch_s",
    "hash_grid.launch_s", "hash_grid.lookup_s", "hash_grid.cache_miss_s",
    "hash_grid.memory_miss_s",
)  # fmt: skip

_MEASURED = (
    "chip.memory_bytes_per_s",
    "chip.half_flops",
    "chip.board_power_w",
    "matmul.cache_bytes_per_s",
)
"""Numbers of the card that the residual was grown for."""

PROFILE = ConformanceProfile(
    kind="gpu",
    runs=(
        ConformanceRun("decode", "h100_sxm", _DECODE, _PHYSICS),
        ConformanceRun("learned", "h100_sxm", _DECODE),
        ConformanceRun("experts", "a100_40gb", _EXPERTS, _PHYSICS),
        ConformanceRun("network", "rtx_4070", _ONE, _PHYSICS, uncontended=True),
        ConformanceRun("pair", "rtx_4070", _PAIR, _PHYSICS),
        ConformanceRun("frame", "h100_sxm", _FRAME, _PHYSICS, uncontended=True),
        ConformanceRun("ternary", "h100_sxm", _TOKENS, _PHYSICS),
        ConformanceRun("image", "a100_40gb", _IMAGE, _PHYSICS),
    ),
    monotonic=(
        MoreIsNotSlower("chip.memory_bytes_per_s"),
        MoreIsNotSlower("chip.half_flops", runs=_SOME),
        MoreIsNotSlower("chip.tf32_flops", runs=("network", "pair")),
        MoreIsNotSlower("chip.link_bytes_per_s", runs=("experts",)),
        MoreIsNotSlower("matmul.cache_bytes_per_s", runs=_SOME),
        MoreIsNotSlower("attention.block_bytes_per_s", runs=("decode", "experts")),
        MoreIsNotSlower("chip.board_power_w", factors=(1.0, 2.0), runs=_SOME),
    ),
    allowed=tuple(
        Allowed(
            f"monotonicity: {key}, learned",
            "the learned residual holds for the measured card alone; with any other number "
            "physics is used without it",
            at_most=0.15,
        )
        for key in _MEASURED
    ),
    metamorphic=(
        *(
            Metamorphic(
                "clock", run,
                hardware_factors=dict.fromkeys(_RATES, 2.0) | dict.fromkeys(_TIMES, 0.5),
                time_ratio=0.5,
            )
            for run in ("decode", "experts", "network", "pair", "frame", "ternary", "image")
        ),
        Metamorphic(
            "permutation", "decode",
            workload_settings={
                "lengths": {"distribution": "list", "tokens": [256, 31, 1, 700, 64, 5]},
            },
            same_energy=True,
        ),
    ),
    not_applicable={
        "copies": "two batches on one card share weights and caches, so they are not copies",
    },
)  # fmt: skip
