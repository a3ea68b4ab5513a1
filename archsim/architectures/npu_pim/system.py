"""Event fidelity: a stage as processes that share the memory channels.

The NPU's loads and the PIM commands of a dual-row-buffer channel slow each other down: PIM
commands take command slots and bus time from reads; reads close the row that PIM loads its vectors
from. While any channel runs PIM the stream keeps ``1 - blocked`` of its rate, and while the NPU
streams the channels keep ``1 / slowdown`` of their pace. Loads are striped over all channels, so
the stream goes as fast as its slowest channel; all figures are derived from commands in
``row_tile``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from archsim.architectures.npu_pim.mha import Mha, MhaPhase
from archsim.architectures.npu_pim.operations import NpuOperation, Rates, operation_fs
from archsim.architectures.npu_pim.stage_recorder import StageRecorder
from archsim.architectures.npu_pim.stages import Stage
from archsim.kernel import (
    Event,
    NamedEvent,
    PacedWork,
    ProcessGenerator,
    SharedBandwidth,
    Simulation,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """When something ran, in femtoseconds from the start of its stage."""

    name: str
    start_fs: int
    end_fs: int

    @property
    def duration_fs(self) -> int:
        """How long it ran."""
        return self.end_fs - self.start_fs


@dataclass(frozen=True)
class PlayedStage:
    """A stage as it ran.

    Attributes:
        duration_fs: From barrier to barrier.
        npu: One interval per NPU operation, in order.
        pim: Intervals of logits (with softmax) and of attended values; empty without attention.
    """

    duration_fs: int
    npu: tuple[Interval, ...]
    pim: tuple[Interval, ...]


def phase_fs(phase: MhaPhase, rates: Rates) -> int:
    """Return how long a phase of attention takes when nothing else uses the channels.

    Its results leave for memory while it runs.
    """
    commands = rates.memory.fs(phase.longest_cycles)
    written = rates.stream_fs(phase.written_bytes)
    return max(commands, written) + rates.memory.fs(phase.exposed_cycles)


def closed_stage(stage: Stage, rates: Rates) -> PlayedStage:
    """Return a stage in closed form: both sides alone, no contention between them."""
    now = 0
    npu = []
    for operation in stage.npu:
        end = now + operation_fs(operation, rates)
        npu.append(Interval(operation.name, now, end))
        now = end
    pim: tuple[Interval, ...] = ()
    if stage.mha is not None:
        pim = _closed_attention(stage.mha, rates)
    return PlayedStage(max(now, pim[-1].end_fs if pim else 0), tuple(npu), pim)


def _closed_attention(mha: Mha, rates: Rates) -> tuple[Interval, ...]:
    if mha.overlapped_cycles is not None:
        ends = [
            rates.memory.fs(logit) + rates.memory.fs(attend)
            for logit, attend in zip(
                mha.logit.channel_cycles, mha.attend.channel_cycles, strict=True
            )
        ]
        exposed = max(mha.logit.exposed_cycles, mha.attend.exposed_cycles)
        commands = max(ends, default=0)
        end = max(commands, rates.stream_fs(mha.written_bytes)) + rates.memory.fs(exposed)
        logit_end = rates.memory.fs(mha.logit.longest_cycles)
        return Interval("logit_softmax", 0, logit_end), Interval("attend", 0, end)
    logit_end = phase_fs(mha.logit, rates)
    end = logit_end + phase_fs(mha.attend, rates)
    return Interval("logit_softmax", 0, logit_end), Interval("attend", logit_end, end)


def play_stage(
    stage: Stage, rates: Rates, *, contention: bool = True, recorder: StageRecorder | None = None,
    start_fs: int = 0,
) -> PlayedStage:  # fmt: skip
    """Play a stage as processes.

    Args:
        stage: The stage.
        rates: Clocks and memory rate.
        contention: Whether NPU and PIM slow each other down.
        recorder: Puts the stage on a timeline; None records nothing.
        start_fs: Where the stage starts on the timeline.
    """
    player = _Player(stage, rates, contention)
    player.run()
    if recorder is not None:
        recorder.record(stage, start_fs, player.npu, player.channels)
    return PlayedStage(player.sim.now_fs, tuple(player.npu), tuple(player.pim))


@dataclass
class _Player:
    """One stage under way."""

    stage: Stage
    rates: Rates
    contention: bool
    sim: Simulation = field(default_factory=Simulation)
    npu: list[Interval] = field(default_factory=list)
    pim: list[Interval] = field(default_factory=list)
    channels: list[tuple[int, Interval]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.memory = SharedBandwidth(self.sim, "memory channels", self.rates.stream_bytes_per_s)
        self.engines = PacedWork(self.sim, "PIM engines")
        self.streaming = False
        self.running: MhaPhase | None = None

    def run(self) -> None:
        if self.stage.npu:
            self.sim.process(self._npu(), "NPU")
        if self.stage.mha is not None:
            process = (
                self._overlapped if self.stage.mha.overlapped_cycles is not None else self._pim
            )
            self.sim.process(process(self.stage.mha), "PIM")
        self.sim.run()

    def _update(self) -> None:
        """Set the rates that NPU and PIM leave each other."""
        if not self.contention or self.stage.mha is None:
            return
        rate, pace = self.rates.stream_bytes_per_s, Fraction(1)
        if self.running is not None:
            rate *= 1 - Fraction(*self.running.blocked)
            if self.streaming:
                longer, alone = self.running.slowdown
                pace = Fraction(alone, longer)
        if self.memory.bytes_per_s != rate:
            self.memory.set_rate(rate)
        if self.engines.pace != pace:
            self.engines.set_pace(pace)

    def _npu(self) -> ProcessGenerator:
        for operation in self.stage.npu:
            start = self.sim.now_fs
            yield from self._operation(operation)
            self.npu.append(Interval(operation.name, start, self.sim.now_fs))

    def _operation(self, operation: NpuOperation) -> ProcessGenerator:
        npu = self.rates.npu
        loaded = [
            self.sim.event(f"load {i} of {operation.name}") for i in range(len(operation.steps))
        ]
        if operation.steps:
            self.sim.process(self._load(operation, loaded), f"loads of {operation.name}")
        for step, there in zip(operation.steps, loaded, strict=True):
            if step.compute_cycles:
                yield self.sim.all_of([self.sim.delay(npu.fs(step.compute_cycles)), there])
            else:
                yield there
            if step.tail_cycles:
                yield self.sim.delay(npu.fs(step.tail_cycles))
        if operation.fixed_fs:
            yield self.sim.delay(operation.fixed_fs)

    def _load(self, operation: NpuOperation, loaded: list[NamedEvent]) -> ProcessGenerator:
        for step, there in zip(operation.steps, loaded, strict=True):
            if step.stream_bytes:
                self.streaming = True
                self._update()
                yield self.memory.transfer(step.stream_bytes, label=operation.name)
            if step.stall_cycles:
                yield self.sim.delay(self.rates.memory.fs(step.stall_cycles))
            there.succeed()
        self.streaming = False
        self._update()

    def _pim(self, mha: Mha) -> ProcessGenerator:
        for name, phase in (("logit_softmax", mha.logit), ("attend", mha.attend)):
            start = self.sim.now_fs
            self.running = phase
            self._update()
            written = self._write(phase.written_bytes, name)
            yield self.sim.all_of(
                [
                    self.sim.process(self._channel(i, (name, cycles)), f"PIM channel {i}")
                    for i, cycles in enumerate(phase.channel_cycles)
                ]
            )
            self.running = None
            self._update()
            yield written
            yield self.sim.delay(self.rates.memory.fs(phase.exposed_cycles))
            self.pim.append(Interval(name, start, self.sim.now_fs))

    def _overlapped(self, mha: Mha) -> ProcessGenerator:
        self.running = max((mha.logit, mha.attend), key=lambda phase: Fraction(*phase.blocked))
        self._update()
        pairs = zip(mha.logit.channel_cycles, mha.attend.channel_cycles, strict=True)
        written = self._write(mha.written_bytes, "attention results")
        yield self.sim.all_of(
            [
                self.sim.process(
                    self._channel(i, ("logit_softmax", logit), ("attend", attend)),
                    f"PIM channel {i}",
                )
                for i, (logit, attend) in enumerate(pairs)
            ]
        )
        self.running = None
        self._update()
        yield written
        exposed = max(mha.logit.exposed_cycles, mha.attend.exposed_cycles)
        yield self.sim.delay(self.rates.memory.fs(exposed))
        logits = [i.end_fs for _, i in self.channels if i.name == "logit_softmax"]
        self.pim.append(Interval("logit_softmax", 0, max(logits, default=0)))
        self.pim.append(Interval("attend", 0, self.sim.now_fs))

    def _write(self, n_bytes: int, label: str) -> Event:
        """Start writing results of attention beside the NPU's own traffic."""
        return self.sim.process(self._written(n_bytes, label), f"writes of {label}")

    def _written(self, n_bytes: int, label: str) -> ProcessGenerator:
        if self.contention:
            yield self.memory.transfer(n_bytes, label=label)
        else:
            yield self.sim.delay(self.rates.stream_fs(n_bytes))

    def _channel(self, index: int, *parts: tuple[str, int]) -> ProcessGenerator:
        for name, cycles in parts:
            start = self.sim.now_fs
            yield self.engines.work(self.rates.memory.fs(cycles), f"{name} on channel {index}")
            self.channels.append((index, Interval(name, start, self.sim.now_fs)))
