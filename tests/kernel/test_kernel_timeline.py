"""The timeline: valid traces, lanes without overlap, equal bytes, whole files or none."""

from __future__ import annotations

import gzip
import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import SimulationError
from archsim.kernel import Timeline


def events_of(path: Path) -> list[dict[str, object]]:
    raw = path.read_bytes()
    trace = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    assert trace["displayTimeUnit"] == "ns"
    return trace["traceEvents"]  # type: ignore[no-any-return]


def example() -> Timeline:
    timeline = Timeline()
    load = timeline.span("npu/dma", 'tile "0"', 0, 1_500_000_001, {"bytes": 64, "hit": True})
    work = timeline.span("npu/array", "tile 0", 1_500_000_001, 2_000_000_000)
    timeline.span("host", "wait", 5, 5)
    timeline.counter("npu/queue", 0, 3)
    timeline.counter("npu/queue", 10**9, 0)
    timeline.flow("tile", load, work)
    return timeline


@pytest.mark.parametrize("name", ["trace.json", "trace.json.gz"])
def test_trace(tmp_path: Path, name: str) -> None:
    example().write(tmp_path / name)
    events = events_of(tmp_path / name)
    tracks = {
        (event["pid"], event["tid"]): event["args"]["name"]  # type: ignore[index]
        for event in events
        if event["name"] == "thread_name"
    }
    groups = {
        event["pid"]: event["args"]["name"]  # type: ignore[index]
        for event in events
        if event["name"] == "process_name"
    }
    spans = [event for event in events if event["ph"] == "X"]
    shown = [
        (groups[span["pid"]], tracks[span["pid"], span["tid"]], span["name"]) for span in spans
    ]
    assert shown == [
        ("npu", "dma", 'tile "0"'),
        ("npu", "array", "tile 0"),
        ("simulation", "host", "wait"),
    ]
    assert spans[0]["ts"] == 0
    assert spans[0]["dur"] == 1.500000001
    assert spans[0]["args"] == {"bytes": 64, "hit": True}
    assert spans[1]["ts"] == 1.500000001
    assert spans[2]["dur"] == 0
    counters = [event for event in events if event["ph"] == "C"]
    assert [(event["ts"], event["args"]) for event in counters] == [
        (0, {"value": 3}),
        (1, {"value": 0}),
    ]
    assert {event["pid"] for event in counters} == {spans[0]["pid"]}
    # Groups and tracks are numbered from 1: 0 stands for no group.
    assert [(span["pid"], span["tid"]) for span in spans] == [(1, 1), (1, 2), (2, 3)]
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o644
    start, finish = [event for event in events if event["ph"] in "sf"]
    assert (start["tid"], finish["tid"]) == (spans[0]["tid"], spans[1]["tid"])
    assert (start["ts"], finish["ts"]) == (spans[0]["ts"], spans[1]["ts"])
    assert start["id"] == finish["id"]
    assert finish["bp"] == "e"


def test_an_empty_timeline_is_a_valid_trace(tmp_path: Path) -> None:
    Timeline().write(tmp_path / "trace.json")
    assert events_of(tmp_path / "trace.json") == []


@settings(deadline=None, max_examples=60)
@given(spans=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=25))
def test_lanes_do_not_overlap(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, int]]
) -> None:
    timeline = Timeline()
    for begin, length in spans:
        timeline.span("link", "x", begin * 10**9, (begin + length) * 10**9)
    path = tmp_path_factory.mktemp("lanes") / "trace.json"
    timeline.write(path)
    lanes: dict[object, list[tuple[int, int]]] = {}
    for event in events_of(path):
        if event["ph"] == "X":
            begin, length = event["ts"], event["dur"]
            assert isinstance(begin, int)
            assert isinstance(length, int)
            lanes.setdefault(event["tid"], []).append((begin, begin + length))
    assert sum(len(lane) for lane in lanes.values()) == len(spans)
    for lane in lanes.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(lane)))
    if all(length for _, length in spans):
        most = max(
            (sum(b <= at < b + length for b, length in spans) for at in range(71)), default=0
        )
        assert len(lanes) == most, "more lanes than spans ever overlap"


def test_equal_recordings_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one.json.gz", "two.json.gz"):
        example().write(tmp_path / name)
    assert (tmp_path / "one.json.gz").read_bytes() == (tmp_path / "two.json.gz").read_bytes()


def test_more_than_one_block(tmp_path: Path) -> None:
    timeline = Timeline()
    for number in range(10_000):
        timeline.span("track", f"{number}", number, number + 1)
    timeline.write(tmp_path / "trace.json.gz")
    names = [event["name"] for event in events_of(tmp_path / "trace.json.gz")]
    assert names[2:] == [str(number) for number in range(10_000)]


def test_the_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_text("before")
    timeline = example()
    timeline.span("host", "bad", 0, 1, {"value": math.nan})
    with pytest.raises(SimulationError, match="cannot write"):
        timeline.write(path)
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["trace.json"]
    with pytest.raises(FileNotFoundError):
        example().write(tmp_path / "missing" / "trace.json")


def test_bad_recordings() -> None:
    timeline = Timeline()
    with pytest.raises(SimulationError, match="span 'x' on 't' runs from 5 fs to 4 fs"):
        timeline.span("t", "x", 5, 4)
    with pytest.raises(SimulationError, match="runs from -1 fs"):
        timeline.span("t", "x", -1, 4)
    with pytest.raises(SimulationError, match="counter 't' is set at -1 fs"):
        timeline.counter("t", -1, 4)
    with pytest.raises(SimulationError, match="names span 0, which does not exist"):
        timeline.flow("x", 0, 0)
