"""``Algorithm``: what a search method is to the rest: it is asked for designs and told of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space


@dataclass(frozen=True, slots=True)
class Scores:
    """What some designs are worth, one entry or row per design.

    Attributes:
        rewards: Shape (designs,); finite, higher is better. A design that is infeasible or
            breaks a constraint has a reward too, lower by its study's penalty.
        costs: Shape (designs, objectives), to be minimised; NaN where a design is infeasible.
        violations: Shape (designs,); 0 for a design within every constraint, else the sum of
            the relative excesses; infinite for a design that is infeasible.
    """

    rewards: NDArray[np.float64]
    costs: NDArray[np.float64]
    violations: NDArray[np.float64]


class Algorithm(ABC):
    """A search method over a space, for one run.

    The caller alternates ``ask`` and ``tell`` until its budget is spent, and may stop after any
    ``ask``. An algorithm draws from its own generator alone, seeded with ``seed``: the same seed
    and the same answers give the same questions, in any process.

    Args:
        space: Where to look; a point is one level (position of a value) per parameter.
        seed: Of everything random.
        settings: Complete hyper-parameters, checked by the registry.
    """

    name: ClassVar[str]

    def __init__(self, space: Space, seed: int, settings: object) -> None:
        self.space = space
        self.seed = seed
        self.settings = settings

    @abstractmethod
    def ask(self) -> NDArray[np.int64]:
        """Return the designs to evaluate next, as many as suit the method.

        Returns:
            Levels, shape (designs, parameters), at least one design, each level in range. The
            same design may be asked again.
        """

    @abstractmethod
    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Learn what the designs of the last ``ask`` are worth, in its order.

        Args:
            levels: Shape (designs, parameters).
            scores: One entry per design.
        """

    def policy(self, count: int) -> NDArray[np.int64] | None:
        """Return designs drawn from what has been learnt, for the mean of the final policy.

        Args:
            count: How many.

        Returns:
            Levels, shape (count, parameters); ``None`` for a method that learns no policy.
        """
        del count
        return None

    def close(self) -> None:  # noqa: B027 - a hook that most methods leave as it is
        """Free what the method holds (threads, models); it is not asked again."""
