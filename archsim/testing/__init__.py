"""Tools that tests of an architecture use, archsim's own and those of outside packages.

``check_architecture`` and ``assert_conforms`` try everything the contract promises;
``strategies`` draws hardware and workloads from the configuration models (it needs hypothesis).
"""

from archsim.testing.conformance import assert_conforms, check_architecture
from archsim.testing.pairs import Outcome, RunPair, try_pair
from archsim.testing.profile import (
    Allowed,
    ConformanceProfile,
    ConformanceRun,
    Metamorphic,
    MoreIsNotSlower,
)
from archsim.testing.profiles import shipped_profile
from archsim.testing.verdict import ConformanceReport, Verdict

__all__ = [
    "Allowed",
    "ConformanceProfile",
    "ConformanceReport",
    "ConformanceRun",
    "Metamorphic",
    "MoreIsNotSlower",
    "Outcome",
    "RunPair",
    "Verdict",
    "assert_conforms",
    "check_architecture",
    "shipped_profile",
    "try_pair",
]
