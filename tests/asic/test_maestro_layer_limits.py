"""Which layers MAESTRO's closed forms take: extents, filters and size, to the last number."""

from __future__ import annotations

import pytest

from archsim.architectures.asic.maestro.layers import LARGEST_EXTENT, LARGEST_MACS, Layer
from archsim.architectures.asic.maestro.table import layer_table, table_of
from archsim.errors import InputError

GOOD = {"type": "CONV", "K": 4, "C": 3, "R": 2, "S": 2, "Y": 8, "X": 9, "stride": 1}


@pytest.mark.parametrize("value", [0, -1, LARGEST_EXTENT + 1])
def test_extents_out_of_bounds_are_refused(value: int) -> None:
    with pytest.raises(InputError, match="whole numbers"):
        Layer(**{**GOOD, "C": value})
    with pytest.raises(InputError, match="whole numbers"):
        layer_table({**GOOD, "C": [3, value]})


@pytest.mark.parametrize("value", [1.5, float("nan"), True])
def test_extents_are_whole_numbers(value: float) -> None:
    with pytest.raises(InputError, match="whole numbers"):
        Layer(**{**GOOD, "C": value})
    with pytest.raises(InputError, match="whole numbers"):
        layer_table({**GOOD, "C": value})


def test_whole_numbers_may_be_given_as_floats() -> None:
    table = layer_table({**GOOD, "C": [3.0, 1.0]})
    assert table.C.tolist() == [3, 1]
    assert layer_table({**GOOD, "C": LARGEST_EXTENT}).C.tolist() == [LARGEST_EXTENT]


def test_a_filter_may_be_as_large_as_its_input_and_no_larger() -> None:
    assert layer_table({**GOOD, "R": 8, "S": 9}).layer(0).output_elements == 4
    with pytest.raises(InputError, match="larger than its input"):
        layer_table({**GOOD, "R": 9})


def test_the_largest_layer_is_the_last_that_is_taken() -> None:
    extents = {**GOOD, "K": 1 << 23, "C": 1 << 23, "R": 1, "S": 1, "Y": 1, "X": 1}
    assert layer_table(extents).layer(0).macs == LARGEST_MACS
    with pytest.raises(InputError, match="too large"):
        layer_table({**extents, "C": (1 << 23) + 1})


def test_elements_of_a_layer_counted_by_hand() -> None:
    layer = table_of([Layer(**GOOD)]).layer(0)
    assert (layer.input_elements, layer.weight_elements, layer.output_elements) == (216, 48, 224)
    assert layer.macs == 224 * 12
    each = Layer(**{**GOOD, "type": "DSCONV", "K": 1})
    assert (each.input_elements, each.weight_elements, each.output_elements) == (216, 12, 168)
    assert each.macs == 168 * 4


def test_a_depthwise_layer_has_one_filter_per_channel() -> None:
    assert layer_table({**GOOD, "type": "DSCONV", "K": [1, 1]}).K.tolist() == [1, 1]
    with pytest.raises(InputError, match="one filter per channel"):
        layer_table({**GOOD, "type": "DSCONV", "K": [1, 2]})


@pytest.mark.parametrize("name", ["type", "K", "C", "R", "S", "Y", "X"])
def test_a_missing_column_is_named(name: str) -> None:
    with pytest.raises(InputError, match=f"found no {name}"):
        layer_table({key: value for key, value in GOOD.items() if key != name})
