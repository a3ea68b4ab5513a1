"""Bad DRAM hardware, memory traces and controllers: one sentence with place, key, allowed."""

import pytest

from archsim.architectures.dram import public
from archsim.errors import InputError

CHANNEL = """\
kind: dram
extends: ddr3-1600
schema_version: 1
name: bad
controller: {PagePolicy: Open}
"""
TRACE = """\
kind: memory_trace
schema_version: 1
name: bad
pattern: random
requests: 100
"""

HARDWARE = [
    ("controller: {PagePolicy: Opened}", "controller.PagePolicy", "Open, OpenAdaptive"),
    ("controller: {Scheduler: FrFcfsGroup}", "controller.Scheduler", "FrFcfsGrp"),
    ("controller: {SchedulerBuffer: Bank}", "controller.SchedulerBuffer", "Bankwise"),
    ("controller: {RequestBufferSize: 0}", "controller.RequestBufferSize", "1 to 4096"),
    ("controller: {RequestBufferSize: true}", "controller.RequestBufferSize", "found true"),
    ("controller: {RequestBufferSize: 2.5}", "controller.RequestBufferSize", "found 2.5"),
    ("controller: {RequestBufferSize: 1e9}", "controller.RequestBufferSize", "1 to 4096"),
    ("controller: {RefreshPolicy: PerBank}", "controller.RefreshPolicy", "NoRefresh, AllBank"),
    ("controller: {Arbitr: Fifo}", "controller.Arbitr: unknown key", "Arbiter"),
    ("controller: {MaxActiveTransactions: -1}", "controller.MaxActiveTransactions", "found -1"),
    ("controller: 5", "controller: must be a mapping"),
    ("clock_s: 0", "clock_s"),
    ("clock_s: .nan", "clock_s"),
    ("timing: {rfc: 9000}", "timing.rfc", "at most refi = 6240"),
    ("timing: {ccd_s: 6}", "timing.ccd_s", "at most ccd_l = 4"),
    ("timing: {rcd: 10}", "timing.rcd: unknown key", "rcd_rd"),
    ("currents: {idd4r_a: 20 mA}", "currents.idd4r_a", "energy is negative"),
    ("currents: {vpp_v: 2.5}", "vpp_v and idd02_a belong together"),
    ("currents: {idd0_a: 70 mV}", "currents.idd0_a"),
    ("organisation: {rows: 10000}", "organisation.rows", "power of two", "found 10000"),
    ("organisation: {banks_per_group: 16}", "address_mapping.bank", "found 3 bits; allowed: 4"),
    ("address_mapping: {bank: [13, 14, 16]}", "bit 16 belongs to both bank and row"),
    ("organisation: {command_bus: dual}", "organisation.command_bus", "row_and_column"),
]

WORKLOADS = [
    ("pattern: randm", "pattern", "did you mean random?"),
    ("requests: 0", "requests", "1 to 100000000"),
    ("write_share: 1.5", "write_share"),
    ("gap_cycles: -1", "gap_cycles"),
    ("path: a.stl", "either a path or a pattern", "found both"),
    ("mean_gap_cycles: 0", "mean_gap_cycles"),
    ("strid_bytes: 5", "strid_bytes: unknown key", "stride_bytes"),
    ("seed: -1", "seed"),
]


@pytest.mark.parametrize(("line", "parts"), [(line, parts) for line, *parts in HARDWARE])
def test_bad_hardware(refused, folder, line, parts):
    key = line.partition(":")[0]
    kept = [text for text in CHANNEL.splitlines() if not text.startswith(f"{key}:")]
    (folder / "bad.yaml").write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")
    sentence = refused("run", "bad.yaml", "memory-random")
    for part in parts:
        assert part in sentence
    assert ".yaml:" in sentence


@pytest.mark.parametrize(("line", "parts"), [(line, parts) for line, *parts in WORKLOADS])
def test_bad_workload(refused, folder, line, parts):
    key = line.partition(":")[0]
    kept = [text for text in TRACE.splitlines() if not text.startswith(f"{key}:")]
    (folder / "bad.yaml").write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")
    sentence = refused("run", "dram-ddr3-1600", "bad.yaml")
    for part in parts:
        assert part in sentence
    assert "bad.yaml" in sentence


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, ["path", "none.stl", "does not exist"]),
        ("", ["none.stl", "no requests"]),
        ("0: read 0x0\n1: reed 0x0\n", ["none.stl:2", "this is no request"]),
        ("9: read 0x0\n1: read 0x0\n", ["none.stl:2", "time goes backwards"]),
        ("0: read 0x40000000\n", ["address of request 0", "0 to 0x3fffffff"]),
    ],
)
def test_bad_trace_file(refused, folder, text, parts):
    head = "kind: memory_trace\nschema_version: 1\nname: bad\n"
    (folder / "bad.yaml").write_text(f"{head}path: none.stl\n", encoding="utf-8")
    if text is not None:
        (folder / "none.stl").write_text(text, encoding="ascii")
    sentence = refused("run", "dram-ddr3-1600", "bad.yaml")
    for part in parts:
        assert part in sentence


def test_a_workload_without_path_or_pattern(refused, folder):
    (folder / "bad.yaml").write_text(
        "kind: memory_trace\nschema_version: 1\nname: bad\n", encoding="utf-8"
    )
    assert "found neither" in refused("run", "dram-ddr3-1600", "bad.yaml")


def test_a_device_is_no_whole_hardware(refused):
    assert "dram_device" in refused("run", "ddr3-1600", "memory-random")


@pytest.mark.parametrize(
    ("device", "controller", "part"),
    [
        ("ddr5-4800", {}, "unknown DRAM device"),
        ("neupims", {}, "unknown DRAM device"),
        (5, {}, "a device must be a name"),
        ("ddr3-1600", {"Scheduler": "fifo"}, "did you mean Fifo?"),
        ("ddr3-1600", {"RequestBufferSize": 0}, "1 to 4096"),
        ("ddr3-1600", {"RequestBufferSize": float("nan")}, "RequestBufferSize"),
        ("ddr3-1600", {"CmdMux": "Oldest"}, "CmdMux: unknown key"),
        ("ddr3-1600", None, "a controller must be a mapping"),
    ],
)
def test_bad_arguments_of_the_function(device, controller, part):
    with pytest.raises(InputError) as error:
        public.simulate(public.generate("stream", 10), device, controller)
    assert part in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("trace", [5, None, [1, 2]])
def test_something_that_is_no_trace(trace):
    with pytest.raises(InputError, match="a trace must be"):
        public.simulate(trace, "ddr3-1600", {})


def test_an_address_beyond_the_device():
    trace = public.generate("random", 100)
    beyond = public.MemoryTrace(trace.time_cycles, trace.is_write, trace.address + 2**30)
    with pytest.raises(InputError, match="beyond the device 'ddr3-1600'"):
        public.simulate(beyond, "ddr3-1600", {})
    assert public.simulate(beyond, "ddr4-2400", {}).total_cycles > 0


def test_a_batch_needs_a_thread():
    with pytest.raises(InputError, match="threads must be at least 1"):
        public.simulate_batch(public.generate("stream", 10), "ddr3-1600", [{}], threads=0)
