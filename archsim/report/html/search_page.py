"""The page of a search: methods over what they spent, what they chose, what they found."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archsim.report.html.cells import Badge, Cell, Column, Tile, number
from archsim.report.html.chart import Chart, figure
from archsim.report.html.page import render
from archsim.report.html.search_charts import choice_chart, curve_chart, strip_chart
from archsim.report.html.sweep_columns import value_texts

if TYPE_CHECKING:
    import pandas as pd

    from archsim.space import Study

MAXIMUM_CURVES = 8
MAXIMUM_CHOICES = 6
MAXIMUM_STRIPS = 24

Entry = Mapping[str, Any]


def search_page(study: Study, table: pd.DataFrame) -> str:
    """Return the page of a search as HTML.

    Args:
        study: The study.
        table: One row per evaluation, with the columns ``method``, ``seed``, ``step``, the keys
            of the space, ``best_so_far``; its ``attrs["summary"]`` holds the search's summary.

    Raises:
        MissingExtraError: jinja2 or plotly is not installed.
    """
    summary: Entry = table.attrs["summary"]
    ranked = sorted(summary["methods"], key=lambda item: -_low(item["best"]["median"]))
    shown = _best_settings(ranked)
    curves, choices, strips = _charts(study, table, summary, ranked, shown)
    return render(
        "search.html.j2",
        f"{summary['study']} · archsim",
        [*curves, *choices, *strips],
        {
            "name": summary["study"],
            "lead": _lead(summary, shown),
            "badges": _badges(summary),
            "tiles": _tiles(study, summary),
            "curves": [chart.name for chart in curves],
            "choices": [chart.name for chart in choices],
            "strips": [chart.name for chart in strips],
            "hidden_methods": max(0, len(shown) - MAXIMUM_CURVES),
            "hidden_choices": max(0, len(shown) - MAXIMUM_CHOICES),
            "settings_tried": len(ranked) > len(shown),
            **_board(summary, ranked),
            **_pairs(summary),
            **_best(study, summary),
        },
    )


def _charts(
    study: Study, table: pd.DataFrame, summary: Entry, ranked: Sequence[Entry],
    shown: Sequence[Entry],
) -> tuple[list[Chart], list[Chart], list[Chart]]:  # fmt: skip
    agents = {
        parameter.key: parameter.group
        for parameter in study.space.parameters
        if parameter.group and parameter.group != parameter.key
    }
    curves = [
        curve_chart("best-evaluations", "evaluations", shown[:MAXIMUM_CURVES], "by_evaluations"),
        curve_chart("best-unique", "different designs", shown[:MAXIMUM_CURVES], "by_unique"),
    ]
    curves = [chart for chart in curves if chart.traces]
    choices = []
    for at, method in enumerate(shown[:MAXIMUM_CHOICES]):
        rows = table[table["method"] == method["method"]]
        if len(rows):
            choices.append(choice_chart(f"choices-{at}", method["method"], study, rows, agents))
    strips = []
    last = table.groupby(["method", "seed"], sort=False).tail(1)
    by_run: dict[str, list[tuple[float, str]]] = {item["method"]: [] for item in ranked}
    for method, seed, best in zip(last["method"], last["seed"], last["best_so_far"], strict=True):
        if math.isfinite(best):
            by_run[method].append((float(best), f"{method}, seed {seed}"))
    runs = {name: items for name, items in by_run.items() if items}
    if runs:
        some = dict(list(runs.items())[:MAXIMUM_STRIPS])
        note = "One dot per run with its own seed; the bar is their median."
        strips.append(strip_chart("runs", "How lucky a run was", some, note))
    lottery = _lottery(summary)
    if lottery:
        note = "One dot per setting, at the median of its runs; the bar is the median setting."
        strips.append(strip_chart("lottery", "Hyper-parameter lottery", lottery, note))
    return curves, choices, strips


def _lottery(summary: Entry) -> dict[str, list[tuple[float, str]]]:
    """Return the medians of all settings of each method that was tried with several."""
    groups: dict[str, list[tuple[float, str]]] = {}
    for item in summary["lotteries"]:
        settings = [method for method in summary["methods"] if method["group"] == item["group"]]
        found = [
            (float(method["best"]["median"]), f"{method['method']} {_settings(method)}".strip())
            for method in settings
            if method["best"]["median"] is not None
        ]
        if found:
            groups[str(item["group"])] = found
    return groups


def _best_settings(ranked: Sequence[Entry]) -> list[Entry]:
    """Return the methods, best first, each with the best of its settings."""
    seen: dict[str, Entry] = {}
    for method in ranked:
        seen.setdefault(str(method["group"]), method)
    return list(seen.values())


def _lead(summary: Entry, shown: Sequence[Entry]) -> str:
    sentences = [f"{summary['finished']:,} of {summary['runs']:,} runs have ended, each "
                 f"{summary['budget']}; together they asked for {summary['different']:,} different "
                 f"designs of {summary['space']:,}."]  # fmt: skip
    with_result = [item for item in shown if item["best"]["median"] is not None]
    if with_result:
        best = with_result[0]
        sentences.append(
            f"The highest median of the best reward is {best['best']['median']:.5g}, "
            f"by {best['method']}."
        )
    if len(with_result) > 1:
        pair = _pair(summary, with_result[0]["method"], with_result[1]["method"])
        if pair is not None:
            sure = "surely" if pair[1] < 0.05 else "not surely"
            sentences.append(
                f"It is {sure} better than {with_result[1]['method']}, the next "
                f"(a run of it wins with chance {pair[0]:.0%}; adjusted p {pair[1]:.2g})."
            )
    return " ".join(sentences)


def _badges(summary: Entry) -> list[Badge]:
    badges = [Badge(str(summary["objective"])), Badge(f"{summary['seeds']} seeds")]
    if not summary["complete"]:
        left = summary["runs"] - summary["finished"]
        badges.append(Badge(f"{left:,} of {summary['runs']:,} runs not ended", "warn"))
    return badges


def _tiles(study: Study, summary: Entry) -> list[Tile]:
    if not summary["best"]:
        return []
    best = summary["best"][0]
    where = f"{best['method']}, seed {best['seed']}, step {best['step']}"
    tiles = [Tile("Best reward", f"{best['reward']:.5g}", "", where)]
    for name in dict.fromkeys(item.metric for item in study.objectives):
        value = best["figures"].get(name)
        if value is not None:
            text, _, unit = figure(value, summary["units"].get(name, "")).partition(" ")
            tiles.append(Tile(f"{name} of that design", text, unit))
    return tiles


def _board(summary: Entry, ranked: Sequence[Entry]) -> dict[str, object]:
    leader = str(ranked[0]["method"]) if ranked else ""
    rows = []
    for rank, item in enumerate(ranked, 1):
        best = item["best"]
        wins, p_value = _pair(summary, leader, str(item["method"])) or (None, None)
        rows.append(
            [
                Cell(str(rank), rank), Cell(str(item["method"])),
                Cell(str(item["runs"]), item["runs"]), _plain(best["median"]),
                _range(best["lower_quartile"], best["upper_quartile"]),
                _range(best["low"], best["high"]), _plain(best["maximum"]),
                _plain(wins, ".1%"), _plain(p_value, ".2g"),
                Cell(f"{item['evaluations']:,}", item["evaluations"]),
                Cell(f"{item['unique']:,}", item["unique"]),
                Cell(f"{item['overhead_ms']:.3g} ms", item["overhead_ms"]), Cell(_settings(item)),
            ]
        )  # fmt: skip
    names = ("median", "quartiles", "95% of median", "best run", "leader wins", "adjusted p",
             "evaluations", "different", "own time each")  # fmt: skip
    return {
        "board_columns": [
            Column("rank", number=True), Column("method", key=True),
            Column("runs", number=True), *(Column(name, number=True) for name in names),
            Column("settings", key=True),
        ],
        "board_rows": rows,
    }  # fmt: skip


def _pairs(summary: Entry) -> dict[str, object]:
    return {
        "pair_columns": [
            Column("first"), Column("second"), Column("first wins (A12)", number=True),
            Column("p", number=True), Column("adjusted p", number=True),
        ],
        "pair_rows": [
            [Cell(str(item["first"])), Cell(str(item["second"])),
             Cell(f"{item['effect']:.1%}", item["effect"]), _plain(item["p_value"], ".2g"),
             _plain(item["p_adjusted"], ".2g")]
            for item in summary["comparisons"]
        ],
    }  # fmt: skip


def _best(study: Study, summary: Entry) -> dict[str, object]:
    units, keys = summary["units"], study.space.keys
    names = list(summary["best"][0]["figures"]) if summary["best"] else []
    again = any(item["event_reward"] is not None for item in summary["best"])
    texts = {item.key: value_texts(item) for item in study.space.parameters}
    rows = []
    for rank, item in enumerate(summary["best"], 1):
        event = [_plain(item["event_reward"])] if again else []
        figures = [
            _plain(None)
            if item["figures"].get(name) is None
            else number(float(item["figures"][name]), units.get(name, ""))
            for name in names
        ]
        levels = zip(study.space.parameters, keys, strict=True)
        values = [
            Cell(texts[key][parameter.level(item["point"][key])]) for parameter, key in levels
        ]
        found_by = Cell(f"{item['method']}, seed {item['seed']}, step {item['step']}")
        rows.append(
            [Cell(str(rank), rank), _plain(item["reward"]), *event, *figures, *values, found_by]
        )
    return {
        "best_columns": [
            Column("rank", number=True), Column("reward", number=True),
            *([Column("reward, event", number=True)] if again else []),
            *(Column(name, number=True) for name in names),
            *(Column(key, key=True) for key in keys), Column("found by", key=True),
        ],
        "best_rows": rows,
        "rank_correlation": [
            [Cell(name), Cell("not defined") if value is None else Cell(f"{value:.4f}", value)]
            for name, value in summary["rank_correlation"].items()
        ],
        "rank_columns": [Column("figure", key=True), Column("Spearman", number=True)],
    }  # fmt: skip


def _pair(summary: Entry, first: str, second: str) -> tuple[float, float] | None:
    """Return the chance that a run of the first beats one of the second, and the adjusted p."""
    for item in summary["comparisons"]:
        if (item["first"], item["second"]) == (first, second):
            return float(item["effect"]), float(item["p_adjusted"])
        if (item["second"], item["first"]) == (first, second):
            return 1 - float(item["effect"]), float(item["p_adjusted"])
    return None


def _settings(method: Entry) -> str:
    """Return the settings of a method as text, e.g. ``population 8, elite 0.1``."""
    return ", ".join(
        f"{name} {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in method["options"].items()
    )


def _plain(value: float | None, form: str = ".5g") -> Cell:
    return Cell("-", mark="faint") if value is None else Cell(f"{value:{form}}", value)


def _range(low: float | None, high: float | None) -> Cell:
    ends = ["none" if value is None else f"{value:.5g}" for value in (low, high)]
    return Cell(" to ".join(ends), low)


def _low(value: float | None) -> float:
    return -math.inf if value is None else value
