"""What the conformance kit found: one verdict per relation, and the report of all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """One relation, tried on a family.

    Attributes:
        relation: Name of the relation.
        tried: Cases tried.
        violations: One sentence per case that breaks the relation.
        anomalies: One sentence per case that deviates as a named exception allows.
        detail: What a case is, or why the relation does not apply.
    """

    relation: str
    tried: int
    violations: tuple[str, ...]
    anomalies: tuple[str, ...] = ()
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether no case breaks the relation."""
        return not self.violations


@dataclass(frozen=True)
class ConformanceReport:
    """All verdicts on one family.

    Attributes:
        kind: The family.
        verdicts: One per relation, in the order tried.
    """

    kind: str
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether the family conforms."""
        return all(verdict.passed for verdict in self.verdicts)

    def verdict(self, relation: str) -> Verdict:
        """Return the verdict on one relation.

        Raises:
            KeyError: The kit has no relation of that name.
        """
        for item in self.verdicts:
            if item.relation == relation:
                return item
        raise KeyError(relation)

    def __str__(self) -> str:
        """Return a table of the verdicts with the violations below."""
        lines = [f"conformance of {self.kind!r}"]
        for item in self.verdicts:
            word = "broken" if item.violations else "holds" if item.tried else "not applicable"
            lines.append(f"  {item.relation:14s} {word:14s} {item.tried:4d} tried  {item.detail}")
            lines += [f"    violation: {text}" for text in item.violations]
            lines += [f"    allowed: {text}" for text in item.anomalies]
        return "\n".join(lines)
