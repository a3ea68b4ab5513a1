"""Which points of a space a sweep tries: all of them, random ones, a Sobol sequence.

Every method returns canonical points, each once, in a fixed order; a larger budget with the same
seed begins with the points of a smaller one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from archsim.errors import InputError
from archsim.space.space import MAXIMUM_ENUMERATED, Space

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Levels = NDArray[np.int64]

_SMALLEST_BLOCK = 1024
_FRUITLESS = 64
_SOBOL_POINTS = 2**30


def grid(space: Space) -> Levels:
    """Return every canonical point, in the order of their numbers.

    Raises:
        InputError: There are too many.
    """
    import numpy as np

    if space.size > MAXIMUM_ENUMERATED:
        raise InputError(
            "the grid has too many points", found=str(space.size),
            allowed=f"at most {MAXIMUM_ENUMERATED}, or method random or sobol with a budget",
        )  # fmt: skip
    levels = np.stack(np.unravel_index(np.arange(space.size), space.shape), axis=1)
    return np.ascontiguousarray(levels[space.is_canonical(levels)], dtype=np.int64)


def random(space: Space, count: int, seed: int) -> Levels:
    """Return different points, drawn evenly over all levels.

    Args:
        space: The space.
        count: How many; fewer when the space has fewer.
        seed: Seed of the draw.
    """
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(seed))
    shape = np.array(space.shape)
    return _different(space, count, lambda rows: generator.integers(0, shape, (rows, len(shape))))


def sobol(space: Space, count: int, seed: int) -> Levels:
    """Return different points of a scrambled Sobol sequence, which fills the space evenly.

    Args:
        space: The space.
        count: How many; fewer when the space has fewer.
        seed: Seed of the scrambling.
    """
    import numpy as np
    from scipy.stats import qmc

    engine = qmc.Sobol(len(space.shape), scramble=True, seed=seed)
    shape = np.array(space.shape)

    def draw(rows: int) -> Levels:
        if engine.num_generated + rows > _SOBOL_POINTS:
            return np.zeros((0, len(shape)), dtype=np.int64)
        levels: Levels = np.minimum((engine.random(rows) * shape).astype(np.int64), shape - 1)
        return levels

    return _different(space, count, draw)


def _different(space: Space, count: int, draw: Callable[[int], Levels]) -> Levels:
    """Draw blocks until there are enough different canonical points, or no more are found."""
    import numpy as np

    enumerable = space.size <= MAXIMUM_ENUMERATED
    wanted = min(count, space.distinct_size) if enumerable else count
    found = np.zeros((0, len(space.shape)), dtype=np.int64)
    rows = max(_SMALLEST_BLOCK, 1 << max(0, wanted - 1).bit_length())  # Sobol blocks: powers of 2
    fruitless = 0
    while len(found) < wanted and fruitless < _FRUITLESS:
        before = len(found)
        block = draw(rows)
        found = _unique(np.concatenate([found, space.collapse(block)]))
        fruitless = fruitless + 1 if len(found) == before else 0
    if len(found) < wanted and enumerable:
        # Points that chance keeps missing, e.g. those with much less room than others.
        found = _unique(np.concatenate([found, grid(space)]))
    return found[:wanted]


def _unique(levels: Levels) -> Levels:
    """Return each row once, where it stands first."""
    import numpy as np

    _, first = np.unique(levels, axis=0, return_index=True)
    return levels[np.sort(first)]
