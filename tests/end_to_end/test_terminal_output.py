"""What a terminal shows: 80 columns, plain without colour, and a sign of life after two seconds."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

import pytest

from archsim.cli import output

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# A message of what is wrong is one sentence on one line, however long; the terminal folds it.
COMMANDS = (
    ("sweep", "--help"),
    ("list", "hardware"),
    ("explain", "npu.systolic_arrays"),
    ("compare", "gpt3-7b-alpaca", "npu-only", "neupims", "--fidelity", "analytic"),
    ("run", "dla-1024", "resnet18", "--fidelity", "analytic"),
)


def in_a_terminal(arguments, **more):
    """Return what a command writes to a terminal of 80 columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and arguments
        [sys.executable, "-m", "archsim.cli", *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**environment, "TERM": "xterm-256color", **more},
    )
    os.close(follower)
    written = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        written += part
    os.close(leader)
    process.wait(60)
    return written.decode()


def widest(text):
    return max(map(len, re.split(r"[\r\n]", ESCAPE.sub("", text))))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_terminal_of_80_columns_is_enough_and_colour_is_not_needed(arguments):
    plain = in_a_terminal(arguments, NO_COLOR="1")
    assert widest(plain) <= 80
    assert not re.search(r"\x1b\[[0-9;]*3[0-9](;[0-9]+)*m", plain)
    assert len(ESCAPE.sub("", plain).strip()) > 40


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_what_takes_long_shows_that_it_goes_on(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(output, "SILENT_SECONDS", 0.01)
    with output.busy("thinking about [/x]"):
        deadline = time.monotonic() + 10
        while "thinking about [/x]" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "thinking about [/x]" in stream.getvalue()


def test_what_is_quick_and_what_has_no_terminal_says_nothing(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with output.busy("quick"):
        pass
    assert stream.getvalue() == ""
    plain = io.StringIO()
    monkeypatch.setattr(sys, "stderr", plain)
    monkeypatch.setattr(output, "SILENT_SECONDS", 0.0)
    with output.busy("quiet"):
        time.sleep(0.05)
    assert plain.getvalue() == ""
    assert list(output.with_progress([1], "one")) == [1]
