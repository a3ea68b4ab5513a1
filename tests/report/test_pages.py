"""Pages: one file each, safe whatever names are in it, every chart valid and in its place."""

import base64
import hashlib
import json
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from archsim.report.html.comparison_page import NotRun, comparison_page
from archsim.report.html.difference_page import difference_page
from archsim.report.html.run_page import run_page
from archsim.result import MetricDeclaration

made_runs = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made_runs.py"))))
FORMULA, HOSTILE, made_run = made_runs.FORMULA, made_runs.HOSTILE, made_runs.made_run

VOID = {"meta", "input", "br", "link", "hr", "img"}
DECLARED = {"tokens_per_s": MetricDeclaration("tokens_per_s", "tokens/s", "Tokens per second.")}


class Reader(HTMLParser):
    """Collects what the tests ask about, and insists that every element is closed."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.attributes, self.scripts, self.text = [], [], [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.attributes += [(tag, name, value) for name, value in found.items()]
        if "id" in found:
            self.ids.append(found["id"])
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append([found.get("type", ""), ""])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1][1] += data
        elif self.open and self.open[-1] != "style":
            self.text.append(data)

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


def pages():
    base, other = made_run(), made_run(name="fast", scale=0.5, latency_s=0.25)
    hostile = made_run(name=HOSTILE, component=f"<b>{HOSTILE}</b>")
    left_out = [NotRun("small", "infeasible", "it does not fit")]
    return {
        "run": run_page(base, DECLARED),
        "long run": run_page(made_run(operations=4000), DECLARED),
        "hostile run": run_page(hostile, {}),
        "comparison": comparison_page({"base": base, "other": other}, DECLARED, left_out),
        "hostile comparison": comparison_page({HOSTILE: base, "b": hostile}, {}, left_out),
        "lonely": comparison_page({"base": base}, DECLARED),
        "difference": difference_page((base, other), ("a", "b"), DECLARED),
        "hostile difference": difference_page((base, hostile), (HOSTILE, "b"), {}),
        "no difference": difference_page((base, base), ("a", "a2"), DECLARED),
    }


@pytest.fixture(scope="module")
def made():
    return {name: (page, Reader(page)) for name, page in pages().items()}


NAMES = (
    "run",
    "long run",
    "hostile run",
    "comparison",
    "hostile comparison",
    "lonely",
    "difference",
    "hostile difference",
    "no difference",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_one_file_that_loads_nothing(made, name):
    page, reader = made[name]
    assert page.startswith("<!DOCTYPE html>")
    assert len(page) < 15e6
    assert [value for value in reader.values("src") if value] == []
    assert all(value.startswith("#") for value in reader.values("href"))
    assert page.count("plotly.js v") == 1
    assert len(reader.ids) == len(set(reader.ids))
    assert {link[1:] for link in reader.values("href")} <= set(reader.ids)


@pytest.mark.parametrize("name", NAMES)
def test_only_the_scripts_of_the_page_may_run(made, name):
    _, reader = made[name]
    policy = next(value for value in reader.values("content") if "script-src" in value)
    run = [text for kind, text in reader.scripts if kind != "application/json"]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run]
    assert re.findall(r"'sha256-([^']+)'", policy) == digests
    assert len(digests) == 2
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"script-src [^;]*unsafe-inline", policy)
    assert not [value for value in reader.attributes if value[1].startswith("on")]


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_placed_and_valid(made, name):
    import plotly.graph_objects as go

    _, reader = made[name]
    data = next(text for kind, text in reader.scripts if kind == "application/json")
    specs = json.loads(data)
    assert sorted(reader.values("data-chart")) == sorted(specs)
    for spec in specs.values():
        figure = go.Figure({"data": spec["data"], "layout": spec["layout"]})
        assert figure.data
        for trace in spec["data"]:
            assert not [text for text in trace.get("text", []) if "<script" in str(text)]


@pytest.mark.parametrize("name", [name for name in NAMES if "hostile" in name])
def test_names_are_shown_and_never_run(made, name):
    page, reader = made[name]
    assert "<script>alert" not in page
    assert HOSTILE in "".join(reader.text)
    data = next(text for kind, text in reader.scripts if kind == "application/json")
    assert "<" not in data
    assert "&lt;script&gt;" in json.dumps(json.loads(data), ensure_ascii=False)


def test_axes_name_quantity_and_unit(made):
    _, reader = made["run"]
    specs = json.loads(next(text for kind, text in reader.scripts if kind == "application/json"))
    titles = {name: spec["layout"]["xaxis"]["title"]["text"] for name, spec in specs.items()}
    assert titles == {
        "time-activity": "time (s)",
        "time-kind": "time (s)",
        "energy-component": "energy (mJ)",
        "energy-kind": "energy (mJ)",
        "utilisation": "busy time / latency",
        "area": "area (mm²)",
        "roofline": "operational intensity (operations/B)",
        "timeline": "simulated time (s)",
    }


def test_a_long_run_is_an_overview_and_a_close_look(made):
    _, reader = made["long run"]
    specs = json.loads(next(text for kind, text in reader.scripts if kind == "application/json"))
    assert {"timeline", "timeline-close"} <= set(specs)
    overview = specs["timeline"]["data"][0]
    assert overview["type"] == "heatmap"
    assert sum(map(sum, overview["z"])) == pytest.approx(len(overview["x"]), rel=1e-3)
    assert sum(len(trace["x"]) for trace in specs["timeline-close"]["data"]) == 300


def test_the_text_of_a_run_says_what_it_rests_on(made):
    _, reader = made["run"]
    text = " ".join("".join(reader.text).split())
    assert "1 of the 3 numbers of this run were read in a primary source." in text
    assert "1 estimate, 1 inferred" in text
    assert FORMULA in text
    assert "data sheet" not in text  # it is primary
    assert "Tokens per second." in text
    assert "holds for chip" in text


def test_a_comparison_names_what_could_not_run_and_the_best(made):
    _, reader = made["comparison"]
    text = " ".join("".join(reader.text).split())
    assert "small (infeasible): it does not fit" in text
    assert "other is fastest, 250 ms, 4.00\u00d7 as fast as base." in text
    assert "1 of 3 could not run" in text
    assert "core.label" in text


def test_a_difference_says_what_changed_most(made):
    _, reader = made["difference"]
    text = " ".join("".join(reader.text).split())
    assert "b needs 75.0% less latency than a" in text
    assert "hardware.core.label" in text
    _, same = made["no difference"]
    assert "Nothing: configuration and arguments are the same." in "".join(same.text)


def test_equal_runs_make_equal_pages(made):
    assert run_page(made_run(), DECLARED) == made["run"][0]


def test_a_failed_check_is_the_first_thing_on_the_page():
    run = made_run(latency_s=1.0)
    run.checks[0] = type(run.checks[0])("must hold", False, "it does not")
    page = run_page(run, DECLARED)
    assert "do not trust it" in page
    assert page.index("do not trust it") < page.index("Where time goes")
