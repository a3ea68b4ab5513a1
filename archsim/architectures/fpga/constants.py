"""Constants of the models that stand in no hardware file, each with its source."""

from __future__ import annotations

from archsim.architectures.fpga.config import FpgaHardware
from archsim.architectures.fpga.resources import (
    BLOCK_DEPTH,
    BLOCK_PORT_BYTES,
    LANE_CELLS,
    REGISTER_BYTES,
)
from archsim.technology.constant import TechConstant
from archsim.workload.ternary_lm_model import (
    FFN_OPS_PER_FEATURE,
    WIDTH_OPS_PER_FEATURE,
    zero_share_of_gaussian_weights,
)

_BUDGET = "count of norms, quantisation, gates, scan and residuals in the repository's code"

ZERO_SHARE = TechConstant(
    "fpga.zero_share",
    zero_share_of_gaussian_weights(),
    "share of weights",
    "erf(sqrt(2 / pi) / (2 sqrt(2))): Gaussian weights rounded at their mean magnitude",
    "inferred",
)
OPERATIONS = (
    TechConstant(
        "fpga.element_operations.width", WIDTH_OPS_PER_FEATURE, "1/feature", _BUDGET, "inferred"
    ),
    TechConstant(
        "fpga.element_operations.ffn", FFN_OPS_PER_FEATURE, "1/feature", _BUDGET, "inferred"
    ),
)

ALL_CONSTANTS = (
    ZERO_SHARE,
    *OPERATIONS,
    *(constant for lanes in LANE_CELLS.values() for constant in lanes),
    BLOCK_PORT_BYTES,
    BLOCK_DEPTH,
    REGISTER_BYTES,
)
"""Every constant that some run of this family rests on, for explanations."""


def ternary_constants(hardware: FpgaHardware) -> tuple[TechConstant, ...]:
    """Return the constants that a run of a ternary core rests on."""
    lanes = LANE_CELLS[hardware.board.logic_kind]
    return (ZERO_SHARE, *OPERATIONS, *lanes, BLOCK_PORT_BYTES, BLOCK_DEPTH, REGISTER_BYTES)
