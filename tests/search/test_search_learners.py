"""The learners are the libraries' own, and their parts do what they say."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.search.registry import make_algorithm
from archsim.search.reward_scale import RewardScale
from archsim.space import Parameter, Space

synthetic = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("synthetic.py"))))
DESIGNS, ROUNDS = 16, 8
REWARDS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20)


@pytest.fixture
def sb3():
    pytest.importorskip("torch")
    return pytest.importorskip("stable_baselines3")


@given(st.lists(REWARDS, min_size=1, max_size=6))
@settings(deadline=None)
def test_the_running_scale_is_that_of_all_rewards_at_once(batches):
    scale = RewardScale()
    for batch in batches:
        scale.add(np.array(batch))
    every = np.concatenate([np.array(batch) for batch in batches])
    deviation = every.std()
    if deviation > 1e-3:
        expected = ((every - every.mean()) / deviation).clip(-10.0, 10.0)
        assert scale.normalize_reward(every) == pytest.approx(expected, abs=1e-4)
    assert np.isfinite(scale.normalize_reward(every)).all()


class Bandit:
    """What Stable-Baselines3 asks of a vector environment, one design an episode."""

    def __init__(self, space, spaces, scale):
        from stable_baselines3.common.vec_env import VecEnv

        class Environment(VecEnv):
            def __init__(self):
                self.asked = []
                super().__init__(DESIGNS, *spaces)

            def reset(self):
                return np.ones((DESIGNS, 1), np.float32)

            def step_async(self, actions):
                self.actions = np.asarray(actions)

            def step_wait(self):
                levels = self.actions.astype(np.int64)
                self.asked.append(levels)
                rewards = synthetic.structured(levels)
                scale.add(rewards)
                ends = np.ones(DESIGNS, bool)
                return self.reset(), scale.normalize_reward(rewards), ends, [{}] * DESIGNS

            def close(self): ...
            def get_attr(self, name, indices=None):
                return [None] * DESIGNS

            def set_attr(self, name, value, indices=None): ...
            def env_method(self, name, *arguments, indices=None, **more): ...
            def env_is_wrapped(self, wrapper, indices=None):
                return [False] * DESIGNS

        self.environment = Environment()


def test_ppo_asks_what_the_library_asks_in_its_own_loop(sb3):
    from gymnasium.spaces import Box, MultiDiscrete

    options = {"designs": DESIGNS, "minibatch": 8, "epochs": 3}
    ours, _ = synthetic.run(
        make_algorithm("ppo", synthetic.TEN, 4, options), synthetic.structured, DESIGNS * ROUNDS
    )
    spaces = Box(0.0, 1.0, (1,), np.float32), MultiDiscrete(list(synthetic.TEN.shape))
    environment = Bandit(synthetic.TEN, spaces, RewardScale()).environment
    sb3.PPO(
        "MlpPolicy", environment, n_steps=1, batch_size=8, n_epochs=3, learning_rate=1e-3,
        clip_range=0.2, ent_coef=0.01, policy_kwargs={"net_arch": [64, 64]}, seed=4, device="cpu",
    ).learn(DESIGNS * ROUNDS)  # fmt: skip
    assert np.array_equal(np.concatenate(environment.asked), ours)


@pytest.mark.parametrize("name", ["ppo_box", "sac"])
def test_the_three_value_decoder_reaches_its_levels_only(sb3, name):
    found = {}
    for decoder in ("gap_free", "three_value"):
        options = {"gradient_steps": 1} if name == "sac" else {}
        algorithm = make_algorithm(name, synthetic.TEN, 0, options | {"decoder": decoder})
        asked, _ = synthetic.run(algorithm, synthetic.structured, 512)
        found[decoder] = [len(np.unique(asked[:, at])) for at in range(asked.shape[1])]
    assert found["gap_free"] == list(synthetic.TEN.shape)
    assert found["three_value"] == [min(3, count) for count in synthetic.TEN.shape]


@pytest.mark.parametrize("name", ["ippo", "mappo"])
def test_agents_of_groups_set_all_their_parameters(name):
    pytest.importorskip("torchrl")
    space = Space(
        [
            Parameter(key, "ordinal", tuple(range(count)), group=group)
            for key, count, group in (
                ("hardware.a", 5, "first"), ("hardware.b", 2, "second"), ("hardware.c", 3, "first"),
            )
        ]
    )  # fmt: skip
    goal = np.array([4, 1, 0])
    algorithm = make_algorithm(
        name, space, 0, {"agents": "groups", "designs": 32, "minibatch": 32, "learning_rate": 0.01}
    )
    asked, _ = synthetic.run(
        algorithm, lambda levels: (levels == goal).sum(axis=1).astype(float), 1280
    )
    assert [len(np.unique(asked[:, at])) for at in range(3)] == [5, 2, 3]
    assert (algorithm.policy(100) == goal).all(axis=1).mean() > 0.8


def test_a_shared_critic_is_one_network_for_all_agents():
    pytest.importorskip("torchrl")
    counts = {}
    for name in ("ippo", "mappo"):
        algorithm = make_algorithm(name, synthetic.TEN, 0)
        counts[name] = sum(
            weights.numel() for weights in algorithm._loss.critic_network_params.values(True, True)
        )
    # One input per agent, two hidden layers, one output; ten networks, or one with ten inputs.
    hidden, agents = 64, 10
    inner = hidden + hidden * hidden + hidden + hidden + 1
    assert counts == {"ippo": agents * (hidden + inner), "mappo": agents * hidden + inner}
