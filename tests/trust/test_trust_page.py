"""The trust page says what the records say, and the committed page is that of the records."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def scripts():
    """Return the modules that write records and the page."""
    sys.path.insert(0, str(FOLDER))
    try:
        import records

        spec = importlib.util.spec_from_file_location("trust_run", FOLDER / "run.py")
        run = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(run)
        yield records, run
    finally:
        sys.path.remove(str(FOLDER))


def record(records, folder, name="pairs", **changes):
    parts = {"kind": "random | pairs", "tried": 1200, "violations": 2, "details": ["one", "two"]}
    return records.write(name, **{**parts, **changes}, folder=folder)


def test_a_record_comes_back_and_keeps_what_was_fixed(scripts, tmp_path):
    records, _ = scripts
    path = record(records, tmp_path)
    found = records.read(path)
    assert set(found) == set(records.KEYS)
    assert (found["tried"], found["violations"], found["found_and_fixed"]) == (1200, 2, [])
    path.write_text(json.dumps({**found, "found_and_fixed": ["a crash"]}), encoding="utf-8")
    record(records, tmp_path, violations=0)
    assert records.read(path)["found_and_fixed"] == ["a crash"]


def test_the_page_counts_names_and_escapes(scripts, tmp_path):
    records, run = scripts
    record(records, tmp_path)
    rows = [{"family": "dram", "cases": 3}, {"family": "gpu", "cases": 4}]
    record(records, tmp_path, "kit", kind="kit", tried=7, violations=0, details=rows)
    page = run.page(tmp_path)
    assert "| all | 1,207 | 2 | |" in page
    assert "[random \\| pairs](#pairs) | 1,200 | 2 |" in page
    assert "- one\n- two\n" in page
    assert "| family | cases |\n| --- | --- |\n| dram | 3 |\n| gpu | 4 |" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [({"tried": -1}, "tried"), ({"violations": "0"}, "violations"), ({"tried": True}, "tried")],
)
def test_a_bad_record_is_refused(scripts, tmp_path, change, words):
    records, run = scripts
    path = record(records, tmp_path)
    data = records.read(path) | change
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        run.page(tmp_path)
    del data["kind"]
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match="kind"):
        run.page(tmp_path)


def test_the_committed_page_is_that_of_the_committed_records(scripts):
    records, run = scripts
    assert run.PAGE.read_text(encoding="utf-8") == run.page(records.FOLDER)
    found = [records.read(path) for path in records.FOLDER.glob("*.json")]
    assert {item["violations"] for item in found} == {0}
    assert sum(item["tried"] for item in found) > 10_000
