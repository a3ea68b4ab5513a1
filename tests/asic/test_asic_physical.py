"""The physical model: hand-counted layers, ZigZag's array, and what must hold for any layer."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.asic.config import AsicHardware, TemplateAccelerator
from archsim.architectures.asic.maestro.layers import Layer
from archsim.architectures.asic.maestro.table import table_of
from archsim.architectures.asic.physical import PhysicalCosts, physical_costs
from archsim.architectures.asic.silicon import silicon
from archsim.errors import UnknownNameError

ORACLE = Path(__file__).parents[1] / "oracles" / "zigzag_layers.csv"
PROPERTY = settings(deadline=None, max_examples=120)

layers = st.builds(
    lambda depthwise, k, c, r, y, x, stride: Layer(
        "DSCONV" if depthwise else "CONV", 1 if depthwise else k, c, r, r, r + y, r + x, stride
    ),
    st.booleans(),
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from([1, 3, 5]),
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from([1, 2]),
)
templates = st.sampled_from(["dla", "shi", "rs"])


def costs(
    layer: Layer, template: str, pes: int = 1024, width: int = 64, l2: int = 1 << 20
) -> PhysicalCosts:
    accelerator = TemplateAccelerator.model_validate(
        {"template": template, "pes": pes, "noc_bandwidth_bytes_per_cycle": width, "l2_bytes": l2}
    )
    return physical_costs(table_of([layer]), accelerator, 1, 1)


def test_hand_counted_dla() -> None:
    """128 filters over 64 channels, 3 x 3 on 8 x 8: 16 clusters, 8 passes of 36 positions x 9."""
    found = costs(Layer("CONV", 128, 64, 3, 3, 8, 8), "dla")
    assert found.compute_cycles[0] == 8 * 6 * 6 * 9
    assert found.macs[0] == 128 * 64 * 9 * 36
    # Per pass each of 6 output rows reads 3 input rows of 8; weights once; nothing is read back.
    assert found.link_in[0] == 8 * 64 * 6 * 3 * 8 + 128 * 64 * 9
    assert found.link_out[0] == 128 * 36
    assert found.first_elements[0] == 64 * 64
    assert found.stream_elements[0] == 128 * 64 * 9 + 128 * 36
    # 64 channels x 9 taps arrive over 64 bytes per cycle before the first position, plus latency.
    assert found.chip_cycles[0] == 8 * 36 * 9 + 9 + 1


def test_hand_counted_shi_reads_sums_back() -> None:
    """Rows over 128 clusters, 16 columns in two steps: sums leave after each of 4 channels."""
    found = costs(Layer("CONV", 2, 4, 1, 1, 16, 16), "shi")
    assert found.compute_cycles[0] == 2 * 4 * 2
    assert found.link_out[0] == 2 * 256 * 4
    assert found.link_in[0] == 2 * 4 * (256 + 1) + 2 * 256 * 3


def test_hand_counted_rs() -> None:
    """Eight rows over 341 clusters of 3; 32 filters in two turns of 16 x 3 cycles per channel."""
    found = costs(Layer("CONV", 32, 2, 3, 3, 10, 10), "rs")
    assert found.compute_cycles[0] == 8 * 2 * (48 + 48)
    assert found.link_out[0] == 32 * 64 * 2


def test_operands_that_do_not_fit_stream_again() -> None:
    roomy = costs(Layer("CONV", 256, 256, 3, 3, 16, 16), "dla", l2=1 << 22)
    tight = costs(Layer("CONV", 256, 256, 3, 3, 16, 16), "dla", l2=1 << 14)
    assert roomy.first_elements[0] + roomy.stream_elements[0] == 65536 + 589824 + 256 * 196
    assert tight.stream_elements[0] > 5 * roomy.stream_elements[0]


@pytest.mark.parametrize("hardware", ["systolic-32x32", "dla"])
def test_three_by_three_layers_of_zigzag(hardware: str) -> None:
    """A weight-stationary array of 1024 multipliers with 64 bits per cycle from memory."""
    rows = pd.read_csv(ORACLE)
    rows = rows[rows["config"].str.startswith("tpu_like") & rows["loop_dims"].str.contains("FX=3")]
    found = [dict(re.findall(r"(\w+)=(\d+)", text)) for text in rows["loop_dims"]]
    assert len(found) >= 15
    stride = [2 if re.search(r"layer[234]\.0/conv1", name) else 1 for name in rows["layer"]]
    extent = [(int(each["OX"]) - 1) * step + 3 for each, step in zip(found, stride, strict=True)]
    layers = {
        "type": "CONV", "K": [int(each["K"]) for each in found],
        "C": [int(each["C"]) for each in found], "R": 3, "S": 3, "Y": extent, "X": extent,
        "stride": stride,
    }  # fmt: skip
    chip: str | dict[str, object] = hardware
    if hardware == "dla":
        unit = {"template": "dla", "pes": 1024, "noc_bandwidth_bytes_per_cycle": 64,
                "l2_bytes": 2 << 20}  # fmt: skip
        memory = {"memory": "lpddr4", "bandwidth_bytes_per_s": 8e9}
        chip = {"kind": "asic", "name": "c", "frequency_hz": 1e9, "accelerators": {"a": unit},
                "dram": memory}  # fmt: skip
    cycles = archsim.asic.physical(layers, chip)["cycles"]
    np.testing.assert_allclose(cycles, rows["cycles"].astype(float), rtol=0.05)


def test_layers_alone_equal_a_run_of_them() -> None:
    """The sum over layers is the latency of a network on one accelerator."""
    from archsim.architectures.asic.tasks import tasks_of
    from archsim.workload.network import NetworkWorkload

    workload = archsim.load_workload("resnet18")
    assert isinstance(workload, NetworkWorkload)
    tasks = tasks_of(workload.graphs(), 1)
    names = ("type", "K", "C", "R", "S", "Y", "X", "stride")
    layers = {name: [getattr(task.layer, name) for task in tasks] for name in names}
    found = archsim.asic.physical(layers, "dla-1024", "dla")
    result = archsim.simulate(archsim.load_hardware("dla-1024"), workload)
    assert found["seconds"].sum() == pytest.approx(result.latency_s, rel=1e-12)
    assert found["energy_j"].sum() == pytest.approx(result.metrics["schedule_energy_j"], rel=1e-12)
    assert found["macs"].sum() == result.metrics["macs"]
    with pytest.raises(
        UnknownNameError, match=r"unknown accelerator, found 'dal'.*did you mean dla"
    ):
        archsim.asic.physical(layers, "dla-1024", "dal")


@PROPERTY
@given(layers, templates)
def test_no_layer_beats_its_roofline(layer: Layer, template: str) -> None:
    found = costs(layer, template)
    assert found.macs[0] == layer.macs
    assert found.compute_cycles[0] * 1024 >= layer.macs
    assert found.link_out[0] >= layer.output_elements
    moved = found.first_elements[0] + found.stream_elements[0]
    assert moved >= layer.weight_elements + layer.output_elements


@PROPERTY
@given(layers, templates, st.integers(2, 8))
def test_more_hardware_is_never_slower(layer: Layer, template: str, factor: int) -> None:
    base = costs(layer, template)
    wide = costs(layer, template, width=64 * factor)
    many = costs(layer, template, pes=1024 * factor, width=1 << 20)
    few = costs(layer, template, width=1 << 20)
    roomy = costs(layer, template, l2=factor << 20)
    assert wide.chip_cycles[0] <= base.chip_cycles[0]
    assert many.compute_cycles[0] <= few.compute_cycles[0]
    assert roomy.stream_elements[0] + roomy.first_elements[0] <= (
        base.stream_elements[0] + base.first_elements[0]
    )


@PROPERTY
@given(layers, templates)
def test_energy_grows_with_the_work(layer: Layer, template: str) -> None:
    hardware = archsim.load_hardware(f"{template}-1024")
    assert isinstance(hardware, AsicHardware)
    price = silicon(hardware, hardware.units[0], 1)
    energy = price.energy_j(costs(layer, template))[0]
    assert energy >= layer.macs * price.mac_j
    assert np.isfinite(energy)


def test_a_smaller_node_is_smaller_and_cheaper() -> None:
    prices = []
    for node in (28, 16, 7):
        hardware = archsim.load_hardware("dla-1024", {"node_nm": node})
        assert isinstance(hardware, AsicHardware)
        prices.append(silicon(hardware, hardware.units[0], 1))
    assert prices[0].area_mm2 > prices[1].area_mm2 > prices[2].area_mm2
    assert prices[0].mac_j > prices[1].mac_j > prices[2].mac_j


def test_the_matrix_arbiter_is_the_larger_one() -> None:
    areas = {}
    for arbiter in ("hierarchical", "matrix"):
        for pes in (1024, 4096):
            hardware = archsim.load_hardware(
                "dla-1024", {"arbiter": arbiter, "accelerators.dla.pes": pes}
            )
            assert isinstance(hardware, AsicHardware)
            areas[arbiter, pes] = silicon(hardware, hardware.units[0], 1).area_mm2
    assert areas["matrix", 4096] > 10 * areas["matrix", 1024]
    assert areas["hierarchical", 4096] < 5 * areas["hierarchical", 1024]
