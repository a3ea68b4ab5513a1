"""Hypothesis strategies of hardware, workloads and pairs, built from the configuration models.

Each starts from a shipped design or a small workload and changes up to four keys: values near the
old ones, at declared bounds and just outside, other choices, sections left out or added. What is
drawn is the data of a file, so loading is tried as much as running. Needs the extra ``test``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from pydantic import BaseModel

from archsim.architectures import registry
from archsim.architectures.base import FIDELITIES
from archsim.config import load_document
from archsim.config.keys import declared_at, siblings
from archsim.config.walking import walk
from archsim.errors import MissingExtraError
from archsim.testing.pairs import RunPair
from archsim.testing.small import SMALL_RUNS, SMALL_SETTINGS, SMALL_WORKLOADS, designs
from archsim.workload.load import workload_class

try:
    from hypothesis import strategies as st

    from archsim.testing.drawing import value_of
except ImportError as error:
    raise MissingExtraError("test", "drawing random hardware and workloads") from error

Data = dict[str, object]
_Path = tuple[str | int, ...]

_FIXED = frozenset(
    {
        "kind", "schema_version", "name", "description", "sources", "extends",
        "path", "config",  # name other files
        "time_limit_s",  # says how long a search may take
        "claimed_latency_s",  # its check judges a claim that somebody made, not the run
    }
)  # fmt: skip
_CHANGES = st.sampled_from((0, 1, 1, 1, 2, 2, 3, 4))
"""Changes of one file: few, because a value that is refused hides all others."""


@dataclass(frozen=True)
class _Absent:
    """Stands for the value of a key that is not there."""


def hardware(kind: str, names: Sequence[str] = ()) -> st.SearchStrategy[Data]:
    """Return a strategy of hardware files of one family, as plain data.

    Args:
        kind: A family, e.g. ``"npu_pim"``.
        names: Shipped designs or paths to start from; by default a few that differ in structure.

    Raises:
        UnknownNameError: There is no such family.
    """
    model = registry.get(kind).hardware_model
    small = SMALL_SETTINGS.get(kind, {})
    starts = [
        _without_prose(load_document(name, "hw_configs", small).data)
        for name in names or designs(kind)
    ]
    return st.sampled_from(starts).flatmap(lambda data: _changed(model, data, small=False))


def workload(kind: str, starts: Sequence[Mapping[str, object]] = ()) -> st.SearchStrategy[Data]:
    """Return a strategy of small workload files of one kind, as plain data.

    Args:
        kind: A kind of workload, e.g. ``"llm"``.
        starts: Workloads to start from; by default small ones.

    Raises:
        UnknownNameError: There is no such kind.
    """
    model = workload_class(kind)
    found = [_without_prose(item) for item in starts or SMALL_WORKLOADS[kind]]
    return st.sampled_from(found).flatmap(lambda data: _changed(model, data, small=True))


def pairs(kinds: Sequence[str] = ()) -> st.SearchStrategy[RunPair]:
    """Return a strategy of whole runs: hardware, a workload it may run, fidelity and seed.

    Args:
        kinds: Families; by default every shipped one.
    """
    combinations = [
        (kind, work, names)
        for kind in kinds or tuple(SMALL_RUNS)
        for work, names in SMALL_RUNS[kind].items()
    ]
    return st.sampled_from(combinations).flatmap(
        lambda found: st.builds(
            RunPair,
            hardware=hardware(found[0], found[2]),
            workload=workload(found[1]),
            fidelity=st.sampled_from(FIDELITIES),
            seed=st.integers(0, 3),
        )
    )


@st.composite
def _changed(draw: st.DrawFn, model: type[BaseModel], start: Data, *, small: bool) -> Data:
    data = deepcopy(start)
    for _ in range(draw(_CHANGES)):
        path = draw(st.sampled_from(list(_places(model, data))))
        *above, last = path
        parent: object = data
        for part in above:
            parent = parent[part]  # type: ignore[index]  # the path was found in this data
        current = _at(parent, last)
        if isinstance(parent, dict) and current != _Absent() and draw(st.integers(0, 39)) == 0:
            del parent[last]
            continue
        known = None if isinstance(current, _Absent) else current
        value = draw(value_of(declared_at(model, path, data), known, small=small))
        if isinstance(parent, dict | list):
            parent[last] = deepcopy(value)  # type: ignore[index]  # see above
    return data


def _at(parent: object, part: str | int) -> object:
    if isinstance(parent, dict):
        return parent.get(part, _Absent())
    return parent[part] if isinstance(parent, list) and isinstance(part, int) else _Absent()


def _places(model: type[BaseModel], data: Data) -> Iterator[_Path]:
    """Yield the path of every value that is there, and of every key that could be added."""
    yield from _present(data, ())
    for key in walk(model):
        parts = key.path.split(".")
        if key.field is None or key.in_list or "*" in parts or _FIXED.intersection(parts):
            continue
        parent: object = data
        for part in parts[:-1]:
            parent = parent.get(part) if isinstance(parent, dict) else None
        if isinstance(parent, dict) and parts[-1] not in parent:
            section = declared_at(model, tuple(parts[:-1]), data)
            if parts[-1] in siblings(section, parent):  # not a key of another choice
                yield tuple(parts)


def _present(value: object, path: _Path) -> Iterator[_Path]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _FIXED:
                yield from _present(item, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from _present(item, (*path, number))
    elif path:
        yield path


def _without_prose(data: Mapping[str, object]) -> Data:
    """Return a copy with its numbers only: changed numbers are not what their sources say."""
    return {
        key: _without_prose(item) if isinstance(item, Mapping) else deepcopy(item)
        for key, item in data.items()
        if key not in ("sources", "description", "extends")
    }
