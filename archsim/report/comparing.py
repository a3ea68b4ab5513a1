"""The same workload on several designs: figures, and figures relative to the first design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from archsim.result import Result

HEADLINES: tuple[str, ...] = ("latency_s", "energy_j", "average_power_w", "area_mm2")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of every design compared.

    Attributes:
        name: Figure, e.g. ``"latency_s"``.
        absolute: Its value per design; ``None`` where a design does not report it.
        relative: ``value / first value`` per design; ``None`` where that has no meaning.
    """

    name: str
    absolute: tuple[float | None, ...]
    relative: tuple[float | None, ...]


def compare_results(results: Sequence[Result], chosen: Sequence[str] = ()) -> list[Figure]:
    """Return the headline figures, then every metric that some design reports.

    Args:
        results: One per design; the first is what the others are compared with.
        chosen: Only these figures, in this order; all by default.

    Raises:
        InputError: There is nothing to compare.
        UnknownNameError: No design reports a chosen figure.
    """
    if not results:
        raise InputError("there is nothing to compare: name at least one hardware")
    figures = [_figure(name, [getattr(result, name) for result in results]) for name in HEADLINES]
    names = {name: None for result in results for name in result.metrics}
    figures += [_figure(name, [result.metrics.get(name) for result in results]) for name in names]
    if not chosen:
        return figures
    found = {figure.name: figure for figure in figures}
    for name in chosen:
        if name not in found:
            raise UnknownNameError("figure", name, found)
    return [found[name] for name in dict.fromkeys(chosen)]


def _figure(name: str, values: Sequence[float | None]) -> Figure:
    first = values[0]
    relative = tuple(
        value / first if value is not None and first is not None and first != 0 else None
        for value in values
    )
    return Figure(name, tuple(values), relative)
