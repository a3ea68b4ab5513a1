"""Bayesian optimisation: a Gaussian process on levels, expected improvement over candidates."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.levels import draw_levels, is_ordered, mutated, own_generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sklearn.gaussian_process import GaussianProcessRegressor

    from archsim.space import Space

_NEAR = 8
_REFIT_GROWTH = 1.25
_LENGTHS = (0.05, 20.0)
_NOISES = (1e-6, 1.0)


class GaussianProcessSettings(StrictModel):
    """Hyper-parameters of Bayesian optimisation."""

    designs: Annotated[PositiveInt, Field(le=256)] = Field(
        default=4, description="designs asked for at a time"
    )
    startup: Annotated[PositiveInt, Field(ge=2, le=1024)] = Field(
        default=20, description="random designs before the model is used"
    )
    candidates: Annotated[PositiveInt, Field(ge=16, le=65_536)] = Field(
        default=1024, description="designs of which the most promising are asked"
    )
    points: Annotated[PositiveInt, Field(ge=16, le=2048)] = Field(
        default=256, description="designs that the model rests on: the best half and the newest"
    )


class GaussianProcessSearch(Algorithm):
    """Asks the candidates with the largest expected improvement.

    A Matern 5/2 kernel with one length per column, fitted by maximum likelihood each time that
    the designs have grown by a quarter; a level with an order is one column from 0 to 1, any
    other parameter one column per level. Rewards enter as normal scores of their ranks, so that a
    penalty or a peak does not bend the model. Half of the candidates are random, half differ in
    one or two levels from the best designs. Of several designs, each next one believes the
    model's mean at those before it.
    """

    name = "gp"

    def __init__(self, space: Space, seed: int, settings: GaussianProcessSettings) -> None:
        import numpy as np

        super().__init__(space, seed, settings)
        self._settings = settings
        self._generator = own_generator(seed)
        self._levels = np.zeros((0, len(space.shape)), dtype=np.int64)
        self._rewards = np.zeros(0)
        self._known: set[bytes] = set()
        self._model: GaussianProcessRegressor | None = None
        self._fitted_at = 0

    def ask(self) -> NDArray[np.int64]:
        """Return the next designs; random ones at first, and where all candidates are known."""
        from threadpoolctl import threadpool_limits

        if len(self._rewards) < self._settings.startup:
            return draw_levels(self.space, self._generator, self._settings.startup)
        with threadpool_limits(1):  # the matrices are small, and sums keep their order
            return self._promising()

    def _promising(self) -> NDArray[np.int64]:
        import numpy as np

        candidates = self._candidates()
        if not len(candidates):
            return draw_levels(self.space, self._generator, self._settings.designs)
        columns, told = self._columns(self._levels), _normal_scores(self._rewards)
        options = self._columns(candidates)
        model = self._fit(columns, told)
        chosen: list[int] = []
        for _ in range(min(self._settings.designs, len(candidates))):
            mean, deviation = model.predict(options, return_std=True)
            gain = _expected_improvement(mean, deviation, float(told.max()))
            gain[chosen] = -1.0
            best = int(gain.argmax())
            chosen.append(best)
            if len(chosen) < self._settings.designs:
                columns = np.concatenate([columns, options[best : best + 1]])
                told = np.append(told, mean[best])
                model = _with_kernel(model, columns, told)
        return candidates[chosen]

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Add designs, once each, and forget some where there are too many."""
        import numpy as np

        for row, same, reward in zip(
            levels, self.space.collapse(levels), scores.rewards, strict=True
        ):
            if same.tobytes() not in self._known:
                self._known.add(same.tobytes())
                self._levels = np.concatenate([self._levels, row[None]])
                self._rewards = np.append(self._rewards, reward)
        most = self._settings.points
        if len(self._rewards) > most:
            newest = np.arange(len(self._rewards) - most // 2, len(self._rewards))
            older = np.argsort(-self._rewards[: newest[0]], kind="stable")[: most - len(newest)]
            kept = np.concatenate([np.sort(older), newest])
            self._levels, self._rewards = self._levels[kept], self._rewards[kept]

    def _candidates(self) -> NDArray[np.int64]:
        """Return designs that were not asked yet, each once."""
        import numpy as np

        half, generator = self._settings.candidates // 2, self._generator
        best = self._levels[np.argsort(-self._rewards, kind="stable")[:_NEAR]]
        around = best[generator.integers(0, len(best), half)]
        changes = np.zeros(around.shape, dtype=bool)
        for _ in range(2):
            changes[np.arange(half), generator.integers(0, around.shape[1], half)] = True
        drawn = draw_levels(self.space, generator, half)
        every = np.concatenate([drawn, mutated(self.space, around, changes, generator)])
        fresh: dict[bytes, int] = {}
        for at, same in enumerate(self.space.collapse(every)):
            if same.tobytes() not in self._known:
                fresh.setdefault(same.tobytes(), at)
        return every[list(fresh.values())]

    def _columns(self, levels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the model's view of designs, shape (designs, columns)."""
        import numpy as np

        found = []
        for at, (count, ordered) in enumerate(
            zip(self.space.shape, is_ordered(self.space), strict=True)
        ):
            if ordered or count <= 2:
                found.append(levels[:, at : at + 1] / max(1, count - 1))
            else:  # two different levels are as far from each other as 0 and 1
                found.append((levels[:, at : at + 1] == np.arange(count)) / np.sqrt(2.0))
        return np.concatenate(found, axis=1).astype(np.float64)

    def _fit(
        self, columns: NDArray[np.float64], told: NDArray[np.float64]
    ) -> GaussianProcessRegressor:
        """Return the model of the designs told, its kernel fitted again where they have grown."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        grown = len(self._known) >= _REFIT_GROWTH * self._fitted_at
        if self._model is not None and not grown:
            return _with_kernel(self._model, columns, told)
        kernel = ConstantKernel(1.0, (0.05, 20.0)) * Matern(
            [1.0] * columns.shape[1], _LENGTHS, nu=2.5
        ) + WhiteKernel(1e-3, _NOISES)
        self._model = GaussianProcessRegressor(
            kernel if self._model is None else self._model.kernel_
        )
        with warnings.catch_warnings():  # a length at its bound, or a fit cut short, is no fault
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(columns, told)
        self._fitted_at = len(self._known)
        return self._model


def _with_kernel(
    model: GaussianProcessRegressor, columns: NDArray[np.float64], told: NDArray[np.float64]
) -> GaussianProcessRegressor:
    """Return a process over other designs with the kernel of a fitted one."""
    from sklearn.gaussian_process import GaussianProcessRegressor

    return GaussianProcessRegressor(model.kernel_, optimizer=None).fit(columns, told)


def _normal_scores(rewards: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal quantiles of the rewards' ranks."""
    from scipy.stats import norm, rankdata

    found: NDArray[np.float64] = norm.ppf(rankdata(rewards) / (len(rewards) + 1.0))
    return found


def _expected_improvement(
    mean: NDArray[np.float64], deviation: NDArray[np.float64], best: float
) -> NDArray[np.float64]:
    from scipy.stats import norm

    width = deviation.clip(min=1e-9)
    distance = (mean - best) / width
    found: NDArray[np.float64] = width * (distance * norm.cdf(distance) + norm.pdf(distance))
    return found
