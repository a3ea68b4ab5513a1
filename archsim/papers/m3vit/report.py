"""The report: one Markdown page, one CSV with every row, one chart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Row, rows_to_csv, rows_to_markdown
from archsim.papers.figures import sources_table
from archsim.papers.m3vit.published import PUBLISHED
from archsim.papers.m3vit.rows import CACHES, NAME, ROUTINGS
from archsim.report.plot import lines
from archsim.result import write_atomically

_TITLE = "M3ViT (NeurIPS 2022): published and measured"

_METHOD = """## How this was measured

`archsim reproduce m3vit --quick --output reports` takes seconds.

- The paper's FPGA figures are its authors' estimate and no measurement of a board; Edge-MoE's
  authors call them optimistic. Agreement here means that the estimate's rule was recovered.
- Four constants are fitted to the PASCAL latencies of Table 4 alone: 1536 multiply-accumulates a
  cycle, one cycle beside the gate's four, 12-bit weights, 64 bytes of weights a cycle. PASCAL rows
  are therefore not judged; the NYUD latencies are predictions and are.
- Energies are 10 W times the latency in the paper and here: an identity, not a validation.
- Each latency is the event model's, which equals the closed form exactly.
- Without reordering every visit of a token at an expert reloads the whole expert; a cache of
  experts, which the paper describes in words, would hit as the last table shows.

## What a cache would gain

![Latency with a cache of experts](cache.svg)
"""


def write_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the report of the rows of ``run`` into a folder.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    texts = {
        f"{NAME}.md": page(rows),
        f"{NAME}.csv": rows_to_csv(rows),
        "cache.svg": chart(rows).decode(),
    }
    return [write_atomically(folder / name, text) for name, text in texts.items()]


def page(rows: Sequence[Row]) -> str:
    """Return the Markdown page."""
    compared = [row for row in rows if row.verdict != "prediction"]
    others = [row for row in rows if row.verdict == "prediction"]
    parts = [
        rows_to_markdown(compared, _TITLE),
        _METHOD,
        "| item | configuration | measured | note |\n|---|---|---:|---|",
        *(
            f"| {row.item} | {row.configuration} | {row.measured:.4g} | {row.cause} |"
            for row in others
        ),
        "\n## Where the published figures stand\n",
        *sources_table(PUBLISHED),
    ]
    return "\n".join(parts) + "\n"


def chart(rows: Sequence[Row]) -> bytes:
    """Draw latency against the size of the cache, PASCAL."""
    found = {row.item: row.measured for row in rows}
    series = {
        f"{routing} routing": [
            found[f"PASCAL, {routing} routing, {cache} experts cached: latency (ms)"]
            for cache in CACHES
        ]
        for routing in ROUTINGS
    }
    reorder = found["PASCAL, MoE ViT-S reordered: latency (ms)"]
    return lines(
        list(CACHES),
        {**series, "reordered": [reorder] * len(CACHES)},
        title="MoE ViT-S on a PASCAL image, not reordered, with a cache of experts",
        x_label="experts that the cache keeps",
        y_label="latency (ms)",
    )
