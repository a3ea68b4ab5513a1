"""Tries the mutants of one group, each in a process of its own forked after test collection.

    python tests/mutation/trial.py GROUP OUTPUT.json [--jobs 2] [--per-module 5]

A mutant's code replaces that of the functions already imported, so a trial costs no import. Only
the tests that call the function run, the fastest first, until one fails. Numba is switched off.
At first property tests try few inputs and slow tests are left out; with --again, neither.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import json
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

os.environ["NUMBA_DISABLE_JIT"] = "1"
import pytest

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutants import Mutant, mutants, replacement, sample
from targets import GROUPS, ROOT, SEED

AGAIN_LIMIT_S = 30.0
PROPERTY_INPUTS = 10
WALL_LIMIT_S = 900.0
MEMORY_LIMIT = 6 << 30
NOT_TRIED = 3
CONTROL = -1


class TooSlowError(BaseException):
    """A test takes too long to be run for every mutant."""


class Trials:
    """The pytest plugin that runs trials in place of the tests."""

    def __init__(self, group: str, output: Path, jobs: int, per_module: int, again: bool) -> None:
        self.group, self.output, self.jobs, self.per_module = group, output, jobs, per_module
        self.again = again
        self.imported: set[str] = set()

    def pytest_configure(self) -> None:
        """Let the property tests try the same inputs every time, and keep no counterexample."""
        import hypothesis

        hypothesis.settings.register_profile(
            "mutation",
            derandomize=True,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        hypothesis.settings.load_profile("mutation")

    def pytest_collection(self) -> None:
        """Note what runs while modules are imported: its results cannot be changed afterwards."""
        files = {str(path) for path in GROUPS[self.group].paths()}
        sys.setprofile(functools.partial(note, files, self.imported))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Find which test calls what, then try the mutants and write what became of them."""
        for path in GROUPS[self.group].paths():
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        sys.setprofile(None)
        for item in session.items if not self.again else []:
            fewer_inputs(item)
        limit_s = AGAIN_LIMIT_S if self.again else GROUPS[self.group].limit_s
        calls = in_child(lambda: covered(session.items, self.group, limit_s))
        called = {name for test in calls.values() for name in test["calls"]}
        fixed = self.imported - called
        chosen = [
            (path, mutant)
            for path in GROUPS[self.group].paths()
            for mutant in sample(
                [
                    mutant
                    for mutant in mutants(path.read_text(encoding="utf-8"))
                    if f"{path}:{mutant.function}" not in fixed
                ],
                self.per_module,
                f"{SEED}|{path.relative_to(ROOT)}",
            )
        ]
        verdicts: dict[int, str] = {}
        killed = earlier_kills(self.output) if self.again else {}
        running: dict[int, tuple[int, float]] = {}
        # A trial in which nothing is changed: no test may fail in it.
        tests = [(name, test["seconds"]) for name, test in calls.items() if useful(test)]
        control = self.started(session, None, sorted(tests, key=seconds_of))
        running[control] = (CONTROL, math.inf)
        for place, (path, mutant) in enumerate(chosen):
            before = killed.get((str(path.relative_to(ROOT)), mutant.name))
            if before:
                verdicts[place] = before
                continue
            tests = chosen_tests(calls, path, mutant)
            if not tests:
                verdicts[place] = "survived: no test calls it"
                continue
            while len(running) >= self.jobs:
                collect(running, verdicts)
            running[self.started(session, (path, mutant), tests)] = (place, time.monotonic())
            if place % 10 == 9:
                sys.stderr.write(f"{self.group}: {place + 1} of {len(chosen)} mutants\n")
        while running:
            collect(running, verdicts)
        if verdicts[CONTROL] != "survived":
            raise RuntimeError(f"{self.group}: a test fails although nothing was changed")
        rows = [
            {
                "module": str(path.relative_to(ROOT)),
                "line": mutant.line,
                "mutant": mutant.name,
                "verdict": verdicts[place],
            }
            for place, (path, mutant) in enumerate(chosen)
        ]
        slow = sorted(name for name, test in calls.items() if test["verdict"] != "passed")
        self.output.write_text(
            json.dumps({"again": self.again, "rows": rows, "left_out": slow}, indent=1) + "\n"
        )
        return True

    def started(
        self,
        session: pytest.Session,
        changed: tuple[Path, Mutant] | None,
        tests: list[tuple[str, float]],
    ) -> int:
        """Start the trial of a mutant in a forked process; returns its number."""
        number = os.fork()
        if number:
            return number
        seconds = int(5 + 5 * sum(second for _, second in tests))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        silence()
        code = NOT_TRIED
        try:
            clear_caches()
            if changed:
                put_in_place(*changed)
            by_name = {item.nodeid: item for item in session.items}
            code = 0
            for name, _ in tests:
                item = by_name[name]
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                if session.testsfailed:
                    code = 1
                    break
        except BaseException:
            code = 1 if code == 0 else code
        finally:
            os._exit(code)


def earlier_kills(output: Path) -> dict[tuple[str, str], str]:
    """Return the verdicts of the mutants that the last trials killed."""
    rows = json.loads(output.read_text(encoding="utf-8"))["rows"]
    return {
        (row["module"], row["mutant"]): row["verdict"]
        for row in rows
        if row["verdict"].startswith("killed")
    }


def chosen_tests(
    calls: dict[str, dict[str, object]], path: Path, mutant: Mutant
) -> list[tuple[str, float]]:
    """Return the tests that call a mutant's function with their seconds, the fastest first."""
    key = f"{path}:{mutant.function}"
    found = [
        (name, test["seconds"])
        for name, test in calls.items()
        if useful(test) and key in test["calls"]
    ]
    return sorted(found, key=seconds_of)


def useful(test: dict[str, object]) -> bool:
    """Return whether a test passed in time and calls a function that is mutated."""
    return test["verdict"] == "passed" and bool(test["calls"])


def seconds_of(test: tuple[str, float]) -> float:
    """Return how long a test takes."""
    return test[1]


def collect(running: dict[int, tuple[int, float]], verdicts: dict[int, str]) -> None:
    """Wait until one trial has ended, or has run for too long, and note its verdict."""
    number, status = os.waitpid(-1, os.WNOHANG)
    if not number:
        for late, (_, begin) in running.items():
            if time.monotonic() - begin > WALL_LIMIT_S:
                os.kill(late, signal.SIGKILL)
        time.sleep(0.02)
        return
    place, _ = running.pop(number)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NOT_TRIED:
        raise RuntimeError("the trial of a mutant could not start")
    if os.WIFSIGNALED(status):
        verdicts[place] = "killed: stopped at a limit"
    else:
        verdicts[place] = "killed" if os.WEXITSTATUS(status) else "survived"


def covered(items: list[pytest.Item], group: str, limit_s: float) -> dict[str, dict[str, object]]:
    """Run every test once; returns its verdict, seconds, and the functions it calls."""
    files = {str(path) for path in GROUPS[group].paths()}
    found = {}
    for item in items:
        clear_caches()
        calls: set[str] = set()
        found[item.nodeid] = {"calls": calls}
        signal.signal(signal.SIGVTALRM, too_slow)
        signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
        begin, failed = time.process_time(), item.session.testsfailed
        sys.setprofile(functools.partial(note, files, calls))
        verdict = "passed"
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        except TooSlowError:
            verdict = "slow"
        finally:
            sys.setprofile(None)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if verdict == "passed" and item.session.testsfailed > failed:
            verdict = "fails"
        found[item.nodeid].update(seconds=time.process_time() - begin, verdict=verdict)
    return {name: {**test, "calls": sorted(test["calls"])} for name, test in found.items()}


def note(files: set[str], calls: set[str], frame: object, event: str, _: object) -> None:
    """Note a call of a function of the mutated modules (a profile function)."""
    if event == "call" and frame.f_code.co_filename in files:
        name = frame.f_code.co_qualname.split(".<locals>")[0]
        calls.add(f"{frame.f_code.co_filename}:{name}")


def too_slow(number: int, frame: object) -> None:
    """Stop a test (a signal handler)."""
    raise TooSlowError


def put_in_place(path: Path, mutant: Mutant) -> None:
    """Give all functions that have the code of the mutant's function the mutant's code.

    Raises:
        LookupError: No such function is imported.
    """
    code = replacement(path.read_text(encoding="utf-8"), str(path), mutant)
    things = [
        thing
        for thing in gc.get_objects()
        if isinstance(thing, FunctionType)
        and thing.__code__.co_filename == str(path)
        and thing.__code__.co_qualname == mutant.function
    ]
    if not things:
        raise LookupError(f"{path}: {mutant.function} is not imported")
    for thing in things:
        thing.__code__ = code


def fewer_inputs(item: pytest.Item) -> None:
    """Let a property test try fewer inputs than it does when it runs for itself."""
    import hypothesis

    test = getattr(item, "obj", None)
    test = getattr(test, "__func__", test)
    now = getattr(test, "_hypothesis_internal_use_settings", None)
    if now is not None and now.max_examples > PROPERTY_INPUTS:
        test._hypothesis_internal_use_settings = hypothesis.settings(
            now, max_examples=PROPERTY_INPUTS
        )


def clear_caches() -> None:
    """Forget what functions remember, so that what they call is called again."""
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()


def silence() -> None:
    """Send what is printed nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def in_child(work: Callable[[], dict[str, dict[str, object]]]) -> dict[str, dict[str, object]]:
    """Do work in a forked process, which leaves no trace in this one; returns its result."""
    reading, writing = os.pipe()
    number = os.fork()
    if not number:
        try:
            silence()
            text = json.dumps(work())
            with os.fdopen(writing, "w") as stream:
                stream.write(text)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    os.waitpid(number, 0)
    return json.loads(text)


def main(arguments: list[str]) -> int:
    """Try the mutants of a group."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", choices=list(GROUPS))
    parser.add_argument("output", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-module", type=int)
    parser.add_argument("--again", action="store_true", help="try the survivors again only")
    given = parser.parse_args(arguments)
    os.chdir(ROOT)
    options = [
        "-q",
        "-s",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:faulthandler",
    ]
    per_module = given.per_module or GROUPS[given.group].per_module
    trials = Trials(given.group, given.output, given.jobs, per_module, given.again)
    return int(pytest.main([*options, *GROUPS[given.group].tests], plugins=[trials]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
