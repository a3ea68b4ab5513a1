"""A window of a timeline: what touches it stays whole, everything else is left out."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError, SimulationError
from archsim.kernel import LEFT_OUT, Timeline

US = 10**9  # femtoseconds of a microsecond


def events_of(timeline, path):
    timeline.write(path)
    return json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]


def test_spans_counters_and_arrows_by_hand(tmp_path):
    timeline = Timeline((10 * US, 20 * US))
    before = timeline.span("a", "before", 0, 5 * US)
    across = timeline.span("a", "across", 5 * US, 12 * US)
    inside = timeline.span("a", "inside", 13 * US, 14 * US)
    after = timeline.span("a", "after", 21 * US, 22 * US)
    assert (before, after) == (LEFT_OUT, LEFT_OUT)
    for cause, effect in ((before, across), (across, inside), (inside, after)):
        timeline.flow("then", cause, effect)
    for moment, level in ((1, 1.0), (9, 2.0), (15, 3.0), (25, 4.0)):
        timeline.counter("queue", moment * US, level)
    events = events_of(timeline, tmp_path / "t.json.gz")
    spans = [event for event in events if event["ph"] == "X"]
    assert [(event["name"], event["ts"], event["dur"]) for event in spans] == [
        ("across", 5, 7),
        ("inside", 13, 1),
    ]
    levels = [(e["ts"], e["args"]["value"]) for e in events if e["ph"] == "C"]
    assert levels == [(10, 2.0), (15, 3.0)]  # the level at which the window opens, then changes
    assert [event["ts"] for event in events if event["ph"] in "sf"] == [5, 13]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=20),
    st.integers(0, 40),
    st.integers(0, 20),
)
def test_a_window_keeps_exactly_what_touches_it(rows, start, length):
    whole, part = Timeline(), Timeline((start, start + length))
    for first, duration in rows:
        whole.span("a", "x", first, first + duration)
        part.span("a", "x", first, first + duration)
    wanted = [s for s in whole.spans if s.end_fs >= start and s.start_fs <= start + length]
    assert list(part.spans) == wanted


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(SimulationError, match="the window runs from 2 fs to 1 fs"):
        Timeline((2, 1))


@pytest.mark.parametrize(
    ("text", "window"),
    [("0 s:2 ms", (0, 2 * 10**12)), ("1 us:1500 ns", (US, 15 * US // 10))],
)
def test_windows_are_read_exactly(text, window):
    from archsim.api.timeline_window import parse_window

    assert parse_window(text) == window


@pytest.mark.parametrize(
    "text", ["1 ms", "2 ms:1 ms", "1:2", "1 MB:2 ms", "-1 s:1 s", ":", "0 s:0 s"]
)
def test_what_is_no_window_is_one_sentence(text):
    from archsim.api.timeline_window import parse_window

    with pytest.raises(InputError) as caught:
        parse_window(text)
    assert "\n" not in str(caught.value)
