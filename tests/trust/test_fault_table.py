"""The table of faults has every fault and a test of each, and counts what pytest reports."""

import ast
import collections
import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

FOLDER = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def faults():
    """Return the module that runs the tests of the faults."""
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("trust_faults", FOLDER / "faults.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["trust_faults"] = module  # its dataclasses look themselves up
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.modules.pop("trust_faults", None)
        sys.path.remove(str(FOLDER))


def test_every_fault_has_a_row(faults):
    rows = collections.defaultdict(set)
    for item in faults.FAULTS:
        rows[item.fault].add(item.where)
    for fault in ("SIGKILL", "SIGTERM", "Ctrl-C", "disk full", "read-only folder"):
        assert len(rows[fault]) >= 2, fault
    for fault in ("clock set back", "worker crash", "memory limit"):
        assert rows[fault], fault


def test_every_row_has_a_test_of_its_own(faults):
    tests = [item.test for item in faults.FAULTS]
    assert len(set(tests)) == len(tests)
    for test in tests:
        file, _, name = test.partition("::")
        tree = ast.parse((FOLDER.parent / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name.partition("[")[0] in functions, test


def report(name, when="call", outcome="passed"):
    return SimpleNamespace(nodeid=name, when=when, outcome=outcome)


def test_what_did_not_pass_is_no_held_promise(faults):
    counts = faults.Counts()
    for item in (
        report("tests/a.py::test_one[x]"), report("tests/a.py::test_one[y]"),
        report("tests/a.py::test_one[y]", "teardown"),
        report("tests/b.py::test_two[x]"), report("tests/b.py::test_two[y]", outcome="failed"),
        report("tests/c.py::test_three", "setup", "skipped"),
    ):  # fmt: skip
        counts.pytest_runtest_logreport(item)
    table = [
        faults.Fault("f", "w", "p", test)
        for test in (
            "a.py::test_one", "b.py::test_two", "b.py::test_two[x]", "c.py::test_three",
            "d.py::test_four",
        )
    ]  # fmt: skip
    found = [(row["cases"], row["verdict"]) for row in faults.rows(counts.cases, table)]
    assert found == [
        (2, "holds"), (2, "broken"), (1, "holds"), (1, "not tried"), (0, "not tried"),
    ]  # fmt: skip
