"""A tiny architecture in an outside package: steps of work on lanes, operands from a memory."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from archsim.architectures import Architecture, expect
from archsim.config import (
    BytesPerSecond,
    HardwareSpec,
    Hertz,
    PositiveInt,
    StrictModel,
    WorkloadSpec,
)
from archsim.errors import InfeasibleError
from archsim.result import MetricDeclaration, Pair, assemble, make_provenance

NUMBER = 7


class Core(StrictModel):
    """The lanes."""

    frequency_hz: Hertz
    lanes: PositiveInt = 4


class Memory(StrictModel):
    """The operand memory."""

    bandwidth_bytes_per_s: BytesPerSecond


class FakeHardware(HardwareSpec):
    """A core beside a memory."""

    kind: Literal["fake_chip"]
    core: Core
    memory: Memory
    mode: Literal["sound", "broken", "crash", "undeclared"] = "sound"


class StepsWorkload(WorkloadSpec):
    """Equal steps."""

    kind: Literal["steps"]
    steps: PositiveInt = 2
    elements: PositiveInt = 1000


class FakeChip(Architecture):
    """Each step loads its elements, then works on them."""

    kind = "fake_chip"
    title = "A fake chip for tests"
    hardware_model = FakeHardware
    workload_kinds = frozenset({"steps"})
    metrics = (MetricDeclaration("steps_per_s", "steps/s", "Steps divided by latency."),)

    def simulate(self, hardware, workload, *, fidelity, seed, timeline):
        """Run the steps one after the other."""
        chip = expect(FakeHardware, hardware)
        work = expect(StepsWorkload, workload)
        if work.elements > 250_000 * chip.core.lanes:
            raise InfeasibleError(
                "the elements do not fit", key="elements", found=str(work.elements)
            )
        if chip.mode == "crash":
            raise ValueError("a defect\nof the chip")
        load_s = 4 * work.elements / chip.memory.bandwidth_bytes_per_s
        work_s = work.elements / (chip.core.lanes * chip.core.frequency_hz)
        step_s = load_s + work_s if fidelity == "event" else max(load_s, work_s)
        latency_s = step_s * work.steps
        rows = []
        for step in range(work.steps):
            start_s = step * step_s
            if fidelity == "event":
                rows.append(("load", "memory", "memory", start_s, start_s + load_s, 1e-9))
                start_s += load_s
            rows.append(("work", "vector", "core", start_s, (step + 1) * step_s, 2e-9))
        columns = ["operation", "kind", "component", "start_s", "end_s", "energy_j"]
        moved = 4 * work.elements * work.steps
        components = pd.DataFrame(
            {
                "component": ["core", "memory"],
                "busy_s": [work_s * work.steps, load_s * work.steps],
                "dynamic_energy_j": [2e-9 * work.steps, 1e-9 * work.steps],
                "static_energy_j": [0.5 * latency_s, 0.1 * latency_s],
                "area_mm2": [3.0, 1.5],
                "bytes": [moved, moved],
            }
        )
        if timeline is not None:
            timeline.span("core", "work", 0, 1000)
        lost = 1 if chip.mode == "broken" else 0
        name = "surprise" if chip.mode == "undeclared" else "steps_per_s"
        return assemble(
            latency_s=latency_s,
            components=components,
            operations=pd.DataFrame(rows, columns=columns),
            metrics={name: work.steps / latency_s},
            provenance=make_provenance(
                chip,
                work,
                architecture=self.kind,
                fidelity=fidelity,
                seed=seed,
                trace_hash="0" * 64,
            ),
            bytes_moved=[Pair("memory to core", moved, moved - lost, "bytes")],
            roofline_s=max(load_s, work_s) * work.steps,
        )
