"""One run: checked arguments in, a checked result out."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING

from archsim.architectures.base import FIDELITIES, Architecture
from archsim.errors import InputError, SimulationError, UnknownNameError, UnsupportedError

if TYPE_CHECKING:
    from archsim.config import HardwareSpec, WorkloadSpec
    from archsim.kernel import Timeline
    from archsim.result import Result

MAXIMUM_SEED = 2**63 - 1


def simulate(
    hw: HardwareSpec,
    wl: WorkloadSpec,
    fidelity: str = "event",
    seed: int = 0,
    timeline: Timeline | None = None,
) -> Result:
    """Run a workload on a piece of hardware.

    Args:
        hw: From ``load_hardware``.
        wl: From ``load_workload``.
        fidelity: ``"event"`` (contention, overlap, queues) or ``"analytic"`` (closed forms).
        seed: Seed of every random choice; equal arguments give an equal result.
        timeline: Recorder to fill; event fidelity only.

    Raises:
        InputError: An argument is wrong, or the hardware cannot run this workload.
        SimulationError: The simulation itself went wrong.
    """
    architecture = architecture_for(hw, wl)
    if not isinstance(fidelity, str) or fidelity not in FIDELITIES:
        raise UnknownNameError("fidelity", str(fidelity), FIDELITIES)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAXIMUM_SEED:
        raise bad_seed(seed)
    if timeline is not None and fidelity != "event":
        raise UnsupportedError(f"a timeline can only be recorded in event fidelity, not {fidelity}")
    result = architecture.simulate(hw, wl, fidelity=fidelity, seed=seed, timeline=timeline)
    undeclared = sorted(set(result.metrics) - {item.name for item in architecture.metrics})
    if undeclared:
        raise SimulationError(
            f"the architecture {architecture.kind!r} returned the metric {undeclared[0]!r}, "
            "which it does not declare"
        )
    return result


def architecture_for(hw: HardwareSpec, wl: WorkloadSpec) -> Architecture:
    """Return the architecture that simulates this pair.

    Raises:
        InputError: An argument is not a specification.
        UnsupportedError: The family cannot run workloads of this kind.
    """
    from archsim.architectures import registry
    from archsim.config import HardwareSpec, WorkloadSpec

    if not isinstance(hw, HardwareSpec):
        raise InputError(
            "simulate needs hardware from archsim.load_hardware", found=type(hw).__name__
        )
    if not isinstance(wl, WorkloadSpec):
        raise InputError(
            "simulate needs a workload from archsim.load_workload", found=type(wl).__name__
        )
    architecture = registry.get(hw.kind)
    if wl.kind not in architecture.workload_kinds:
        raise UnsupportedError(
            f"the hardware {hw.name!r} (kind {hw.kind!r}) cannot run the workload {wl.name!r}",
            found=f"kind {wl.kind!r}",
            allowed=", ".join(sorted(architecture.workload_kinds)),
        )
    return architecture


def bad_seed(found: object) -> InputError:
    """Return the error for something that is no seed."""
    return InputError(
        "the seed must be a whole number", found=reprlib.repr(found), allowed=f"0 to {MAXIMUM_SEED}"
    )
