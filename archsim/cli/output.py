"""Printing: JSON or tables on stdout, progress on stderr and only to a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.console import RenderableType

    from archsim.search.progress import SearchWatcher
    from archsim.sweeps.progress import Watcher

Item = TypeVar("Item")
SILENT_SECONDS = 2.0
"""What takes longer shows that it goes on."""


def print_json(data: object) -> None:
    """Print data as JSON; NaN and infinities can't occur in it."""
    sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def print_report(parts: Iterable[RenderableType]) -> None:
    """Print renderables one below the other, 80 columns wide outside terminals."""
    from archsim.report.tables import print_all

    print_all(sys.stdout, parts)


def with_progress(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Yield the items; show on a terminal's stderr how many are done."""
    if not sys.stderr.isatty() or len(items) < 2:
        with busy(label):
            yield from items
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(items, description=label, console=console, transient=True)


@contextmanager
def busy(label: str) -> Iterator[None]:
    """Show on a terminal's stderr that work goes on, once it has taken two seconds."""
    if not sys.stderr.isatty():
        yield
        return
    from threading import Timer

    from rich.console import Console
    from rich.text import Text

    status = Console(stderr=True).status(Text(label, no_wrap=True, overflow="ellipsis"))
    timer = Timer(SILENT_SECONDS, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


@contextmanager
def sweep_watcher() -> Iterator[Watcher | None]:
    """Give what shows how a sweep goes on a terminal's stderr; ``None`` without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from archsim.report.sweep_progress import SweepProgress

    with SweepProgress(sys.stderr) as watcher:
        yield watcher


@contextmanager
def search_watcher() -> Iterator[SearchWatcher | None]:
    """Give what shows how a search goes on a terminal's stderr; ``None`` without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from archsim.report.search_progress import SearchBar

    with SearchBar(sys.stderr) as watcher:
        yield watcher
