"""Writes ``reports/validation.md``: ``python tests/validation/run.py`` (about a minute)."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from oracles import ALL, Comparison, files

PAGE = Path(__file__).resolve().parents[2] / "reports" / "validation.md"
EQUAL = 1e-9
"""Relative error that sums of floating-point numbers may differ by and still count as equal."""

HEAD = """\
# Validation against other simulators and measurements

Every row of an oracle file is a run of somebody else's simulator, or a measurement; archsim runs
the same and is compared. Errors are absolute and relative, over all rows compared; equal means
within 1e-9. Nothing here is typed in: `python tests/validation/run.py` computes the page from the
files in `tests/oracles/`, and a test computes its quick lines again.

| oracle | peer | quantity | rows | compared | equal | median | p90 | p99 | worst | which rows |
|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|
"""
TAIL = """
## Not in this table

"""
ELSEWHERE = {
    "fpga_paper.csv": "published figures: `reports/matmulfree/`, `reports/m3vit/`",
    "h100_decode_layer.csv": "whole layers on an H100: `reports/gpu/model_card.md`",
    "nasaic_paper.csv": "published figures: `reports/nasaic/`",
    "ngpc_paper.csv": "published figures: `reports/ngpc/`",
    "zigzag_layers.csv": "layer shapes and energies of ZigZag: `tests/asic/test_asic_physical.py`",
}


def line(item: Comparison) -> str:
    """Return the line of one comparison."""
    errors = item.errors
    figures = [np.median(errors), *np.percentile(errors, [90, 99]), errors.max()]
    cells = [
        item.file,
        item.peer,
        item.quantity,
        f"{item.rows:,}",
        f"{len(errors):,}",
        f"{int((errors <= EQUAL).sum()):,}",
        *(_share(value) for value in figures),
        item.note,
    ]
    return f"| {' | '.join(cells)} |"


def _share(value: float) -> str:
    """Return an error as a percentage of two digits; what counts as equal is 0."""
    return "0" if value <= EQUAL else f"{100 * value:.2g}%"


def page(comparisons: list[Comparison]) -> str:
    """Return the whole page."""
    compared = {item.file for item in comparisons}
    rest = [
        f"- `{name}` ({rows:,} rows): {ELSEWHERE.get(name, 'not compared yet')}\n"
        for name, rows in files().items()
        if name not in compared
    ]
    lines = "".join(f"{line(item)}\n" for item in comparisons)
    return HEAD + lines + (TAIL + "".join(rest) if rest else "")


def main() -> int:
    """Compute every comparison and write the page."""
    PAGE.write_text(page([item for compare in ALL for item in compare()]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
