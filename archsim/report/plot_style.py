"""How every chart of archsim looks, in SVG files and in HTML pages: one palette, one font."""

from __future__ import annotations

PALETTE: tuple[str, ...] = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#7F6000",
    "#555555",
)
"""Okabe and Ito's colours (recalled), told apart by readers with any form of colour blindness;
their yellow, too pale for a line on white, is a dark ochre."""

QUIET_COLOURS: dict[str, str] = {"idle": "#DDDDDD", "other": "#AAAAAA"}
"""Parts that are no component or operation of their own."""

INK = "#1B1F24"
MUTED = "#57606A"
GRID = "#DDDDDD"

HATCHES: tuple[str, ...] = ("", "//", "..", "xx", "\\\\", "--", "++", "oo")
MARKERS: tuple[str, ...] = ("o", "s", "^", "D", "v", "P", "X", "*")

PATTERNS: tuple[str, ...] = ("", "/", ".", "x", "\\", "-", "+", "|")
"""``HATCHES`` as plotly names them: what tells colours apart in black and white."""

SYMBOLS: tuple[str, ...] = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "triangle-down",
    "cross",
    "x",
    "star",
)
"""``MARKERS`` as plotly names them."""

DASHES: tuple[str, ...] = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

WEB_SEQUENCE: tuple[str, ...] = (
    "#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369",
    "#e1cc55",
)  # fmt: skip
"""Cividis as plotly has it (``plotly.colors.sequential.Cividis``), without its palest end:
lightness alone tells its steps apart."""

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
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "hatch.linewidth": 0.4,
    "figure.facecolor": "white",
}

WEB_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'

WEB_AXIS: dict[str, object] = {
    "gridcolor": "#E6E8EB",
    "linecolor": "#8C959F",
    "zeroline": False,
    "automargin": True,
    "title": {"standoff": 8},
}

WEB_LAYOUT: dict[str, object] = {
    "font": {"family": WEB_FONT, "size": 13, "color": INK},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    "hoverlabel": {"bgcolor": "white", "bordercolor": "#8C959F", "font": {"color": INK}},
    "legend": {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"},
    "barcornerradius": 2,
    "modebar": {"bgcolor": "rgba(255,255,255,0.9)", "color": MUTED, "activecolor": INK},
}
"""What every chart of an HTML page starts from (plotly's names)."""


def colour(number: int) -> str:
    """Return the colour of the nth series."""
    return PALETTE[number % len(PALETTE)]


def web_pattern(number: int) -> dict[str, object]:
    """Return plotly's hatching of the nth series: white over its colour.

    Each round through the palette shifts the hatching, so that no two of 64 series look the same.
    """
    return {
        "shape": PATTERNS[(number + number // len(PALETTE)) % len(PATTERNS)],
        "fillmode": "overlay",
        "fgcolor": "rgba(255,255,255,0.75)",
        "size": 7,
        "solidity": 0.2,
    }


def symbol(number: int) -> str:
    """Return plotly's mark of the nth series; with its colour it differs for 64 series."""
    return SYMBOLS[(number + number // len(PALETTE)) % len(SYMBOLS)]
