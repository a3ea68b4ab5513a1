"""The report: one Markdown page, one CSV with every row, two charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Row, rows_to_csv, rows_to_markdown
from archsim.papers.figures import sources_table
from archsim.papers.matmulfree import plots
from archsim.papers.matmulfree.published import PUBLISHED
from archsim.papers.matmulfree.rows import NAME
from archsim.result import write_atomically

_TITLE = "MatMul-free language models on an FPGA (arXiv 2406.02528): published and measured"

_METHOD = """## How this was measured

`archsim reproduce matmulfree --quick --output reports` takes seconds.

- One figure of the paper's FPGA is confirmed: 43 ms for a block of width 512 at 60 MHz with 8 bits
  at a time from memory. The handshake of three cycles a beat is fitted to it, so it is no test.
- `recalled` figures are unconfirmed; they are shown beside the model's and not judged where they
  are weak.
- The paper's projections (16.08 ms, 42 ms, 23.8 tokens/s) are single-block times scaled by 24 / 64.
  For d = 2048 the 42 ms break the roofline of the port they assume. The run with this claim fails
  its check; its row lists what would make it possible.
- The engine of the KRIA port and the bandwidth of the TerEffic and TeLLMe boards give upper bounds;
  the published rates lie below them.
- Energies carry the spread of their coefficients, and area is counted in logic cells.

## What a wider port gains

![Latency against the width of the port](port.svg)

A port helps until the adders or the memory bind. At 60 MHz a port of 512 bits asks for 3.84 GB/s,
just feeds 256 lanes and is 64 times as fast as one of 8 bits; with fewer lanes or less bandwidth
the curve flattens before.

## Tokens a second against watts

![Tokens a second against watts](boards.svg)

Every combination of port, channels, lanes, packing, clock and cores is evaluated on each board;
shown are the designs that no other beats in both. The knee is the smallest design within 1 % of the
most tokens per watt; there the memory is full.
"""


def write_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the report of the rows of ``run`` into a folder.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    texts = {
        f"{NAME}.md": page(rows),
        f"{NAME}.csv": rows_to_csv(rows),
        "port.svg": plots.port_chart().decode(),
        "boards.svg": plots.board_chart().decode(),
    }
    return [write_atomically(folder / name, text) for name, text in texts.items()]


def page(rows: Sequence[Row]) -> str:
    """Return the Markdown page."""
    compared = [row for row in rows if row.verdict != "prediction"]
    others = [row for row in rows if row.verdict == "prediction"]
    parts = [
        rows_to_markdown(compared, _TITLE),
        _METHOD,
        "## Figures without a published counterpart\n",
        "| item | configuration | measured | note |\n|---|---|---:|---|",
        *(
            f"| {row.item} | {row.configuration} | {row.measured:.4g} | {row.cause} |"
            for row in others
        ),
        "\n## Where the published figures stand\n",
        *sources_table(PUBLISHED),
    ]
    return "\n".join(parts) + "\n"
