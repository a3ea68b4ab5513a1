"""The public functions: systolic cycles, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import archsim
from archsim.errors import InfeasibleError, InputError, UnknownNameError, UnsupportedError

ORACLES = Path(__file__).parents[1] / "oracles"
LAYER = {"type": "CONV", "K": 64, "C": 64, "R": 3, "S": 3, "Y": 58, "X": 58, "stride": 1}


def test_systolic_cycles_equal_scalesim() -> None:
    rows = pd.read_csv(ORACLES / "scalesim.csv")
    rows = rows[rows["mode"] == "CALC"].reset_index(drop=True)
    found = archsim.asic.systolic(rows, rows["array_rows"], rows["array_cols"], rows["dataflow"])
    assert (found["total_cycles"] == rows["total_cycles"]).all()
    assert (found["folds"] == rows["folds"]).all()


def limited(rows: pd.DataFrame, **changes: object) -> pd.DataFrame:
    options = {
        "bandwidth_words": rows["bw_words"], "ifmap_kib": rows["ifmap_kb"],
        "filter_kib": rows["filter_kb"], "ofmap_kib": rows["ofmap_kb"], **changes,
    }  # fmt: skip
    return archsim.asic.systolic(
        rows, rows["array_rows"], rows["array_cols"], rows["dataflow"], **options
    )


def test_bandwidth_limited_runs_of_scalesim() -> None:
    rows = pd.read_csv(ORACLES / "scalesim.csv")
    rows = rows[rows["mode"] == "USER"].reset_index(drop=True)
    found = limited(rows)
    assert len(rows) >= 6
    assert (rows["stall_cycles"] > 0).sum() >= 2
    assert (found["stall_cycles"] == rows["stall_cycles"]).all()
    assert (found["total_cycles"] == rows["total_cycles"]).all()


def test_more_bandwidth_and_larger_memories_stall_less() -> None:
    rows = pd.read_csv(ORACLES / "scalesim.csv")
    rows = rows[(rows["mode"] == "USER") & (rows["layer"] == "Conv5_1b")].reset_index(drop=True)
    stalls = [int(limited(rows, bandwidth_words=each)["stall_cycles"][0]) for each in (5, 10, 40)]
    assert stalls == sorted(stalls, reverse=True)
    assert int(limited(rows, filter_kib=8192)["stall_cycles"][0]) == 0
    assert int(limited(rows, bandwidth_words=1 << 20)["stall_cycles"][0]) == 0


def test_a_bandwidth_needs_a_weight_stationary_array() -> None:
    product = {"M_ofmap_px": 64, "Kdim": 64, "N_filters": 64}
    with pytest.raises(UnsupportedError, match="only modelled for a weight-stationary array"):
        archsim.asic.systolic(product, 8, 8, "os", bandwidth_words=10)
    with pytest.raises(InputError, match="bandwidth_words: out of range"):
        archsim.asic.systolic(product, 8, 8, "ws", bandwidth_words=0)
    image = {**product, "H": 8, "W": 8, "R": 3, "S": 3, "C": 1, "K": 4, "stride": 1}
    with pytest.raises(InputError, match="is not the matrix product beside it"):
        archsim.asic.systolic(image, 8, 8, "ws", bandwidth_words=10)
    assert archsim.asic.systolic(product, 8, 8, "ws", bandwidth_words=10).stall_cycles[0] == 0


def test_six_areas_of_nasaic() -> None:
    """Six published areas follow from the tuples and the constants of February 2020, within 1 %."""
    table = pd.read_csv(ORACLES / "nasaic_paper.csv")
    assert not table.empty
    published = {
        ("dla", 2112, 48, "shi", 1984, 16): 4.71e9,
        ("dla", 1088, 24, "shi", 2368, 40): 3.82e9,
        ("dla", 576, 56, "shi", 1792, 8): 2.03e9,
        ("dla", 2368, 56, "shi", 1728, 8): 4.83e9,
        ("dla", 2112, 24, "shi", 1536, 40): 3.86e9,
        ("dla", 2112, 40, "shi", 1184, 24): 3.34e9,
    }
    for (first, pes, width, second, more_pes, more_width), area in published.items():
        found = archsim.asic.maestro(
            {name: [value] * 2 for name, value in LAYER.items()},
            [first, second],
            [pes, more_pes],
            [width, more_width],
            simd=9,
            l1_bytes=256,
            version="feb2020",
        )["area_um2"].sum()
        assert found == pytest.approx(area, rel=0.01)


BAD = [
    ({"K": 0}, {}, "K: extents of a layer are whole numbers"),
    ({"Y": -3}, {}, "Y: extents"),
    ({"C": 2.5}, {}, "C: extents"),
    ({"C": float("nan")}, {}, "C: extents"),
    ({"X": "wide"}, {}, "X: extents"),
    ({"R": 60}, {}, "filter is larger than its input"),
    ({"stride": 0}, {}, "stride: extents"),
    ({"type": "POOL"}, {}, "unknown layer type, found 'POOL'"),
    ({"type": "DSCONV"}, {}, "depthwise layer has one filter per channel"),
    ({"K": 1 << 24, "C": 1 << 24}, {}, "too large to count exactly"),
    ({}, {"template": "dlb"}, "unknown template.*did you mean dla"),
    ({}, {"pes": 63}, "fewer PEs than one cluster"),
    ({}, {"pes": 0}, "pes: out of range"),
    ({}, {"noc_bandwidth": 0}, "noc_bandwidth: out of range"),
    ({}, {"noc_bandwidth": float("inf")}, "noc_bandwidth: out of range"),
    ({}, {"noc_latency": -1}, "noc_latency: out of range"),
    ({}, {"simd": 1.5}, "simd: out of range"),
    ({}, {"offchip_bandwidth": -4}, "off-chip bandwidth is out of range"),
    ({}, {"l1_bytes": 0}, "l1_bytes: out of range"),
    ({}, {"version": "2021"}, "unknown version of MAESTRO"),
    ({"K": [1, 2, 3]}, {"pes": [64, 128]}, "layers and other columns differ in length"),
    ({}, {"offchip_bandwidth": "fast"}, "offchip_bandwidth: not a number"),
    ({}, {"pes": [[64]]}, "pes: one value, or one per layer"),
]


@pytest.mark.parametrize(("layer", "hardware", "message"), BAD)
def test_bad_arguments_are_one_sentence(
    layer: dict[str, object], hardware: dict[str, object], message: str
) -> None:
    arguments = {"template": "dla", "pes": 256, "noc_bandwidth": 64, **hardware}
    with pytest.raises(InputError, match=message) as caught:
        archsim.asic.maestro({**LAYER, **layer}, **arguments)
    assert "\n" not in str(caught.value)


def test_columns_are_needed_and_equally_long() -> None:
    with pytest.raises(InputError, match="columns type, K, C, R, S, Y and X"):
        archsim.asic.maestro({"K": 1}, "dla", 256, 64)
    with pytest.raises(InputError, match="differ in length"):
        archsim.asic.maestro({**LAYER, "K": [1, 2], "C": [1, 2, 3]}, "dla", 256, 64)
    with pytest.raises(InputError, match="differ in length, found layers 3, template 2"):
        archsim.asic.maestro({**LAYER, "K": [1, 2, 3]}, ["dla", "rs"], 256, 64)
    with pytest.raises(InputError, match="differ in length, found rows 2, columns 3"):
        archsim.asic.systolic({"M_ofmap_px": 4, "Kdim": 4, "N_filters": 4}, [8, 8], [8, 8, 8], "ws")
    with pytest.raises(InputError, match="M_ofmap_px, Kdim and N_filters"):
        archsim.asic.systolic({"M_ofmap_px": 4}, 8, 8, "ws")
    with pytest.raises(UnknownNameError, match="unknown dataflow"):
        archsim.asic.systolic({"M_ofmap_px": 4, "Kdim": 4, "N_filters": 4}, 8, 8, "rs")
    with pytest.raises(InfeasibleError):
        archsim.asic.maestro(LAYER, "shi", 7, 64)


def test_scalars_make_one_row_and_arrays_are_spread() -> None:
    assert len(archsim.asic.maestro(LAYER, "rs", 256, 64)) == 1
    sweep = archsim.asic.maestro({**LAYER, "K": np.arange(1, 9)}, "dla", 512, 64)
    assert len(sweep) == 8
    assert sweep["macs"].is_monotonic_increasing
    chips = archsim.asic.maestro(LAYER, ["dla", "shi", "rs", "dla"], [64, 128, 256, 512], 64)
    assert len(chips) == 4
    assert chips["runtime_cycles"][3] < chips["runtime_cycles"][0]
    arrays = archsim.asic.systolic(
        {"M_ofmap_px": 64, "Kdim": 64, "N_filters": 64}, [8, 16, 32], 8, "os"
    )
    assert arrays["folds"].tolist() == [64, 32, 16]
