"""Independent PPO and MAPPO: one agent per parameter or per group, on TorchRL's clipped PPO loss.

TorchRL was chosen after measuring (``tests/bench/bench_search_methods.py agents``; two shared
cores at load 4): it evaluates the networks of ten agents in one call and learns from 227 designs a
second, where ten models of Stable-Baselines3, one a parameter, learn from 79 and have no shared
critic. Its price is the start of the process, twice as long (6 s of processor time, 3 s without
it), once a run. RLlib pins an older Gymnasium and trained 200 steps in 23 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from archsim.search.algorithm import Algorithm, Scores
from archsim.search.algorithms.proximal import ProximalSettings
from archsim.search.own_random import OwnRandom
from archsim.search.reward_scale import RewardScale

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from tensordict import TensorDict
    from tensordict.nn import TensorDictModule
    from torchrl.modules import ProbabilisticActor

    from archsim.space import Space


class MultiAgentSettings(ProximalSettings):
    """Hyper-parameters of PPO with several agents."""

    agents: Literal["parameters", "groups"] = Field(
        default="parameters",
        description="parameters: an agent each; groups: an agent per group of the space",
    )
    critic: Annotated[float, Field(ge=0.0, le=100.0)] = Field(
        default=0.5, description="weight of the critics' loss"
    )
    gradient_norm: Annotated[float, Field(ge=1e-6, le=1e6)] = Field(
        default=0.5, description="largest norm of a gradient"
    )


class IndependentProximal(Algorithm):
    """Agents with networks of their own, a common reward and the same constant observation.

    An agent sets its parameters with one categorical distribution each; its probability ratio,
    which is clipped, is that of all of them. Every agent has a critic of its own.
    """

    name = "ippo"
    shared_critic = False

    def __init__(self, space: Space, seed: int, settings: MultiAgentSettings) -> None:
        import torch

        super().__init__(space, seed, settings)
        self._settings = settings
        self._agents = _agents(space, settings.agents)
        self._random = OwnRandom(seed)
        self._scale = RewardScale()
        self._asked: TensorDict | None = None
        with self._random.drawing():
            torch.manual_seed(seed % 2**63)
            self._build(settings)

    def _build(self, settings: MultiAgentSettings) -> None:
        """Make the networks, the loss and the optimiser."""
        import torch
        from tensordict.nn import TensorDictModule
        from torchrl.modules import MultiAgentMLP, ProbabilisticActor
        from torchrl.objectives import ClipPPOLoss

        count = len(self._agents)
        mask = _mask(self.space, self._agents)

        def distribution(logits: torch.Tensor) -> torch.distributions.Distribution:
            """Return one categorical per parameter of each agent; log-probabilities per agent."""
            apart = logits.unflatten(-1, mask.shape[1:])
            apart = apart.masked_fill(~mask, torch.finfo(apart.dtype).min)
            return torch.distributions.Independent(torch.distributions.Categorical(logits=apart), 1)

        network = MultiAgentMLP(
            1, mask[0].numel(), count, centralized=False, share_params=False, depth=2,
            num_cells=settings.hidden,
        )  # fmt: skip
        values = MultiAgentMLP(
            1, 1, count, centralized=self.shared_critic, share_params=self.shared_critic, depth=2,
            num_cells=settings.hidden,
        )  # fmt: skip
        self._actor: ProbabilisticActor = ProbabilisticActor(
            TensorDictModule(network, ["observation"], ["logits"]),
            in_keys=["logits"],
            out_keys=["action"],
            distribution_class=distribution,
            return_log_prob=True,
            default_interaction_type="random",
        )
        self._critic: TensorDictModule = TensorDictModule(values, ["observation"], ["state_value"])
        self._loss = ClipPPOLoss(
            self._actor,
            self._critic,
            clip_epsilon=settings.clip,
            entropy_coeff=settings.entropy,
            critic_coeff=settings.critic,
        )
        self._optimiser = torch.optim.Adam(self._loss.parameters(), settings.learning_rate)

    def ask(self) -> NDArray[np.int64]:
        """Return designs drawn from the agents' policies."""
        import torch

        with self._random.drawing(), torch.no_grad():
            self._asked = self._drawn(self._settings.designs)
            self._critic(self._asked)
        return self._levels(self._asked)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Update all agents with the common rewards."""
        import torch

        if self._asked is None:
            return
        self._scale.add(scores.rewards)
        data, settings = self._asked, self._settings
        rewards = torch.from_numpy(self._scale.normalize_reward(scores.rewards)).float()
        values = data["state_value"]
        data["value_target"] = rewards[:, None, None].expand_as(values).contiguous()
        advantage = data["value_target"] - values
        # Each agent's own mean and deviation: its critic errs in its own way.
        centred = advantage - advantage.mean(dim=0)
        data["advantage"] = centred / (advantage.std(dim=0) + 1e-8)
        size = min(settings.minibatch, settings.designs)
        with self._random.drawing():
            for _ in range(settings.epochs):
                for part in torch.randperm(settings.designs).split(size):
                    self._step(data[part])

    def _step(self, data: TensorDict) -> None:
        """Take one gradient step."""
        import torch

        parts = self._loss(data)
        total = parts["loss_objective"] + parts["loss_critic"] + parts["loss_entropy"]
        self._optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self._loss.parameters(), self._settings.gradient_norm)
        self._optimiser.step()

    def policy(self, count: int) -> NDArray[np.int64]:
        """Return designs drawn from the agents' policies."""
        import torch

        with self._random.drawing(), torch.no_grad():
            return self._levels(self._drawn(count))

    def _drawn(self, count: int) -> TensorDict:
        import torch
        from tensordict import TensorDict

        data = TensorDict({"observation": torch.ones(count, len(self._agents), 1)}, [count])
        self._actor(data)
        return data

    def _levels(self, data: TensorDict) -> NDArray[np.int64]:
        """Return the levels that the agents' actions set, shape (designs, parameters)."""
        import numpy as np

        actions = data["action"].numpy()  # shape (designs, agents, parameters of an agent)
        levels = np.zeros((len(actions), len(self.space.shape)), dtype=np.int64)
        for agent, positions in enumerate(self._agents):
            levels[:, positions] = actions[:, agent, : len(positions)]
        return levels


class SharedCriticProximal(IndependentProximal):
    """MAPPO: as independent PPO, with one critic that sees what all agents see.

    The observation of a bandit is constant, so that a shared critic can know no more than agents'
    own ones; what is left of the difference is that it learns once what they learn each.
    """

    name = "mappo"
    shared_critic = True


def _agents(space: Space, form: str) -> list[list[int]]:
    """Return the positions of the parameters that each agent sets."""
    if form == "parameters":
        return [[at] for at in range(len(space.shape))]
    return [[space.position(key) for key in keys] for keys in space.groups.values()]


def _mask(space: Space, agents: list[list[int]]) -> torch.Tensor:
    """Return which actions exist, shape (agents, most parameters of one, most levels of one).

    An agent with fewer parameters than another has idle ones with a single action.
    """
    import torch

    mask = torch.zeros(len(agents), max(map(len, agents)), max(space.shape), dtype=torch.bool)
    mask[:, :, 0] = True
    for agent, positions in enumerate(agents):
        for slot, at in enumerate(positions):
            mask[agent, slot, : space.shape[at]] = True
    return mask
