"""From paper names to rows and report files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim import papers
from archsim.errors import InputError, UnknownNameError
from archsim.papers.base import Paper, Row
from archsim.paths import is_folder


def prepare(names: Sequence[str], folder: Path | None) -> list[Paper]:
    """Return the papers named, all when none is; check the target folder before any work.

    Raises:
        UnknownNameError: No such paper.
        InputError: A paper is named twice, or the folder does not exist.
    """
    twice = {name for name in names if list(names).count(name) > 1}
    if twice:
        raise InputError("the paper is named twice", found=repr(min(twice)))
    unknown = [name for name in names if name not in papers.PAPERS]
    if unknown:
        raise UnknownNameError("paper", unknown[0], papers.PAPERS)
    if folder is not None and not is_folder(folder):
        raise InputError(f"the output folder {str(folder)!r} does not exist")
    return [papers.get(name) for name in names or papers.names()]


def write_report(paper: Paper, rows: Sequence[Row], folder: Path | None) -> list[Path]:
    """Write a paper's report into ``folder/name``; nothing without a folder."""
    if folder is None:
        return []
    target = folder / paper.name
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {str(target)!r}: {error.strerror}") from error
    return paper.write(rows, target)
