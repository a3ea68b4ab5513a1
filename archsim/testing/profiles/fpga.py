"""What FPGA datapaths promise."""

from archsim.testing.profile import (
    Allowed,
    ConformanceProfile,
    ConformanceRun,
    Metamorphic,
    MoreIsNotSlower,
)
from archsim.testing.small import SMALL_WORKLOADS

(_TOKENS,) = SMALL_WORKLOADS["ternary_lm"]
(_IMAGE,) = SMALL_WORKLOADS["moe_vit"]
_CHOICES = [[token % 4, (token + 1 + token % 3) % 4] for token in range(17)]

PROFILE = ConformanceProfile(
    kind="fpga",
    runs=(
        ConformanceRun("port", "d5005-512bit", _TOKENS, uncontended=True),
        ConformanceRun(
            "no table", "d5005-512bit", _TOKENS,
            workload_settings={"include_embedding": False}, uncontended=True,
        ),
        ConformanceRun("prototype", "d5005-prototype", _TOKENS, uncontended=True),
        ConformanceRun("cores", "d5005-multicore", _TOKENS),
        ConformanceRun("weights on chip", "tereffic-u280-hbm", _TOKENS),
        ConformanceRun("host", "kria-matmulfree", _TOKENS, uncontended=True),
        ConformanceRun("experts", "m3vit-zcu104", _IMAGE, uncontended=True),
        ConformanceRun("token major", "m3vit-zcu104-token-major", _IMAGE, uncontended=True),
        ConformanceRun("tiled", "edge-moe-zcu102", _IMAGE, uncontended=True),
        ConformanceRun(
            "recorded", "edge-moe-zcu102", _IMAGE,
            workload_settings={"routing": {"distribution": "recorded", "choices": _CHOICES}},
        ),
    ),
    monotonic=(
        MoreIsNotSlower("ternary_core.frequency_hz"),
        MoreIsNotSlower("ternary_core.port_bytes", factors=(1.0, 2.0, 4.0)),
        MoreIsNotSlower("ternary_core.lanes"),
        MoreIsNotSlower("ternary_core.vector_lanes", factors=(1.0, 2.0, 4.0)),
        MoreIsNotSlower("ternary_core.fifo_beats"),
        MoreIsNotSlower("board.memory.channel_bytes_per_s", runs=("port", "cores", "host")),
        MoreIsNotSlower("vit_accelerator.frequency_hz"),
        MoreIsNotSlower("vit_accelerator.load_bytes_per_cycle"),
        MoreIsNotSlower("vit_accelerator.compute.macs_per_cycle", factors=(0.5, 1.0)),
    ),
    metamorphic=(
        *(
            Metamorphic(
                "clock", run,
                hardware_factors={
                    "ternary_core.frequency_hz": 2.0, "board.memory.channel_bytes_per_s": 2.0,
                    "ternary_core.product_overhead_s": 0.5, "ternary_core.first_beat_s": 0.5,
                },
                time_ratio=0.5,
            )
            for run in ("port", "prototype", "cores", "host")
        ),
        *(
            Metamorphic(
                "clock", run,
                hardware_factors={
                    "vit_accelerator.frequency_hz": 2.0, "board.memory.channel_bytes_per_s": 2.0,
                },
                time_ratio=0.5,
            )
            for run in ("experts", "token major", "tiled")
        ),
        Metamorphic(
            "copies", "no table",
            hardware_factors={
                "ternary_core.cores": 2.0, "ternary_core.channels": 2.0,
            },
            workload_settings={"batch": 6},
        ),
        Metamorphic(
            "permutation", "recorded",
            workload_settings={
                "routing": {
                    "distribution": "recorded", "choices": _CHOICES[::-1],
                },
            },
            same_energy=True,
        ),
    ),
    flags=(
        Allowed(
            "a port asks for no more than efficiency x peak",
            "judges the design: a run is timed at the lower of the two rates",
        ),
        Allowed(
            "loads ask for no more than the memory's peak",
            "judges the design: M3ViT's own model has no memory behind the loads",
        ),
        Allowed(
            "dense and expert weights can stream in the time of the run",
            "judges the image: M3ViT's model hides dense weights, which too few tokens cannot",
        ),
        Allowed(
            "the claimed latency is not below the roofline",
            "judges a latency that somebody claims, not the run",
        ),
    ),
)  # fmt: skip
