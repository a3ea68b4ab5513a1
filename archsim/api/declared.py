"""What the figures of a result mean, as its family declared them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.errors import ArchsimError
from archsim.result import STANDARD_METRICS

if TYPE_CHECKING:
    from archsim.result import MetricDeclaration, Result


def declarations_of(result: Result) -> dict[str, MetricDeclaration]:
    """Return name to declaration; only the standard ones when the family is not installed."""
    from archsim.architectures import registry

    found = {item.name: item for item in STANDARD_METRICS}
    try:
        family = registry.get(str(result.provenance.get("architecture")))
    except ArchsimError:
        return found
    return found | {item.name: item for item in family.metrics}
