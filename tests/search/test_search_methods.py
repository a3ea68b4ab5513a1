"""Every search method keeps the contract of ``Algorithm``, and finds what it should."""

import importlib.util
import json
import runpy
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from archsim.errors import InputError, MissingExtraError, UnknownNameError
from archsim.search.algorithm import Scores
from archsim.search.registry import METHODS, make_algorithm, read_settings
from archsim.space import Parameter, Space

synthetic = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("synthetic.py"))))
RANDOM = ("random", "sobol")
LEARNERS = ("ppo", "ppo_box", "sac", "ippo", "mappo")
QUICK = {
    "gp": {"startup": 8, "candidates": 64},
    "tpe": {"startup": 8, "designs": 4},
    "sac": {"startup": 16, "gradient_steps": 2, "minibatch": 32},
    **{name: {"designs": 16, "minibatch": 16, "epochs": 2} for name in LEARNERS if name != "sac"},
}
"""Options that keep the tests of the contract short."""


def need(name):
    """Skip where a package of the method's extra is not installed."""
    for module in METHODS[name].modules:
        pytest.importorskip(module)


@pytest.fixture
def mixed():
    """A space with a fixed parameter, an inert one, categories and an agent of two parameters."""
    return Space(
        [
            Parameter("hardware.policy", "categorical", ("open", "closed", "both"), group="row"),
            Parameter("hardware.buffers", "ordinal", (1, 2, 4, 8, 16), group="row"),
            Parameter("hardware.fixed", "ordinal", (7,)),
            Parameter("hardware.refresh", "categorical", (True, False)),
            Parameter(
                "hardware.postponed", "integer", (1, 2, 3, 4),
                inert_when=(("hardware.refresh", (False,)),),
            ),
        ]
    )  # fmt: skip


def judged(levels):
    """Scores of designs, some of which break a constraint or can't be simulated."""
    rewards = -np.abs(levels - 1).sum(axis=1).astype(float)
    violations = np.where(levels[:, 1] == 4, 0.5, 0.0)
    costs = np.stack([-rewards, levels[:, 4].astype(float)], axis=1)
    infeasible = levels[:, 0] == 2
    costs[infeasible], violations[infeasible] = np.nan, np.inf
    return Scores(np.where(infeasible, -10.0, rewards - 10.0 * violations), costs, violations)


def questions(algorithm, rounds):
    found = []
    for _ in range(rounds):
        levels = algorithm.ask()
        found.append(levels.copy())
        algorithm.tell(levels, judged(levels))
    return np.concatenate(found)


@pytest.mark.parametrize("name", METHODS)
def test_designs_are_in_the_space_and_follow_from_the_seed(name, mixed):
    need(name)
    options = QUICK.get(name, {}) | ({"order": "spread"} if name == "grid" else {})
    alone = questions(make_algorithm(name, mixed, 5, options), 12)
    assert alone.dtype == np.int64
    assert alone.shape[1] == len(mixed.shape)
    assert (alone >= 0).all()
    assert (alone < np.array(mixed.shape)).all()
    other = questions(make_algorithm(name, mixed, 6, options), 12)
    assert not np.array_equal(alone, other[: len(alone)])
    # Two that take turns: neither sees the other, nor does the caller's generator.
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (make_algorithm(name, mixed, seed, options) for seed in (5, 6))
    turns = [(questions(first, 1), questions(second, 1)) for _ in range(12)]
    assert np.array_equal(np.concatenate([turn[0] for turn in turns]), alone)
    assert np.array_equal(np.concatenate([turn[1] for turn in turns]), other)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("name", METHODS)
def test_a_run_may_be_longer_than_its_space_and_stop_after_any_ask(name):
    need(name)
    threads = threading.active_count()
    tiny = synthetic.make_space((2, 3, 1), categorical=(0,))
    algorithm = make_algorithm(name, tiny, 0, QUICK.get(name))
    drawn = algorithm.policy(5)
    assert drawn is None if name not in LEARNERS else drawn.shape == (5, 3)
    for _ in range(40):
        levels = algorithm.ask()
        assert len(levels) >= 1
        algorithm.tell(levels, synthetic.scores_of(np.zeros(len(levels))))
    algorithm.ask()
    algorithm.close()
    assert threading.active_count() == threads


@pytest.mark.parametrize("name", METHODS)
def test_one_design_is_a_space_too(name):
    need(name)
    algorithm = make_algorithm(name, synthetic.make_space((1, 1)), 0, QUICK.get(name))
    for _ in range(3):
        levels = algorithm.ask()
        assert not levels.any()
        algorithm.tell(levels, synthetic.scores_of(np.ones(len(levels))))


@pytest.mark.parametrize("name", METHODS)
def test_the_best_of_sixty_designs_is_found(name):
    need(name)
    space = synthetic.make_space((5, 4, 3), categorical=(2,))
    algorithm = make_algorithm(name, space, 1, QUICK.get(name))
    _, rewards = synthetic.run(
        algorithm, lambda levels: -np.abs(levels - [3, 0, 1]).sum(axis=1).astype(float), 320
    )
    assert rewards.max() == 0.0


@pytest.mark.parametrize("name", [name for name in METHODS if name not in (*RANDOM, "grid", "sac")])
def test_a_method_that_learns_beats_random_search(name):
    need(name)
    budget = {"tpe": 150, "gp": 100}.get(name, 640)
    bests = {}
    for method in (name, "random"):
        bests[method] = np.median(
            [
                synthetic.run(
                    make_algorithm(method, synthetic.TEN, seed), synthetic.structured, budget
                )[1].max()
                for seed in range(3)
            ]
        )
    assert bests[name] > bests["random"]


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learnt_policy_is_better_than_chance(name):
    need(name)
    algorithm = make_algorithm(name, synthetic.TEN, 0, {"epochs": 10} if name != "sac" else {})
    _, rewards = synthetic.run(algorithm, synthetic.structured, 1024 if name == "sac" else 512)
    learnt = synthetic.structured(algorithm.policy(200))
    chance = rewards[:64]
    error = np.hypot(learnt.std() / np.sqrt(len(learnt)), chance.std() / np.sqrt(len(chance)))
    assert learnt.mean() > chance.mean() + 4.0 * error


def hashes():
    """Print the questions of every method that is installed, for the test below."""
    found = {}
    for name, method in METHODS.items():
        if all(importlib.util.find_spec(module) for module in method.modules):
            algorithm = make_algorithm(name, synthetic.TEN, 11, QUICK.get(name))
            asked, _ = synthetic.run(algorithm, synthetic.structured, 48)
            found[name] = asked.tolist()
    return json.dumps(found)


def test_another_process_asks_the_same():
    script = f"import runpy; print(runpy.run_path({__file__!r})['hashes']())"
    answer = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert json.loads(answer.stdout) == json.loads(hashes())


def test_plain_and_spread_grids_visit_each_design_once(mixed):
    for order in ("plain", "spread"):
        algorithm = make_algorithm("grid", mixed, 3, {"order": order, "designs": 75})
        asked, _ = synthetic.run(algorithm, lambda levels: levels[:, 0] * 1.0, 75)
        assert len(np.unique(asked, axis=0)) == mixed.distinct_size == 75
        assert mixed.is_canonical(asked).all()


def test_nsga2_finds_the_front_within_its_constraint():
    need("nsga2")
    space = synthetic.make_space((16, 16, 16))
    algorithm = make_algorithm("nsga2", space, 2, {"population": 24})
    asked = []
    for _ in range(25):
        levels = algorithm.ask()
        asked.append(levels)
        first, second = levels[:, 0] + levels[:, 2], 15 - levels[:, 0] + levels[:, 1]
        violations = np.where(levels[:, 0] > 8, levels[:, 0] - 8.0, 0.0)
        costs = np.stack([first, second], axis=1).astype(float)
        algorithm.tell(levels, Scores(-costs.sum(axis=1), costs, violations))
    # Chance breaks the limit in 7 of 16 designs; a third of the levels are redrawn at random.
    assert (np.concatenate(asked[-10:])[:, 0] > 8).mean() < 0.25
    # The front has nine designs of 4,096: the first parameter up to its limit, the others 0;
    # as many random designs as were asked find one or two of them.
    every = np.unique(np.concatenate(asked), axis=0)
    front = every[(every[:, 0] <= 8) & (every[:, 1:] == 0).all(axis=1)]
    assert len(front) >= 6


def test_bad_names_options_and_values_are_one_sentence():
    with pytest.raises(UnknownNameError, match=r"search method, found 'anealing'.*annealing"):
        make_algorithm("anealing", synthetic.TEN, 0)
    with pytest.raises(InputError, match=r"method.options.populaton.*did you mean .*population"):
        read_settings("ga", {"populaton": 3})
    with pytest.raises(InputError, match=r"method.options.population: must be .*found 1"):
        read_settings("ga", {"population": 1})
    with pytest.raises(InputError, match=r"order.*plain, spread"):
        read_settings("grid", {"order": "sideways"})


def test_a_missing_package_is_one_sentence(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"method tpe needs .*'archsim\[search\]'"):
        make_algorithm("tpe", synthetic.TEN, 0)
    with pytest.raises(MissingExtraError, match=r"method ippo needs .*'archsim\[rl\]'"):
        make_algorithm("ippo", synthetic.TEN, 0)


@pytest.mark.parametrize("name", METHODS)
def test_every_option_has_bounds_a_default_and_a_description(name):
    settings = read_settings(name, {})
    for field in type(settings).model_fields.values():
        assert field.description
    assert METHODS[name].algorithm.name == name
