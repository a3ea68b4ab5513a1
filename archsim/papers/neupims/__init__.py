"""NeuPIMs (Heo et al., ASPLOS 2024): NPU and PIM side by side for batched LLM decoding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row

NAME = "neupims"


def run(quick: bool) -> list[Row]:
    """Measure every figure; ``quick`` draws one batch per point instead of ten.

    The rows are the same ones in the same order, whatever ``quick``.
    """
    from archsim.papers.neupims import ablation, averages, devices, parallelism, utilisation
    from archsim.papers.neupims.measure import FULL_SEEDS, QUICK_SEEDS

    seeds = QUICK_SEEDS if quick else FULL_SEEDS
    sections = (averages, ablation, utilisation, parallelism, devices)
    rows = [row for section in sections for row in section.rows(seeds)]
    return [*rows, *averages.throughput_rows(seeds)]


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``neupims.md``, ``neupims.csv`` and three charts; equal rows give equal bytes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from archsim.papers.neupims.report import write_report

    return write_report(rows, folder)


PAPER = Paper(
    NAME,
    "NeuPIMs: NPU-PIM heterogeneous acceleration for batched LLM inferencing (ASPLOS 2024)",
    run,
    write,
)
