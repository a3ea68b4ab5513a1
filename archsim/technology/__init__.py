"""Energy, area and voltage constants per process node, each with its source, and scaling laws."""

from __future__ import annotations

from archsim.technology import arithmetic, dram, interconnect, nodes, sram
from archsim.technology.arithmetic import BITS, PRECISIONS, Precision
from archsim.technology.constant import TechConstant, weakest
from archsim.technology.dram import DRAM_KINDS, NEUPIMS_HBM2, DramCurrents
from archsim.technology.interconnect import LINK_KINDS
from archsim.technology.nodes import (
    NODES_NM,
    ProcessNode,
    area_scale,
    delay_scale,
    energy_scale,
    process_node,
)


def all_constants(node_nm: int = nodes.REFERENCE_NM) -> tuple[TechConstant, ...]:
    """Return every constant of this package at one node, for listing and for audits.

    Raises:
        UnknownNodeError: For a node without data.
    """
    return (
        *process_node(node_nm).constants(),
        *arithmetic.all_constants(node_nm),
        *sram.all_constants(node_nm),
        *dram.all_constants(),
        *interconnect.all_constants(),
    )


__all__ = [
    "BITS",
    "DRAM_KINDS",
    "LINK_KINDS",
    "NEUPIMS_HBM2",
    "NODES_NM",
    "PRECISIONS",
    "DramCurrents",
    "Precision",
    "ProcessNode",
    "TechConstant",
    "all_constants",
    "area_scale",
    "delay_scale",
    "energy_scale",
    "process_node",
    "weakest",
]
