"""Arguments that are one name for all layers, or one per layer."""

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
