"""Stacked bars, side by side: how each design's latency, energy and area divide up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from archsim.errors import SimulationError
from archsim.report import plot_style as style
from archsim.report.activity import TOGETHER, merge_small, time_by_activity
from archsim.report.plot import render_svg
from archsim.units import format_quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from archsim.result import Result

LEAST_SHARE = 0.02
_TOGETHER_HATCH = "////"
_ROUND_HATCHES = ("", "\\\\\\", "xxxx")
"""Hatching of the first, second and third part of one colour."""
_BAR_INCHES = 0.38
_FRAME_INCHES = 1.25


class _Look(NamedTuple):
    """How a part is filled: its colour, and a hatching in a second one."""

    colour: str
    hatch: str = ""
    hatch_colour: str = "white"


@dataclass(frozen=True, slots=True)
class Panel:
    """One quantity of every design.

    Attributes:
        title: What the panel shows, e.g. ``"Latency, by what works"``.
        unit: Unit of the values, e.g. ``"s"``.
        parts: Part to value, for each design, in the order in which the parts are stacked.
    """

    title: str
    unit: str
    parts: Sequence[Mapping[str, float]]


def comparison_panels(results: Sequence[Result]) -> list[Panel]:
    """Return latency by what works at each moment, and energy and area by component."""
    latency = [{part.name: part.value for part in time_by_activity(item)} for item in results]
    energy, area = [], []
    for item in results:
        table = item.components
        joules = table["dynamic_energy_j"] + table["static_energy_j"]
        energy.append(_positive(zip(table["component"], joules, strict=True)))
        area.append(_positive(zip(table["component"], table["area_mm2"], strict=True)))
    return [
        Panel("Latency, by what works", "s", merge_small(latency, LEAST_SHARE)),
        Panel("Energy, by component", "J", merge_small(energy, LEAST_SHARE)),
        Panel("Area, by component", "mm2", merge_small(area, LEAST_SHARE)),
    ]


def stacked_panels(designs: Sequence[str], panels: Sequence[Panel], *, title: str) -> bytes:
    """Draw one panel of horizontal stacked bars per quantity, one bar per design.

    A part has the same colour in every panel; parts that work together share their colours.

    Args:
        designs: Names along the left.
        panels: Quantities, left to right.
        title: Title of the chart.

    Returns:
        A complete SVG file.

    Raises:
        MissingExtraError: matplotlib is not installed.
        SimulationError: A panel has another number of designs.
    """
    for panel in panels:
        if len(panel.parts) != len(designs):
            raise SimulationError(
                f"the panel {panel.title!r} has {len(panel.parts)} bars for {len(designs)} designs"
            )
    looks = _looks(panels)

    def build(figure: Figure) -> None:
        import matplotlib as mpl

        mpl.rcParams["hatch.linewidth"] = 1.6  # both colours of a pair have to be seen
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)
        for axes, panel in zip(grid[0], panels, strict=True):
            _draw_panel(axes, panel, looks)
        grid[0][0].set_yticks(range(len(designs)), list(designs))
        grid[0][0].invert_yaxis()
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
        found = {
            label: handle
            for axes in grid[0]
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        shown = [name for name in looks if name in found]
        figure.legend([found[name] for name in shown], shown, loc="outside lower center", ncols=4)

    height = _FRAME_INCHES + _BAR_INCHES * (len(designs) + math.ceil(len(looks) / 4) / 2)
    return render_svg(build, style.WIDTH_INCHES * 1.3, height)


def _draw_panel(axes: Axes, panel: Panel, looks: Mapping[str, _Look]) -> None:
    for name, look in looks.items():
        rows = [number for number, parts in enumerate(panel.parts) if name in parts]
        if rows:
            axes.barh(
                rows,
                [panel.parts[row][name] for row in rows],
                left=[_sum_before(panel.parts[row], name, looks) for row in rows],
                height=0.66,
                label=name,
                color=look.colour,
                hatch=look.hatch,
                edgecolor=look.hatch_colour,
                linewidth=0.4,
            )
    totals = [math.fsum(parts.values()) for parts in panel.parts]
    for row, total in enumerate(totals):
        axes.annotate(
            format_quantity(total, panel.unit, digits=3),
            (total, row),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    # Room at the right end for the totals.
    axes.set_xlim(0.0, 1.4 * max(totals, default=1.0) or 1.0)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(panel.title)


def _sum_before(parts: Mapping[str, float], name: str, order: Iterable[str]) -> float:
    total = 0.0
    for other in order:
        if other == name:
            break
        total += parts.get(other, 0.0)
    return total


def _looks(panels: Sequence[Panel]) -> dict[str, _Look]:
    """Return the parts in stacking order, each with its look; no two look the same."""
    names = {name: None for panel in panels for parts in panel.parts for name in parts}
    alone = {part: None for name in names for part in name.split(TOGETHER)}
    plain = [name for name in alone if name not in style.QUIET_COLOURS]
    single = {
        name: _Look(
            style.PALETTE[number % len(style.PALETTE)],
            _ROUND_HATCHES[number // len(style.PALETTE) % len(_ROUND_HATCHES)],
        )
        for number, name in enumerate(plain)
    }
    single |= {name: _Look(colour) for name, colour in style.QUIET_COLOURS.items()}
    first = [name for name in names if name not in style.QUIET_COLOURS]
    ordered = sorted(first, key=lambda name: name.count(TOGETHER))
    ordered += [name for name in style.QUIET_COLOURS if name in names]
    looks = {}
    for name in ordered:
        first_part, *others = name.split(TOGETHER)
        look = single[first_part]
        if others:
            look = _Look(look.colour, _TOGETHER_HATCH, single[others[0]].colour)
        looks[name] = look
    return looks


def _positive(parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    return {str(name): float(value) for name, value in parts if value > 0}
