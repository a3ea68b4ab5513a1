"""The family behind archsim's contract: closed forms, and arbitration in event fidelity."""

from __future__ import annotations

import math
from types import MappingProxyType

import pandas as pd

from archsim.architectures import Architecture, expect
from archsim.errors import UnsupportedError
from archsim.kernel import fs_to_seconds
from archsim.result import MetricDeclaration, Pair, assemble, make_provenance
from archsim_vector_chip.config import VectorChip

FS = 10**15


class VectorArchitecture(Architecture):
    """Every core decodes sequences of its own, operation after operation."""

    kind = "vector_chip"
    title = "Cores of vector lanes that share a memory (example of an outside package)"
    hardware_model = VectorChip
    workload_kinds = frozenset({"ternary_lm"})
    metrics = (MetricDeclaration("tokens_per_s", "tokens/s", "Tokens divided by latency."),)
    components = MappingProxyType({"cores": "All cores.", "memory": "The memory they share."})

    def simulate(self, hardware, workload, *, fidelity, seed, timeline):
        """Run a batch; see the base class.

        Raises:
            UnsupportedError: The workload is of another kind.
        """
        from archsim.workload.ternary_lm_workload import TernaryLmWorkload

        chip, batch = expect(VectorChip, hardware), expect(TernaryLmWorkload, workload)
        if timeline is not None:
            raise UnsupportedError("this architecture records no timeline")
        trace = batch.trace(seed=seed)
        busy = min(chip.cores, batch.batch)
        rounds = math.ceil(batch.batch / chip.cores) * batch.generated_tokens
        wait = chip.arbiter_cycles * (busy - 1) if fidelity == "event" else 0
        rows, now, core_fs, memory_fs, work, moved = [], 0, 0, 0, 0, 0
        for index in range(len(trace)):
            repeat = int(trace.column("repeat")[index]) * rounds
            elements = int(trace.column("macs")[index] + trace.column("vector_elements")[index])
            share = math.ceil(elements / batch.batch)
            weights = int(trace.column("weight_bytes")[index])
            compute = round(math.ceil(share / chip.lanes) / chip.frequency_hz * FS)
            load = round(weights * chip.cores / chip.bandwidth_bytes_per_s * FS)
            whole = max(compute, load) + round(wait / chip.frequency_hz * FS)
            cost = share * repeat * busy * chip.operation_j
            name, kind = (str(trace.operations[key][index]) for key in ("name", "kind"))
            end = now + whole * repeat
            rows.append((name, kind, "cores", fs_to_seconds(now), fs_to_seconds(end), cost))
            now, core_fs, memory_fs = end, core_fs + compute * repeat, memory_fs + load * repeat
            work, moved = work + share * repeat * busy, moved + weights * repeat * busy
        latency_s = fs_to_seconds(now)
        components = pd.DataFrame(
            {
                "component": ["cores", "memory"],
                "busy_s": [fs_to_seconds(core_fs), fs_to_seconds(memory_fs)],
                "dynamic_energy_j": [work * chip.operation_j, moved * chip.byte_j],
                "static_energy_j": [0.0, 0.0],
                "area_mm2": [chip.cores * chip.core_mm2, 0.0],
                "bytes": [0.0, float(moved)],
            }
        )
        columns = ["operation", "kind", "component", "start_s", "end_s", "energy_j"]
        asked = sum(
            math.ceil(int(a + b) / batch.batch) * int(repeat)
            for a, b, repeat in zip(
                *(trace.column(key) for key in ("macs", "vector_elements", "repeat")), strict=True
            )
        )
        weights = int((trace.column("weight_bytes") * trace.column("repeat")).sum())
        return assemble(
            latency_s=latency_s,
            components=components,
            operations=pd.DataFrame(rows, columns=columns),
            metrics={"tokens_per_s": batch.batch * batch.generated_tokens / latency_s},
            provenance=make_provenance(
                chip, batch, architecture=self.kind, fidelity=fidelity, seed=seed,
                trace_hash=trace.content_hash(),
            ),
            bytes_moved=[Pair("weights", float(weights * rounds * busy), float(moved), "bytes")],
            work=[Pair("operations", float(asked * rounds * busy), float(work), "operations")],
            roofline_s=work / busy / (chip.lanes * chip.frequency_hz),
        )  # fmt: skip


ARCHITECTURE = VectorArchitecture()
