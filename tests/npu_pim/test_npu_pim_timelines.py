"""The timeline of an NPU+PIM run: tracks, arrows, counters, and what they must agree with."""

import gzip
import json

import archsim
from archsim.kernel import Timeline


def recorded(hardware, workload, path, window=None, **settings):
    timeline = Timeline(window)
    model = archsim.load_workload(workload, settings or None)
    result = archsim.simulate(archsim.load_hardware(hardware), model, timeline=timeline)
    timeline.write(path)
    return result, json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]


def tracks_of(events):
    groups = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    return {
        (e["pid"], e["tid"]): f"{groups[e['pid']]}/{e['args']['name']}"
        for e in events
        if e["name"] == "thread_name"
    }


def test_a_layer_shows_its_operations_channels_and_dependencies(tmp_path):
    result, events = recorded("neupims", "gpt3-7b-sharegpt", tmp_path / "t.json.gz", batch=40)
    tracks = tracks_of(events)
    assert {"npu/systolic arrays", "npu/vector units", "pim/channel 0"} <= set(tracks.values())
    spans = [event for event in events if event["ph"] == "X"]
    # One layer: its last span ends when a layer of the steady state does.
    layer_us = result.metrics["steady_layer_cycles"] / 1e3
    assert abs(max(event["ts"] + event["dur"] for event in spans) - layer_us) < 1e-3
    products = [event for event in spans if event["name"] == "qkv_generation"]
    assert all(event["args"]["macs"] > 0 for event in products)
    starts = [event for event in events if event["ph"] == "s"]
    ends = [event for event in events if event["ph"] == "f"]
    assert len(starts) == len(ends) > 40
    places = {(event["pid"], event["tid"], event["ts"]) for event in spans}
    assert all((event["pid"], event["tid"], event["ts"]) in places for event in [*starts, *ends])
    ends_by_start = {}
    for event in spans:
        key = (event["pid"], event["tid"], event["ts"])
        ends_by_start[key] = max(ends_by_start.get(key, 0), event["ts"] + event["dur"])
    for cause, effect in zip(starts, ends, strict=True):
        assert cause["id"] == effect["id"]
        assert ends_by_start[cause["pid"], cause["tid"], cause["ts"]] <= effect["ts"] + 1e-6


def test_counters_come_back_to_zero_and_stay_below_the_peak(tmp_path):
    hardware = archsim.load_hardware("neupims")
    _, events = recorded("neupims", "gpt3-7b-sharegpt", tmp_path / "t.json.gz", batch=40)
    levels = {}
    for event in events:
        if event["ph"] == "C":
            levels.setdefault(event["name"], []).append(event["args"]["value"])
    assert set(levels) == {"memory_bytes_per_s", "busy_channels"}
    assert levels["memory_bytes_per_s"][-1] == levels["busy_channels"][-1] == 0
    assert 0.9e12 < max(levels["memory_bytes_per_s"]) <= 1.024e12
    assert 0 < max(levels["busy_channels"]) <= hardware.memory.channels


def test_a_serving_run_shows_queue_batch_and_cache(tmp_path):
    settings = {"serving.max_iterations": 60}
    path = tmp_path / "t.json.gz"
    result, events = recorded("neupims", "gpt3-13b-serving", path, **settings)
    names = {event["name"] for event in events if event["ph"] == "C"}
    assert names == {"waiting_requests", "batch", "reserved_tokens"}
    batches = [e["args"]["value"] for e in events if e["ph"] == "C" and e["name"] == "batch"]
    assert sum(batches) / len(batches) == result.metrics["batch_mean"]
    assert sum(event["name"] == "first token" and event["ph"] == "s" for event in events) > 3


def test_a_window_of_a_serving_run_is_part_of_it(tmp_path):
    settings = {"serving.max_iterations": 60}
    whole = recorded("neupims", "gpt3-13b-serving", tmp_path / "a.json.gz", **settings)[1]
    window = (150 * 10**12, 200 * 10**12)
    part = recorded("neupims", "gpt3-13b-serving", tmp_path / "b.json.gz", window, **settings)[1]

    def spans(events):
        return {(e["name"], e["ts"], e["dur"]) for e in events if e["ph"] == "X"}

    assert spans(part) == {
        (name, start, length)
        for name, start, length in spans(whole)
        if start + length >= 150_000 and start <= 200_000
    }
    assert 0 < len(spans(part)) < len(spans(whole))
