"""The multi-agent study: tables that simulations repeat, contests, verdicts, the committed page."""

from __future__ import annotations

import csv
import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

import archsim
from archsim.envs import DesignEvaluator
from archsim.errors import InputError
from archsim.papers.base import rows_to_csv
from archsim.papers.marl_dse import NAME, contests, controllers, study
from archsim.papers.marl_dse import rows as making
from archsim.papers.marl_dse.contest import (
    ACO,
    FULL_ENTRIES,
    GA,
    IPPO,
    MAPPO,
    RANDOM,
    Effort,
    Problem,
    Result,
    installed,
    run_contest,
)
from archsim.papers.marl_dse.outcome_table import PARAMETERS, fill, points, simulate
from archsim.papers.marl_dse.report import answer, page
from archsim.papers.marl_dse.traces import KEPT, TRACES, table_of
from archsim.search.algorithm import Scores
from archsim.search.levels import draw_levels, own_generator
from archsim.space import load_study

COMMITTED = Path(__file__).parents[2] / "reports" / NAME
CLASSIC = (RANDOM, GA, ACO)


@pytest.fixture(scope="session")
def committed() -> list[dict[str, str]]:
    with (COMMITTED / f"{NAME}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_space_is_that_of_the_repository() -> None:
    space = controllers.controller_space()
    assert (space.size, space.distinct_size) == (442_368, 166_464)
    assert tuple(key.rpartition(".")[2] for key in space.keys) == PARAMETERS
    every = points()
    assert len(every) == 73_984
    assert len({tuple(sorted(point.items())) for point in every}) == 73_984


@pytest.mark.parametrize("name", KEPT)
def test_a_simulation_repeats_kept_outcomes_of_drawn_designs(name: str) -> None:
    """The whole way from levels of the study's space, not from points of the table."""
    space = controllers.controller_space()
    levels = draw_levels(space, own_generator(7), 12)
    table = table_of(name)
    designs = [
        {key.rpartition(".")[2]: item.values[level]
         for key, item, level in zip(space.keys, space.parameters, row, strict=True)}
        for row in levels.tolist()
    ]  # fmt: skip
    fresh = simulate(TRACES[name].trace(), designs)
    for row, one in zip(table.rows(levels).tolist(), fresh, strict=True):
        power, time_ps, energy = table.outcome(row)
        assert power == one.average_power_mw / 1e3
        assert time_ps == round(one.total_time_ns * 1e3)
        assert energy == one.energy_pj


def test_rewards_by_table_are_those_of_the_study_itself() -> None:
    search = load_study(controllers.STUDY)
    assert (search.workload.trace(0).address == TRACES["random"].trace().address).all()
    levels = draw_levels(search.space, own_generator(3), 6)
    with DesignEvaluator(search) as evaluator:
        wanted = evaluator.evaluate(levels).rewards
    found = controllers.problem(controllers.Case("random", "both")).evaluate(levels).rewards
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_optima_of_a_stream_are_the_enumerated_ones() -> None:
    """868.4565 mW, 50.025 us, rewards 1000 and 9.84: the notes' enumeration of the same trace."""
    table = table_of("stream")
    assert table.power_w.min() * 1e3 == pytest.approx(868.4565, abs=5e-5)
    assert table.time_ps.min() == 50_025_000
    assert controllers.rewards_of("stream", "power").max() == 1000.0
    assert controllers.rewards_of("stream", "latency").max() == pytest.approx(9.84, abs=0.005)


def test_three_value_actions_have_a_ceiling_on_the_stream() -> None:
    """58 of 1000 (power) and 5.3 of 9.84 (latency), as an independent enumeration has it."""
    assert controllers.three_value_ceiling("stream", "power") == pytest.approx(58.1, abs=0.05)
    assert controllers.three_value_ceiling("stream", "latency") == pytest.approx(5.3, abs=0.05)


def test_a_table_is_of_reads_alone() -> None:
    with pytest.raises(InputError, match="reads alone"):
        fill(archsim.dram.generate("mix", 100, write_share=0.5))


def test_a_contest_counts_what_each_run_reaches() -> None:
    space = controllers.controller_space()

    def evaluate(levels: np.ndarray) -> Scores:
        rewards = levels.sum(axis=1).astype(float)
        return Scores(rewards, -rewards[:, None], np.zeros(len(levels)))

    effort = Effort(seeds=3, evaluations=100)
    assert effort.checkpoints == (16, 32, 64, 100)
    found = run_contest(Problem("sum", space, evaluate), CLASSIC, effort)
    assert list(found) == [entry.label for entry in CLASSIC]
    most = sum(count - 1 for count in space.shape)
    for result in found.values():
        assert result.best.shape == (3, 4)
        assert (np.diff(result.best, axis=1) >= 0).all()
        assert result.best.max() <= most
        assert all(0 < count <= 100 for count in result.unique)
        assert result.policies == ()
    again = run_contest(Problem("sum", space, evaluate), CLASSIC, effort)
    assert all((again[label].best == found[label].best).all() for label in found)


def test_a_run_without_a_feasible_design_counts_as_the_floor() -> None:
    space = controllers.controller_space()

    def evaluate(levels: np.ndarray) -> Scores:
        return Scores(np.zeros(len(levels)), np.zeros((len(levels), 1)), np.ones(len(levels)))

    found = run_contest(Problem("none", space, evaluate, -10.0), (RANDOM,), Effort(2, 20))
    assert (found[RANDOM.label].best == -10.0).all()


def of_finals(values: dict[str, list[float]]) -> dict[str, Result]:
    return {
        label: Result(np.array(finals)[:, None], (1,) * len(finals), ())
        for label, finals in values.items()
    }


def test_the_claim_is_judged_by_medians_for_each_kind_of_decoder() -> None:
    repository, equal = making.SINGLE[making.REPOSITORY], making.SINGLE[making.EQUAL]
    finals = {label: [4.0, 6.0, 5.0] for label in making.MULTI}
    finals |= {label: [2.0, 9.0, 2.5] for label in repository}
    finals |= {label: [10.0, 10.0, 1.0] for label in equal}
    claim, ratio, equal_claim, equal_ratio = making.ordering_rows("p", of_finals(finals))
    assert (claim.item, claim.published, claim.measured) == (making.CLAIM, 1.0, 1.0)
    assert (claim.verdict, claim.certainty) == ("reproduced", "primary")
    assert ratio.measured == 2.0
    assert (equal_claim.measured, equal_claim.verdict) == (0.0, "prediction")
    assert equal_ratio.measured == 0.5
    finals |= {label: [5.0, 5.0, 5.0] for label in repository}
    tied = next(making.ordering_rows("p", of_finals(finals)))
    assert (tied.measured, tied.verdict) == (0.0, "deviates")
    assert tied.cause


def test_effects_are_of_every_multi_agent_form_against_every_other_method() -> None:
    finals = {IPPO.label: [3.0] * 3 + [4.0] * 2, MAPPO.label: [1.0] * 5, RANDOM.label: [2.0] * 5}
    rows = list(making.effect_rows("p", of_finals(finals)))
    effects = {row.configuration: row.measured for row in rows if row.item == making.EFFECT}
    assert effects == {
        f"p: {IPPO.label} against {RANDOM.label}": 1.0,
        f"p: {MAPPO.label} against {RANDOM.label}": 0.0,
    }
    p_values = [row.measured for row in rows if row.item == making.P_VALUE]
    assert len(p_values) == 2
    assert all(0.0 < p_value < 0.05 for p_value in p_values)


def test_every_committed_row_is_complete(committed: list[dict[str, str]]) -> None:
    keys = [(row["item"], row["configuration"]) for row in committed]
    assert len(set(keys)) == len(keys)
    assert all(math.isfinite(float(row["measured"])) for row in committed)
    published = [row for row in committed if row["published"]]
    assert {row["item"] for row in published} == {making.CLAIM}
    assert len(published) == len(controllers.QUICK_CASES)
    assert {row["certainty"] for row in published} == {"primary"}


def test_committed_rows_without_learners_come_back(committed: list[dict[str, str]]) -> None:
    traces = dict.fromkeys(case.trace for case in controllers.QUICK_CASES)
    fresh = [row for name in traces for row in study.optimum_rows(name)]
    for case in controllers.QUICK_CASES:
        results = run_contest(controllers.problem(case), CLASSIC, contests.QUICK)
        fresh += making.curve_rows(case.name, results, contests.QUICK)
        best = float(controllers.rewards_of(case.trace, case.objective).max())
        fresh += making.share_rows(case.name, results, best)
    known = {(row["item"], row["configuration"]): row for row in committed}
    for row in csv.DictReader(rows_to_csv(fresh).splitlines()):
        assert known[row["item"], row["configuration"]] == row
    repeated = [row.measured for row in fresh if row.item == study.REPEATED]
    assert repeated == [1.0] * len(traces)


def test_committed_claims_follow_from_the_committed_medians(
    committed: list[dict[str, str]],
) -> None:
    found = {(row["item"], row["configuration"]): float(row["measured"]) for row in committed}
    last = contests.QUICK.evaluations

    def median(case: str, label: str) -> float:
        return found[making.MEDIAN, making.at(case, label, last)]

    for case in (item.name for item in controllers.QUICK_CASES):
        multi = max(median(case, label) for label in making.MULTI)
        for decoders, item in (
            (making.REPOSITORY, making.CLAIM),
            (making.EQUAL, making.EQUAL_CLAIM),
        ):
            single = max(median(case, label) for label in making.SINGLE[decoders])
            assert found[item, f"{case}: {decoders}"] == float(multi > single)


def test_without_learners_the_page_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "torch" else find(name)
    )
    left = [entry.label for entry in installed(FULL_ENTRIES)]
    assert left == ["random", "GA", "ACO", "TPE"]
    (row,) = study.missing_rows(quick=False)
    assert row.measured == 7
    assert "pip install 'archsim[rl]'" in row.cause
    assert row.cause in "\n".join(answer([row]))
    assert "The learners did not run" in page([row])


def test_multi_agent_runs_repeat_themselves() -> None:
    problem = controllers.problem(controllers.QUICK_CASES[0])
    first, second = (run_contest(problem, (IPPO,), Effort(1, 48))[IPPO.label] for _ in range(2))
    assert (first.best == second.best).all()
    assert first.policies == second.policies
    assert first.unique[0] <= 48
    assert len(first.policies) == 1
