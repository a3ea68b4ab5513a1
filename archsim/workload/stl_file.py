"""Trace files of DRAMSys: ``.stl`` with absolute times, ``.rstl`` with relative ones."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from archsim.errors import InputError, shown
from archsim.workload.memory_trace import MemoryTrace

DIRECTIONS = {"read": False, "write": True}
ENDINGS = (".stl", ".rstl")
MAXIMUM_LINE = 4096
LARGEST = 2**63 - 1


def read_stl(path: str | Path) -> MemoryTrace:
    """Read a trace: ``time: read|write 0xaddress`` on each line.

    Lines that are empty or start with ``#`` are skipped, and so is what follows the address (the
    data of a write). Times of a ``.rstl`` count from the request before. Requests go straight
    into compact columns (17 bytes each).

    Raises:
        InputError: The file is missing, is no text, has no requests or a bad line, named by its
            number.
    """
    place = Path(path)
    if place.suffix not in ENDINGS:
        raise InputError(
            "a memory trace must have a known ending",
            found=repr(str(path)),
            allowed=", ".join(ENDINGS),
        )
    relative = place.suffix == ".rstl"
    times, writes, addresses = array("q"), array("b"), array("q")
    before = 0
    for number, line in _lines(place):
        time, is_write, address = _request(line, f"{place.name}:{number}")
        if relative:
            time += before
        if time < before or time > LARGEST:
            raise InputError(
                "time goes backwards" if time < before else "the time is too large",
                where=f"{place.name}:{number}",
                found=str(time),
                allowed=f"{before} to {LARGEST}",
            )
        before = time
        times.append(time)
        writes.append(is_write)
        addresses.append(address)
    if not times:
        raise InputError("the memory trace has no requests", where=place.name)
    return MemoryTrace(
        np.frombuffer(times, np.int64),
        np.frombuffer(writes, np.bool_),
        np.frombuffer(addresses, np.int64),
    )


def write_stl(trace: MemoryTrace, path: str | Path) -> None:
    """Write a trace, a block of lines at a time; ``.rstl`` gets relative times.

    Raises:
        InputError: The ending is unknown, or the file cannot be written.
    """
    place = Path(path)
    if place.suffix not in ENDINGS:
        raise InputError(
            "a memory trace must have a known ending",
            found=repr(str(path)),
            allowed=", ".join(ENDINGS),
        )
    times = trace.time_cycles
    if place.suffix == ".rstl":
        times = np.diff(times, prepend=0)
    part = place.with_name(f".{place.name}.part")
    try:
        with part.open("w", encoding="ascii", newline="\n") as file:
            for low in range(0, len(trace), 4096):
                block = slice(low, low + 4096)
                file.writelines(
                    f"{time}:\t{'write' if is_write else 'read'}\t{address:#x}\n"
                    for time, is_write, address in zip(
                        times[block].tolist(),
                        trace.is_write[block].tolist(),
                        trace.address[block].tolist(),
                        strict=True,
                    )
                )
        part.replace(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"cannot write {str(place)!r}: {error.strerror}") from error


def _lines(place: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold requests with their numbers, reading one at a time."""
    try:
        with place.open(encoding="ascii") as file:
            number = 0
            while line := file.readline(MAXIMUM_LINE):
                number += 1
                if len(line) == MAXIMUM_LINE:
                    raise InputError(
                        "the line is too long for a request",
                        where=f"{place.name}:{number}",
                        allowed=f"{MAXIMUM_LINE - 1} characters",
                    )
                text = line.strip()
                if text and not text.startswith("#"):
                    yield number, text
    except UnicodeDecodeError as error:
        raise InputError("the memory trace is no plain text", where=str(place)) from error
    except OSError as error:
        raise InputError(f"cannot read {str(place)!r}: {error.strerror}") from error


def _request(line: str, where: str) -> tuple[int, bool, int]:
    words = line.replace(":", " ", 1).split(None, 3)
    try:
        time, is_write, address = int(words[0]), DIRECTIONS[words[1]], int(words[2], 16)
    except (IndexError, KeyError, ValueError):
        time = address = -1
        is_write = False
    if not (0 <= time <= LARGEST and 0 <= address <= LARGEST):
        raise InputError(
            "this is no request",
            where=where,
            found=shown(line),
            allowed="a time, a colon, read or write, and a hexadecimal address",
        )
    return time, is_write, address
