"""The traces of the study: our generators' counterparts of the repository's four."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from archsim.papers.marl_dse.outcome_table import OutcomeTable, fill, load
from archsim.workload.memory_trace import MemoryTrace
from archsim.workload.synthetic_memory import Pattern, generate

REQUESTS = 10_000
TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class TraceRule:
    """How a trace is made.

    Attributes:
        name: What it is called here.
        pattern: Rule of its addresses.
        stream_share: Share of blocks of 50 that continue the stream.
        seed: Of the generator.
        like: The repository's trace that it stands for.
    """

    name: str
    pattern: Pattern
    stream_share: float
    seed: int
    like: str

    def trace(self) -> MemoryTrace:
        """Return the requests, all reads, one a clock."""
        return generate(self.pattern, REQUESTS, stream_share=self.stream_share, seed=self.seed)

    @property
    def path(self) -> Path:
        """File of its outcome table."""
        return TABLES / f"{self.name}.npz"


TRACES = {
    rule.name: rule
    for rule in (
        TraceRule("stream", "stream", 1.0, 1, "stream"),
        TraceRule("random", "random", 0.0, 1, "random"),
        TraceRule("mix-1", "mix", 96 / 200, 1, "cloud-1"),
        TraceRule("mix-2", "mix", 101 / 200, 2, "cloud-2"),
    )
}
"""Name to rule. Shares of the mixes: blocks counted in cloud-1 and cloud-2, read from the files."""


KEPT = ("stream", "random", "mix-1")
"""Traces whose outcome tables are kept with the package; those of the others are simulated."""


@lru_cache(maxsize=4)
def table_of(name: str) -> OutcomeTable:
    """Return the outcomes of a trace; without a kept table, minutes of simulation."""
    rule = TRACES[name]
    return load(rule.path) if name in KEPT else fill(rule.trace())
