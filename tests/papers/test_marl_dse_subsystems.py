"""The wider spaces of the multi-agent study: products of problems, their rows and their section."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from archsim.envs import DesignEvaluator
from archsim.errors import ArchsimError
from archsim.papers.base import rows_to_csv
from archsim.papers.marl_dse import NAME, contests, controllers, subsystem_page, subsystems
from archsim.papers.marl_dse import rows as making
from archsim.papers.marl_dse.contest import (
    ACO,
    GA,
    IPPO,
    IPPO_GROUPS,
    MAPPO_GROUPS,
    PPO_DISCRETE,
    RANDOM,
    Effort,
    Problem,
    Result,
    run_contest,
)
from archsim.papers.marl_dse.crew import run_contests
from archsim.papers.marl_dse.subsystem_rows import DIFFERENCE, difference_rows, subsystem_rows
from archsim.search.algorithm import Scores
from archsim.search.levels import draw_levels, own_generator
from archsim.space import Parameter, Space, load_study

COMMITTED = Path(__file__).parents[2] / "reports" / NAME
CLASSIC = (RANDOM, GA, ACO)


def counted(name: str, counts: tuple[int, ...], group: str = "") -> Problem:
    """Return a problem whose reward is the sum of levels; designs of an odd sum break a limit."""
    parameters = [
        Parameter(f"{name}.{at}", "integer", tuple(range(count)), group=group)
        for at, count in enumerate(counts)
    ]

    def evaluate(levels: np.ndarray) -> Scores:
        sums = levels.sum(axis=1).astype(float)
        return Scores(sums, -sums[:, None], sums % 2)

    return Problem(name, Space(parameters), evaluate, floor=-1.0)


def test_a_product_sums_rewards_and_violations_and_keeps_both_costs() -> None:
    both = subsystems.joined("both", counted("a", (2, 3), "one"), counted("b", (4,), "other"))
    assert both.space.size == 24
    assert both.space.keys == ("first.a.0", "first.a.1", "second.b.0")
    assert list(both.space.groups) == ["one", "other"]
    assert both.floor == -2.0
    levels = np.array(list(itertools.product(range(2), range(3), range(4))))
    found = both.evaluate(levels)
    first, second = levels[:, :2].sum(axis=1), levels[:, 2]
    assert (found.rewards == first + second).all()
    assert (found.costs == -np.column_stack([first, second])).all()
    assert (found.violations == first % 2 + second % 2).all()


def test_a_product_keeps_rules_of_inert_parameters_on_their_side() -> None:
    mode = Parameter("mode", "categorical", ("off", "on"))
    depth = Parameter("depth", "ordinal", (1, 2, 4), inert_when=(("mode", ("off",)),))
    ruled = Problem("ruled", Space([mode, depth]), counted("x", (2, 3)).evaluate)
    both = subsystems.joined("both", ruled, ruled)
    assert (both.space.size, both.space.distinct_size) == (36, 16)


def test_the_memory_side_rewards_what_the_study_itself_measures() -> None:
    search = load_study(controllers.STUDY)
    problem = subsystems.memory_problem()
    assert (problem.space.size, list(problem.space.groups)) == (442_368, ["dram"])
    levels = draw_levels(search.space, own_generator(5), 5)
    with DesignEvaluator(search) as evaluator:
        figures = evaluator.evaluate(levels).figures
        base = evaluator.base_figures
    wanted = sum(
        np.log(base[name] / np.asarray(figures[name])) for name in ("latency_s", "dram_power_w")
    )
    np.testing.assert_allclose(problem.evaluate(levels).rewards, wanted, rtol=1e-9)


def test_agents_of_the_wider_spaces_are_their_subsystems() -> None:
    with subsystems.problem(subsystems.SERVER) as server:
        assert list(server.space.groups) == ["compute", "memory", "scheduler"]
    with (
        subsystems.problem(subsystems.CHIP) as chip,
        subsystems.problem(subsystems.JOINT) as both,
    ):
        assert list(chip.space.groups) == ["dla", "shi"]
        assert list(both.space.groups) == ["dram", "dla", "shi"]
        assert both.space.size == 442_368 * chip.space.size
        levels = draw_levels(both.space, own_generator(1), 4)
        width = len(both.space.shape) - len(chip.space.shape)
        alone = chip.evaluate(levels[:, width:])
        memory = subsystems.memory_problem().evaluate(levels[:, :width])
        assert (both.evaluate(levels).rewards == memory.rewards + alone.rewards).all()


def test_differences_take_the_better_method_of_each_side() -> None:
    finals = {
        IPPO_GROUPS.label: [1.0, 2.0, 3.0],
        MAPPO_GROUPS.label: [0.0, 1.0, 0.0],
        IPPO.label: [2.5, 2.5, 2.5],
        PPO_DISCRETE.label: [0.5, 0.5, 0.0],
        RANDOM.label: [-1.0, 1.0, 4.0],
    }
    results = {
        label: Result(np.array(values)[:, None], (1,) * 3, ()) for label, values in finals.items()
    }
    found = {row.configuration: row.measured for row in difference_rows("p", results)}
    assert found == {
        "p: MARL by parameter": -0.5,
        "p: PPO and SAC, equal decoders": 1.5,
        "p: random": 1.0,
    }
    del results[IPPO_GROUPS.label], results[MAPPO_GROUPS.label]
    assert not list(difference_rows("p", results))


def test_without_learners_the_section_says_that_nothing_is_compared() -> None:
    effort = Effort(seeds=2, evaluations=20)
    problem = counted(subsystems.CHIP, (5, 5))
    rows = list(subsystem_rows(problem, run_contest(problem, CLASSIC, effort), effort))
    lines = subsystem_page.section(rows, ["| methods |"])
    assert any("nothing to compare" in line for line in lines)
    assert "| methods |" in lines
    assert subsystem_page.section([], []) == []


def test_contests_side_by_side_find_what_they_find_alone() -> None:
    names = [controllers.QUICK_CASES[0].name, subsystems.CHIP]
    methods = [RANDOM.label, GA.label]
    together = run_contests(names, True, methods, processes=2)
    assert together == run_contests(names, True, methods, processes=1)
    assert making.problems_of(together) == names


def test_a_contest_whose_process_ends_is_told_in_one_sentence() -> None:
    with pytest.raises(ArchsimError, match="process of the contest 'chip of cheese' ended"):
        run_contests(["chip of cheese", "other"], True, [RANDOM.label], processes=2)


@pytest.fixture(scope="module")
def committed() -> dict[tuple[str, str], dict[str, str]]:
    with (COMMITTED / f"{NAME}.csv").open(newline="") as file:
        return {(row["item"], row["configuration"]): row for row in csv.DictReader(file)}


def test_committed_rows_of_classic_methods_come_back(
    committed: dict[tuple[str, str], dict[str, str]],
) -> None:
    effort = contests.QUICK_SUBSYSTEMS
    for name in subsystems.NAMES:
        with subsystems.problem(name) as problem:
            results = run_contest(problem, CLASSIC, effort)
        fresh = list(making.curve_rows(name, results, effort))
        for row in csv.DictReader(rows_to_csv(fresh).splitlines()):
            assert committed[row["item"], row["configuration"]] == row


def test_committed_differences_follow_from_the_committed_medians(
    committed: dict[tuple[str, str], dict[str, str]],
) -> None:
    last = contests.QUICK_SUBSYSTEMS.evaluations

    def median(problem: str, label: str) -> float:
        return float(committed[making.MEDIAN, making.at(problem, label, last)]["measured"])

    for problem in subsystems.NAMES:
        ours = max(median(problem, entry.label) for entry in (IPPO_GROUPS, MAPPO_GROUPS))
        theirs = max(median(problem, label) for label in making.MULTI)
        row = committed[DIFFERENCE, f"{problem}: MARL by parameter"]
        assert math.isclose(float(row["measured"]), ours - theirs, abs_tol=1e-5)
