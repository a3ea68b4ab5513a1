"""Compat mode against the measured runs whose requests all have one length: no trace is needed.

``one_sS`` is one request of S tokens on channel 0; ``uS_bB_rr`` is B requests of S tokens, dealt to
32 channels in turn. The limits are those of ``test_neupims_oracle``, for each run.
"""

import csv
import re
from functools import cache
from pathlib import Path

import pytest

import archsim

ROOT = Path(__file__).resolve().parents[2]
TRACES = ROOT.parent / "shared" / "traces" / "neupims"
TABLE = ROOT / "tests" / "oracles" / "neupims.csv"
SYSTEMS = {
    "neupims_subbatch_off": "neupims",
    "neupims_subbatch_on": "neupims-subbatch",
    "npu+pim_naive": "npu-pim-naive",
    "npu-only": "npu-only",
}
CHANNELS = 32


def requests(trace):
    """Return lengths and channels of a trace that its name describes, or None."""
    one = re.fullmatch(r"one_s(\d+)", trace)
    if one:
        return [int(one[1])], [0]
    same = re.fullmatch(r"u(\d+)_b(\d+)_rr", trace)
    if same:
        batch = int(same[2])
        return [int(same[1])] * batch, [index % CHANNELS for index in range(batch)]
    return None


ROWS = [
    row
    for row in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())
    if requests(row["trace"]) is not None
]
IDS = [f"{row['mode']}-tp{row['tp']}-{row['trace']}" for row in ROWS]
each_run = pytest.mark.parametrize("at", range(len(ROWS)), ids=IDS)


@cache
def layer(at):
    row = ROWS[at]
    lengths, channels = requests(row["trace"])
    assert len(lengths) == int(row["batch"])
    return archsim.npu_pim.decode_layer(
        row["model"].lower(), int(row["tp"]), lengths, channels, SYSTEMS[row["mode"]]
    )


def test_every_mode_is_among_them():
    assert len(ROWS) == 16
    assert {row["mode"] for row in ROWS} == set(SYSTEMS)


@each_run
def test_the_whole_layer(at):
    measured = float(ROWS[at]["steady_layer_cycles"])
    assert layer(at).steady_layer_cycles == pytest.approx(measured, rel=0.12)


@each_run
def test_attention_as_a_whole(at):
    row = ROWS[at]
    columns = ["fused_mha"] if row["fused_mha"] else ["logit_softmax", "attend"]
    measured = sum(float(row[column]) for column in columns)
    modelled = sum(layer(at).operations[column] for column in columns)
    assert modelled == pytest.approx(measured, rel=0.08)


@pytest.mark.parametrize("trace", sorted({row["trace"] for row in ROWS}))
@pytest.mark.skipif(not TRACES.is_dir(), reason=f"compares with {TRACES.name} traces, not here")
def test_the_lengths_are_those_of_the_trace(trace):
    with (TRACES / f"{trace}.csv").open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    lengths, channels = requests(trace)
    assert [int(row["seq_len"]) for row in read] == lengths
    assert [int(row["ch_idx"]) for row in read] == channels
