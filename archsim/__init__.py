"""archsim: cycle-approximate models of accelerators, from one workload to latency, energy, area.

    import archsim

    hardware = archsim.load_hardware("neupims")
    workload = archsim.load_workload("gpt3-13b-sharegpt")
    result = archsim.simulate(hardware, workload)
    print(result.latency_s, result.energy_j, result.area_mm2)

Names are imported when they are first used, so that ``import archsim`` stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from archsim.version import __version__

if TYPE_CHECKING:
    from archsim.api import load_hardware, load_workload, simulate
    from archsim.architectures.asic import public as asic
    from archsim.architectures.dram import public as dram
    from archsim.architectures.fpga import public as fpga
    from archsim.architectures.gpu import public as gpu
    from archsim.architectures.neural_graphics import public as neural_graphics
    from archsim.architectures.npu_pim import public as npu_pim
    from archsim.errors import (
        ArchsimError,
        DeadlockError,
        InfeasibleError,
        InputError,
        MissingExtraError,
        SimulationError,
        UnknownNameError,
        UnsupportedError,
    )
    from archsim.result import Result
    from archsim.search.experiment import search as search_designs
    from archsim.sweeps import sweep

_NAMES: dict[str, str] = {
    "load_hardware": "archsim.api",
    "load_workload": "archsim.api",
    "simulate": "archsim.api",
    "sweep": "archsim.sweeps",
    "search_designs": "archsim.search.experiment:search",
    "Result": "archsim.result",
    "ArchsimError": "archsim.errors",
    "DeadlockError": "archsim.errors",
    "InfeasibleError": "archsim.errors",
    "InputError": "archsim.errors",
    "MissingExtraError": "archsim.errors",
    "SimulationError": "archsim.errors",
    "UnknownNameError": "archsim.errors",
    "UnsupportedError": "archsim.errors",
}
_MODULES: dict[str, str] = {
    "asic": "archsim.architectures.asic.public",
    "dram": "archsim.architectures.dram.public",
    "fpga": "archsim.architectures.fpga.public",
    "gpu": "archsim.architectures.gpu.public",
    "neural_graphics": "archsim.architectures.neural_graphics.public",
    "npu_pim": "archsim.architectures.npu_pim.public",
}
"""Public name of a family to the module with its lower-level functions; a family adds a line."""


def __getattr__(name: str) -> object:
    if name in _MODULES:
        value: object = importlib.import_module(_MODULES[name])
    elif name in _NAMES:
        module, _, attribute = _NAMES[name].partition(":")
        value = getattr(importlib.import_module(module), attribute or name)
    else:
        raise AttributeError(f"module 'archsim' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES, *_MODULES})


__all__ = [
    "ArchsimError",
    "DeadlockError",
    "InfeasibleError",
    "InputError",
    "MissingExtraError",
    "Result",
    "SimulationError",
    "UnknownNameError",
    "UnsupportedError",
    "__version__",
    "asic",
    "dram",
    "fpga",
    "gpu",
    "load_hardware",
    "load_workload",
    "neural_graphics",
    "npu_pim",
    "search_designs",
    "simulate",
    "sweep",
]
