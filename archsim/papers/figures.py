"""A published figure with its source and tolerance, and how a measured one is judged against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archsim.config import Certainty
from archsim.papers.base import Row, compare


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure.

    Attributes:
        value: The figure, in the unit that its row names.
        tolerance: Largest relative deviation that counts as reproduced.
        source: Where it stands.
        certainty: How sure it is.
    """

    value: float
    tolerance: float
    source: str
    certainty: Certainty


@dataclass(frozen=True)
class Judge:
    """Judges figures of one paper.

    Attributes:
        paper: Name in the registry.
        figures: Published figures by key.
    """

    paper: str
    figures: Mapping[str, Figure]

    def judged(
        self,
        key: str,
        item: str,
        configuration: str,
        measured: float,
        *,
        cause: str = "",
        comparable: bool = True,
    ) -> Row:
        """Return the row of a published figure.

        Args:
            key: Key of ``figures``.
            item: What is compared, with its unit.
            configuration: Hardware, workload and policy.
            measured: What archsim computes.
            cause: Why it deviates or can't be compared; dropped when it is reproduced.
            comparable: False when the figure is an input here, or was taken otherwise.
        """
        figure = self.figures[key]
        return compare(
            self.paper,
            item,
            configuration,
            published=figure.value,
            certainty=figure.certainty,
            measured=measured,
            tolerance=figure.tolerance,
            cause=cause or "The rule of the model gives another figure.",
            comparable=comparable,
        )

    def predicted(self, item: str, configuration: str, measured: float, note: str = "") -> Row:
        """Return the row of a figure that nobody has published."""
        return compare(
            self.paper, item, configuration, published=None, certainty="", measured=measured,
            tolerance=0.0, cause=note,
        )  # fmt: skip


def sources_table(figures: Mapping[str, Figure]) -> list[str]:
    """Return Markdown lines that say where each published figure stands."""
    lines = [
        "| figure | published | source | certainty | reproduced within |",
        "|---|---:|---|---|---|",
    ]
    lines += [
        f"| {key} | {item.value:.6g} | {item.source} | {item.certainty} | {item.tolerance:.1%} |"
        for key, item in figures.items()
    ]
    return lines
