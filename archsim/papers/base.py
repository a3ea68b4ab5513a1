"""The shape of a reproduced paper: rows of published against measured, with a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from archsim.errors import SimulationError
from archsim.paths import is_folder, path_exists
from archsim.report.csv_text import csv_text
from archsim.result import write_atomically

Verdict = Literal["reproduced", "deviates", "not comparable", "prediction"]
VERDICTS: tuple[Verdict, ...] = ("reproduced", "deviates", "not comparable", "prediction")
"""``prediction``: nothing published. ``not comparable``: published under other conditions."""


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure, and what archsim measures for it.

    Attributes:
        paper: Name of the paper in the registry, e.g. ``"neupims"``.
        item: What is compared, e.g. ``"throughput over NPU-only"``; carries its unit.
        configuration: Hardware, workload and mode of the measurement.
        published: Figure in the paper; ``None`` for a prediction.
        certainty: How sure the published figure is: ``primary``, ``recalled``, ...
        measured: What archsim computes.
        deviation: ``measured / published - 1``; ``None`` for a prediction.
        verdict: One of ``VERDICTS``.
        cause: Why it deviates or can't be compared; empty when reproduced.
    """

    paper: str
    item: str
    configuration: str
    published: float | None
    certainty: str
    measured: float
    deviation: float | None
    verdict: Verdict
    cause: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise SimulationError(f"unknown verdict {self.verdict!r} of {self.item!r}")
        if (self.published is None) != (self.verdict == "prediction"):
            raise SimulationError(f"{self.item!r}: exactly predictions have no published figure")
        if self.verdict in ("deviates", "not comparable") and not self.cause:
            raise SimulationError(f"{self.item!r}: the verdict {self.verdict!r} needs a cause")
        if not all(
            math.isfinite(n)
            for n in (self.measured, self.published, self.deviation)
            if n is not None
        ):
            raise SimulationError(f"{self.item!r}: a figure is NaN or infinite")

    def to_dict(self) -> dict[str, object]:
        """Return the row as JSON data."""
        return asdict(self)


def compare(
    paper: str,
    item: str,
    configuration: str,
    *,
    published: float | None,
    certainty: str,
    measured: float,
    tolerance: float,
    cause: str = "",
    comparable: bool = True,
) -> Row:
    """Judge one figure.

    Args:
        paper: Name of the paper in the registry.
        item: What is compared.
        configuration: Hardware, workload and mode.
        published: The paper's figure, ``None`` for a prediction.
        certainty: Certainty of the published figure.
        measured: The figure archsim computes.
        tolerance: Largest relative deviation that counts as reproduced.
        cause: Why it deviates or is not comparable; dropped when it is reproduced.
        comparable: False when the paper measured under conditions archsim can't take on.
    """
    if published is None:
        return Row(paper, item, configuration, None, certainty, measured, None, "prediction", cause)
    if published == 0:
        raise SimulationError(f"{item!r}: a relative deviation from a published 0 has no meaning")
    deviation = measured / published - 1
    verdict: Verdict = "reproduced" if abs(deviation) <= tolerance else "deviates"
    if not comparable:
        verdict = "not comparable"
    kept = "" if verdict == "reproduced" else cause
    return Row(paper, item, configuration, published, certainty, measured, deviation, verdict, kept)


def write_rows(rows: Sequence[Row], folder: str | Path, name: str, title: str) -> list[Path]:
    """Write ``name.csv`` and ``name.md`` into a folder: equal rows give equal bytes.

    Args:
        rows: The rows, in the order to print.
        folder: Target, made if its parent exists.
        name: File stem.
        title: Heading of the Markdown file.
    """
    target = Path(folder)
    if not path_exists(target) and is_folder(target.parent):
        target.mkdir()
    return [
        write_atomically(target / f"{name}.csv", rows_to_csv(rows)),
        write_atomically(target / f"{name}.md", rows_to_markdown(rows, title)),
    ]


def rows_to_csv(rows: Sequence[Row]) -> str:
    """Return the rows as CSV with a header; an absent figure is an empty cell."""
    return csv_text(
        [field.name for field in fields(Row)], [list(asdict(row).values()) for row in rows]
    )


def rows_to_markdown(rows: Sequence[Row], title: str) -> str:
    """Return a Markdown page: a count of verdicts, then one table."""
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS}
    summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    lines = [f"# {title}", "", f"{len(rows)} figures: {summary or 'none'}.", ""]
    lines.append(
        "| item | configuration | published | certainty | measured | deviation | verdict | cause |"
    )
    lines.append("|---|---|---:|---|---:|---:|---|---|")
    lines += ["| " + " | ".join(_markdown_cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _markdown_cells(row: Row) -> list[str]:
    published = "" if row.published is None else f"{row.published:.4g}"
    deviation = "" if row.deviation is None else f"{row.deviation:+.1%}"
    cells = [row.item, row.configuration, published, row.certainty, f"{row.measured:.4g}"]
    cells += [deviation, row.verdict, row.cause]
    return [" ".join(cell.split()).replace("|", "\\|") for cell in cells]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that archsim reproduces.

    Attributes:
        name: Registry name, e.g. ``"neupims"``.
        title: Authors' title and venue.
        run: Measures every figure; ``quick`` picks a subset that takes seconds.
        write: Writes the report files of the rows into a folder and returns their paths.
    """

    name: str
    title: str
    run: Callable[[bool], list[Row]]
    write: Callable[[Sequence[Row], Path], list[Path]]
