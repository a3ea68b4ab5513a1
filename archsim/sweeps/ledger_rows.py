"""What a ledger's tables may hold; anything else was not written by archsim, or was damaged."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.sweeps.identity import KEY_BYTES
from archsim.sweeps.lease import Owner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns = dict[str, NDArray[np.float64]]

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


def read_batch(keys: object, names: object, figures: object) -> tuple[tuple[bytes, ...], Columns]:
    """Return a row of ``batches``: the trials' keys, and figure to one number for each.

    Raises:
        BadRowError: One of them is not what a sweep writes.
    """
    import numpy as np

    cut = read_keys("batch", keys)
    try:
        found = json.loads(names) if isinstance(names, str) else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise BadRowError(f"a batch has the names {_told(names)}")
    if not isinstance(figures, bytes) or len(figures) != 8 * len(found) * len(cut):
        raise BadRowError(f"a batch of {len(cut)} trials has the figures {_told(figures)}")
    numbers = np.frombuffer(figures, dtype="<f8").reshape(len(found), len(cut))
    if np.isinf(numbers).any():
        raise BadRowError("a trial has the figure inf")
    return cut, dict(zip(found, numbers, strict=True))


def read_keys(what: str, keys: object) -> tuple[bytes, ...]:
    """Return the keys that stand one after the other in a row.

    Raises:
        BadRowError: They are not what a sweep writes; ``what`` says in which kind of row.
    """
    if not isinstance(keys, bytes) or len(keys) % KEY_BYTES:
        raise BadRowError(f"a {what} has the trials {_told(keys)}")
    return tuple(keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES))


def read_claim(row: Sequence[object]) -> Claim:
    """Return a row of ``running``: owner, end of the lease, keys.

    Raises:
        BadRowError: One of them is not what a sweep writes.
    """
    owner, until, keys = row
    trials = read_keys("claim", keys)
    if not isinstance(until, int | float) or not math.isfinite(until):
        raise BadRowError(f"a claim has the lease {_told(until)}")
    try:
        found = Owner.parse(str(owner))
    except ValueError as error:
        raise BadRowError(f"a claim has the owner {_told(owner)}") from error
    return Claim(found, float(until), trials)


def _told(value: object) -> str:
    return ascii(value)[:40]
