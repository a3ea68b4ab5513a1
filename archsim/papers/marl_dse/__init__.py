"""Design-space exploration of a DRAM controller, as in ArchGym and its multi-agent study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row

NAME = "marl-dse"


def run(quick: bool) -> list[Row]:
    """Run every contest; ``quick`` runs fewer problems, seeds and evaluations.

    Without the extras ``rl`` and ``search`` the methods that need them are left out, and a row
    says so.
    """
    from archsim.papers.marl_dse.study import rows

    return rows(quick)


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``marl-dse.md``, ``marl-dse.csv`` and charts; equal rows give equal bytes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from archsim.papers.marl_dse.report import write_report

    return write_report(rows, folder)


PAPER = Paper(
    NAME,
    "Multi-agent reinforcement learning for microprocessor design space exploration "
    "(arXiv 2211.16385)",
    run,
    write,
)
"""The paper, for ``archsim reproduce``."""
