"""Both implementations of MAESTRO on chosen layers: each extent below, at and above each limit."""

from __future__ import annotations

import itertools
from dataclasses import astuple, fields

import pytest

from archsim.architectures.asic.maestro.directives import template_mapping
from archsim.architectures.asic.maestro.enumerator import Rates, layer_cost
from archsim.architectures.asic.maestro.fast import Costs, costs, hardware_columns
from archsim.architectures.asic.maestro.layers import Layer
from archsim.architectures.asic.maestro.table import table_of
from archsim.errors import UnsupportedError

# Filter rows and columns, input rows and columns, stride: one position, one strip, several, with
# and without a rest, filters longer and shorter than strides, strides that fall back.
SHAPES = [
    (1, 1, 1, 1, 1), (3, 3, 3, 3, 1), (3, 3, 4, 9, 1), (3, 2, 10, 3, 1), (2, 3, 17, 18, 1),
    (1, 1, 9, 16, 2), (3, 3, 18, 19, 2), (3, 1, 7, 23, 2), (1, 3, 33, 10, 2), (5, 5, 21, 12, 4),
    (2, 2, 6, 10, 3), (1, 1, 10, 7, 3), (4, 2, 13, 11, 3), (3, 3, 24, 41, 1),
    (3, 6, 14, 26, 5), (6, 2, 11, 8, 5), (1, 2, 11, 18, 4),
    (3, 3, 28, 9, 1), (5, 2, 60, 7, 2), (6, 3, 28, 7, 1),
]  # fmt: skip
RATES = [
    Rates(64, 1, 1, 1, None), Rates(128, 7, 0, 9, None), Rates(192, 64, 4, 1, 16.0),
    Rates(1024, 100_000, 1, 2, 3.3),
]  # fmt: skip
CHANNELS = [1, 2, 63, 64, 65, 130]
FILTERS = [1, 2, 3, 16, 17, 48, 50]


def compared(layers: list[Layer], template: str, rate: Rates) -> int:
    """Compare the costs of layers; returns how many MAESTRO's rules make sense for."""
    taken = []
    for layer in layers:
        try:
            taken.append((layer, layer_cost(layer, template_mapping(template, layer), rate)))
        except UnsupportedError:
            continue
    hardware = hardware_columns(
        len(taken), rate.pes, rate.noc_bandwidth or 1, rate.noc_latency, rate.simd,
        rate.offchip_bandwidth,
    )  # fmt: skip
    found = costs(table_of([layer for layer, _ in taken]), template, hardware)
    columns = [getattr(found, each.name) for each in fields(Costs)]
    for index, (layer, expected) in enumerate(taken):
        assert [int(column[index]) for column in columns] == list(astuple(expected)), layer
    return len(taken)


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.pes} PEs")
@pytest.mark.parametrize("template", ["dla", "shi", "rs"])
def test_dense_layers_at_the_limits(template: str, rate: Rates) -> None:
    pairs = itertools.cycle(itertools.product(FILTERS, CHANNELS))
    layers = [
        Layer("CONV", *next(pairs), *shape[:4], shape[4])
        for shape in SHAPES
        for _ in range(5)
        if rate.pes >= shape[0]
    ]
    assert compared(layers, template, rate) > len(layers) / 2


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.pes} PEs")
@pytest.mark.parametrize("template", ["dla", "shi", "rs"])
def test_depthwise_layers_at_the_limits(template: str, rate: Rates) -> None:
    layers = [
        Layer("DSCONV", 1, channels, *shape[:4], shape[4])
        for shape in SHAPES
        for channels in (1, 2, rate.pes - 1, rate.pes, rate.pes + 1, 3 * rate.pes + 2)
    ]
    assert compared(layers, template, rate) > len(layers) / 2
