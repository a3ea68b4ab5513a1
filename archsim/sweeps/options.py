"""Command-line settings of a sweep as settings of its study."""

from __future__ import annotations

from collections.abc import Sequence

from archsim.config import parse_override
from archsim.errors import InputError, UnknownNameError

_LIMITS = {
    "wall_s": "limits.wall_s",
    "memory_bytes": "limits.memory_bytes",
    "events": "limits.events",
}
DESIGNS = "designs"
"""The limit on one command, not on one trial."""


def study_settings(
    settings: Sequence[str],
    limits: Sequence[str],
    *,
    fidelity: str | None = None,
    multi_fidelity: bool = False,
) -> tuple[dict[str, object], int | None]:
    """Return the settings of the study, and the most designs to evaluate now.

    Args:
        settings: ``key=value`` texts over the study's file.
        limits: ``wall_s=60``, ``memory_bytes=2 GiB``, ``events=1e6``, ``designs=1000``.
        fidelity: Fidelity instead of the file's.
        multi_fidelity: Whether both fidelities are asked for.

    Raises:
        InputError: A text is malformed, unknown, or says something twice.
    """
    found: dict[str, object] = {}
    most: int | None = None
    for text in settings:
        key, value = parse_override(text)
        _put(found, key, value, "--set")
    for text in limits:
        name, value = _limit(text)
        if name != DESIGNS:
            _put(found, _LIMITS[name], value, "--limit")
        elif most is not None:
            raise InputError("is set twice", where="--limit", key=name)
        else:
            most = _whole(value)
    if fidelity is not None:
        _put(found, "fidelity", fidelity, "--fidelity")
    if multi_fidelity:
        found.setdefault("multi_fidelity", {})
    return found, most


def parse_workers(text: str) -> int:
    """Return the number of workers that a text stands for; ``sweep`` checks its range.

    Raises:
        InputError: It is not a whole number.
    """
    try:
        return int(text)
    except ValueError as error:
        raise InputError(
            "the number of workers must be a whole number", found=repr(text)
        ) from error


def _limit(text: str) -> tuple[str, object]:
    try:
        name, value = parse_override(text)
    except InputError as error:
        raise error.located("--limit") from error
    if name not in (*_LIMITS, DESIGNS):
        raise UnknownNameError("limit", name, (*_LIMITS, DESIGNS), where="--limit")
    return name, value


def _whole(value: object) -> int:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise InputError(
            "must be a whole number", where="--limit", key=DESIGNS, found=repr(value),
            allowed="at least 1",
        )  # fmt: skip
    return number


def _put(found: dict[str, object], key: str, value: object, where: str) -> None:
    if key in found:
        raise InputError("is set twice", where=where, key=key)
    found[key] = value
