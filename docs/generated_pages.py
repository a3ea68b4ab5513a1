"""Pages written from the program itself, so that they cannot differ from it.

Commands come from their options, configuration keys from the JSON Schemas' models, names from what
``archsim explain`` knows, and the reports are those of ``reports/``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from typer.main import get_command

from archsim.api.explaining import Entry, everything
from archsim.api.keys import Key, explained_keys
from archsim.api.schemas import file_name, kinds, model_of
from archsim.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "reports"


def write(docs: Path) -> None:
    """Write every generated page below ``docs/generated``."""
    folder = docs / "generated"
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    pages = {"commands": commands(), "configuration": configuration(), "names": names()}
    for name, lines in pages.items():
        _write(folder / f"{name}.md", "\n".join(lines) + "\n")
    _reports(folder / "reports")


def commands() -> Iterator[str]:
    """Yield the reference of the command line."""
    yield "# Command line\n"
    yield "Exit codes: 0 done, 2 bad input, 1 anything else. `--json` prints data instead of"
    yield "tables; progress goes to stderr, and only to a terminal.\n"
    group = get_command(app)
    if not isinstance(group, click.Group) and not hasattr(group, "commands"):
        raise TypeError("archsim is no longer a group of commands")
    for name, command in group.commands.items():
        context = command.make_context(name, [], resilient_parsing=True)
        pieces = " ".join(command.collect_usage_pieces(context))
        yield f"## archsim {name}\n\n{command.help}\n"
        yield f"```text\narchsim {name} {pieces}\n```\n"
        yield from _table(
            ("argument or option", "meaning", "default"),
            (_parameter(parameter) for parameter in command.get_params(context)),
        )


def configuration() -> Iterator[str]:
    """Yield every key of every kind of file."""
    yield "# Configuration keys\n"
    yield "`*` stands for a name or a number that a file chooses. Defaults are shown as YAML would;"
    yield "a key without one is required. `archsim schema KIND` prints the same as JSON Schema, and"
    yield "the shipped schemas lie in `hw_configs/schemas`.\n"
    for kind in kinds():
        model = model_of(kind)
        summary = (model.__doc__ or "").strip().splitlines()[0]
        yield f"## {kind}\n\n{_text(summary)}\n\nSchema: `hw_configs/schemas/{file_name(kind)}`.\n"
        yield from _table(
            ("key", "meaning", "type", "default"), (_key(key) for key in explained_keys(model))
        )


def names() -> Iterator[str]:
    """Yield metrics, columns, components, operations and constants by what they are."""
    yield "# Metrics, columns, components and constants\n"
    yield "What `archsim explain NAME` knows, keys apart.\n"
    sections: dict[str, list[Entry]] = {}
    for entry in everything():
        if " key of kind " not in entry.category and _is_a_quantity(entry.category):
            sections.setdefault(entry.category, []).append(entry)
    for category, entries in sections.items():
        yield f"## {category[0].upper()}{category[1:]}\n"
        rows = (
            (
                _code(entry.name),
                entry.unit,
                entry.meaning + "".join(f"; {label}: {text}" for label, text in entry.details),
            )
            for entry in entries
        )
        yield from _table(("name", "unit", "meaning"), rows)


def _is_a_quantity(category: str) -> bool:
    starts = ("figure", "metric", "column", "component", "operation kind", "constant", "unit of")
    return category.startswith(starts)


def _reports(folder: Path) -> None:
    """Copy the committed reports with their pictures, and list them."""
    pages = sorted(path for path in REPORTS.rglob("*.md"))
    for path in pages:
        target = folder / path.relative_to(REPORTS)
        target.parent.mkdir(exist_ok=True)
        _write(target, path.read_text(encoding="utf-8"))
        for picture in (*path.parent.glob("*.svg"), *path.parent.glob("*.png")):
            shutil.copy(picture, target.parent)
    listed = "\n".join(path.relative_to(REPORTS).with_suffix("").as_posix() for path in pages)
    text = "Pages as committed in `reports/`; each says how it was made."
    _write(
        folder / "index.md",
        f"# Reports\n\n{text}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n",
    )


def _parameter(parameter: click.Parameter) -> tuple[str, ...]:
    metavar = parameter.metavar or ""
    names = ", ".join(parameter.opts) if parameter.param_type_name == "option" else metavar
    shown = f"{names} {metavar}" if parameter.param_type_name == "option" and metavar else names
    default = parameter.default
    plain = isinstance(default, (int, float, str)) and not isinstance(default, bool)
    text = str(getattr(parameter, "help", "") or "")
    return _code(shown), text, _code(str(default)) if plain else ""


def _key(key: Key) -> tuple[str, ...]:
    default = "" if key.is_section else _code(key.default) if key.default else "required"
    return _code(key.path), key.meaning, "section" if key.is_section else key.type, default


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(_text(cell) for cell in row)} |"
    yield ""


def _text(cell: str) -> str:
    """Return plain text that Markdown leaves as it is; what stands in back quotes stays code."""
    parts = re.split(r"(``[^`]*``|`[^`]*`)", " ".join(cell.split()))
    shown = (
        part if part.startswith("`") else re.sub(r"([\\*_$<>\[\]{}])", r"\\\1", part)
        for part in parts
    )
    return "".join(shown).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _write(path: Path, text: str) -> None:
    """Write a page; an equal one stays, so that Sphinx reads only what has changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
