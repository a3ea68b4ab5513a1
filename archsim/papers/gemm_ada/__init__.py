"""GPPerf (arXiv 2411.16954): learning the time of GEMM on an Ada card, and how to test that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row, write_rows

NAME = "gemm-ada"
TITLE = "GPPerf: performance modelling of GEMM on an Ada Lovelace GPU (arXiv 2411.16954)"


def run(quick: bool) -> list[Row]:
    """Measure every figure; a full run takes seconds, so ``quick`` changes nothing.

    Raises:
        MissingExtraError: scikit-learn, which the study's recipe needs, is not installed.
    """
    from archsim.papers.gemm_ada import honest, protocol, tiles

    return [row for section in (protocol, honest, tiles) for row in section.rows()]


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``gemm-ada.md`` and ``gemm-ada.csv``; equal rows give equal bytes."""
    return write_rows(rows, folder, NAME, TITLE)


PAPER = Paper(NAME, TITLE, run, write)
