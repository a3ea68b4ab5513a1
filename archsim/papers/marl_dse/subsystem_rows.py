"""From contests on the wider spaces to rows: do agents of independent subsystems find more?

Rewards here are logarithms against a base design, of either sign, so that medians are compared by
their difference: 0.1 is about a tenth more in the product of the objectives' ratios.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archsim.papers.base import Row
from archsim.papers.marl_dse import rows as making
from archsim.papers.marl_dse.contest import (
    ACO,
    GA,
    IPPO_GROUPS,
    MAPPO_GROUPS,
    RANDOM,
    TPE,
    Effort,
    Problem,
)

DESIGNS = "designs of the space"
AGENTS = "agents, one for each group of parameters"
DIFFERENCE = "median best reward of MARL by group, less that of the other side's better method"

GROUPS = (IPPO_GROUPS.label, MAPPO_GROUPS.label)
SIDES: dict[str, Sequence[str]] = {
    "MARL by parameter": making.MULTI,
    "PPO and SAC, repository's decoders": making.SINGLE[making.REPOSITORY],
    "PPO and SAC, equal decoders": making.SINGLE[making.EQUAL],
    "random": (RANDOM.label,),
    "classic methods": (GA.label, ACO.label, TPE.label),
}
"""What MARL by group is compared with."""


def subsystem_rows(problem: Problem, results: making.Results, effort: Effort) -> Iterator[Row]:
    """Yield every row of one contest."""
    yield making.predicted(DESIGNS, problem.name, problem.space.size)
    yield making.predicted(AGENTS, problem.name, len(problem.space.groups))
    yield from difference_rows(problem.name, results)
    yield from making.effect_rows(problem.name, results, (*GROUPS, *making.MULTI))
    yield from making.curve_rows(problem.name, results, effort)


def difference_rows(name: str, results: making.Results) -> Iterator[Row]:
    """Yield by how much MARL by group is above each other side; none where it did not run."""
    ours = [making.median(results[label].final) for label in GROUPS if label in results]
    if not ours:
        return
    for side, labels in SIDES.items():
        theirs = [making.median(results[label].final) for label in labels if label in results]
        if theirs:
            yield making.predicted(DIFFERENCE, f"{name}: {side}", max(ours) - max(theirs))
