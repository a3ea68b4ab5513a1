"""How every chart of archsim looks: one palette, one font, one size."""

from __future__ import annotations

PALETTE: tuple[str, ...] = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#555555",
)
"""Okabe and Ito's colours, told apart by readers with any form of colour blindness (recalled)."""

HATCHES: tuple[str, ...] = ("", "//", "..", "xx", "\\\\", "--", "++", "oo")
MARKERS: tuple[str, ...] = ("o", "s", "^", "D", "v", "P", "X", "*")

WIDTH_INCHES = 7.2
HEIGHT_INCHES = 3.6

RC_PARAMS: dict[str, object] = {
    # A fixed salt makes the ids in an SVG, and with them its bytes, the same in every run.
    "svg.hashsalt": "archsim",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "hatch.linewidth": 0.4,
    "figure.facecolor": "white",
}
