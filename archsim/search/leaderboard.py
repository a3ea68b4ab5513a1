"""Leader boards: which method did best on the same space, trace, objective and budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.errors import InputError
from archsim.search.run_ledger import RunLedger, RunLine
from archsim.search.statistics import spread

if TYPE_CHECKING:
    import pandas as pd

KEY = ("space", "trace_hash", "objective", "budget")
"""What two runs must have in common to be compared."""

_METHOD = ("method", "algorithm", "hyper_parameters")


def leaderboard(ledgers: Sequence[str | Path]) -> pd.DataFrame:
    """Return the leader boards of all finished runs in some ledgers, best method first.

    A run that stands in several ledgers counts once.

    Args:
        ledgers: Ledger files of searches.

    Returns:
        One row per board and method with its settings: ``KEY``, ``rank`` (from 1, within the
        board), ``method``, ``algorithm``, ``hyper_parameters``, ``runs``, ``median_reward``,
        ``lower_quartile``, ``upper_quartile``, ``best_reward``; NaN where no feasible design
        was found.

    Raises:
        InputError: A file is no ledger, or no search has finished a run in any of them.
    """
    import pandas as pd

    lines: dict[tuple[object, ...], RunLine] = {}
    for path in ledgers:
        with RunLedger(Path(path), "read") as ledger:
            for line in ledger.lines():
                name = (*(getattr(line, part) for part in (*KEY, *_METHOD)), line.seed)
                lines.setdefault(name, line)
    if not lines:
        names = ", ".join(repr(str(path)) for path in ledgers)
        raise InputError("no search has finished a run", found=names or "no ledger")
    boards: dict[tuple[str, ...], dict[tuple[str, ...], list[float]]] = {}
    for line in lines.values():
        board = boards.setdefault(tuple(getattr(line, part) for part in KEY), {})
        results = board.setdefault(tuple(getattr(line, part) for part in _METHOD), [])
        results.append(-math.inf if line.best_reward is None else line.best_reward)
    rows = []
    for key, board in boards.items():
        ranked = sorted(
            ((method, spread(results), len(results)) for method, results in board.items()),
            key=lambda item: -item[1].median,
        )
        for rank, (method, found, runs) in enumerate(ranked, 1):
            figures = (found.median, found.lower_quartile, found.upper_quartile, found.maximum)
            rows.append((*key, rank, *method, runs, *map(_or_nan, figures)))
    columns = (
        *KEY, "rank", *_METHOD, "runs", "median_reward", "lower_quartile", "upper_quartile",
        "best_reward",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def board_rows(board: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of leader boards as JSON data; NaN becomes ``None``."""
    return [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in board.to_dict("records")
    ]


def _or_nan(value: float) -> float:
    return value if math.isfinite(value) else math.nan
