"""Damaged files and settings through the command line: a result, or one sentence and code 2."""

import contextlib
import io
import json
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archsim.api.keys import keys_of
from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.cli.main import main
from archsim.workload.llm import LlmWorkload

ROOT = Path(__file__).resolve().parents[2]
HARDWARE = sorted((ROOT / "hw_configs" / "npu_pim").glob("*.yaml"))
SHIPPED = sorted(
    path for top in ("hw_configs", "workloads") for path in (ROOT / top).rglob("*.yaml")
)

LONGEST_SENTENCE = 800
SMALL = {
    "kind": "llm",
    "schema_version": 1,
    "name": "small",
    "model": "gpt3-7b",
    "batch": 3,
    "lengths": {"distribution": "list", "tokens": [5, 64, 700], "channels": [0, 1, 1]},
    "parallel": {"tensor": 4},
}
SERVING = {
    "kind": "llm",
    "name": "served",
    "model": {"extends": "gpt3-7b", "name": "shallow", "layers": 2},
    "batch": 2,
    "lengths": {"distribution": "constant", "tokens": 9, "output_tokens": 2},
    "serving": {"requests": 3, "arrivals": {"process": "poisson", "rate_per_s": 9}},
}

# Small numbers only, beside those that are out of every bound: an accepted run must end soon.
JUNK = st.sampled_from(
    [
        *(None, True, False, 0, 1, 2, 3, 7, -1, 0.5, 1.5, 1e-9, -0.0, 64, 1e12, 1e30, 10**20),
        *(float("nan"), float("inf"), float("-inf"), "", " ", "x", "1", "true", "null", "1 GHz"),
        *("-3 GB", "1 GHz GHz", "64 KiB", "1e999 s", "0x10", "gpt3-7b", "neupims", "../x.yaml"),
        *("\u2603", "a\nb", "a\x00b", "\x1b[2J", "y" * 5000, [], [1], [None], ["x"] * 300, {}),
        *({"a": {"b": [1, {"c": None}]}}, {"extends": "neupims"}, [[[[1]]]], {"": 1}, {"1": 2}),
        *({"distribution": "csv", "path": "no.csv"}, {"distribution": ["x"]}, {"process": {}}),
        {"from": "x", "certainty": "sure"},
    ]
)
KEYS = st.sampled_from(
    ["", "x", "kind", "name", "sources", "extends", "tokens", "a.b", "frequency", "\u2603", "npu"]
)
PATHS = sorted(
    [f"hardware.{key.path}" for key in keys_of(NpuPimHardware)]
    + [key.path for key in keys_of(LlmWorkload)]
)
VALUES = st.sampled_from(
    [
        *("0", "1", "2", "-1", "1.5", "true", "null", ".nan", "nan", ".inf", "1e30", "1e999", "[1"),
        *("[]", "{}", "{a: 1}", "[1, [2]]", "1 GHz", "1GB/s", "dual", "x", "''", "'", "!!int 3"),
        *("&a 1", "*a", "<<", "- 1", "a: b: c", "\t", "\x00", "9" * 50, "\u2603", "#", "1 # 2"),
        "{distribution: sharegpt, tokens: 3}",
    ]
)


def quick(examples):
    """Return settings of a fast test, the same examples in every run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


class Dumper(yaml.SafeDumper):
    """Writes equal values twice instead of as an alias, which is refused."""

    def ignore_aliases(self, data):
        return True


def places(data, path=()):
    """Return the path of everything in nested data."""
    found = [path] if path else []
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items if isinstance(data, dict | list) else ():
        found += places(value, (*path, key)) if isinstance(value, dict | list) else [(*path, key)]
    return found


@st.composite
def damaged(draw, sources):
    """Draw nested data in which up to three things were deleted, replaced, renamed or added."""
    data = json.loads(json.dumps(draw(sources)))
    for _ in range(draw(st.integers(1, 3))):
        paths = places(data)
        if not paths:
            break
        *above, last = draw(st.sampled_from(paths))
        parent = data
        for key in above:
            parent = parent[key]
        what = draw(st.sampled_from(["delete", "replace", "replace", "rename", "add"]))
        if what == "replace" or isinstance(parent, list):
            parent[last] = draw(JUNK)
        elif what == "add":
            parent[draw(KEYS)] = draw(JUNK)
        else:
            value = parent.pop(last)
            if what == "rename":
                parent[draw(KEYS)] = value
        data = json.loads(json.dumps(data))  # no object may be in it twice
    return data


def command(arguments, files):
    """Run a command line in a new folder: exit code, stdout, stderr, files left behind."""
    out, err = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, data in files.items():
            text = yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False)
            Path(name).write_text(text, encoding="utf-8")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        left = {path.name for path in Path().iterdir()} - set(files)
    return code, out.getvalue(), err.getvalue(), left


def assert_one_sentence(text):
    assert text.endswith("\n")
    assert text[:-1].isprintable(), text
    assert len(text) < LONGEST_SENTENCE, text
    for sign in ("Traceback", "internal error", "pydantic", "<class", "Error(", "object at 0x"):
        assert sign not in text, text


def assert_run_or_refused(arguments, files):
    line = ["run", *arguments, "--fidelity", "analytic", "--json", "--output", "out.json"]
    code, out, err, left = command(line, files)
    if code == 0:
        assert err == ""
        assert left == {"out.json"}
        figures = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in a result"))
        assert figures["latency_s"] > 0
    else:
        assert (code, out, left) == (2, "", set()), err
        assert err.startswith("archsim: ")
        assert_one_sentence(err)
    return code


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@quick(45)
@given(damaged(st.sampled_from([read(path) for path in HARDWARE])))
def test_damaged_hardware(data):
    assert_run_or_refused(["bad.yaml", "small.yaml"], {"bad.yaml": data, "small.yaml": SMALL})


@quick(45)
@given(damaged(st.sampled_from([SMALL, SERVING])), st.sampled_from(["npu-only", "neupims"]))
def test_damaged_workloads(data, hardware):
    assert_run_or_refused([hardware, "bad.yaml"], {"bad.yaml": data})


@quick(60)
@given(damaged(st.sampled_from([read(path) for path in SHIPPED])))
def test_damaged_files_are_checked(data):
    code, out, err, left = command(["check", "bad.yaml"], {"bad.yaml": data})
    assert (err, left) == ("", set())
    assert (code, out[:5]) in ((0, "good "), (2, "bad  "))
    assert_one_sentence(out)


@quick(60)
@given(
    st.lists(
        st.tuples(st.sampled_from(PATHS), st.sampled_from("=== :="), VALUES).map("".join)
        | st.text(max_size=20),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([SMALL, SERVING]),
)
@example(["model.layers=1", "generated_tokens=3000"], SMALL)
def test_damaged_settings(texts, workload):
    options = [part for text in texts for part in ("--set", text)]
    assert_run_or_refused(["neupims", "w.yaml", *options], {"w.yaml": workload})
