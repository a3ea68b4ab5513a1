"""The forms in which an agent says which design it wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast, get_args

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from archsim.envs.decoders import get_decoder
from archsim.errors import InputError, UnknownNameError
from archsim.space import Space

ActionForm = Literal["multi_discrete", "box", "discrete"]
Action = NDArray[np.generic] | int
"""One action: levels, numbers from -1 to 1, or the number of a point."""

MAXIMUM_DISCRETE = 10_000
"""Most points of a space whose points are numbered for the form ``discrete``."""


class ActionDecoder:
    """The action space of one form, and the levels of an action.

    - ``multi_discrete``: one level per parameter.
    - ``box``: one number from -1 to 1 per parameter, decoded by name (``decoders``).
    - ``discrete``: the number of the point, for small spaces.

    Args:
        space: The design space.
        form: The form.
        decoder: Name of the decoder of the form ``box``.

    Raises:
        InputError: A name is unknown, or the space is too large for ``discrete``.
    """

    def __init__(self, space: Space, form: ActionForm, decoder: str = "gap_free") -> None:
        if form not in get_args(ActionForm):
            raise UnknownNameError("form of the actions", form, get_args(ActionForm))
        if form == "discrete" and space.size > MAXIMUM_DISCRETE:
            raise InputError(
                "the space is too large for the form discrete", found=f"{space.size} points",
                allowed=f"at most {MAXIMUM_DISCRETE}, or multi_discrete or box",
            )  # fmt: skip
        self.form = form
        self._shape = space.shape
        self._decode = get_decoder(decoder)
        self.space = self._gymnasium_space()

    def levels(self, actions: NDArray[np.generic]) -> NDArray[np.int64]:
        """Return the levels of actions.

        Args:
            actions: Shape (designs, parameters); (designs,) for the form ``discrete``.

        Returns:
            Shape (designs, parameters).

        Raises:
            InputError: The actions have another shape or type.
        """
        found = np.asarray(actions)
        wide = () if self.form == "discrete" else (len(self._shape),)
        kinds = "f" if self.form == "box" else "iu"
        if found.shape[1:] != wide or found.ndim != 1 + len(wide) or found.dtype.kind not in kinds:
            raise InputError(
                f"these are no actions of the form {self.form}",
                found=f"{found.dtype} of shape {found.shape}", allowed=str(self.space),
            )  # fmt: skip
        if self.form == "box":
            return self._decode(found.astype(np.float64), self._shape)
        if self.form == "multi_discrete":
            return found.astype(np.int64)
        size = int(np.prod(self._shape))
        if found.size and not 0 <= found.min() <= found.max() < size:
            raise InputError("there is no such point", allowed=f"0 to {size - 1}",
                             found=str(found[(found < 0) | (found >= size)][0]))  # fmt: skip
        return np.stack(np.unravel_index(found.astype(np.int64), self._shape), axis=1)

    def _gymnasium_space(self) -> spaces.Space[Action]:
        if self.form == "box":
            return cast(
                "spaces.Space[Action]", spaces.Box(-1.0, 1.0, (len(self._shape),), np.float32)
            )
        if self.form == "multi_discrete":
            return levels_space(self._shape)
        return cast("spaces.Space[Action]", spaces.Discrete(int(np.prod(self._shape))))


def levels_space(counts: Sequence[int]) -> spaces.Space[Action]:
    """Return the space of one level per parameter.

    Args:
        counts: Levels of each parameter.
    """
    return cast("spaces.Space[Action]", spaces.MultiDiscrete(list(counts)))
