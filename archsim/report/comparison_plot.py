"""The picture of ``archsim compare --plot``: a file, checked before the runs, written after."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.errors import InputError, MissingExtraError
from archsim.report.stacked_plot import comparison_panels, stacked_panels
from archsim.result.files import check_target, write_atomically

if TYPE_CHECKING:
    from archsim.result import Result

ENDING = ".svg"


def check_plot(path: Path) -> None:
    """Refuse a picture that could not be written, before long runs are lost to it.

    Raises:
        InputError: The name has another ending, or nothing can be written there.
        MissingExtraError: matplotlib is not installed.
    """
    if path.suffix != ENDING:
        raise InputError("a plot has an SVG ending", found=repr(str(path)), allowed=ENDING)
    check_target(path)
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingExtraError("plot", "drawing charts")


def write_comparison(path: Path, results: Mapping[str, Result], title: str) -> None:
    """Draw latency, energy and area of each design into an SVG file.

    Args:
        path: Target; its folder exists.
        results: Design to its result, in the order drawn.
        title: Title of the picture.

    Raises:
        InputError: The file cannot be written.
    """
    panels = comparison_panels(list(results.values()))
    write_atomically(path, stacked_panels(list(results), panels, title=title))
