"""The frame as discrete events: cluster and SMs pass batches, and share one way to memory.

Each batch computes and moves its bytes at the same time and makes room when both are done. Bytes of
cluster and SMs share the bandwidth, so where both move much at once either may slow the other
down; where that never delays a batch, the frame ends exactly when the closed form says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.neural_graphics.plan import FramePlan
from archsim.architectures.neural_graphics.timing import frame_end
from archsim.errors import UnsupportedError
from archsim.kernel import (
    FS_PER_S,
    Event,
    ProcessGenerator,
    SharedBandwidth,
    Simulation,
    Timeline,
)

_LONGEST_FS = 3600 * FS_PER_S


@dataclass(frozen=True)
class PlayedFrame:
    """When each batch was where, in femtoseconds.

    Attributes:
        cluster: Start and end of each batch on the cluster.
        sms: Start and end of each batch on the SMs.
        bytes_moved: Bytes that the memory moved.
    """

    cluster: list[tuple[int, int]]
    sms: list[tuple[int, int]]
    bytes_moved: int

    @property
    def latency_fs(self) -> int:
        """End of the frame."""
        return self.sms[-1][1]


def play_frame(
    plan: FramePlan, bandwidth: float, buffers: int, timeline: Timeline | None = None
) -> PlayedFrame:
    """Simulate a frame.

    Args:
        plan: The frame.
        bandwidth: Shared bandwidth, in bytes per second.
        buffers: Sample buffers between cluster and SMs.
        timeline: Recorder, or ``None``.
    """
    sim = Simulation(timeline)
    memory = SharedBandwidth(sim, "memory", bandwidth)
    count = len(plan.batches.samples)
    encoded = [sim.event(f"batch {number} encoded") for number in range(count)]
    finished = [sim.event(f"batch {number} finished") for number in range(count)]
    cluster: list[tuple[int, int]] = []
    sms: list[tuple[int, int]] = []

    def work(
        part: str, number: int, duration_fs: int, moved: int, log: list[tuple[int, int]]
    ) -> ProcessGenerator:
        start_fs = sim.now_fs
        name = plan.batches.names[number]
        busy: list[Event] = [sim.delay(duration_fs), memory.transfer(moved, label=name)]
        yield sim.all_of(busy)
        log.append((start_fs, sim.now_fs))
        if timeline is not None:
            timeline.span(part, name, start_fs, sim.now_fs)

    def drain(number: int) -> ProcessGenerator:
        yield sim.delay(plan.drain_fs[number])
        encoded[number].succeed()

    def run_cluster() -> ProcessGenerator:
        for number in range(count):
            for waited in (plan.batches.after[number], number - buffers):
                if waited >= 0:
                    yield finished[waited]
            moved = plan.cluster_bytes[number]
            yield from work("cluster", number, plan.cluster_fs[number], moved, cluster)
            sim.process(drain(number), f"drain of batch {number}")

    def run_sms() -> ProcessGenerator:
        for number in range(count):
            yield encoded[number]
            yield from work("SMs", number, plan.sm_fs[number], plan.sm_bytes[number], sms)
            finished[number].succeed()

    sim.process(run_cluster(), "cluster")
    sim.process(run_sms(), "SMs")
    sim.run()
    return PlayedFrame(cluster, sms, memory.bytes_moved)


def closed_frame(plan: FramePlan, bandwidth: float, buffers: int) -> PlayedFrame:
    """Return the same frame by the closed form: no two transfers share the bandwidth.

    Raises:
        UnsupportedError: The frame takes longer than an hour, which 64 bits cannot count.
    """
    alone = plan.alone_fs(bandwidth)
    if sum(map(sum, alone)) > _LONGEST_FS:
        raise UnsupportedError("the frame takes longer than an hour", key="workload")
    cluster_fs, sms_fs = (np.array(part, np.int64) for part in alone)
    drain_fs = np.array(plan.drain_fs, np.int64)
    left, done = frame_end(cluster_fs, drain_fs, sms_fs, plan.batches.after, buffers)
    return PlayedFrame(
        _spans(left - cluster_fs, left),
        _spans(done - sms_fs, done),
        sum(plan.cluster_bytes) + sum(plan.sm_bytes),
    )


def _spans(start: NDArray[np.int64], end: NDArray[np.int64]) -> list[tuple[int, int]]:
    return [(int(first), int(last)) for first, last in zip(start, end, strict=True)]
