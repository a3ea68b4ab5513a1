"""The report: one Markdown page, one CSV with every row, three charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Row, rows_to_csv, rows_to_markdown
from archsim.papers.neupims import NAME, averages, gpu_card, gpu_roofline, plots
from archsim.papers.neupims.plots import Figures
from archsim.papers.neupims.points import (
    DATA_SETS,
    GRID,
    MODES,
    NPU_ONLY,
    SYSTEMS,
    Mode,
    Point,
    neupims_at,
)
from archsim.papers.neupims.published import PUBLISHED, TOLERANCES
from archsim.result import write_atomically

_TITLE = "NeuPIMs (ASPLOS 2024): published and measured"

_METHOD = """## How this was measured

`archsim reproduce neupims --quick --output reports` draws one batch per point and takes well under
a minute; without `--quick` it draws ten, as the paper does, and takes minutes. Rows say how many.

- Every figure is one decode iteration through all layers, in the event fidelity, with the
  ShareGPT-like and Alpaca-like lengths of archsim. They have the data sets' statistics and are not
  the authors' traces. Every device sees the same lengths.
- `compat` is the authors' public simulator with its artefacts, `physical` is archsim without them.
- Throughput is that of one device when every pipeline stage has a batch of its own.
- NeuPIMs is used as its authors advise: sub-batches are interleaved from batch 256 on.
- The naive NPU+PIM stands in every table twice: with one PIM packet a cycle for all channels
  together (as in the authors' simulator), and with issue per channel.
- The GPU stands in the tables twice. {gpu}: each operation takes the longer of its arithmetic
  at {flops:.0f} TFLOP/s (dense FP16) and its compulsory traffic at {bandwidth:.0f} GB/s;
  communication is free. {card}: constants calibrated on a measured H100 and moved by
  data-sheet ratios; only in `physical`, because `compat` counts the layers alone.
- A figure is reproduced when it is within
  {tolerances}
  of the published one. A claim in words is the share of cases in which it holds, published as 1,
  and must hold in all of them. `not comparable` figures are not judged.
- Only figures that the paper's text states are compared; bars of its charts are not read off.
  Certainty `primary`: read in the paper or the authors' source; `inferred`: follows from figures
  there; `calibrated`: fitted to runs of the authors' simulator.

## Charts

![Throughput over NPU-only against batch size](throughput.svg)

![What each step adds](ablation.svg)

![Busy times](utilisation.svg)
"""


def write_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the report of the rows of ``run`` into a folder.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    found = plots.figures(rows)
    charts = {
        "throughput.svg": plots.throughput_chart(found),
        "ablation.svg": plots.ablation_chart(found),
        "utilisation.svg": plots.utilisation_chart(found),
    }
    texts = {f"{NAME}.md": page(rows), f"{NAME}.csv": rows_to_csv(rows)}
    written = [write_atomically(folder / name, text) for name, text in texts.items()]
    return written + [
        write_atomically(folder / name, chart.decode()) for name, chart in charts.items()
    ]


def page(rows: Sequence[Row]) -> str:
    """Return the Markdown page."""
    found = plots.figures(rows)
    compared = [row for row in rows if row.verdict != "prediction"]
    others = [
        row for row in rows if row.verdict == "prediction" and row.item != averages.THROUGHPUT
    ]
    tolerances = ", ".join(
        f"{limit:.0%} ({kind})" for kind, limit in TOLERANCES.items() if kind != "claim"
    )
    method = _METHOD.format(
        gpu=gpu_roofline.NAME,
        card=gpu_card.NAME,
        flops=gpu_roofline.PEAK_FLOP_PER_S.value / 1e12,
        bandwidth=gpu_roofline.PEAK_BYTES_PER_S.value / 1e9,
        tolerances=tolerances,
    )
    parts = [
        rows_to_markdown(compared, _TITLE),
        "## Both modes side by side\n",
        *_side_by_side(compared),
        method,
        "## Where the published figures stand\n",
        *_table(
            ["figure", "published", "source", "certainty", "reproduced within"],
            [
                [key, f"{each.value:.4g}", each.source, each.certainty, f"{each.tolerance:.0%}"]
                for key, each in PUBLISHED.items()
            ],
        ),
        "## Figures without a published counterpart\n",
        *_table(
            ["item", "configuration", "measured", "note"],
            [[row.item, row.configuration, f"{row.measured:.4g}", row.cause] for row in others],
        ),
    ]
    for mode in MODES:
        parts += [f"## Throughput, {mode}\n", "Tokens per second and device.\n"]
        parts += _throughput(found, mode)
    return "\n".join(parts)


def _side_by_side(rows: Sequence[Row]) -> list[str]:
    """Return the figures that both modes measure, one line each."""
    lines: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        mode, _, rest = row.configuration.partition(": ")
        if mode in MODES:
            line = lines.setdefault((row.item, rest), [row.item, rest, f"{row.published:.4g}"])
            line.append(f"{row.measured:.4g} ({row.verdict})")
    header = ["item", "configuration", "published", *MODES]
    return _table(header, [line for line in lines.values() if len(line) == len(header)])


def _throughput(found: Figures, mode: Mode) -> list[str]:
    cards = [gpu_roofline.NAME, *([gpu_card.NAME] if mode == "physical" else [])]
    labels = [*(system.label for system in SYSTEMS), *cards]
    header = ["model", "lengths", "batch", *labels, "NeuPIMs over NPU-only"]

    def cells(point: Point) -> list[str]:
        each = {
            label: found[averages.THROUGHPUT, averages.configuration(mode, label, point)]
            for label in labels
        }
        ratio = each[neupims_at(point.batch).label] / each[NPU_ONLY.label]
        return [
            str(point.model), DATA_SETS[point.data_set], str(point.batch),
            *(f"{value:.0f}" for value in each.values()), f"{ratio:.2f}",
        ]  # fmt: skip

    return _table(header, [cells(point) for point in GRID])


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return ["\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"]
