"""Runs a case through the command line's own main and says how it broke the contract, if it did.

The contract: exit code 0 with finite figures, or 2 with one sentence; no traceback, no hang, no
file left but those that were asked for, nothing written or read outside the folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fuzz_cases import SECRET, Case, make_case

from archsim.cli.main import main

HANG_S = 10.0
"""Of the process; waiting for nothing, e.g. a pipe, may take six times as long."""
LONGEST_SENTENCE = 1500
SLOW = "took"
_SIGNS = ("Traceback", "internal error", "pydantic", "<class", "Error(", "object at 0x", "errno")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
_touched: list[str] = []
_watching = False


class Hang(BaseException):
    """The command ran longer than it may; no ``except Exception`` of the package catches it."""


def judge(kind: str, number: int) -> str:
    """Return what is wrong with how a case ended; empty when nothing is.

    A case that takes too long is tried once more: the first of all that needs a compiled model
    waits for the compiler, whose work is then kept. What hangs, hangs again.
    """
    wrong = _judge(kind, number)
    return _judge(kind, number) if SLOW in wrong else wrong


def _judge(kind: str, number: int) -> str:
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer, "here")
        folder.mkdir()
        with contextlib.chdir(folder):
            case = make_case(kind, number)
            before = _names(Path(outer))
            code, out, err, seconds = _command(case.arguments)
            left = _names(Path(outer)) - before - {f"here/{name}" for name in case.written}
            if "*" in case.written:
                left = {name for name in left if not name.startswith("here/")}
        outside = sorted(path for path in _touched if not _is_below(path, outer))
    wrong = _of_streams(code, out, err, case)
    if seconds > HANG_S:
        wrong = f"{SLOW} {seconds:.0f} s"
    elif left:
        wrong = f"left {sorted(left)}"
    elif outside:
        wrong = f"wrote {outside}"
    return wrong and f"{kind} {number}: {' '.join(case.arguments)[:200]}: {wrong[:600]}"


def _command(arguments: tuple[str, ...]) -> tuple[int, str, str, float]:
    out, err = io.StringIO(), io.StringIO()
    begin = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _watched():
        try:
            code = main(list(arguments))
        except Hang:
            code, begin = 124, begin - HANG_S
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
    return code, out.getvalue(), err.getvalue(), time.process_time() - begin


@contextlib.contextmanager
def _watched() -> Iterator[None]:
    """Note every file opened for writing, renamed or removed, and raise ``Hang`` after a time."""
    global _watching
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked.append(True)
    _touched.clear()
    before = signal.signal(signal.SIGALRM, _alarm)
    signal.signal(signal.SIGPROF, _alarm)
    signal.setitimer(signal.ITIMER_REAL, 6 * HANG_S)
    signal.setitimer(signal.ITIMER_PROF, HANG_S)
    _watching = True
    try:
        yield
    finally:
        _watching = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGALRM, before)


_hooked: list[bool] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        path, mode, flags = arguments
        writes = (isinstance(mode, str) and bool(set(mode) & set("wax+"))) or (
            isinstance(flags, int) and bool(flags & _WRITES)
        )
        paths = [path] if writes else []
    elif event in ("os.rename", "os.link", "os.symlink"):
        paths = list(arguments[:2])
    elif event in ("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod"):
        paths = list(arguments[:1])
    elif event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn"):
        paths = [f"/program/{arguments[0]!r}"]
    else:
        return
    for path in paths:
        if isinstance(path, str | bytes | os.PathLike):
            name = os.fsdecode(path)
            # Compiled code and byte code are kept by Python and Numba, not by the package.
            if "__pycache__" not in name and not name.startswith(("/dev/", "/proc/")):
                _touched.append(os.path.abspath(name))  # noqa: PTH100  # links stay as they are


def _alarm(number: int, frame: object) -> None:
    del number, frame
    raise Hang


def _names(folder: Path) -> set[str]:
    return {
        str(Path(base, name).relative_to(folder))
        for base, folders, files in os.walk(folder)
        for name in (*folders, *files)
    }


def _is_below(path: str, folder: str) -> bool:
    return Path(os.path.normpath(path)).is_relative_to(folder)


def _of_streams(code: int, out: str, err: str, case: Case) -> str:
    arguments = case.arguments
    if case.confined and SECRET in out + err:
        return "shows what is in a file outside the folder"
    if code == 2:
        told = out if arguments[0] == "check" else err
        if arguments[0] != "check" and out:
            return f"exit code 2, but output: {out[:200]!r}"
        if arguments[0] == "check" and "--json" in arguments:
            return "" if json.loads(out) and not err else f"no verdict: {err!r}"
        start = "bad" if arguments[0] == "check" else "archsim: "
        return _of_sentence(told, start, LONGEST_SENTENCE + sum(map(len, arguments)))
    if code != 0:
        return f"exit code {code}: {err!r}"
    if err:
        return f"exit code 0, but on stderr: {err!r}"
    if "--json" in arguments:
        return _of_figures(out)
    return ""


def _of_sentence(text: str, start: str, longest: int) -> str:
    for wrong, is_so in (
        (f"no sentence from {start!r}", not text.startswith(start)),
        ("not one line", text.count("\n") != 1 or not text.endswith("\n")),
        ("not printable", not text[:-1].isprintable()),
        ("too long", len(text) > longest),
        ("not for people", any(sign in text for sign in _SIGNS)),
    ):
        if is_so:
            return f"{wrong}: {text[:300]!r}"
    return ""


def _of_figures(out: str) -> str:
    def refuse(name: str) -> float:
        raise ValueError(name)

    try:
        found = json.loads(out, parse_constant=refuse)
    except ValueError as error:
        return f"no finite result: {error}"
    if isinstance(found, dict) and "latency_s" in found and not found["latency_s"] > 0:
        return f"latency_s is {found['latency_s']}"
    return ""
