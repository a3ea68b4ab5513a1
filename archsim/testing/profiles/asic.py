"""What chips of template accelerators and systolic arrays promise."""

from archsim.testing.profile import (
    Allowed,
    ConformanceProfile,
    ConformanceRun,
    Metamorphic,
    MoreIsNotSlower,
)
from archsim.testing.small import SMALL_WORKLOADS

_ONE, _PAIR = SMALL_WORKLOADS["network"]
_NETWORKS = {"first": _ONE["networks"]["one"]}  # type: ignore[index]  # plain data
_TWO = {**_NETWORKS, "second": _NETWORKS["first"]}
_CORE = {
    "template": "dla", "pes": 256, "noc_bandwidth_bytes_per_cycle": 32, "l2_bytes": 65536,
}  # fmt: skip
_CHIP = {
    "kind": "asic", "schema_version": 1, "name": "one-core", "frequency_hz": 1e9,
    "accelerators": {"left": _CORE},
    "dram": {"memory": "lpddr4", "bandwidth_bytes_per_s": 4e9, "sharing": "static"},
}  # fmt: skip

PROFILE = ConformanceProfile(
    kind="asic",
    runs=(
        ConformanceRun("dla", "dla-1024", _ONE, uncontended=True),
        ConformanceRun("shi", "shi-1024", _ONE, uncontended=True),
        ConformanceRun("rs", "rs-1024", _ONE, uncontended=True),
        ConformanceRun("systolic", "systolic-32x32", _ONE, uncontended=True),
        ConformanceRun("two kinds", "heterogeneous", _PAIR),
        ConformanceRun(
            "compat", "nasaic-w1", _PAIR, {"scheduler.method": "greedy"}, uncontended=True
        ),
        ConformanceRun(
            "one core", _CHIP, {**_ONE, "networks": _NETWORKS}, uncontended=True
        ),
    ),
    monotonic=(
        MoreIsNotSlower("frequency_hz"),
        MoreIsNotSlower("dram.bandwidth_bytes_per_s"),
        MoreIsNotSlower("accelerators.dla.pes", runs=("dla",)),
        MoreIsNotSlower("accelerators.shi.pes", runs=("shi",)),
        MoreIsNotSlower("accelerators.rs.pes", runs=("rs",)),
        MoreIsNotSlower("accelerators.array.columns", runs=("systolic",)),
        MoreIsNotSlower("accelerators.array.rows", runs=("systolic",)),
        MoreIsNotSlower("accelerators.dla.noc_bandwidth_bytes_per_cycle", runs=("dla",)),
        MoreIsNotSlower("accelerators.shi.noc_bandwidth_bytes_per_cycle", runs=("shi",)),
        MoreIsNotSlower("accelerators.rs.noc_bandwidth_bytes_per_cycle", runs=("rs",)),
    ),
    allowed=(
        Allowed(
            "monotonicity: accelerators.array.columns",
            "columns that hold nothing are still filled and drained",
            at_most=0.02,
        ),
    ),
    metamorphic=(
        *(
            Metamorphic(
                "clock", run,
                hardware_factors={"frequency_hz": 2.0, "dram.bandwidth_bytes_per_s": 2.0},
                time_ratio=0.5,
            )
            for run in ("dla", "shi", "rs", "systolic", "two kinds")
        ),
        Metamorphic("clock", "compat", hardware_factors={"frequency_hz": 2.0}, time_ratio=0.5),
        Metamorphic(
            "copies", "one core",
            hardware_factors={"dram.bandwidth_bytes_per_s": 2.0},
            hardware_settings={"accelerators.right": _CORE},
            workload_settings={"networks": _TWO},
        ),
        Metamorphic(
            "permutation", "two kinds",
            workload_settings={"networks": dict(reversed(_PAIR["networks"].items()))},  # type: ignore[attr-defined]  # plain data
            same_energy=True,
        ),
    ),
)  # fmt: skip
