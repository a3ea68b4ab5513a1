"""Traps of YAML: each is refused with its line, or read as YAML 1.2 reads it."""

from __future__ import annotations

import math
import re

import pytest

from archsim.config.yaml_events import MAXIMUM_BYTES, parse_yaml
from archsim.errors import InputError

REFUSED: list[tuple[str | bytes, str]] = [
    (
        "",
        "f.yaml: the file is empty; allowed: keys and values",
    ),
    (
        "# only\n",
        "f.yaml: the file is empty; allowed: keys and values",
    ),
    (
        "---\n",
        "f.yaml: the file is empty; allowed: keys and values",
    ),
    (
        "- 1\n- 2\n",
        "f.yaml:1: the top level must be a mapping, found a list of 2; allowed: key: value lines",
    ),
    (
        "just text\n",
        "f.yaml:1: the top level must be a mapping, found 'just text'; allowed: key: value lines",
    ),
    (
        "3\n",
        "f.yaml:1: the top level must be a mapping, found 3; allowed: key: value lines",
    ),
    (
        "a: 1\na: 2\n",
        "f.yaml:2: a: the key is already in line 1",
    ),
    (
        "a: {b: 1,\n b: 2}\n",
        "f.yaml:2: a.b: the key is already in line 1",
    ),
    (
        "a: &x 1\nb: *x\n",
        "f.yaml:1: a: anchors are not allowed, found &x; allowed: the value itself, "
        "or extends: for whole files",
    ),
    (
        "a: *x\n",
        "f.yaml:1: a: aliases are not allowed, found *x; allowed: the value itself, "
        "or extends: for whole files",
    ),
    (
        "*x : 1\n",
        "f.yaml:1: aliases are not allowed, found *x; allowed: the value itself, or "
        "extends: for whole files",
    ),
    (
        "a: {<<: {b: 1}}\n",
        "f.yaml:1: a: merge keys are not allowed, found <<; allowed: extends: NAME",
    ),
    (
        "a: !!python/object:os.system ls\n",
        "f.yaml:1: a: tags are not allowed, found '!!python/object:os.system'; "
        "allowed: plain values",
    ),
    (
        "a: !!str 3\n",
        "f.yaml:1: a: tags are not allowed, found '!!str'; allowed: plain values",
    ),
    (
        "a: ! 3\n",
        "f.yaml:1: a: tags are not allowed, found '!'; allowed: plain values",
    ),
    (
        "!!map {a: 1}\n",
        "f.yaml:1: tags are not allowed, found '!!map'; allowed: plain values",
    ),
    (
        "a: 1\n---\nb: 2\n",
        "f.yaml:2: holds more than one document; allowed: one",
    ),
    (
        "1: 2\n",
        "f.yaml:1: a key must be text, found 1; allowed: quotes: '1'",
    ),
    (
        "true: 2\n",
        "f.yaml:1: a key must be text, found true; allowed: quotes: 'true'",
    ),
    (
        "null: 2\n",
        "f.yaml:1: a key must be text, found null; allowed: quotes: 'null'",
    ),
    (
        "? [a]\n: 2\n",
        "f.yaml:1: a key must be text, not a list or mapping",
    ),
    (
        "{a: 1}: 2\n",
        "f.yaml:1: a key must be text, not a list or mapping",
    ),
    (
        "'': 2\n",
        "f.yaml:1: a key must not be empty",
    ),
    (
        "2.5: x\n",
        "f.yaml:1: a key must be text, found 2.5; allowed: quotes: '2.5'",
    ),
    (
        "a:\n\tb: 1\n",
        "f.yaml:2: a tab is used for indentation; allowed: spaces",
    ),
    (
        "\ta: 1\n",
        "f.yaml:1: a tab is used for indentation; allowed: spaces",
    ),
    (
        'a: "\\0"\n',
        "f.yaml:1: a: contains the character '\\x00'",
    ),
    (
        "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
        "f.yaml:1: is nested too deeply; allowed: 32 levels",
    ),
    (
        b"a: \xff\xfe\n",
        "f.yaml:1: the file is not UTF-8 text, found byte 0xff; allowed: UTF-8",
    ),
    (
        b"a: 1\nb: \x00\n",
        "f.yaml:2: contains the character '\\x00', so it is not text",
    ),
    (
        b"\xff\xfea\x00:\x00 \x001\x00\n\x00",
        "f.yaml:1: the file is not UTF-8 text, found byte 0xff; allowed: UTF-8",
    ),
    (
        b"a: \xe9\n",
        "f.yaml:1: the file is not UTF-8 text, found byte 0xe9; allowed: UTF-8",
    ),
    (
        "a: \x1b[2J\n",
        "f.yaml:1: contains the character '\\x1b', so it is not text",
    ),
    (
        "a: 1e999\n",
        "f.yaml:1: a: the number is too large, found '1e999'",
    ),
    (
        "a: 111111111111111111111111111111111111111\n",
        "f.yaml:1: a: the number is too long, found 39 digits; allowed: 38 digits",
    ),
]

SYNTAX = [
    (": 2\n", 1),
    ("a: [1, 2\n", 2),
    ("a: {b: 1\n", 2),
    ("a: {b: 1]\n", 1),
    ("a: 'x\n", 2),
    ('a: "x\n', 2),
    ("a: b: c\n", 1),
    ("a: 1\n b: 2\n", 2),
    ("a: 1\nb\n", 3),
    ("a: @x\n", 1),
    ("a: `x`\n", 1),
    ("a: %x\n", 1),
    ("a: 1\n%YAML 1.2\n", 3),
    ("%YAML 2.0\n---\na: 1\n", 1),
    ('a: "\\q"\n', 1),
    ('a: "\\ud800"\n', 1),
    ('a: "\\UFFFFFFFF"\n', 1),
    ("a: |x\n  b\n", 1),
]
"""Text that is no YAML at all, and the line that is named."""

READ = [
    ("1e9", 1e9),
    ("1E9", 1e9),
    ("1e+9", 1e9),
    ("1e-9", 1e-9),
    ("1.e3", 1000.0),
    ("+1", 1),
    ("-0", 0),
    ("-2.5", -2.5),
    (".5", 0.5),
    ("12345678901234567890", 12345678901234567890),
    ("true", True),
    ("True", True),
    ("false", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("017", "017"),
    ("0o17", "0o17"),
    ("0x1F", "0x1F"),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("190:20:30", "190:20:30"),
    ("2024-01-01", "2024-01-01"),
    ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
    ("1e", "1e"),
    ("e9", "e9"),
    (".", "."),
    ("1.2.3", "1.2.3"),
    ("=", "="),
    ("1 GHz", "1 GHz"),
    ("'1e9'", "1e9"),
    ('"true"', "true"),
    ("'<<'", "<<"),
    ("\uff11", "\uff11"),
    ("[1, a, null]", [1, "a", None]),
    ("{on: off}", {"on": "off"}),
    ("|\n  two\n  lines\n", "two\nlines\n"),
    (">\n  one\n  line\n", "one line\n"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_unsafe_text_gets_one_sentence(refusal, write, text, sentence):
    assert refusal(write("f.yaml", text)) == sentence


@pytest.mark.parametrize(("text", "line"), SYNTAX)
def test_a_syntax_error_names_its_line(refusal, write, text, line):
    assert refusal(write("f.yaml", text)).startswith(f"f.yaml:{line}: is not valid YAML: ")


@pytest.mark.parametrize(("text", "value"), READ)
def test_plain_values_are_those_of_yaml_1_2(text, value):
    data = parse_yaml(f"a: {text}", "f").value
    assert isinstance(data, dict)
    assert data["a"] == value
    assert type(data["a"]) is type(value)


def test_nan_and_infinity_are_read_but_are_no_numbers_for_a_model():
    data = parse_yaml("{a: .nan, b: .inf, c: -.INF}", "f").value
    assert isinstance(data, dict)
    assert math.isnan(data["a"])
    assert (data["b"], data["c"]) == (math.inf, -math.inf)


def test_a_byte_order_mark_windows_lines_and_a_missing_last_newline_do_no_harm():
    assert parse_yaml("\ufeffa: 1\r\nb: 2", "f").value == {"a": 1, "b": 2}


def test_lines_of_nested_keys_and_list_entries():
    lines = parse_yaml("a:\n  b: 1\n  c:\n  - 5\n  - {d: 6}\n", "f").lines
    assert lines == {"a": 1, "a.b": 2, "a.c": 3, "a.c.0": 4, "a.c.1": 5, "a.c.1.d": 5}


def test_an_alias_bomb_is_refused_before_it_grows(refusal, write):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for name, before in zip("bcdefghi", "abcdefgh", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    assert refusal(write("f.yaml", bomb)).startswith("f.yaml:1: a: anchors are not allowed")


def test_too_large_and_too_deep_files_are_refused_without_reading_on(refusal, write):
    large = write("large.yaml", "k: " + "x" * MAXIMUM_BYTES)
    assert refusal(large) == (
        "large.yaml: the file is too large, found more than 1048576 bytes; allowed: at most 1048576"
    )
    deep = "f.yaml:1: is nested too deeply; allowed: 32 levels"
    assert refusal(write("f.yaml", "a: " + "[" * 100_000)) == deep


def test_the_deepest_file_allowed_is_read():
    text = "[" * 32 + "]" * 32
    assert str(parse_yaml(text, "f").value) == text
    with pytest.raises(InputError, match="nested too deeply"):
        parse_yaml(f"[{text}]", "f")


def test_without_libyaml_the_same_is_refused(refusal, write, monkeypatch):
    import yaml

    from archsim.config import files, yaml_events

    monkeypatch.setattr(yaml_events, "_Loader", yaml.SafeLoader)
    files._parse.cache_clear()
    for text, sentence in REFUSED:
        assert refusal(write("f.yaml", text)) == sentence
    for text, _ in SYNTAX:
        assert re.match(
            r"f\.yaml:\d: .*(is not valid YAML|contains)", refusal(write("f.yaml", text))
        )
    for text, value in READ:
        assert parse_yaml(f"a: {text}", "f").value == {"a": value}
    files._parse.cache_clear()
