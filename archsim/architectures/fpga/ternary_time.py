"""Times one token of every sequence, in closed form or played with SimPy."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.architectures.base import Fidelity
from archsim.architectures.fpga.core_system import PlayedInstruction, play_program
from archsim.architectures.fpga.program import BLOCK, UNITS, Instruction
from archsim.architectures.fpga.schedule import makespan, schedule
from archsim.architectures.fpga.ternary_plan import Rows, TernaryPlan
from archsim.kernel import Timeline, transfer_fs


@dataclass(frozen=True)
class TimedProgram:
    """One program of one round.

    Attributes:
        rows: Rows of each core at work.
        program: The program.
        times: How often it runs in a token.
        latency_fs: Time of one run.
        instructions: Instructions of the core with most rows.
        busy_fs: Time in which each unit of that core works in one run.
        bytes_moved: Bytes that one run moves.
        fifo_wait_fs: Time in which its adders wait for weights in one run.
    """

    rows: Rows
    program: tuple[Instruction, ...]
    times: int
    latency_fs: int
    instructions: tuple[PlayedInstruction, ...]
    busy_fs: dict[str, int]
    bytes_moved: int
    fifo_wait_fs: int


@dataclass(frozen=True)
class TimedToken:
    """One token of every sequence."""

    programs: tuple[TimedProgram, ...]

    @property
    def latency_fs(self) -> int:
        """Time of the token."""
        return sum(item.times * item.latency_fs for item in self.programs)

    @property
    def bytes_moved(self) -> int:
        """Bytes of the token."""
        return sum(item.times * item.bytes_moved for item in self.programs)

    @property
    def fifo_wait_fs(self) -> int:
        """Time in which the adders of the busiest core wait for weights."""
        return sum(item.times * item.fifo_wait_fs for item in self.programs)

    def busy_fs(self, unit: str) -> int:
        """Return the time in which a unit of the busiest core works."""
        return sum(item.times * item.busy_fs[unit] for item in self.programs)


def time_token(
    plan: TernaryPlan, fidelity: Fidelity, timeline: Timeline | None = None
) -> TimedToken:
    """Time one token; equal rounds and blocks are timed once.

    Args:
        plan: What to time.
        fidelity: How.
        timeline: Recorder of the first block (event fidelity).
    """
    found: dict[tuple[Rows, tuple[Instruction, ...]], TimedProgram] = {}
    programs = []
    for rows in plan.rounds:
        for program, times in plan.programs():
            timed = found.get((rows, program))
            if timed is None:
                if fidelity == "event":
                    recorder = timeline if program is BLOCK else None
                    timed = _played(plan, rows, program, times, recorder)
                    timeline = None if recorder is not None else timeline
                else:
                    timed = _closed(plan, rows, program, times)
                found[rows, program] = timed
            programs.append(timed)
    return TimedToken(tuple(programs))


def _closed(
    plan: TernaryPlan, rows: Rows, program: tuple[Instruction, ...], times: int
) -> TimedProgram:
    """Every core alone, and no sooner than the memory can serve all of them."""
    slowest: list[tuple[int, int]] = []
    busy: dict[str, int] = dict.fromkeys(UNITS, 0)
    wait_fs = latency_fs = 0
    for index, timing in enumerate(plan.timings(rows)):
        if index and rows[index] == rows[index - 1]:
            continue
        durations = [timing.duration_fs(item) for item in program]
        each = schedule(program, durations, timing.issue_fs, 0, max)
        latency_fs = max(latency_fs, makespan(each, 0, max))
        if index == 0:
            slowest = each
            for item, duration in zip(program, durations, strict=True):
                busy[item.unit] += duration
                if item.unit == "tmatmul":
                    wait_fs += timing.product(item).wait_fs
    moved = plan.program_bytes(rows, program)
    supplied = plan.timings(rows)[0].memory_bytes_per_s
    return TimedProgram(
        rows=rows,
        program=program,
        times=times,
        latency_fs=max(latency_fs, transfer_fs(moved, supplied)),
        instructions=tuple(
            PlayedInstruction(item, *span) for item, span in zip(program, slowest, strict=True)
        ),
        busy_fs=busy,
        bytes_moved=moved,
        fifo_wait_fs=wait_fs,
    )


def _played(
    plan: TernaryPlan,
    rows: Rows,
    program: tuple[Instruction, ...],
    times: int,
    timeline: Timeline | None,
) -> TimedProgram:
    played = play_program(plan.timings(rows), program, timeline)
    return TimedProgram(
        rows=rows,
        program=program,
        times=times,
        latency_fs=played.latency_fs,
        instructions=tuple(played.instructions),
        busy_fs=played.busy_fs,
        bytes_moved=played.bytes_moved,
        fifo_wait_fs=played.fifo_wait_fs,
    )
