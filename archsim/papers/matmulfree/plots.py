"""Charts: what a wider port gains, and tokens a second against watts on each board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.fpga.design_sweep import BOARDS, design_sweep
from archsim.architectures.fpga.ternary_public import ternary_block
from archsim.report import plot_style as style
from archsim.report.plot import lines, render_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PORT_BYTES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
FEEDS: tuple[tuple[str, int, float], ...] = (
    ("64 lanes", 64, 19.2e9),
    ("256 lanes", 256, 19.2e9),
    ("1,024 lanes, 19.2 GB/s", 1024, 19.2e9),
    ("1,024 lanes, 7.68 GB/s", 1024, 7.68e9),
)
MODEL = "matmulfree-1.3b"


def port_chart() -> bytes:
    """Draw the latency of one block of the 1.3B model against the width of the port."""
    ports = np.array(PORT_BYTES)
    series = {
        name: list(
            np.atleast_1d(
                ternary_block(
                    2048, 5632, ports, 1, 2, lanes, 60e6, memory_bytes_per_s=supplied,
                    vector_lanes=64, overlap=True,
                ).seconds
            )
            * 1e3
        )
        for name, lanes, supplied in FEEDS
    }  # fmt: skip
    return lines(
        [8 * port for port in PORT_BYTES],
        series,
        title="One block of the 1.3B model at 60 MHz, a beat in every cycle",
        x_label="width of the port (bits)",
        y_label="latency (ms)",
        x_scale="log",
        y_scale="log",
    )


def board_chart() -> bytes:
    """Draw tokens a second against watts of every design on each board, the knee marked."""
    tables = {board: design_sweep(board, MODEL) for board in BOARDS}

    def build(figure: Figure) -> None:
        axes = figure.subplots()
        for number, (board, table) in enumerate(tables.items()):
            colour = style.PALETTE[number]
            front = table[table["pareto"]].sort_values("average_power_w")
            axes.plot(
                front["average_power_w"], front["tokens_per_s"], color=colour, label=board,
                linewidth=1.4,
            )  # fmt: skip
            best = table[table["knee"]]
            axes.plot(
                best["average_power_w"], best["tokens_per_s"], color=colour,
                marker=style.MARKERS[number], markersize=8, markeredgecolor="#222222",
                linestyle="none",
            )  # fmt: skip
            axes.annotate(
                f"{best['tokens_per_s'].iloc[0]:.0f}",
                (best["average_power_w"].iloc[0], best["tokens_per_s"].iloc[0]),
                textcoords="offset points", xytext=(7, -3), fontsize=8, color="#222222",
            )  # fmt: skip
        axes.set_yscale("log")
        axes.set_title("1.3B model: best designs of each board; the marker is the knee")
        axes.set_xlabel("power of the board (W)")
        axes.set_ylabel("tokens per second")
        figure.legend(loc="outside lower center", ncols=5)

    return render_svg(build, style.WIDTH_INCHES, style.HEIGHT_INCHES)
