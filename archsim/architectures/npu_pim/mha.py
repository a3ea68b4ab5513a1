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
        channel_cycles: Memory cycles of each busy channel's PIM commands, nothing else running.
        exposed_cycles: Cycles of vector work and issue after the slowest channel.
        slowdown: How many times longer the slowest channel takes while NPU traffic shares it
            (numerator, denominator).
        blocked: Share of a shared channel's data-bus time that PIM commands take while they run
            (numerator, denominator), on the channel where it costs most.
    """

    channel_cycles: tuple[int, ...]
    exposed_cycles: int
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
        written_bytes: Softmaxed logits and results that go through memory.
    """

    logit: MhaPhase
    attend: MhaPhase
    overlapped_cycles: int | None
    commands: PimCommands
    softmax_elements: int
    partial_sums: int
    written_bytes: int

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
    """Time the attention of requests on their channels.

    Raises:
        InputError: A request names a channel that the memory does not have.
    """
    if hardware.pim is None:
        raise InputError("this device has no PIM", key="pim")
    lists = by_channel(requests)
    outside = [channel for channel in lists if not 0 <= channel < hardware.memory.channels]
    if outside:
        raise InputError(
            "a request is on a channel that the memory does not have",
            found=str(outside[0]),
            allowed=f"0 to {hardware.memory.channels - 1}",
        )
    timing = row_tile_timing(hardware.memory, hardware.pim)
    in_order = hardware.has("in_order_vector_issue")
    device_wide = timing.separate_results and hardware.has("device_wide_pim_issue")
    lanes = hardware.npu.vector_lanes

    def softmax(tokens: int) -> int:
        return row_cycles("softmax", tokens, lanes)

    logit = _phase(
        timing, shape, lists, logit_jobs, device_wide=device_wide,
        exposed=lambda done: _exposed(
            done, lists, lambda tokens: shape.heads, softmax,
            in_order=in_order and not device_wide, pipes=hardware.npu.vector_units,
        ),
    )  # fmt: skip
    attend = _phase(
        timing, shape, lists, attend_jobs, device_wide=device_wide,
        exposed=lambda done: _exposed(
            done, lists, lambda tokens: partial_sums(shape, tokens), lambda tokens: 1,
            in_order=in_order and not device_wide, pipes=hardware.npu.vector_units,
        ),
    )  # fmt: skip
    tokens = [length for lengths in lists.values() for length in lengths]
    commands = PimCommands()
    for length in tokens:
        commands += count_commands(logit_jobs(shape, length))
        commands += count_commands(attend_jobs(shape, length))
    overlapped = None
    if hardware.scheduler.head_overlap and not device_wide:
        both = [a + b for a, b in zip(logit.channel_cycles, attend.channel_cycles, strict=True)]
        overlapped = max(both, default=0) + max(logit.exposed_cycles, attend.exposed_cycles)
    elements = shape.heads * sum(tokens)
    results = len(tokens) * shape.heads * shape.head_dim
    return Mha(
        logit=logit,
        attend=attend,
        overlapped_cycles=overlapped,
        commands=commands,
        softmax_elements=elements,
        partial_sums=sum(partial_sums(shape, length) for length in tokens),
        written_bytes=(elements + results) * element_bytes,
    )


def _phase(
    timing: RowTileTiming,
    shape: AttentionShape,
    lists: dict[int, list[int]],
    jobs_of: Callable[[AttentionShape, int], tuple[Job, ...]],
    *,
    device_wide: bool,
    exposed: Callable[[list[list[int]]], int],
) -> MhaPhase:
    """Time one half of attention on all channels."""
    done: list[list[int]] = []
    sent = 0
    for tokens in lists.values():
        jobs = tuple(jobs_of(shape, length) for length in tokens)
        times = list(_channel(timing, jobs))
        if device_wide:
            packets = sum(count_commands(part).packets for part in jobs)
            times = [sent + max(packets, times[-1])]
            sent += packets
        done.append(times)
    ends = [times[-1] for times in done]
    if not ends:
        return MhaPhase((), 0, (1, 1), (0, 1))
    slowest = max(range(len(ends)), key=ends.__getitem__)
    jobs = tuple(jobs_of(shape, length) for length in list(lists.values())[slowest])
    alone = _channel(timing, jobs)[-1]
    shared = max(alone, _shared_channel(timing, jobs)) if not timing.separate_results else alone
    return MhaPhase(
        channel_cycles=tuple(ends),
        exposed_cycles=exposed(done),
        slowdown=(shared, alone),
        blocked=(min(blocked_cycles(timing, jobs), shared), shared),
    )


@lru_cache(maxsize=262_144)
def _channel(timing: RowTileTiming, jobs: tuple[tuple[Job, ...], ...]) -> tuple[int, ...]:
    """Return when each request of one channel is done; equal channels are walked once."""
    return tuple(expected_cycles(timing, jobs))


@lru_cache(maxsize=65_536)
def _shared_channel(timing: RowTileTiming, jobs: tuple[tuple[Job, ...], ...]) -> int:
    return expected_cycles(timing, jobs, shared=True)[-1]


def _exposed(
    done: list[list[int]],
    lists: dict[int, list[int]],
    work: Callable[[int], int],
    latency: Callable[[int], int],
    *,
    in_order: bool,
    pipes: int,
) -> int:
    """Return the vector cycles left after the slowest channel.

    In order (the authors' simulator) vector rows issue one a cycle, channel after channel, so a
    slow early channel holds up all that follow. Otherwise each request's rows start when its
    results are there, and the units may be the bottleneck of the phase.
    """
    slowest = max(times[-1] for times in done)
    if len(done[0]) != len(next(iter(lists.values()))):  # device-wide issue knows no requests
        return max(latency(tokens) for lengths in lists.values() for tokens in lengths)
    end = 0
    if in_order:
        left = sum(work(tokens) for lengths in lists.values() for tokens in lengths)
        for times, lengths in zip(done, lists.values(), strict=True):
            for time, tokens in zip(times, lengths, strict=True):
                end = max(end, time + left + latency(tokens))
                left -= work(tokens)
        return end + RESPONSE_CYCLES - slowest
    busy = 0
    for times, lengths in zip(done, lists.values(), strict=True):
        for time, tokens in zip(times, lengths, strict=True):
            rows = work(tokens)
            busy += rows * latency(tokens)
            end = max(end, time + -(-rows // pipes) * latency(tokens))
    return max(end, -(-busy // pipes)) - slowest if max(end, -(-busy // pipes)) > slowest else 0
