"""The progress bar of a search: runs, evaluations, time left, best so far."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from archsim.report.sweep_progress import clock

if TYPE_CHECKING:
    from archsim.search.progress import SearchProgress as State

_METHOD_WIDTH = 16


class SearchBar:
    """Shows the state of a search on one line, while it is entered.

    Args:
        stream: The terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._bar = Progress(
            TextColumn("search"),
            BarColumn(bar_width=8),
            TextColumn("{task.fields[figures]}"),
            console=Console(file=stream),
            transient=True,
        )
        self._task = self._bar.add_task("search", total=None, figures="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._bar.stop()

    def __call__(self, progress: State) -> None:
        """Show a state."""
        self._bar.update(
            self._task,
            completed=min(progress.evaluations, progress.expected),
            total=progress.expected,
            figures=search_figures(progress),
        )


def search_figures(progress: State) -> str:
    """Return the figures behind the bar, short enough for 80 columns."""
    parts = [f"run {progress.finished:,}/{progress.runs:,}"]
    parts.append(f"{progress.evaluations:,}/{progress.expected:,}")
    if progress.left_s is not None:
        parts.append(f"{clock(progress.left_s)} left")
    if math.isfinite(progress.best):
        parts.append(f"best {progress.best:.4g} {progress.best_method[:_METHOD_WIDTH]}")
    return "  ".join(parts)
