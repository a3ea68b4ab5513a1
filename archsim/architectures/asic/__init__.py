"""ASIC accelerators: dataflow templates (NVDLA, ShiDianNao, row stationary) and systolic arrays.

``maestro`` is the peers' cost model, artefacts included; ``physical`` the one without them.
``chip`` prices every layer on every accelerator, ``greedy`` and ``cp_sat`` schedule, ``system``
plays a schedule with SimPy.
"""

from archsim.architectures.asic.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
