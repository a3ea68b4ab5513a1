"""The whole study: the best of all controllers, contests on them and on the wider spaces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from archsim.papers.base import Row
from archsim.papers.marl_dse import controllers
from archsim.papers.marl_dse import rows as making
from archsim.papers.marl_dse.contest import FULL_ENTRIES, QUICK_ENTRIES
from archsim.papers.marl_dse.contests import contest_names
from archsim.papers.marl_dse.crew import run_contests
from archsim.papers.marl_dse.outcome_table import key_of, points, simulate
from archsim.papers.marl_dse.traces import TRACES, table_of

LEAST_POWER, LEAST_TIME = "least average power, mW", "least total time, us"
OUTCOMES = "different outcomes of all designs"
BEST = "best reward of all designs"
CEILING = "best reward that three-value actions can reach"
BUGGED = "best latency reward of all designs with the repository's unit bug"
WHOLE_NS = "share of designs whose time the unit bug takes for seconds"
REPEATED = "kept outcomes that a simulation repeats, share"
LEFT_OUT = "methods left out, because a package is not installed"
CHECKED = 24
"""Kept outcomes of each trace that are simulated again."""

ENUMERATED = "by table of all 73,984 controllers that reads can tell apart"


def rows(quick: bool) -> list[Row]:
    """Return every row."""
    cases = controllers.QUICK_CASES if quick else controllers.CASES
    traces = dict.fromkeys(case.trace for case in cases)
    found = [row for trace in traces for row in optimum_rows(trace)]
    return [*found, *run_contests(contest_names(quick), quick), *missing_rows(quick)]


def optimum_rows(trace: str) -> Iterator[Row]:
    """Yield what all designs of the controller space come to on a trace."""
    table, configuration = table_of(trace), f"{trace}: {ENUMERATED}"
    yield making.predicted(OUTCOMES, configuration, len(table.power_w))
    yield making.predicted(LEAST_POWER, configuration, float(table.power_w.min()) * 1e3)
    yield making.predicted(LEAST_TIME, configuration, float(table.time_ps.min()) / 1e6)
    for objective in controllers.OBJECTIVES:
        best = float(controllers.rewards_of(trace, objective).max())
        yield making.predicted(BEST, f"{trace}, {objective}: {ENUMERATED}", best)
        ceiling = controllers.three_value_ceiling(trace, objective)
        yield making.predicted(CEILING, f"{trace}, {objective}: {ENUMERATED}", ceiling)
    bugged = float(controllers.rewards_of(trace, "latency", "compat").max())
    yield making.predicted(BUGGED, configuration, bugged)
    whole = table.time_ps[table.which] % 1000 == 0
    yield making.predicted(WHOLE_NS, configuration, float(whole.mean()))
    yield making.predicted(REPEATED, configuration, repeated_share(trace))


def repeated_share(trace: str) -> float:
    """Return the share of some kept outcomes that a fresh simulation gives again exactly."""
    table, every = table_of(trace), points()
    places = np.random.Generator(np.random.PCG64(0)).integers(0, len(every), CHECKED).tolist()
    fresh = simulate(TRACES[trace].trace(), [every[place] for place in places])
    kept = [table.outcome(int(table.which[place])) for place in places]
    return sum(key_of(one) == known for one, known in zip(fresh, kept, strict=True)) / CHECKED


def missing_rows(quick: bool) -> list[Row]:
    """Return a row that says which extras are missing; none when nothing is."""
    entries = QUICK_ENTRIES if quick else FULL_ENTRIES
    extras = [entry.missing_extra for entry in entries if entry.missing_extra]
    names = ",".join(sorted(set(extras)))
    note = f"They need what this installs: pip install 'archsim[{names}]'."
    return [making.predicted(LEFT_OUT, names, len(extras), note)] if extras else []
