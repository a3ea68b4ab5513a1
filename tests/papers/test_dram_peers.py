"""The comparison with peer DRAM simulators: exact where it is judged, and the report is current."""

from pathlib import Path

import pytest

from archsim.papers.base import rows_to_csv
from archsim.papers.dram_peers import PAPER
from archsim.papers.dram_peers.comparison import CYCLES, ENERGY
from archsim.papers.dram_peers.runs import DRAMSYS, RUNS, TRACES

COMMITTED = Path(__file__).parents[2] / "reports" / "dram_peers"


@pytest.fixture(scope="module")
def peers():
    return PAPER.run(True)


def test_every_run_is_compared_once(peers):
    keys = [(row.item, row.configuration) for row in peers]
    assert len(set(keys)) == len(keys)
    energies = sum(run.energy_pj is not None for run in RUNS)
    assert len(keys) == len(RUNS) + energies


def test_ddr_runs_of_dramsys_are_reproduced_exactly(peers):
    judged = [row for row in peers if DRAMSYS in row.configuration and "ddr" in row.configuration]
    assert len(judged) == 20
    assert {row.verdict for row in judged} == {"reproduced"}
    for row in judged:
        assert row.item in (CYCLES, ENERGY)
        assert row.measured == pytest.approx(row.published, rel=1e-12)


def test_hbm2_runs_of_dramsys_are_near(peers):
    judged = [row for row in peers if DRAMSYS in row.configuration and "hbm2" in row.configuration]
    assert len(judged) == 5
    assert max(abs(row.deviation) for row in judged) < 0.036
    assert sum(row.verdict == "reproduced" for row in judged) >= 4


def test_other_peers_are_not_judged(peers):
    others = [row for row in peers if DRAMSYS not in row.configuration]
    assert {row.verdict for row in others} == {"not comparable"}
    assert all(row.cause for row in others)


def test_reads_agree_with_what_can_be_checked_by_hand(peers):
    """Bounds: FAW 65,000 and CCD_L 60,000 on DDR4, bus 40,000 on DDR3, row commands on HBM2."""
    ours = {row.configuration: row.measured for row in peers if row.item == CYCLES}
    for configuration, bound in (
        ("ddr4-2400, random, reads", 65_000),
        ("ddr4-2400, stream, reads", 60_000),
        ("ddr3-1600, stream, reads", 40_000),
        ("hbm2-pc, random, reads", 30_000),
    ):
        assert bound < ours[f"{DRAMSYS}, {configuration}"] < 1.05 * bound


def test_the_committed_report_is_current(peers, tmp_path):
    for path in PAPER.write(peers, tmp_path):
        assert path.read_bytes() == (COMMITTED / path.name).read_bytes()


def test_no_result_is_typed_in(peers):
    """Measured figures change with the model: nothing but the traces and devices goes in."""
    text = rows_to_csv(peers)
    assert text.count("\n") == len(peers) + 1
    assert set(TRACES) == {run.trace for run in RUNS}
