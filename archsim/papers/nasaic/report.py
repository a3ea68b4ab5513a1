"""The report: one Markdown page, one CSV with every row, two charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archsim.papers.base import Row, rows_to_csv, rows_to_markdown
from archsim.papers.nasaic import NAME, plots
from archsim.papers.nasaic.judging import TOLERANCE
from archsim.result import write_atomically

_TITLE = "NASAIC (DAC 2020): published and measured"

_METHOD = f"""## How this was measured

`archsim reproduce nasaic --quick --output reports` searches about a tenth as long as the paper
(60 episodes instead of 500); rows say how many evaluations.

- **No network is trained.** Accuracy is a surrogate: it rises with the logarithm of the
  multiply-accumulates between the recalled accuracies of the smallest and the largest network of a
  space. It orders networks by size and says nothing else about them.
- The paper's text was not at hand: only its abstract is `primary`. Tuples, areas, specifications
  and tables are `recalled`; option lists of the networks are guesses.
- Costs are those of MAESTRO of February 2020: 9 multiply-accumulates per PE and cycle, latency 1,
  one byte per element at 1 GHz, 256 bytes of L1, one unit of L2, energy without the
  multiply-accumulates and without reading outputs back, as its table counts it. `rs` is the valid
  variant of its mapping. Memory off the chip is neither timed nor charged.
- Layers are put on accelerators by the ratio heuristic: least energy within the latency specified;
  the reported latency and energy are those of the same schedule.
- The search is a policy gradient with a moving-average baseline over independent choices; the
  paper's controller is a recurrent network.
- A figure is reproduced within {TOLERANCE:.0%}; a claim, published as 1, must hold. `not
  comparable` figures depend on networks that are not known and are not judged.

## Charts

![Areas of the six published chips](areas.svg)

![What the designs found need of their specifications](specifications.svg)
"""


def write_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the report of the rows of ``run`` into a folder.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    texts = {
        "areas.svg": plots.area_chart(rows).decode(),
        "specifications.svg": plots.specification_chart(rows).decode(),
        f"{NAME}.md": page(rows),
        f"{NAME}.csv": rows_to_csv(rows),
    }
    return [write_atomically(folder / name, text) for name, text in texts.items()]


def page(rows: Sequence[Row]) -> str:
    """Return the Markdown page."""
    return "\n".join([rows_to_markdown(rows, _TITLE), _METHOD])
