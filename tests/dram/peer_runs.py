"""The runs of DRAMSys 4.0 that the DRAM family is compared with, and their traces."""

import csv
from functools import lru_cache
from pathlib import Path

from archsim.architectures.dram import public
from archsim.architectures.dram.requests import decode
from archsim.workload.stl_file import read_stl
from archsim.workload.synthetic_memory import generate

ORACLE = Path(__file__).parent.parent / "oracles" / "dram.csv"
TRACES = Path(__file__).parents[3] / "shared" / "traces"
PARAMETERS = (
    "PagePolicy", "Scheduler", "SchedulerBuffer", "RequestBufferSize", "RespQueue",
    "RefreshPolicy", "RefreshMaxPostponed", "RefreshMaxPulledin", "Arbiter",
    "MaxActiveTransactions",
)  # fmt: skip
FULL_NAMES = {
    "ddr3-1600": "MICRON_1Gb_DDR3",
    "ddr4-2400": "MICRON_4Gb_DDR4",
    "hbm2-pc": "HBM2 pseudo",
}
COUNTS = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000}
WRITES = {"rw33": 1 / 3, "rw50": 1 / 2, "rw30": 0.3}


def synthetic(name):
    """Return the trace that a name of the comparison stands for, e.g. mix50_rw33_10k_g1."""
    first, *parts = name.split("_")
    count = next(COUNTS[part] for part in parts if part in COUNTS)
    gap = next((int(part[1:]) for part in parts if part[0] == "g" and part[1:].isdigit()), 1)
    share = next((WRITES[part] for part in parts if part in WRITES), 0.0)
    if first == "hot64":
        share = 0.2
    pattern = first.rstrip("0123456789k")
    more = {}
    if pattern == "mix":
        more["stream_share"] = int(first[3:]) / 100
    if pattern == "stride":
        more["stride_bytes"] = 1024 * int(first[6:-1])
    return generate(pattern, count, gap_cycles=gap, write_share=share, **more)


@lru_cache(maxsize=48)
def decoded(name, device_name):
    """Return a trace of the comparison, decoded; None when its file is not there."""
    device = public.load_device(device_name)
    if name.startswith("ag_"):
        path = TRACES / f"{name[3:]}.stl"
        if not path.is_file():
            return None
        trace = read_stl(path)
    else:
        trace = synthetic(name)
    return decode(trace, device, device.address_mapping)


def oracle_rows(*, suite, device, trace=""):
    """Return the rows of DRAMSys 4.0 that have a result."""
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["version"].startswith("4.0")
            and row["suite"] == suite
            and row["device"].startswith(device)
            and row["trace"].startswith(trace)
            and row["total_cycles"]
        ]


def controller_of(row):
    """Return the ten parameters of an oracle row."""
    values = row["config"].split(";")
    return {
        name: int(value) if value.isdigit() else value
        for name, value in zip(PARAMETERS, values, strict=True)
    }
