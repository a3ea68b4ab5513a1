"""Peers of the DRAM controller: measured runs of DRAMSys 4.0, DRAMsim3 and Ramulator 2.1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Paper, Row

NAME = "dram_peers"


def run(quick: bool) -> list[Row]:
    """Compare every run; ``quick`` leaves nothing out, because all take a second."""
    from archsim.papers.dram_peers.comparison import rows

    return rows()


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``dram_peers.md`` and ``dram_peers.csv``; equal rows give equal bytes."""
    from archsim.papers.dram_peers.report import write_report

    return write_report(rows, folder)


PAPER = Paper(
    NAME, "DRAM controllers: runs of DRAMSys 4.0, DRAMsim3 1.0 and Ramulator 2.1", run, write
)
