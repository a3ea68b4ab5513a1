"""Interpolation: weights, exact cases, half precision, and compiled loops against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError
from archsim.workload.graphics import compiled
from archsim.workload.graphics.compiled import address_stream, encode_fast
from archsim.workload.graphics.grid import GridEncoding, grid_levels
from archsim.workload.graphics.interpolate import (
    corner_indices,
    corner_weights,
    encode,
    locate,
)

SMALL = GridEncoding(
    grid="hash", dimensions=3, levels=6, features=2, log2_entries=10, base_resolution=4,
    growth_factor=1.7,
)  # fmt: skip
FLAT = GridEncoding(
    grid="dense", dimensions=2, levels=3, features=4, base_resolution=5, growth_factor=2.0
)
TILED = GridEncoding(
    grid="tiled", dimensions=3, levels=2, features=8, base_resolution=9, growth_factor=1.5
)
GRIDS = (SMALL, FLAT, TILED)


def tables(encoding, seed=0):
    random = np.random.default_rng(seed)
    return [
        random.standard_normal((level.entries, encoding.features)).astype(np.float32)
        for level in grid_levels(encoding)
    ]


def points(encoding, count=300, seed=1):
    found = np.random.default_rng(seed).random((count, encoding.dimensions), dtype=np.float32)
    found[0], found[1] = 0.0, 1.0
    return found


def test_a_cell_and_its_fraction_by_hand():
    level = grid_levels(FLAT)[0]
    assert (level.scale, level.resolution, level.entries) == (4.0, 5, 32)
    cells, fractions = locate(np.array([[0.0, 0.5], [1.0, 0.3]], np.float32), level)
    assert cells.tolist() == [[0, 2], [4, 1]]
    assert fractions == pytest.approx(np.array([[0.5, 0.5], [0.5, 0.7]]), abs=1e-6)


def test_bilinear_weights_by_hand():
    weights = corner_weights(np.array([[0.25, 0.5]], np.float32))
    assert weights.tolist() == [[0.375, 0.125, 0.375, 0.125]]


def test_a_linear_table_is_interpolated_to_itself():
    # Entries that hold their own coordinates give back the scaled position.
    encoding = GridEncoding(
        grid="dense", dimensions=3, levels=1, features=4, base_resolution=8, growth_factor=1.0
    )
    (level,) = grid_levels(encoding)
    side = level.resolution
    x, y, z = np.meshgrid(*[np.arange(side)] * 3, indexing="ij")
    table = np.zeros((level.entries, 4), np.float32)
    index = (x + y * side + z * side**2).ravel()
    table[index, 0], table[index, 1], table[index, 2] = x.ravel(), y.ravel(), z.ravel()
    inside = points(encoding) * np.float32(0.9)
    found = encode(encoding, [table], inside, "fp32")
    assert found[:, :3] == pytest.approx(level.scale * inside + 0.5, abs=1e-5)
    assert not found[:, 3].any()


@pytest.mark.parametrize("encoding", GRIDS)
def test_equal_entries_come_out_unchanged(encoding):
    flat = [np.full_like(table, 0.5) for table in tables(encoding)]
    assert encode(encoding, flat, points(encoding), "fp32") == pytest.approx(0.5, abs=1e-6)
    assert encode(encoding, flat, points(encoding), "fp16") == pytest.approx(0.5, abs=2e-3)


@pytest.mark.parametrize("encoding", GRIDS)
def test_half_precision_stays_near_single_and_on_the_half_grid(encoding):
    half = encode(encoding, tables(encoding), points(encoding), "fp16")
    single = encode(encoding, tables(encoding), points(encoding), "fp32")
    assert half == pytest.approx(single, abs=2e-2)
    assert (half.astype(np.float16).astype(np.float32) == half).all()
    assert (half != single).any()


def test_half_precision_rounds_once_per_fused_multiply_add():
    encoding = GridEncoding(
        grid="dense", dimensions=2, levels=1, features=1, base_resolution=2, growth_factor=1.0
    )
    table = np.zeros((8, 1), np.float32)
    table[:4, 0] = [1.0, 2.0**-11, 2.0**-11, 0.0]
    where = np.array([[0.25, 0.25]], np.float32)  # fractions 0.75, 0.75
    total = np.float16(0.0)
    for weight, value in zip((0.0625, 0.1875, 0.1875, 0.5625), table[:4, 0], strict=True):
        total = np.float16(float(weight) * float(value) + float(total))
    assert encode(encoding, [table], where, "fp16")[0, 0] == float(total)


@pytest.mark.parametrize("encoding", GRIDS)
def test_compiled_streams_equal_the_vectorised_ones(encoding):
    where = points(encoding)
    found = address_stream(encoding, where)
    assert found.shape == (encoding.levels, len(where), encoding.corners)
    for number, level in enumerate(grid_levels(encoding)):
        assert (found[number] == corner_indices(encoding, level, where)).all()
        assert int(found[number].max()) < level.entries


@pytest.mark.parametrize("encoding", GRIDS)
def test_compiled_features_equal_the_vectorised_ones(encoding):
    where, values = points(encoding), tables(encoding)
    found = encode_fast(encoding, values, where)
    assert found == pytest.approx(encode(encoding, values, where, "fp32"), abs=1e-5)


def test_plain_python_gives_the_same_stream(monkeypatch):
    monkeypatch.setattr(compiled, "_compiled", lambda function: function)
    where = points(SMALL, 20)
    plain = address_stream(SMALL, where)
    features = encode_fast(SMALL, tables(SMALL), where)
    monkeypatch.undo()
    assert (plain == address_stream(SMALL, where)).all()
    assert features == pytest.approx(encode_fast(SMALL, tables(SMALL), where), abs=1e-6)


def test_blocks_do_not_show(monkeypatch):
    where = points(SMALL, 100)
    whole = encode_fast(SMALL, tables(SMALL), where)
    monkeypatch.setattr(compiled, "BLOCK", 7)
    assert (encode_fast(SMALL, tables(SMALL), where) == whole).all()


@given(seed=st.integers(0, 2**31), encoding=st.sampled_from(GRIDS))
@settings(deadline=None, max_examples=30)
def test_weights_sum_to_one_and_features_stay_within_their_entries(seed, encoding):
    where = points(encoding, 50, seed)
    values = tables(encoding, seed)
    for level in grid_levels(encoding):
        weights = corner_weights(locate(where, level)[1])
        assert weights.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
        assert weights.min() >= 0.0
    found = encode(encoding, values, where, "fp32")
    for number, table in enumerate(values):
        part = found[:, number * encoding.features : (number + 1) * encoding.features]
        assert part.min() >= table.min() - 1e-5
        assert part.max() <= table.max() + 1e-5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"where": points(FLAT)}, r"positions need the shape \(n, dimensions\)"),
        ({"where": points(SMALL) * 2}, "positions lie between 0 and 1"),
        ({"values": tables(SMALL)[:-1]}, "one table per level, found 5; allowed: 6"),
        ({"values": [t[:-1] for t in tables(SMALL)]}, "a table has the wrong shape"),
    ],
)
def test_bad_arguments(changes, sentence):
    arguments = {"where": points(SMALL), "values": tables(SMALL)} | changes
    with pytest.raises(InputError, match=sentence):
        encode(SMALL, arguments["values"], arguments["where"])
