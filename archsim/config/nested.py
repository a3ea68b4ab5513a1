"""Nested data with dotted keys replaced: one design from another without reading files again."""

from __future__ import annotations

from collections.abc import Mapping


def replaced(base: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
    """Return nested data with dotted keys replaced; sections that stay are shared, not copied."""
    data = dict(base)
    sections: dict[str, dict[str, object]] = {"": data}
    for key, value in values.items():
        path, _, name = key.rpartition(".")
        _section(sections, path)[name] = value
    return data


def _section(sections: dict[str, dict[str, object]], path: str) -> dict[str, object]:
    """Return a section as a copy of its own, made when first asked for."""
    if path not in sections:
        above, _, name = path.rpartition(".")
        parent = _section(sections, above)
        found = parent.get(name)
        parent[name] = sections[path] = dict(found) if isinstance(found, dict) else {}
    return sections[path]
