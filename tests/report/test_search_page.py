"""The page of a search: curves, choices, luck, leader board, and in Chromium without a message."""

import copy
import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from archsim.report.html.search_charts import choice_chart, curve_chart, strip_chart
from archsim.report.html.search_page import search_page

FOLDER = Path(__file__).parent
made = SimpleNamespace(
    **{
        name: runpy.run_path(str(FOLDER / file))[name]
        for name, file in (
            ("made_study", "made_sweeps.py"),
            ("made_search", "made_searches.py"),
            ("HOSTILE", "made_runs.py"),
        )
    }
)


@pytest.fixture(scope="module")
def search():
    study = made.made_study()
    return study, made.made_search(study)


def charts_of(page):
    return json.loads(re.search(r'id="chart-data">(.*?)</script>', page, re.DOTALL)[1])


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.split('id="chart-data"')[0]).split())


def test_curves_begin_with_the_first_feasible_design(search):
    _, table = search
    chart = curve_chart("c", "evaluations", table.attrs["summary"]["methods"][:1], "by_evaluations")
    low, high, middle = chart.traces
    assert middle["x"] == [4, 10, 60]
    assert all(a <= b <= c for a, b, c in zip(low["y"], middle["y"], high["y"], strict=True))


def test_choices_of_each_window_add_up(search):
    study, table = search
    rows = table[table["method"] == "ga"]
    chart = choice_chart("c", "ga", study, rows, {})
    assert len(chart.traces) == 3
    for trace in chart.traces:
        assert np.sum(trace["z"], axis=0) == pytest.approx(np.ones(12))
    lanes = np.array(chart.traces[1]["z"])
    assert lanes[-1, -5:].tolist() == [1.0] * 5  # the second half chose the last value only


def test_many_values_are_joined(search):
    study = made.made_study(lanes=tuple(range(1, 31)))
    table = made.made_search(study, ("random",))
    chart = choice_chart("c", "random", study, table, {"hardware.core.lanes": "compute"})
    assert len(chart.traces[1]["z"]) == 12
    assert chart.traces[1]["customdata"][0][0] == "1 to 3"
    assert "core.lanes (compute)" in chart.layout["annotations"][1]["text"]


def test_a_strip_has_every_result_and_its_median():
    chart = strip_chart("s", "t", {"a": [(1.0, "x"), (3.0, "y"), (2.0, "z")]}, "")
    assert chart.traces[0]["x"] == [1.0, 3.0, 2.0]
    assert chart.traces[1]["x"] == [2.0, 2.0]


def test_the_page_of_a_search(search):
    page = search_page(*search)
    assert sorted(charts_of(page)) == [
        "best-evaluations", "best-unique", "choices-0", "choices-1", "lottery", "runs",
    ]  # fmt: skip
    text = text_of(page)
    assert "12 of 12 runs have ended" in text
    assert "by ga population=8. It is surely better than random" in text
    assert "Rank correlation" in text
    assert "not defined" in text
    lottery = charts_of(page)["lottery"]["data"]
    assert len(lottery[0]["x"]) == 2  # both settings of ga


def test_a_search_that_found_nothing_has_a_page(search):
    study, table = search
    nothing = table.assign(best_so_far=np.nan)
    summary = copy.deepcopy(table.attrs["summary"])
    for method in summary["methods"]:
        method["best"] = dict.fromkeys(method["best"])
        for curve in ("by_evaluations", "by_unique"):
            method[curve] = {
                name: values if name == "counts" else [None] * len(values)
                for name, values in method[curve].items()
            }
    summary |= {"best": [], "rank_correlation": {}, "complete": False, "finished": 11}
    nothing.attrs["summary"] = summary
    text = text_of(search_page(study, nothing))
    assert "No run has found a feasible design." in text
    assert "1 of 12 runs not ended" in text
    empty = table.iloc[:0].copy()
    empty.attrs["summary"] = summary | {
        "methods": [], "comparisons": [], "lotteries": [], "finished": 0,
    }  # fmt: skip
    assert "No run has ended." in text_of(search_page(study, empty))


def test_equal_searches_make_equal_pages(search):
    assert search_page(*search) == search_page(*search)


def test_the_page_opens_without_a_message_and_names_are_text(show):
    study = made.made_study((made.HOSTILE, "b"))
    browser = show(search_page(study, made.made_search(study, ("random", made.HOSTILE))))
    drawn = "return document.querySelectorAll('.js-plotly-plot[data-chart]').length"
    assert browser.execute_script(drawn) == 5
    assert made.HOSTILE in browser.find_element("id", "board-table").text
    assert browser.find_elements("css selector", "main script") == []
