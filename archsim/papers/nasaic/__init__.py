"""NASAIC (DAC 2020, arXiv 2002.04116): networks and their chip searched together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row

NAME = "nasaic"


def run(quick: bool) -> list[Row]:
    """Measure every figure; ``quick`` searches a tenth as long.

    The rows are the same ones in the same order, whatever ``quick``.
    """
    from archsim.papers.nasaic import areas, flows, magnitudes

    return [*areas.rows(), *magnitudes.rows(), *flows.rows(quick)]


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``nasaic.md``, ``nasaic.csv`` and two charts; equal rows give equal bytes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from archsim.papers.nasaic.report import write_report

    return write_report(rows, folder)


PAPER = Paper(
    NAME,
    "Co-exploration of neural architectures and heterogeneous ASIC accelerator designs (DAC 2020)",
    run,
    write,
)
"""The paper, for ``archsim reproduce``."""
