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

from dataclasses import dataclass, fields

import numpy as np

from archsim.architectures.asic.config import SystolicAccelerator, TemplateAccelerator
from archsim.architectures.asic.maestro.table import LayerTable
from archsim.architectures.asic.unit_columns import UnitColumns
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
class Mapped:
    """What a mapping makes of layers on accelerators, each of shape (units, layers).

    Attributes:
        compute: Cycles in which PEs multiply.
        link_in, link_out: Elements over the network-on-chip to and from the PEs.
        fill: Elements that must arrive before the first step.
    """

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
    check_cluster(table, accelerator.template, accelerator.pes)
    units = UnitColumns.of([accelerator])
    mapped = mapping(table, units)
    latency = np.asarray([noc_latency], np.int64)
    room = np.asarray([buffer_room(accelerator.l2_bytes, element_bytes)], np.int64)
    first, stream = memory_traffic(table, room)
    return PhysicalCosts(
        chip_cycles=chip_cycles(mapped, units.width, element_bytes, latency)[0],
        compute_cycles=mapped.compute[0],
        first_elements=first[0],
        stream_elements=stream[0],
        link_in=mapped.link_in[0],
        link_out=mapped.link_out[0],
        macs=layer_macs(table),
    )


def check_cluster(table: LayerTable, template: str, pes: int) -> None:
    """Check that an accelerator has at least one cluster of its template for every layer.

    Raises:
        InfeasibleError: It has not.
    """
    needed = int(table.R.max()) if template == "rs" else UNITS.get(template, 1)
    if needed > pes:
        raise InfeasibleError(
            f"fewer PEs than one cluster of the template {template!r} has",
            key="accelerators.pes",
            found=str(pes),
            allowed=f"at least {needed}",
        )


def mapping(table: LayerTable, units: UnitColumns) -> Mapped:
    """Return what the template makes of layers.

    Args:
        table: Layers.
        units: Accelerators of at least one cluster, see :func:`check_cluster`.
    """
    forms = {"dla": _dla, "shi": _shi, "rs": _rs, "systolic": _systolic}
    found = forms[units.template](table, units)
    shape = (len(units), len(table))
    return Mapped(*(np.broadcast_to(getattr(found, each.name), shape) for each in fields(found)))


def chip_cycles(mapped: Mapped, width: Ints, element_bytes: int, noc_latency: Ints) -> Ints:
    """Return the cycles of layers with an endless memory bandwidth.

    Args:
        mapped: Layers on accelerators.
        width: Bytes per cycle of the network-on-chip, shape (units,).
        element_bytes: Size of an element.
        noc_latency: Cycles of the first transfer besides its bytes, shape (units,).
    """

    def over_link(elements: Ints) -> Ints:
        return ceil_div(elements * element_bytes, width[:, None])

    busy = np.maximum(mapped.compute, over_link(mapped.link_in))
    busy = np.maximum(busy, over_link(mapped.link_out))
    return np.asarray(busy + over_link(mapped.fill) + noc_latency[:, None])


def layer_macs(table: LayerTable) -> Ints:
    """Return the multiply-accumulates of layers, shape (layers,)."""
    return np.asarray(table.filters * table.C * table.R * table.S * _rows(table) * _columns(table))


def buffer_room(l2_bytes: int, element_bytes: int) -> int:
    """Return the elements that half of the shared buffer holds, at least one."""
    return max(l2_bytes // (2 * element_bytes), 1)


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


def memory_traffic(table: LayerTable, room: Ints) -> tuple[Ints, Ints]:
    """Return the elements that move before and during compute.

    Half the buffer holds one operand while the other streams past it, once per piece; the cheaper
    of the two orders is taken.

    Args:
        table: Layers.
        room: Elements that half the buffer holds, shape (buffers,).

    Returns:
        Both of shape (buffers, layers).
    """
    inputs, weights, outputs = _tensors(table)
    limit = room[:, None]
    keep_inputs = inputs + ceil_div(inputs, limit) * weights
    keep_weights = weights + ceil_div(weights, limit) * inputs
    first = np.minimum(inputs, limit)
    return first, np.minimum(keep_inputs, keep_weights) - first + outputs


def _dla(table: LayerTable, units: UnitColumns) -> Mapped:
    """Output channels over clusters, input channels over 64 units; weights stay for a map."""
    clusters = units.pes[:, None] // UNITS["dla"]
    taps, rows, columns = table.R * table.S, _rows(table), _columns(table)
    depthwise = table.depthwise
    # Depthwise: a channel per PE, nothing to add up between PEs.
    parts = np.where(depthwise, ceil_div(table.C, units.pes[:, None]), ceil_div(table.K, clusters))
    tiles = np.where(depthwise, 1, ceil_div(table.C, np.asarray(UNITS["dla"], np.int64)))
    passes = np.where(depthwise, 1, parts)
    reach = (columns - 1) * np.minimum(table.stride, table.S) + table.S
    weights = table.filters * table.C * taps
    sums = np.where(depthwise, table.C, table.K) * rows * columns
    return Mapped(
        compute=parts * tiles * rows * columns * ceil_div(taps, units.simd[:, None]),
        link_in=passes * table.C * rows * table.R * reach + weights + sums * (tiles - 1),
        link_out=sums * tiles,
        fill=np.minimum(table.C, UNITS["dla"]) * taps,
    )


def _shi(table: LayerTable, units: UnitColumns) -> Mapped:
    """Output rows over clusters, eight output columns over units; filters and channels in turn."""
    clusters = units.pes[:, None] // UNITS["shi"]
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
    return Mapped(
        compute=planes * row_steps * column_steps * ceil_div(taps, units.simd[:, None]),
        link_in=planes * (reach_r * reach_s + taps) + sums * (visits - 1),
        link_out=sums * visits,
        fill=np.minimum(rows, clusters) * taps,
    )


def _rs(table: LayerTable, units: UnitColumns) -> Mapped:
    """Output rows over clusters, filter rows over units; columns, channels, filters in turn."""
    clusters = units.pes[:, None] // table.R
    taps, rows, columns = table.R * table.S, _rows(table), _columns(table)
    row_steps = ceil_div(rows, clusters)
    tiles = ceil_div(table.filters, np.asarray(FILTERS))
    rest = table.filters - (tiles - 1) * FILTERS
    lanes = units.simd[:, None]
    one_channel = (tiles - 1) * ceil_div(FILTERS * table.S, lanes) + ceil_div(rest * table.S, lanes)
    halo = np.maximum(table.R - table.stride, 0)
    reach = rows * np.minimum(table.stride, table.R) + row_steps * halo
    weights = table.filters * table.C * taps
    sums = np.where(table.depthwise, table.C, table.K) * rows * columns
    # Sums of one tile of filters stay in a cluster; more tiles push them out after every channel.
    visits = np.where((tiles == 1) | table.depthwise, 1, table.C)
    # Weights of one tile and channel stay while columns pass; else they come anew per column.
    again = np.where((tiles == 1) & (table.C == 1), 1, columns)
    return Mapped(
        compute=row_steps * columns * table.C * one_channel,
        link_in=table.C * reach * columns * table.S + row_steps * again * weights
        + sums * (visits - 1),
        link_out=sums * visits,
        fill=np.minimum(rows, clusters) * taps,
    )  # fmt: skip


def _systolic(table: LayerTable, units: UnitColumns) -> Mapped:
    """Unfolded convolutions on a systolic array whose folds follow each other without a gap."""
    pixels = _rows(table) * _columns(table)
    reduction = table.R * table.S * np.where(table.depthwise, 1, table.C)
    filters = table.filters
    timing = systolic_timing(
        pixels, filters, reduction, units.rows[:, None], units.columns[:, None],
        units.dataflow, pipelined=True,
    )  # fmt: skip
    # A depthwise layer is one product per channel.
    copies = np.where(table.depthwise, table.C, 1)
    return Mapped(
        compute=timing.cycles * copies,
        link_in=(timing.input_reads + timing.weight_reads + timing.partial_reads) * copies,
        link_out=timing.output_writes * copies,
        fill=np.zeros_like(timing.cycles),
    )
