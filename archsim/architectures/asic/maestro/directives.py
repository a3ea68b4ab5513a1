"""Mapping directives, and the mappings of the templates.

A mapping lists, from the outermost loop to the innermost, how each variable is cut into pieces.
``temporal(size, offset, v)`` visits the pieces of v one after the other; ``spatial(size, offset,
v)`` deals them to the sub-clusters of its level; ``cluster(n)`` opens a level whose unit consists
of n sub-units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from archsim.architectures.asic.maestro.layers import Layer
from archsim.errors import InputError, UnknownNameError

MapVariable = Literal["K", "C", "R", "S", "Y", "X", "Y'", "X'"]
"""Variable of a directive; ``Y'`` and ``X'`` count output rows and columns."""

_MAP_VARIABLES = ("K", "C", "R", "S", "Y", "X", "Y'", "X'")


@dataclass(frozen=True, slots=True)
class Directive:
    """How one variable is cut at one level.

    Attributes:
        spatial: Whether the pieces go to different sub-clusters (else one after the other).
        size: Elements of a piece.
        offset: Distance between the starts of neighbouring pieces.
        variable: What is cut.
    """

    spatial: bool
    size: int
    offset: int
    variable: MapVariable

    def __post_init__(self) -> None:
        if self.variable not in _MAP_VARIABLES:
            raise UnknownNameError("mapping variable", str(self.variable), _MAP_VARIABLES)
        if self.size < 1 or self.offset < 1:
            raise InputError(
                "size and offset of a mapping directive are whole numbers above zero",
                key=self.variable,
                found=f"size {self.size}, offset {self.offset}",
            )


@dataclass(frozen=True, slots=True)
class Cluster:
    """Opens an inner level whose unit has this many sub-units."""

    units: int

    def __post_init__(self) -> None:
        if self.units < 1:
            raise InputError("a cluster needs at least one unit", found=str(self.units))


Mapping = tuple[Directive | Cluster, ...]


def temporal(size: int, offset: int, variable: MapVariable) -> Directive:
    """Return a directive that visits pieces one after the other."""
    return Directive(False, size, offset, variable)


def spatial(size: int, offset: int, variable: MapVariable) -> Directive:
    """Return a directive that deals pieces to sub-clusters."""
    return Directive(True, size, offset, variable)


def _dla(layer: Layer) -> Mapping:
    """NVDLA: output channels over clusters, input channels over the 64 units of a cluster."""
    rows, columns = layer.R, layer.S
    if layer.depthwise:
        return (
            spatial(1, 1, "C"),
            temporal(rows, 1, "Y"),
            temporal(columns, 1, "X"),
            temporal(rows, rows, "R"),
            temporal(columns, columns, "S"),
        )
    return (
        spatial(1, 1, "K"),
        temporal(64, 64, "C"),
        temporal(rows, rows, "R"),
        temporal(columns, columns, "S"),
        temporal(rows, 1, "Y"),
        temporal(columns, 1, "X"),
        Cluster(64),
        spatial(1, 1, "C"),
        temporal(rows, 1, "Y"),
        temporal(columns, 1, "X"),
        temporal(rows, rows, "R"),
        temporal(columns, columns, "S"),
    )


def _shi(layer: Layer) -> Mapping:
    """ShiDianNao: output rows over clusters, eight output columns over the units of a cluster."""
    rows, columns = layer.R, layer.S
    return (
        temporal(1, 1, "K"),
        temporal(1, 1, "C"),
        spatial(rows, 1, "Y"),
        temporal(7 + columns, 8, "X"),
        temporal(rows, rows, "R"),
        temporal(columns, columns, "S"),
        Cluster(8),
        spatial(columns, 1, "X"),
    )


def _rs(layer: Layer) -> Mapping:
    """Row stationary: output rows over clusters, one filter row per unit of a cluster."""
    rows, columns = layer.R, layer.S
    return (
        spatial(1, 1, "Y'"),
        temporal(1, 1, "X'"),
        temporal(1, 1, "C"),
        temporal(16, 16, "K"),
        temporal(rows, rows, "R"),
        temporal(columns, columns, "S"),
        Cluster(rows),
        spatial(1, 1, "Y"),
        spatial(1, 1, "R"),
        temporal(columns, columns, "S"),
    )


def _shipped_rs(channels: int) -> Callable[[Layer], Mapping]:
    def mapping(layer: Layer) -> Mapping:
        rows, columns = layer.R, layer.S
        return (
            temporal(2, 2, "K"),
            temporal(channels, channels, "C"),
            spatial(rows, 1, "Y"),
            temporal(columns, 1, "X"),
            temporal(rows, rows, "R"),
            temporal(columns, columns, "S"),
            Cluster(3),
            spatial(1, 1, "X"),
        )

    return mapping


TEMPLATES: dict[str, Callable[[Layer], Mapping]] = {
    "dla": _dla,
    "shi": _shi,
    "rs": _rs,
    "rs_resnet50": _shipped_rs(4),
    "rs_mobilenetv2": _shipped_rs(2),
}
"""Template name to its mapping of a layer.

``rs`` is the valid variant that MAESTRO gives for GoogLeNet, MNASNet and SqueezeNet;
``rs_resnet50`` and ``rs_mobilenetv2`` are the mappings it gives for those two networks, which are
invalid for filters of more than one column (their channel tiles are inferred from its runs).
"""


def template_mapping(template: str, layer: Layer) -> Mapping:
    """Return the mapping of a layer onto a template.

    Raises:
        UnknownNameError: There is no such template.
    """
    if template not in TEMPLATES:
        raise UnknownNameError("template", str(template), TEMPLATES, key="template")
    return TEMPLATES[template](layer)


def units_per_cluster(template: str, layer: Layer) -> int:
    """Return the smallest number of PEs that a layer can run on: one cluster."""
    units = 1
    for item in template_mapping(template, layer):
        if isinstance(item, Cluster):
            units *= item.units
    return units
