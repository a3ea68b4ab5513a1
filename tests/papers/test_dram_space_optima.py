"""The DRAM controller space point by point, on short traces and around its optima."""

from pathlib import Path

import pytest

import archsim
from archsim.errors import InputError
from archsim.papers.marl_dse.optima import enumerate_optima, points_of_space

TRACES = Path(__file__).parents[3] / "shared" / "traces"

ENUMERATED = {
    "random": (1002.8871, 75.0775, 346.4, 1000.0),
    "stream": (868.4565, 50.025, 1000.0, 9.84),
    "cloud-1": (966.7988, 54.58, 70.4, 1000.0),
    "cloud-2": (964.1647, 54.75625, 61.1, 529.8),
}
"""Least power (mW) and time (us), best power and latency reward of all 21,760 points, as an
enumeration by the same rules printed them (marl_paper.csv and the table of the notes)."""

ONE_AT_A_TIME = {"Arbiter": "Fifo", "MaxActiveTransactions": 1}
NO_REFRESH = {"RefreshPolicy": "NoRefresh"}
SOONEST = {"RefreshPolicy": "AllBank", "RefreshMaxPostponed": 1, "RefreshMaxPulledin": 1}
WIDE = {"Scheduler": "FrFcfs", "SchedulerBuffer": "Bankwise", **NO_REFRESH, "Arbiter": "Simple"}
EXTREMES = {
    "random": [
        {"PagePolicy": "Open", **NO_REFRESH, **ONE_AT_A_TIME},
        {"PagePolicy": "Open", "RequestBufferSize": 128, **WIDE},
        {
            "PagePolicy": "OpenAdaptive",
            "RequestBufferSize": 4,
            **NO_REFRESH,
            "Arbiter": "Fifo",
            "MaxActiveTransactions": 8,
        },
    ],
    "stream": [
        {"PagePolicy": "Open", **NO_REFRESH, **ONE_AT_A_TIME},
        {"PagePolicy": "Open", "RequestBufferSize": 8, **NO_REFRESH, "Arbiter": "Simple"},
        {
            "PagePolicy": "Closed",
            "RequestBufferSize": 8,
            **SOONEST,
            "Arbiter": "Fifo",
            "MaxActiveTransactions": 8,
        },
        {"PagePolicy": "Open", **SOONEST, "Arbiter": "Fifo", "MaxActiveTransactions": 2},
    ],
    "cloud-1": [
        {"PagePolicy": "Open", **NO_REFRESH, **ONE_AT_A_TIME},
        {"PagePolicy": "ClosedAdaptive", "RequestBufferSize": 128, **WIDE},
        {"PagePolicy": "Open", **SOONEST, **ONE_AT_A_TIME},
        {
            "PagePolicy": "OpenAdaptive",
            "RequestBufferSize": 4,
            **SOONEST,
            "Arbiter": "Fifo",
            "MaxActiveTransactions": 4,
        },
    ],
    "cloud-2": [
        {"PagePolicy": "Open", **NO_REFRESH, **ONE_AT_A_TIME},
        {"PagePolicy": "ClosedAdaptive", "RequestBufferSize": 64, **WIDE},
        {"PagePolicy": "Open", **SOONEST, **ONE_AT_A_TIME},
        {
            "PagePolicy": "Open",
            "RequestBufferSize": 2,
            **SOONEST,
            "RefreshMaxPostponed": 8,
            "RefreshMaxPulledin": 8,
            "Arbiter": "Fifo",
            "MaxActiveTransactions": 4,
        },
    ],
}
"""Points of least power, of least time, and of the best rewards where those are others."""

USUAL = {"Scheduler": "Fifo", "SchedulerBuffer": "Bankwise", "RequestBufferSize": 1,
         "RespQueue": "Fifo"}  # fmt: skip


def test_the_space_has_its_points_once():
    points = points_of_space()
    assert len(points) == 21_760
    assert len({tuple(point.items()) for point in points}) == 21_760
    keys = {key for point in points for key in point}
    assert keys == set(archsim.load_hardware("dram-ddr3-1600").controller.model_dump())


def test_a_short_trace_over_every_hundredth_point_is_what_single_runs_give():
    trace = archsim.dram.generate("random", 400)
    points = points_of_space()[::101]
    found = enumerate_optima(trace, points)
    assert found == enumerate_optima(trace, points, threads=1)
    outcomes = [archsim.dram.simulate(trace, "ddr3-1600", point) for point in points]
    assert found.power_mw.least == min(one.average_power_mw for one in outcomes)
    assert found.power_mw.most == max(one.average_power_mw for one in outcomes)
    assert found.time_us.most == max(one.total_time_ns for one in outcomes) / 1e3
    assert found.mean_latency_ns.least == min(one.mean_latency_ns for one in outcomes)
    assert found.distinct_outcomes == len(
        {(one.energy_pj, one.average_power_mw, one.total_cycles) for one in outcomes}
    )
    assert found.points == len(points) == 216
    for point in found.least_time_points:
        again = archsim.dram.simulate(trace, "ddr3-1600", point)
        assert again.total_time_ns / 1e3 == found.time_us.least


@pytest.mark.parametrize("name", sorted(ENUMERATED))
def test_a_part_of_the_space_holds_the_enumerated_optima(name):
    path = TRACES / f"{name}.stl"
    if not path.exists():
        pytest.skip("the traces of the repository are not here")
    points = points_of_space()
    extremes = [{**USUAL, **point} for point in EXTREMES[name]]
    assert all(point in points for point in extremes)
    found = enumerate_optima(path, [*extremes, *points[::211]])
    power, time, power_reward, latency_reward = ENUMERATED[name]
    assert found.power_mw.least == pytest.approx(power, abs=5e-5)
    assert found.time_us.least == pytest.approx(time, abs=5e-7)
    assert found.best_power_reward == pytest.approx(power_reward, abs=0.05)
    assert found.best_latency_reward == pytest.approx(latency_reward, abs=0.05)
    assert extremes[0] in found.least_power_points
    assert extremes[1] in found.least_time_points


def test_only_reads_and_at_least_one_point():
    with pytest.raises(InputError, match="reads alone"):
        enumerate_optima(archsim.dram.generate("mix", 100, write_share=0.5))
    with pytest.raises(InputError, match="no point"):
        enumerate_optima(archsim.dram.generate("mix", 100), [])
