"""Spaces: numbers and points both ways, equal designs, samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError, UnknownNameError
from archsim.space import Parameter, Space
from archsim.space.sampling import grid, random, sobol

SHAPES = st.lists(st.integers(1, 6), min_size=1, max_size=5)


def make(shape, rules=()):
    """Return a space of whole numbers; a rule (a, b, levels) makes a inert at levels of b."""
    found = {}
    for at, other, levels in rules:
        found.setdefault(at, []).append((f"hardware.p{other}", tuple(levels)))
    return Space(
        [
            Parameter(
                f"hardware.p{at}",
                "integer",
                tuple(range(count)),
                inert_when=tuple(found.get(at, ())),
            )
            for at, count in enumerate(shape)
        ]
    )


@st.composite
def spaces(draw):
    """A space with rules that go from later to earlier parameters, so in no circle."""
    shape = draw(SHAPES)
    rules = []
    for at in range(1, len(shape)):
        if draw(st.booleans()):
            other = draw(st.integers(0, at - 1))
            levels = draw(st.sets(st.integers(0, shape[other] - 1), min_size=1))
            rules.append((at, other, sorted(levels)))
    return make(shape, rules)


@settings(deadline=None, max_examples=80)
@given(spaces(), st.data())
def test_number_point_and_levels_are_one_to_one(space, data):
    number = data.draw(st.integers(0, space.size - 1))
    levels = space.levels(number)
    assert space.index(levels) == number
    point = space.point(number)
    assert space.index_of(point) == number
    assert list(point) == list(space.keys)
    assert space.values(levels) == point


@settings(deadline=None, max_examples=80)
@given(spaces())
def test_every_number_is_a_different_point(space):
    points = {space.levels(number) for number in range(space.size)}
    assert len(points) == space.size == np.prod(space.shape)


@settings(deadline=None, max_examples=80)
@given(spaces())
def test_collapsing_once_is_enough_and_counts_distinct_designs(space):
    every = np.array([space.levels(number) for number in range(space.size)])
    collapsed = space.collapse(every)
    assert (space.collapse(collapsed) == collapsed).all()
    assert space.is_canonical(collapsed).all()
    distinct = {tuple(row) for row in collapsed.tolist()}
    assert len(distinct) == space.distinct_size == len(grid(space))
    # Only levels of parameters without effect were changed.
    for before, after in zip(every.tolist(), collapsed.tolist(), strict=True):
        for at, parameter in enumerate(space.parameters):
            if before[at] != after[at]:
                assert any(
                    space.parameters[other].values[after[other]] in values
                    for key, values in parameter.inert_when
                    for other in [space.position(key)]
                )


@settings(deadline=None, max_examples=60)
@given(spaces(), st.sampled_from([random, sobol]), st.integers(1, 500), st.integers(0, 2**32))
def test_samples_are_different_canonical_and_begin_alike(space, method, count, seed):
    found = method(space, count, seed)
    assert len(found) == min(count, space.distinct_size)
    assert len({tuple(row) for row in found.tolist()}) == len(found)
    assert space.is_canonical(found).all()
    assert (found >= 0).all()
    assert (found < np.array(space.shape)).all()
    assert (method(space, count, seed) == found).all()
    more = method(space, 2 * count, seed)
    assert (more[: len(found)] == found).all()


def test_large_samples_begin_like_small_ones():
    space = make([1000, 1000, 50])
    for method in (random, sobol):
        small, large = method(space, 100, 7), method(space, 5000, 7)
        assert (large[:100] == small).all()
        assert len({tuple(row) for row in large.tolist()}) == 5000


def test_sobol_fills_evenly():
    space = make([8, 8])
    first = sobol(space, 32, 3)
    halves = np.unique(first // 4, axis=0, return_counts=True)[1]
    assert halves.tolist() == [8, 8, 8, 8]


def test_chained_rules_apply_in_order():
    # c is inert at b = 1; b is inert at a = 1, which makes it 0, so c counts there.
    space = make([2, 2, 3], [(2, 1, [1]), (1, 0, [1])])
    assert space.collapse(np.array([[1, 1, 2], [0, 1, 2], [0, 0, 2]])).tolist() == [
        [1, 0, 2], [0, 1, 0], [0, 0, 2],
    ]  # fmt: skip
    assert space.distinct_size == 3 + 1 + 3


def test_circles_strangers_and_bad_numbers_are_refused():
    with pytest.raises(InputError, match="goes in a circle"):
        make([2, 2], [(0, 1, [0]), (1, 0, [0])])
    with pytest.raises(UnknownNameError, match="p9"):
        make([2, 2], [(0, 9, [0])])
    with pytest.raises(InputError, match="at least one parameter"):
        Space([])
    space = make([2, 3])
    for number in (-1, 6):
        with pytest.raises(InputError, match="no such point"):
            space.point(number)
    with pytest.raises(InputError, match="one level per parameter"):
        space.index([0])
    with pytest.raises(InputError, match="no such level"):
        space.index([0, 3])
    with pytest.raises(InputError, match="is not a value"):
        space.index_of({"hardware.p0": 5, "hardware.p1": 0})
    with pytest.raises(InputError, match="is not a value"):  # true is not 1
        space.index_of({"hardware.p0": True, "hardware.p1": 0})
    with pytest.raises(InputError, match="no value for this parameter"):
        space.index_of({"hardware.p0": 0})
    with pytest.raises(UnknownNameError, match="did you mean"):
        space.index_of({"hardware.p0": 0, "hardware.p2": 0})


def test_huge_spaces_have_a_size_and_samples_but_no_grid():
    space = make([1000] * 8)
    assert space.size == space.distinct_size == 10**24
    assert space.index(space.levels(10**24 - 1)) == 10**24 - 1
    assert len(random(space, 2000, 0)) == 2000
    with pytest.raises(InputError, match="too many points"):
        grid(space)


def test_agents_set_their_group_or_their_own_key():
    space = Space(
        [
            Parameter("hardware.a", "integer", (1, 2), group="one"),
            Parameter("hardware.b", "integer", (1, 2)),
            Parameter("hardware.c", "integer", (1, 2), group="one"),
        ]
    )
    assert space.groups == {"one": ("hardware.a", "hardware.c"), "hardware.b": ("hardware.b",)}
