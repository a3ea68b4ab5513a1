"""Rewards by hand: log ratios, weighted sums, ArchGym's, penalties, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from archsim.envs.design_evaluator import DesignEvaluator
from archsim.errors import InputError
from archsim.space import (
    Constraint,
    Objective,
    RewardSpec,
    archgym_reward,
    make_reward,
)

TIME = Objective("latency_s")
RATE = Objective("tokens_per_s", "maximise", weight=2.0)
FIGURES = {"latency_s": np.array([1.0, 2.0, 4.0]), "tokens_per_s": np.array([10.0, 20.0, 5.0])}
KNOWN = np.ones(3, dtype=bool)


def test_a_log_ratio_is_against_the_base():
    reward = make_reward(RewardSpec(), [TIME, RATE], [], {"latency_s": 2.0, "tokens_per_s": 10.0})
    assert reward.form == "log_ratio"
    worth = reward.of(FIGURES, KNOWN)
    two = math.log(2)
    assert worth.rewards.tolist() == pytest.approx([two, 2 * two, -two - 2 * two])
    assert worth.costs.tolist() == [[1, -10], [2, -20], [4, -5]]
    assert worth.violations.tolist() == [0, 0, 0]
    assert "latency_s 2" in str(reward)


def test_without_a_base_it_is_against_one_and_says_so():
    reward = make_reward(RewardSpec(), [TIME], [], None)
    found = reward.of(FIGURES, KNOWN).rewards
    assert found.tolist() == pytest.approx([0, -math.log(2), -math.log(4)])
    assert "infeasible" in str(reward)


def test_a_figure_of_zero_has_a_finite_reward():
    reward = make_reward(RewardSpec(), [TIME], [], {"latency_s": 1.0})
    found = reward.of({"latency_s": np.array([0.0, 1e300])}, KNOWN[:2]).rewards
    assert found.tolist() == [20.0, -20.0]


def test_targets_and_bases_without_size_make_a_weighted_sum():
    target = Objective("latency_s", weight=3.0, target=2.0)
    reward = make_reward(RewardSpec(), [target], [], {"latency_s": 2.0})
    assert reward.form == "weighted_sum"
    assert reward.of(FIGURES, KNOWN).rewards.tolist() == [0, 0, -3]
    assert make_reward(RewardSpec(), [TIME], [], {"latency_s": 0.0}).form == "weighted_sum"
    with pytest.raises(InputError, match="above 0"):
        make_reward(RewardSpec(form="log_ratio"), [TIME], [], {"latency_s": 0.0})


def test_penalties_are_relative_and_bounded():
    limit = Constraint("area_mm2", "<=", 100.0)
    spec = RewardSpec(form="weighted_sum", penalty=10.0)
    figures = {"latency_s": np.zeros(5), "area_mm2": np.array([100.0, 110.0, 150.0, 900.0, 0.0])}
    known = np.array([True, True, True, True, False])
    worth = make_reward(spec, [TIME], [limit], None).of(figures, known)
    assert worth.rewards.tolist() == pytest.approx([0, -1, -5, -10, -10])
    assert worth.violations.tolist() == pytest.approx([0, 0.1, 0.5, 8, math.inf])
    # Costs of hundreds: the penalty grows with the base, so that infeasible stays the worst.
    large = make_reward(spec, [TIME], [limit], {"latency_s": 500.0})
    assert large.of(figures, known).rewards.tolist() == pytest.approx(
        [0, -500, -2500, -5000, -5000]
    )
    strict = Constraint("area_mm2", "<", 100.0)
    assert strict.excess(np.array([99.0, 100.0, np.nan])).tolist() == [0, 1e-9, math.inf]


@pytest.mark.parametrize("units", ["corrected", "compat"])
@pytest.mark.parametrize("objective", ["power", "latency", "both"])
def test_archgym_rewards_take_whole_picoseconds(controllers, objective, units):
    reward = {"form": "archgym", "objective": objective, "units": units}
    study = controllers(reward=reward)
    found = DesignEvaluator(study).evaluate(np.array([[0, 0, 0, 0], [1, 2, 1, 2], [0, 1, 1, 1]]))
    for at in range(3):
        time_ps = int(found.figures["total_cycles"][at]) * 1250
        power_w = float(found.figures["dram_power_w"][at])
        assert found.rewards[at] == archgym_reward(power_w, time_ps, objective, units)


@pytest.mark.parametrize(
    ("reward", "more", "part"),
    [
        (
            {"form": "archgym"},
            {},
            "reward.form: the reward archgym needs a family that reports dram",
        ),
        ({"units": "compat"}, {}, "reward.units: is a setting of the form archgym alone"),
        (
            {"form": "log_ratio"},
            {"objectives": [{"metric": "latency_s", "target": 0.1}]},
            "reward.form: the reward log_ratio knows no target",
        ),
        ({"form": "log"}, {}, "reward.form"),
        ({"penalty": -1}, {}, "reward.penalty"),
    ],
)
def test_bad_rewards_are_one_sentence(clusters, reward, more, part):
    with pytest.raises(InputError) as caught:
        clusters(reward=reward, **more)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)
