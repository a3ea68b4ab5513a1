"""Arguments that are one value for all layers, or one per layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.errors import InputError

Group = tuple[str, slice | NDArray[np.intp]]
"""A name and the layers it applies to."""


def groups(what: str, given: str | ArrayLike, count: int) -> list[Group]:
    """Return each name and the layers it applies to."""
    import pandas as pd

    names = np.asarray(given, dtype=object)
    if names.ndim > 1 or (names.ndim == 1 and len(names) not in (1, count)):
        raise InputError(
            f"one {what}, or one per layer",
            key=what,
            found=f"{names.size} for {count} layers",
        )
    if names.size == 1:
        return [(str(names.ravel()[0]), slice(None))]
    codes, found = pd.factorize(names, use_na_sentinel=False)
    return [(str(name), np.flatnonzero(codes == code)) for code, name in enumerate(found)]


def common_length(layers: int, **arguments: ArrayLike | None) -> int:
    """Return how many points layers and arguments make: one layer goes with many values.

    Args:
        layers: Number of layers.
        **arguments: Scalars, arrays or None.

    Raises:
        InputError: Lengths other than 1 differ.
    """
    lengths = {"layers": layers}
    for name, value in arguments.items():
        shape = np.asarray(value).shape
        if len(shape) > 1:
            raise InputError("one value, or one per layer", key=name, found=f"shape {shape}")
        lengths[name] = shape[0] if shape else 1
    longest = max(lengths.values()) if min(lengths.values()) else 0
    if any(length not in (1, longest) for length in lengths.values()):
        found = ", ".join(f"{name} {length}" for name, length in lengths.items() if length != 1)
        raise InputError("layers and other columns differ in length", found=found)
    return longest
