"""Grid geometry and table indices against golden vectors of instant-ngp's formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.errors import InputError
from archsim.workload.graphics.grid import (
    GridEncoding,
    grid_levels,
    growth_factor,
    overflow_resolution,
    table_bytes,
)

MIB = 2**20
CELLS = [(1, 2, 3), (100, 200, 300), (511, 511, 511), (8191, 4096, 77)]
GOLDEN = {
    19: [128476, 110768, 474075, 481326],
    14: [13788, 12464, 15323, 6190],
}
NERF = [16, 25, 37, 56, 85, 129, 195, 295, 446, 676, 1025, 1553, 2353, 3566, 5405, 8193]
NSDF = [16, 23, 31, 43, 59, 81, 112, 154, 213, 295, 407, 562, 777, 1073, 1482, 2048]
MRDG = [16, 23, 32, 45, 63, 88, 124, 173]


def hash_grid(factor, **changes):
    fields = {
        "grid": "hash", "dimensions": 3, "levels": 16, "features": 2, "log2_entries": 19,
        "base_resolution": 16, "growth_factor": factor,
    }  # fmt: skip
    return GridEncoding(**(fields | changes))


MRDG_GRID = GridEncoding(
    grid="dense", dimensions=3, levels=8, features=2, base_resolution=16, growth_factor=1.405
)
LRDG_GRID = GridEncoding(
    grid="tiled", dimensions=3, levels=2, features=8, base_resolution=128, growth_factor=1.0
)
GIA_GRID = hash_grid(1.25992, dimensions=2, log2_entries=24)


@pytest.mark.parametrize("log2_entries", GOLDEN)
def test_hashed_indices(log2_entries):
    found = archsim.neural_graphics.grid_index(np.array(CELLS), 8193, 2**log2_entries, "hash")
    assert found.tolist() == GOLDEN[log2_entries]


def test_dense_index():
    entries = 56**3
    for kind in ("hash", "dense"):
        found = archsim.neural_graphics.grid_index(np.array([[10, 20, 30]]), 56, entries, kind)
        assert found.tolist() == [95210]


def test_one_cell_gives_one_index():
    assert int(archsim.neural_graphics.grid_index((1, 2, 3), 8193, 2**19, "hash")) == 128476


def test_a_hash_grid_with_room_for_every_vertex_is_dense_and_with_one_entry_less_is_not():
    cells = np.array([[3, 4, 5]])
    index = archsim.neural_graphics.grid_index
    assert index(cells, 16, 16**3, "hash").tolist() == [3 + 4 * 16 + 5 * 256]
    hashed = (3 ^ (4 * 2654435761 % 2**32) ^ (5 * 805459861 % 2**32)) % (16**3 - 1)
    assert index(cells, 16, 16**3 - 1, "hash").tolist() == [hashed]


def test_resolutions_beyond_32_bits_are_hashed_whatever_the_table_holds():
    assert overflow_resolution(3) == 0x659
    assert overflow_resolution(2) == 0xFFFF
    cells = np.array([[1, 1, 1]])
    index = archsim.neural_graphics.grid_index
    assert (
        index(cells, 0x659, 2**32, "hash").tolist() != index(cells, 0x65A, 2**32, "hash").tolist()
    )
    assert index(cells, 0x65A, 2**32, "hash").tolist() == [(1 ^ 2654435761 ^ 805459861) % 2**32]


def test_dense_indices_wrap_around():
    found = archsim.neural_graphics.grid_index(np.array([[16, 15, 15]]), 16, 4096, "dense")
    assert found.tolist() == [(16 + 15 * 16 + 15 * 256) % 4096] == [0]


def test_tiled_grids_repeat():
    cells = np.array([[0, 0, 0], [4, 3, 2], [9, 9, 9]])
    found = archsim.neural_graphics.grid_index(cells, 10, 64, "tiled")
    assert found.tolist() == [0, (4 + 30 + 200) % 64, 999 % 64]


@pytest.mark.parametrize(
    ("encoding", "resolutions"),
    [(hash_grid(1.51572), NERF), (hash_grid(1.38191), NSDF), (MRDG_GRID, MRDG)],
    ids=["nerf", "nsdf", "mrdg"],
)
def test_resolutions(encoding, resolutions):
    assert [level.resolution for level in grid_levels(encoding)] == resolutions


def test_first_hashed_levels():
    for factor, first in ((1.51572, 4), (1.38191, 5)):
        hashed = [level.hashed for level in grid_levels(hash_grid(factor))]
        assert hashed == [False] * first + [True] * (16 - first)
    assert not any(level.hashed for level in grid_levels(GIA_GRID))


@pytest.mark.parametrize(
    ("encoding", "largest", "total", "digits"),
    [
        (hash_grid(1.51572), 2.0, 24.9, 1),
        (hash_grid(1.38191), 2.0, 23.3, 1),
        (hash_grid(1.275), 2.0, 20.4, 1),
        (GIA_GRID, 1.0, 2.7, 1),
        (MRDG_GRID, 19.8, 31.1, 1),
        (LRDG_GRID, 32.0, 64.0, 1),
    ],
    ids=["nerf", "nsdf", "nvr", "gia", "mrdg", "lrdg"],
)
def test_table_capacity_in_mib(encoding, largest, total, digits):
    sizes = table_bytes(encoding)
    assert round(max(sizes) / MIB, digits) == largest
    assert round(sum(sizes) / MIB, digits) == total


def test_the_finest_image_level_fills_one_mib_exactly_and_hash_levels_with_byte_features_too():
    assert max(table_bytes(GIA_GRID)) == MIB
    assert max(table_bytes(hash_grid(1.51572, feature_bytes=1))) == MIB


def test_a_huge_image_needs_hundreds_of_mib():
    factor = growth_factor(56718 / 2, 16, 16)
    sizes = table_bytes(hash_grid(factor, dimensions=2, log2_entries=24))
    assert round(max(sizes) / MIB) == 64
    assert round(sum(sizes) / MIB) == 346


@pytest.mark.parametrize(
    ("finest", "factor"), [(2048, 1.381913), (8192, 1.515717), (512, 1.259921)]
)
def test_automatic_growth_factor(finest, factor):
    assert growth_factor(finest, 16, 16) == pytest.approx(factor, abs=1e-6)
    automatic = hash_grid(None, finest_resolution=float(finest))
    assert automatic.factor == growth_factor(finest, 16, 16)


def test_a_single_level_does_not_grow():
    assert growth_factor(512.0, 16, 1) == 1.0


@given(
    cells=st.lists(st.tuples(*[st.integers(0, 2**32 - 1)] * 3), min_size=1, max_size=20),
    resolution=st.integers(2, 10_000),
    entries=st.integers(1, 2**32),
    kind=st.sampled_from(("hash", "dense", "tiled")),
)
@settings(deadline=None, max_examples=150)
def test_indices_equal_exact_arithmetic(cells, resolution, entries, kind):
    found = archsim.neural_graphics.grid_index(
        np.array(cells, np.uint64), resolution, entries, kind
    )
    hashed = kind == "hash" and (entries < resolution**3 or resolution > 0x659)
    for (x, y, z), index in zip(cells, found.tolist(), strict=True):
        if hashed:
            exact = x ^ (y * 2654435761 % 2**32) ^ (z * 805459861 % 2**32)
        else:
            exact = x + y * resolution + z * resolution**2
        assert index == exact % entries


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((np.array([[1.5, 2, 3]]), 16, 64, "hash"), "cells are whole numbers"),
        ((np.array([[-1, 2, 3]]), 16, 64, "hash"), "cells: out of range, found -1"),
        ((np.zeros((2, 3, 4), int), 16, 64, "hash"), r"found shape \(2, 3, 4\)"),
        (([[1, 2], [3]], 16, 64, "hash"), "cells need the shape"),
        ((np.array([[1, 2, 3]]), 0, 64, "hash"), "resolution: out of range, found 0"),
        ((np.array([[1, 2, 3]]), 16, 1.5, "hash"), "entries: out of range, found 1.5"),
        ((np.array([[1, 2, 3]]), 16, 64, "hashed"), "did you mean hash"),
    ],
)
def test_bad_arguments_are_one_sentence(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        archsim.neural_graphics.grid_index(*arguments)
