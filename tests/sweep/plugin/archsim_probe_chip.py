"""A chip in an outside package whose trials can go wrong in every way a trial can."""

from __future__ import annotations

import os
import signal
import time
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from archsim.architectures import Architecture, expect
from archsim.config import HardwareSpec, Hertz, NonNegativeFloat, PositiveInt
from archsim.errors import InfeasibleError, InputError
from archsim.kernel import Simulation
from archsim.result import MetricDeclaration, Pair, assemble, make_provenance

WORK = 1e9
Mode = Literal["sound", "crash", "exit", "kill", "spin", "hog", "broken", "print"]


class ProbeHardware(HardwareSpec):
    """Lanes that share work."""

    kind: Literal["probe_chip"] = "probe_chip"
    lanes: Annotated[PositiveInt, Field(le=4096)] = 4
    ports: Annotated[PositiveInt, Field(le=4096)] = 1
    frequency_hz: Hertz = 1e9
    nap_s: NonNegativeFloat = 0.0
    events: Annotated[PositiveInt, Field(le=10**9)] = 1
    mode: Mode = "sound"
    odd_lanes: bool = True

    @model_validator(mode="after")
    def _even(self) -> ProbeHardware:
        if not self.odd_lanes and self.lanes % 2:
            raise InputError("the lanes must be even", key="lanes", found=str(self.lanes))
        return self


class ProbeChip(Architecture):
    """More lanes are faster and larger; more ports than lanes do not fit."""

    kind = "probe_chip"
    title = "A chip whose trials go wrong, for tests"
    hardware_model = ProbeHardware
    workload_kinds = frozenset({"llm"})
    metrics = (MetricDeclaration("lanes_used", "1", "Lanes that worked."),)

    def simulate(self, hardware, workload, *, fidelity, seed, timeline):
        """Do the work, or go wrong."""
        chip = expect(ProbeHardware, hardware)
        if chip.ports > chip.lanes:
            raise InfeasibleError("more ports than lanes", key="ports", found=str(chip.ports))
        time.sleep(chip.nap_s)
        _go_wrong(chip.mode)
        sim = Simulation()

        def ticks():
            for _ in range(chip.events):
                yield sim.delay(1)

        sim.process(ticks(), "ticks")
        sim.run()
        contention = 1.0 + 0.1 * chip.ports if fidelity == "event" else 1.0
        latency_s = contention * workload.batch * WORK / (chip.lanes * chip.frequency_hz)
        lost = 1 if chip.mode == "broken" else 0
        return assemble(
            latency_s=latency_s,
            components=pd.DataFrame(
                {
                    "component": ["lanes"],
                    "busy_s": [latency_s],
                    "dynamic_energy_j": [0.01 * chip.lanes],
                    "static_energy_j": [0.5 * chip.ports * latency_s],
                    "area_mm2": [2.0 * chip.lanes + chip.ports],
                    "bytes": [8],
                }
            ),
            operations=pd.DataFrame(
                columns=["operation", "kind", "component", "start_s", "end_s", "energy_j"]
            ),
            metrics={"lanes_used": float(chip.lanes)},
            provenance=make_provenance(
                chip, workload, architecture=self.kind, fidelity=fidelity, seed=seed
            ),
            bytes_moved=[Pair("all", 8, 8 - lost, "bytes")],
        )


class BatchProbeHardware(ProbeHardware):
    """The same chip, with a batch form."""

    kind: Literal["batch_probe_chip"] = "batch_probe_chip"


class BatchProbeChip(ProbeChip):
    """The probe chip with closed forms over arrays."""

    kind = "batch_probe_chip"
    hardware_model = BatchProbeHardware

    def evaluate_batch(self, hardware, workload, columns):
        """Return latency, energy and area of many chips."""
        chip = expect(ProbeHardware, hardware)
        count = len(next(iter(columns.values())))

        def column(name):
            return np.asarray(columns.get(name, np.full(count, getattr(chip, name))))

        lanes, ports = column("lanes"), column("ports")
        if (~column("odd_lanes").astype(bool) & (lanes % 2 == 1)).any():
            raise InputError("the lanes must be even", key="lanes")
        for mode in set(column("mode").tolist()):
            _go_wrong(mode)
        latency_s = workload.batch * WORK / (lanes * column("frequency_hz"))
        return {
            "latency_s": latency_s,
            "energy_j": 0.01 * lanes + 0.5 * ports * latency_s,
            "area_mm2": 2.0 * lanes + ports,
            "feasible": (ports <= lanes).astype(float),
        }


def _go_wrong(mode):
    if mode == "crash":
        raise ValueError("a defect\nof the chip")
    if mode == "exit":
        os._exit(3)
    if mode == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    while mode == "spin":
        time.sleep(0.01)
    if mode == "print":
        os.write(1, b"not an answer\n")
    if mode == "hog":
        kept = [bytearray(10_000_000) for _ in range(100)]
        del kept
