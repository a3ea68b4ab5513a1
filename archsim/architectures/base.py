"""The contract between archsim and an architecture family."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from archsim.errors import UnsupportedError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.config import HardwareSpec, WorkloadSpec
    from archsim.kernel import Timeline
    from archsim.result import MetricDeclaration, Result
    from archsim.result.provenance import NamedConstant

Fidelity = Literal["analytic", "event"]
"""``analytic``: closed forms without contention. ``event``: the same forms, composed with SimPy."""

FIDELITIES: tuple[Fidelity, ...] = ("analytic", "event")

Spec = TypeVar("Spec")


class Architecture(ABC):
    """One family of accelerators: what a user may configure, and how to simulate it.

    A family keeps these promises, and the conformance tests check them:

    - ``simulate`` is a pure function of its arguments: the same hardware, workload, fidelity and
      seed give an equal ``Result``, byte for byte; nothing global changes.
    - Where nothing contends, both fidelities give exactly the same latency; contention never
      makes a run faster.
    - Every result carries the standard checks (``archsim.result.assemble`` adds them), the
      metrics it returns are the declared ones, and its provenance lists the constants it used.
    - A workload that the hardware cannot run raises ``UnsupportedError`` or ``InfeasibleError``
      with one sentence, before any simulation.

    Attributes:
        kind: Value of ``kind:`` in hardware files, e.g. ``"npu_pim"``.
        title: One line for humans.
        hardware_model: The strict model that hardware files of this kind are read into.
        workload_kinds: Values of ``kind:`` of the workloads it can run.
        metrics: Declarations of every key that may appear in ``Result.metrics``.
        components: Meaning of every component that may appear in ``Result.components``; the key
            ``"*"`` stands for components that a hardware file names.
        operation_kinds: Meaning of the kinds in ``Result.operations`` that no workload has.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    hardware_model: ClassVar[type[HardwareSpec]]
    workload_kinds: ClassVar[frozenset[str]]
    metrics: ClassVar[tuple[MetricDeclaration, ...]]
    components: ClassVar[Mapping[str, str]] = MappingProxyType({})
    operation_kinds: ClassVar[Mapping[str, str]] = MappingProxyType({})

    @abstractmethod
    def simulate(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        *,
        fidelity: Fidelity,
        seed: int,
        timeline: Timeline | None,
    ) -> Result:
        """Run one workload on one design.

        Args:
            hardware: An instance of ``hardware_model``.
            workload: A workload whose kind is in ``workload_kinds``.
            fidelity: ``"analytic"`` or ``"event"``.
            seed: Seed of every random choice of the run, at least 0.
            timeline: Recorder to fill in event fidelity; ``None`` records nothing.
        """

    def constants(self) -> Sequence[NamedConstant]:
        """Return the constants of the family's own code, those in no file, for explanations."""
        return ()

    def evaluate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Evaluate many designs at once with the closed forms of the analytic fidelity.

        Random choices are those of seed 0. The figures of a design depend on that design alone,
        bit for bit, and not on which others are evaluated with it.

        Args:
            hardware: The design that the columns vary.
            workload: The workload, the same for every design.
            columns: Dotted hardware key to an array of shape (designs,).

        Returns:
            Figure name (``latency_s``, ``energy_j``, ``area_mm2`` ...) to an array of shape
            (designs,); the names are those of ``Result`` and its metrics. ``feasible``, where it
            is there, is 0 for a design on which ``simulate`` raises ``InfeasibleError``; its
            other figures have no meaning.

        Raises:
            UnsupportedError: The family has no vectorised form, or none of this workload.
            InputError: A key does not exist, or a design is not a valid hardware.
        """
        raise UnsupportedError(f"the architecture {self.kind!r} cannot evaluate designs in batches")

    def simulate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Evaluate many designs at once in event fidelity.

        For families whose event fidelity is compiled. Every figure equals that of ``simulate``
        with seed 0 exactly; arguments, figures and errors are those of ``evaluate_batch``.

        Raises:
            UnsupportedError: The family simulates designs one by one only.
            InputError: A key does not exist, or a design is not a valid hardware.
        """
        raise UnsupportedError(f"the architecture {self.kind!r} simulates designs one by one")

    def infeasible_reasons(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> list[str] | None:
        """Return why designs that a batch evaluation calls infeasible are so.

        A family overrides it where that is faster than one ``simulate`` for each design. The
        reason of a design depends on that design alone.

        Args:
            hardware: The design that the columns vary.
            workload: The workload.
            columns: As for ``evaluate_batch``; infeasible designs only.

        Returns:
            One sentence per design; ``None`` when only ``simulate`` can tell.
        """
        return None


def expect(model: type[Spec], spec: object) -> Spec:
    """Return ``spec`` as an instance of ``model``; a family narrows its arguments with it.

    Raises:
        UnsupportedError: It is of another kind.
    """
    if not isinstance(spec, model):
        found = getattr(spec, "kind", type(spec).__name__)
        wanted = getattr(model, "__name__", "specification")
        raise UnsupportedError(
            f"this architecture needs a {wanted}", found=f"a specification of kind {found!r}"
        )
    return spec
