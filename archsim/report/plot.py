"""Charts as SVG bytes: the same data gives the same bytes, whatever the date.

Needs the extra ``plot``; matplotlib is imported when the first chart is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, cast

from archsim.errors import MissingExtraError, SimulationError
from archsim.report import plot_style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Values = Sequence[float | None]
"""One value per position; ``None`` leaves a gap."""

Scale = Literal["linear", "log"]


def grouped_bars(
    groups: Sequence[str],
    series: Mapping[str, Values],
    *,
    title: str,
    y_label: str,
    x_label: str = "",
    reference: float | None = None,
) -> bytes:
    """Draw one group of bars per label, one bar per series.

    Args:
        groups: Labels along the x axis.
        series: Name to one value per group.
        title: Title of the chart.
        y_label: Quantity and unit, e.g. ``"throughput (tokens/s)"``.
        x_label: Quantity and unit of the groups.
        reference: Where to draw a dashed line across, e.g. 1 for normalised figures.

    Returns:
        A complete SVG file.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    _check(len(groups), series)

    def draw(axes: Axes) -> None:
        width = 0.8 / max(len(series), 1)
        for number, (name, values) in enumerate(series.items()):
            offset = (number - (len(series) - 1) / 2) * width
            drawn = [(at + offset, value) for at, value in enumerate(values) if value is not None]
            axes.bar(
                [x for x, _ in drawn],
                [y for _, y in drawn],
                width=width * 0.92,
                label=name,
                color=style.PALETTE[number % len(style.PALETTE)],
                hatch=style.HATCHES[number % len(style.HATCHES)],
                edgecolor="white",
                linewidth=0.4,
            )
        axes.set_xticks(range(len(groups)), list(groups))
        if reference is not None:
            axes.axhline(reference, color="#222222", linewidth=0.8, linestyle="--")

    return _draw(draw, title=title, x_label=x_label, y_label=y_label, legend=len(series) > 1)


def lines(
    x_values: Sequence[float],
    series: Mapping[str, Values],
    *,
    title: str,
    x_label: str,
    y_label: str,
    x_scale: Scale = "linear",
    y_scale: Scale = "linear",
) -> bytes:
    """Draw one line with markers per series.

    Args:
        x_values: Positions along the x axis; each gets a tick.
        series: Name to one value per position.
        title: Title of the chart.
        x_label: Quantity and unit of ``x_values``.
        y_label: Quantity and unit of the series.
        x_scale: ``"linear"`` or ``"log"``.
        y_scale: ``"linear"`` or ``"log"``.

    Returns:
        A complete SVG file.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    _check(len(x_values), series)

    def draw(axes: Axes) -> None:
        for number, (name, values) in enumerate(series.items()):
            drawn = [(x, y) for x, y in zip(x_values, values, strict=True) if y is not None]
            axes.plot(
                [x for x, _ in drawn],
                [y for _, y in drawn],
                label=name,
                color=style.PALETTE[number % len(style.PALETTE)],
                marker=style.MARKERS[number % len(style.MARKERS)],
                markersize=4.5,
                linewidth=1.4,
            )
        axes.set_xscale(x_scale)
        axes.set_yscale(y_scale)
        if y_scale == "linear":
            axes.set_ylim(bottom=0.0)
        axes.set_xticks(list(x_values), [f"{x:g}" for x in x_values])
        axes.minorticks_off()

    return _draw(draw, title=title, x_label=x_label, y_label=y_label, legend=len(series) > 1)


def _check(positions: int, series: Mapping[str, Values]) -> None:
    for name, values in series.items():
        if len(values) != positions:
            raise SimulationError(
                f"the chart series {name!r} has {len(values)} values for {positions} positions"
            )


def _draw(
    draw: Callable[[Axes], None], *, title: str, x_label: str, y_label: str, legend: bool
) -> bytes:
    def build(figure: Figure) -> None:
        axes = figure.subplots()
        draw(axes)
        axes.set_title(title)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if legend:
            figure.legend(loc="outside lower center", ncols=4)

    return render_svg(build, style.WIDTH_INCHES, style.HEIGHT_INCHES)


def render_svg(build: Callable[[Figure], None], width_inches: float, height_inches: float) -> bytes:
    """Return what ``build`` draws into an empty figure, as a complete SVG file.

    Args:
        build: Fills the figure; archsim's style is in force while it runs.
        width_inches: Width of the figure.
        height_inches: Height of the figure.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("plot", "drawing charts") from error
    buffer = io.BytesIO()
    # No pyplot: a figure of our own leaves the user's plotting state alone.
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, value in style.RC_PARAMS.items():
            cast("dict[str, object]", mpl.rcParams)[name] = value
        figure = Figure(figsize=(width_inches, height_inches), layout="constrained")
        build(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "archsim"})
    return buffer.getvalue()
