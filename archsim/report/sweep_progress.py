"""The progress bar of a sweep: done, infeasible, failed, rate, time left, best so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

if TYPE_CHECKING:
    from archsim.sweeps.progress import Progress as State


class SweepProgress:
    """Shows the state of a sweep on one line, while it is entered.

    Args:
        stream: The terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=8),
            TextColumn("{task.fields[figures]}"),
            console=Console(file=stream),
            transient=True,
        )
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._bar.stop()

    def __call__(self, progress: State) -> None:
        """Show a state."""
        task = self._bar.task_ids[-1] if progress.fidelity in self._tasks else None
        if task is None:
            task = self._bar.add_task(progress.fidelity, total=progress.total, figures="")
            self._tasks[progress.fidelity] = task
        self._bar.update(task, completed=progress.ended, figures=figures(progress))


def figures(progress: State) -> str:
    """Return the figures behind the bar, short enough for 80 columns."""
    counts = progress.counts
    parts = [f"{progress.ended:,}/{progress.total:,}"]
    parts += [f"{counts[name]:,} {name}" for name in ("infeasible", "failed") if counts[name]]
    if progress.new:
        parts.append(f"{progress.rate:,.0f}/s")
    if progress.left_s is not None:
        parts.append(f"{clock(progress.left_s)} left")
    if progress.best is not None:
        parts.append(f"{progress.study.objectives[0].metric} {progress.best:.4g}")
    return "  ".join(parts)


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds, with hours where there are some."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
