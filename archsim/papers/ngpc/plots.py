"""The charts of the report: those of the paper's figures, and the sweep's Pareto front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archsim.papers.base import Row
from archsim.papers.ngpc import ablation, front, series
from archsim.papers.ngpc.cases import APPLICATIONS, ENCODINGS, MODES, Mode
from archsim.papers.ngpc.published import AVERAGES, SCALES
from archsim.report import plot_style as style
from archsim.report.plot import render_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Figures = Mapping[tuple[str, str], float]
"""Measured figure by item and configuration."""

PUBLISHED = "published (certainty: recalled)"


def figures(rows: Sequence[Row]) -> Figures:
    """Return the measured figures of rows by item and configuration."""
    return {(row.item, row.configuration): row.measured for row in rows}


def speedup_chart(found: Figures) -> bytes:
    """Draw the averages of figure 12: one panel per encoding, published beside measured."""

    def build(figure: Figure) -> None:
        grid = figure.subplots(1, len(ENCODINGS), sharey=True)
        for axes, (encoding, title) in zip(grid, ENCODINGS.items(), strict=True):
            bars: dict[str, Sequence[float]] = {PUBLISHED: AVERAGES[encoding]}
            for mode in MODES:
                bars[mode] = [
                    found[series.AVERAGE, series.configuration(mode, encoding, scale)]
                    for scale in SCALES
                ]
            _bars(axes, [f"{scale}" for scale in SCALES], bars)
            axes.set_title(title.replace("resolution ", "resolution\n"))
            axes.set_xlabel("processors (NGPC-N)")
        grid[0].set_ylabel("speed-up over the GPU (x),\naverage of four applications")
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)

    return render_svg(build, style.WIDTH_INCHES * 1.2, 3.6)


def application_chart(found: Figures) -> bytes:
    """Draw each application's speed-up with the hash grid; the paper's are not known."""

    def build(figure: Figure) -> None:
        grid = figure.subplots(1, len(MODES), sharey=True)
        for axes, mode in zip(grid, MODES, strict=True):
            for number, application in enumerate(APPLICATIONS):
                axes.plot(
                    SCALES,
                    [found[series.SINGLE, _single(mode, scale, application)] for scale in SCALES],
                    label=application.upper(),
                    color=style.PALETTE[number],
                    marker=style.MARKERS[number],
                    markersize=4.5,
                )
            axes.set_xscale("log", base=2)
            axes.set_xticks(SCALES, [f"{scale}" for scale in SCALES])
            axes.minorticks_off()
            axes.set_title(mode)
            axes.set_xlabel("processors (NGPC-N)")
        grid[0].set_ylim(bottom=0.0)
        grid[0].set_ylabel("speed-up over the GPU (x)")
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)

    return render_svg(build, style.WIDTH_INCHES * 1.2, 3.4)


def ablation_chart(found: Figures) -> bytes:
    """Draw the averages of changed designs at 8 and 64 processors, uncalibrated inputs."""
    names = list(ablation.VARIANTS)

    def build(figure: Figure) -> None:
        grid = figure.subplots(1, len(ablation.SHOWN_SCALES), sharey=True)
        for axes, scale in zip(grid, ablation.SHOWN_SCALES, strict=True):
            values = [
                found[ablation.ABLATION, ablation.configuration("uncalibrated", scale, name)]
                for name in names
            ]
            colours = [style.PALETTE[1 if number == 0 else 0] for number in range(len(names))]
            axes.barh(range(len(names)), values, color=colours, height=0.7)
            axes.axvline(values[0], color="#222222", linewidth=0.8, linestyle="--")
            axes.set_title(f"NGPC-{scale}, uncalibrated")
            axes.set_xlabel("average speed-up (x)")
            axes.grid(visible=True, axis="x")
            axes.grid(visible=False, axis="y")
        grid[0].set_yticks(range(len(names)), names)
        grid[0].invert_yaxis()

    return render_svg(build, style.WIDTH_INCHES * 1.3, 4.4)


def front_chart() -> bytes:
    """Draw every design of the sweep, and the front of frame time against area."""
    swept = front.sweep()

    def build(figure: Figure) -> None:
        axes = figure.subplots()
        axes.scatter(
            swept.area_mm2, swept.latency_s * 1e3, s=6, color="#BBBBBB", linewidths=0.0,
            label=f"{len(swept.area_mm2)} designs",
        )  # fmt: skip
        axes.plot(
            swept.area_mm2[swept.best], swept.latency_s[swept.best] * 1e3,
            color=style.PALETTE[0], marker="o", markersize=4.0, linewidth=1.2,
            label="Pareto front",
        )  # fmt: skip
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("cluster area (mm2)")
        axes.set_ylabel("frame time (ms)")
        axes.set_title("NeRF at full HD, hash grid: frame time against area")
        axes.legend(loc="upper right")

    return render_svg(build, style.WIDTH_INCHES, 4.0)


def _single(mode: Mode, scale: int, application: str) -> str:
    return f"{series.configuration(mode, 'hashgrid', scale)}, {application.upper()}"


def _bars(axes: Axes, groups: Sequence[str], bars: Mapping[str, Sequence[float]]) -> None:
    width = 0.84 / len(bars)
    for number, (name, values) in enumerate(bars.items()):
        offset = (number - (len(bars) - 1) / 2) * width
        axes.bar(
            [at + offset for at in range(len(groups))],
            list(values),
            width=width * 0.92,
            label=name,
            color=style.PALETTE[number],
            hatch=style.HATCHES[number],
            edgecolor="white",
            linewidth=0.4,
        )
    axes.set_xticks(range(len(groups)), list(groups))
