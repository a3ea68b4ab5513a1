"""What the timeline shows of a stage: operations, dependencies, memory traffic, busy channels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from archsim.architectures.npu_pim.operations import NpuOperation
from archsim.kernel import Timeline

if TYPE_CHECKING:
    from archsim.architectures.npu_pim.stages import Stage

TRAFFIC = "npu/memory_bytes_per_s"
BUSY_CHANNELS = "pim/busy_channels"


class Span(Protocol):
    """When something ran, in femtoseconds from the start of its stage."""

    @property
    def name(self) -> str:
        """What ran."""

    @property
    def start_fs(self) -> int:
        """When it started."""

    @property
    def end_fs(self) -> int:
        """When it ended."""


class StageRecorder:
    """Records the stages of one layer, one after the other.

    NPU operations of a stage depend on each other in order, and so do the phases of a channel.
    Stages end in barriers: whatever starts one depends on whatever ended the stage before.

    Args:
        timeline: Recorder to fill.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._ends: list[int] = []

    def record(
        self,
        stage: Stage,
        start_fs: int,
        npu: Sequence[Span],
        channels: Sequence[tuple[int, Span]],
    ) -> None:
        """Record a stage as it ran.

        Args:
            stage: The stage.
            start_fs: Where it starts on the timeline.
            npu: One span per NPU operation, in order.
            channels: Channel and span of each phase on PIM.
        """
        timeline, args = self._timeline, {"stage": stage.name}
        chains: dict[str, list[int]] = {}
        for operation, span in zip(stage.npu, npu, strict=True):
            begin, end = start_fs + span.start_fs, start_fs + span.end_fs
            track = f"npu/{operation.component}"
            chains.setdefault("NPU", []).append(
                timeline.span(track, span.name, begin, end, {**args, **_amounts(operation)})
            )
            if end > begin:
                moved = operation.read_bytes + operation.write_bytes
                timeline.counter(TRAFFIC, begin, moved / ((end - begin) * 1e-15))
                timeline.counter(TRAFFIC, end, 0.0)
        for index, span in channels:
            begin, end = start_fs + span.start_fs, start_fs + span.end_fs
            track = f"pim/channel {index}"
            chains.setdefault(track, []).append(timeline.span(track, span.name, begin, end, args))
        self._count(start_fs, [span for _, span in channels])
        self._link(list(chains.values()))

    def _count(self, start_fs: int, spans: Sequence[Span]) -> None:
        """Record how many channels work."""
        changes: dict[int, int] = {}
        for span in spans:
            changes[span.start_fs] = changes.get(span.start_fs, 0) + 1
            changes[span.end_fs] = changes.get(span.end_fs, 0) - 1
        busy = 0
        for moment in sorted(changes):
            busy += changes[moment]
            self._timeline.counter(BUSY_CHANNELS, start_fs + moment, busy)

    def _link(self, chains: Sequence[Sequence[int]]) -> None:
        for chain in chains:
            for cause, effect in pairwise(chain):
                self._timeline.flow("then", cause, effect)
        starts = [chain[0] for chain in chains]
        # One arrow from each end to each start would be thousands; one to each is enough to see.
        for place in range(max(len(starts), len(self._ends)) if self._ends and starts else 0):
            cause = self._ends[min(place, len(self._ends) - 1)]
            self._timeline.flow("barrier", cause, starts[min(place, len(starts) - 1)])
        if chains:
            self._ends = [chain[-1] for chain in chains]


def _amounts(operation: NpuOperation) -> dict[str, int]:
    """Return what an operation works on, leaving out what it has none of."""
    amounts = {
        "read_bytes": operation.read_bytes,
        "write_bytes": operation.write_bytes,
        "macs": operation.macs,
        "vector_elements": operation.vector_elements,
        "link_bytes": operation.link_bytes,
    }
    return {name: amount for name, amount in amounts.items() if amount}
