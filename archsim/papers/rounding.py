"""Figures as reports print them."""

from __future__ import annotations

DIGITS = 6


def rounded(value: float) -> float:
    """Return six significant digits, so that the last bits of a platform do not show."""
    return float(f"{value:.{DIGITS}g}")
