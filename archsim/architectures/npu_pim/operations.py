"""What the NPU does in one operation: loads that run ahead, compute that waits for them.

An operation is a list of steps. Loads of all steps follow each other on the memory channels
without waiting for compute; step i computes once its load is there and step i-1 is done. The same
steps are summed up in closed form here and played as processes by the event fidelity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from archsim.kernel import Clock

Component = Literal["systolic arrays", "vector units", "memory", "device link"]


@dataclass(frozen=True, slots=True)
class Step:
    """One load and the compute behind it.

    Attributes:
        stream_bytes: Bytes moved over all channels, reads and writes.
        stall_cycles: Memory cycles lost on the channels besides (bus turnarounds).
        compute_cycles: NPU cycles that may overlap with this step's load.
        tail_cycles: NPU cycles that start after both.
    """

    stream_bytes: int = 0
    stall_cycles: int = 0
    compute_cycles: int = 0
    tail_cycles: int = 0


@dataclass(frozen=True, slots=True)
class NpuOperation:
    """One operation on the NPU or the device link.

    Attributes:
        name: Name in the trace.
        kind: Kind in the trace.
        component: Where it runs.
        steps: See the module.
        read_bytes, write_bytes: Bytes it moves from and to memory, whenever they drain.
        macs: Multiply-accumulates.
        vector_elements: Elements worked on by the vector units.
        vector_operation: Which vector operation, for its energy.
        sram_bytes: Bytes that pass the scratchpads.
        link_bytes: Bytes sent over the device link.
        fixed_fs: Time that depends on neither clock nor memory (the device link).
    """

    name: str
    kind: str
    component: Component
    steps: tuple[Step, ...] = ()
    read_bytes: int = 0
    write_bytes: int = 0
    macs: int = 0
    vector_elements: int = 0
    vector_operation: str = "add"
    sram_bytes: int = 0
    link_bytes: int = 0
    fixed_fs: int = 0

    @property
    def stream_bytes(self) -> int:
        """Bytes its steps move while it runs."""
        return sum(step.stream_bytes for step in self.steps)

    @property
    def compute_cycles(self) -> int:
        """NPU cycles its steps compute."""
        return sum(step.compute_cycles + step.tail_cycles for step in self.steps)


@dataclass(frozen=True)
class Rates:
    """Clocks and the sustained rate of all memory channels together.

    Attributes:
        npu: Clock of arrays and vector units.
        memory: Command clock of the channels.
        stream_bytes_per_s: Exact rate of a sequential stream over all channels.
    """

    npu: Clock
    memory: Clock
    stream_bytes_per_s: Fraction
    _memo: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    def stream_fs(self, n_bytes: int) -> int:
        """Return the time of moving bytes alone, rounded up to whole femtoseconds."""
        if n_bytes not in self._memo:
            rate = self.stream_bytes_per_s
            self._memo[n_bytes] = -(-n_bytes * 10**15 * rate.denominator // rate.numerator)
        return self._memo[n_bytes]


def operation_fs(operation: NpuOperation, rates: Rates) -> int:
    """Return how long an operation takes when nothing else uses the memory."""
    loaded = done = 0
    for step in operation.steps:
        loaded += rates.stream_fs(step.stream_bytes) + rates.memory.fs(step.stall_cycles)
        done = max(done + rates.npu.fs(step.compute_cycles), loaded)
        done += rates.npu.fs(step.tail_cycles)
    return done + operation.fixed_fs
