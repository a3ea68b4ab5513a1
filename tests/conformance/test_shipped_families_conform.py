"""Every shipped family passes the conformance kit; exceptions are named, with reasons."""

import pytest

from archsim.architectures import registry
from archsim.errors import InputError
from archsim.testing import assert_conforms, check_architecture, shipped_profile

RELATIONS = {
    "contract", "determinism", "bytes", "work", "energy", "bounds", "agreement", "contention",
    "monotonicity", "clock", "copies", "permutation",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(registry.BUILTIN))
def test_a_shipped_family_conforms(kind):
    report = assert_conforms(kind)
    assert {item.relation for item in report.verdicts} == RELATIONS
    for verdict in report.verdicts:
        assert verdict.tried or len(verdict.detail) > 40, verdict  # tried, or a reason why not
    assert "broken" not in str(report)


@pytest.mark.parametrize("kind", sorted(registry.BUILTIN))
def test_a_profile_says_why_of_everything_it_leaves_out(kind):
    profile = shipped_profile(kind)
    for item in (*profile.allowed, *profile.flags):
        assert len(item.reason) > 20
    assert set(profile.not_applicable) <= {"copies", "permutation"}
    assert any(run.uncontended for run in profile.runs)
    assert all(run.ordered for run in profile.runs)


def test_only_a_shipped_family_has_a_shipped_profile():
    assert shipped_profile("no_such_family") is None
    with pytest.raises(InputError, match="no_such_family"):
        check_architecture("no_such_family", runs=[("neupims", "gpt3-7b-alpaca")])


def test_further_pairs_can_be_tried_with_exceptions_of_ones_own():
    report = check_architecture("dram", runs=[("dram-ddr4-2400", "memory-hot-rows")])
    assert report.verdict("determinism").tried == 2 * (len(shipped_profile("dram").runs) + 1)
    assert report.passed
