"""Pages in headless Chromium: no console message, charts drawn, filter, sorting, hover, CSV.

Skipped where Chromium and its driver are not installed (Debian: chromium and chromium-driver);
``test_pages`` holds for the same pages what can be told without a browser.
"""

import runpy
from pathlib import Path
from types import SimpleNamespace

from archsim.report.html.comparison_page import NotRun, comparison_page
from archsim.report.html.difference_page import difference_page
from archsim.report.html.run_page import run_page

made_runs = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made_runs.py"))))
FORMULA, HOSTILE, made_run = made_runs.FORMULA, made_runs.HOSTILE, made_runs.made_run


def drawn(browser):
    """Return how many charts there are, and how many plotly has drawn."""
    return browser.execute_script(
        "return [document.querySelectorAll('[data-chart]').length,"
        " document.querySelectorAll('.js-plotly-plot[data-chart] .main-svg:first-child').length]"
    )


def centre(browser, element):
    """Scroll an element into the middle, out from under the bar of sections."""
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element
    )
    return element


def test_every_page_draws_its_charts_without_a_message(show):
    base, other = made_run(), made_run(name="fast", scale=0.5, latency_s=0.25)
    for page, charts in (
        (run_page(base, {}), 8),
        (run_page(made_run(operations=4000), {}), 9),
        (comparison_page({"a": base, "b": other}, {}, [NotRun("c", "unsupported", "no")]), 5),
        (difference_page((base, other), ("a", "b"), {}), 4),
    ):
        assert drawn(show(page)) == [charts, charts]


def test_names_from_files_are_text_and_nothing_else(show):
    hostile = made_run(name=HOSTILE, component=f"{HOSTILE}<b>bold</b>")
    browser = show(run_page(hostile, {}))
    assert HOSTILE in browser.find_element("tag name", "h1").text
    labels = browser.execute_script(
        "return Array.from(document.querySelectorAll(\"[data-chart='utilisation'] .ytick text\"))"
        ".map(function (text) { return text.textContent; })"
    )
    assert any(label.startswith("<script>alert(") for label in labels)


def test_filter_sort_and_csv_of_a_table(show):
    browser = show(run_page(made_run(), {}))
    field = browser.find_element("css selector", "input[data-filters='weak-constants']")
    field.send_keys("guess")
    rows = browser.find_elements("css selector", "#weak-constants tbody tr")
    assert [row.is_displayed() for row in rows] == [False, True]
    count = browser.find_element("css selector", "output[data-counts='weak-constants']")
    assert count.text == "1 of 2 rows"
    csv = "return archsimPage.csvOf(document.getElementById('weak-constants'))"
    assert browser.execute_script(csv) == (
        "key,value,certainty,source\ncore.c,2,inferred,a guess\n"
    )
    field.clear()
    field.send_keys(" ")
    assert f"chip,1.5,estimate,'{FORMULA}" in browser.execute_script(csv)
    head = browser.find_element("xpath", "//table[@id='weak-constants']//th[2]/button")
    first = "return document.querySelector('#weak-constants tbody tr td').textContent"
    centre(browser, head).click()
    assert browser.execute_script(first) == "chip"
    head.click()
    assert browser.execute_script(first) == "core.c"


def test_a_negative_number_stays_a_number_in_csv(show):
    browser = show(run_page(made_run(), {}))
    csv = "return archsimPage.csvOf(document.getElementById('figure-table'))"
    assert "odd_figure,-1.0," in browser.execute_script(csv)


def test_hovering_over_a_bar_says_what_it_is(show):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.support.ui import WebDriverWait

    browser = show(run_page(made_run(), {}))
    chart = browser.find_element("css selector", "[data-chart='utilisation']")
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", chart
    )
    bar = chart.find_element("css selector", ".bars .point")

    def hovered(driver):
        ActionChains(driver).move_to_element_with_offset(bar, 3, 1).perform()
        ActionChains(driver).move_to_element(bar).perform()
        texts = driver.find_elements("css selector", "[data-chart='utilisation'] .hovertext")
        return texts and texts[0].text

    assert "busy 50.00% of the run" in WebDriverWait(browser, 20).until(hovered)
