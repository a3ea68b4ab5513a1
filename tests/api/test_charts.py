"""Charts: the same data gives the same SVG bytes, and bad data or a missing extra one sentence."""

import sys
from xml.etree import ElementTree

import pytest

from archsim.errors import MissingExtraError, SimulationError
from archsim.report.plot import grouped_bars, lines

SERIES = {"npu-only": [1.0, 2.0], "neupims": [2.0, None]}


def bars():
    return grouped_bars(["7B", "13B"], SERIES, title="Gain", y_label="speed-up (1)", reference=1.0)


def curves(**options):
    return lines(
        [64, 128], SERIES, title="Gain", x_label="batch (requests)", y_label="x", **options
    )


@pytest.mark.parametrize("draw", [bars, curves])
def test_the_same_data_gives_the_same_svg(draw):
    first = draw()
    assert draw() == first
    assert ElementTree.fromstring(first).tag.endswith("svg")  # noqa: S314  # drawn a line above
    assert b"dc:date" not in first


def test_data_reaches_the_chart():
    assert bars() != grouped_bars(["7B", "13B"], SERIES, title="Gain", y_label="speed-up (1)")
    assert curves() != curves(x_scale="log", y_scale="log")


def test_drawing_leaves_the_users_style_alone():
    import matplotlib as mpl

    mpl.rcParams["font.size"] = 23.0
    try:
        with_theirs = bars()
        assert mpl.rcParams["font.size"] == 23.0
    finally:
        mpl.rcdefaults()
    assert bars() == with_theirs


def test_series_of_the_wrong_length_are_refused():
    with pytest.raises(SimulationError, match="'a' has 1 values for 2 positions"):
        grouped_bars(["x", "y"], {"a": [1.0]}, title="", y_label="")


def test_a_missing_extra_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'archsim\[plot\]'"):
        bars()
