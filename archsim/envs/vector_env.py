"""``VectorDesignEnv``: many copies of ``DesignEnv`` whose actions are evaluated in one batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from archsim.envs.actions import ActionDecoder
from archsim.envs.design_env import check_horizon, observation_space
from archsim.envs.design_evaluator import DesignEvaluator
from archsim.envs.evaluations import Evaluations
from archsim.envs.observing import Observations, Observer
from archsim.errors import ArchsimError, InputError

MAXIMUM_ENVS = 65_536
Flags = NDArray[np.bool_]
VectorInfo = dict[str, object]


class VectorDesignEnv(VectorEnv[Observations, NDArray[np.generic], NDArray[np.generic]]):
    """Environments that step together, each like a ``DesignEnv``.

    The autoreset mode is same-step: where an episode ends, the observation is the first of the
    next episode, and the last of the ended one is ``info["final_obs"]``. ``info`` has arrays
    with one entry per environment: ``status``, ``reason``, ``levels`` and ``metrics``
    (name to raw figures, NaN where a design has none), with Gymnasium's ``_name`` masks.

    Args:
        evaluator: Of the study.
        actions: Form of the actions.
        num_envs: Number of environments.
        observer: What is seen; absent: the study's own metrics relative to the base design.
        horizon: Designs of an episode.

    Raises:
        InputError: A number is out of range.
    """

    metadata: ClassVar[dict[str, object]] = {  # type: ignore[misc]  # Gymnasium has it as one of the instance
        "render_modes": [],
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self,
        evaluator: DesignEvaluator,
        actions: ActionDecoder,
        num_envs: int,
        observer: Observer | None = None,
        horizon: int = 1,
    ) -> None:
        check_horizon(horizon)
        if not 1 <= num_envs <= MAXIMUM_ENVS:
            raise InputError(
                "the number of environments", found=str(num_envs), allowed=f"1 to {MAXIMUM_ENVS}"
            )
        self.evaluator = evaluator
        self.observer = observer or Observer(evaluator)
        self.num_envs = num_envs
        self.horizon = horizon
        self._actions = actions
        self._step: int | None = None
        self.single_action_space = actions.space
        self.single_observation_space = observation_space(self.observer)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)

    def reset(
        self, *, seed: int | list[int | None] | None = None,
        options: Mapping[str, object] | None = None,
    ) -> tuple[Observations, VectorInfo]:  # fmt: skip
        """Begin an episode in every environment.

        Args:
            seed: Of ``np_random`` (the first of a list); the environments have nothing random.
            options: Not used.
        """
        first = seed[0] if isinstance(seed, list) and seed else seed
        super().reset(seed=first if isinstance(first, int) else None)
        self._step = 0
        return self._starts(), {}

    def step(
        self, actions: NDArray[np.generic]
    ) -> tuple[Observations, NDArray[np.float64], Flags, Flags, VectorInfo]:
        """Evaluate one design per environment.

        Raises:
            ArchsimError: ``reset`` was not called, or the evaluator's limit is reached.
            InputError: The actions are none of the action space.
        """
        if self._step is None:
            raise ArchsimError("call reset before step")
        levels = self._actions.levels(np.asarray(actions))
        if len(levels) != self.num_envs:
            raise InputError("one action per environment", found=str(len(levels)),
                             allowed=str(self.num_envs))  # fmt: skip
        found = self.evaluator.evaluate(levels)
        if len(found) < self.num_envs:
            raise ArchsimError("the limit of different designs is reached")
        self._step += 1
        ended = self._step >= self.horizon
        seen, info = self.observer.observations(found), self._info(found)
        if ended:
            finals = np.empty(self.num_envs, dtype=object)
            finals[:] = list(seen)
            info = {**info, "final_obs": finals, "final_info": dict(info)}
            info |= {"_final_obs": self._all(), "_final_info": self._all()}
            seen, self._step = self._starts(), 0
        return (
            seen,
            found.rewards,
            np.full(self.num_envs, ended and self.horizon == 1),
            np.full(self.num_envs, ended and self.horizon > 1),
            info,
        )

    def close_extras(self, **options: object) -> None:
        """End the evaluator's workers; they start again when another environment needs them."""
        del options
        self.evaluator.close()

    def _starts(self) -> Observations:
        return np.repeat(self.observer.start[None], self.num_envs, axis=0)

    def _all(self) -> Flags:
        return np.ones(self.num_envs, dtype=bool)

    def _info(self, found: Evaluations) -> VectorInfo:
        metrics: dict[str, object] = dict(found.figures)
        metrics |= {f"_{name}": np.isfinite(found.figures[name]) for name in found.figures}
        parts: VectorInfo = {
            "status": found.statuses,
            "reason": found.reasons,
            "levels": found.levels,
            "metrics": metrics,
        }
        return parts | {f"_{name}": self._all() for name in parts}
