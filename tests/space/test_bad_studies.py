"""Bad studies: one sentence with place, key, what was found and what was probably meant."""

from __future__ import annotations

import pytest

from archsim.errors import InputError
from archsim.space import choose_designs, load_study

GOOD = """\
kind: study
schema_version: 1
name: good
hardware: neupims
workload: gpt3-13b-sharegpt
space:
  hardware.npu.systolic_arrays: {values: [2, 4, 8]}
  hardware.memory.channels: {values: [16, 32], group: memory}
objectives: [minimise latency_s]
"""

ARRAYS = "hardware.npu.systolic_arrays: {values: [2, 4, 8]}"
BAD = [
    # The space.
    (ARRAYS, "hardware.npu.systolic_arays: {values: [2]}", ":7", "hardware.npu.systolic_arrays?"),
    (ARRAYS, "npu.systolic_arrays: {values: [2]}", "unknown key", "hardware.npu.systolic_arrays?"),
    (ARRAYS, "workload.bach: {values: [2]}", "unknown key", "workload.batch?"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: []}", ":7", "must not be empty"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [0]}", "found 0", "1 to 4096"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [true]}", ":7", "found true"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [2, 2]}", "given twice", "found 2"),
    (ARRAYS, "hardware.npu.frequency_hz: {values: [1 GB]}", ":7", "found '1 GB'"),
    (ARRAYS, "hardware.npu.frequency_hz: {values: [.nan]}", ":7", "frequency"),
    (ARRAYS, "hardware.pim.row_buffers: {values: [duel]}", "found 'duel'", "did you mean dual?"),
    (ARRAYS, "hardware.npu: {values: [2]}", ":7", "must be a mapping"),
    (ARRAYS, "hardware.npu.systolic_arrays: {}", ":7", "values or a range"),
    (ARRAYS, "hardware.npu.systolic_arrays: {minimum: 4}", ":7", "values or a range"),
    (ARRAYS, "hardware.npu.systolic_arrays: {minimum: 4, maximum: 2, step: 1}", "above the", ""),
    (ARRAYS, "hardware.npu.systolic_arrays: {minimum: 1, maximum: 2, step: 0}", "above 0", ""),
    (ARRAYS, "hardware.npu.systolic_arrays: {minimum: 1, maximum: 2}", "one of step and", ""),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [1], step: 2}", "not both", ""),
    (ARRAYS, "hardware.npu.frequency_hz: {minimum: 1, maximum: 1 GHz, step: 1}", "too many", ""),
    (ARRAYS, "hardware.npu.frequency_hz: {minimum: a, maximum: 1 GHz, step: 1}", "'a'", ""),
    (ARRAYS, "hardware.npu.systolic_arrays: {valuse: [1]}", ":7", "did you mean"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [1], kind: ordnal}", ":7", "ordinal?"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [1], inert_when: {hardware.mode: compat}}",
     "unknown parameter of the space", "'hardware.mode'"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [1], inert_when: {hardware.moed: compat}}",
     "unknown key", "hardware.mode?"),
    (ARRAYS, "hardware.npu.systolic_arrays: {values: [1], "
     "inert_when: {hardware.memory.channels: 17}}", "is not a value", "16, 32"),
    # Objectives and constraints.
    ("[minimise latency_s]", "[minimise latency]", ":9", "did you mean latency_s?"),
    ("[minimise latency_s]", "[minimse latency_s]", "found 'minimse latency_s'", "minimise lat"),
    ("[minimise latency_s]", "[latency_s]", "must be an objective", "minimise METRIC"),
    ("[minimise latency_s]", "[]", ":9", "at least one objective"),
    ("[minimise latency_s]", "[{metric: latency_s, target: 3 J}]", "3 J", ""),
    ("objectives: [", "constraints: [area <= 5]\nobjectives: [", "unknown metric", "area_mm2?"),
    ("objectives: [", "constraints: [area_mm2 =< 5]\nobjectives: [", ":9", "area_mm2 <= 5?"),
    ("objectives: [", "constraints: [area_mm2 <= few]\nobjectives: [", "constraints.0", "few"),
    ("objectives: [", "constraints: [area_mm2 <= 5 ns]\nobjectives: [", "constraints.0", "5 ns"),
    # Method and budget.
    ("objectives: [", "method: {name: sobl}\nobjectives: [", "sobl", "did you mean sobol?"),
    ("objectives: [", "method: {name: random}\nobjectives: [", "needs a budget", ""),
    ("objectives: [", "budget: {evaluations: 0}\nobjectives: [", "budget.evaluations", "found 0"),
    ("objectives: [", "budget: {evaluations: 5}\nobjectives: [", "more designs than", "6 designs"),
    ("objectives: [", "method: {name: list}\nobjectives: [", "not a space", ""),
    ("objectives: [", "designs: [{}]\nobjectives: [", "the method is another", ""),
    ("objectives: [", "method: {name: grid, options: {a: 1}}\nobjectives: [", "no options", ""),
    # The rest of the file.
    ("hardware: neupims", "hardware: neupim", ":4", "did you mean neupims?"),
    ("workload: gpt3-13b-sharegpt", "workload: gpt3", "unknown workload", ""),
    ("name: good", "name: a/b", ":3", "names its ledger"),
    ("kind: study", "kind: npu_pim", ":1", "expected a study file"),
    ("objectives: [", "seeds: 0\nobjectives: [", ":9", "found 0"),
    ("objectives: [", "limits: {wall_s: soon}\nobjectives: [", "limits.wall_s", "soon"),
    ("objectives: [", "objectivs: 3\nobjectives: [", "unknown key", "objectives?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "first", "second"), BAD)
def test_a_bad_study_is_one_sentence(tmp_path, old, new, first, second):
    assert old in GOOD
    path = tmp_path / "study.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        choose_designs(load_study(path))
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert first in sentence
    assert second in sentence


def test_the_good_study_is_good(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert choose_designs(load_study(path)).tolist() == [
        [0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1],
    ]  # fmt: skip


LIST = GOOD.partition("space:")[0] + "method: {name: list}\n"


@pytest.mark.parametrize(
    ("designs", "part"),
    [
        ("designs: []", "needs designs"),
        ("designs: [{}]", "set no key"),
        ("designs: [{hardware.npu.systolic_arrays: 0}]", "designs.0"),
        ("designs: [{hardware.npu.systolc_arrays: 4}]", "hardware.npu.systolic_arrays?"),
        ("designs: [{workload.lengths: 4}, {}]", "designs.0"),
    ],
)
def test_a_bad_list_is_one_sentence(tmp_path, designs, part):
    path = tmp_path / "study.yaml"
    path.write_text(f"{LIST}{designs}\n", encoding="utf-8")
    with pytest.raises(InputError, match=part.replace("?", r"\?")):
        load_study(path)
