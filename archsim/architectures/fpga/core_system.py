"""Plays programs on ternary cores with SimPy: issue, hazards, FIFOs, and channels they share.

Every core has a process that issues in order; units, registers and FIFOs are its own, the memory
is shared. Other cores, state in memory and refreshes make a core wait; without them the closed
forms come out exactly. A core that has the memory to itself repeats the same burst; all but the
first of them are jumped at once, which changes no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archsim.architectures.fpga.core_timing import FIFO_BURSTS, Burst, CoreTiming, Product
from archsim.architectures.fpga.program import UNITS, Instruction
from archsim.kernel import (
    BoundedStore,
    Event,
    ProcessGenerator,
    SharedBandwidth,
    Simulation,
    Timeline,
    seconds_to_fs,
)

PLAYED_BURSTS = 32
"""Full bursts of a product that are played one by one before the others are jumped."""


@dataclass(frozen=True, slots=True)
class PlayedInstruction:
    """When one instruction of core 0 ran, in fs."""

    instruction: Instruction
    start_fs: int
    end_fs: int


@dataclass
class PlayedProgram:
    """What happened to one program on all cores.

    Attributes:
        latency_fs: Until the last core has finished.
        instructions: Instructions of core 0 in the order of their start.
        busy_fs: Time in which each unit of core 0 worked.
        bytes_moved: Bytes that passed the memory, all cores together.
        fifo_wait_fs: Time in which the adders of core 0 waited for weights.
    """

    latency_fs: int = 0
    instructions: list[PlayedInstruction] = field(default_factory=list)
    busy_fs: dict[str, int] = field(default_factory=dict)
    bytes_moved: int = 0
    fifo_wait_fs: int = 0


def play_program(
    timings: Sequence[CoreTiming], program: Sequence[Instruction], timeline: Timeline | None = None
) -> PlayedProgram:
    """Play one program on every core, all starting together.

    Args:
        timings: One per core; the memory and its bandwidth are those of the first.
        program: The program.
        timeline: Recorder.
    """
    sim = Simulation(timeline)
    core = timings[0].core
    memory = SharedBandwidth(
        sim, "memory", timings[0].memory_bytes_per_s, core.arbiter, core.beat_bytes
    )
    played = PlayedProgram(busy_fs=dict.fromkeys(UNITS, 0))
    first = timings[0]
    alone = len(timings) == 1 and first.core.state == "on_chip" and not first.memory.refresh_s
    cores = [
        _Core(sim, number, timing, memory, played, alone=alone)
        for number, timing in enumerate(timings)
    ]
    ends = [
        sim.process(core.run(program), f"program counter of core {core.number}") for core in cores
    ]
    if first.memory.refresh_s:
        sim.process(_refresh(sim, memory, first, ends), "refresh", daemon=True)
    sim.process(_finish(sim, ends, played), "end of the program")
    sim.run()
    played.bytes_moved += memory.bytes_moved
    played.instructions.sort(key=lambda item: item.start_fs)
    return played


def _finish(sim: Simulation, ends: Sequence[Event], played: PlayedProgram) -> ProcessGenerator:
    yield sim.all_of(ends)
    played.latency_fs = sim.now_fs


def _refresh(
    sim: Simulation, memory: SharedBandwidth, timing: CoreTiming, ends: Sequence[Event]
) -> ProcessGenerator:
    """Silence the memory for a refresh once in every interval, until the cores have finished."""
    length_fs = seconds_to_fs(timing.memory.refresh_s)
    gap_fs = seconds_to_fs(timing.memory.refresh_interval_s) - length_fs
    rate = memory.bytes_per_s
    while not all(end.processed for end in ends):
        yield sim.delay(gap_fs)
        memory.set_rate(0)
        yield sim.delay(length_fs)
        memory.set_rate(rate)


class _Core:
    """One core: program counter, units, registers, FIFO."""

    def __init__(
        self,
        sim: Simulation,
        number: int,
        timing: CoreTiming,
        memory: SharedBandwidth,
        played: PlayedProgram,
        *,
        alone: bool,
    ) -> None:
        self.sim, self.number, self.timing, self.memory = sim, number, timing, memory
        self.played = played if number == 0 else None
        self.most_bursts = PLAYED_BURSTS if alone else None
        self.unit: dict[str, Event] = {}
        self.written: dict[int, Event] = {}
        self.read: dict[int, list[Event]] = {}
        self.products: dict[Instruction, Product] = {}

    def run(self, program: Sequence[Instruction]) -> ProcessGenerator:
        """Issue the instructions in order and wait for all of them."""
        running: list[Event] = []
        for instruction in program:
            for event in self._hazards(instruction):
                if not event.processed:
                    yield event
            yield self.sim.delay(self.timing.issue_fs)
            end = self.sim.process(
                self._execute(instruction), f"{instruction.name} on core {self.number}"
            )
            running.append(end)
            self.unit[instruction.unit] = end
            for register in instruction.reads:
                self.read.setdefault(register, []).append(end)
            if instruction.writes is not None:
                self.written[instruction.writes] = end
                self.read[instruction.writes] = []
        yield self.sim.all_of(running)

    def _hazards(self, instruction: Instruction) -> list[Event]:
        """Return what an instruction waits for: its unit, sources, and users of its target."""
        waits = [self.unit[instruction.unit]] if instruction.unit in self.unit else []
        waits += [self.written[item] for item in instruction.reads if item in self.written]
        if instruction.writes is not None:
            if instruction.writes in self.written:
                waits.append(self.written[instruction.writes])
            waits += self.read.get(instruction.writes, [])
        return waits

    def _execute(self, instruction: Instruction) -> ProcessGenerator:
        sim, timing = self.sim, self.timing
        start_fs = sim.now_fs
        if instruction.unit == "tmatmul":
            yield from self._multiply(instruction)
        else:
            moved = timing.transferred_bytes(instruction)
            if moved:
                yield self.memory.transfer(moved, label=instruction.name)
            else:
                yield sim.delay(timing.duration_fs(instruction))
        if self.played is not None:
            self.played.instructions.append(PlayedInstruction(instruction, start_fs, sim.now_fs))
            self.played.busy_fs[instruction.unit] += sim.now_fs - start_fs
        if sim.timeline is not None:
            track = f"core{self.number}/{instruction.unit}"
            sim.timeline.span(track, instruction.name, start_fs, sim.now_fs)

    def _multiply(self, instruction: Instruction) -> ProcessGenerator:
        """Stream the weights through the FIFO into the adders."""
        sim = self.sim
        product = self.products.get(instruction)
        if product is None:
            product = self.products[instruction] = self.timing.product(instruction)
        yield sim.delay(product.before_fs)
        name = f"{instruction.name} of core {self.number} at {sim.now_fs} fs"
        room: BoundedStore[int] = BoundedStore(sim, f"room of {name}", FIFO_BURSTS)
        arriving: BoundedStore[tuple[Burst, Event]] = BoundedStore(
            sim, f"FIFO of {name}", FIFO_BURSTS
        )
        bursts = product.bursts(self.most_bursts)
        sim.process(self._stream(bursts, room, arriving), f"stream of {name}")
        for _ in range(len(bursts)):
            burst, arrived = yield from arriving.take()
            start_fs = sim.now_fs
            yield sim.delay(burst.adders_fs)
            if not arrived.processed:
                yield arrived
            if self.played is not None:
                self.played.fifo_wait_fs += sim.now_fs - start_fs - burst.adders_fs
            yield room.get()

    def _stream(
        self,
        bursts: Sequence[Burst],
        room: BoundedStore[int],
        arriving: BoundedStore[tuple[Burst, Event]],
    ) -> ProcessGenerator:
        """Bring the bursts one after the other, as long as the FIFO has room."""
        sim = self.sim
        for number, burst in enumerate(bursts):
            yield room.put(number)
            if burst.joined > 1 and self.played is not None:
                arrived = sim.delay(burst.stream_fs)
                self.played.bytes_moved += burst.stream_bytes
            else:
                waits = [sim.delay(burst.port_fs)]
                if burst.stream_bytes:
                    waits.append(self.memory.transfer(burst.stream_bytes))
                arrived = sim.all_of(waits)
            arriving.put((burst, arrived))
            if not arrived.processed:
                yield arrived
