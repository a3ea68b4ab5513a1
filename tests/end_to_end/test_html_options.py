"""``--html`` of run, compare and diff: a file that is written whole, or one sentence."""

import importlib.util
import json

import pytest


def test_run_writes_a_page_beside_its_report(cli, files):
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--html", "out.html")
    assert (code, err) == (0, "")
    assert "Where time goes" in out
    page = (files / "out.html").read_text(encoding="utf-8")
    assert "<title>two-steps on chip · archsim</title>" in page
    assert "No roofline" in page  # this family reports no work
    assert "Steps divided by latency." in page


def test_a_page_does_not_change_what_json_prints(cli, files):
    _, plain, _ = cli("run", "chip.yaml", "steps.yaml", "--json")
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--json", "--html", "out.html")
    assert (code, err, out) == (0, "", plain)


def test_a_page_of_a_broken_run_says_so(cli, files):
    code, _, err = cli(
        "run", "chip.yaml", "steps.yaml", "--set", "mode=broken", "--html", "out.html"
    )
    assert code == 1
    assert "do not trust it" in err
    assert "do not trust it" in (files / "out.html").read_text(encoding="utf-8")


def test_compare_writes_a_page_that_names_what_did_not_run(cli, files):
    small = (files / "chip.yaml").read_text(encoding="utf-8").replace("lanes: 4", "lanes: 1")
    (files / "small.yaml").write_text(small.replace("name: chip", "name: small"), encoding="utf-8")
    arguments = ("compare", "steps.yaml", "chip.yaml", "small.yaml", "neupims")
    code, out, err = cli(*arguments, "--set", "elements=900000", "--html", "out.html")
    assert (code, err) == (0, "")
    assert "infeasible  small.yaml:" in out
    assert "unsupported  neupims: the hardware 'neupims'" in out
    page = (files / "out.html").read_text(encoding="utf-8")
    assert "<b>neupims</b> (unsupported)" in page
    assert "<b>small.yaml</b> (infeasible)" in page
    code, out, _ = cli(*arguments, "--set", "elements=900000", "--json")
    assert [row["status"] for row in json.loads(out)] == ["ok", "infeasible", "unsupported"]


def test_a_comparison_that_no_family_supports_is_an_error(cli):
    code, out, err = cli("compare", "steps.yaml", "neupims", "npu-only")
    assert (code, out) == (2, "")
    assert "cannot run the workload 'two-steps'" in err


def test_diff_writes_a_page(cli, files):
    cli("run", "chip.yaml", "steps.yaml", "--output", "a.json")
    cli("run", "chip.yaml", "steps.yaml", "--output", "b.json", "--set", "core.lanes=8")
    code, _, err = cli("diff", "a.json", "b.json", "--html", "out.html")
    assert (code, err) == (0, "")
    page = (files / "out.html").read_text(encoding="utf-8")
    assert "hardware.core.lanes" in page
    assert 'data-chart="latency-operation"' in page


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("out.pdf", "a page has an HTML ending, found 'out.pdf'; allowed: .html, .htm"),
        ("none/out.html", "the folder 'none' does not exist"),
        (".html", "a page has an HTML ending"),
    ],
)
@pytest.mark.parametrize("command", ["run", "compare", "diff"])
def test_a_page_that_cannot_be_written_is_refused_before_the_run(
    cli, files, command, target, sentence
):
    names = {
        "run": ("chip.yaml", "steps.yaml"),
        "compare": ("steps.yaml", "chip.yaml"),
        "diff": ("a.json", "b.json"),
    }
    code, out, err = cli(command, *names[command], "--html", target)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_missing_extra_is_one_sentence(cli, files, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "plotly" else find_spec(name)
    )
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--html", "out.html")
    assert (code, out) == (1, "")
    assert err == (
        "archsim: making HTML pages needs the extra 'plot': pip install 'archsim[plot]'\n"
    )
    assert not (files / "out.html").exists()
