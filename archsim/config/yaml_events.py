"""Reads YAML text into plain data with the line of every key, and nothing dangerous.

Built on PyYAML's event stream, so that nothing is constructed that was not looked at: no tags,
no anchors or aliases (an alias bomb has nothing to expand), no merge keys, one document, bounded
size and depth. Plain scalars follow YAML 1.2: ``1e9`` is a number; ``yes``, ``on``, dates,
``1:30``, ``017``, ``0x1F`` and ``1_000`` are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from archsim.errors import InputError, shown

MAXIMUM_BYTES = 1_048_576
MAXIMUM_DEPTH = 32
MAXIMUM_DIGITS = 38

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    name: name.lower() == "true" for name in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?((0|[1-9][0-9]*)?\.[0-9]+|(0|[1-9][0-9]*)\.?)([eE][-+]?[0-9]+)?", re.ASCII
)
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

Plain = dict[str, object] | list[object] | str | int | float | bool | None
"""What YAML text is read into."""


@dataclass(slots=True)
class Parsed:
    """Plain data and where it was written.

    Attributes:
        value: The data.
        lines: Dotted key to the line (from 1) of its key.
    """

    value: Plain
    lines: dict[str, int] = field(default_factory=dict)


def parse_yaml(text: str, label: str) -> Parsed:
    """Read YAML text that holds one value of any kind.

    Args:
        text: The text.
        label: Name of the text in messages; empty when it has none.

    Raises:
        InputError: One sentence with the line, e.g. for a syntax error or a duplicate key.
    """
    return _Reader(text, label).read()


def place(label: str, line: int) -> str:
    """Return ``label:line``, or nothing when there is no label."""
    return f"{label}:{line}" if label else ""


class _Reader:
    def __init__(self, text: str, label: str) -> None:
        self.text = text.removeprefix("\ufeff")
        self.label = label
        self.parsed = Parsed(None)
        self.events: Iterator[yaml.Event] = iter(())

    def read(self) -> Parsed:
        bad = _FORBIDDEN.search(self.text)
        if bad:
            line = self.text.count("\n", 0, bad.start()) + 1
            raise self.error(f"contains the character {bad[0]!a}, so it is not text", line)
        try:
            self.events = yaml.parse(self.text, Loader=_Loader)
            self._document()
        except yaml.MarkedYAMLError as error:
            if "nesting depth" in str(error):  # libyaml from 0.2.6 on has a limit of its own
                raise self._too_deep(1) from error
            raise self._syntax(error) from error
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # PyYAML's reader without libyaml lets "\\UFFFFFFFF" through to chr().
            raise self.error(f"is not valid YAML: {error}", 1) from error
        return self.parsed

    def error(
        self, problem: str, line: int, key: str = "", *, found: str = "", allowed: str = "",
        suggestion: str = "",
    ) -> InputError:  # fmt: skip
        return InputError(
            problem,
            where=place(self.label, line),
            key=key,
            found=found,
            allowed=allowed,
            suggestion=suggestion,
        )

    def _document(self) -> None:
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.error("holds more than one document", _line(event), allowed="one")
            elif isinstance(event, yaml.NodeEvent):
                self.parsed.value = self._node(event, "", 1)

    def _node(self, event: yaml.Event, key: str, depth: int) -> Plain:
        line = _line(event)
        if depth > MAXIMUM_DEPTH:
            raise self._too_deep(line)
        if isinstance(event, yaml.AliasEvent):
            raise self.error(
                "aliases are not allowed", line, key, found=f"*{event.anchor}",
                allowed="the value itself, or extends: for whole files",
            )  # fmt: skip
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise self.error(
                "anchors are not allowed", line, key, found=f"&{event.anchor}",
                allowed="the value itself, or extends: for whole files",
            )  # fmt: skip
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self.error(
                "tags are not allowed", line, key, found=_written(tag), allowed="plain values"
            )
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(key, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(key, depth)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, key)
        raise self.error("is not valid YAML", line, key)

    def _mapping(self, prefix: str, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line = _line(event)
            name = self._key(event, prefix, line)
            key = f"{prefix}.{name}" if prefix else name
            if name in found:
                first = self.parsed.lines[key]
                raise self.error(f"the key is already in line {first}", line, key)
            # The duplicate check needs the line of a key before its value is read.
            self.parsed.lines[key] = line
            found[name] = self._node(next(self.events), key, depth + 1)
        return found

    def _key(self, event: yaml.Event, prefix: str, line: int) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            if isinstance(event, yaml.AliasEvent):
                self._node(event, prefix, 1)
            raise self.error("a key must be text, not a list or mapping", line, prefix)
        name = self._node(event, prefix, 1)
        if name == "<<" and not event.style:
            raise self.error(
                "merge keys are not allowed", line, prefix, found="<<", allowed="extends: NAME"
            )
        if not isinstance(name, str):
            raise self.error(
                "a key must be text",
                line,
                prefix,
                found=shown(name),
                allowed=f"quotes: '{event.value}'",
            )
        if not name:
            raise self.error("a key must not be empty", line, prefix)
        return name

    def _sequence(self, prefix: str, depth: int) -> list[object]:
        found: list[object] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            key = f"{prefix}.{len(found)}" if prefix else str(len(found))
            self.parsed.lines[key] = _line(event)
            found.append(self._node(event, key, depth + 1))
        return found

    def _scalar(self, event: yaml.ScalarEvent, key: str) -> Plain:
        text, line = event.value, _line(event)
        if event.style:  # quoted or a block: always text
            bad = _FORBIDDEN.search(text)
            if bad:
                raise self.error(f"contains the character {bad[0]!a}", line, key)
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _INTEGER.fullmatch(text):
            if len(text) > MAXIMUM_DIGITS:
                raise self.error(
                    "the number is too long", line, key, found=f"{len(text)} digits",
                    allowed=f"{MAXIMUM_DIGITS} digits",
                )  # fmt: skip
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if math.isinf(number):
                raise self.error("the number is too large", line, key, found=shown(text))
            return number
        special = _SPECIAL.fullmatch(text)
        if special:
            return float(f"{special[1] or ''}{special[2] or 'nan'}")
        return text

    def _too_deep(self, line: int) -> InputError:
        return self.error("is nested too deeply", line, allowed=f"{MAXIMUM_DEPTH} levels")

    def _syntax(self, error: yaml.MarkedYAMLError) -> InputError:
        mark = error.problem_mark if error.problem_mark is not None else error.context_mark
        if mark is None:
            return self.error(f"is not valid YAML: {error.problem}", 1)
        lines = self.text.split("\n")
        number = min(int(mark.line), len(lines) - 1)
        if lines[number][int(mark.column) :].startswith("\t"):
            return self.error("a tab is used for indentation", number + 1, allowed="spaces")
        context = f"{error.context}: " if error.context else ""
        return self.error(f"is not valid YAML: {context}{error.problem}", number + 1)


def _written(tag: str) -> str:
    """Return a tag as it stands in a file."""
    standard = "tag:yaml.org,2002:"
    return shown(f"!!{tag.removeprefix(standard)}" if tag.startswith(standard) else tag)


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else int(mark.line) + 1
