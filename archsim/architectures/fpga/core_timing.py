"""Durations of instructions on one ternary core, in whole femtoseconds.

A product streams its weights in bursts of half a FIFO. A burst takes the longer of the port and the
memory; the adders take it as it comes. All bursts but the last are alike, so the end of the product
follows in closed form: the slower side sets the pace, and the last burst comes on top.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from archsim.architectures.fpga.board import BoardMemory
from archsim.architectures.fpga.config import TernaryCore
from archsim.architectures.fpga.program import BLOCK, EMBEDDING, HEAD, Instruction
from archsim.kernel import Clock, seconds_to_fs, transfer_fs
from archsim.workload.ternary_lm_model import TernaryLmModel

FIFO_BURSTS = 2
"""Bursts that the FIFO holds: one is filled while one is drained."""


@dataclass(frozen=True)
class Burst:
    """A part of a product's stream.

    Attributes:
        stream_bytes: Bytes from memory; 0 when the weights are on chip.
        memory_fs: Time in which the memory alone delivers them.
        port_fs: Time in which the port takes them.
        adders_fs: Time in which the adders use them, and results leave.
        joined: Bursts that this one stands for.
    """

    stream_bytes: int
    memory_fs: int
    port_fs: int
    adders_fs: int
    joined: int = 1

    @property
    def stream_fs(self) -> int:
        """Time in which the burst arrives when nothing else uses the memory."""
        return max(self.memory_fs, self.port_fs)


@dataclass(frozen=True)
class Product:
    """One ternary product on one core.

    Attributes:
        inputs: Inputs.
        outputs: Outputs.
        weights: Weights that it uses.
        full: Bursts of full length before the last.
        burst: One of them.
        last: The last burst.
        before_fs: Fixed time before the stream: driver and first beat.
    """

    inputs: int
    outputs: int
    full: int
    burst: Burst
    last: Burst
    before_fs: int

    @property
    def weights(self) -> int:
        """Weights of the product."""
        return self.inputs * self.outputs

    @property
    def stream_bytes(self) -> int:
        """Bytes that come from memory."""
        return self.full * self.burst.stream_bytes + self.last.stream_bytes

    def bursts(self, most: int | None = None) -> list[Burst]:
        """Return the bursts in order.

        Args:
            most: Keep so many full bursts apart and join all others into one; None joins none.
                On a memory of its own the product ends at the same time either way.
        """
        kept = self.full if most is None else min(self.full, most)
        joined = self.full - kept
        one = self.burst
        rest = Burst(
            joined * one.stream_bytes,
            joined * one.memory_fs,
            joined * one.port_fs,
            joined * one.adders_fs,
            joined=joined,
        )
        return [one] * kept + ([rest] if joined else []) + [self.last]

    @property
    def duration_fs(self) -> int:
        """Time of the product in closed form."""
        stream, adders = self.burst.stream_fs, self.burst.adders_fs
        pace = max(stream, adders)
        used_fs = self.full * pace + self.last.adders_fs
        # The last burst begins when the one before has arrived and the FIFO has room for it.
        begins_fs = max(self.full * stream, (self.full - 1) * pace)
        return self.before_fs + max(used_fs, begins_fs + self.last.stream_fs)

    @property
    def wait_fs(self) -> int:
        """Time in which the adders wait for weights."""
        adders_fs = self.full * self.burst.adders_fs + self.last.adders_fs
        return self.duration_fs - self.before_fs - adders_fs


@dataclass(frozen=True)
class CoreTiming:
    """Closed forms of one core that serves ``rows`` sequences with every stream of weights.

    Attributes:
        core: The core.
        memory: The board's memory.
        model: Sizes of the model.
        rows: Sequences that share a stream.
        element_bytes: Size of an element of state or token table.
    """

    core: TernaryCore
    memory: BoardMemory
    model: TernaryLmModel
    rows: int
    element_bytes: int

    @cached_property
    def clock(self) -> Clock:
        """The core's clock."""
        return Clock(self.core.frequency_hz)

    @cached_property
    def memory_bytes_per_s(self) -> Fraction:
        """Sustained bandwidth of the channels that the design uses."""
        core = self.core
        peak = Fraction(self.memory.channel_bytes_per_s) * core.channels
        return peak * Fraction(core.memory_efficiency)

    @cached_property
    def issue_fs(self) -> int:
        """Time to issue an instruction."""
        return self.clock.fs(self.core.issue_cycles)

    def duration_fs(self, instruction: Instruction) -> int:
        """Return the time of an instruction on its unit when nothing else uses the memory."""
        if instruction.unit == "tmatmul":
            return self.product(instruction).duration_fs
        if instruction.unit == "load_store":
            moved = self.transferred_bytes(instruction)
            if moved:
                return transfer_fs(moved, self.memory_bytes_per_s)
        elements = self.elements(instruction)
        return self.clock.fs(-(-elements // self.core.vector_lanes))

    def elements(self, instruction: Instruction) -> int:
        """Return the elements of all rows that an instruction works on."""
        return self.rows * instruction.elements(self.model.hidden, self.model.ffn)

    def transferred_bytes(self, instruction: Instruction) -> int:
        """Return the bytes that a load or store moves to or from memory; 0 for on-chip state."""
        embedding = instruction in EMBEDDING
        if instruction.unit != "load_store" or not (embedding or self.core.state == "memory"):
            return 0
        return self.elements(instruction) * self.element_bytes

    def moved_bytes(self, instruction: Instruction) -> int:
        """Return the bytes that an instruction moves to or from memory: weights, state, table."""
        if instruction.unit == "tmatmul":
            return self.product(instruction).stream_bytes
        return self.transferred_bytes(instruction)

    def product(self, instruction: Instruction) -> Product:
        """Return the stream of a product."""
        inputs, outputs = instruction.shape(self.model.hidden, self.model.ffn, self.model.vocab)
        return self._product(inputs, outputs)

    def _product(self, inputs: int, outputs: int) -> Product:
        core = self.core
        bits = Fraction(core.bits_per_weight).limit_denominator(10)
        weights = inputs * outputs
        moved = _up(weights * bits / 8)
        per_burst = max(1, core.fifo_beats // FIFO_BURSTS)
        burst_bytes = per_burst * core.beat_bytes
        burst_weights = Fraction(burst_bytes * 8) / bits
        full = (moved - 1) // burst_bytes
        speed = self.weights_per_cycle(inputs)
        before = seconds_to_fs(core.product_overhead_s) + seconds_to_fs(core.first_beat_s)
        return Product(
            inputs=inputs,
            outputs=outputs,
            full=full,
            burst=self._burst(burst_bytes, burst_weights / speed),
            last=self._burst(moved - full * burst_bytes, (weights - full * burst_weights) / speed),
            before_fs=before,
        )

    def weights_per_cycle(self, inputs: int) -> Fraction:
        """Return the weights that the adders take in a cycle, the drain of results included."""
        lanes = Fraction(self.core.lanes)
        if self.rows == 1:
            return lanes
        at_once = max(1, self.core.lanes // inputs)
        return min(lanes, Fraction(inputs * at_once, self.rows))

    def _burst(self, moved: int, adder_cycles: Fraction) -> Burst:
        core, period_fs = self.core, self.clock.period_fs
        adders_fs = _up(adder_cycles * period_fs)
        if core.weights == "on_chip":
            return Burst(0, 0, 0, adders_fs)
        beats = -(-moved // core.beat_bytes)
        port_fs = _up(beats * Fraction(core.cycles_per_beat) * period_fs)
        return Burst(moved, transfer_fs(moved, self.memory_bytes_per_s), port_fs, adders_fs)

    def programs(self, *, embedding: bool, head: bool) -> list[tuple[tuple[Instruction, ...], int]]:
        """Return the programs of one token in order, with how often each runs."""
        found: list[tuple[tuple[Instruction, ...], int]] = [(BLOCK, self.model.layers)]
        if embedding:
            found.insert(0, (EMBEDDING, 1))
        if head:
            found.append((HEAD, 1))
        return found


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
