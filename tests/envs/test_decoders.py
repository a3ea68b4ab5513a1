"""Decoders reach exactly the points they say, and no action is out of range."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.envs.decoders import gap_free, get_decoder, three_value
from archsim.errors import InputError, UnknownNameError
from archsim.space import load_study

SHAPES = st.lists(st.integers(1, 12), min_size=1, max_size=6)


def test_three_values_reach_26244_points_of_the_dram_space():
    space = load_study("dram-controller").space
    assert space.size == 442_368
    steps = np.linspace(-1, 1, 401)
    reached = [
        np.unique(three_value(np.full((401, len(space.shape)), steps[:, None]), space.shape)[:, at])
        for at in range(len(space.shape))
    ]
    assert np.prod([len(levels) for levels in reached]) == 26_244
    assert [levels.tolist() for levels in reached[:4]] == [
        [0, 2, 3],
        [0, 1, 2],
        [0, 1, 2],
        [0, 4, 7],
    ]
    free = [
        np.unique(gap_free(np.full((401, len(space.shape)), steps[:, None]), space.shape)[:, at])
        for at in range(len(space.shape))
    ]
    assert np.prod([len(levels) for levels in free]) == 442_368


def test_bins_have_equal_width():
    edges = np.array([[-1.0], [-0.5001], [-0.5], [-0.0001], [0.0], [0.4999], [0.5], [1.0]])
    assert gap_free(edges, (4,)).ravel().tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert three_value(edges, (4,)).ravel().tolist() == [0, 0, 2, 2, 2, 2, 2, 3]


@settings(deadline=None)
@given(SHAPES, st.data())
def test_middles_of_bins_reach_every_level(shape, data):
    levels = np.array([[data.draw(st.integers(0, count - 1)) for count in shape]])
    middles = (2 * levels + 1) / np.array(shape) - 1
    assert gap_free(middles, shape).tolist() == levels.tolist()
    wild = np.array([data.draw(st.lists(
        st.floats(-1e9, 1e9), min_size=len(shape), max_size=len(shape)
    ))])  # fmt: skip
    for decode in (gap_free, three_value):
        found = decode(wild, shape)
        assert ((found >= 0) & (found < np.array(shape))).all()
        assert found.tolist() == decode(np.clip(wild, -1, 1), shape).tolist()


def test_every_point_of_a_small_space_is_reached():
    shape = (3, 5, 2)
    middles = [(2 * np.arange(count) + 1) / count - 1 for count in shape]
    actions = np.array(list(itertools.product(*middles)))
    assert len(np.unique(gap_free(actions, shape), axis=0)) == 30


def test_bad_actions_and_names_are_refused():
    with pytest.raises(InputError, match="finite"):
        gap_free(np.array([[np.nan]]), (3,))
    with pytest.raises(UnknownNameError, match="gap_free"):
        get_decoder("gapfree")
