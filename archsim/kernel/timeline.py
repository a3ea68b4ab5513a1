"""Recorder of what happened when, written as a trace for Perfetto or chrome://tracing.

The format is Chrome's "Trace Event Format" (JSON, recalled): complete events ``X``, counters
``C``, flows ``s`` and ``f``, names ``M``; times are decimal microseconds.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archsim.errors import SimulationError

Scalar = str | int | float | bool
"""What a span may carry as an argument."""

LEFT_OUT = -1
"""Number of a span that lies outside the window."""

_FS_PER_US = 10**9
_LINES_PER_WRITE = 4096


class Span(NamedTuple):
    """Something that lasted: ``name`` on ``track`` from start to end."""

    track: str
    name: str
    start_fs: int
    end_fs: int
    args: Mapping[str, Scalar] | None


class Timeline:
    """Records spans, counters and flows; ``write`` makes a file of them.

    A track is a part of the system; ``"npu/array0"`` is shown as ``array0`` within the group
    ``npu``. Spans of one track that overlap are shown on lanes below each other.

    Recording is switched off by having no timeline: ``if sim.timeline is not None`` at a call
    site is all it then costs.

    Args:
        window_fs: Start and end of what is recorded; spans that touch it are kept whole, all
            others are left out. By default everything is recorded.

    Raises:
        SimulationError: The window ends before it starts.
    """

    def __init__(self, window_fs: tuple[int, int] | None = None) -> None:
        if window_fs is not None and not 0 <= window_fs[0] <= window_fs[1]:
            raise SimulationError(f"the window runs from {window_fs[0]} fs to {window_fs[1]} fs")
        self._window = window_fs
        self._levels: dict[str, float] = {}
        self._spans: list[Span] = []
        self._samples: list[tuple[str, int, float]] = []
        self._flows: list[tuple[str, int, int]] = []

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans recorded so far, in the order of recording."""
        return tuple(self._spans)

    def span(
        self,
        track: str,
        name: str,
        start_fs: int,
        end_fs: int,
        args: Mapping[str, Scalar] | None = None,
    ) -> int:
        """Record a span and return its number, by which a flow can refer to it.

        The number is ``LEFT_OUT`` for a span outside the window.

        Raises:
            SimulationError: If it ends before it starts or starts before zero.
        """
        if not 0 <= start_fs <= end_fs:
            raise SimulationError(
                f"span {name!r} on {track!r} runs from {start_fs} fs to {end_fs} fs"
            )
        window = self._window
        if window is not None and (end_fs < window[0] or start_fs > window[1]):
            return LEFT_OUT
        self._spans.append(Span(track, name, start_fs, end_fs, args))
        return len(self._spans) - 1

    def counter(self, track: str, time_fs: int, value: float) -> None:
        """Record that a level has this value from this time on.

        Raises:
            SimulationError: If the time lies before zero.
        """
        if time_fs < 0:
            raise SimulationError(f"counter {track!r} is set at {time_fs} fs, before zero")
        if self._window is not None:
            start_fs, end_fs = self._window
            if time_fs <= start_fs:  # the level at which the window opens
                self._levels[track] = value
                return
            if time_fs > end_fs:
                return
        self._samples.append((track, time_fs, value))

    def flow(self, name: str, cause: int, effect: int) -> None:
        """Record an arrow from one span to another, both given by number.

        An arrow with an end that was left out is left out as well.

        Raises:
            SimulationError: If there is no such span.
        """
        if LEFT_OUT in (cause, effect):
            return
        for number in (cause, effect):
            if not 0 <= number < len(self._spans):
                raise SimulationError(f"flow {name!r} names span {number}, which does not exist")
        self._flows.append((name, cause, effect))

    def write(self, path: str | Path) -> None:
        """Write the trace, compressed when the name ends in ``.gz``.

        The file appears whole or not at all, and equal recordings give equal bytes.

        Raises:
            SimulationError: If an argument or level is NaN or infinite.
            OSError: If the file cannot be written.
        """
        target = Path(path)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as raw:
                if target.suffix == ".gz":
                    with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                        self._write_to(packed)
                else:
                    self._write_to(raw)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _write_to(self, file: BinaryIO | gzip.GzipFile) -> None:
        """Stream the events, a block of lines at a time."""
        file.write(b'{"displayTimeUnit":"ns","traceEvents":[')
        separator = "\n"
        block: list[str] = []
        for line in self._lines():
            block.append(separator + line)
            separator = ",\n"
            if len(block) == _LINES_PER_WRITE:
                file.write("".join(block).encode())
                block.clear()
        file.write("".join(block).encode() + b"\n]}\n")

    def _lines(self) -> Iterator[str]:
        lanes = _assign_lanes(self._spans)
        places: dict[tuple[str, int], tuple[int, int]] = {}
        groups: dict[str, int] = {}
        for track, lane in zip((span.track for span in self._spans), lanes, strict=True):
            if (track, lane) not in places:
                group, _, thread = track.rpartition("/")
                if group not in groups:
                    groups[group] = len(groups) + 1
                    yield _name_line("process_name", groups[group], 0, group or "simulation")
                process_id, thread_id = groups[group], len(places) + 1
                places[track, lane] = process_id, thread_id
                shown = thread if lane == 0 else f"{thread} ({lane + 1})"
                yield _name_line("thread_name", process_id, thread_id, shown)
        names = _Quoted()
        for span, lane in zip(self._spans, lanes, strict=True):
            process_id, thread_id = places[span.track, lane]
            args = f',"args":{_json(dict(span.args))}' if span.args else ""
            yield (
                f'{{"ph":"X","name":{names[span.name]},"pid":{process_id},"tid":{thread_id},'
                f'"ts":{_microseconds(span.start_fs)},'
                f'"dur":{_microseconds(span.end_fs - span.start_fs)}{args}}}'
            )
        opening = 0 if self._window is None else self._window[0]
        levels = [(track, opening, value) for track, value in self._levels.items()]
        for track, time_fs, value in (*levels, *self._samples):
            group, _, name = track.rpartition("/")
            yield (
                f'{{"ph":"C","name":{names[name]},"pid":{groups.get(group, 0)},'
                f'"ts":{_microseconds(time_fs)},"args":{{"value":{_json(value)}}}}}'
            )
        for number, (name, cause, effect) in enumerate(self._flows, start=1):
            # Both ends are bound to their spans by the spans' starts.
            for phase, end in (("s", cause), ("f", effect)):
                span = self._spans[end]
                process_id, thread_id = places[span.track, lanes[end]]
                binding = ',"bp":"e"' if phase == "f" else ""
                yield (
                    f'{{"ph":"{phase}","cat":"flow","id":{number},"name":{names[name]},'
                    f'"pid":{process_id},"tid":{thread_id},"ts":{_microseconds(span.start_fs)}'
                    f"{binding}}}"
                )


class _Quoted(dict[str, str]):
    """JSON text of names, each made once."""

    def __missing__(self, name: str) -> str:
        text = self[name] = json.dumps(name)
        return text


def _assign_lanes(spans: list[Span]) -> list[int]:
    """Return for each span the first lane of its track that is free for it."""
    lanes = [0] * len(spans)
    free: dict[str, list[int]] = {}
    used: dict[str, int] = {}
    taken: dict[str, list[tuple[int, int]]] = {}  # end of the lane's last span, lane
    for number in sorted(range(len(spans)), key=lambda index: spans[index].start_fs):
        track, _, start_fs, end_fs, _ = spans[number]
        ends = taken.setdefault(track, [])
        spare = free.setdefault(track, [])
        while ends and ends[0][0] <= start_fs:
            heappush(spare, heappop(ends)[1])
        if spare:
            lane = heappop(spare)
        else:
            lane = used.get(track, 0)
            used[track] = lane + 1
        heappush(ends, (end_fs, lane))
        lanes[number] = lane
    return lanes


def _microseconds(time_fs: int) -> str:
    """Return femtoseconds as exact decimal microseconds."""
    whole, rest = divmod(time_fs, _FS_PER_US)
    return f"{whole}.{rest:09d}".rstrip("0") if rest else str(whole)


def _json(value: Scalar | dict[str, Scalar]) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SimulationError(f"the timeline cannot write {value!r}: {error}") from error


def _name_line(kind: str, process_id: int, thread_id: int, name: str) -> str:
    return (
        f'{{"ph":"M","name":"{kind}","pid":{process_id},"tid":{thread_id},'
        f'"args":{{"name":{json.dumps(name)}}}}}'
    )
