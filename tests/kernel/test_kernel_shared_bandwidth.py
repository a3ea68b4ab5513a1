"""Shared bandwidth: formulas, exact equality with brute force, conservation, monotonicity."""

from __future__ import annotations

import math
import runpy
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import SimulationError
from archsim.kernel import (
    FS_PER_S,
    ProcessGenerator,
    SharedBandwidth,
    Simulation,
    Timeline,
    transfer_fs,
)

reference = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("sharing_reference.py"))))

Change = tuple[str, int, Fraction | int, int]

STARTS = st.builds(
    reference.start,
    st.integers(0, 60),
    st.integers(1, 60),
    st.sampled_from([1, 1, 1, 2, 3, 5]),
)
RATES = st.builds(
    reference.rate,
    st.integers(0, 60),
    st.sampled_from([0, 1, 2, 7, Fraction(1, 3), Fraction(5, 7), Fraction(40, 3)]),
)
RATE = st.sampled_from([Fraction(1), Fraction(3), Fraction(1, 2), Fraction(2, 7), Fraction(11, 5)])
MANY = settings(deadline=None, max_examples=150)


def ordered(changes: list[Change]) -> list[Change]:
    """Sort by time and see to it that a pause ends."""
    plan = sorted(changes, key=lambda change: change[1])
    return [*plan, reference.rate(plan[-1][1], Fraction(3, 2))]


PLANS = st.builds(
    ordered,
    st.lists(st.one_of(STARTS, STARTS, STARTS, RATES), min_size=1, max_size=14),
)


def play(
    plan: list[Change],
    bytes_per_fs: Fraction,
    discipline: str = "processor_sharing",
    quantum_bytes: int = 8,
) -> tuple[list[int], SharedBandwidth]:
    """Return the end of each transfer in the simulation, and the link."""
    sim = Simulation()
    link = SharedBandwidth(
        sim,
        "link",
        bytes_per_fs * FS_PER_S,
        discipline,  # type: ignore[arg-type]
        quantum_bytes,
    )
    ends: dict[int, int] = {}

    def watch(key: int, n_bytes: int, weight: int) -> ProcessGenerator:
        yield link.transfer(n_bytes, weight)
        ends[key] = sim.now_fs

    def driver() -> ProcessGenerator:
        key = 0
        for kind, time_fs, value, weight in plan:
            if time_fs > sim.now_fs:
                yield sim.delay(time_fs - sim.now_fs)
            if kind == "start":
                sim.process(watch(key, int(value), weight), f"transfer {key}")
                yield sim.delay(0)  # lets the transfer start before the next change
                key += 1
            else:
                link.set_rate(Fraction(value) * FS_PER_S)

    sim.process(driver(), "driver")
    sim.run()
    return [ends[key] for key in range(len(ends))], link


def bytes_of(plan: list[Change]) -> int:
    return sum(int(value) for kind, _, value, _ in plan if kind == "start")


@MANY
@given(PLANS, RATE)
def test_processor_sharing_equals_brute_force(plan: list[Change], bytes_per_fs: Fraction) -> None:
    ends, link = play(plan, bytes_per_fs)
    exact = reference.processor_sharing_ends(plan, bytes_per_fs)
    assert ends == [math.ceil(end) for end in exact]
    assert link.bytes_moved == link.bytes_requested == bytes_of(plan)
    assert link.active == 0


@MANY
@given(PLANS, RATE, st.integers(1, 20))
def test_round_robin_equals_brute_force(
    plan: list[Change], bytes_per_fs: Fraction, quantum_bytes: int
) -> None:
    ends, link = play(plan, bytes_per_fs, "round_robin", quantum_bytes)
    exact = reference.round_robin_ends(plan, bytes_per_fs, quantum_bytes)
    assert ends == [math.ceil(end) for end in exact]
    assert link.bytes_moved == link.bytes_requested == bytes_of(plan)
    assert link.active == 0


@settings(deadline=None, max_examples=8)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 30), st.integers(1, 3)),
        min_size=150,
        max_size=200,
    ),
    st.sampled_from(["processor_sharing", "round_robin"]),
)
def test_many_at_once_equal_brute_force(jobs: list[tuple[int, int, int]], discipline: str) -> None:
    """Enough flows to make the round robin number its places afresh."""
    plan = [reference.start(*job) for job in sorted(jobs)]
    bytes_per_fs = Fraction(7, 3)
    ends, _ = play(plan, bytes_per_fs, discipline)
    if discipline == "round_robin":
        exact = reference.round_robin_ends(plan, bytes_per_fs, 8)
    else:
        exact = reference.processor_sharing_ends(plan, bytes_per_fs)
    assert ends == [math.ceil(end) for end in exact]


@pytest.mark.parametrize("discipline", ["processor_sharing", "round_robin"])
@pytest.mark.parametrize("bytes_per_s", [19.2e9, 1e9 / 3, 256e9, Fraction(10**9, 7)])
def test_alone_it_takes_bytes_over_rate(discipline: str, bytes_per_s: float | Fraction) -> None:
    for n_bytes in (1, 64, 4095, 10**9):
        sim = Simulation()
        link = SharedBandwidth(sim, "link", bytes_per_s, discipline)  # type: ignore[arg-type]
        link.transfer(n_bytes)
        expected = math.ceil(Fraction(n_bytes) / Fraction(bytes_per_s) * FS_PER_S)
        assert sim.run() == expected == transfer_fs(n_bytes, bytes_per_s) == link.busy_fs


def test_two_equal_transfers_share() -> None:
    plan = [reference.start(0, 100), reference.start(0, 100)]
    assert play(plan, Fraction(1))[0] == [200, 200]
    assert play(plan, Fraction(1), "round_robin", 10)[0] == [190, 200]


def test_weights_divide_the_rate() -> None:
    plan = [reference.start(0, 30, 3), reference.start(0, 30, 1)]
    assert play(plan, Fraction(1))[0] == [40, 60]
    assert play(plan, Fraction(1), "round_robin", 1)[0] == [39, 60]


def test_changes_of_load_take_effect_at_once() -> None:
    plan = [reference.start(0, 100), reference.start(50, 10), reference.rate(90, 2)]
    # Alone to 50, half to 70, alone to 90 (70 bytes left at 50, 60 at 70, 20 more to 90 ...).
    assert play(plan, Fraction(1))[0] == [100, 70]


def test_round_robin_newcomer_takes_the_end_of_the_round() -> None:
    # Turns of 10: A, B, then C arrives during A's second turn and is served after B's.
    plan = [reference.start(0, 40), reference.start(0, 40), reference.start(25, 10)]
    assert play(plan, Fraction(1), "round_robin", 10)[0] == [80, 90, 50]


def test_round_robin_newcomer_in_a_pause_between_rounds_still_joins_the_round() -> None:
    # A's first turn ends as the pause begins; C arrives in it, so its turn comes before A's second.
    plan = [
        reference.start(0, 2),
        reference.rate(1, 0),
        reference.start(2, 1),
        reference.rate(5, 1),
    ]
    assert play(plan, Fraction(1), "round_robin", 1)[0] == [7, 6]
    assert reference.round_robin_ends(plan, Fraction(1), 1) == [7, 6]


def test_no_bytes_take_no_time() -> None:
    sim = Simulation()
    link = SharedBandwidth(sim, "link", 1e9)
    link.transfer(0)
    assert sim.run() == 0
    assert link.busy_fs == link.bytes_moved == 0


def test_a_pause_holds_everything() -> None:
    plan = [reference.start(0, 10), reference.rate(4, 0), reference.rate(104, 1)]
    ends, link = play(plan, Fraction(1))
    assert ends == [110]
    assert link.busy_fs == 10
    assert link.utilisation == pytest.approx(10 / 110)


@MANY
@given(PLANS, RATE, st.sampled_from(["processor_sharing", "round_robin"]))
def test_it_conserves_work(plan: list[Change], bytes_per_fs: Fraction, discipline: str) -> None:
    """The last end is that of one server doing the bytes in any order at full rate."""
    ends, link = play(plan, bytes_per_fs, discipline)
    starts = [change for change in plan if change[0] == "start"]
    if not starts:
        return
    backlog, now, last, busy = Fraction(0), 0, Fraction(0), Fraction(0)
    for kind, time_fs, value, _ in [*plan, ("rate", 10**6, 0, 0)]:
        if backlog and bytes_per_fs:
            took = min(backlog / bytes_per_fs, Fraction(time_fs - now))
            backlog -= took * bytes_per_fs
            busy += took
            last = now + took
        now = time_fs
        if kind == "start":
            backlog += int(value)
        else:
            bytes_per_fs = Fraction(value)
    assert max(ends) == math.ceil(last)
    assert busy <= link.busy_fs < busy + len(plan)
    assert all(end > time_fs for end, (_, time_fs, _, _) in zip(ends, starts, strict=True))


@MANY
@given(st.lists(STARTS, min_size=1, max_size=12), RATE, st.fractions(1, 3, max_denominator=9))
def test_a_higher_rate_is_never_later(
    starts: list[Change], bytes_per_fs: Fraction, factor: Fraction
) -> None:
    plan = sorted(starts, key=lambda change: change[1])
    slow, _ = play(plan, bytes_per_fs)
    fast, _ = play(plan, bytes_per_fs * factor)
    assert all(b <= a for a, b in zip(slow, fast, strict=True))
    together = [reference.start(0, int(change[2]), change[3]) for change in plan]
    slow, _ = play(together, bytes_per_fs, "round_robin")
    fast, _ = play(together, bytes_per_fs * factor, "round_robin")
    assert all(b <= a for a, b in zip(slow, fast, strict=True))


@MANY
@given(st.lists(STARTS, min_size=1, max_size=12), STARTS, RATE)
def test_a_competitor_never_makes_another_earlier(
    starts: list[Change], competitor: Change, bytes_per_fs: Fraction
) -> None:
    plan = sorted(starts, key=lambda change: change[1])
    alone, _ = play(plan, bytes_per_fs)
    place = sum(change[1] <= competitor[1] for change in plan)
    crowded, _ = play([*plan[:place], competitor, *plan[place:]], bytes_per_fs)
    del crowded[place]
    assert all(b >= a for a, b in zip(alone, crowded, strict=True))
    together = [reference.start(0, int(change[2]), change[3]) for change in plan]
    alone, _ = play(together, bytes_per_fs, "round_robin")
    newcomer = reference.start(0, int(competitor[2]), competitor[3])
    crowded, _ = play([*together, newcomer], bytes_per_fs, "round_robin")
    assert all(b >= a for a, b in zip(alone, crowded[:-1], strict=True))


@settings(deadline=None, max_examples=60)
@given(PLANS, RATE, st.sampled_from(["processor_sharing", "round_robin"]))
def test_runs_are_reproducible(plan: list[Change], bytes_per_fs: Fraction, discipline: str) -> None:
    first, link = play(plan, bytes_per_fs, discipline)
    second, again = play(plan, bytes_per_fs, discipline)
    assert first == second
    assert link.sim.statistics.to_dict() == again.sim.statistics.to_dict()


@settings(deadline=None, max_examples=60)
@given(st.lists(STARTS, min_size=2, max_size=10), RATE)
def test_tiny_quanta_approach_processor_sharing(
    starts: list[Change], bytes_per_fs: Fraction
) -> None:
    """A turn of one byte is never more than one round away from sharing at once."""
    plan = [reference.start(0, int(change[2]), change[3]) for change in starts]
    fluid, _ = play(plan, bytes_per_fs)
    turns, _ = play(plan, bytes_per_fs, "round_robin", 1)
    one_round = sum(change[3] for change in plan) / bytes_per_fs + 1
    assert all(abs(a - b) <= one_round for a, b in zip(fluid, turns, strict=True))


def test_back_to_back_transfers_do_not_drift_within_a_busy_period() -> None:
    """1,000 overlapping transfers at a rate that no femtosecond divides."""
    sim = Simulation()
    link = SharedBandwidth(sim, "link", Fraction(10**15, 7))

    def source() -> ProcessGenerator:
        for _ in range(1000):
            link.transfer(3)
            yield sim.delay(5)

    sim.process(source(), "source")
    assert sim.run() == 7 * 3000
    assert link.busy_fs == 7 * 3000


def test_few_events_for_many_quanta() -> None:
    sim = Simulation()
    link = SharedBandwidth(sim, "link", 64e9, "round_robin", quantum_bytes=64)
    for _ in range(10):
        link.transfer(64 * 10**6)
    sim.run()
    assert sim.processed_events <= 40


def test_stale_wake_ups_do_not_move_time() -> None:
    sim = Simulation()
    link = SharedBandwidth(sim, "link", 1e15)
    link.transfer(1000)
    link.set_rate(10e15)
    assert sim.run() == 100


def test_timeline_of_transfers() -> None:
    sim = Simulation(Timeline())
    link = SharedBandwidth(sim, "hbm", 1e15)
    link.transfer(10, label="weights")
    link.transfer(10)
    sim.run()
    assert sim.timeline is not None
    assert sim.timeline.spans == (
        ("hbm", "weights", 0, 20, {"bytes": 10}),
        ("hbm", "hbm", 0, 20, {"bytes": 10}),
    )


def test_bad_use() -> None:
    sim = Simulation()
    for value in (0, -1.0, math.nan, math.inf, True, "1 GB/s"):
        with pytest.raises(SimulationError, match="rate of 'x' in bytes/s must be"):
            SharedBandwidth(Simulation(), "x", value)  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match="discipline of 'x' must be"):
        SharedBandwidth(sim, "x", 1e9, "fifo")  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match="quantum of 'x' in bytes must be above zero"):
        SharedBandwidth(sim, "x", 1e9, "round_robin", 0)
    link = SharedBandwidth(sim, "link", 1e9)
    for count in (-1, 1.0, math.nan):
        with pytest.raises(SimulationError, match="bytes of a transfer on 'link' must"):
            link.transfer(count)  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match="weight of a transfer on 'link' must be above zero"):
        link.transfer(1, weight=0)
    with pytest.raises(SimulationError, match="rate of 'link' in bytes/s must be finite"):
        link.set_rate(-1)
    with pytest.raises(SimulationError, match="must be above zero"):
        transfer_fs(1, 0)
