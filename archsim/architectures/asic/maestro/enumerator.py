"""The reference: a layer's cost as the sum over all cases of all levels of any mapping.

Slow (about a millisecond per layer) but general. ``fast`` has compiled closed forms for the
templates; this module is what they are tested against.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from archsim.architectures.asic.maestro.directives import Mapping
from archsim.architectures.asic.maestro.layers import Layer, Tensors, Variable, tensors
from archsim.architectures.asic.maestro.levels import Level, build_levels
from archsim.architectures.asic.maestro.states import Case, cases
from archsim.architectures.asic.maestro.volumes import Volumes, case_volumes
from archsim.errors import UnsupportedError


@dataclass(frozen=True, slots=True)
class Rates:
    """What moves data and computes.

    Attributes:
        pes: Processing elements.
        noc_bandwidth: Elements per cycle of the network at every level; None is unlimited.
        noc_latency: Cycles of a transfer besides its elements.
        simd: Multiply-accumulates of a PE per cycle.
        offchip_bandwidth: Elements per cycle from off the chip; None leaves the limit out, as the
            version of February 2020 does.
    """

    pes: int
    noc_bandwidth: int | None = None
    noc_latency: int = 1
    simd: int = 1
    offchip_bandwidth: float | None = None


@dataclass(frozen=True, slots=True)
class LayerCost:
    """Cycles, traffic and work of one layer.

    Attributes:
        runtime_cycles: Cycles.
        l2_rd_in, l2_rd_w: Elements of inputs and weights read from the shared buffer.
        l2_wr_out: Partial sums written to it.
        macs: Multiply-accumulates, as counted by the mapping.
        l1_bytes: Double-buffered bytes that each PE holds.
        l2_bytes: Double-buffered bytes of the first step.
    """

    runtime_cycles: int
    l2_rd_in: int
    l2_rd_w: int
    l2_wr_out: int
    macs: int
    l1_bytes: int
    l2_bytes: int


def layer_cost(layer: Layer, mapping: Mapping, rates: Rates) -> LayerCost:
    """Return the cost of a layer under a mapping.

    Raises:
        InfeasibleError: There are fewer PEs than one cluster has.
        UnsupportedError: The model is wrong by construction here: an inner level computes
            nothing, or the cycles or accesses come out as zero or below.
    """
    levels = build_levels(mapping, layer, rates.pes)
    visitor = _Visitor(levels, layer, tensors(layer), rates)
    total = visitor.visit(0, layer.extents())
    if (
        total is None
        or total.cycles < 1
        or min(total.input, total.weight, total.output, total.macs) < 0
    ):
        cycles = 0 if total is None else total.cycles
        raise degenerate(layer, f"it would take {cycles} cycles and negative accesses")
    innermost = levels[-1].sizes
    names = visitor.indexed
    l1 = sum(
        math.prod(innermost[name].size for name in each)
        for each in (names.input, names.weight, names.output)
    )
    first = total.opening
    return LayerCost(
        total.cycles,
        total.input,
        total.weight,
        total.output,
        total.macs,
        2 * l1,
        2 * (first.input + first.weight + first.output),
    )


def degenerate(layer: Layer, effect: str) -> UnsupportedError:
    """Return the error for a layer that MAESTRO gets wrong by construction."""
    return UnsupportedError(
        "MAESTRO is wrong by construction for this layer and mapping (a piece larger than its "
        f"input, or an inner level without outputs): {effect}",
        found=(
            f"{layer.type} K={layer.K} C={layer.C} R={layer.R} S={layer.S} Y={layer.Y} "
            f"X={layer.X} stride={layer.stride}"
        ),
        allowed="another template or another mapping, or the physical model, which clips pieces",
    )


def transfer_cycles(elements: int, rates: Rates) -> int:
    """Return the cycles of a transfer; none at all still costs the latency less one."""
    if rates.noc_bandwidth is None:
        return rates.noc_latency - (0 if elements else 1)
    return rates.noc_latency - 1 - (-elements // rates.noc_bandwidth)


def offchip_cycles(opening: Volumes, bandwidth: float | None) -> int:
    """Return the least cycles that MAESTRO charges every step of the outermost level.

    It takes the needs of the very first step over the off-chip bandwidth, however little a later
    step loads.
    """
    if bandwidth is None:
        return 0
    loads = int(2 * (opening.input + opening.weight) // bandwidth) // 2
    return max(loads, int(2 * opening.output // bandwidth) // 2)


@dataclass(slots=True)
class _Sum:
    """Running sums of one visit."""

    opening: Volumes
    cycles: int = 0
    input: int = 0
    weight: int = 0
    output: int = 0
    macs: int = 0


@dataclass(frozen=True, slots=True)
class _Visitor:
    levels: tuple[Level, ...]
    layer: Layer
    indexed: Tensors
    rates: Rates

    def visit(self, depth: int, extents: dict[Variable, int]) -> _Sum | None:
        """Return the sums over all cases of one visit; None if every case is dropped."""
        level = self.levels[depth]
        total: _Sum | None = None
        for case in cases(level, extents):
            moved = case_volumes(level, case, self.layer, self.indexed)
            if moved is None:
                continue
            if total is None:
                total = _Sum(opening=moved)
            delay = self._delay(depth, case, moved)
            if depth == 0:
                delay = max(delay, offchip_cycles(total.opening, self.rates.offchip_bandwidth))
            total.cycles += case.count * delay
            total.input += case.count * moved.input
            total.weight += case.count * moved.weight
            total.output += case.count * moved.output
            total.macs += case.count * moved.macs
        return total

    def _delay(self, depth: int, case: Case, moved: Volumes) -> int:
        compute = self._compute(depth, case, moved)
        ingress = transfer_cycles(moved.input + moved.weight, self.rates)
        if case.first:
            return compute + ingress
        return max(compute, ingress, transfer_cycles(moved.output, self.rates))

    def _compute(self, depth: int, case: Case, moved: Volumes) -> int:
        """Return the cycles of the busiest sub-cluster."""
        if depth == len(self.levels) - 1:
            return -(-moved.unit_macs // self.rates.simd)
        level = self.levels[depth]
        whole: dict[Variable, int] = {}
        for name, sizes in level.sizes.items():
            whole[name] = sizes.edge if not sizes.spatial and case.of[name].edge else sizes.size
        visits = [] if case.lone else [whole]
        if case.spatial_edge and (case.partial or case.lone):
            visits.append(
                {
                    name: sizes.edge if sizes.spatial and case.of[name].edge else whole[name]
                    for name, sizes in level.sizes.items()
                }
            )
        longest = 0
        for extents in visits:
            inner = self.visit(depth + 1, extents)
            if inner is None:
                raise degenerate(self.layer, "a cluster would compute in zero cycles")
            longest = max(longest, inner.cycles)
        return longest
