"""``kind: dram`` through the Python interface and the command line."""

import gzip
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import archsim
from archsim.architectures.dram import public
from archsim.cli.main import main
from archsim.config import list_named
from archsim.errors import InputError

CHANNELS = sorted(item.name for item in list_named("hw_configs") if item.kind == "dram")
WORKLOADS = sorted(item.name for item in list_named("workloads") if item.kind == "memory_trace")


@pytest.fixture(scope="module")
def results():
    """One run of each pair of shipped channel and workload, 2,000 requests each."""
    return {
        (channel, workload, fidelity): archsim.simulate(
            archsim.load_hardware(channel),
            archsim.load_workload(workload, overrides={"requests": 2000}),
            fidelity=fidelity,
        )
        for channel in CHANNELS
        for workload in WORKLOADS
        for fidelity in ("event", "analytic")
    }


def test_every_pair_runs_and_keeps_its_invariants(results):
    for key, result in results.items():
        assert not result.failed_checks, key
        assert result.latency_s > 0
        assert result.metrics["requests"] == 2000


def test_contention_makes_no_pair_faster(results):
    for channel in CHANNELS:
        for workload in WORKLOADS:
            event = results[channel, workload, "event"]
            assert event.latency_s >= results[channel, workload, "analytic"].latency_s


def test_the_result_is_what_the_function_gives(results):
    outcome = public.simulate(public.generate("random", 2000), "ddr3-1600", {})
    result = results["dram-ddr3-1600", "memory-random", "event"]
    assert result.metrics["total_cycles"] == outcome.total_cycles
    assert result.energy_j == pytest.approx(outcome.energy_pj * 1e-12, rel=1e-12)
    assert result.metrics["dram_power_w"] == pytest.approx(outcome.average_power_mw / 1e3)
    assert result.metrics["activates"] == outcome.activates
    assert result.metrics["energy_per_bit_j"] == pytest.approx(outcome.energy_per_bit_pj * 1e-12)


def test_equal_arguments_give_equal_results_and_the_seed_counts():
    hardware = archsim.load_hardware("dram-ddr3-1600")
    workload = archsim.load_workload("memory-random", overrides={"requests": 300})
    first, again, other = (archsim.simulate(hardware, workload, seed=s) for s in (0, 0, 1))
    assert first.to_dict() == again.to_dict()
    assert first.provenance["trace_hash"] != other.provenance["trace_hash"]


def run_json(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_settings_reach_the_controller_and_the_timing(capsys):
    base = run_json(capsys, "run", "dram-ddr3-1600", "memory-random", "--set", "requests=500")
    closed = run_json(
        capsys, "run", "dram-ddr3-1600", "memory-random", "--set", "requests=500",
        "--set", "controller.PagePolicy=Closed", "--set", "timing.rl=12",
    )  # fmt: skip
    assert closed["metrics"]["precharges"] <= 10 < base["metrics"]["precharges"]


def test_a_trace_file_beside_its_workload(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "traces"
    folder.mkdir()
    public.write_stl(public.generate("mix", 500, write_share=0.5), folder / "mine.stl")
    workload = folder / "mine.yaml"
    workload.write_text(
        "kind: memory_trace\nschema_version: 1\nname: mine\npath: mine.stl\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    result = run_json(capsys, "run", "dram-ddr4-2400", "traces/mine.yaml")
    assert result["metrics"]["requests"] == 500


def test_the_timeline_has_a_track_for_each_bank(tmp_path, capsys):
    path = tmp_path / "commands.json.gz"
    run_json(
        capsys, "run", "dram-ddr3-1600", "memory-random", "--set", "requests=200",
        "--timeline", str(path),
    )  # fmt: skip
    events = json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]
    tracks = {event["args"]["name"] for event in events if event["ph"] == "M"}
    assert {f"bank {number:02d}" for number in range(8)} <= tracks
    assert "rank 0" in tracks
    spans = [event for event in events if event["ph"] == "X"]
    reads = [span for span in spans if span["name"] == "RD"]
    assert len(reads) == 200
    assert {"request", "row"} <= set(reads[0]["args"])
    activates = [span for span in spans if span["name"] == "ACT"]
    assert activates[0]["dur"] == pytest.approx(10 * 1.25e-3)


@pytest.mark.parametrize("device", ["dram-ddr4-2400", "dram-hbm2-pc"])
def test_the_timeline_keeps_to_the_trace_event_format(tmp_path, capsys, device):
    path = tmp_path / "commands.json"
    run_json(
        capsys, "run", device, "memory-mix", "--set", "requests=300", "--timeline", str(path),
    )  # fmt: skip
    trace = json.loads(path.read_text(encoding="utf-8"))
    events = trace["traceEvents"]
    assert set(trace) == {"traceEvents", "displayTimeUnit"}
    assert trace["displayTimeUnit"] in ("ms", "ns")
    required = {
        "M": {"ph", "name", "pid", "tid", "args"},
        "X": {"ph", "name", "pid", "tid", "ts", "dur"},
    }
    for event in events:
        assert set(event) - {"args"} == required[event["ph"]] - {"args"}
        assert type(event["pid"]) is type(event["tid"]) is int
        if event["ph"] == "X":
            assert isinstance(event["name"], str)
            assert event["ts"] >= 0 < event["dur"]
        else:
            assert event["name"] in ("process_name", "thread_name")
            assert isinstance(event["args"]["name"], str)
    names = {
        kind: {
            (event["pid"], event["tid"] if kind == "thread_name" else 0): event["args"]["name"]
            for event in events
            if event["ph"] == "M" and event["name"] == kind
        }
        for kind in ("process_name", "thread_name")
    }
    shape = archsim.load_hardware(device).organisation
    tracks = {(names["process_name"][pid, 0], name) for (pid, _), name in
              names["thread_name"].items()}  # fmt: skip
    banks = {track for track in tracks if track[1] != "all banks"}
    assert len(tracks) == len(names["thread_name"])
    assert banks <= {
        (f"rank {rank}", f"bank {bank:02d}")
        for rank in range(shape.ranks)
        for bank in range(shape.banks_per_rank)
    }, "one track per bank, without a second lane"
    spans = [event for event in events if event["ph"] == "X"]
    assert {(span["pid"], span["tid"]) for span in spans} == set(names["thread_name"])


def test_lists_name_devices_channels_and_traces(capsys):
    def names(what):
        assert main(["list", what, "--json"]) == 0
        return {item["name"] for item in json.loads(capsys.readouterr().out)}

    assert {"ddr3-1600", "ddr4-2400", "hbm2-pc"} <= names("devices")
    assert set(CHANNELS) <= names("hardware")
    assert "ddr3-1600" not in names("hardware")
    assert set(WORKLOADS) <= names("workloads")
    assert "dram" in names("architectures")


@pytest.mark.parametrize("name", ["ddr3-1600", "dram-ddr3-1600", "memory-random"])
def test_check_accepts_what_is_shipped(capsys, name):
    assert main(["check", name]) == 0
    capsys.readouterr()


def test_an_llm_cannot_run_on_a_memory_channel(capsys):
    assert main(["run", "dram-ddr3-1600", "gpt3-7b-sharegpt"]) == 2
    assert "cannot run" in capsys.readouterr().err


def test_without_the_compiler_the_same_code_gives_the_same_run():
    """NUMBA_DISABLE_JIT=1: every rule can be stepped through."""
    code = (
        "from archsim.architectures.dram import public as d;"
        "t=d.generate('mix', 300, write_share=0.33);"
        "c={'Arbiter':'Reorder','PagePolicy':'OpenAdaptive','RefreshMaxPostponed':1};"
        "print([(o.total_cycles, o.energy_pj, o.activates) for o in"
        " (d.simulate(t, n, c) for n in d.device_names())])"
    )
    answers = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            check=True, capture_output=True, text=True,
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
        ).stdout
        for off in ("0", "1")
    }  # fmt: skip
    assert len(answers) == 1


def test_a_study_of_controllers_can_be_swept(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(
        "extends: memory-random\nname: short\nrequests: 300\n", encoding="utf-8"
    )
    (tmp_path / "study.yaml").write_text(
        "name: pages\nhardware: dram-ddr3-1600\nworkload: short.yaml\nfidelity: event\n"
        "space:\n"
        "  hardware.controller.PagePolicy: {values: [Open, Closed], group: page}\n"
        "objectives: [minimise latency_s]\nmethod: {name: grid}\n"
        "budget: {evaluations: 2}\n",
        encoding="utf-8",
    )
    assert main(["sweep", "study.yaml"]) == 0
    assert "hardware.controller.PagePolicy" in capsys.readouterr().out


def test_a_path_and_numbers_of_numpy_will_do(tmp_path):
    trace = public.generate("mix", 400, write_share=0.5)
    public.write_stl(trace, tmp_path / "mine.stl")
    controller = {"RequestBufferSize": np.int64(4), "Arbiter": np.str_("Fifo")}
    from_path = public.simulate(str(tmp_path / "mine.stl"), "ddr4-2400", controller)
    from_table = public.simulate(
        trace.to_dataframe(), "ddr4-2400", {"RequestBufferSize": "4", "Arbiter": "Fifo"}
    )
    assert from_path == from_table


def test_a_record_is_kept_only_on_request():
    trace = public.generate("random", 100)
    outcome = public.simulate(trace, "ddr3-1600", {}, keep_record=True)
    assert len(outcome.commands) >= 200
    assert (outcome.record.received_cycles > outcome.record.sent_cycles).all()
    bare = public.simulate(trace, "ddr3-1600", {})
    assert bare == outcome
    with pytest.raises(InputError, match="kept no record"):
        _ = bare.commands
