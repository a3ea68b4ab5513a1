"""What a ledger's tables may hold; anything else was not written by archsim, or was damaged."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archsim.sweeps.identity import KEY_BYTES
from archsim.sweeps.lease import Owner

ENDED = ("done", "infeasible", "failed")


class BadRowError(Exception):
    """A row holds something that is never written; the message says what."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the ledger says of one trial.

    Attributes:
        status: ``"done"``, ``"infeasible"``, ``"failed"`` or ``"running"``.
        reason: Why it is infeasible or failed.
        figures: Figure to value; empty unless it is done.
    """

    status: str
    reason: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Claim:
    """Trials that a process works on.

    Attributes:
        owner: The process.
        until: End of its lease, in seconds of the system's clock.
        keys: The trials.
    """

    owner: Owner
    until: float
    keys: tuple[bytes, ...]


def read_row(status: object, reason: object, figures: Mapping[str, object]) -> Row:
    """Return a row of ``trials``.

    Raises:
        BadRowError: It has another status, or a figure that is no finite number.
    """
    if status not in ENDED:
        raise BadRowError(f"a trial has the status {_told(status)}")
    if not isinstance(reason, str):
        raise BadRowError(f"a trial has the reason {_told(reason)}")
    found = {}
    for name, value in figures.items():
        if value is None:
            continue
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise BadRowError(f"a trial has the figure {_told(value)}")
        found[name] = float(value)
    return Row(str(status), reason, found)


def check_records(names: Sequence[str], records: Iterable[Sequence[object]]) -> None:
    """Refuse rows of ``trials`` as ``read_row`` does, faster where nothing is wrong.

    Args:
        names: Figures.
        records: For each trial its key, status, reason and figures.

    Raises:
        BadRowError: One of them is not what a sweep writes.
    """
    for record in records:
        _, status, reason, *figures = record
        if status not in ENDED or not isinstance(reason, str) or not _finite(figures):
            read_row(status, reason, dict(zip(names, figures, strict=True)))


def _finite(figures: Sequence[object]) -> bool:
    """Say whether all figures are surely finite numbers; a false answer is looked at again."""
    try:
        return math.isfinite(sum(value for value in figures if value is not None))  # type: ignore[misc]
    except TypeError:
        return False


def read_status(status: object) -> str:
    """Return the status of a trial that has ended.

    Raises:
        BadRowError: It is none.
    """
    return read_row(status, "", {}).status


def read_claim(row: Sequence[object]) -> Claim:
    """Return a row of ``running``: owner, end of the lease, keys.

    Raises:
        BadRowError: One of them is not what a sweep writes.
    """
    owner, until, keys = row
    if not isinstance(keys, bytes) or len(keys) % KEY_BYTES:
        raise BadRowError(f"a claim has the trials {_told(keys)}")
    if not isinstance(until, int | float) or not math.isfinite(until):
        raise BadRowError(f"a claim has the lease {_told(until)}")
    try:
        found = Owner.parse(str(owner))
    except ValueError as error:
        raise BadRowError(f"a claim has the owner {_told(owner)}") from error
    cut = (keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES))
    return Claim(found, float(until), tuple(cut))


def _told(value: object) -> str:
    return ascii(value)[:40]
