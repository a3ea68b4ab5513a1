"""``DesignEnv``: a study as a Gymnasium environment for one agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, cast

import gymnasium
import numpy as np
from gymnasium import spaces

from archsim.envs.actions import Action, ActionDecoder
from archsim.envs.design_evaluator import DesignEvaluator
from archsim.envs.observing import LARGEST, Observations, Observer
from archsim.errors import ArchsimError, InputError


class DesignEnv(gymnasium.Env[Observations, Action]):
    """Each action is a whole design, its reward the study's.

    With a horizon of 1 an episode is one design and ends as terminated: a contextual bandit, as
    ArchGym's environment is. With a longer horizon an episode is that many designs, is cut off
    (truncated) there, and each observation shows the figures of the design before; the reward of
    a design stays what it is. ``info`` has the raw figures (see ``Observer.info``).

    Args:
        evaluator: Of the study; several environments may share it.
        actions: Form of the actions.
        observer: What is seen; absent: the study's own metrics relative to the base design.
        horizon: Designs of an episode.

    Raises:
        InputError: The horizon is below 1.
    """

    metadata: ClassVar[dict[str, object]] = {"render_modes": []}  # type: ignore[misc]  # Gymnasium has it as one of the instance

    def __init__(
        self,
        evaluator: DesignEvaluator,
        actions: ActionDecoder,
        observer: Observer | None = None,
        horizon: int = 1,
    ) -> None:
        check_horizon(horizon)
        self.evaluator = evaluator
        self.observer = observer or Observer(evaluator)
        self.horizon = horizon
        self._actions = actions
        self._step = horizon
        self.action_space = actions.space
        self.observation_space = observation_space(self.observer)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, object] | None = None
    ) -> tuple[Observations, dict[str, object]]:
        """Begin an episode: the observation is that of the base design.

        Args:
            seed: Of ``np_random``; the environment itself has nothing random.
            options: Not used.
        """
        super().reset(seed=seed)
        self._step = 0
        return self.observer.start.copy(), {}

    def step(self, action: Action) -> tuple[Observations, float, bool, bool, dict[str, object]]:
        """Evaluate a design.

        Raises:
            ArchsimError: The episode has ended, or the evaluator's limit is reached.
            InputError: The action is none of the action space.
        """
        if self._step >= self.horizon:
            raise ArchsimError("the episode has ended: call reset before step")
        found = self.evaluator.evaluate(self._actions.levels(np.asarray(action)[None]))
        if not len(found):
            raise ArchsimError("the limit of different designs is reached")
        self._step += 1
        ended = self._step >= self.horizon
        return (
            self.observer.observations(found)[0],
            float(found.rewards[0]),
            ended and self.horizon == 1,
            ended and self.horizon > 1,
            self.observer.info(found, 0),
        )

    def close(self) -> None:
        """End the evaluator's workers; they start again when another environment needs them."""
        self.evaluator.close()


def observation_space(observer: Observer) -> spaces.Space[Observations]:
    """Return the space of an observer's observations."""
    box = spaces.Box(-LARGEST, LARGEST, observer.start.shape, np.float32)
    return cast("spaces.Space[Observations]", box)


def check_horizon(horizon: int) -> None:
    """Refuse a horizon that is not at least one design.

    Raises:
        InputError: It is below 1.
    """
    if isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1:
        raise InputError("the horizon must be a whole number", found=repr(horizon),
                         allowed="at least 1")  # fmt: skip
