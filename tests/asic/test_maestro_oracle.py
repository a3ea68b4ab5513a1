"""Every run of MAESTRO in the oracle file comes back, from both implementations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import archsim
from archsim.architectures.asic.maestro.directives import template_mapping
from archsim.architectures.asic.maestro.enumerator import Rates, layer_cost
from archsim.architectures.asic.maestro.layers import Layer
from archsim.errors import UnsupportedError

ORACLE = Path(__file__).parents[1] / "oracles" / "maestro.csv"


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.read_csv(ORACLE)


def run(rows: pd.DataFrame) -> pd.DataFrame:
    return archsim.asic.maestro(
        rows,
        rows["template"],
        rows["pes"],
        rows["noc_bw"],
        rows["noc_lat"],
        rows["simd"],
        rows["offchip_bw"],
        version=rows["version"],
    )


def test_every_valid_row_comes_back(rows: pd.DataFrame) -> None:
    valid = rows[rows["status"] == "ok"].reset_index(drop=True)
    found = run(valid)
    assert len(valid) > 2600
    assert (found["runtime_cycles"] - valid["runtime_cycles"]).abs().max() <= 1
    for name in ("l2_rd_in", "l2_rd_w", "l2_wr_out", "macs", "l1_bytes_per_pe", "l2_bytes"):
        assert (found[name] == valid[name]).all(), name
    for name, printed in (
        ("energy_mac_units", "energy_mac_units"),
        ("energy_nj", "energy_nJ"),
        ("area_um2", "area_um2"),
        ("power_mw", "power_mW"),
    ):
        # Six digits are printed.
        np.testing.assert_allclose(found[name], valid[printed], rtol=1e-5, err_msg=name)


def test_the_enumerator_agrees_with_every_valid_row(rows: pd.DataFrame) -> None:
    for row in rows[rows["status"] == "ok"].itertuples():
        layer = Layer(row.type, row.K, row.C, row.R, row.S, row.Y, row.X, row.stride)
        shipped = row.template == "rs" and "shipped" in row.set
        mapping = template_mapping(f"rs_{row.net}" if shipped else row.template, layer)
        offchip = None if np.isnan(row.offchip_bw) else row.offchip_bw
        cost = layer_cost(
            layer, mapping, Rates(row.pes, row.noc_bw, row.noc_lat, row.simd, offchip)
        )
        assert abs(cost.runtime_cycles - row.runtime_cycles) <= 1
        assert (cost.l2_rd_in, cost.l2_rd_w, cost.l2_wr_out, cost.macs) == (
            row.l2_rd_in,
            row.l2_rd_w,
            row.l2_wr_out,
            row.macs,
        )


def test_mappings_that_maestro_gets_wrong_are_refused(rows: pd.DataFrame) -> None:
    invalid = rows[rows["status"] != "ok"]
    assert len(invalid) > 20
    for index in range(len(invalid)):
        with pytest.raises(UnsupportedError, match="wrong by construction"):
            run(invalid.iloc[[index]].reset_index(drop=True))


def test_pieces_larger_than_the_input_are_refused() -> None:
    layer = {"type": "CONV", "K": 512, "C": 512, "R": 3, "S": 3, "Y": 9, "X": 9, "stride": 1}
    with pytest.raises(UnsupportedError, match="would take 0 cycles"):
        archsim.asic.maestro(layer, "shi", 1024, 64)
    assert archsim.asic.maestro({**layer, "Y": 7, "X": 7}, "shi", 1024, 64).runtime_cycles[0] > 0
