"""What a metric means: declared once by an architecture, printed by ``archsim explain``."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.errors import SimulationError


@dataclass(frozen=True, slots=True)
class MetricDeclaration:
    """A figure an architecture reports in ``Result.metrics``.

    Attributes:
        name: Key in ``Result.metrics``; carries its unit as a suffix where it has one.
        unit: Unit as printed, e.g. ``"tokens/s"``; ``"1"`` for a pure number.
        meaning: One sentence that says how the figure is computed.
    """

    name: str
    unit: str
    meaning: str

    def __post_init__(self) -> None:
        for field, value in (("name", self.name), ("unit", self.unit), ("meaning", self.meaning)):
            if not value.strip():
                raise SimulationError(f"a metric declaration has an empty {field}: {self!r}")


STANDARD_METRICS: tuple[MetricDeclaration, ...] = (
    MetricDeclaration(
        "latency_s", "s", "Simulated time from the first operation's start to the last one's end."
    ),
    MetricDeclaration(
        "energy_j", "J", "Dynamic plus static energy of every component over the run."
    ),
    MetricDeclaration(
        "area_mm2", "mm2", "Silicon area of every component, as the configuration's node has it."
    ),
    MetricDeclaration("average_power_w", "W", "energy_j divided by latency_s."),
)
"""The four figures every result has."""

COMPONENT_COLUMNS: dict[str, MetricDeclaration] = {
    item.name: item
    for item in (
        MetricDeclaration("component", "name", "The hardware part that the row describes."),
        MetricDeclaration("busy_s", "s", "Time during which the component was doing work."),
        MetricDeclaration(
            "utilisation", "1", "busy_s divided by latency_s (busy time, not useful work)."
        ),
        MetricDeclaration(
            "dynamic_energy_j", "J", "Energy of the component's work: grows with the work done."
        ),
        MetricDeclaration(
            "static_energy_j", "J", "Leakage, background and refresh energy: grows with time."
        ),
        MetricDeclaration(
            "area_mm2", "mm2", "Silicon area of the component; 0 when it has none of its own."
        ),
        MetricDeclaration("bytes", "bytes", "Bytes the component moved."),
    )
}
"""Columns every ``Result.components`` has, in this order; a family may add more behind them."""

COMPONENT_PEAKS: dict[str, MetricDeclaration] = {
    item.name: item
    for item in (
        MetricDeclaration(
            "peak_operations_per_s",
            "operations/s",
            "Arithmetic operations that the component could do at most in a second, all devices "
            "together; a multiply-accumulate counts two, an addition or a vector element one. "
            "0: it does none, or none that is counted.",
        ),
        MetricDeclaration(
            "peak_bytes_per_s",
            "B/s",
            "Operand bytes that the component could deliver at most in a second, all devices "
            "together. 0: what it works on comes from the component 'memory'.",
        ),
    )
}
"""Optional columns of ``Result.components``: what a roofline needs; either both or neither."""

COMPONENT_CACHE_PEAK = MetricDeclaration(
    "peak_cache_bytes_per_s",
    "B/s",
    "Operand bytes that a cache in front of the memory could deliver to the component at most in "
    "a second, all devices together. 0: there is none.",
)
"""Optional column of ``Result.components``: the second roof of a roofline."""

OPERATION_COLUMNS: dict[str, MetricDeclaration] = {
    item.name: item
    for item in (
        MetricDeclaration("operation", "name", "The operation's name in the workload trace."),
        MetricDeclaration("kind", "name", "The operation's kind, e.g. gemm or softmax."),
        MetricDeclaration("component", "name", "The component the operation ran on."),
        MetricDeclaration("start_s", "s", "Simulated time at which the operation started."),
        MetricDeclaration("end_s", "s", "Simulated time at which the operation ended."),
        MetricDeclaration("energy_j", "J", "Dynamic energy that the operation caused."),
    )
}
"""Columns every ``Result.operations`` has, in this order; a family may add more behind them."""

OPERATION_WORK: dict[str, MetricDeclaration] = {
    item.name: item
    for item in (
        MetricDeclaration(
            "arithmetic_operations",
            "operations",
            "Arithmetic of the operation; a multiply-accumulate counts two, an addition or a "
            "vector element one.",
        ),
        MetricDeclaration(
            "operand_bytes",
            "bytes",
            "Bytes that the operation reads from and writes to the memory it works on.",
        ),
    )
}
"""Optional columns of ``Result.operations``: what a roofline needs; either both or neither."""

OPERATION_CACHE_WORK = MetricDeclaration(
    "cache_bytes",
    "bytes",
    "Bytes that the operation reads and writes through a cache in front of its memory, whether "
    "they are in it or not.",
)
"""Optional column of ``Result.operations``: goes with ``COMPONENT_CACHE_PEAK``."""
