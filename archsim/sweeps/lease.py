"""Who works on a trial, and whether that process still lives."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LEASE_S = 60.0
"""How long a claim holds without being renewed; a dead process of this host loses it at once."""

RENEW_S = 10.0


@dataclass(frozen=True, slots=True)
class Owner:
    """A process that claims trials.

    Attributes:
        host: Name of its machine, with the boot it runs in.
        process: Its number.
        started: When it started, in the machine's own count; 0 where that is not known.
        token: Tells two sweeps of one process apart.
    """

    host: str
    process: int
    started: int
    token: str

    def __str__(self) -> str:
        return f"{self.host} {self.process} {self.started} {self.token}"

    @classmethod
    def here(cls) -> Owner:
        """Return this process as an owner, for one sweep."""
        number = os.getpid()
        return cls(_host(), number, _started(number), secrets.token_hex(8))

    @classmethod
    def parse(cls, text: str) -> Owner:
        """Return the owner that a text from ``str`` names."""
        host, process, started, token = text.rsplit(" ", 3)
        return cls(host, int(process), int(started), token)

    def is_dead(self) -> bool:
        """Say whether the process is known to have ended; on another machine it never is."""
        if self.host != _host():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return bool(self.started) and _started(self.process) != self.started


def _host() -> str:
    boot = ""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{socket.gethostname()}/{boot}"


def _started(process: int) -> int:
    """Return when a process started, in clock ticks since boot; 0 where that is not known."""
    with suppress(OSError, ValueError, IndexError):
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        fields = text.rpartition(")")[2].split()
        # A process that has ended but was not collected by its parent does no more work.
        return -1 if fields[0] in ("Z", "X") else int(fields[19])
    return 0
