"""What the family promises; a test of it is one call of ``archsim.testing.assert_conforms``."""

from archsim.testing import ConformanceProfile, ConformanceRun, Metamorphic, MoreIsNotSlower

_SOURCE = {"from": "made up for the example", "certainty": "estimate"}
CHIP = {
    "kind": "vector_chip", "schema_version": 1, "name": "small-vector", "frequency_hz": 1e9,
    "lanes": 64, "bandwidth_bytes_per_s": 8e9, "operation_j": 1e-12, "byte_j": 1e-11,
    "core_mm2": 1.0, "cores": 1, "arbiter_cycles": 0, "sources": {"*": _SOURCE},
}  # fmt: skip
WORK = {
    "kind": "ternary_lm", "schema_version": 1, "name": "small-tokens", "batch": 2,
    "model": {"layers": 2, "hidden": 64, "ffn": 256, "vocab": 500},
    "generated_tokens": 2, "include_embedding": False,
}  # fmt: skip

PROFILE = ConformanceProfile(
    kind="vector_chip",
    runs=(
        ConformanceRun("one core", CHIP, WORK, uncontended=True),
        ConformanceRun("two cores", CHIP, WORK, {"cores": 2, "arbiter_cycles": 3}),
    ),
    monotonic=(
        MoreIsNotSlower("lanes"),
        MoreIsNotSlower("frequency_hz"),
        MoreIsNotSlower("bandwidth_bytes_per_s"),
    ),
    metamorphic=(
        Metamorphic(
            "clock", "one core",
            hardware_factors={"frequency_hz": 2.0, "bandwidth_bytes_per_s": 2.0}, time_ratio=0.5,
        ),
        Metamorphic(
            "copies", "one core",
            hardware_factors={"cores": 2.0, "bandwidth_bytes_per_s": 2.0},
            workload_settings={"batch": 4},
        ),
    ),
    not_applicable={"permutation": "the sequences of a batch are equal and have no order"},
)  # fmt: skip
