"""``archsim compare --figures`` and ``--plot``."""

import sys

import pytest

COMPARE = ("compare", "steps.yaml", "chip.yaml", "fast.yaml")


def test_figures_choose_what_is_shown_and_in_which_order(cli):
    code, out, err = cli(*COMPARE, "--figures", "energy_j, latency_s")
    assert (code, err) == (0, "")
    assert out.index("energy_j") < out.index("latency_s")
    assert "area_mm2" not in out


def test_what_works_when_is_shown(cli):
    code, out, _ = cli(*COMPARE)
    assert code == 0
    assert "What works when" in out


def test_the_plot_is_the_same_in_every_run(cli, files):
    for name in ("a.svg", "b.svg"):
        code, _, err = cli(*COMPARE, "--plot", files / name)
        assert (code, err) == (0, "")
    assert (files / "a.svg").read_bytes() == (files / "b.svg").read_bytes()
    assert b"</svg>" in (files / "a.svg").read_bytes()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--figures", "latency"), "did you mean latency_s?"),
        (("--plot", "picture.png"), "a plot has an SVG ending, found 'picture.png'; allowed: .svg"),
        (("--plot", "no/picture.svg"), "the folder 'no' does not exist"),
    ],
)
def test_bad_options_are_one_sentence(cli, options, sentence):
    code, out, err = cli(*COMPARE, *options)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_missing_extra_is_told_before_the_runs(cli, monkeypatch):
    def find(name):
        return None if name == "matplotlib" else object()

    monkeypatch.setattr("importlib.util.find_spec", find)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, out, err = cli(*COMPARE, "--plot", "picture.svg")
    assert (code, out) == (1, "")
    assert "pip install 'archsim[plot]'" in err
