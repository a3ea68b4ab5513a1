"""Total time, energy and latency against the runs of DRAMSys 4.0."""

import pytest

from archsim.architectures.dram import public
from archsim.architectures.dram.config import Controller
from archsim.architectures.dram.outcome import run_requests


def compare(peer, rows, name):
    """Return, per row, our figures beside the peer's: (row, outcome)."""
    device = public.load_device(name)
    found = []
    for row in rows:
        requests = peer.decoded(row["trace"], name)
        if requests is not None:
            controller = Controller(**peer.controller_of(row))
            found.append((row, run_requests(requests, device, controller)))
    return found


def off(ours, theirs):
    return abs(ours / float(theirs) - 1)


@pytest.fixture(scope="module")
def grids(peer):
    """The 10,000-request rows of the comparison, run once for each device."""
    return {
        name: compare(
            peer,
            [
                row
                for row in peer.oracle_rows(suite="grid", device=peer.FULL_NAMES[name])
                if row["n_requests"] == "10000"
            ],
            name,
        )
        for name in peer.FULL_NAMES
    }


def test_ddr3_takes_exactly_the_peers_time(grids):
    wrong = [
        (row["trace"], row["config"], outcome.total_cycles, row["total_cycles"])
        for row, outcome in grids["ddr3-1600"]
        if outcome.total_cycles != float(row["total_cycles"])
    ]
    assert not wrong
    assert len(grids["ddr3-1600"]) > 100


def test_ddr4_takes_the_peers_time_on_98_of_100_rows(grids):
    found = grids["ddr4-2400"]
    errors = [off(outcome.total_cycles, row["total_cycles"]) for row, outcome in found]
    assert sum(error == 0 for error in errors) >= 0.98 * len(errors)
    assert max(errors) < 0.004
    assert max(off(outcome.energy_pj, row["energy_pJ"]) for row, outcome in found) < 0.0025


def test_hbm2_is_near_the_peers_time(grids):
    errors = sorted(
        off(outcome.total_cycles, row["total_cycles"]) for row, outcome in grids["hbm2-pc"]
    )
    assert errors[-1] < 0.036
    assert errors[len(errors) // 2] < 0.001


def test_commands_are_the_peers(grids):
    """Where the energy is equal, so is every count."""
    for name in ("ddr3-1600", "ddr4-2400"):
        for row, outcome in grids[name]:
            if off(outcome.energy_pj, row["energy_pJ"]) < 1e-12:
                assert outcome.activates == float(row["act"])
                assert outcome.refreshes == float(row["ref"])


@pytest.mark.parametrize(
    ("name", "place"),
    [*(("ddr3-1600", place) for place in range(14)), ("ddr4-2400", 2), ("ddr4-2400", 10)],
)
def test_one_run_is_the_peers_in_time_commands_energy_and_latency(peer, name, place):
    """One controller at a time, half streams and half random rows, a third of them writes."""
    rows = peer.oracle_rows(suite="grid", device=peer.FULL_NAMES[name], trace="mix50_rw33_10k")
    ((row, outcome),) = compare(peer, rows[place : place + 1], name)
    assert outcome.total_cycles == float(row["total_cycles"])
    assert outcome.activates == float(row["act"])
    assert outcome.refreshes == float(row["ref"])
    assert outcome.energy_pj == pytest.approx(float(row["energy_pJ"]), rel=1e-12)
    # The peer prints six digits.
    assert outcome.mean_latency_ns == pytest.approx(float(row["avg_latency_ns"]), rel=1e-5)


def test_the_space_of_archgym_is_exact_to_the_picojoule(peer):
    rows = peer.oracle_rows(suite="archgym_space_sample", device="MICRON_1Gb_DDR3")[::10]
    found = compare(peer, rows, "ddr3-1600")
    for row, outcome in found:
        assert outcome.total_cycles == float(row["total_cycles"])
        assert outcome.energy_pj == pytest.approx(float(row["energy_pJ"]), abs=1.0)
        assert outcome.mean_latency_ns == pytest.approx(float(row["avg_latency_ns"]), rel=0.01)
