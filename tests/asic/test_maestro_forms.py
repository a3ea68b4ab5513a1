"""The compiled closed forms against the case enumerator, and rules both must obey."""

from __future__ import annotations

from dataclasses import astuple, fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.architectures.asic.maestro.directives import (
    Cluster,
    spatial,
    template_mapping,
    temporal,
)
from archsim.architectures.asic.maestro.enumerator import LayerCost, Rates, layer_cost
from archsim.architectures.asic.maestro.fast import Costs, costs, hardware_columns
from archsim.architectures.asic.maestro.layers import Layer
from archsim.architectures.asic.maestro.table import table_of
from archsim.errors import UnsupportedError

PROPERTY = settings(deadline=None, max_examples=150)


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    depthwise = draw(st.booleans())
    rows = draw(st.sampled_from([1, 2, 3, 5, 7, 11]))
    columns = draw(st.sampled_from([rows, rows, 1, 3]))
    return Layer(
        "DSCONV" if depthwise else draw(st.sampled_from(["CONV", "TRCONV"])),
        1 if depthwise else draw(st.integers(1, 400)),
        draw(st.integers(1, 400)),
        rows,
        columns,
        rows + draw(st.integers(0, 230)),
        columns + draw(st.integers(0, 230)),
        draw(st.sampled_from([1, 1, 2, 2, 3, 4])),
    )


rates = st.builds(
    Rates,
    st.sampled_from([64, 100, 256, 1000, 1024, 4096]),
    st.sampled_from([1, 7, 16, 64, 256, 100_000]),
    st.sampled_from([0, 1, 4]),
    st.sampled_from([1, 9]),
    st.sampled_from([None, 16.0, 33.3, 70000.0]),
)


def fast(layer: Layer, template: str, rate: Rates) -> Costs:
    hardware = hardware_columns(
        1, rate.pes, rate.noc_bandwidth or 1, rate.noc_latency, rate.simd, rate.offchip_bandwidth
    )
    return costs(table_of([layer]), template, hardware)


@PROPERTY
@given(layers(), st.sampled_from(["dla", "shi", "rs"]), rates)
def test_both_implementations_agree(layer: Layer, template: str, rate: Rates) -> None:
    try:
        expected = layer_cost(layer, template_mapping(template, layer), rate)
    except UnsupportedError:
        with pytest.raises(UnsupportedError):
            fast(layer, template, rate)
        return
    found = fast(layer, template, rate)
    values = [int(getattr(found, each.name)[0]) for each in fields(Costs)]
    assert values == list(astuple(expected))


@PROPERTY
@given(layers(), st.sampled_from(["dla", "shi", "rs"]), rates, st.integers(2, 8))
def test_more_bandwidth_is_never_slower(
    layer: Layer, template: str, rate: Rates, factor: int
) -> None:
    bandwidth = rate.noc_bandwidth or 1
    more = Rates(rate.pes, bandwidth * factor, rate.noc_latency, rate.simd, rate.offchip_bandwidth)
    try:
        slow, quick = fast(layer, template, rate), fast(layer, template, more)
    except UnsupportedError:
        return
    assert quick.runtime_cycles[0] <= slow.runtime_cycles[0]
    assert quick.l2_rd_in[0] == slow.l2_rd_in[0]


@PROPERTY
@given(layers(), rates)
def test_dla_does_the_work_of_the_layer(layer: Layer, rate: Rates) -> None:
    """Work is conserved wherever filters leave nothing over."""
    found = fast(layer, "dla", rate)
    if layer.stride <= 2:
        assert found.macs[0] == layer.macs
        # The last tile of input channels is loaded as if it were a whole one.
        assert found.l2_rd_w[0] >= layer.weight_elements


def test_a_hand_counted_layer() -> None:
    """64 filters of 1 x 1 over one channel of 2 x 2 on 64 clusters of ``dla``.

    First step: 1 MAC, cluster load of 2 elements, then 1 input and 64 weights over 64 elements per
    cycle: 1 + 1 + 2 cycles. Three further positions: one input each, 64 outputs each: 2 cycles
    (compute 1 and the cluster's own load 1).
    """
    cost = layer_cost(
        Layer("CONV", 64, 1, 1, 1, 2, 2),
        template_mapping("dla", Layer("CONV", 64, 1, 1, 1, 2, 2)),
        Rates(4096, 64),
    )
    assert cost == LayerCost(4 + 3 * 2, 4, 64, 256, 256, 6, 2 * (1 + 64 + 64))


def test_a_mapping_of_ones_own() -> None:
    """Output columns over PEs, everything else in turn: one PE per column, weights multicast."""
    layer = Layer("CONV", 2, 1, 1, 1, 1, 4)
    mapping = (temporal(1, 1, "K"), spatial(1, 1, "X"), temporal(1, 1, "Y"))
    cost = layer_cost(layer, mapping, Rates(4, 4))
    # First filter: 1 MAC + 5 elements in 2 cycles; second: a weight and 4 outputs in 1 cycle.
    assert cost.runtime_cycles == 3 + 1
    assert (cost.l2_rd_in, cost.l2_rd_w, cost.l2_wr_out, cost.macs) == (4, 2, 8, 8)


def test_clusters_multiply() -> None:
    layer = Layer("CONV", 8, 8, 1, 1, 4, 4)
    mapping = (spatial(1, 1, "K"), Cluster(2), spatial(1, 1, "Y"), Cluster(4), spatial(1, 1, "C"))
    one = layer_cost(layer, mapping, Rates(8, 64))
    two = layer_cost(layer, mapping, Rates(16, 64))
    assert one.macs == two.macs == layer.macs
    assert two.runtime_cycles < one.runtime_cycles


def test_many_points_equal_single_ones() -> None:
    chosen = [Layer("CONV", 32, 16, 3, 3, 18, 18), Layer("DSCONV", 1, 32, 3, 3, 18, 18)] * 3
    pes = np.array([64, 128, 256, 512, 1024, 2048])
    together = costs(table_of(chosen), "dla", hardware_columns(6, pes, 32))
    for index, layer in enumerate(chosen):
        alone = costs(table_of([layer]), "dla", hardware_columns(1, int(pes[index]), 32))
        assert together.runtime_cycles[index] == alone.runtime_cycles[0]
