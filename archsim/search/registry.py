"""Search methods by name: ``make_algorithm("ga", space, seed=0, options={"population": 64})``."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

from archsim.config import Document, StrictModel, build
from archsim.errors import MissingExtraError, UnknownNameError
from archsim.search.algorithm import Algorithm
from archsim.search.algorithms.annealing import AnnealingSettings, SimulatedAnnealing
from archsim.search.algorithms.ant_colony import AntColony, AntColonySettings
from archsim.search.algorithms.covariance import CovarianceSearch, CovarianceSettings
from archsim.search.algorithms.gaussian_process import (
    GaussianProcessSearch,
    GaussianProcessSettings,
)
from archsim.search.algorithms.genetic import GeneticAlgorithm, GeneticSettings
from archsim.search.algorithms.grid import GridSearch, GridSettings
from archsim.search.algorithms.multi_agent import (
    IndependentProximal,
    MultiAgentSettings,
    SharedCriticProximal,
)
from archsim.search.algorithms.non_dominated import NonDominatedSearch, NonDominatedSettings
from archsim.search.algorithms.proximal import (
    BoxProximalPolicy,
    BoxProximalSettings,
    ProximalPolicy,
    ProximalSettings,
)
from archsim.search.algorithms.random_search import RandomSearch, RandomSettings
from archsim.search.algorithms.sobol import SobolSearch, SobolSettings
from archsim.search.algorithms.soft_actor_critic import (
    SoftActorCritic,
    SoftActorCriticSettings,
)
from archsim.search.algorithms.tree_parzen import TreeParzen, TreeParzenSettings
from archsim.space import Space

Options = Mapping[str, object]
"""Hyper-parameters as a study writes them; what is absent has its default."""


@dataclass(frozen=True, slots=True)
class Method:
    """A search method that a study can name.

    Attributes:
        algorithm: Its class.
        settings: Its hyper-parameters with bounds, defaults and descriptions.
        purpose: One line for people.
        extra: Extra of archsim that it needs; empty when it needs none.
        modules: Modules of that extra.
    """

    algorithm: type[Algorithm]
    settings: type[StrictModel]
    purpose: str
    extra: str = ""
    modules: tuple[str, ...] = ()


_SB3 = ("torch", "gymnasium", "stable_baselines3")
_TORCHRL = ("torch", "tensordict", "torchrl")

METHODS: Mapping[str, Method] = {
    "random": Method(RandomSearch, RandomSettings, "random designs, with repetition"),
    "grid": Method(GridSearch, GridSettings, "every design once, in order or spread"),
    "sobol": Method(SobolSearch, SobolSettings, "a Sobol sequence, which fills the space evenly"),
    "ga": Method(GeneticAlgorithm, GeneticSettings, "genetic algorithm with an elite"),
    "nsga2": Method(
        NonDominatedSearch, NonDominatedSettings,
        "NSGA-II: several objectives and constraints", "search", ("optuna",),
    ),
    "cma_es": Method(
        CovarianceSearch, CovarianceSettings,
        "CMA-ES with margin and categories, restarted", "search", ("cmaes",),
    ),
    "tpe": Method(
        TreeParzen, TreeParzenSettings, "tree-structured Parzen estimator", "search", ("optuna",)
    ),
    "gp": Method(
        GaussianProcessSearch, GaussianProcessSettings,
        "Bayesian optimisation with a Gaussian process", "search", ("sklearn",),
    ),
    "aco": Method(AntColony, AntColonySettings, "ant colony: pheromone on every level"),
    "annealing": Method(
        SimulatedAnnealing, AnnealingSettings, "simulated annealing, several chains"
    ),
    "ppo": Method(
        ProximalPolicy, ProximalSettings,
        "PPO, one agent for all parameters, discrete actions", "rl", _SB3,
    ),
    "ppo_box": Method(
        BoxProximalPolicy, BoxProximalSettings,
        "PPO, one agent for all parameters, real actions and a decoder", "rl", _SB3,
    ),
    "sac": Method(
        SoftActorCritic, SoftActorCriticSettings,
        "SAC, one agent for all parameters, real actions and a decoder", "rl", _SB3,
    ),
    "ippo": Method(
        IndependentProximal, MultiAgentSettings,
        "independent PPO, an agent per parameter or group", "rl", _TORCHRL,
    ),
    "mappo": Method(
        SharedCriticProximal, MultiAgentSettings,
        "MAPPO: PPO with an agent per parameter or group and a shared critic", "rl", _TORCHRL,
    ),
}  # fmt: skip
"""Name to method."""


def find_method(name: str, key: str = "method.name") -> Method:
    """Return a method.

    Args:
        name: What a study calls it.
        key: Key that messages name.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in METHODS:
        raise UnknownNameError("search method", name, METHODS, key=key)
    return METHODS[name]


def read_settings(name: str, options: Options, key: str = "method.options") -> StrictModel:
    """Return the complete hyper-parameters of a method.

    Args:
        name: The method.
        options: What differs from the defaults.
        key: Key of the options, for messages.

    Raises:
        InputError: The method or an option is unknown, or a value is out of bounds.
    """
    document = Document(data=dict(options), name=name, path=None, prefix=f"{key}.")
    return build(find_method(name).settings, document)


def require_packages(name: str) -> None:
    """Refuse a method whose packages are not installed.

    Raises:
        MissingExtraError: One is missing.
    """
    method = find_method(name)
    if any(importlib.util.find_spec(module) is None for module in method.modules):
        raise MissingExtraError(method.extra, f"the search method {name}")


def make_algorithm(name: str, space: Space, seed: int, options: Options | None = None) -> Algorithm:
    """Return a search method, ready to be asked.

    Args:
        name: A key of ``METHODS``.
        space: Where to look.
        seed: Of everything random.
        options: Hyper-parameters that differ from the defaults.

    Raises:
        InputError: The method or an option is unknown, or a value is out of bounds.
        MissingExtraError: A package that the method needs is not installed.
    """
    method = find_method(name)
    settings = read_settings(name, options or {})
    require_packages(name)
    return method.algorithm(space, seed, settings)
