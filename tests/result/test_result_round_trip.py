"""A result survives dictionaries, JSON and Parquet bit for bit; bad data gets one sentence."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError, MissingExtraError, SimulationError
from archsim.result import Check, Result

FINITE = st.floats(min_value=0, max_value=1e300, allow_nan=False)
NAMES = st.text(min_size=1, max_size=8)


def components(**changes):
    columns = {
        "component": ["npu", "dram"],
        "busy_s": [0.5, 0.1 + 0.2],
        "utilisation": [0.5, 0.30000000000000004],
        "dynamic_energy_j": [1e-12, 5e-324],
        "static_energy_j": [0.0, 2.0],
        "area_mm2": [12.5, 0.0],
        "bytes": [0, 2**53 + 1],
    }
    return pd.DataFrame({**columns, **changes})


def operations(**changes):
    columns = {
        "operation": ["qkv", "softmax"],
        "kind": ["gemm", "softmax"],
        "component": ["npu", "npu"],
        "start_s": [0.0, 0.25],
        "end_s": [0.25, 1.0],
        "energy_j": [1e-13, 0.0],
    }
    return pd.DataFrame({**columns, **changes})


def result(**changes):
    fields = {
        "latency_s": 1.0,
        "energy_j": 2.000000000001,
        "area_mm2": 12.5,
        "average_power_w": 2.000000000001,
        "metrics": {"tokens_per_s": 0.1},
        "components": components(),
        "operations": operations(),
        "checks": [Check("sums", True, "1 and 1")],
        "provenance": {"seed": 0, "nested": {"list": [1, 2.5, None, "x", True]}},
    }
    return Result(**{**fields, **changes})


def test_dictionary_and_json_round_trip_is_exact():
    first = result()
    again = Result.from_dict(json.loads(json.dumps(first.to_dict())))
    assert again == first
    pd.testing.assert_frame_equal(again.components, first.components, check_exact=True)
    pd.testing.assert_frame_equal(again.operations, first.operations, check_exact=True)
    assert again.components["bytes"].tolist() == [0, 2**53 + 1]
    assert again.components["dynamic_energy_j"].tolist() == [1e-12, 5e-324]


def test_extra_columns_and_their_types_survive():
    table = operations(cycles=[1, 2], ratio=[0.5, 1.5], fused=[True, False], note=["a", ""])
    again = Result.from_dict(json.loads(json.dumps(result(operations=table).to_dict())))
    assert [str(again.operations[c].dtype) for c in ("cycles", "ratio", "fused")] == [
        "int64",
        "float64",
        "bool",
    ]
    assert again.operations["note"].tolist() == ["a", ""]


def test_empty_tables_round_trip():
    empty = result(components=components().iloc[:0], operations=operations().iloc[:0])
    again = Result.from_dict(json.loads(json.dumps(empty.to_dict())))
    pd.testing.assert_frame_equal(again.components, empty.components)
    assert again == empty


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    figures=st.tuples(FINITE, FINITE, FINITE, FINITE),
    metrics=st.dictionaries(NAMES, st.floats(allow_nan=False, allow_infinity=False), max_size=4),
    names=st.lists(NAMES, min_size=2, max_size=2),
    values=st.lists(FINITE, min_size=2, max_size=2),
)
def test_any_finite_result_round_trips_through_json(figures, metrics, names, values):
    first = result(
        latency_s=figures[0],
        energy_j=figures[1],
        area_mm2=figures[2],
        average_power_w=figures[3],
        metrics=metrics,
        components=components(component=names, busy_s=values),
    )
    text = json.dumps(first.to_dict(), allow_nan=False)
    again = Result.from_dict(json.loads(text))
    assert again == first
    assert json.dumps(again.to_dict(), allow_nan=False) == text


def test_save_and_load(tmp_path):
    path = tmp_path / "out.json"
    first = result()
    assert first.save(path) == path
    assert Result.load(path) == first
    before = path.read_bytes()
    first.save(path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["out.json"]


def test_results_differ_when_a_cell_differs():
    assert result() != result(components=components(busy_s=[0.5, 0.3]))
    assert result() != "a result"
    with pytest.raises(TypeError):
        hash(result())


def test_numpy_numbers_become_plain():
    made = result(
        latency_s=np.float64(1.5), metrics={"n": np.int64(3)}, provenance={"k": np.float32(0.5)}
    )
    assert type(made.latency_s) is float
    assert type(made.metrics["n"]) is float
    assert made.provenance == {"k": 0.5}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"latency_s": math.nan}, "latency_s must be finite"),
        ({"energy_j": math.inf}, "energy_j must be finite"),
        ({"area_mm2": -1.0}, "area_mm2 must not be negative"),
        ({"latency_s": True}, "latency_s must be a number"),
        ({"latency_s": "1"}, "latency_s must be a number"),
        ({"metrics": {"x": math.nan}}, "metrics.x must be finite"),
        ({"components": components(busy_s=[math.nan, 0])}, "'busy_s' of the components table"),
        ({"components": components().drop(columns="bytes")}, "lacks the column 'bytes'"),
        ({"operations": operations(kind=["gemm", None])}, "not of one plain type"),
        ({"provenance": {"a": {"b": object()}}}, "provenance.a.b holds a object"),
        ({"provenance": {"a": [math.inf]}}, "provenance.a[0] must be finite"),
    ],
)
def test_a_malformed_result_is_refused_when_made(changes, sentence):
    with pytest.raises(SimulationError) as caught:
        result(**changes)
    assert sentence in str(caught.value)


def broken(path, value):
    data = json.loads(json.dumps(result().to_dict()))
    target = data
    for key in path[:-1]:
        target = target[key]
    if value is KeyError:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["schema_version"], 2, "schema_version must be 1, found 2"),
        (["schema_version"], True, "schema_version must be 1, found True"),
        (["schema_version"], KeyError, "the key 'schema_version' is missing"),
        (["latency_s"], KeyError, "the key 'latency_s' is missing"),
        (["latency_s"], "fast", "latency_s must be a number, found 'fast'"),
        (["latency_s"], -1.0, "latency_s must not be negative"),
        (["surprise"], 1, "the key 'surprise' is unknown"),
        (["metrics"], [], "metrics must be a mapping, found list"),
        (["metrics", "tokens_per_s"], None, "metrics.tokens_per_s must be a number"),
        (["provenance"], 3, "provenance must be a mapping, found int"),
        (["checks"], {}, "checks must be a list, found dict"),
        (["checks", 0], {"name": "x"}, "checks[0] must have exactly name, passed and detail"),
        (["checks", 0, "passed"], 1, "checks[0] has a value of the wrong type"),
        (["components"], [], "components must be a mapping with the keys"),
        (["components", "types", "bytes"], "money", "has the unknown type 'money'"),
        (["components", "types", "bytes"], ["list"], "has the unknown type ['list']"),
        (["components", "columns", "bytes"], [1], "differ in length"),
        (["components", "columns", "bytes"], [1, 2.5], "must be a list of type integer"),
        (["components", "columns", "bytes"], [1, 2**64], "must be a list of type integer"),
        (["components", "columns", "busy_s"], ["a", "b"], "must be a list of type number"),
        (["components", "columns", "extra"], [1, 2], "must name the same columns"),
        (["operations", "columns"], None, "must name the same columns"),
    ],
)
def test_bad_data_gets_one_sentence(path, value, sentence):
    with pytest.raises(InputError) as caught:
        Result.from_dict(broken(path, value), where="r.json")
    message = str(caught.value)
    assert message.startswith("r.json: not a valid archsim result: ")
    assert sentence in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", ":1: not a JSON file"),
        (b"{", ":1: not a JSON file"),
        (b"\xff\xfe\x00", "not a JSON file"),
        (b"[1]", "it must be a mapping, found list"),
        (b'{"latency_s": NaN}', "NaN is not a number a result may hold"),
        (b"[" * 100_000, "not a JSON file"),
    ],
)
def test_bad_files_get_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        Result.load(path)
    assert sentence in str(caught.value)
    assert str(path) in str(caught.value)


def test_missing_files_folders_and_targets(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Result.load(tmp_path / "none.json")
    with pytest.raises(InputError, match="is a folder"):
        Result.load(tmp_path)
    with pytest.raises(InputError, match="it is a folder"):
        result().save(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        result().save(tmp_path / "no" / "r.json")


def test_parquet_export_holds_the_same_cells(tmp_path):
    first = result()
    paths = first.to_parquet(tmp_path)
    assert [path.name for path in paths] == ["components.parquet", "operations.parquet"]
    again = pd.read_parquet(paths[0])
    assert again["bytes"].tolist() == first.components["bytes"].tolist()
    assert again["busy_s"].tolist() == first.components["busy_s"].tolist()


def test_parquet_without_its_extra_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'archsim\[parquet\]'"):
        result().to_parquet(tmp_path)
