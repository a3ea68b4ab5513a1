"""Everything archsim raises on purpose.

``InputError`` and its children mean that something a user wrote is wrong: the message is one
clear sentence and the command line exits with 2. Every other ``ArchsimError`` exits with 1.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

_MAXIMUM_SHOWN = 60


class ArchsimError(Exception):
    """Base of every error archsim raises on purpose; it can be sent between processes."""

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args, self.__dict__)


@dataclass(frozen=True, slots=True)
class Side:
    """One of several values that do not fit together, as an error tells it.

    Attributes:
        key: Dotted key of the value.
        found: The value; empty: as the error says.
        allowed: What it may be, the other values staying as they are; empty: as the error says.
    """

    key: str
    found: str = ""
    allowed: str = ""


class InputError(ArchsimError):
    """Something the user wrote is wrong (exit code 2).

    Args:
        problem: What is wrong, without the place and without a final full stop.
        where: File and line, e.g. ``"npu.yaml:12"``; empty when there is no file.
        key: Dotted key path, e.g. ``"npu.frequency_hz"``; empty when there is no key.
        found: What was found, as the user wrote it.
        allowed: What is allowed instead.
        suggestion: What was probably meant.
        others: Further problems of the same input, which the sentence only counts.
        sides: The other values of a conflict; who knows where each was written tells the error
            from the one that was written last (see ``archsim.config.located``).
    """

    def __init__(
        self,
        problem: str,
        *,
        where: str = "",
        key: str = "",
        found: str = "",
        allowed: str = "",
        suggestion: str = "",
        others: Sequence[InputError] = (),
        sides: Sequence[Side] = (),
    ) -> None:
        self.problem = problem
        self.where = where
        self.key = key
        self.found = found
        self.allowed = allowed
        self.suggestion = suggestion
        self.others = tuple(others)
        self.sides = tuple(sides)
        self.see = ""
        self.counted = True
        super().__init__(self._sentence())

    def located(self, where: str, key: str = "") -> Self:
        """Return the same error with a place, and with a key where it has none.

        Args:
            where: File and line.
            key: Dotted key path.
        """
        return self._changed(where=where, key=self.key or key)

    def with_others(self, others: Sequence[InputError], *, counted: bool = True) -> Self:
        """Return the same error, with further problems of the same input.

        Args:
            others: The problems.
            counted: False when there may be still more of them.
        """
        return self._changed(others=tuple(others), counted=counted)

    def suggesting(self, suggestion: str) -> Self:
        """Return the same error with another suggestion."""
        return self._changed(suggestion=suggestion)

    def within(self, section: str) -> Self:
        """Return the same error with a section in front of its keys."""
        return self._changed(
            key=".".join(part for part in (section, self.key) if part),
            sides=tuple(replace(side, key=f"{section}.{side.key}") for side in self.sides),
        )

    def told_from(self, side: Side, where: str, see: str) -> Self:
        """Return the same conflict as told from one of its values.

        Args:
            side: The value.
            where: File and line of the value.
            see: Where the values are that it does not fit to.
        """
        return self._changed(
            key=side.key,
            found=side.found or self.found,
            allowed=side.allowed or self.allowed,
            where=where,
            see=see,
            sides=(),
        )

    def _changed(self, **parts: object) -> Self:
        error = copy.copy(self)
        error.__dict__.update(parts)
        error.args = (error._sentence(),)
        return error

    def _sentence(self) -> str:
        key = _shortened(self.key, 2 * _MAXIMUM_SHOWN)
        text = ": ".join(part for part in (self.where, key, self.problem) if part)
        if self.found:
            text += f", found {self.found}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.see:
            text += f"; see {self.see}"
        if self.suggestion:
            text += f"; did you mean {_shortened(self.suggestion, 4 * _MAXIMUM_SHOWN)}?"
        if self.others:
            count = len(self.others)
            least = "" if self.counted else "at least "
            text += f" (and {least}{count} more problem{'s' if count > 1 else ''})"
        return " ".join(_printable(text).split())


class UnknownNameError(InputError):
    """A name (of a file, model, device, metric ...) that archsim does not know.

    Attributes:
        name: The name, as it was written.
        suggests_file: Whether the suggestion is a file of that name in the current folder.
    """

    name: str = ""
    suggests_file: bool = False

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, where: str = "", key: str = ""
    ) -> None:
        names = sorted(known)
        self.name = name
        super().__init__(
            f"unknown {kind}",
            where=where,
            key=key,
            found=shown(name),
            allowed=", ".join(names[:12]) + (", ..." if len(names) > 12 else ""),
            suggestion=closest(name, names),
        )


class UnsupportedError(InputError):
    """A well-formed request that this architecture or model cannot carry out."""


class InfeasibleError(InputError):
    """A design that breaks a budget or capacity; in sweeps it becomes a row with this reason."""


class MissingExtraError(ArchsimError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the extra {extra!r}: pip install 'archsim[{extra}]'")


class SimulationError(ArchsimError):
    """The simulation itself went wrong; a defect of archsim or of an architecture."""


class DeadlockError(SimulationError):
    """A run ended while processes were still waiting."""


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name nearest to ``name`` and not the same, or an empty string.

    Of names that are equally near, one with the same letters (``trdc``, ``trcd``) goes first.

    Args:
        name: What was written.
        known: What could have been meant.
        cutoff: Least similarity, from 0 to 1.
    """
    wanted = name.lower()
    lowered = {item.lower(): item for item in known if item != name}
    matches = difflib.get_close_matches(wanted, list(lowered), n=8, cutoff=cutoff)
    if not matches:
        return ""
    ratio = difflib.SequenceMatcher(None, matches[0], wanted).ratio()
    for match in matches:
        if difflib.SequenceMatcher(None, match, wanted).ratio() < ratio:
            break
        if sorted(match) == sorted(wanted):
            return lowered[match]
    return lowered[matches[0]]


def shown(value: object) -> str:
    """Return a value as its author would recognise it in a file, on one line and not too long."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str):
        return repr(_shortened(value))
    if isinstance(value, float):
        special = {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}
        return special.get(repr(value), repr(value))
    if isinstance(value, int):
        # Python refuses to print integers of more than 4300 digits.
        return str(value) if value.bit_length() <= 128 else "a number of more than 38 digits"
    return f"an object of type {type(value).__name__}"


def _restored(
    kind: type[ArchsimError], arguments: tuple[object, ...], state: Mapping[str, object]
) -> ArchsimError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(state)
    return error


def shown_path(path: object, length: int = 240) -> str:
    """Return a path as its author would recognise it, the end kept where it is very long."""
    text = str(path)
    return repr(text if len(text) <= length else f"...{text[3 - length :]}")


def _shortened(text: str, length: int = _MAXIMUM_SHOWN) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def _printable(text: str) -> str:
    """Return a text without control characters, which could rewrite a terminal's lines."""
    return "".join(
        char if char.isprintable() or char.isspace() else ascii(char)[1:-1] for char in text
    )
