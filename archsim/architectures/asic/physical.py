"""Physical closed forms: cycles and traffic of layers on one accelerator, vectorised.

What differs from MAESTRO: one link of the network-on-chip is shared by all clusters and carries
what several of them need once; loads run ahead of compute; partial sums that leave are read back;
pieces are clipped to the layer; data in PEs is not loaded again while it stays; memory traffic is
bytes over bandwidth. A layer first brings its inputs to the shared buffer (as much as half of it
holds), then streams the rest while it computes:

    cycles = inputs / memory + max(compute, in / link, out / link, rest / memory)

Not modelled: bank conflicts, overlap between layers, idle slots of the last piece of a loop in
the link's share, and data that stays on the chip from one layer to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from archsim.architectures.asic.config import SystolicAccelerator, TemplateAccelerator
from archsim.architectures.asic.maestro.table import LayerTable
from archsim.blocks.numbers import Ints, ceil_div
from archsim.blocks.systolic import systolic_timing
from archsim.errors import InfeasibleError

UNITS = {"dla": 64, "shi": 8}
"""PEs of a cluster; a row-stationary one has as many as the filter has rows."""

FILTERS = 16
"""Filters that a row-stationary cluster works on in turn."""


@dataclass(frozen=True, eq=False)
class PhysicalCosts:
    """Costs of layers on one accelerator, each of shape (layers,).

    Attributes:
        chip_cycles: Cycles with an endless memory bandwidth.
        compute_cycles: Cycles in which PEs multiply.
        first_elements: Elements that arrive before the first step.
        stream_elements: Elements that move to and from memory while it computes.
        link_in, link_out: Elements over the network-on-chip to and from the PEs.
        macs: Multiply-accumulates.
    """

    chip_cycles: Ints
    compute_cycles: Ints
    first_elements: Ints
    stream_elements: Ints
    link_in: Ints
    link_out: Ints
    macs: Ints


@dataclass(frozen=True, eq=False)
class _Mapped:
    """What a mapping makes of layers: compute cycles and link traffic, each (layers,)."""

    compute: Ints
    link_in: Ints
    link_out: Ints
    fill: Ints


def physical_costs(
    table: LayerTable,
    accelerator: TemplateAccelerator | SystolicAccelerator,
    element_bytes: int,
    noc_latency: int,
) -> PhysicalCosts:
    """Return the costs of layers on one accelerator.

    Args:
        table: Layers.
        accelerator: The accelerator.
        element_bytes: Size of an element.
        noc_latency: Cycles of the first transfer besides its bytes.

    Raises:
        InfeasibleError: It has fewer PEs than one cluster of its template.
    """
    if isinstance(accelerator, SystolicAccelerator):
        mapped = _systolic(table, accelerator)
    else:
        mapped = {"dla": _dla, "shi": _shi, "rs": _rs}[accelerator.template](table, accelerator)
    width = np.asarray(accelerator.noc_bandwidth_bytes_per_cycle, np.int64)

    def over_link(elements: Ints) -> Ints:
        return ceil_div(elements * element_bytes, width)

    busy = np.maximum(mapped.compute, over_link(mapped.link_in))
    busy = np.maximum(busy, over_link(mapped.link_out))
    first, stream = _memory_traffic(table, accelerator.l2_bytes // (2 * element_bytes))
    return PhysicalCosts(
        chip_cycles=busy + over_link(mapped.fill) + noc_latency,
        compute_cycles=mapped.compute,
        first_elements=first,
        stream_elements=stream,
        link_in=mapped.link_in,
        link_out=mapped.link_out,
        macs=table.filters * table.C * table.R * table.S * _rows(table) * _columns(table),
    )


def _rows(table: LayerTable) -> Ints:
    return np.asarray((table.Y - table.R) // table.stride + 1)


def _columns(table: LayerTable) -> Ints:
    return np.asarray((table.X - table.S) // table.stride + 1)


def _tensors(table: LayerTable) -> tuple[Ints, Ints, Ints]:
    """Return the elements of inputs (those that filters reach), weights and outputs."""
    rows = (_rows(table) - 1) * np.minimum(table.stride, table.R) + table.R
    columns = (_columns(table) - 1) * np.minimum(table.stride, table.S) + table.S
    inputs = table.C * rows * columns
    weights = table.filters * table.C * table.R * table.S
    channels = np.where(table.depthwise, table.C, table.K)
    return inputs, weights, channels * _rows(table) * _columns(table)


def _memory_traffic(table: LayerTable, room: int) -> tuple[Ints, Ints]:
    """Return the elements that move before and during compute.

    Half the buffer holds one operand while the other streams past it, once per piece; the cheaper
    of the two orders is taken.
    """
    inputs, weights, outputs = _tensors(table)
    limit = np.asarray(max(room, 1), np.int64)
    keep_inputs = inputs + ceil_div(inputs, limit) * weights
    keep_weights = weights + ceil_div(weights, limit) * inputs
    first = np.minimum(inputs, limit)
    return first, np.minimum(keep_inputs, keep_weights) - first + outputs


def _check(template: str, pes: int, needed: Ints) -> None:
    if (needed > pes).any():
        raise InfeasibleError(
            f"fewer PEs than one cluster of the template {template!r} has",
            key="accelerators.pes",
            found=str(pes),
            allowed=f"at least {int(needed.max())}",
        )


def _dla(table: LayerTable, accelerator: TemplateAccelerator) -> _Mapped:
    """Output channels over clusters, input channels over 64 units; weights stay for a map."""
    _check("dla", accelerator.pes, np.full(len(table), UNITS["dla"]))
    clusters = np.asarray(accelerator.pes // UNITS["dla"], np.int64)
    taps, rows, columns = table.R * table.S, _rows(table), _columns(table)
    depthwise = table.depthwise
    # Depthwise: a channel per PE, nothing to add up between PEs.
    parts = np.where(
        depthwise, ceil_div(table.C, np.asarray(accelerator.pes, np.int64)),
        ceil_div(table.K, clusters),
    )  # fmt: skip
    tiles = np.where(depthwise, 1, ceil_div(table.C, np.asarray(UNITS["dla"], np.int64)))
    passes = np.where(depthwise, 1, parts)
    reach = (columns - 1) * np.minimum(table.stride, table.S) + table.S
    weights = table.filters * table.C * taps
    sums = np.where(depthwise, table.C, table.K) * rows * columns
    return _Mapped(
        compute=parts * tiles * rows * columns * ceil_div(taps, _lanes(accelerator)),
        link_in=passes * table.C * rows * table.R * reach + weights + sums * (tiles - 1),
        link_out=sums * tiles,
        fill=np.minimum(table.C, UNITS["dla"]) * taps,
    )


def _shi(table: LayerTable, accelerator: TemplateAccelerator) -> _Mapped:
    """Output rows over clusters, eight output columns over units; filters and channels in turn."""
    _check("shi", accelerator.pes, np.full(len(table), UNITS["shi"]))
    clusters = np.asarray(accelerator.pes // UNITS["shi"], np.int64)
    taps, rows, columns = table.R * table.S, _rows(table), _columns(table)
    row_steps, column_steps = ceil_div(rows, clusters), ceil_div(columns, np.asarray(8))
    planes = table.filters * table.C
    halo_r = np.maximum(table.R - table.stride, 0)
    halo_s = np.maximum(table.S - table.stride, 0)
    reach_r = rows * np.minimum(table.stride, table.R) + row_steps * halo_r
    reach_s = columns * np.minimum(table.stride, table.S) + column_steps * halo_s
    # Sums stay in the PEs while one step covers the map; else they leave after every channel.
    held = (row_steps * column_steps == 1) | table.depthwise
    sums = np.where(table.depthwise, table.C, table.K) * rows * columns
    visits = np.where(held, 1, table.C)
    return _Mapped(
        compute=planes * row_steps * column_steps * ceil_div(taps, _lanes(accelerator)),
        link_in=planes * (reach_r * reach_s + taps) + sums * (visits - 1),
        link_out=sums * visits,
        fill=np.minimum(rows, clusters) * taps,
    )


def _rs(table: LayerTable, accelerator: TemplateAccelerator) -> _Mapped:
    """Output rows over clusters, filter rows over units; columns, channels, filters in turn."""
    _check("rs", accelerator.pes, table.R)
    clusters = np.asarray(accelerator.pes, np.int64) // table.R
    taps, rows, columns = table.R * table.S, _rows(table), _columns(table)
    row_steps = ceil_div(rows, clusters)
    tiles = ceil_div(table.filters, np.asarray(FILTERS))
    rest = table.filters - (tiles - 1) * FILTERS
    lanes = _lanes(accelerator)
    one_channel = (tiles - 1) * ceil_div(FILTERS * table.S, lanes) + ceil_div(rest * table.S, lanes)
    halo = np.maximum(table.R - table.stride, 0)
    reach = rows * np.minimum(table.stride, table.R) + row_steps * halo
    weights = table.filters * table.C * taps
    sums = np.where(table.depthwise, table.C, table.K) * rows * columns
    # Sums of one tile of filters stay in a cluster; more tiles push them out after every channel.
    visits = np.where((tiles == 1) | table.depthwise, 1, table.C)
    # Weights of one tile and channel stay while columns pass; else they come anew per column.
    again = np.where((tiles == 1) & (table.C == 1), 1, columns)
    return _Mapped(
        compute=row_steps * columns * table.C * one_channel,
        link_in=table.C * reach * columns * table.S + row_steps * again * weights
        + sums * (visits - 1),
        link_out=sums * visits,
        fill=np.minimum(rows, clusters) * taps,
    )  # fmt: skip


def _systolic(table: LayerTable, accelerator: SystolicAccelerator) -> _Mapped:
    """Unfolded convolutions on a systolic array whose folds follow each other without a gap."""
    pixels = _rows(table) * _columns(table)
    reduction = table.R * table.S * np.where(table.depthwise, 1, table.C)
    filters = table.filters
    timing = systolic_timing(
        pixels, filters, reduction, accelerator.rows, accelerator.columns,
        accelerator.dataflow, pipelined=True,
    )  # fmt: skip
    # A depthwise layer is one product per channel.
    copies = np.where(table.depthwise, table.C, 1)
    return _Mapped(
        compute=timing.cycles * copies,
        link_in=(timing.input_reads + timing.weight_reads + timing.partial_reads) * copies,
        link_out=timing.output_writes * copies,
        fill=np.zeros(len(table), np.int64),
    )


def _lanes(accelerator: TemplateAccelerator) -> Ints:
    return np.asarray(accelerator.simd, np.int64)
