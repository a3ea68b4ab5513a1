"""The profiles of the families shipped with archsim; each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from archsim.testing.profile import ConformanceProfile
from archsim.testing.small import SMALL_RUNS


def shipped_profile(kind: str) -> ConformanceProfile | None:
    """Return the profile of a shipped family; ``None`` for any other kind."""
    if kind not in SMALL_RUNS:
        return None
    found: ConformanceProfile = import_module(f"archsim.testing.profiles.{kind}").PROFILE
    return found
