"""Which key was probably meant: only one that is close, different, and allowed there."""

from __future__ import annotations

from collections.abc import Iterable

from archsim.errors import closest

_ELSEWHERE = 0.75
"""Least similarity of a last part that belongs to another section."""
_SHORTEST_PART = 3


def nearest_key(key: str, known: Iterable[str]) -> str:
    """Return the known key that was probably meant, or an empty string.

    In this order: the only key elsewhere with the same last part; a key of the same section that is
    spelt nearly alike or contains the name; a key elsewhere with the same last part; one elsewhere
    whose last part is spelt nearly alike.

    Args:
        key: Dotted key, as it was written.
        known: Dotted keys that would be allowed.
    """
    others = [item for item in known if item != key]
    parent, _, last = key.rpartition(".")
    alike = [item for item in others if item.rpartition(".")[2] == last]
    if len(alike) == 1:
        return alike[0]
    start = f"{parent}." if parent else ""
    here = [item.rpartition(".")[2] for item in others if item.rpartition(".")[0] == parent]
    near = closest(last, here) or next((name for name in here if _contains(name, last)), "")
    if near:
        return start + near
    if alike:
        return closest(key, alike, cutoff=0.0) or alike[0]
    ends = {item.rpartition(".")[2]: item for item in reversed(others)}
    return ends.get(closest(last, ends, _ELSEWHERE), "")


def _contains(name: str, part: str) -> bool:
    """Say whether a name contains another one, whatever its underscores."""
    squashed = part.replace("_", "").lower()
    return len(squashed) >= _SHORTEST_PART and squashed in name.replace("_", "").lower()
