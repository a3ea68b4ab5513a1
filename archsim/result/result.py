"""What a simulation returns: one typed shape for every architecture and fidelity."""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from archsim.errors import InputError, MissingExtraError, SimulationError
from archsim.paths import is_file, is_folder
from archsim.result import tables
from archsim.result.checks import Check
from archsim.result.declarations import COMPONENT_COLUMNS, OPERATION_COLUMNS
from archsim.result.files import write_atomically

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1
MAXIMUM_FILE_BYTES = 1 << 30
LARGEST_FIGURE = 1e300
_SCALARS = ("latency_s", "energy_j", "area_mm2", "average_power_w")
_KEYS = ("schema_version", *_SCALARS, "metrics", "components", "operations", "checks", "provenance")


@dataclass(frozen=True, eq=False)
class Result:
    """Latency, energy and area of one run, and everything needed to judge them.

    Attributes:
        latency_s: Simulated time of the run.
        energy_j: Dynamic plus static energy.
        area_mm2: Silicon area.
        average_power_w: ``energy_j / latency_s``.
        metrics: The family's own figures, declared in its ``metrics`` tuple.
        components: One row per component; columns as in ``COMPONENT_COLUMNS``.
        operations: One row per operation; columns as in ``OPERATION_COLUMNS``.
        checks: Invariants checked in this run, each with its verdict.
        provenance: JSON-like mapping: version, hashes, fidelity, seed, resolved configuration and
            the constants used with their sources.

    Raises:
        SimulationError: A figure is NaN, infinite or negative, or a table is malformed.
    """

    latency_s: float
    energy_j: float
    area_mm2: float
    average_power_w: float
    metrics: dict[str, float]
    components: pd.DataFrame
    operations: pd.DataFrame
    checks: list[Check]
    provenance: dict[str, object]

    def __post_init__(self) -> None:
        for name in _SCALARS:
            object.__setattr__(self, name, _figure(getattr(self, name), name, non_negative=True))
        metrics = {
            str(key): _figure(value, f"metrics.{key}") for key, value in self.metrics.items()
        }
        object.__setattr__(self, "metrics", metrics)
        components = tables.normalise(self.components, tuple(COMPONENT_COLUMNS), "components")
        operations = tables.normalise(self.operations, tuple(OPERATION_COLUMNS), "operations")
        object.__setattr__(self, "components", components)
        object.__setattr__(self, "operations", operations)
        object.__setattr__(self, "checks", list(self.checks))
        object.__setattr__(self, "provenance", _plain(self.provenance, "provenance"))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # holds mutable tables

    @property
    def failed_checks(self) -> list[Check]:
        """The invariants that this run broke; empty for a sound run."""
        return [check for check in self.checks if not check.passed]

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON data from which ``from_dict`` rebuilds an equal result, bit for bit."""
        return {
            "schema_version": SCHEMA_VERSION,
            **{name: getattr(self, name) for name in _SCALARS},
            "metrics": dict(self.metrics),
            "components": tables.to_json(self.components, "components"),
            "operations": tables.to_json(self.operations, "operations"),
            "checks": [
                {"name": check.name, "passed": check.passed, "detail": check.detail}
                for check in self.checks
            ],
            "provenance": _plain(self.provenance, "provenance"),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, where: str = "") -> Result:
        """Rebuild a result.

        Args:
            data: What ``to_dict`` returned.
            where: File the data is from, for messages.

        Raises:
            InputError: The data is not a result, or of another schema version.
        """
        try:
            return cls._from_dict(data)
        except SimulationError as error:
            raise InputError(f"not a valid archsim result: {error}", where=where) from error

    @classmethod
    def _from_dict(cls, data: Mapping[str, object]) -> Result:
        if not isinstance(data, Mapping):
            raise SimulationError(f"it must be a mapping, found {type(data).__name__}")
        missing = [key for key in _KEYS if key not in data]
        if missing:
            raise SimulationError(f"the key {missing[0]!r} is missing")
        version = data["schema_version"]
        if type(version) is not int or version != SCHEMA_VERSION:
            raise SimulationError(f"schema_version must be {SCHEMA_VERSION}, found {version!r}")
        unknown = [str(key) for key in data if key not in _KEYS]
        if unknown:
            raise SimulationError(f"the key {unknown[0]!r} is unknown")
        return cls(
            **{name: _figure(data[name], name, non_negative=True) for name in _SCALARS},
            metrics=cast("dict[str, float]", _mapping(data["metrics"], "metrics")),
            components=tables.from_json(data["components"], tuple(COMPONENT_COLUMNS), "components"),
            operations=tables.from_json(data["operations"], tuple(OPERATION_COLUMNS), "operations"),
            checks=_checks(data["checks"]),
            provenance=_mapping(data["provenance"], "provenance"),
        )

    def save(self, path: str | Path) -> Path:
        """Write the result as JSON, whole or not at all; returns the path."""
        return write_atomically(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> Result:
        """Read a result that ``save`` wrote.

        Raises:
            InputError: The file is missing, unreadable, too large, or not a result that a run
                can give.
        """
        source = Path(path)
        where = str(source)
        if not is_file(source):
            problem = "is a folder, not a result file" if is_folder(source) else "does not exist"
            raise InputError(f"the result file {where!r} {problem}")
        try:
            if source.stat().st_size > MAXIMUM_FILE_BYTES:
                raise InputError("a result file larger than 1 GiB is refused", where=where)
            data = json.loads(source.read_bytes(), parse_constant=_refuse_constant)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=where) from error
        except json.JSONDecodeError as error:
            place = f"{where}:{error.lineno}"
            raise InputError(f"not a JSON file ({error.msg})", where=place) from error
        except (ValueError, RecursionError) as error:
            raise InputError(f"not a JSON file ({error})", where=where) from error
        result = cls.from_dict(data, where=where)
        _refuse_huge(result, where)
        return result

    def to_parquet(self, folder: str | Path) -> list[Path]:
        """Write ``components.parquet`` and ``operations.parquet`` into an existing folder.

        Raises:
            MissingExtraError: pyarrow is not installed.
            InputError: The folder does not exist or cannot be written.
        """
        try:
            import pyarrow  # noqa: F401  # only its presence matters
        except ImportError as error:
            raise MissingExtraError("parquet", "writing Parquet files") from error
        parts = {"components": self.components, "operations": self.operations}
        return [
            write_atomically(Path(folder) / f"{name}.parquet", frame.to_parquet(engine="pyarrow"))
            for name, frame in parts.items()
        ]


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number a result may hold")


def _figure(value: object, name: str, *, non_negative: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise SimulationError(f"{name} must be a number, found {value!r}")
    number = float(value)
    if not math.isfinite(number):
        raise SimulationError(f"{name} must be finite, found {number!r}")
    if non_negative and number < 0:
        raise SimulationError(f"{name} must not be negative, found {number!r}")
    return number


def _refuse_huge(result: Result, where: str) -> None:
    """Refuse a file whose figures no run gives and whose sums would not be finite."""
    figures = {name: getattr(result, name) for name in _SCALARS} | result.metrics
    for name, frame in (("components", result.components), ("operations", result.operations)):
        sizes = frame.select_dtypes("number").abs().max()
        figures |= {f"{name}.{column}": float(size) for column, size in sizes.items()}
    for key, figure in figures.items():
        if abs(figure) > LARGEST_FIGURE:
            raise InputError(
                "no run gives such a figure", where=where, key=key, found=f"{figure:g}",
                allowed=f"from {-LARGEST_FIGURE:g} to {LARGEST_FIGURE:g}",
            )  # fmt: skip


def _mapping(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise SimulationError(f"{name} must be a mapping, found {type(value).__name__}")
    return value


def _checks(value: object) -> list[Check]:
    if not isinstance(value, list):
        raise SimulationError(f"checks must be a list, found {type(value).__name__}")
    checks = []
    for number, item in enumerate(value):
        if not isinstance(item, dict) or set(item) != {"name", "passed", "detail"}:
            raise SimulationError(f"checks[{number}] must have exactly name, passed and detail")
        name, passed, detail = item["name"], item["passed"], item["detail"]
        if not isinstance(name, str) or not isinstance(passed, bool) or not isinstance(detail, str):
            raise SimulationError(f"checks[{number}] has a value of the wrong type")
        checks.append(Check(name, passed, detail))
    return checks


def _plain(value: object, place: str) -> object:
    """Return a deep copy made of JSON types only; tuples become lists, NumPy numbers plain."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}[{number}]") for number, item in enumerate(value)]
    if hasattr(value, "item"):  # a NumPy scalar
        return _plain(value.item(), place)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _figure(value, place)
    raise SimulationError(f"{place} holds a {type(value).__name__}, which JSON cannot")
