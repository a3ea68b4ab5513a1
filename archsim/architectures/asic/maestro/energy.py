"""Energy of layers from their traffic, in MAESTRO's unit."""

from __future__ import annotations

import numpy as np

from archsim.architectures.asic.maestro import silicon
from archsim.architectures.asic.maestro.fast import Costs
from archsim.architectures.asic.maestro.table import LayerTable


def energy_of(table: LayerTable, found: Costs) -> silicon.Floats:
    """Return the energy of layers in units of one multiply-accumulate, shape (layers,)."""
    # MAESTRO ignores the stride in the output's size.
    outputs = (table.Y - table.R + 1) * (table.X - table.S + 1)
    outputs *= np.where(table.depthwise, table.C, table.K)
    tensors = table.C * (table.Y * table.X + table.filters * (table.R * table.S)) + outputs
    read = found.l2_rd_in + found.l2_rd_w
    return silicon.energy_mac_units(tensors, read + found.l2_wr_out, read, found.macs)
