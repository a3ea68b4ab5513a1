"""SAC: Stable-Baselines3's soft actor-critic over real actions, cut into levels by a decoder.

Episodes and control are those of ``proximal``: one design each, and the library's own actor,
replay buffer and training step between ``ask`` and ``tell``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import NonNegativeInt, PositiveInt, StrictModel
from archsim.envs.decoders import get_decoder
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.algorithms.proximal import Decoding, LearningRate, Width
from archsim.search.own_random import OwnRandom
from archsim.search.reward_scale import RewardScale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from stable_baselines3 import SAC

    from archsim.space import Space


class SoftActorCriticSettings(StrictModel):
    """Hyper-parameters of SAC."""

    designs: Annotated[PositiveInt, Field(le=4096)] = Field(
        default=8, description="designs asked for between two rounds of gradient steps"
    )
    gradient_steps: Annotated[PositiveInt, Field(le=4096)] = Field(
        default=8, description="gradient steps of a round"
    )
    startup: Annotated[NonNegativeInt, Field(le=1_000_000)] = Field(
        default=128, description="random designs before the first gradient step"
    )
    minibatch: Annotated[PositiveInt, Field(le=65_536)] = Field(
        default=128, description="designs of one gradient step"
    )
    memory: Annotated[PositiveInt, Field(le=10_000_000)] = Field(
        default=20_000, description="designs that the replay buffer holds, the newest"
    )
    learning_rate: LearningRate = Field(default=1e-3, description="step size of Adam")
    hidden: Width = Field(default=64, description="units of each of the two hidden layers")
    decoder: Decoding = Field(
        default="gap_free", description="from actions to levels; three_value: as ArchGym does"
    )


class SoftActorCritic(Algorithm):
    """A squashed Gaussian per parameter that learns from all designs so far."""

    name = "sac"

    def __init__(self, space: Space, seed: int, settings: SoftActorCriticSettings) -> None:
        import numpy as np

        super().__init__(space, seed, settings)
        self._settings = settings
        self._decode = get_decoder(settings.decoder)
        self._random = OwnRandom(seed)
        self._scale = RewardScale()
        with self._random.drawing():
            self._model = self._built(settings)
        self._observation = np.ones((settings.designs, 1), dtype=np.float32)
        self._asked: NDArray[np.float32] | None = None
        self._told = 0

    def _built(self, settings: SoftActorCriticSettings) -> SAC:
        """Return the library's model; it needs spaces, and no environment."""
        import numpy as np
        from gymnasium.spaces import Box
        from stable_baselines3 import SAC
        from stable_baselines3.common.logger import Logger

        parameters = len(self.space.shape)
        model = SAC(
            "MlpPolicy",
            env=None,
            buffer_size=max(settings.memory, settings.designs),
            batch_size=settings.minibatch,
            learning_rate=settings.learning_rate,
            target_entropy=float(-parameters),
            policy_kwargs={"net_arch": [settings.hidden, settings.hidden]},
            seed=self.seed % 2**32,
            device="cpu",
            _init_setup_model=False,
        )
        model.observation_space = Box(0.0, 1.0, (1,), np.float32)
        model.action_space = Box(-1.0, 1.0, (parameters,), np.float32)
        model.n_envs = settings.designs
        model.set_logger(Logger(folder=None, output_formats=[]))
        model._setup_model()
        # The library scales what it draws from its buffer by its normaliser; this is ours.
        model._vec_normalize_env = self._scale
        return model

    def ask(self) -> NDArray[np.int64]:
        """Return designs drawn evenly at first, then from the actor."""
        import numpy as np

        if self._told < self._settings.startup:
            with self._random.drawing():
                shape = (self._settings.designs, len(self.space.shape))
                self._asked = np.random.uniform(-1.0, 1.0, shape).astype(np.float32)  # noqa: NPY002
        else:
            self._asked = self._drawn(self._settings.designs)
        return self._decode(self._asked, self.space.shape)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Remember the designs, and take gradient steps once the random ones are through."""
        import numpy as np

        if self._asked is None:
            return
        self._scale.add(scores.rewards)
        ends = np.ones(len(levels), dtype=np.float32)
        seen, rewards = self._observation, scores.rewards
        infos: list[dict[str, object]] = [{} for _ in levels]
        self._model.replay_buffer.add(seen, seen, self._asked, rewards, ends, infos)
        self._told += len(levels)
        if self._told >= self._settings.startup:
            with self._random.drawing():
                self._model.train(self._settings.gradient_steps, self._settings.minibatch)

    def policy(self, count: int) -> NDArray[np.int64]:
        """Return designs drawn from the actor."""
        return self._decode(self._drawn(count), self.space.shape)

    def _drawn(self, count: int) -> NDArray[np.float32]:
        """Return actions of the actor, shape (count, parameters)."""
        import numpy as np
        import torch

        self._model.policy.set_training_mode(False)
        with self._random.drawing(), torch.no_grad():
            actions = self._model.actor(torch.ones((count, 1)), deterministic=False)
        return np.asarray(actions.numpy(), dtype=np.float32)
