"""The systolic array against SCALE-Sim 3.0.0, run by run."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from archsim.blocks.systolic import fold_classes, systolic_timing

ORACLE = Path(__file__).parents[1] / "oracles" / "scalesim.csv"


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return pd.read_csv(ORACLE)


def timing_of(runs: pd.DataFrame, dataflow: str):
    return systolic_timing(
        runs.M_ofmap_px, runs.N_filters, runs.Kdim, runs.array_rows, runs.array_cols, dataflow
    )


def test_the_oracle_covers_all_dataflows_and_modes(runs):
    assert len(runs) == 114
    assert set(runs.dataflow) == {"os", "ws", "is"}
    assert set(runs["mode"]) == {"CALC", "USER"}
    assert not runs[["total_cycles", "stall_cycles", "folds"]].isna().any(axis=None)


@pytest.mark.parametrize("dataflow", ["os", "ws", "is"])
def test_compute_cycles_are_exact_on_every_row(runs, dataflow):
    rows = runs[runs.dataflow == dataflow]
    timing = timing_of(rows, dataflow)
    np.testing.assert_array_equal(timing.cycles, rows.total_cycles - rows.stall_cycles)
    np.testing.assert_array_equal(timing.folds, rows.folds)


@pytest.mark.parametrize("dataflow", ["os", "ws", "is"])
def test_macs_and_efficiencies_match(runs, dataflow):
    rows = runs[(runs.dataflow == dataflow) & (runs.stall_cycles == 0)]
    timing = timing_of(rows, dataflow)
    np.testing.assert_array_equal(timing.macs, rows.macs)
    np.testing.assert_allclose(100 * timing.utilisation, rows.util_pct, atol=5.1e-5)
    np.testing.assert_allclose(100 * timing.mapping_efficiency, rows.mapping_eff_pct, atol=5.1e-5)


@pytest.mark.parametrize("dataflow", ["os", "ws", "is"])
def test_sram_accesses_match(runs, dataflow):
    rows = runs[runs.dataflow == dataflow]
    timing = timing_of(rows, dataflow)
    np.testing.assert_array_equal(timing.input_reads, rows.ifmap_sram_reads)
    np.testing.assert_array_equal(timing.weight_reads, rows.filter_sram_reads)
    # For os SCALE-Sim also counts rows + columns writes per fold that carry no output.
    empty = timing.folds * (rows.array_rows + rows.array_cols) if dataflow == "os" else 0
    np.testing.assert_array_equal(timing.output_writes + empty, rows.ofmap_sram_writes)


@pytest.mark.parametrize("dataflow", ["os", "ws", "is"])
def test_fold_classes_sum_to_the_counts_of_the_oracle(runs, dataflow):
    rows = runs[runs.dataflow == dataflow]
    folds = fold_classes(
        rows.M_ofmap_px, rows.N_filters, rows.Kdim, rows.array_rows, rows.array_cols, dataflow
    )
    np.testing.assert_array_equal(folds.count.sum(axis=0), rows.folds)
    reads = (folds.count * folds.input_elements).sum(axis=0)
    np.testing.assert_array_equal(reads, rows.ifmap_sram_reads)
