"""Environments keep the contracts of Gymnasium and PettingZoo, and agree with each other."""

from __future__ import annotations

import sys

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import NormalizeObservation
from pettingzoo.test import parallel_api_test, parallel_seed_test

from archsim import envs
from archsim.errors import ArchsimError, InputError, MissingExtraError

FORMS = ("multi_discrete", "box", "discrete")


@pytest.mark.parametrize("horizon", [1, 8])
@pytest.mark.parametrize("form", FORMS)
def test_gymnasium_accepts_them(clusters, form, horizon):
    check_env(envs.make(clusters(), form, horizon=horizon), skip_render_check=True)


@pytest.mark.parametrize("form", ["multi_discrete", "box"])
def test_stable_baselines_accepts_them(clusters, form):
    checker = pytest.importorskip(
        "stable_baselines3.common.env_checker", reason="needs the extra rl"
    )
    checker.check_env(envs.make(clusters(), form), warn=True)


@pytest.mark.parametrize("horizon", [1, 7])
@pytest.mark.parametrize("form", ["agents", "groups"])
def test_pettingzoo_accepts_them(clusters, form, horizon):
    parallel_api_test(envs.make(clusters(), form, horizon=horizon), num_cycles=20)
    parallel_seed_test(lambda: envs.make(clusters(), form, horizon=horizon), num_cycles=5)


@pytest.mark.parametrize("form", ["agents", "groups"])
def test_equal_seeds_give_equal_episodes_of_many_steps(clusters, form):
    """PettingZoo's own seed test stops after the first step, whatever it is asked for."""

    def episode(seed):
        env = envs.make(clusters(), form, horizon=30)
        seen, _ = env.reset(seed=seed)
        for number, agent in enumerate(env.possible_agents):
            env.action_space(agent).seed(seed + number)
        told = [(seen, None, None)]
        while env.agents:
            actions = {agent: env.action_space(agent).sample() for agent in env.agents}
            seen, rewards, _, _, infos = env.step(actions)
            told.append((seen, rewards, infos))
        return told

    one, two, other = episode(3), episode(3), episode(4)
    assert len(one) == 31
    for left, right in zip(one, two, strict=True):
        assert left[1:] == right[1:]
        for agent, seen in left[0].items():
            np.testing.assert_array_equal(seen, right[0][agent])
    assert [item[1] for item in one] != [item[1] for item in other]
    assert len({str(item[1]) for item in one}) > 5


def test_every_form_reaches_the_same_designs(clusters):
    study = clusters()
    plain = envs.make(study)
    boxes = envs.make(study, "box")
    numbers = envs.make(study, "discrete")
    agents, groups = envs.make(study, "agents"), envs.make(study, "groups")
    assert list(agents.columns) == [
        "processors_0", "frequency-hz_1", "engines_2", "rows_3",
    ]  # fmt: skip
    assert groups.columns == {"cluster_0": [0, 1], "encoding_1": [2], "mlp_2": [3]}
    for number in (0, 17, 71):
        levels = np.array(study.space.levels(number))
        for env in (plain, boxes, numbers, agents, groups):
            env.reset()
        _, reward, ended, cut, info = plain.step(levels)
        assert (ended, cut) == (True, False)
        assert info["design"] == study.space.point(number)
        middle = ((2 * levels + 1) / np.array(study.space.shape) - 1).astype(np.float32)
        assert boxes.step(middle)[1] == reward
        assert numbers.step(number)[1] == reward
        one_each = {agent: levels[at[0]] for agent, at in agents.columns.items()}
        assert set(agents.step(one_each)[1].values()) == {reward}
        together = {
            agent: levels[at] if len(at) > 1 else levels[at[0]]
            for agent, at in groups.columns.items()
        }
        assert set(groups.step(together)[1].values()) == {reward}


def test_a_vector_is_its_environments_one_by_one(clusters):
    study = clusters()
    vector = envs.make(study, num_envs=6, horizon=2)
    assert vector.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    single = [envs.make(study, horizon=2) for _ in range(6)]
    seen, _ = vector.reset(seed=1)
    starts = [env.reset()[0] for env in single]
    np.testing.assert_array_equal(seen, starts)
    vector.action_space.seed(5)
    for step in range(4):
        actions = vector.action_space.sample()
        seen, rewards, ended, cut, info = vector.step(actions)
        alone = [env.step(action) for env, action in zip(single, actions, strict=True)]
        assert rewards.tolist() == [item[1] for item in alone]
        last = step % 2 == 1
        assert cut.all() == last
        assert not ended.any()
        finals = np.stack(info["final_obs"]) if last else seen
        np.testing.assert_array_equal(finals, [item[0] for item in alone])
        assert info["status"].tolist() == [item[4]["status"] for item in alone]
        times = [item[4]["metrics"].get("latency_s", np.nan) for item in alone]
        np.testing.assert_array_equal(info["metrics"]["latency_s"], times)
        if last:
            np.testing.assert_array_equal(seen, starts)
            for env in single:
                env.reset()
    assert vector.evaluator.counts.total == 24
    vector.close()


def test_observations_are_named_figures_of_the_last_design(controllers):
    observe = ("energy_j", "average_power_w", "latency_s")
    raw = envs.make(controllers(), observe=observe, scale="raw", horizon=3)
    relative = envs.make(controllers(), observe=observe, horizon=3)
    start, _ = raw.reset()
    base = raw.evaluator.base_figures
    np.testing.assert_allclose(start, [base[name] for name in observe], rtol=1e-6)
    np.testing.assert_array_equal(relative.reset()[0], [1, 1, 1])
    seen, _, _, _, info = raw.step(np.array([0, 1, 1, 0]))
    figures = [info["metrics"][name] for name in observe]
    np.testing.assert_allclose(seen, figures, rtol=1e-6)
    scaled = relative.step(np.array([0, 1, 1, 0]))[0]
    np.testing.assert_allclose(scaled, seen / start, rtol=1e-5)
    assert info["units"]["energy_j"] == "J"


def test_gymnasiums_normaliser_wraps_them(clusters):
    env = NormalizeObservation(envs.make(clusters(), horizon=50))
    env.reset(seed=0)
    env.action_space.seed(0)
    seen = np.array([env.step(env.action_space.sample())[0] for _ in range(50)])
    assert np.isfinite(seen).all()
    assert np.abs(seen).max() < 50


def test_ended_episodes_and_bad_actions_are_refused(clusters):
    env = envs.make(clusters())
    with pytest.raises(ArchsimError, match="call reset"):
        env.step(np.zeros(4, dtype=np.int64))
    env.reset()
    with pytest.raises(InputError, match="no actions of the form multi_discrete"):
        env.step(np.zeros(4))
    env.step(np.zeros(4, dtype=np.int64))
    with pytest.raises(ArchsimError, match="the episode has ended"):
        env.step(np.zeros(4, dtype=np.int64))
    agents = envs.make(clusters(), "agents")
    agents.reset()
    with pytest.raises(InputError, match="frequency-hz_1"):
        agents.step({"processors_0": 0})
    small = envs.make(envs.DesignEvaluator(clusters(), limit=1), horizon=3)
    small.reset()
    small.step(np.zeros(4, dtype=np.int64))
    with pytest.raises(ArchsimError, match="limit"):
        small.step(np.ones(4, dtype=np.int64))


@pytest.mark.parametrize(
    ("form", "options", "part"),
    [
        ("multidiscrete", {}, "multi_discrete"),
        ("multi_discrete", {"decoder": "three_value"}, "form box alone"),
        ("box", {"decoder": "three_values"}, "three_value"),
        ("agents", {"num_envs": 2}, "one agent"),
        ("box", {"horizon": 0}, "horizon"),
        ("box", {"num_envs": 0}, "number of environments"),
        ("box", {"observe": ["latency"]}, "latency_s"),
        ("box", {"scale": "log"}, "base, raw"),
    ],
)
def test_bad_settings_are_one_sentence(clusters, form, options, part):
    with pytest.raises(InputError) as caught:
        envs.make(clusters(), form, **options)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_large_spaces_have_no_flat_form():
    with pytest.raises(InputError, match="442368 points"):
        envs.make("dram-controller", "discrete")


def test_a_missing_extra_is_one_sentence(clusters, monkeypatch):
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    with pytest.raises(MissingExtraError, match=r"archsim\[rl\]"):
        envs.make(clusters())


def test_random_play_is_the_evaluators_rewards(clusters):
    study = clusters()
    env: gymnasium.Env = envs.make(study, "box", decoder="three_value", horizon=20)
    env.reset(seed=0)
    env.action_space.seed(1)
    rewards = [env.step(env.action_space.sample())[1] for _ in range(20)]
    counts = env.unwrapped.evaluator.counts
    assert counts.total == 20 == counts.unique + counts.hits
    assert counts.unique <= 3**3 * 2
    assert np.isfinite(rewards).all()
