"""A limit on the events of every simulation in a block of code, whoever starts them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class EventBudget:
    """Events that may still be processed.

    Attributes:
        limit: Events allowed in all.
        left: Events not yet used.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit


_BUDGET: ContextVar[EventBudget | None] = ContextVar("archsim_event_budget", default=None)


def current_budget() -> EventBudget | None:
    """Return the budget of the block that is running, or None."""
    return _BUDGET.get()


@contextmanager
def event_limit(limit: int | None) -> Iterator[None]:
    """Let all simulations of a block together process at most ``limit`` events; None: no limit.

    A simulation that wants more raises ``SimulationError``.
    """
    token = _BUDGET.set(None if limit is None else EventBudget(limit))
    try:
        yield
    finally:
        _BUDGET.reset(token)
