"""The three charts of the report, drawn from its rows alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from archsim.papers.base import Row
from archsim.papers.neupims import averages, gpu_card, gpu_roofline, utilisation
from archsim.papers.neupims.points import (
    BATCHES,
    DATA_SETS,
    DUAL,
    GREEDY,
    INTERLEAVED,
    MODELS,
    MODES,
    NAIVE,
    NAIVE_SHARED,
    NPU_ONLY,
    SYSTEMS,
    Mode,
    Point,
)
from archsim.papers.neupims.published import PUBLISHED
from archsim.report import plot_style as style
from archsim.report.plot import render_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Figures = Mapping[tuple[str, str], float]
"""Measured figure by item and configuration."""

_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)))
_SHORT = {
    NAIVE_SHARED: "NPU+PIM\ndevice-wide\nissue",
    NAIVE: "NPU+PIM\nissue per\nchannel",
    GREEDY: "dual row\nbuffer,\ngreedy",
    INTERLEAVED: "with\nsub-batches",
}


@dataclass(frozen=True)
class Panel:
    """One panel of a chart: its title, the label of its y axis and what draws it."""

    title: str
    y_label: str
    draw: Callable[[Axes], None]


def figures(rows: Sequence[Row]) -> Figures:
    """Return the measured figures of rows by item and configuration."""
    return {(row.item, row.configuration): row.measured for row in rows}


def throughput_chart(found: Figures) -> bytes:
    """Draw throughput over NPU-only against batch size, mean over models, as SVG."""
    panels = [
        Panel(
            f"{mode}, {name} lengths",
            "throughput over NPU-only (x)",
            _lines(_relative(found, mode, data_set)),
        )
        for data_set, name in DATA_SETS.items()
        for mode in MODES
    ]
    return _draw(panels, columns=2, x_label="batch size (requests)", height=6.2, legend_columns=2)


def ablation_chart(found: Figures) -> bytes:
    """Draw what each step of NeuPIMs adds per batch size, as SVG."""
    shown = (NAIVE_SHARED, NAIVE, DUAL, GREEDY, INTERLEAVED)

    def panel(mode: Mode) -> Panel:
        def over(index: int, batch: int) -> float:
            point = Point(MODELS[0], "sharegpt", batch)
            base = _at(found, mode, NAIVE_SHARED.label, point)
            return _at(found, mode, shown[index].label, point) / base

        series = {
            system.label: [over(index, batch) for batch in BATCHES]
            for index, system in enumerate(shown)
        }
        title = f"{mode}, GPT3-7B, ShareGPT-like"
        label = "throughput over NPU+PIM,\ndevice-wide issue (x)"
        return Panel(title, label, _bars([str(batch) for batch in BATCHES], series))

    panels = [panel(mode) for mode in MODES]
    return _draw(panels, columns=2, x_label="batch size (requests)", height=3.8, legend_columns=2)


def utilisation_chart(found: Figures) -> bytes:
    """Draw busy times of NPU and PIM beside the paper's, as SVG."""
    shown = tuple(_SHORT)

    def panel(title: str, item: str, which: str) -> Panel:
        published = PUBLISHED[f"naive {which}"].value, PUBLISHED[f"neupims {which}"].value
        series: dict[str, list[float | None]] = {
            "paper": [100 * published[0], None, None, 100 * published[1]]
        }
        for mode in MODES:
            series[mode] = [
                100 * found[item, utilisation.configuration(mode, system)] for system in shown
            ]
        return Panel(title, "busy (% of the time)", _bars(list(_SHORT.values()), series))

    panels = [
        panel("NPU: arrays at work", utilisation.NPU_BUSY, "npu busy"),
        panel("PIM: commands under way", utilisation.PIM_BUSY, "pim busy"),
    ]
    return _draw(panels, columns=2, x_label="", height=3.6, legend_columns=3)


def _at(found: Figures, mode: Mode, system: str, point: Point) -> float:
    return found[averages.THROUGHPUT, averages.configuration(mode, system, point)]


def _relative(found: Figures, mode: Mode, data_set: str) -> dict[str, list[float]]:
    labels = [*(system.label for system in SYSTEMS if system is not NPU_ONLY), gpu_roofline.NAME]
    labels += [gpu_card.NAME] if mode == "physical" else []

    def mean(label: str, batch: int) -> float:
        points = [Point(model, data_set, batch) for model in MODELS]
        return fmean(
            _at(found, mode, label, point) / _at(found, mode, NPU_ONLY.label, point)
            for point in points
        )

    return {label: [mean(label, batch) for batch in BATCHES] for label in labels}


def _lines(series: Mapping[str, Sequence[float]]) -> Callable[[Axes], None]:
    def draw(axes: Axes) -> None:
        for number, (name, values) in enumerate(series.items()):
            axes.plot(
                range(len(BATCHES)),
                list(values),
                label=name,
                color=style.PALETTE[number],
                marker=style.MARKERS[number],
                linestyle=_DASHES[number],
                markersize=4.5,
                linewidth=1.3,
            )
        axes.axhline(1.0, color="#222222", linewidth=0.8, linestyle="--")
        axes.set_xticks(range(len(BATCHES)), [str(batch) for batch in BATCHES])
        axes.set_ylim(bottom=0.0)

    return draw


def _bars(
    groups: Sequence[str], series: Mapping[str, Sequence[float | None]]
) -> Callable[[Axes], None]:
    def draw(axes: Axes) -> None:
        width = 0.84 / len(series)
        for number, (name, values) in enumerate(series.items()):
            offset = (number - (len(series) - 1) / 2) * width
            drawn = [(at + offset, value) for at, value in enumerate(values) if value is not None]
            axes.bar(
                [x for x, _ in drawn],
                [y for _, y in drawn],
                width=width * 0.92,
                label=name,
                color=style.PALETTE[number],
                hatch=style.HATCHES[number],
                edgecolor="white",
                linewidth=0.4,
            )
        axes.set_xticks(range(len(groups)), list(groups))

    return draw


def _draw(
    panels: Sequence[Panel], *, columns: int, x_label: str, height: float, legend_columns: int
) -> bytes:
    def build(figure: Figure) -> None:
        grid = figure.subplots(len(panels) // columns, columns, squeeze=False)
        for number, (axes, panel) in enumerate(zip(grid.flat, panels, strict=True)):
            panel.draw(axes)
            axes.set_title(panel.title)
            if number % columns == 0 or panel.y_label != panels[number - 1].y_label:
                axes.set_ylabel(panel.y_label)
            if number >= len(panels) - columns:
                axes.set_xlabel(x_label)
        found = {
            label: handle
            for axes in grid.flat
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            list(found.values()), list(found), loc="outside lower center", ncols=legend_columns
        )

    return render_svg(build, style.WIDTH_INCHES, height)
