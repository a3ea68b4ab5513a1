"""What a run returns: ``Result``, its invariants and its provenance."""

from archsim.result.assemble import assemble
from archsim.result.checks import (
    ROUNDING,
    Check,
    Pair,
    at_most,
    close,
    failed,
    standard_checks,
    within,
)
from archsim.result.declarations import (
    COMPONENT_CACHE_PEAK,
    COMPONENT_COLUMNS,
    COMPONENT_PEAKS,
    OPERATION_CACHE_WORK,
    OPERATION_COLUMNS,
    OPERATION_WORK,
    STANDARD_METRICS,
    MetricDeclaration,
)
from archsim.result.files import write_atomically
from archsim.result.provenance import make_provenance, not_primary
from archsim.result.result import Result

__all__ = [
    "COMPONENT_CACHE_PEAK",
    "COMPONENT_COLUMNS",
    "COMPONENT_PEAKS",
    "OPERATION_CACHE_WORK",
    "OPERATION_COLUMNS",
    "OPERATION_WORK",
    "ROUNDING",
    "STANDARD_METRICS",
    "Check",
    "MetricDeclaration",
    "Pair",
    "Result",
    "assemble",
    "at_most",
    "close",
    "failed",
    "make_provenance",
    "not_primary",
    "standard_checks",
    "within",
    "write_atomically",
]
