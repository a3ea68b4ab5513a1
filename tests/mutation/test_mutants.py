"""The mutator changes what it says, one thing at a time, and the score counts honestly."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
SOURCE = '''
"""1 + 1"""
LIMIT = 1 + 2


def cost(a: "int | None", b=2):
    """Return a + b."""
    if a < b and not a:
        raise ValueError(f"{a + 1} is too small" + "!")
    return a * b


class Part:
    def size(self):
        def inner(x):
            return x - 1

        return max(inner(3), 0)
'''


@pytest.fixture(scope="module")
def scripts():
    """Return the modules that make mutants, name the targets and count the score."""
    folders = [str(FOLDER), str(FOLDER.parent / "trust")]
    sys.path[:0] = folders
    try:
        import mutants
        import targets

        spec = importlib.util.spec_from_file_location("mutation_run", FOLDER / "run.py")
        run = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(run)
        yield mutants, targets, run
    finally:
        for folder in folders:
            sys.path.remove(folder)


def test_every_mutant_changes_one_thing_of_a_function_body(scripts):
    mutants, _, _ = scripts
    names = [mutant.name for mutant in mutants.mutants(SOURCE)]
    assert len(names) == len(set(names))
    assert sorted(names) == sorted(
        [
            "cost: a < b and (not a) -> a < b or not a #0",
            "cost: a < b -> a <= b #0",
            "cost: not a -> not not a #0",
            "cost: return a * b -> return None #0",
            "cost: a * b -> a / b #0",
            "Part.size: return x - 1 -> return None #0",
            "Part.size: x - 1 -> x + 1 #0",
            "Part.size: 1 -> 2 #0",
            "Part.size: 1 -> 0 #0",
            "Part.size: return max(inner(3), 0) -> return None #0",
            "Part.size: max -> min #0",
            "Part.size: 3 -> 4 #0",
            "Part.size: 3 -> 2 #0",
            "Part.size: 0 -> 1 #0",
            "Part.size: 0 -> -1 #0",
        ]
    )


def test_the_code_of_a_mutant_behaves_as_changed(scripts):
    mutants, _, _ = scripts
    space = {}
    exec(compile(SOURCE, "part.py", "exec"), space)  # noqa: S102  # the text above
    found = {mutant.name: mutant for mutant in mutants.mutants(SOURCE)}
    cost, size = space["cost"], space["Part"].size
    assert (cost(8, 4), size(None)) == (32, 2)
    cost.__code__ = mutants.replacement(SOURCE, "part.py", found["cost: a * b -> a / b #0"])
    size.__code__ = mutants.replacement(SOURCE, "part.py", found["Part.size: x - 1 -> x + 1 #0"])
    assert (cost(8, 4), size(None)) == (2, 4)


def test_the_sample_is_the_same_every_time_and_another_with_another_seed(scripts):
    mutants, _, _ = scripts
    found = mutants.mutants(SOURCE)
    draws = [[mutant.name for mutant in mutants.sample(found, 5, seed)] for seed in ("a", "a", "b")]
    assert draws[0] == draws[1] != draws[2]
    assert len(draws[0]) == 5
    assert len(mutants.sample(found, 99, "a")) == len(found)


def test_targets_exist_and_every_module_has_mutants(scripts):
    mutants, targets, _ = scripts
    for group in targets.GROUPS.values():
        for path in group.paths():
            assert mutants.mutants(path.read_text(encoding="utf-8")), path
        for test in group.tests:
            file, _, function = test.partition("::")
            assert (ROOT / file).exists()
            assert not function or f"def {function}(" in (ROOT / file).read_text(encoding="utf-8")


def test_the_score_counts_survivors_and_sets_equivalent_ones_apart(scripts):
    *_, run = scripts
    rows = [
        {"module": "archsim/a.py", "line": 1, "mutant": f"f: {number}", "verdict": verdict}
        for number, verdict in enumerate(
            ["killed"] * 7 + ["killed: stopped at a limit", "survived", "survived"]
        )
    ]
    trials = {"one": {"again": False, "rows": rows, "left_out": []}}
    tried, violations, details = run.judged(trials, {})
    assert (tried, violations) == (10, 1)
    assert details[0].startswith("score 80.0%")
    tried, violations, details = run.judged(trials, {"archsim/a.py": {"f: 8": "the same"}})
    assert (tried, violations) == (10, 0)
    assert details[0].startswith("score 88.9%")
    assert "survived: a.py, `f: 8`: equivalent: the same" in details
    assert "survived: a.py, `f: 9`: survived" in details


def test_every_judged_mutant_still_exists_and_has_a_reason(scripts):
    mutants, _, _ = scripts
    judged = json.loads((FOLDER / "judged.json").read_text(encoding="utf-8"))
    for module, reasons in judged.items():
        source = (ROOT / module).read_text(encoding="utf-8")
        names = {mutant.name for mutant in mutants.mutants(source)}
        for name, reason in reasons.items():
            assert name in names
            assert len(reason) > 10
