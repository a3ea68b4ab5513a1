"""One run: a plan, static or played, and the checked result of it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from archsim.architectures.asic.config import AsicHardware
from archsim.architectures.asic.figures import component_rows, metrics, peak_macs_per_cycle
from archsim.architectures.asic.planning import Planned, plan, work_of
from archsim.architectures.asic.system import Played, closed_schedule, play
from archsim.architectures.base import Fidelity
from archsim.kernel import fs_to_seconds
from archsim.result import (
    OPERATION_COLUMNS,
    OPERATION_WORK,
    Check,
    Pair,
    Result,
    assemble,
    make_provenance,
)

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.workload.network import NetworkWorkload


def run(
    hardware: AsicHardware,
    workload: NetworkWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run networks on a chip; see ``plan`` for what is refused."""
    import pandas as pd

    planned = plan(hardware, work_of(workload), seed)
    closed = closed_schedule(planned.schedule, planned.costs, planned.chip)
    played = closed
    if fidelity == "event":
        names = tuple(task.name for task in planned.work.tasks)
        played = play(
            planned.problem, planned.schedule, planned.costs, planned.chip, names, timeline
        )
    provenance = make_provenance(
        hardware,
        workload,
        architecture="asic",
        fidelity=fidelity,
        seed=seed,
        trace_hash=workload.trace().content_hash(),
        extra_constants=planned.chip.constants(),
    )
    provenance["left_out"] = {graph.name: graph.left_out for graph in planned.work.graphs}
    return assemble(
        latency_s=fs_to_seconds(played.latency_fs),
        components=pd.DataFrame(component_rows(planned, played)),
        operations=pd.DataFrame(
            _operations(planned, played), columns=[*OPERATION_COLUMNS, *OPERATION_WORK]
        ),
        metrics=metrics(planned, played),
        provenance=provenance,
        bytes_moved=_bytes(planned, played),
        work=_work(planned),
        roofline_s=_roofline_s(planned),
        more_checks=_checks(planned, played, closed),
    )


def _operations(
    planned: Planned, played: Played
) -> list[tuple[str, str, str, float, float, float, float, float]]:
    names = planned.chip.hardware.names
    energy = planned.chosen(planned.costs.energy_j) + planned.chosen(planned.costs.memory_j)
    costs = planned.costs
    moved = planned.chosen(costs.first_bytes) + planned.chosen(costs.stream_bytes)
    rows = [
        (
            task.name,
            task.kind,
            names[planned.schedule.assignment[index]],
            fs_to_seconds(played.start_fs[index]),
            fs_to_seconds(played.end_fs[index]),
            float(energy[index]),
            2.0 * float(costs.macs[index]),
            float(moved[index]),
        )
        for index, task in enumerate(planned.work.tasks)
    ]
    return sorted(rows, key=lambda row: (row[3], row[4]))


def _bytes(planned: Planned, played: Played) -> list[Pair]:
    costs = planned.costs
    asked = planned.chosen(costs.first_bytes) + planned.chosen(costs.stream_bytes)
    return [Pair("memory traffic", float(asked.sum()), float(played.memory_bytes), "bytes")]


def _work(planned: Planned) -> list[Pair]:
    """Compare work asked and done; a transposed convolution may count inserted zeros too."""
    work = planned.work
    if any(task.layer.type == "TRCONV" for task in work.tasks):
        return []
    asked = work.batch * sum(graph.macs for graph in work.graphs)
    return [Pair("multiply-accumulates", float(asked), float(planned.costs.macs.sum()), "MAC")]


def _roofline_s(planned: Planned) -> float:
    """Return the shortest time that all PEs and the whole memory rate allow."""
    hardware, costs = planned.chip.hardware, planned.costs
    peak = peak_macs_per_cycle(hardware) * hardware.frequency_hz
    arithmetic_s = float(costs.macs.sum()) / peak
    if planned.chip.memory_rate is None or hardware.dram is None:
        return arithmetic_s
    moved = planned.chosen(costs.first_bytes) + planned.chosen(costs.stream_bytes)
    return max(arithmetic_s, float(moved.sum()) / hardware.dram.bandwidth_bytes_per_s)


def _checks(planned: Planned, played: Played, closed: Played) -> list[Check]:
    tasks = planned.work.tasks
    late = [
        tasks[task].name
        for task in range(len(tasks))
        for before in planned.problem.waits(task)
        if played.start_fs[task] < played.end_fs[before]
    ]
    overlaps = 0
    for where in range(planned.problem.accelerators):
        overlaps += sum(
            played.start_fs[after] < played.end_fs[before]
            for before, after in pairwise(planned.schedule.order(where))
        )
    return [
        Check(
            "layers start after those they wait for",
            not late,
            f"not {', '.join(late)}" if late else f"{len(tasks)} layers",
        ),
        Check("an accelerator runs one layer at a time", overlaps == 0, f"{overlaps} overlaps"),
        Check(
            "contention never faster than the schedule",
            played.latency_fs >= closed.latency_fs,
            f"{played.latency_fs} fs played, {closed.latency_fs} fs in closed form",
        ),
    ]
