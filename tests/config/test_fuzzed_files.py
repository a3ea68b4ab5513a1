"""Random input: good data comes back as it was, anything else is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsim.config import build, load_document, parse_override
from archsim.config.sources import matches
from archsim.config.yaml_events import parse_yaml
from archsim.errors import InputError

QUICK = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_.-]{0,7}", fullmatch=True)
# The first letter keeps text from looking like a number, which YAML 1.1 and 1.2 tell differently.
TEXTS = st.text(
    st.characters(exclude_categories=["C"], exclude_characters="\x85\u2028\u2029"), max_size=20
).map("t".__add__)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)

HOSTILE = [
    "", " ", "~", "null", "true", "True", "yes", "0", "-0", "00", "1e999", "-1e999", "1e-999",
    ".nan", ".inf", "-.inf", "nan", "inf", "9" * 39, "1" + "0" * 400, "0x10", "1_0", "1:2:3",
    "2024-01-01", "&a 1", "*a", "!!python/object:os.system x", "!x 1", "<<", "{<<: {a: 1}}",
    "[", "]", "{", "}", "'", '"', "|", ">", "%", "@", "`", "- - -", "? x", ": x", "a: b: c",
    "\t", "\ttab", "#", "---", "...", "'\\0'", '"\\0"', '"\\ud800"', '"\\x1b[31m"', "\x1b[31m",
    "\x00", "\x7f", "\ufeff", "\u2028", "\u202e", "\U0001f4a9", "$(id)", "${HOME}", "`id`",
    "../../etc/passwd", "/dev/zero", "con", "1 GHz", "1 ghz", "1 Gb/s", "-1 GHz", "1e400 GHz",
    "1e-400 s", "0 B", "1.5 B", "1 KiB KiB", "GHz", "1GHz", "1  GHz", "\uff11 GHz", "\u0661",
    "x" * 10_000, "[" * 40, "{a: " * 40, "[[1], [2]]", "{a: {b: {c: 1}}}", "[null]", "{}", "[]",
]  # fmt: skip


def sentence(action: Callable[[], object]) -> str:
    """Return the one sentence with which an action is refused, or nothing when it works."""
    try:
        action()
    except InputError as error:
        text = str(error)
        if not text or not text.isprintable() or len(text) > 1500:
            raise AssertionError(f"not one sentence: {text!r}") from error
        return text
    return ""


class Dumper(yaml.SafeDumper):
    """Writes equal values twice instead of as an alias, which is refused."""

    def ignore_aliases(self, data):
        return True


@QUICK
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), st.sampled_from([None, True, False]))
def test_what_yaml_writes_is_read_as_it_was(data, flow):
    text = yaml.dump(data, Dumper=Dumper, allow_unicode=True, default_flow_style=flow)
    assert parse_yaml(text, "f").value == data


@QUICK
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_json_is_read_as_json(data):
    assert parse_yaml(json.dumps(data, ensure_ascii=False), "f").value == data


@QUICK
@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(write, read_chip, data):
    assert sentence(lambda: read_chip(write("f.yaml", data)))


@QUICK
@given(st.text(alphabet="ab:-[]{}'\"#&*!|>%@,?\n\t 1e.~<=\\", max_size=60))
def test_random_yaml_is_read_or_refused(text):
    found = sentence(lambda: parse_yaml(text, "f"))
    assert not found or found.startswith("f:")


@QUICK
@given(st.data())
def test_a_file_with_random_damage_is_read_or_refused(write, read_chip, chip_text, data):
    at = data.draw(st.integers(0, len(chip_text)))
    end = min(len(chip_text), at + data.draw(st.integers(0, 8)))
    text = chip_text[:at] + data.draw(st.text(max_size=6)) + chip_text[end:]
    path = write("f.yaml", text.encode(errors="surrogatepass"))
    found = sentence(lambda: read_chip(path))
    assert not found or found.startswith("f.yaml")


@pytest.mark.parametrize("key", ["core", "core.lanes", "core.frequency_hz", "memory.sram_bytes"])
def test_hostile_values_of_settings_are_read_or_refused(write, read_chip, chip_text, key):
    path = write("chip.yaml", chip_text)
    refused = 0
    for text in HOSTILE:
        found = sentence(
            lambda text=text: read_chip(path, overrides=dict([parse_override(f"{key}={text}")]))
        )
        assert not found or found.startswith("--set: "), text
        refused += bool(found)
    assert refused >= len(HOSTILE) - 8


@pytest.mark.parametrize("key", ["pim", "overlap", "node_nm", "shares", "ports", "policy", "label"])
def test_hostile_values_in_files_are_read_or_refused(write, read_chip, chip_text, key):
    for text in HOSTILE:
        # Half of the hostile texts end the line early, so there is one more key behind them.
        changed = chip_text.replace("pim: {row_buffers: dual}", f"{key}: {text}\nlast: 1")
        path = write("chip.yaml", changed)
        assert sentence(lambda path=path: read_chip(path)).startswith("chip.yaml"), text


@QUICK
@given(st.recursive(SCALARS | st.floats() | st.binary(max_size=3), lambda inner: st.lists(
    inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=8))  # fmt: skip
def test_random_python_data_is_read_or_refused(chip_model, value):
    for data in ({"name": "x", "core": value}, value):
        assert sentence(lambda data=data: build(chip_model, load_document(data, "hw_configs")))


@QUICK
@given(st.text(max_size=12), st.integers(0, 10**6))
def test_random_settings_are_read_or_refused(write, read_chip, chip_text, key, value):
    path = write("chip.yaml", chip_text)
    assert sentence(lambda: read_chip(path, overrides={key: value, "core.lane": 1}))


@QUICK
@given(st.text("ab.*", max_size=10), st.text("ab.", max_size=10))
def test_a_pattern_matches_itself_and_everything_below(pattern, rest):
    plain = pattern.replace("*", "x")
    assert matches(pattern, plain)
    assert matches(pattern, f"{plain}.{rest}")
