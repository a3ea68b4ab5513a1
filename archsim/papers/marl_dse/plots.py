"""The charts: best reward so far with quartiles, and what both decoders let the learners reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archsim.papers.base import Row
from archsim.papers.marl_dse import rows as making
from archsim.papers.marl_dse.contest import (
    GA,
    IPPO,
    IPPO_GROUPS,
    PPO_DISCRETE,
    PPO_GAP_FREE,
    PPO_THREE,
    RANDOM,
    SAC_GAP_FREE,
    SAC_THREE,
)
from archsim.report import plot_style as style
from archsim.report.plot import grouped_bars, render_svg

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = tuple(
    entry.label
    for entry in (
        IPPO, PPO_THREE, SAC_THREE, PPO_DISCRETE, SAC_GAP_FREE, RANDOM, GA,
    )
)  # fmt: skip
"""Methods of the curves; the others are in the tables."""

SUBSYSTEM_METHODS = tuple(
    entry.label
    for entry in (
        IPPO, PPO_THREE, SAC_THREE, PPO_DISCRETE, SAC_GAP_FREE, RANDOM, GA, IPPO_GROUPS,
    )
)  # fmt: skip
"""Methods of the curves on the wider spaces, with the colours that they have in the others."""

_LEARNERS = tuple(
    entry.label for entry in (IPPO, PPO_THREE, SAC_THREE, PPO_DISCRETE, PPO_GAP_FREE, SAC_GAP_FREE)
)


def curve_chart(
    rows: Sequence[Row], problems: Sequence[str], shown: Sequence[str] = _SHOWN
) -> bytes:
    """Draw best reward so far over evaluations, one panel per problem."""
    found = {(row.item, row.configuration): row.measured for row in rows}

    def build(figure: Figure) -> None:
        grid = figure.subplots(1, len(problems), squeeze=False)[0]
        handles: dict[str, Artist] = {}
        for axes, problem in zip(grid, problems, strict=True):
            for label in making.labels_of(rows, problem):
                if label in shown:
                    _curve(axes, found, problem, label, shown.index(label))
            axes.set_xscale("log", base=2)
            axes.set_title(problem)
            axes.set_xlabel("evaluations")
            handles.update(dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True)))
        grid[0].set_ylabel("best reward so far,\nmedian and quartiles")
        figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=4)

    return render_svg(build, style.WIDTH_INCHES * 1.3, 3.6)


def _curve(
    axes: Axes, found: Mapping[tuple[str, str], float], problem: str, label: str, place: int
) -> None:
    head = making.at(problem, label, 0).removesuffix("0")
    counts = sorted(
        int(configuration.removeprefix(head))
        for item, configuration in found
        if item == making.MEDIAN and configuration.startswith(head)
    )
    low, middle, high = (
        [found[item, f"{head}{count}"] for count in counts]
        for item in (making.LOWER, making.MEDIAN, making.UPPER)
    )
    colour = style.PALETTE[place]
    axes.plot(
        counts, middle, label=label, color=colour, marker=style.MARKERS[place], markersize=4.0,
        linewidth=1.3,
    )  # fmt: skip
    axes.fill_between(counts, low, high, color=colour, alpha=0.12, linewidth=0)


def decoder_chart(rows: Sequence[Row]) -> bytes:
    """Draw the learners' median best rewards as shares of the best of all designs."""
    shares = {row.configuration: row.measured for row in rows if row.item == making.SHARE}
    problems = list(dict.fromkeys(name.partition(":")[0] for name in shares))
    return grouped_bars(
        problems,
        {label: [shares.get(f"{problem}: {label}") for problem in problems] for label in _LEARNERS},
        title="What learners reach with the repository's decoders (three-value) and equal ones",
        y_label="share of the best of all designs",
        reference=1.0,
    )
