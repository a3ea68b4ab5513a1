"""The registry: shipped families, outside packages, and what goes wrong with either."""

import sys
import types

import pytest

from archsim.architectures import Architecture, expect, registry
from archsim.errors import ArchsimError, UnknownNameError, UnsupportedError


class Toy(Architecture):
    kind = "toy"
    title = "A toy"
    hardware_model = object
    workload_kinds = frozenset()
    metrics = ()

    def simulate(self, hardware, workload, *, fidelity, seed, timeline):
        raise UnsupportedError("a toy runs nothing")


@pytest.fixture
def toys(monkeypatch):
    module = types.ModuleType("toys")
    module.INSTANCE, module.CLASS, module.NUMBER = Toy(), Toy, 3
    module.inner = types.SimpleNamespace(deep=Toy())
    monkeypatch.setitem(sys.modules, "toys", module)


@pytest.mark.parametrize("target", ["toys:INSTANCE", "toys:CLASS", "toys:inner.deep"])
def test_instances_classes_and_nested_objects_load(monkeypatch, toys, target):
    monkeypatch.setitem(registry.BUILTIN, "toy", target)
    assert isinstance(registry.get("toy"), Toy)
    assert "toy" in registry.names()


@pytest.mark.parametrize(
    ("kind", "target", "sentence"),
    [
        ("toy", "no_such_module:X", "cannot be loaded: ModuleNotFoundError"),
        ("toy", "toys:MISSING", "cannot be loaded: AttributeError"),
        ("toy", "toys:NUMBER", "is a int, not an Architecture"),
        ("tool", "toys:INSTANCE", "registered as 'tool' (toys:INSTANCE) calls itself 'toy'"),
    ],
)
def test_a_broken_registration_is_one_sentence(monkeypatch, toys, kind, target, sentence):
    monkeypatch.setitem(registry.BUILTIN, kind, target)
    with pytest.raises(ArchsimError) as caught:
        registry.get(kind)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_kind_is_suggested_and_placed(monkeypatch, toys):
    monkeypatch.setitem(registry.BUILTIN, "toy", "toys:INSTANCE")
    with pytest.raises(UnknownNameError) as caught:
        registry.get("toyy", where="a.yaml:1")
    assert str(caught.value).startswith("a.yaml:1: kind: unknown architecture kind, found 'toyy'")
    assert str(caught.value).endswith("did you mean toy?")


def test_batches_are_unsupported_unless_a_family_says_otherwise():
    with pytest.raises(UnsupportedError, match="'toy' cannot evaluate designs in batches"):
        Toy().evaluate_batch(None, None, {})


def test_expect_narrows_or_says_what_it_needs():
    assert expect(int, 3) == 3
    with pytest.raises(UnsupportedError, match="needs a int, found a specification of kind 'str'"):
        expect(int, "3")
