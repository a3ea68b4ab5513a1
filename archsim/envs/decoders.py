"""From continuous actions to levels: a decoder without gaps, and ArchGym's by name.

Both take one number from -1 to 1 per parameter; numbers outside are clipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError, UnknownNameError

Decoder = Callable[[NDArray[np.floating], Sequence[int]], NDArray[np.int64]]
"""Actions, shape (designs, parameters), and levels of each parameter to levels, same shape."""


def gap_free(actions: NDArray[np.floating], shape: Sequence[int]) -> NDArray[np.int64]:
    """Cut -1 to 1 into as many bins of equal width as a parameter has levels.

    Every level is reachable; a uniform action gives uniform levels.

    Args:
        actions: Shape (designs, parameters).
        shape: Levels of each parameter.

    Raises:
        InputError: An action is not finite.
    """
    values = _clipped(actions)
    counts = np.asarray(shape)
    levels = np.floor((values + 1.0) / 2.0 * counts).astype(np.int64)
    found: NDArray[np.int64] = np.minimum(levels, counts - 1)
    return found


def three_value(actions: NDArray[np.floating], shape: Sequence[int]) -> NDArray[np.int64]:
    """Round to -1, 0 or 1 before binning, as the single-agent form of ArchGym's environment does.

    The first, the middle and the last level of a parameter are reachable, and both of two:
    26,244 of the 442,368 points of ArchGym's DRAM space.

    Source: the ArchGym repository (read from the code) for rounding and for how many levels are
    reachable; that the middle of an even number is the upper one is inferred from binning.

    Args:
        actions: Shape (designs, parameters).
        shape: Levels of each parameter.

    Raises:
        InputError: An action is not finite.
    """
    return gap_free(np.round(_clipped(actions)), shape)


DECODERS = MappingProxyType({"gap_free": gap_free, "three_value": three_value})
"""Name to decoder."""


def get_decoder(name: str) -> Decoder:
    """Return a decoder.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in DECODERS:
        raise UnknownNameError("decoder", name, DECODERS)
    return DECODERS[name]


def _clipped(actions: NDArray[np.floating]) -> NDArray[np.float64]:
    values = np.asarray(actions, dtype=np.float64)
    if not np.isfinite(values).all():
        raise InputError("an action must be finite", found=str(values[~np.isfinite(values)][0]))
    return np.clip(values, -1.0, 1.0)
