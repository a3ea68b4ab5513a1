"""A family that breaks one promise after the other: the kit notices each."""

import dataclasses
import itertools
import sys
from pathlib import Path
from types import MappingProxyType

import pytest

from archsim.result import Check, MetricDeclaration
from archsim.testing import Allowed, Metamorphic, MoreIsNotSlower, assert_conforms
from archsim.testing import check_architecture as check

PACKAGE = Path(__file__).resolve().parents[1] / "third_party" / "vector_chip"


@pytest.fixture(scope="module")
def example():
    """Return the example package, its family registered under no name."""
    sys.path.insert(0, str(PACKAGE))
    try:
        import archsim_vector_chip
        from archsim_vector_chip import profile

        yield archsim_vector_chip, profile.PROFILE
    finally:
        sys.path.remove(str(PACKAGE))


def twin(example, change):
    """Return a family whose results are those of the example, changed."""
    package, _ = example

    class Broken(package.VectorArchitecture):
        calls = itertools.count()

        def simulate(self, hardware, workload, *, fidelity, seed, timeline):
            result = super().simulate(
                hardware, workload, fidelity=fidelity, seed=seed, timeline=timeline
            )
            return change(result, hardware, workload, fidelity, next(self.calls))

    return Broken()


def changed(result, **parts):
    return dataclasses.replace(result, **parts)


def table(frame, **columns):
    return frame.assign(**columns)


def slower(result, factor):
    """Return a result that takes so many times as long and is sound otherwise."""
    return changed(
        result,
        latency_s=result.latency_s * factor,
        average_power_w=result.average_power_w / factor,
        components=table(
            result.components,
            busy_s=result.components["busy_s"] * factor,
        ),
        operations=table(
            result.operations,
            start_s=result.operations["start_s"] * factor,
            end_s=result.operations["end_s"] * factor,
        ),
    )


def without(result, words):
    return changed(result, checks=[item for item in result.checks if words not in item.name])


def failing(result, words):
    return changed(
        result,
        checks=[
            Check(item.name, item.passed and words not in item.name, item.detail)
            for item in result.checks
        ],
    )


def unsourced(result):
    facts = dict(result.provenance)
    facts["constants"] = [{**item, "source": ""} for item in facts["constants"]]
    return changed(result, provenance=facts)


TWINS = {
    "undeclared metric": (
        "contract", "'surprise' is not declared",
        lambda r, *_: changed(r, metrics={**r.metrics, "surprise": 1.0}),
    ),
    "undeclared component": (
        "contract", "'cores2' is not declared",
        lambda r, *_: changed(
            r, components=table(r.components, component=r.components["component"] + "2")
        ),
    ),
    "failed check": ("contract", "failed", lambda r, *_: failing(r, "not negative")),
    "no checks": ("contract", "no checks", lambda r, *_: changed(r, checks=[])),
    "no sources": ("contract", "no source", lambda r, *_: unsourced(r)),
    "no constants": (
        "contract", "no constants",
        lambda r, *_: changed(r, provenance={**r.provenance, "constants": []}),
    ),
    "a call counts": (
        "determinism", "another result",
        lambda r, h, w, f, n: changed(r, metrics={"tokens_per_s": float(n)}),
    ),
    "no bytes": ("bytes", "no check", lambda r, *_: without(r, "bytes in = bytes out")),
    "lost bytes": ("bytes", "weights", lambda r, *_: failing(r, "bytes in = bytes out")),
    "no work": ("work", "no check", lambda r, *_: without(r, "work done = work asked")),
    "lost work": ("work", "operations", lambda r, *_: failing(r, "work done = work asked")),
    "energy from nowhere": (
        "energy", "components have", lambda r, *_: changed(r, energy_j=r.energy_j * 1.01),
    ),
    "area from nowhere": (
        "energy", "mm2, the run", lambda r, *_: changed(r, area_mm2=r.area_mm2 * 1.01),
    ),
    "operations beyond the total": (
        "energy", "operations take",
        lambda r, *_: changed(
            r, operations=table(r.operations, energy_j=r.operations["energy_j"] * 1e6)
        ),
    ),
    "more than busy": (
        "bounds", "utilisation of 1.5",
        lambda r, *_: changed(
            r, components=table(r.components, utilisation=1.5, busy_s=1.5 * r.latency_s)
        ),
    ),
    "busy for another time": (
        "bounds", "not utilisation x latency",
        lambda r, *_: changed(r, components=table(r.components, utilisation=0.5)),
    ),
    "after the end": (
        "bounds", "outside of the run",
        lambda r, *_: changed(
            r, operations=table(r.operations, end_s=r.operations["end_s"] + r.latency_s)
        ),
    ),
    "no roofline": ("bounds", "no check 'roofline'", lambda r, *_: without(r, "roofline")),
    "fidelities differ": (
        "agreement", "played", lambda r, h, w, f, n: slower(r, 1.0 + 1e-12 * (f == "event")),
    ),
    "contention helps": (
        "contention", "played", lambda r, h, w, f, n: slower(r, 0.9 if f == "event" else 1.0),
    ),
    "more is slower": (
        "monotonicity", "lanes from 64 to 128", lambda r, h, *_: slower(r, 1.0 + h.lanes),
    ),
    "a clock of its own": (
        "clock", "the variant takes", lambda r, h, *_: slower(r, h.frequency_hz / 1e9),
    ),
    "copies in each other's way": (
        "copies", "the variant takes", lambda r, h, *_: slower(r, float(h.cores)),
    ),
    "order matters": (
        "permutation", "the variant takes", lambda r, h, w, *_: slower(r, len(w.name)),
    ),
    "order costs energy": (
        "permutation", " J, not",
        lambda r, h, w, *_: changed(r, energy_j=r.energy_j * len(w.name)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_a_broken_promise_is_noticed(example, name):
    relation, words, change = TWINS[name]
    _, profile = example
    # Two names of one workload stand for two orders of its requests.
    order = Metamorphic(
        "permutation", "one core", workload_settings={"name": "n"}, same_energy=True
    )
    profile = dataclasses.replace(
        profile,
        metamorphic=(*profile.metamorphic, order),
        monotonic=(MoreIsNotSlower("lanes", factors=(1.0, 2.0)),),
    )
    report = check(twin(example, change), profile)
    verdict = report.verdict(relation)
    assert not verdict.passed
    assert not report.passed
    assert any(words in text for text in verdict.violations), verdict.violations
    assert "violation: " in str(report)


def test_the_sound_twin_passes(example):
    _, profile = example
    assert check(twin(example, lambda result, *_: result), profile).passed


def test_a_broken_family_fails_a_test(example):
    _, profile = example
    broken = twin(example, lambda r, *_: changed(r, checks=[]))
    with pytest.raises(AssertionError, match="no checks"):
        assert_conforms(broken, profile)


def test_declarations_are_checked(example):
    package, profile = example

    class Undeclared(package.VectorArchitecture):
        title = " "
        metrics = (*package.VectorArchitecture.metrics, *package.VectorArchitecture.metrics)
        components = MappingProxyType({"cores": " ", "memory": "A memory."})

    texts = check(Undeclared(), profile).verdict("contract").violations
    for words in ("no title", "declared twice", "no meaning"):
        assert any(words in text for text in texts), texts

    class Careless(package.VectorArchitecture):
        metrics = ("tokens_per_s", MetricDeclaration("tokens_per_s", "tokens/s", "Tokens."))

    with pytest.raises(AttributeError):
        check(Careless(), profile)


def test_a_workload_of_another_kind_must_be_refused(example):
    package, profile = example

    class Greedy(package.VectorArchitecture):
        def simulate(self, hardware, workload, **options):
            if workload.kind != "ternary_lm":
                return None
            return super().simulate(hardware, workload, **options)

    texts = check(Greedy(), profile).verdict("contract").violations
    assert any("is run, not refused" in text for text in texts)


def test_a_named_exception_covers_what_it_names_and_no_more(example):
    _, profile = example
    profile = dataclasses.replace(
        profile, monotonic=(MoreIsNotSlower("lanes", factors=(1.0, 2.0)),), metamorphic=()
    )
    broken = twin(example, lambda r, h, *_: slower(r, 4.0 if h.lanes > 64 else 1.0))

    def verdict(at_most):
        exception = Allowed("monotonicity: lanes", "as the test has it", at_most=at_most)
        return check(broken, profile, allowed=[exception]).verdict("monotonicity")

    assert not verdict(0.01).passed
    wide = verdict(4.0)
    assert wide.passed
    assert len(wide.anomalies) > 0
    assert all("as the test has it" in text for text in wide.anomalies)
