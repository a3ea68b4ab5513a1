"""How a command ends: exit code 0, 1, 2 or 130, and at most one sentence on stderr.

- 2: what the user wrote is wrong (``InputError`` and its children, unknown options ...).
- 1: anything else: a missing extra, a failed simulation, a broken invariant, a defect of ours.
- 130: interrupted from the keyboard.
- 143: asked to end by SIGTERM, as batch systems and containers do; it ends as an interrupt does.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from archsim.errors import ArchsimError, InputError

TRACEBACK_VARIABLE = "ARCHSIM_TRACEBACK"
INTERRUPTED = 130
TERMINATED = 143
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def guarded(command: Callable[[], object]) -> int:
    """Run a command and return its exit code; no exception leaves but ``SystemExit``."""
    with _terminating() as asked:
        code = _ended(command)
        if code == INTERRUPTED:
            code = TERMINATED if asked else INTERRUPTED
            _say("terminated" if asked else "interrupted")
    return code


@contextmanager
def _terminating() -> Iterator[list[int]]:
    """Let SIGTERM end the command as Ctrl-C does; give a list that then is not empty."""
    asked: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        del frame
        asked.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


def _ended(command: Callable[[], object]) -> int:
    """Run a command; say what went wrong, except for an interrupt, and return its exit code."""
    try:
        returned = command()
        sys.stdout.flush()
    except ArchsimError as error:
        _say(str(error))
        return 2 if isinstance(error, InputError) else 1
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        _close_output()
        return 1
    except MemoryError:
        _say("out of memory")
        return 1
    except Exception as error:
        usage = _usage_sentence(error)
        if usage:
            _say(usage)
            return 2
        if isinstance(error, OSError) and error.errno in _NO_ROOM and error.filename is None:
            _say(f"cannot write the output: {error.strerror}")
            _close_output()
            return 1
        return _internal(error)
    # Newer versions of typer turn an interrupt into a code.
    return returned if isinstance(returned, int) else 0


def _close_output() -> None:
    """Drop what is left of the output; else Python complains once more while it shuts down."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _internal(error: Exception) -> int:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exc()
    cause = " ".join(f"{type(error).__name__}: {error}".split())
    _say(f"internal error, please report it ({TRACEBACK_VARIABLE}=1 shows the traceback): {cause}")
    return 1


def _usage_sentence(error: Exception) -> str:
    """Return the sentence for a wrong command line; empty when the error is something else.

    typer brings its own copy of click or uses the installed one, depending on its version, so
    the errors are told by their interface.
    """
    if not hasattr(error, "format_message"):
        return ""
    option = getattr(error, "option_name", None)
    if option and hasattr(error, "possibilities"):
        sentence = f"no such option {option!r}"
        near = sorted(getattr(error, "possibilities", None) or [])
        if near:
            sentence += f"; did you mean {' or '.join(near)}?"
    else:
        message = " ".join(str(error.format_message()).split())
        sentence = message[:1].lower() + message[1:].removesuffix(".")
        sentence = sentence.replace(". Did you mean", "; did you mean")
    context = getattr(error, "ctx", None)
    return f"{sentence} (see '{context.command_path} --help')" if context else sentence


def _say(sentence: str) -> None:
    try:
        sys.stderr.write(f"archsim: {sentence}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # nobody is left to tell
