"""What NPUs with and without processing-in-memory promise."""

from archsim.testing.profile import (
    Allowed,
    ConformanceProfile,
    ConformanceRun,
    Metamorphic,
    MoreIsNotSlower,
)
from archsim.testing.small import SMALL_WORKLOADS

_DECODE, _EXPERTS, _SERVING = SMALL_WORKLOADS["llm"]
_TOKENS, _CHANNELS = [700, 64, 64, 1, 31, 256], [0, 1, 2, 2, 1, 0]
_DEALT, _HALVED = [2000, 10, 10, 2000], [2000, 2000, 10]
_DOUBLED = (
    "npu.frequency_hz",
    "memory.frequency_hz",
    "device_link.bandwidth_bytes_per_s",
)

PROFILE = ConformanceProfile(
    kind="npu_pim",
    runs=(
        ConformanceRun("npu", "npu-only", _DECODE, uncontended=True),
        ConformanceRun("naive", "npu-pim-naive", _DECODE, uncontended=True),
        ConformanceRun("dual", "neupims", _DECODE, uncontended=True),
        ConformanceRun("sub-batches", "neupims-subbatch", _DECODE),
        ConformanceRun("experts", "neupims", _EXPERTS, uncontended=True),
        ConformanceRun("serving", "neupims", _SERVING, uncontended=True),
        ConformanceRun(
            "dealt", "neupims-round-robin", _DECODE, uncontended=True,
            workload_settings={
                "batch": len(_DEALT), "lengths": {"distribution": "list", "tokens": _DEALT},
            },
        ),
        ConformanceRun(
            "halved", "neupims-subbatch", _DECODE,
            workload_settings={
                "batch": len(_HALVED), "lengths": {"distribution": "list", "tokens": _HALVED},
            },
        ),
        ConformanceRun(
            "placed", "neupims", _DECODE,
            workload_settings={
                "lengths": {"distribution": "list", "tokens": _TOKENS, "channels": _CHANNELS},
            },
        ),
    ),
    monotonic=(
        MoreIsNotSlower("npu.frequency_hz"),
        MoreIsNotSlower("npu.systolic_arrays", runs=("npu", "dual")),
        MoreIsNotSlower("npu.vector_units", runs=("npu", "dual")),
        MoreIsNotSlower("memory.frequency_hz"),
        MoreIsNotSlower("memory.channels", runs=("npu", "naive", "dual")),
        MoreIsNotSlower("memory.channels", values=(1, 2, 3, 4, 5, 6, 7), runs=("npu", "dual")),
        MoreIsNotSlower("memory.channels", values=(2, 3), runs=("dealt", "halved")),
        MoreIsNotSlower("memory.timing.trefi", runs=("naive", "dual")),
        MoreIsNotSlower("device_link.bandwidth_bytes_per_s", runs=("experts",)),
    ),
    metamorphic=(
        *(
            Metamorphic(
                "clock", run,
                hardware_factors={
                    **dict.fromkeys(_DOUBLED, 2.0), "device_link.latency_s": 0.5,
                },
                time_ratio=0.5,
            )
            for run in ("npu", "naive", "dual", "sub-batches", "experts")
        ),
        Metamorphic(
            "permutation", "placed",
            workload_settings={
                "lengths": {
                    "distribution": "list", "tokens": _TOKENS, "channels": [2, 0, 1, 1, 0, 2],
                },
            },
            same_energy=True,
        ),
        Metamorphic(
            "permutation", "npu",
            workload_settings={
                "lengths": {"distribution": "list", "tokens": [256, 31, 1, 700, 64, 5]},
            },
            same_energy=True,
        ),
    ),
    allowed=(
        Allowed(
            "monotonicity: memory.channels, dealt",
            "requests dealt in turn over more channels may meet anew: two long ones, first and "
            "last of four, share a channel of three but not of two",
            at_most=0.5,
        ),
        Allowed(
            "monotonicity: memory.channels, halved",
            "channels with one request give it to the sub-batches in turn: two long ones run side "
            "by side on two channels, but one after the other on three",
            at_most=0.5,
        ),
        Allowed(
            "bytes: serving",
            "a serving run counts tokens; its passes are those of the other runs, whose bytes "
            "are checked there",
        ),
    ),
    not_applicable={
        "copies": "two batches on one device share one stream of weights, so they are not copies",
    },
)  # fmt: skip
