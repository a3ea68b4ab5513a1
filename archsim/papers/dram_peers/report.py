"""The report: one table of all runs, how they were made, and where the peers differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Row, rows_to_csv, rows_to_markdown
from archsim.papers.dram_peers import NAME
from archsim.result import write_atomically

_TITLE = "DRAM controllers: runs of peer simulators and ours"

_METHOD = """## How this was measured

`archsim reproduce dram_peers --output reports` writes this page.

- 10,000 requests, one a clock offered, so that the controller is busy all the time; synthetic
  traces over 1 GiB from NumPy's PCG64(1).
- DRAMSys 4.0 (commit 460604a of May 2021, with DRAMPower 4.1): open rows, FrFcfs, eight requests
  for each bank, responses as they come, all-bank refresh with up to eight postponed or pulled in,
  Simple arbiter; devices Micron 1 Gb DDR3-1600 x8, Micron 4 Gb DDR4-2400 x8, and HBM2 with two
  pseudo channels as ranks. This is the model that archsim plays, so its figures are compared.
- DRAMsim3 1.0.0 and Ramulator 2.1.0 are other controllers with other devices (8 Gb DDR4, other
  timing and refresh) and other rules, so their figures stand beside ours and are not judged.
- Published figures are the peers' own output. HBM2 has no energy: DRAMSys has no currents for it.

## Where the peers differ

- **Writes.** DRAMsim3 (write buffer) and Ramulator (write mode between two fill levels) drain
  writes in batches. DRAMSys's FrFcfs takes them as they come: a stream with a third of writes takes
  almost twice the time.
- **Bounds that can be checked by hand.** DDR4 random reads are bound by four activates in 26
  clocks: 10,000 x 26 / 4 = 65,000 clocks and refresh. A DDR4 stream within a bank group is bound by
  CCD_L: 60,000. A DDR3 stream is bound by the data bus: 40,000. HBM2 random reads are bound by the
  row command bus (two clocks for an activate, one for a precharge): 30,000 and refresh.
- **Refresh.** DRAMSys postpones and pulls in; DRAMsim3 and Ramulator refresh when it is due.
- **Latency** (not compared here). DRAMSys counts from the player's sending and for writes too,
  the others for reads only and from acceptance.
"""


def write_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the report of the rows of ``run`` into a folder."""
    page = f"{rows_to_markdown(rows, _TITLE)}\n{_METHOD}"
    return [
        write_atomically(folder / f"{NAME}.md", page),
        write_atomically(folder / f"{NAME}.csv", rows_to_csv(rows)),
    ]
