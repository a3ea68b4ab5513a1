"""The committed page of validation says what the oracles say."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

validation = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("run.py"))))
QUICK = ("maestro", "scalesim", "neupims", "h100")
"""DRAMSys takes most of a minute; ``tests/dram`` holds the same rows to it."""


@pytest.fixture(scope="module")
def committed():
    return validation.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("compare", [f for f in validation.ALL if f.__name__ in QUICK])
def test_the_lines_of_an_oracle_are_current(committed, compare):
    found = compare()
    assert found
    for item in found:
        assert len(item.ours) == len(item.theirs) > 0
        assert validation.line(item) in committed, "run: python tests/validation/run.py"


def test_every_oracle_file_is_on_the_page(committed):
    for name, rows in validation.files().items():
        assert name in committed
        assert f"{rows:,}" in committed
    assert "not compared yet" not in committed


def test_errors_by_hand():
    ours, theirs = map(validation.np.array, ([1.0, 2.2, 0.0, 3.0], [1.0, 2.0, 0.0, 0.0]))
    item = validation.Comparison("f.csv", "peer", "cycles", 4, ours, theirs, "n")
    assert [round(float(error), 12) for error in item.errors] == [0.0, 0.1, 0.0, 1.0]
    assert validation.line(item).startswith("| f.csv | peer | cycles | 4 | 4 | 2 |")
