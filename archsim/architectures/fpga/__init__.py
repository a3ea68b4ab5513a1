"""Datapaths on FPGA boards: MatMul-free language models, vision transformers with experts.

``board`` and ``config`` say what a user may set. Ternary models: ``matvec`` and ``ternary_block``
are the closed forms over many designs, ``program`` and ``schedule`` the instruction stream,
``core_timing`` its durations, ``core_system`` plays it with SimPy, ``ternary_run`` makes results.
Vision transformers: ``vit_costs`` and ``moe_layer`` are the closed forms, ``vit_system`` plays an
image, ``vit_run`` makes results. ``resources``, ``energy`` and ``roofline`` serve both.
"""

from archsim.architectures.fpga.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
