"""How a command ends: exit code 0, 1, 2 or 130, and at most one sentence on stderr.

- 2: what the user wrote is wrong (``InputError`` and its children, unknown options ...).
- 1: anything else: a missing extra, a failed simulation, a broken invariant, a defect of ours.
- 130: interrupted from the keyboard.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import typer

from archsim.errors import ArchsimError, InputError

TRACEBACK_VARIABLE = "ARCHSIM_TRACEBACK"
INTERRUPTED = 130


def guarded(command: Callable[[], object]) -> int:
    """Run a command and return its exit code; no exception leaves but ``SystemExit``."""
    try:
        returned = command()
        sys.stdout.flush()
    except ArchsimError as error:
        _say(str(error))
        return 2 if isinstance(error, InputError) else 1
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has left; without this Python complains once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MemoryError:
        _say("out of memory")
        return 1
    except Exception as error:
        usage = _usage_sentence(error)
        if usage:
            _say(usage)
            return 2
        return _internal(error)
    if returned == INTERRUPTED:  # newer versions of typer turn an interrupt into a code
        _say("interrupted")
    return returned if isinstance(returned, int) else 0


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
