"""Everything archsim raises on purpose.

``InputError`` and its children mean that something a user wrote is wrong: the message is one
clear sentence and the command line exits with 2. Every other ``ArchsimError`` exits with 1.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ArchsimError(Exception):
    """Base of every error archsim raises on purpose."""


class InputError(ArchsimError):
    """Something the user wrote is wrong (exit code 2).

    Args:
        problem: What is wrong, without the place and without a final full stop.
        where: File and line, e.g. ``"npu.yaml:12"``; empty when there is no file.
        key: Dotted key path, e.g. ``"npu.frequency_hz"``; empty when there is no key.
        found: What was found, as the user wrote it.
        allowed: What is allowed instead.
        suggestion: What was probably meant.
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
    ) -> None:
        self.problem = problem
        self.where = where
        self.key = key
        self.found = found
        self.allowed = allowed
        self.suggestion = suggestion
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = " ".join(part for part in (self.where and f"{self.where}:", self.key) if part)
        text = f"{place}: {self.problem}" if self.key else " ".join((place, self.problem)).strip()
        if self.found:
            text += f", found {self.found}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.suggestion:
            text += f"; did you mean {self.suggestion}?"
        return " ".join(text.split())


class UnknownNameError(InputError):
    """A name (of a file, model, device, metric ...) that archsim does not know."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "", key: str = "") -> None:
        names = sorted(known)
        super().__init__(
            f"unknown {kind}",
            where=where,
            key=key,
            found=repr(name),
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


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name nearest to ``name``, or an empty string."""
    lowered = {item.lower(): item for item in known}
    match = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[match[0]] if match else ""
