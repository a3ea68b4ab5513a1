"""``archsim.fpga``: functions of this family for people and for comparisons with its peers."""

from __future__ import annotations

from archsim.architectures.fpga.design_sweep import design_sweep
from archsim.architectures.fpga.ternary_public import TernaryBlock, ternary_block
from archsim.architectures.fpga.vit_public import MoeVit, moe_vit

__all__ = ["MoeVit", "TernaryBlock", "design_sweep", "moe_vit", "ternary_block"]
