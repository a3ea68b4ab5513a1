"""One pass through a trace on a card: durations, order of the kernels, both fidelities.

A card runs its kernels in one stream, one after the other, and talks to other cards over its link.
The closed form is the longest path through the dependencies; played, kernels that could run side
by side wait for the stream. A chain takes exactly the same time in both.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.base import Fidelity
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.lowering import COLLECTIVES, Lowered
from archsim.kernel import Event, Server, Simulation, Timeline, seconds_to_fs
from archsim.workload.trace import Trace

Int64Array = NDArray[np.int64]

STREAM, LINK = "kernels", "link"


@dataclass(frozen=True)
class Played:
    """When the operations of one pass ran.

    Attributes:
        latency_fs: Time of the pass.
        start_fs: Start of each operation in the first repetition of its group.
        end_fs: End of each operation in that repetition.
        group_fs: Time of one repetition of each group, in the order of ``trace.groups``.
    """

    latency_fs: int
    start_fs: list[int]
    end_fs: list[int]
    group_fs: list[int]


def durations_fs(
    gpu: GpuHardware, trace: Trace, lowered: Lowered, seconds: NDArray[np.float64]
) -> list[int]:
    """Return the time of every operation, its kernels one after the other, in femtoseconds."""
    found = [0] * len(trace)
    for owner, value in zip(lowered.operation.tolist(), seconds.tolist(), strict=True):
        found[owner] += seconds_to_fs(value)
    for index in range(len(trace)):
        row = trace.operations[index]
        if str(row["kind"]) in COLLECTIVES:
            found[index] = seconds_to_fs(
                collective_s(
                    gpu, str(row["kind"]), int(row["participants"]), int(row["collective_bytes"])
                )
            )
    return found


def collective_s(gpu: GpuHardware, kind: str, participants: int, size: int) -> float:
    """Return the time of a ring collective, s: a kernel's floor and its bytes over the link."""
    share = (participants - 1) / participants
    factor = {"all_reduce": 2.0 * share, "all_gather": share, "point_to_point": 1.0}[kind]
    return gpu.matmul.half_launch_s + factor * size / gpu.chip.link_bytes_per_s


def play(
    trace: Trace, duration_fs: Sequence[int], fidelity: Fidelity, timeline: Timeline | None
) -> Played:
    """Run the operations of a trace and return when each ran.

    Args:
        trace: Operations with dependencies.
        duration_fs: Time of each operation.
        fidelity: ``"analytic"``: longest path; ``"event"``: one stream and one link.
        timeline: Recorder of the first repetition of every group; event fidelity only.
    """
    start, end = [0] * len(trace), [0] * len(trace)
    groups: list[int] = []
    now = 0
    for group in trace.groups:
        members = group.indices.tolist()
        if fidelity == "event":
            inside = _simulate(trace, members, duration_fs, timeline)
        else:
            inside = _longest_path(trace, members, duration_fs)
        for index, (begin, finish) in inside.items():
            start[index], end[index] = now + begin, now + finish
        groups.append(max(finish for _, finish in inside.values()))
        now += groups[-1] * group.repeat
        timeline = None
    return Played(now, start, end, groups)


_Spans = dict[int, tuple[int, int]]


def _longest_path(trace: Trace, members: Sequence[int], duration_fs: Sequence[int]) -> _Spans:
    spans: _Spans = {}
    for index in members:
        waits = [
            spans[target][1] for target in trace.dependencies(index).tolist() if target in spans
        ]
        begin = max(waits, default=0)
        spans[index] = (begin, begin + duration_fs[index])
    return spans


def _simulate(
    trace: Trace, members: Sequence[int], duration_fs: Sequence[int], timeline: Timeline | None
) -> _Spans:
    sim = Simulation(timeline)
    servers = {STREAM: Server(sim, STREAM), LINK: Server(sim, LINK)}
    done = {index: sim.event(f"end of {trace.operations[index]['name']}") for index in members}
    spans: _Spans = {}

    def operation(index: int) -> Generator[Event, object, None]:
        yield sim.all_of(
            done[target] for target in trace.dependencies(index).tolist() if target in done
        )
        row = trace.operations[index]
        server = servers[LINK if str(row["kind"]) in COLLECTIVES else STREAM]
        yield from server.hold(duration_fs[index], label=str(row["name"]))
        spans[index] = (sim.now_fs - duration_fs[index], sim.now_fs)
        done[index].succeed()

    for index in members:
        sim.process(operation(index), str(trace.operations[index]["name"]))
    sim.run()
    return spans
