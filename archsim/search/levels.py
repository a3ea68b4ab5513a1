"""Levels as search methods need them: even draws, and which parameters have an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space


def own_generator(seed: int) -> np.random.Generator:
    """Return a generator that nothing else draws from."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(seed))


def draw_levels(space: Space, generator: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return points drawn evenly, with repetition.

    Args:
        space: Where from.
        generator: What draws.
        count: How many.

    Returns:
        Levels, shape (count, parameters).
    """
    return generator.integers(0, space.shape, (count, len(space.shape)))


def is_ordered(space: Space) -> NDArray[np.bool_]:
    """Say of each parameter whether neighbouring levels are alike; shape (parameters,)."""
    import numpy as np

    return np.array([parameter.kind != "categorical" for parameter in space.parameters])


def mutated(
    space: Space,
    levels: NDArray[np.int64],
    changes: NDArray[np.bool_],
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Return points with some levels changed, each to another level.

    Half of the changes of a parameter with an order go to a neighbouring level, all others to
    any other level; a parameter with one value stays.

    Args:
        space: What there is.
        levels: Shape (points, parameters).
        changes: Which levels to change, shape (points, parameters).
        generator: What draws.
    """
    import numpy as np

    shape = np.array(space.shape)
    others = np.maximum(shape - 1, 1)
    anywhere = (levels + 1 + generator.integers(0, others, levels.shape)) % shape
    step = levels + np.where(generator.random(levels.shape) < 0.5, 1, -1)
    # A step over the edge turns back; of two levels it still is the other one.
    step = np.where(step < 0, 1, np.where(step >= shape, shape - 2, step))
    near = is_ordered(space) & (generator.random(levels.shape) < 0.5)
    changed = changes & (shape > 1)
    found: NDArray[np.int64] = np.where(changed, np.where(near, step, anywhere), levels)
    return found
