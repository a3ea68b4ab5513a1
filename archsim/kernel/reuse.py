"""Reuse of identical work: what is equal in content is simulated once."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Generic, TypeVar

import numpy as np

from archsim.errors import SimulationError

Outcome = TypeVar("Outcome")


def content_key(content: object) -> str:
    """Return a key that two contents share if and only if they are equal in type and value.

    Unlike ``hash`` and ``==`` it tells 1, 1.0, True and "1" apart, holds NaN equal to itself and
    takes arrays.

    Args:
        content: None, bool, int, float, str, bytes, ``Fraction``, NumPy array or scalar, tuple,
            list, mapping, dataclass, or any nesting of these. The order of a mapping does not
            count.

    Returns:
        A SHA-256 in hexadecimal.

    Raises:
        SimulationError: If it holds anything else.
    """
    digest = hashlib.sha256()
    for part in _parts(content):
        digest.update(part)
    return digest.hexdigest()


def _parts(content: object) -> Iterable[bytes]:
    """Yield an unambiguous encoding: every part opens with its type and its length."""
    if content is None or isinstance(content, bool | int | float | str | Fraction):
        text = content.hex() if isinstance(content, float) else str(content)
        data = text.encode()
        yield f"{type(content).__name__} {len(data)} ".encode() + data
    elif isinstance(content, bytes):
        yield b"bytes %d " % len(content) + content
    elif isinstance(content, np.ndarray | np.generic):
        array = np.ascontiguousarray(content)
        if array.dtype.hasobject:
            raise SimulationError("an array of Python objects cannot be compared by content")
        yield f"array {array.dtype.str} {np.shape(content)} ".encode() + array.tobytes()
    elif isinstance(content, tuple | list):
        yield f"{type(content).__name__} {len(content)} ".encode()
        for item in content:
            yield from _parts(item)
    elif isinstance(content, Mapping):
        yield f"mapping {len(content)} ".encode()
        yield from sorted(
            b"".join(_parts(key)) + b"".join(_parts(value)) for key, value in content.items()
        )
    elif dataclasses.is_dataclass(content) and not isinstance(content, type):
        fields = dataclasses.fields(content)
        yield f"{type(content).__module__}.{type(content).__qualname__} {len(fields)} ".encode()
        for item in fields:
            yield from _parts(item.name)
            yield from _parts(getattr(content, item.name))
    else:
        raise SimulationError(
            f"{type(content).__name__} cannot be compared by content; give its parts instead"
        )


class Reuse(Generic[Outcome]):
    """Outcomes of work already done, by the content of the work.

    Args:
        verify: Do the work again at every reuse and compare; for tests.
        max_entries: How many outcomes to keep, the oldest going first; None keeps all.

    Attributes:
        computed: How often the work was done.
        reused: How often an outcome was reused.
    """

    def __init__(self, *, verify: bool = False, max_entries: int | None = None) -> None:
        if max_entries is not None and max_entries < 1:
            raise SimulationError(f"max_entries must be above zero, found {max_entries}")
        self.computed = 0
        self.reused = 0
        self._verify = verify
        self._max_entries = max_entries
        self._outcomes: dict[str, Outcome] = {}

    def __len__(self) -> int:
        return len(self._outcomes)

    def get(self, content: object, work: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of ``work``, doing it only if this content is new.

        Args:
            content: Everything the outcome depends on (see ``content_key``).
            work: Does the work. The outcome is handed out again: it should be immutable.

        Raises:
            SimulationError: If the content cannot be compared, or ``verify`` finds that equal
                content gave another outcome.
        """
        key = content_key(content)
        if key not in self._outcomes:
            if len(self._outcomes) == self._max_entries:
                del self._outcomes[next(iter(self._outcomes))]
            outcome = self._outcomes[key] = work()
            self.computed += 1
            return outcome
        outcome = self._outcomes[key]
        self.reused += 1
        if self._verify and content_key(work()) != content_key(outcome):
            raise SimulationError(
                "equal content gave different outcomes: the work depends on more than its content"
            )
        return outcome
