"""``archsim.asic``: functions of this family for people and for comparisons with its peers."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.architectures.asic.maestro import silicon
from archsim.architectures.asic.maestro.energy import energy_of
from archsim.architectures.asic.maestro.fast import Costs, Hardware, costs, hardware_columns
from archsim.architectures.asic.maestro.table import Columns, LayerTable, layer_table
from archsim.blocks.numbers import whole
from archsim.blocks.systolic import DATAFLOWS, Dataflow, systolic_timing
from archsim.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["maestro", "systolic"]

Group = tuple[str, slice | NDArray[np.intp]]
"""A name and the layers it applies to."""

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

    Everything but the layers may be a scalar or one value per layer.

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
    count = len(table)
    hardware = hardware_columns(count, pes, noc_bandwidth, noc_latency, simd, offchip_bandwidth)
    versions = _groups("version", version, count)
    for name, _ in versions:
        silicon.constant_set(name)
    nets = np.asarray(layers["net"], object) if "net" in layers else None
    templates = _meant(_groups("template", template, count), versions, nets, count)
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
) -> pd.DataFrame:
    """Return the compute cycles of layers on a systolic array, as SCALE-Sim counts them.

    Args:
        layers: Columns ``M_ofmap_px`` (output pixels), ``Kdim`` (reduction) and ``N_filters``.
        rows: Rows of the array; scalar or one per layer, as ``columns``.
        columns: Columns of the array.
        dataflow: ``os``, ``ws`` or ``is``; a name or one per layer.

    Returns:
        One row per layer: ``total_cycles`` and ``folds``.

    Raises:
        InputError: A size is not a whole number above zero, or a column is missing.
        UnknownNameError: There is no such dataflow.
    """
    import pandas as pd

    sizes = systolic_sizes(layers)
    count = len(sizes["m"])
    height, width = (np.broadcast_to(np.asarray(each), count) for each in (rows, columns))
    found = {name: np.zeros(count, np.int64) for name in ("total_cycles", "folds")}
    for name, chosen in _groups("dataflow", dataflow, count):
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
    return pd.DataFrame(found)


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


def _groups(what: str, given: str | ArrayLike, count: int) -> list[Group]:
    """Return each name and the layers it applies to."""
    import pandas as pd

    names = np.asarray(given, dtype=object)
    if names.ndim > 1 or (names.ndim == 1 and len(names) not in (1, count)):
        raise InputError(
            f"one {what}, or one per layer",
            key=what,
            found=f"{names.size} for {count} layers",
        )
    if names.size == 1:
        return [(str(names.ravel()[0]), slice(None))]
    codes, found = pd.factorize(names, use_na_sentinel=False)
    return [(str(name), np.flatnonzero(codes == code)) for code, name in enumerate(found)]


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
    return _groups("template", meant, count)


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
