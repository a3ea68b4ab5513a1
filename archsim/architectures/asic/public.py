"""``archsim.asic``: functions of this family for people and for comparisons with its peers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.architectures.asic.grouping import Group, common_length, groups
from archsim.architectures.asic.maestro import silicon
from archsim.architectures.asic.maestro.energy import energy_of
from archsim.architectures.asic.maestro.fast import Costs, Hardware, costs, hardware_columns
from archsim.architectures.asic.maestro.table import Columns, LayerTable, layer_table
from archsim.blocks.numbers import whole
from archsim.blocks.systolic import DATAFLOWS, Dataflow, systolic_timing
from archsim.errors import InputError, UnknownNameError, UnsupportedError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["maestro", "physical", "systolic"]

SHIPPED_RS_VERSIONS = ("feb2020", "master+div0guard")
"""Versions whose ``rs`` is the mapping that came with them for a network, not the valid variant."""

SHIPPED_RS_NETS = {"mobilenetv2": "rs_mobilenetv2"}
"""Network (column ``net`` of the layers) to its own ``rs`` mapping; others have ResNet-50's."""


def maestro(
    layers: Columns,
    template: str | ArrayLike,
    pes: ArrayLike,
    noc_bandwidth: ArrayLike,
    noc_latency: ArrayLike = 1,
    simd: ArrayLike = 1,
    offchip_bandwidth: ArrayLike | None = None,
    l1_bytes: ArrayLike | None = None,
    version: str | ArrayLike = "master",
) -> pd.DataFrame:
    """Return what MAESTRO says about layers on template accelerators, artefacts included.

    Everything but the layers may be a scalar or one value per layer; one layer goes with many
    values.

    Args:
        layers: Columns ``type, K, C, R, S, Y, X, stride`` (Y, X with padding). A column ``net``
            picks the ``rs`` mapping of a network where the version came with one per network.
        template: ``dla``, ``shi``, ``rs``, or ``rs_resnet50``, ``rs_mobilenetv2``. In versions
            ``feb2020`` and ``master+div0guard``, ``rs`` is the mapping that came with them, which
            is only valid for filters of one column.
        pes: Processing elements.
        noc_bandwidth: Elements per cycle of the network at every level.
        noc_latency: Cycles of a transfer besides its elements.
        simd: Multiply-accumulates of a PE per cycle.
        offchip_bandwidth: Elements per cycle; None or NaN leaves the limit out.
        l1_bytes: Buffer of each PE, for area and power; None takes what the mapping needs.
        version: ``master``, ``feb2020`` or ``master+div0guard``.

    Returns:
        One row per layer: ``runtime_cycles, energy_mac_units, area_um2, power_mw, l2_rd_in,
        l2_rd_w, l2_wr_out``, and ``macs, energy_nj, l1_bytes_per_pe, l2_bytes``.

    Raises:
        InputError: An argument is out of range, unknown, or of another length.
        InfeasibleError: Fewer PEs than one cluster of the template.
        UnsupportedError: MAESTRO is wrong by construction for a layer; the message names it.
    """
    import pandas as pd

    table = layer_table(layers)
    count = common_length(
        len(table), template=template, pes=pes, noc_bandwidth=noc_bandwidth,
        noc_latency=noc_latency, simd=simd, offchip_bandwidth=offchip_bandwidth,
        l1_bytes=l1_bytes, version=version,
    )  # fmt: skip
    if len(table) != count:
        table = table.take(np.zeros(count, np.intp))
    hardware = hardware_columns(count, pes, noc_bandwidth, noc_latency, simd, offchip_bandwidth)
    versions = groups("version", version, count)
    for name, _ in versions:
        silicon.constant_set(name)
    nets = np.asarray(layers["net"], object) if "net" in layers else None
    templates = _meant(groups("template", template, count), versions, nets, count)
    found = _costs(table, templates, hardware)
    l1 = found.l1_bytes if l1_bytes is None else _buffer_bytes(l1_bytes, count)
    energy = energy_of(table, found)
    priced = {name: np.empty(count) for name in ("area_um2", "power_mw", "energy_nj")}
    for name, chosen in versions:
        constants = silicon.constant_set(name)
        sizes = (
            hardware.pes[chosen], hardware.noc_bandwidth[chosen], hardware.simd[chosen],
            l1[chosen], found.l2_bytes[chosen],
        )  # fmt: skip
        priced["area_um2"][chosen] = silicon.area_um2(constants, *sizes)
        priced["power_mw"][chosen] = silicon.power_mw(constants, *sizes)
        priced["energy_nj"][chosen] = energy[chosen] * (constants.unit_j * 1e9)
    return pd.DataFrame(
        {
            "runtime_cycles": found.runtime_cycles,
            "energy_mac_units": energy,
            "area_um2": priced["area_um2"],
            "power_mw": priced["power_mw"],
            "l2_rd_in": found.l2_rd_in,
            "l2_rd_w": found.l2_rd_w,
            "l2_wr_out": found.l2_wr_out,
            "macs": found.macs,
            "energy_nj": priced["energy_nj"],
            "l1_bytes_per_pe": found.l1_bytes,
            "l2_bytes": found.l2_bytes,
        },
        copy=False,
    )


def systolic(
    layers: Columns,
    rows: ArrayLike,
    columns: ArrayLike,
    dataflow: str | ArrayLike,
    *,
    bandwidth_words: ArrayLike | None = None,
    ifmap_kib: ArrayLike = 2048,
    filter_kib: ArrayLike = 2048,
    ofmap_kib: ArrayLike = 1024,
) -> pd.DataFrame:
    """Return the cycles of layers on a systolic array, as SCALE-Sim counts them.

    Args:
        layers: Columns ``M_ofmap_px`` (output pixels), ``Kdim`` (reduction) and ``N_filters``.
            With a bandwidth, ``H, W, R, S, C, K, stride`` say which inputs neighbouring windows
            share; without them every input counts as read once.
        rows: Rows of the array; scalar or one per layer, as ``columns``.
        columns: Columns of the array.
        dataflow: ``os``, ``ws`` or ``is``; a name or one per layer.
        bandwidth_words: Words of one byte per cycle of each of the three interfaces to memory;
            None never stalls. Only for ``ws``.
        ifmap_kib: Input memory, KiB; half of it is in use while the other half is fetched.
        filter_kib: Filter memory, KiB, likewise.
        ofmap_kib: Output memory, KiB; a half drains while the other fills.

    Returns:
        One row per layer: ``total_cycles`` (stalls included), ``folds`` and ``stall_cycles``.

    Raises:
        InputError: A size is not a whole number above zero, or a column is missing.
        UnknownNameError: There is no such dataflow.
        UnsupportedError: A bandwidth is given for another dataflow than ``ws``.
    """
    import pandas as pd

    sizes = systolic_sizes(layers)
    count = common_length(
        len(sizes["m"]), rows=rows, columns=columns, dataflow=dataflow,
        bandwidth_words=bandwidth_words, ifmap_kib=ifmap_kib, filter_kib=filter_kib,
        ofmap_kib=ofmap_kib,
    )  # fmt: skip
    sizes = {name: np.broadcast_to(each, count) for name, each in sizes.items()}
    height, width = (np.broadcast_to(np.asarray(each), count) for each in (rows, columns))
    names = ("total_cycles", "folds", "stall_cycles")
    found = {name: np.zeros(count, np.int64) for name in names}
    for name, chosen in groups("dataflow", dataflow, count):
        timing = systolic_timing(
            sizes["m"][chosen],
            sizes["n"][chosen],
            sizes["k"][chosen],
            height[chosen],
            width[chosen],
            checked_dataflow(name),
        )
        found["total_cycles"][chosen] = timing.cycles
        found["folds"][chosen] = timing.folds
        if bandwidth_words is not None and name != "ws":
            raise UnsupportedError(
                "stalls are only modelled for a weight-stationary array",
                key="dataflow",
                found=name,
                allowed="ws, or no bandwidth_words",
            )
    if bandwidth_words is not None:
        from archsim.architectures.asic.scalesim.limited import stalling_shapes, stalls

        shapes = stalling_shapes(layers, sizes, height, width)
        limits = [
            np.broadcast_to(whole(key, value), count)
            for key, value in (
                ("bandwidth_words", bandwidth_words), ("ifmap_kib", ifmap_kib),
                ("filter_kib", filter_kib), ("ofmap_kib", ofmap_kib),
            )
        ]  # fmt: skip
        for index, shape in enumerate(shapes):
            words, *kib = (int(each[index]) for each in limits)
            found["stall_cycles"][index] = stalls(shape, words, *(1024 * each for each in kib))
        found["total_cycles"] += found["stall_cycles"]
    return pd.DataFrame(found)


def physical(
    layers: Columns,
    hardware: str | Path | Mapping[str, object] = "systolic-32x32",
    accelerator: str | None = None,
    bytes_per_element: int = 1,
) -> pd.DataFrame:
    """Return what layers take on one accelerator of a chip in physical mode, one at a time.

    Args:
        layers: Columns ``type, K, C, R, S, Y, X, stride`` (Y, X with padding).
        hardware: Hardware of kind ``asic``: a shipped name, a path, or a mapping.
        accelerator: Name of the accelerator; None takes the first.
        bytes_per_element: Size of weights and activations: 1, 2 or 4.

    Returns:
        One row per layer: ``cycles`` (memory included), ``seconds``, ``compute_cycles``,
        ``energy_j`` (dynamic, memory included), ``memory_bytes``, ``link_bytes``, ``macs``.

    Raises:
        InputError: A layer is impossible, or there is no such hardware.
        UnknownNameError: The chip has no such accelerator.
        InfeasibleError: The budget is exceeded, or it has fewer PEs than one cluster.
    """
    import pandas as pd

    from archsim.architectures.asic.chip import chip_of
    from archsim.architectures.asic.chip_costs import physical_columns
    from archsim.architectures.asic.config import AsicHardware
    from archsim.config import build, load_document
    from archsim.kernel import Clock, fs_to_seconds

    spec = build(AsicHardware, load_document(hardware, "hw_configs", {"mode": "physical"}))
    chip = chip_of(spec, bytes_per_element)
    name = spec.names[0] if accelerator is None else accelerator
    if name not in spec.names:
        raise UnknownNameError("accelerator", name, spec.names, key="accelerator")
    table = layer_table(layers)
    found = physical_columns(chip, table, np.ones(len(table), np.int64))
    where = spec.names.index(name)
    duration = found.duration_fs[:, where]
    clock = Clock(spec.frequency_hz)
    return pd.DataFrame(
        {
            "cycles": [clock.cycles(each) for each in duration.tolist()],
            "seconds": [fs_to_seconds(each) for each in duration.tolist()],
            "compute_cycles": found.compute_cycles[:, where],
            "energy_j": found.energy_j[:, where] + found.memory_j[:, where],
            "memory_bytes": found.first_bytes[:, where] + found.stream_bytes[:, where],
            "link_bytes": found.link_bytes[:, where],
            "macs": found.macs,
        }
    )


def systolic_sizes(layers: Columns) -> dict[str, NDArray[np.int64]]:
    """Return m, n and k of layers given as matrix products, each of shape (layers,)."""
    names = {"m": "M_ofmap_px", "n": "N_filters", "k": "Kdim"}
    missing = [name for name in names.values() if name not in layers]
    if missing:
        raise InputError(
            "layers need the columns M_ofmap_px, Kdim and N_filters",
            found=f"no {', '.join(missing)}",
        )
    arrays = [np.atleast_1d(np.asarray(layers[name])) for name in names.values()]
    try:
        spread = np.broadcast_arrays(*arrays)
    except ValueError:
        raise InputError(
            "columns of layers differ in length",
            found=", ".join(str(len(each)) for each in arrays),
        ) from None
    return dict(zip(names, spread, strict=True))


def checked_dataflow(name: object) -> Dataflow:
    """Return a dataflow by name.

    Raises:
        UnknownNameError: There is no such dataflow.
    """
    for known in DATAFLOWS:
        if name == known:
            return known
    raise UnknownNameError("dataflow", str(name), DATAFLOWS, key="dataflow")


def _meant(
    templates: list[Group],
    versions: list[Group],
    nets: NDArray[np.object_] | None,
    count: int,
) -> list[Group]:
    """Return the mapping that each template means in each version."""
    asked = [name for name, _ in templates]
    if "rs" not in asked or not any(name in SHIPPED_RS_VERSIONS for name, _ in versions):
        return templates
    meant = np.empty(count, object)
    for name, chosen in templates:
        meant[chosen] = name
    for name, chosen in versions:
        if name in SHIPPED_RS_VERSIONS:
            of_version = np.zeros(count, np.bool_)
            of_version[chosen] = True
            for index in np.flatnonzero(of_version & (meant == "rs")).tolist():
                net = "" if nets is None else str(np.broadcast_to(nets, count)[index]).lower()
                meant[index] = SHIPPED_RS_NETS.get(net, "rs_resnet50")
    return groups("template", meant, count)


def _buffer_bytes(l1_bytes: ArrayLike, count: int) -> NDArray[np.int64]:
    sizes = whole("l1_bytes", l1_bytes)
    if sizes.ndim > 1 or (sizes.ndim == 1 and len(sizes) not in (1, count)):
        raise InputError("one buffer size, or one per layer", key="l1_bytes")
    return np.broadcast_to(sizes, count)


def _costs(table: LayerTable, templates: list[Group], hardware: Hardware) -> Costs:
    if len(templates) == 1:
        return costs(table, templates[0][0], hardware)
    gathered = {each.name: np.empty(len(table), np.int64) for each in fields(Costs)}
    for name, chosen in templates:
        indices = np.arange(len(table))[chosen]
        part = Hardware(*(getattr(hardware, each.name)[chosen] for each in fields(Hardware)))
        found = costs(table.take(indices), name, part)
        for key, column in gathered.items():
            column[chosen] = getattr(found, key)
    return Costs(**gathered)
