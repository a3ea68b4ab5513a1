"""``archsim reproduce`` and ``list papers``, with a paper made up for the tests."""

import json
import sys
import types

import pytest

from archsim import papers
from archsim.errors import SimulationError
from archsim.papers.base import Paper, Row, compare, rows_to_csv, rows_to_markdown, write_rows


def run(quick):
    rows = [
        compare(
            "made-up",
            "speed-up",
            "chip",
            published=2.0,
            certainty="primary",
            measured=2.05,
            tolerance=0.1,
        ),
        compare(
            *("made-up", "energy (J)", "chip | fast"),
            **{"published": 1.0, "certainty": "recalled", "measured": 1.5, "tolerance": 0.1},
            cause="no refresh is modelled",
        ),
    ]
    if not quick:
        rows.append(
            compare(
                "made-up", "area", "chip", published=None, certainty="", measured=3.0, tolerance=0
            )
        )
    return rows


@pytest.fixture
def made_up(monkeypatch):
    module = types.ModuleType("made_up_paper")
    module.PAPER = Paper(
        "made-up",
        "Made up, Proc. 2024",
        run,
        lambda rows, folder: write_rows(rows, folder, "made-up", "Made up"),
    )
    monkeypatch.setitem(sys.modules, "made_up_paper", module)
    monkeypatch.setattr(papers, "PAPERS", {"made-up": "made_up_paper:PAPER"})


def test_rows_as_json(cli, made_up):
    code, out, err = cli("reproduce", "made-up", "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert [row["verdict"] for row in rows] == ["reproduced", "deviates", "prediction"]
    assert list(rows[0]) == [
        *("paper", "item", "configuration", "published", "certainty"),
        *("measured", "deviation", "verdict", "cause"),
    ]
    assert rows[2]["published"] is None
    assert rows[1]["deviation"] == 0.5


def test_quick_takes_fewer_rows_and_all_papers_are_the_default(cli, made_up):
    code, out, _ = cli("reproduce", "--quick", "--json")
    assert code == 0
    assert len(json.loads(out)) == 2


def test_report_files_are_the_same_every_time(cli, made_up, files):
    code, out, err = cli("reproduce", "made-up", "--output", ".")
    assert (code, err) == (0, "")
    assert "1 reproduced" in out
    assert "no refresh is modelled" in out
    folder = files / "made-up"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(first) == ["made-up.csv", "made-up.md"]
    assert (
        b"| energy (J) | chip \\| fast | 1 | recalled | 1.5 | +50.0% | deviates |"
        in first["made-up.md"]
    )
    assert b"made-up,area,chip,,,3.0,,prediction,\n" in first["made-up.csv"]
    cli("reproduce", "made-up", "--output", ".")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_predictions_are_counted_and_the_way_to_every_row_is_told(cli, made_up):
    code, out, err = cli("reproduce", "made-up")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == ["Made up, Proc. 2024", "  1 reproduced, 1 deviating, 1 predicted"]
    assert "        1  area" in lines
    assert not any("area" in line and "3" in line for line in lines)
    assert lines[-1] == "every row: --json, or --output reports for CSV, Markdown and charts"
    assert max(map(len, lines)) <= 80
    assert len(json.loads(cli("reproduce", "made-up", "--json")[1])) == 3


def test_with_an_output_folder_the_files_are_named_instead(cli, made_up):
    _, out, _ = cli("reproduce", "made-up", "--output", ".")
    assert "every row:" not in out
    assert out.splitlines()[-2:] == ["wrote made-up/made-up.csv", "wrote made-up/made-up.md"]


def test_papers_are_listed(cli, made_up):
    items = json.loads(cli("list", "papers", "--json")[1])
    assert items == [
        {"name": "made-up", "kind": "paper", "description": "Made up, Proc. 2024", "path": ""}
    ]


def test_a_paper_that_cannot_be_loaded_is_one_sentence(cli, monkeypatch):
    monkeypatch.setattr(papers, "PAPERS", {"gone": "no_such_module:PAPER"})
    code, out, err = cli("reproduce", "gone")
    assert (code, out) == (1, "")
    assert "the paper 'gone' (no_such_module:PAPER) cannot be loaded" in err
    items = json.loads(cli("list", "papers", "--json")[1])
    assert "cannot be loaded" in items[0]["description"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"verdict": "good"}, "unknown verdict 'good'"),
        ({"published": None}, "exactly predictions have no published figure"),
        ({"verdict": "prediction"}, "exactly predictions have no published figure"),
        ({"verdict": "deviates"}, "needs a cause"),
        ({"measured": float("nan")}, "NaN or infinite"),
    ],
)
def test_a_row_must_make_sense(changes, sentence):
    fields = {
        **{
            "paper": "p",
            "item": "i",
            "configuration": "c",
            "published": 1.0,
            "certainty": "primary",
        },
        **{"measured": 1.0, "deviation": 0.0, "verdict": "reproduced"},
    }
    with pytest.raises(SimulationError, match=sentence):
        Row(**{**fields, **changes})


def test_not_comparable_needs_its_cause_and_keeps_it():
    row = compare(
        *("p", "i", "c"),
        **{"published": 2.0, "certainty": "primary", "measured": 2.0, "tolerance": 0.1},
        cause="measured on a real card",
        comparable=False,
    )
    assert (row.verdict, row.deviation, row.cause) == (
        "not comparable",
        0.0,
        "measured on a real card",
    )


def test_csv_and_markdown_of_no_rows():
    assert rows_to_csv([]).count("\n") == 1
    assert "0 figures: none." in rows_to_markdown([], "Nothing")
