"""Attention of a set of requests on the PIM channels: logits, softmax, attended values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.gemv import (
    AttentionShape,
    PimCommands,
    attend_jobs,
    count_commands,
    logit_jobs,
    partial_sums,
)
from archsim.architectures.npu_pim.row_tile import (
    Job,
    RowTileTiming,
    blocked_cycles,
    expected_cycles,
    row_tile_timing,
)
from archsim.architectures.npu_pim.schedule import Request, by_channel
from archsim.architectures.npu_pim.vector_work import row_cycles
from archsim.errors import InputError

RESPONSE_CYCLES = 20
"""Cycles from the last vector result to the end of the operation (inferred, authors' queues)."""


@dataclass(frozen=True)
class MhaPhase:
    """One half of attention: all logits with softmax, or all attended values.

    Attributes:
        channel_cycles: Memory cycles until each busy channel is done, nothing else running.
        busy_cycles: Memory cycles of PIM commands, summed over channels: ``channel_cycles`` without
            the waits for packets that a whole device issues one after the other.
        exposed_cycles: Cycles of vector work and issue after the slowest channel.
        slowdown: How many times longer the slowest channel takes while NPU traffic shares it
            (numerator, denominator).
        written_bytes: Bytes that leave for memory during the phase (softmaxed logits, results).
        blocked: Share of a shared channel's data-bus time that PIM commands take while they run
            (numerator, denominator), on the channel where it costs most.
    """

    channel_cycles: tuple[int, ...]
    busy_cycles: int
    exposed_cycles: int
    written_bytes: int
    slowdown: tuple[int, int]
    blocked: tuple[int, int]

    @property
    def longest_cycles(self) -> int:
        """Cycles of the slowest channel."""
        return max(self.channel_cycles, default=0)

    @property
    def cycles(self) -> int:
        """Cycles of the phase when nothing else uses the channels."""
        return self.longest_cycles + self.exposed_cycles


@dataclass(frozen=True)
class Mha:
    """Attention of a set of requests on the PIM channels.

    Attributes:
        logit, attend: Its two phases.
        overlapped_cycles: Cycles of both together when each head attends as soon as its own
            softmax is done; ``None`` when a barrier separates the phases.
        commands: PIM commands over all channels.
        softmax_elements: Elements of the softmax on the vector units.
        partial_sums: Vector additions that join chunks.
    """

    logit: MhaPhase
    attend: MhaPhase
    overlapped_cycles: int | None
    commands: PimCommands
    softmax_elements: int
    partial_sums: int

    @property
    def written_bytes(self) -> int:
        """Softmaxed logits and results that go through memory."""
        return self.logit.written_bytes + self.attend.written_bytes

    @property
    def cycles(self) -> int:
        """Memory cycles of the whole attention, nothing else running."""
        if self.overlapped_cycles is not None:
            return self.overlapped_cycles
        return self.logit.cycles + self.attend.cycles


def attention_shape(
    hardware: NpuPimHardware, heads: int, kv_heads: int, head_dim: int, element_bytes: int
) -> AttentionShape:
    """Return the attention of one device on this memory.

    Raises:
        InputError: The device has no PIM.
    """
    if hardware.pim is None:
        raise InputError("this device has no PIM", key="pim")
    if hardware.pim.row_bytes < element_bytes:
        raise InputError(
            "a row cannot hold one element",
            key="pim.row_bytes",
            found=f"{hardware.pim.row_bytes} bytes",
            allowed=f"at least {element_bytes} bytes",
        )
    return AttentionShape(
        kv_heads=kv_heads,
        queries_per_kv_head=heads // kv_heads,
        head_dim=head_dim,
        row_elements=hardware.pim.row_bytes // element_bytes,
        banks=hardware.memory.banks,
        multipliers=hardware.pim.multipliers_per_bank,
    )


def plan_mha(
    hardware: NpuPimHardware,
    shape: AttentionShape,
    requests: Sequence[Request],
    *,
    element_bytes: int = 2,
) -> Mha:
    """Time the attention of requests on their channels; equal work is timed once.

    Raises:
        InputError: The device has no PIM.
    """
    if hardware.pim is None:
        raise InputError("this device has no PIM", key="pim")
    lists = by_channel(requests)
    timing = row_tile_timing(hardware.memory, hardware.pim)
    device_wide = timing.separate_results and hardware.has("device_wide_pim_issue")
    options = _Options(
        lanes=hardware.npu.vector_lanes,
        pipes=hardware.npu.vector_units,
        in_order=hardware.has("in_order_vector_issue") and not device_wide,
        device_wide=device_wide,
        joined_only=hardware.has("unwritten_outputs"),
        head_overlap=hardware.scheduler.head_overlap and not device_wide,
        element_bytes=element_bytes,
    )
    return _plan(timing, shape, tuple(map(tuple, lists.values())), options)


@dataclass(frozen=True, slots=True)
class _Options:
    """What the timing of attention depends on besides commands and requests.

    Attributes:
        lanes, pipes: Vector units.
        in_order: Vector rows issue one a cycle in channel order.
        device_wide: One PIM packet a cycle for all channels together.
        joined_only: Only results joined from chunks are written.
        head_overlap: No barrier between the two phases.
        element_bytes: Bytes of one element.
    """

    lanes: int
    pipes: int
    in_order: bool
    device_wide: bool
    joined_only: bool
    head_overlap: bool
    element_bytes: int


@lru_cache(maxsize=1024)
def _plan(
    timing: RowTileTiming,
    shape: AttentionShape,
    lists: tuple[tuple[int, ...], ...],
    options: _Options,
) -> Mha:
    tokens = [length for lengths in lists for length in lengths]
    written = len(tokens)
    if options.joined_only:
        written = sum(length > shape.row_elements for length in tokens)
    size = options.element_bytes
    logit = _phase(timing, shape, lists, options, logit_jobs, shape.heads * sum(tokens) * size)
    attend = _phase(
        timing, shape, lists, options, attend_jobs, written * shape.heads * shape.head_dim * size
    )
    commands = PimCommands()
    for length in tokens:
        commands += count_commands(logit_jobs(shape, length))
        commands += count_commands(attend_jobs(shape, length))
    overlapped = None
    if options.head_overlap:
        both = [a + b for a, b in zip(logit.channel_cycles, attend.channel_cycles, strict=True)]
        overlapped = max(both, default=0) + max(logit.exposed_cycles, attend.exposed_cycles)
    return Mha(
        logit=logit,
        attend=attend,
        overlapped_cycles=overlapped,
        commands=commands,
        softmax_elements=shape.heads * sum(tokens),
        partial_sums=sum(partial_sums(shape, length) for length in tokens),
    )


def _phase(
    timing: RowTileTiming,
    shape: AttentionShape,
    lists: tuple[tuple[int, ...], ...],
    options: _Options,
    jobs_of: Callable[[AttentionShape, int], tuple[Job, ...]],
    written_bytes: int,
) -> MhaPhase:
    """Time one half of attention on all channels."""
    if not lists:
        return MhaPhase((), 0, 0, 0, (1, 1), (0, 1))
    jobs = [tuple(jobs_of(shape, length) for length in tokens) for tokens in lists]
    done = [_channel(timing, part) for part in jobs]
    ends = [times[-1] for times in done]
    slowest = jobs[max(range(len(ends)), key=ends.__getitem__)]
    alone = max(ends)
    # A single row buffer never serves both sides, so nothing slows down.
    shared = alone if timing.separate_results else max(alone, _shared_channel(timing, slowest))
    blocked = min(blocked_cycles(timing, slowest), shared)
    busy = sum(ends)
    if options.device_wide:
        ends = _issued_device_wide(jobs, ends)
    exposed = _exposed(shape, lists, done, max(ends), options, softmax=jobs_of is logit_jobs)
    return MhaPhase(tuple(ends), busy, exposed, written_bytes, (shared, alone), (blocked, shared))


def _issued_device_wide(
    jobs: Sequence[tuple[tuple[Job, ...], ...]], ends: Sequence[int]
) -> list[int]:
    """Return when channels end if the NPU hands out one packet a cycle, channel after channel."""
    sent = 0
    issued = []
    for channel, end in zip(jobs, ends, strict=True):
        packets = sum(count_commands(part).packets for part in channel)
        issued.append(sent + max(packets, end))
        sent += packets
    return issued


@lru_cache(maxsize=131_072)
def _channel(timing: RowTileTiming, jobs: tuple[tuple[Job, ...], ...]) -> tuple[int, ...]:
    """Return when each request of one channel is done; equal channels are walked once."""
    return tuple(expected_cycles(timing, jobs))


@lru_cache(maxsize=16_384)
def _shared_channel(timing: RowTileTiming, jobs: tuple[tuple[Job, ...], ...]) -> int:
    return expected_cycles(timing, jobs, shared=True)[-1]


def _exposed(
    shape: AttentionShape,
    lists: Sequence[Sequence[int]],
    done: Sequence[Sequence[int]],
    slowest: int,
    options: _Options,
    *,
    softmax: bool,
) -> int:
    """Return the vector cycles left after the slowest channel.

    In order (the authors' simulator) vector rows issue one a cycle, channel after channel, so a
    slow early channel holds up all that follow. Otherwise each request's rows start when its
    results are there, and the units may be the bottleneck of the phase.
    """

    def rows(tokens: int) -> int:
        return shape.heads if softmax else partial_sums(shape, tokens)

    def latency(tokens: int) -> int:
        return row_cycles("softmax", tokens, options.lanes) if softmax else 1

    pairs = [
        (time, tokens)
        for times, lengths in zip(done, lists, strict=True)
        for time, tokens in zip(times, lengths, strict=True)
    ]
    if options.device_wide:
        return max(latency(tokens) for _, tokens in pairs)
    end = 0
    if options.in_order:
        left = sum(rows(tokens) for _, tokens in pairs)
        for time, tokens in pairs:
            end = max(end, time + left + latency(tokens))
            left -= rows(tokens)
        return end + RESPONSE_CYCLES - slowest
    busy = 0
    for time, tokens in pairs:
        count, each = rows(tokens), latency(tokens)
        busy += count * each
        end = max(end, time + -(-count // options.pipes) * each)
    return max(end, -(-busy // options.pipes), slowest) - slowest
