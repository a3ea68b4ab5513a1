"""The report of a search, from its summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from archsim.report.tables import heading, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

_SHOWN_PAIRS = 12
_SURE = 0.05


def search_report(
    summary: Mapping[str, Any], written: Iterable[object] = ()
) -> Iterator[RenderableType]:
    """Yield the report of a search.

    Args:
        summary: ``SearchSummary.to_dict()``.
        written: Files that were written.
    """
    new = ""
    if summary["new"]:
        new = f", {summary['new']:,} asked now, {summary['simulated']:,} of them simulated"
    yield Text(f"{summary['study']}: {summary['space']:,} points{new}", style="bold")
    yield Text(f"{summary['objective']}")
    yield Text(
        f"{summary['finished']:,} of {summary['runs']:,} runs, each {summary['budget']}; "
        f"{summary['different']:,} different designs"
    )
    yield from _methods(summary["methods"])
    yield from _lotteries(summary["lotteries"])
    yield from _pairs(summary["comparisons"])
    yield from _best(summary["best"])
    if summary["rank_correlation"]:
        yield heading("Rank correlation of analytic and event over the best designs (Spearman)")
        yield plain_table(
            [("", "left"), ("", "right")],
            (
                [name, "not defined" if value is None else f"{value:.4f}"]
                for name, value in summary["rank_correlation"].items()
            ),
        )
    yield Text(f"ledger {summary['ledger']}")
    if not summary["complete"]:
        yield Text("not complete: the same command goes on from here")
    for path in written:
        yield Text(f"wrote {path}")


def _methods(methods: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if not methods:
        return
    yield heading("Best reward of a run, over its seeds (95 % interval of the median)")
    ordered = sorted(methods, key=lambda item: -_or_lowest(item["best"]["median"]))
    yield plain_table(
        [
            ("method", "left"), ("runs", "right"), ("median", "right"), ("quartiles", "right"),
            ("interval", "right"),
        ],
        (
            [
                item["method"],
                str(item["runs"]),
                _number(item["best"]["median"]),
                _range(item["best"]["lower_quartile"], item["best"]["upper_quartile"]),
                _range(item["best"]["low"], item["best"]["high"]),
            ]
            for item in ordered
        ),
    )  # fmt: skip
    yield heading("What the methods asked for, and their own time for each evaluation")
    yield plain_table(
        [
            ("method", "left"), ("evaluations", "right"), ("different", "right"),
            ("final policy", "right"), ("front", "right"), ("overhead", "right"),
        ],
        (
            [
                item["method"],
                f"{item['evaluations']:,}",
                f"{item['unique'] / item['evaluations']:.0%}",
                _number(item["final_policy"]["median"]) if item["final_policy"] else "-",
                f"{item['front']['median']:.3f}" if item["front"] else "-",
                f"{item['overhead_ms']:.2g} ms",
            ]
            for item in ordered
        ),
    )  # fmt: skip


def _lotteries(found: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    for item in found:
        medians = item["medians"]
        yield heading(f"{item['group']}: {item['settings']} settings, each by its median run")
        yield plain_table(
            [("", "left"), ("", "left")],
            [
                ["worst to best", _range(medians["minimum"], medians["maximum"])],
                ["median", _number(medians["median"])],
                ["best setting", item["best"]],
                ["worst setting", item["worst"]],
            ],
        )


def _pairs(pairs: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if not pairs:
        return
    sure = [item for item in pairs if item["p_adjusted"] < _SURE]
    yield heading(
        f"Differences beyond chance: {len(sure)} of {len(pairs)} pairs (Mann-Whitney, Holm, 5 %)"
    )
    strongest = sorted(sure, key=lambda item: (item["p_adjusted"], -abs(item["effect"] - 0.5)))
    if strongest:
        yield plain_table(
            [("better", "left"), ("than", "left"), ("A12", "right"), ("p", "right")],
            (_pair(item) for item in strongest[:_SHOWN_PAIRS]),
        )


def _pair(item: Mapping[str, Any]) -> list[RenderableType]:
    first, second, effect = item["first"], item["second"], item["effect"]
    if effect < 0.5:
        first, second, effect = second, first, 1 - effect
    return [first, second, f"{effect:.2f}", f"{item['p_adjusted']:.2g}"]


def _best(designs: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if not designs:
        return
    best = designs[0]
    again = best["event_status"] == "done"
    reward = best["event_reward"] if again else best["reward"]
    yield heading(
        f"Best design: reward {_number(reward)}{' on event' if again else ''}, found by "
        f"{best['method']}, seed {best['seed']}, step {best['step']}"
    )
    yield plain_table(
        [("", "left"), ("", "left")],
        (
            [key, str(value).lower() if isinstance(value, bool) else str(value)]
            for key, value in best["point"].items()
        ),
    )


def leaderboard_report(rows: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Yield leader boards.

    Args:
        rows: ``archsim.search.leaderboard.board_rows``.
    """
    boards: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        name = (row["objective"], row["budget"], row["space"], row["trace_hash"])
        boards.setdefault(name, []).append(row)
    for (objective, budget, space, trace), board in boards.items():
        yield heading(objective)
        yield Text(f"each run {budget}; space {space[:12]}, trace {trace[:12]}")
        yield plain_table(
            [("rank", "right"), ("method", "left"), ("runs", "right"), ("median", "right"),
             ("quartiles", "right"), ("best", "right")],
            (
                [
                    str(row["rank"]), row["method"], str(row["runs"]),
                    _number(row["median_reward"]),
                    _range(row["lower_quartile"], row["upper_quartile"]),
                    _number(row["best_reward"]),
                ]
                for row in board
            ),
        )  # fmt: skip


def proxy_report(reports: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Yield what proxy models are worth.

    Args:
        reports: ``archsim.search.proxies.to_json`` of each.
    """
    for report in reports:
        parts = "traces in turn" if report["split"] == "trace" else "parts in turn"
        yield heading(f"{report['metric']}: {report['designs']:,} designs, {parts}")
        yield plain_table(
            [("", "left"), ("", "left")],
            [
                ["relative RMSE", f"{report['relative_rmse']:.2%}"],
                ["rank correlation (Spearman)", _number(report["rank_correlation"])],
                ["one prediction", f"{report['proxy_s'] * 1e6:.3g} us"],
                ["one simulation", f"{report['simulator_s'] * 1e6:.3g} us"],
                ["speed-up", f"{report['speed_up']:.3g}"],
                ["learnt from", ", ".join(report["sources"])],
            ],
        )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"


def _range(low: float | None, high: float | None) -> str:
    return f"{_number(low)} .. {_number(high)}"


def _or_lowest(value: float | None) -> float:
    return float("-inf") if value is None else value
