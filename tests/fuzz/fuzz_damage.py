"""Ways to damage bytes, text and nested data; every choice comes from a seeded generator."""

from __future__ import annotations

import json
import random

import yaml

HOSTILE: tuple[object, ...] = (
    *(0, -1, 1, 2, 3, 2**31, 2**53 + 1, 2**63, 2**64, 10**30, 10**39, -(2**63)),
    *(1e308, -1e308, 1e-308, 5e-324, 0.5, -0.0, 1e30, 1e-30),
    *(float("nan"), float("inf"), float("-inf")),
    *("", " ", "x", "1", "-1", "true", "null", "nan", "1e999", "0x10", "1_0", "9" * 50),
    *("1 GHz", "1 ghz", "-3 GB", "64 KiB", "1e400 s", "0 B", "1 GHz GHz", "1e30 GB/s"),
    *("\u2603", "\u202e", "\U0001f4a9", "a\nb", "a\tb", "\x1b[2J", "\x7f", "y" * 5000),
    *("../x.yaml", "../../etc/passwd", "/etc/passwd", "/dev/zero", "~", "$(id)", "`id`", "%s%n"),
    *("outside.txt", "../outside.txt", "folder", "pipe", "link", "gpt3-7b", "neupims", "__class__"),
    *(True, False, None, [], {}, [None], [[[[1]]]], ["x"] * 300, {"": 1}, {"a": {"b": [1, {}]}}),
    {"from": "x", "certainty": "sure"},
    {"extends": "../outside.txt"},
)
"""Values that no key expects: out of every bound, of another type, or of a strange text."""

KEYS = ("", "x", "kind", "name", "sources", "extends", "path", "a.b", "\u2603", "model", "__init__")

YAML_BOMBS = (
    b"a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b]\n",
    b"a: &a {b: *a}\n",
    b"? &a [*a]\n: 1\n",
    b"<<: {a: 1}\n",
    b"a: " + b"[" * 5000 + b"]" * 5000 + b"\n",
    b"{a: " * 3000,
    b"- " * 4000 + b"x\n",
    b"".join(b" " * depth + b"a:\n" for depth in range(500)) + b"\n",
    b"a: !!python/object/apply:os.system ['touch owned']\n",
    b"!!python/name:os.system\n",
    b"%YAML 9.9\n---\na: 1\n",
    b"a: 1\n---\nb: 2\n",
    b"a: 1\na: 2\n",
    b'a: "\\ud800"\n',
    b'a: "\\UFFFFFFFF"\n',
    b"\xff\xfea\x00:\x00",
    b"\xef\xbb\xbfa: 1\n",
    b"a: " + b"9" * 100_000 + b"\n",
    b"kind: " + b"k" * 1_000_000,
    b"\x00" * 1000,
    b"\t",
    b"",
    b"#",
    b"---",
)
"""Whole files: aliases, depth, tags, encodings, documents, duplicate keys."""

JSON_BOMBS = (
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"a": 1, "a": 2}',
    b'{"a": NaN}',
    b"NaN",
    b"1e999",
    b"9" * 100_000,
    b'"\\ud800"',
    b'{"\\ud800": "\\udfff"}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"\x00",
    b"",
    b"[]",
    b"null",
    b"{}",
)


class Dumper(yaml.SafeDumper):
    """Writes equal values twice instead of as an alias, which is refused."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def yaml_bytes(data: object) -> bytes:
    """Write nested data as YAML."""
    text = yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False)
    return text.encode("utf-8", "surrogatepass")


def damaged_bytes(data: bytes, dice: random.Random) -> bytes:
    """Change, cut out, double or insert bytes in up to eight places."""
    found = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        at = dice.randrange(len(found) + 1)
        end = min(len(found), at + dice.choice((1, 1, 2, 4, 16, 64)))
        what = dice.randrange(7)
        if what == 0:
            del found[at:end]
        elif what == 1:
            found[at:at] = dice.randbytes(end - at + 1)
        elif what == 2:
            found[at:end] = dice.randbytes(end - at)
        elif what == 3:
            found[at:at] = found[at:end]
        elif what == 4 and at < len(found):
            found[at] ^= 1 << dice.randrange(8)
        elif what == 5:
            del found[at:]
        else:
            found[at:end] = str(dice.choice(HOSTILE[:30])).encode()
    return bytes(found)


def damaged_lines(data: bytes, dice: random.Random) -> bytes:
    """Drop, double, swap or replace whole lines."""
    lines = data.splitlines(keepends=True) or [b""]
    for _ in range(dice.choice((1, 1, 2, 4))):
        at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        what = dice.randrange(5)
        if what == 0 and len(lines) > 1:
            del lines[at]
        elif what == 1:
            lines.insert(other, lines[at])
        elif what == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif what == 3:
            lines[at] = str(dice.choice(HOSTILE)).encode("utf-8", "replace") + b"\n"
        else:
            lines[at] = damaged_bytes(lines[at], dice)
    return b"".join(lines)


def places(data: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Return the path of everything in nested data."""
    found = [path] if path else []
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            found += places(value, (*path, key))
    return found


def damaged_data(data: object, dice: random.Random) -> object:
    """Delete, replace, rename, move or add up to three things in nested data."""
    found = json.loads(json.dumps(data))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        paths = places(found)
        if not paths:
            break
        *above, last = dice.choice(paths)
        parent = found
        for key in above:
            parent = parent[key]
        what = dice.choice(("replace", "replace", "replace", "delete", "rename", "add", "move"))
        if what == "replace" or isinstance(parent, list):
            parent[last] = dice.choice(HOSTILE)
        elif what == "add":
            parent[dice.choice(KEYS)] = dice.choice(HOSTILE)
        elif what == "move":
            found[dice.choice((*KEYS, str(last)))] = parent.pop(last)
        else:
            value = parent.pop(last)
            if what == "rename":
                parent[dice.choice(KEYS)] = value
        found = json.loads(json.dumps(found))  # nothing may be in it twice
    return found
