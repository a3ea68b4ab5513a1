"""``AgentsEnv``: a study as a PettingZoo environment, one agent a parameter or a named group."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Literal, cast, get_args

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from archsim.envs.actions import Action, levels_space
from archsim.envs.design_env import check_horizon, observation_space
from archsim.envs.design_evaluator import DesignEvaluator
from archsim.envs.observing import Observations, Observer
from archsim.errors import ArchsimError, InputError, UnknownNameError
from archsim.space import Space

By = Literal["parameter", "group"]
Flags = dict[str, bool]


class AgentsEnv(ParallelEnv):  # type: ignore[misc]  # PettingZoo has no types
    """Each agent sets its parameters of the next design; all share its reward.

    Agents are called after their parameter or group and numbered in the order of the space:
    ``PagePolicy_0``. An agent with one parameter has a ``Discrete`` action, one with several a
    ``MultiDiscrete``. Every agent sees the same observation, which is also ``state()``. Episodes
    are those of ``DesignEnv``.

    Args:
        evaluator: Of the study; several environments may share it.
        by: One agent for each ``"parameter"`` or each ``"group"`` of the space.
        observer: What is seen; absent: the study's own metrics relative to the base design.
        horizon: Designs of an episode.

    Raises:
        InputError: The horizon is below 1, or ``by`` is unknown.
    """

    metadata: ClassVar[dict[str, object]] = {"name": "archsim_agents_v0", "render_modes": []}
    render_mode = None

    def __init__(
        self,
        evaluator: DesignEvaluator,
        by: By = "parameter",
        observer: Observer | None = None,
        horizon: int = 1,
    ) -> None:
        check_horizon(horizon)
        self.evaluator = evaluator
        self.observer = observer or Observer(evaluator)
        self.horizon = horizon
        self.columns = agents_of(evaluator.study.space, by)
        """Agent to the places of its parameters in the space."""
        self.possible_agents = list(self.columns)
        self.agents: list[str] = []
        self._step = 0
        self._seen = self.observer.start
        shape = evaluator.study.space.shape
        self.action_spaces = {
            agent: _action_space([shape[at] for at in columns])
            for agent, columns in self.columns.items()
        }
        self.observation_spaces = {
            agent: observation_space(self.observer) for agent in self.columns
        }
        self.state_space = observation_space(self.observer)

    def observation_space(self, agent: str) -> spaces.Space[Observations]:
        """Return the observation space of an agent."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Action]:
        """Return the action space of an agent."""
        return self.action_spaces[agent]

    def state(self) -> Observations:
        """Return what every agent sees."""
        return self._seen.copy()

    def reset(
        self, seed: int | None = None, options: Mapping[str, object] | None = None
    ) -> tuple[dict[str, Observations], dict[str, dict[str, object]]]:
        """Begin an episode: the observation is that of the base design.

        Args:
            seed: Not used: the environment has nothing random.
            options: Not used.
        """
        del seed, options
        self.agents = list(self.possible_agents)
        self._step = 0
        self._seen = self.observer.start
        return self._observed(self.agents), {agent: {} for agent in self.agents}

    def step(
        self, actions: Mapping[str, Action]
    ) -> tuple[
        dict[str, Observations], dict[str, float], Flags, Flags, dict[str, dict[str, object]]
    ]:
        """Evaluate the design that all actions make together.

        Raises:
            ArchsimError: The episode has ended, or the evaluator's limit is reached.
            InputError: An agent's action is missing or none of its action space.
        """
        if not self.agents:
            raise ArchsimError("the episode has ended: call reset before step")
        found = self.evaluator.evaluate(self.levels(actions)[None])
        if not len(found):
            raise ArchsimError("the limit of different designs is reached")
        self._step += 1
        self._seen = self.observer.observations(found)[0]
        ended, agents = self._step >= self.horizon, self.agents
        reward = float(found.rewards[0])
        if ended:
            self.agents = []
        return (
            self._observed(agents),
            dict.fromkeys(agents, reward),
            dict.fromkeys(agents, ended and self.horizon == 1),
            dict.fromkeys(agents, ended and self.horizon > 1),
            {agent: self.observer.info(found, 0) for agent in agents},
        )

    def levels(self, actions: Mapping[str, Action]) -> NDArray[np.int64]:
        """Return the levels that the agents' actions make; shape (parameters,).

        Raises:
            InputError: An agent's action is missing or none of its action space.
        """
        found = np.zeros(len(self.evaluator.study.space.shape), dtype=np.int64)
        for agent, columns in self.columns.items():
            if agent not in actions:
                raise InputError("the action of an agent is missing", found=agent)
            action = np.asarray(actions[agent])
            if action.shape != self.action_spaces[agent].shape or action.dtype.kind not in "iu":
                raise InputError(
                    f"this is no action of {agent}", found=f"{action.dtype} of shape "
                    f"{action.shape}", allowed=str(self.action_spaces[agent]),
                )  # fmt: skip
            found[columns] = action
        return found

    def render(self) -> None:
        """Draw nothing."""

    def close(self) -> None:
        """End the evaluator's workers; they start again when another environment needs them."""
        self.evaluator.close()

    def _observed(self, agents: list[str]) -> dict[str, Observations]:
        return {agent: self._seen.copy() for agent in agents}


def agents_of(space: Space, by: By) -> dict[str, list[int]]:
    """Return agents, each with the places of its parameters.

    Args:
        space: The space.
        by: One agent for each parameter or each group.

    Raises:
        UnknownNameError: ``by`` is neither.
    """
    if by not in get_args(By):
        raise UnknownNameError("division into agents", by, get_args(By))
    groups = space.groups if by == "group" else {key: (key,) for key in space.keys}
    return {
        f"{_word(name)}_{number}": [space.position(key) for key in keys]
        for number, (name, keys) in enumerate(groups.items())
    }


def _word(name: str) -> str:
    """Return the last part of a key or group, with nothing in it that splits PettingZoo's names."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name.rpartition(".")[2]).strip("-") or "agent"


def _action_space(counts: list[int]) -> spaces.Space[Action]:
    if len(counts) > 1:
        return levels_space(counts)
    return cast("spaces.Space[Action]", spaces.Discrete(counts[0]))
