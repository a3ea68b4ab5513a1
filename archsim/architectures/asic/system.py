"""Event fidelity: accelerators work through their orders and share the memory."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.architectures.asic.chip import Chip
from archsim.architectures.asic.chip_costs import ChipCosts
from archsim.architectures.asic.problem import Problem, Schedule
from archsim.kernel import (
    ProcessGenerator,
    SharedBandwidth,
    Simulation,
    Timeline,
    transfer_fs,
)


@dataclass(frozen=True)
class Played:
    """When tasks ran.

    Attributes:
        start_fs, end_fs: Per task.
        latency_fs: End of the run.
        memory_bytes: Bytes that the memory moved.
        memory_fs: Time in which it moved any.
    """

    start_fs: tuple[int, ...]
    end_fs: tuple[int, ...]
    latency_fs: int
    memory_bytes: int
    memory_fs: int


def closed_schedule(schedule: Schedule, costs: ChipCosts, chip: Chip) -> Played:
    """Return the schedule as it stands: every task alone with the memory.

    No run ends before the memory has moved all its bytes at the full rate.
    """
    moved = _bytes_moved(schedule, costs)
    rate = chip.memory_rate
    streamed = 0
    if rate is not None and chip.hardware.dram is not None:
        streamed = transfer_fs(moved, chip.hardware.dram.bandwidth_bytes_per_s)
    latency = max(schedule.makespan, streamed)
    return Played(
        tuple(schedule.start.tolist()), tuple(schedule.end.tolist()), latency, moved, streamed
    )


def play(
    problem: Problem,
    schedule: Schedule,
    costs: ChipCosts,
    chip: Chip,
    names: tuple[str, ...],
    timeline: Timeline | None = None,
) -> Played:
    """Play a schedule: each accelerator keeps its order, tasks wait for what comes before them.

    A task first brings its inputs, then computes while the rest streams. In physical mode all
    tasks under way share the memory at once (or have their fixed share of it); in compat mode
    there is no memory.

    Args:
        problem: Tasks and what they wait for.
        schedule: Assignment and order.
        costs: Times and bytes.
        chip: The chip.
        names: Name of each task, for the timeline and messages.
        timeline: Recorder to fill, or None.
    """
    sim = Simulation(timeline)
    count = problem.accelerators
    labels = chip.hardware.names
    links = _links(sim, chip, labels)
    done = [sim.event(f"end of {name}") for name in names]
    start, end = [0] * problem.tasks, [0] * problem.tasks

    def accelerator(where: int) -> ProcessGenerator:
        for task in schedule.order(where):
            for before in problem.waits(task):
                if not done[before].processed:
                    yield done[before]
            start[task] = sim.now_fs
            yield from _run(sim, links[where] if links else None, costs, task, where, names[task])
            end[task] = sim.now_fs
            if timeline is not None:
                timeline.span(labels[where], names[task], start[task], end[task])
            done[task].succeed()

    for where in range(count):
        sim.process(accelerator(where), labels[where])
    latency = sim.run()
    shared = {id(link): link for link in links}.values()
    return Played(
        tuple(start),
        tuple(end),
        latency,
        sum(link.bytes_moved for link in shared),
        max((link.busy_fs for link in shared), default=0),
    )


def _run(
    sim: Simulation,
    link: SharedBandwidth | None,
    costs: ChipCosts,
    task: int,
    where: int,
    name: str,
) -> ProcessGenerator:
    if link is None:
        yield sim.delay(int(costs.body_fs[task, where]))
        return
    yield link.transfer(int(costs.first_bytes[task, where]), label=f"inputs of {name}")
    computed = sim.delay(int(costs.body_fs[task, where]))
    streamed = link.transfer(int(costs.stream_bytes[task, where]), label=f"stream of {name}")
    yield sim.all_of([computed, streamed])


def _links(sim: Simulation, chip: Chip, labels: tuple[str, ...]) -> list[SharedBandwidth]:
    """Return the memory link of each accelerator: one and the same, or shares of their own."""
    rate, dram = chip.memory_rate, chip.hardware.dram
    if rate is None or dram is None:
        return []
    if dram.sharing == "dynamic":
        link = SharedBandwidth(sim, "memory", rate)
        return [link] * len(labels)
    return [SharedBandwidth(sim, f"memory of {label}", rate) for label in labels]


def _bytes_moved(schedule: Schedule, costs: ChipCosts) -> int:
    return sum(
        int(costs.first_bytes[task, where]) + int(costs.stream_bytes[task, where])
        for task, where in enumerate(schedule.assignment.tolist())
    )
