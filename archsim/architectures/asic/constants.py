"""Every constant of this family's code, for explanations."""

from __future__ import annotations

from archsim.architectures.asic.maestro.silicon import (
    FEB2020,
    L1_ENERGY,
    L2_ENERGY,
    MASTER,
    NETWORK_CONSTANTS,
)
from archsim.architectures.asic.silicon import SWITCH_FACTOR

ALL_CONSTANTS = (
    SWITCH_FACTOR,
    L1_ENERGY,
    L2_ENERGY,
    *NETWORK_CONSTANTS,
    *MASTER.constants(),
    *FEB2020.constants(),
)
