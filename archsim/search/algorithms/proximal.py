"""PPO: Stable-Baselines3's proximal policy optimisation, one agent for all parameters.

An episode is one design, as in ArchGym's reinforcement learning form: a contextual bandit with a
constant observation. Nothing here starts an environment or a thread: ``learn`` of the library
alternates collecting and training, and so do ``ask`` and ``tell`` with the library's own policy,
buffer and training step. A test holds the two equal, design for design.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from archsim.config import NonNegativeFloat, PositiveInt, StrictModel
from archsim.envs.decoders import get_decoder
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.own_random import OwnRandom
from archsim.search.reward_scale import RewardScale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from stable_baselines3 import PPO

    from archsim.space import Space

Decoding = Literal["gap_free", "three_value"]
LearningRate = Annotated[float, Field(ge=1e-8, le=1.0)]
Width = Annotated[PositiveInt, Field(le=4096)]


class ProximalSettings(StrictModel):
    """Hyper-parameters of PPO."""

    designs: Annotated[PositiveInt, Field(ge=2, le=65_536)] = Field(
        default=64, description="designs asked for between two updates of the policy"
    )
    minibatch: Annotated[PositiveInt, Field(ge=2, le=65_536)] = Field(
        default=64, description="designs of one gradient step"
    )
    epochs: Annotated[PositiveInt, Field(le=1000)] = Field(
        default=10, description="passes over the designs of an update"
    )
    learning_rate: LearningRate = Field(default=1e-3, description="step size of Adam")
    clip: Annotated[float, Field(ge=1e-3, le=10.0)] = Field(
        default=0.2, description="how far one update may change a probability, relatively"
    )
    entropy: Annotated[NonNegativeFloat, Field(le=10.0)] = Field(
        default=0.01, description="weight of the entropy bonus"
    )
    hidden: Width = Field(default=64, description="units of each of the two hidden layers")


class BoxProximalSettings(ProximalSettings):
    """Hyper-parameters of PPO over real actions."""

    decoder: Decoding = Field(
        default="gap_free", description="from actions to levels; three_value: as ArchGym does"
    )


class ProximalPolicy(Algorithm):
    """One categorical distribution per parameter on a common network."""

    name = "ppo"

    def __init__(self, space: Space, seed: int, settings: ProximalSettings) -> None:
        import numpy as np
        import torch

        super().__init__(space, seed, settings)
        self._settings = settings
        self._random = OwnRandom(seed)
        self._scale = RewardScale()
        with self._random.drawing():
            self._model = self._built(settings)
        self._observation = np.ones((settings.designs, 1), dtype=np.float32)
        self._asked: tuple[NDArray[np.float32], torch.Tensor, torch.Tensor] | None = None

    def _built(self, settings: ProximalSettings) -> PPO:
        """Return the library's model; it needs spaces, and no environment."""
        import numpy as np
        from gymnasium.spaces import Box, MultiDiscrete
        from stable_baselines3 import PPO
        from stable_baselines3.common.logger import Logger

        model = PPO(
            "MlpPolicy",
            env=None,
            n_steps=1,
            batch_size=min(settings.minibatch, settings.designs),
            n_epochs=settings.epochs,
            learning_rate=settings.learning_rate,
            clip_range=settings.clip,
            ent_coef=settings.entropy,
            policy_kwargs={"net_arch": [settings.hidden, settings.hidden]},
            seed=self.seed % 2**32,
            device="cpu",
            _init_setup_model=False,
        )
        model.observation_space = Box(0.0, 1.0, (1,), np.float32)
        model.action_space = MultiDiscrete(list(self.space.shape))
        if isinstance(settings, BoxProximalSettings):
            model.action_space = Box(-1.0, 1.0, (len(self.space.shape),), np.float32)
        model.n_envs = settings.designs
        model.set_logger(Logger(folder=None, output_formats=[]))
        model._setup_model()
        return model

    def ask(self) -> NDArray[np.int64]:
        """Return designs drawn from the policy."""
        import torch

        self._model.policy.set_training_mode(False)
        with self._random.drawing(), torch.no_grad():
            actions, values, log_probs = self._model.policy(torch.from_numpy(self._observation))
        self._asked = (actions.numpy(), values, log_probs)
        return self._levels(actions.numpy())

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Update the policy with the rewards of the designs."""
        import numpy as np

        if self._asked is None:
            return
        actions, values, log_probs = self._asked
        self._scale.add(scores.rewards)
        ends = np.ones(len(levels), dtype=np.float32)
        buffer = self._model.rollout_buffer
        buffer.reset()
        rewards = self._scale.normalize_reward(scores.rewards)
        buffer.add(self._observation, actions, rewards, ends, values, log_probs)
        buffer.compute_returns_and_advantage(last_values=values, dones=ends)
        with self._random.drawing():
            self._model.train()

    def policy(self, count: int) -> NDArray[np.int64]:
        """Return designs drawn from the policy."""
        import numpy as np
        import torch

        with self._random.drawing(), torch.no_grad():
            actions = self._model.policy(torch.ones((count, 1)))[0]
        return self._levels(np.asarray(actions.numpy()))

    def _levels(self, actions: NDArray[np.float32]) -> NDArray[np.int64]:
        import numpy as np

        return actions.astype(np.int64)


class BoxProximalPolicy(ProximalPolicy):
    """PPO with a Gaussian per parameter, cut into levels by a decoder."""

    name = "ppo_box"

    def __init__(self, space: Space, seed: int, settings: BoxProximalSettings) -> None:
        super().__init__(space, seed, settings)
        self._decode = get_decoder(settings.decoder)

    def _levels(self, actions: NDArray[np.float32]) -> NDArray[np.int64]:
        return self._decode(actions, self.space.shape)
