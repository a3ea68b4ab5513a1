"""NGPC (Mubarik et al., ISCA 2023): a neural graphics processing cluster beside a GPU's SMs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row

NAME = "ngpc"


def run(quick: bool) -> list[Row]:
    """Measure every figure; a full run takes seconds, so ``quick`` changes nothing."""
    from archsim.papers.ngpc import ablation, claims, front, gpu_model, kernels, series, silicon

    sections = (series, claims, ablation, kernels, gpu_model, silicon, front)
    return [row for section in sections for row in section.rows()]


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``ngpc.md``, ``ngpc.csv``, charts and a fitted image; equal rows give equal bytes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from archsim.papers.ngpc.report import write_report

    return write_report(rows, folder)


PAPER = Paper(NAME, "Hardware Acceleration of Neural Graphics: NGPC (ISCA 2023)", run, write)
