"""What a search came to, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from archsim.search.comparing import Lottery, MethodSummary
from archsim.search.reranking import RankedDesign
from archsim.search.statistics import Comparison


@dataclass(frozen=True)
class SearchSummary:
    """A search.

    Attributes:
        study: Name of the study.
        ledger: Its ledger file.
        space: Points of the space.
        objective: Objectives, constraints and reward as text.
        budget: Of each run, as text.
        seeds: Runs of each method and setting.
        runs: Runs in all.
        finished: Runs that have ended.
        different: Different designs that the finished runs asked for.
        methods: One entry per method and setting that has finished runs.
        comparisons: Every two methods.
        lotteries: Methods that were tried with several settings.
        best: The best designs, best first.
        rank_correlation: Metric, and ``reward``, to Spearman's rank correlation of analytic and
            event over the best designs; empty when they were not simulated again.
        units: Figure to unit.
        new: Designs that runs asked for in this call.
        simulated: Designs that had to be simulated in this call.
        seconds: Time of this call.
    """

    study: str
    ledger: str
    space: int
    objective: str
    budget: str
    seeds: int
    runs: int
    finished: int
    different: int
    methods: tuple[MethodSummary, ...]
    comparisons: tuple[Comparison, ...]
    lotteries: tuple[Lottery, ...]
    best: tuple[RankedDesign, ...]
    rank_correlation: Mapping[str, float | None]
    units: Mapping[str, str] = field(default_factory=dict)
    new: int = 0
    simulated: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every run has ended."""
        return self.finished == self.runs

    def to_dict(self) -> dict[str, object]:
        """Return JSON data; a reward that no feasible design has yet is ``None``."""
        data = asdict(self)
        for item, method in zip(data["methods"], self.methods, strict=True):
            item["hits"] = method.hits
        return {**_finite(data), "complete": self.complete}


def _finite(data: Mapping[str, object]) -> dict[str, object]:
    return {name: _plain(value) for name, value in data.items()}


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return _finite(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
