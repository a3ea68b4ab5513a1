"""M3ViT (Liang et al., NeurIPS 2022): experts in a vision transformer on an FPGA, one by one.

The paper's FPGA figures are an estimate of its authors, not measurements of a board. Its constants
are recovered from PASCAL's latencies alone; NYUD's are predicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row


def run(quick: bool) -> list[Row]:
    """Measure every figure; ``quick`` leaves out caches on the larger image."""
    from archsim.papers.m3vit import rows

    return [
        *rows.latency_rows(),
        *rows.ratio_rows(),
        *rows.constant_rows(),
        *rows.edge_rows(),
        *rows.cache_rows(quick),
    ]


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``m3vit.md``, ``m3vit.csv`` and a chart; equal rows give equal bytes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from archsim.papers.m3vit.report import write_report

    return write_report(rows, folder)


PAPER = Paper(
    "m3vit",
    "M3ViT: mixture-of-experts vision transformer with model-accelerator co-design (NeurIPS 2022)",
    run,
    write,
)
