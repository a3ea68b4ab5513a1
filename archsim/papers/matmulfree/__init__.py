"""MatMul-free language models (Zhu et al., arXiv 2406.02528): ternary weights on an FPGA.

One figure of the FPGA is confirmed: 43 ms for one block of width 512. Everything beyond is a
projection of the authors; where it breaks the roofline, that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row


def run(quick: bool) -> list[Row]:
    """Measure every figure; ``quick`` sweeps designs for one model instead of three."""
    from archsim.papers.matmulfree import rows

    return [
        *rows.block_rows(),
        *rows.count_rows(),
        *rows.projection_rows(),
        *rows.neighbour_rows(),
        *rows.design_rows(quick),
    ]


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``matmulfree.md``, ``matmulfree.csv`` and two charts; equal rows give equal bytes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from archsim.papers.matmulfree.report import write_report

    return write_report(rows, folder)


PAPER = Paper(
    "matmulfree",
    "Scalable MatMul-free language modeling (arXiv 2406.02528), FPGA core",
    run,
    write,
)
