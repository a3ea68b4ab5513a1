"""The page of a sweep in headless Chromium: filters, front, hover, search, sorting, CSV."""

import io
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from archsim.report.html.sweep_page import sweep_page
from archsim.space import pareto_front

HERE = Path(__file__)
made = SimpleNamespace(**runpy.run_path(str(HERE.with_name("made_sweeps.py"))))
runs = SimpleNamespace(**runpy.run_path(str(HERE.with_name("made_runs.py"))))

CLICK = """
const c = document.getElementById('cloud'), p = archsimSweep.spot(arguments[0]);
c.scrollIntoView({block: 'center', behavior: 'instant'});
const b = c.getBoundingClientRect();
c.dispatchEvent(new MouseEvent(arguments[1], {clientX: b.left + p[0], clientY: b.top + p[1]}));
"""


@pytest.fixture(scope="module")
def sweep():
    study = made.made_study()
    return study, made.made_table(study, 600)


@pytest.fixture
def page(show, sweep):
    return show(sweep_page(*sweep))


def settle(browser):
    """Wait until what was changed is drawn."""
    browser.execute_async_script(
        "const done = arguments[0], soon = requestAnimationFrame; soon(() => soon(() => done()))"
    )


def shown(browser):
    settle(browser)
    return browser.execute_script("return archsimSweep.shown()")


def rows_in_sight(browser):
    return browser.find_elements("css selector", "#designs-table tbody tr:not(.spacer)")


def test_it_shows_every_design_and_the_front(page, sweep):
    _, table = sweep
    assert shown(page) == list(range(600))
    done = np.flatnonzero((table["status"] == "done").to_numpy())
    costs = table[["latency_s", "energy_j"]].to_numpy()[done]
    front = done[pareto_front(costs)]
    found = page.execute_script("return archsimSweep.front()")
    assert sorted(found) == sorted(front.tolist())
    pixels = page.execute_script(
        "const c = document.getElementById('cloud');"
        "return new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
    )
    assert pixels > 20


def test_filters_of_values_states_and_figures(page, sweep):
    _, table = sweep
    page.find_element("css selector", "input[aria-label='status infeasible']").click()
    page.find_element("css selector", "input[aria-label='hardware.core.label small']").click()
    wanted = table[(table["status"] == "done") & (table["hardware.core.label"] == "large")]
    assert shown(page) == wanted.index.tolist()
    page.execute_script(
        "const i = document.querySelector(\"input[aria-label='highest latency_s']\");"
        "i.value = 100; i.dispatchEvent(new Event('input'))"
    )
    kept = shown(page)
    assert 0 < len(kept) < len(wanted)
    left_out = set(wanted.index) - set(kept)
    latency = table["latency_s"]
    assert max(latency[list(kept)]) <= min(latency[list(left_out)])
    count = page.find_element("id", "shown").text
    assert count == f"{len(kept)} of 600 designs"
    page.execute_script("document.getElementById('reset').click()")
    assert shown(page) == list(range(600))
    page.find_element("id", "front-only").click()
    assert len(shown(page)) == len(page.execute_script("return archsimSweep.front()"))


def test_hover_describes_and_click_keeps(page, sweep):
    _, table = sweep
    row = page.execute_script("return archsimSweep.front()[1]")
    page.execute_script(CLICK, row, "mousemove")
    tip = page.find_element("id", "tip")
    assert tip.is_displayed()
    assert "latency_s" in tip.text
    assert table["hardware.core.label"][row] in tip.text
    page.execute_script(CLICK, row, "click")
    assert f"design {row}" in page.find_element("id", "picked").text
    assert len(page.find_elements("css selector", "#designs-table tr.picked")) == 1


def test_search_sort_and_only_rows_in_sight(page, sweep):
    _, table = sweep
    assert 10 < len(rows_in_sight(page)) < 60
    page.find_element("id", "search").send_keys("does FIT")
    assert shown(page) == table[table["reason"] == "does not fit"].index.tolist()
    page.find_element("id", "search").send_keys(" nothing-like-it")
    assert shown(page) == []
    page.execute_script("document.getElementById('reset').click()")
    settle(page)
    head = page.find_element("xpath", "//div[@id='designs-table']//button[starts-with(., 'area')]")
    page.execute_script("arguments[0].click()", head)
    order = pd.read_csv(io.StringIO(page.execute_script("return archsimSweep.csv()")))
    known = order["area_mm2"].dropna()
    assert known.is_monotonic_increasing
    assert order["area_mm2"].isna()[len(known) :].all()
    page.execute_script("arguments[0].click()", head)
    order = pd.read_csv(io.StringIO(page.execute_script("return archsimSweep.csv()")))
    assert order["area_mm2"].dropna().is_monotonic_decreasing
    assert page.get_log("browser") == []


def test_csv_is_exact(page, sweep):
    _, table = sweep
    found = pd.read_csv(io.StringIO(page.execute_script("return archsimSweep.csv()")))
    for name in ("design", *made.KEYS, "status", "latency_s", "energy_j", "area_mm2"):
        wanted = table[name].infer_objects()
        pd.testing.assert_series_equal(found[name], wanted, check_dtype=False, check_exact=True)


def test_names_and_reasons_are_text_and_no_cell_starts_a_formula(show):
    hostile = (runs.HOSTILE, runs.FORMULA, "@sum", "a,b")
    study = made.made_study(hostile)
    table = made.made_table(study, 200, reason=f"={runs.HOSTILE}")
    browser = show(sweep_page(study, table))
    browser.execute_script(CLICK, browser.execute_script("return archsimSweep.front()[0]"), "click")
    assert browser.find_elements("css selector", "main script, main b b") == []
    text = browser.find_element("id", "filters").text
    assert all(item in text for item in hostile)
    csv = browser.execute_script("return archsimSweep.csv()")
    assert f",'{runs.FORMULA}," in csv
    assert '"a,b"' in csv
    cells = pd.read_csv(io.StringIO(csv), dtype=str).to_numpy().ravel()
    assert not [cell for cell in cells if str(cell).startswith(("=", "+", "@"))]


def test_a_page_of_two_fidelities_shows_one_at_a_time(show, sweep):
    study, table = sweep
    again = table.iloc[:30].assign(fidelity="event")
    browser = show(sweep_page(study, pd.concat([table, again], ignore_index=True)))
    assert len(shown(browser)) == 600
    browser.execute_script(
        "const s = document.getElementById('fidelity');"
        "s.value = 'event'; s.dispatchEvent(new Event('change'))"
    )
    assert shown(browser) == list(range(600, 630))


def test_pages_without_figures_or_with_one_design_open(show):
    study = made.made_study()
    table = made.made_table(study, 3)
    for each in (table, table.iloc[:1], table.assign(status="failed", reason="broke").drop(
        columns=["latency_s", "energy_j", "area_mm2"])):  # fmt: skip
        assert shown(show(sweep_page(study, each))) == list(range(len(each)))


def test_nothing_is_wider_than_a_narrow_screen(show, sweep, browser):
    browser.set_window_size(500, 900)
    size = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page = show(sweep_page(*sweep))
        assert page.execute_script("return document.body.scrollWidth <= window.innerWidth")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.set_window_size(1280, 1000)
