"""What DRAM channels with their controllers promise."""

from archsim.testing.profile import (
    Allowed,
    ConformanceProfile,
    ConformanceRun,
    Metamorphic,
    MoreIsNotSlower,
)
from archsim.testing.small import SMALL_WORKLOADS

_MIX, _POISSON = SMALL_WORKLOADS["memory_trace"]
_APART = {**_MIX, "name": "small-apart", "pattern": "random", "gap_cycles": 500}

PROFILE = ConformanceProfile(
    kind="dram",
    runs=(
        ConformanceRun("ddr3", "dram-ddr3-1600", _MIX),
        ConformanceRun("ddr4", "dram-ddr4-2400", _MIX),
        ConformanceRun("hbm2", "dram-hbm2-pc", _MIX),
        ConformanceRun("poisson", "dram-ddr4-2400", _POISSON),
        ConformanceRun(
            "apart", "dram-ddr4-2400", _APART, {"controller.RefreshPolicy": "NoRefresh"},
            uncontended=True,
        ),
    ),
    monotonic=(
        MoreIsNotSlower("clock_s", factors=(2.0, 1.0, 0.5)),
        MoreIsNotSlower("timing.refi", factors=(1.0, 2.0, 4.0)),
        MoreIsNotSlower("timing.rfc", factors=(2.0, 1.0)),
        MoreIsNotSlower("timing.rl", factors=(2.0, 1.0)),
        MoreIsNotSlower("timing.faw", factors=(2.0, 1.0, 0.5)),
        MoreIsNotSlower("controller.RequestBufferSize"),
    ),
    allowed=(
        Allowed(
            "monotonicity: timing.faw",
            "activates that come earlier change which row is open when the next request is picked",
            at_most=0.1,
        ),
        Allowed(
            "monotonicity: controller.RequestBufferSize",
            "first-ready scheduling over more requests may close a row that a later one needs",
            at_most=0.15,
        ),
    ),
    metamorphic=tuple(
        Metamorphic("clock", run, hardware_factors={"clock_s": 0.5}, time_ratio=0.5)
        for run in ("ddr3", "ddr4", "hbm2", "poisson", "apart")
    ),
    not_applicable={
        "copies": "one channel serves one stream of requests; channels are not counted",
        "permutation": "requests without identity: equal ones in another order are the same trace",
    },
)  # fmt: skip
