"""Plans tokens of a MatMul-free model on a design: rounds, bytes, capacity, least time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from archsim.architectures.fpga.config import FpgaHardware, TernaryCore
from archsim.architectures.fpga.core_timing import CoreTiming
from archsim.architectures.fpga.energy import Work
from archsim.architectures.fpga.program import Instruction
from archsim.architectures.fpga.resources import (
    CoreResources,
    Fit,
    check_cores,
    core_resources,
    fit,
)
from archsim.architectures.fpga.roofline import Roofline, port_bytes_per_s
from archsim.errors import InfeasibleError, UnsupportedError
from archsim.workload.ternary_lm_model import zero_share_of_gaussian_weights
from archsim.workload.ternary_lm_workload import TernaryLmWorkload

Rows = tuple[int, ...]
"""Sequences of each core that is at work in a round."""


@dataclass(frozen=True)
class TernaryPlan:
    """One token of every sequence on a design.

    Sequences are dealt out to the cores; a core serves up to ``broadcast_rows`` of them with every
    stream of weights, and goes round as often as it needs.
    """

    hardware: FpgaHardware
    workload: TernaryLmWorkload

    @cached_property
    def core(self) -> TernaryCore:
        """The core of the design."""
        core = self.hardware.ternary_core
        if core is None:
            raise UnsupportedError(
                f"the design {self.hardware.name!r} has no ternary core",
                allowed="a design with a ternary_core section",
            )
        return core

    @cached_property
    def rounds(self) -> list[Rows]:
        """Rows per core, one entry per round."""
        core, batch = self.core, self.workload.batch
        share, extra = divmod(batch, core.cores)
        left = [share + (number < extra) for number in range(core.cores)]
        found = []
        while any(left):
            taken = [min(rows, core.broadcast_rows) for rows in left]
            found.append(tuple(rows for rows in taken if rows))
            left = [rows - part for rows, part in zip(left, taken, strict=True)]
        return found

    def timings(self, rows: Rows) -> list[CoreTiming]:
        """Return the closed forms of each core of a round."""
        return [self._timing(count) for count in rows]

    def _timing(self, rows: int) -> CoreTiming:
        workload = self.workload
        return CoreTiming(
            self.core,
            self.hardware.board.memory,
            workload.model,
            rows,
            workload.state_bytes_per_element,
        )

    def programs(self) -> list[tuple[tuple[Instruction, ...], int]]:
        """Return the programs of one token with how often each runs."""
        workload = self.workload
        return self._timing(1).programs(
            embedding=workload.include_embedding, head=workload.include_head
        )

    def program_bytes(self, rows: Rows, program: tuple[Instruction, ...]) -> int:
        """Return the bytes that one run of a program moves on the cores of a round."""
        return sum(timing.moved_bytes(item) for timing in self.timings(rows) for item in program)

    @cached_property
    def token_bytes(self) -> int:
        """Bytes that one token of every sequence moves."""
        return sum(
            times * self.program_bytes(rows, program)
            for rows in self.rounds
            for program, times in self.programs()
        )

    @cached_property
    def token_additions_asked(self) -> int:
        """Weights times rows that the programs of one token work on, zeros included."""
        total = 0
        for rows in self.rounds:
            for program, times in self.programs():
                for item in program:
                    if item.unit == "tmatmul":
                        weights = self._timing(1).product(item).weights
                        total += times * sum(rows) * weights
        return total

    @cached_property
    def token_element_operations(self) -> int:
        """Element operations of one token of every sequence."""
        return sum(
            times * timing.elements(item)
            for rows in self.rounds
            for timing in self.timings(rows)
            for program, times in self.programs()
            for item in program
            if item.unit in ("rms", "row_wise")
        )

    @cached_property
    def roofline(self) -> Roofline:
        """Least time of one token of every sequence."""
        core = self.core
        supplied = float(self._timing(1).memory_bytes_per_s)
        weights = self.workload.ternary_weights
        busiest = len(self.rounds) * weights
        stream = busiest * core.bits_per_weight / 8.0 if core.weights == "memory" else 0.0
        return Roofline(
            port_s=stream / port_bytes_per_s(core),
            memory_s=self.token_bytes / supplied,
            adders_s=busiest / core.lanes / core.frequency_hz,
        )

    @property
    def weight_bytes(self) -> int:
        """Bytes of all packed weights, the head included where it is counted."""
        return math.ceil(self.workload.ternary_weights * self.core.bits_per_weight / 8.0)

    def work(self) -> Work:
        """Return what the whole run does."""
        tokens = self.workload.generated_tokens
        share = 1.0 - zero_share_of_gaussian_weights()
        return Work(
            bytes_moved=float(tokens * self.token_bytes),
            additions=tokens * self.token_additions_asked * share,
            element_operations=float(tokens * self.token_element_operations),
        )

    @cached_property
    def resources(self) -> CoreResources:
        """What one core takes."""
        core, model = self.core, self.workload.model
        per_core = -(-self.workload.batch // core.cores)
        state = per_core * model.state_elements * self.workload.state_bytes_per_element
        return core_resources(
            core,
            self.hardware.board,
            widest=max(model.hidden, 2 * model.ffn),
            state_bytes=state if core.state == "on_chip" else 0,
        )

    @cached_property
    def fit(self) -> Fit:
        """How many cores the board has room for."""
        return fit(self.core, self.hardware.board, self.resources)

    def check_capacity(self) -> None:
        """Refuse what does not fit.

        Raises:
            InfeasibleError: Weights, table and state do not fit the memory, or cores the chip.
        """
        core, board, workload = self.core, self.hardware.board, self.workload
        outside = workload.table_bytes
        if core.weights == "memory":
            outside += self.weight_bytes
        if core.state == "memory":
            outside += workload.state_bytes
        room = core.channels * board.memory.channel_bytes
        if outside > room:
            raise InfeasibleError(
                f"weights, token table and state do not fit the memory of {self.hardware.name}",
                key="ternary_core.channels",
                found=f"{outside / 1e9:.3f} GB",
                allowed=f"at most {room / 1e9:.3f} GB on {core.channels} channels",
            )
        inside = core.cores * self.resources.on_chip_bytes
        if core.weights == "on_chip":
            inside += self.weight_bytes
        if inside > board.on_chip_bytes:
            raise InfeasibleError(
                f"registers, FIFOs and what stays on chip do not fit the {board.part}",
                key="ternary_core.weights" if core.weights == "on_chip" else "ternary_core.cores",
                found=f"{inside / 2**20:.2f} MiB",
                allowed=f"at most {board.on_chip_bytes / 2**20:.2f} MiB",
            )
        check_cores(core, self.fit)
