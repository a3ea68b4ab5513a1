"""Benchmarks of the ASIC family: ``python tests/bench/bench_asic.py CASE``.

The enumerator and the closed forms are measured in one process, so that their ratio is that of one
machine at one time.
"""

from __future__ import annotations

import sys
import time
from functools import partial

import numpy as np
from figures import Figure, peak_memory_mb, write_figures

import archsim
from archsim.architectures.asic import ARCHITECTURE
from archsim.architectures.asic.config import AsicHardware
from archsim.architectures.asic.cp_sat import solve
from archsim.architectures.asic.greedy import greedy
from archsim.architectures.asic.maestro.directives import template_mapping
from archsim.architectures.asic.maestro.enumerator import layer_cost
from archsim.architectures.asic.maestro.fast import costs, hardware_columns, possible_costs
from archsim.architectures.asic.maestro.table import LayerTable, table_of
from archsim.architectures.asic.tasks import tasks_of
from archsim.papers.nasaic.evaluate import problem_of
from archsim.papers.nasaic.published import DESIGNS, SPECIFICATIONS
from archsim.papers.nasaic.search import HardwareSpace, search, worst_case
from archsim.papers.nasaic.spaces import WORKLOADS, tasks_of_both
from archsim.space import choose_designs, load_study
from archsim.workload.network import NetworkWorkload

POINTS, ENUMERATED, REPEATS, PAIRS = 1_000_000, 400, 3, 2000
TARGETS = {"dla": 1e6, "shi": 5e5, "rs": 5e5}
TARGET_RATIO = 300.0


def points(template: str) -> LayerTable:
    """Return layers of shipped networks, a million times over, that the template can run."""
    layers = [
        task.layer
        for name in ("resnet50", "vgg16", "mobilenetv2", "unet")
        for task in tasks_of(archsim.load_workload(name).graphs(), 1)  # type: ignore[attr-defined]
    ]
    distinct = table_of(list(dict.fromkeys(layers)))
    _, valid = possible_costs(distinct, template, hardware_columns(len(distinct), 1024, 64))
    usable = np.flatnonzero(valid)
    chosen = np.random.default_rng(0).choice(usable, POINTS)
    return distinct.take(chosen)


def closed_forms() -> list[Figure]:
    """Layer-hardware points a second on one core, and how many times the enumerator's."""
    figures = []
    for template, target in TARGETS.items():
        table = points(template)
        random = np.random.default_rng(1)
        hardware = hardware_columns(
            POINTS, random.integers(64, 4097, POINTS), random.integers(1, 257, POINTS), 1,
            random.choice([1, 9], POINTS),
        )  # fmt: skip
        costs(table, template, hardware)
        fast_s = min(_timed_s(lambda t=table, h=hardware, n=template: costs(t, n, h))
                     for _ in range(REPEATS))  # fmt: skip
        layers = [table.layer(index) for index in range(ENUMERATED)]
        begin = time.process_time()
        for index, layer in enumerate(layers):
            layer_cost(layer, template_mapping(template, layer), hardware.rates(index))
        slow_s = (time.process_time() - begin) / ENUMERATED
        rate = POINTS / fast_s
        figures += [
            Figure(
                f"ASIC: closed form of {template}", rate, "points/s", target, "higher",
                baseline=[1 / slow_s], against="our enumerator of the same rules",
            ),
            Figure(
                f"ASIC: the same against the enumerator, {template}", rate * slow_s, "times",
                TARGET_RATIO, "higher", f"enumerator: {1e3 * slow_s:.2f} ms a point",
            ),
        ]  # fmt: skip
    return figures


def design_batches() -> list[Figure]:
    """Designs a second: a shipped study on one accelerator, and chips of two."""
    study = load_study("asic-grid")
    levels = choose_designs(study)
    columns = {
        key: np.array(parameter.values)[levels[:, at]]
        for at, (key, parameter) in enumerate(
            zip(study.space.keys, study.space.parameters, strict=True)
        )
    }
    random = np.random.default_rng(0)
    pairs = {
        "accelerators.dla.pes": 64 * random.integers(2, 32, PAIRS),
        "accelerators.shi.pes": 8 * random.integers(16, 256, PAIRS),
        "accelerators.shi.noc_bandwidth_bytes_per_cycle": random.integers(8, 256, PAIRS),
    }
    cases = (
        ("one accelerator, asic-grid", study.hardware, study.workload, columns, 200_000.0),
        ("two accelerators", *both(), pairs, None),
    )
    figures = []
    for what, hardware, workload, designs, target in cases:
        batch = partial(ARCHITECTURE.evaluate_batch, hardware, workload, designs)
        count = len(batch()["latency_s"])
        rate = count / min(_timed_s(batch) for _ in range(REPEATS))
        layers = len(tasks_of(workload.graphs(), 1))
        note = f"{count:,} designs of {layers} layers, all different"
        figures.append(Figure(f"ASIC: designs, {what}", rate, "designs/s", target, "higher", note))
    return figures


def both() -> tuple[AsicHardware, NetworkWorkload]:
    """Return two accelerators that share a memory, and two small networks."""
    hardware = archsim.load_hardware("heterogeneous")
    return hardware, archsim.load_workload("cifar-and-nuclei")  # type: ignore[return-value]


def public_function() -> list[Figure]:
    """``archsim.asic.maestro`` itself, with energy, area, power and a DataFrame."""
    table = points("dla")
    columns = {name: getattr(table, name) for name in ("K", "C", "R", "S", "Y", "X", "stride")}
    types = np.array(table.type_names, object)[table.type_codes]
    layers = {"type": types, **columns}
    archsim.asic.maestro({key: value[:10] for key, value in layers.items()}, "dla", 1024, 64)
    taken = min(_timed_s(lambda: archsim.asic.maestro(layers, "dla", 1024, 64)) for _ in range(2))
    return [
        Figure("ASIC: archsim.asic.maestro, dla", POINTS / taken, "points/s", None, "higher"),
        Figure("ASIC: the same, peak memory", peak_memory_mb(), "MB"),
    ]


def nasaic_search() -> list[Figure]:
    """The joint search of NASAIC's first workload, schedules included."""
    spaces, spec = WORKLOADS["W1"], SPECIFICATIONS["W1"]
    bound, _ = worst_case(spaces, spec, HardwareSpace(), 20, 0)
    begin = time.perf_counter()
    found = search(spaces, spec, bound, HardwareSpace())
    taken = time.perf_counter() - begin
    note = f"{taken / found.evaluations * 1e3:.2f} ms an evaluation"
    return [Figure(f"ASIC: {found.evaluations:,} NASAIC evaluations", taken, "s", 60.0, note=note)]


def schedules() -> list[Figure]:
    """An instance of the size of NASAIC's first workload: exact, and by the ratio heuristic."""
    spaces = WORKLOADS["W1"]
    tasks = tasks_of_both(spaces, [space.largest for space in spaces])
    problem = problem_of(tasks, DESIGNS[0].accelerators, 0)
    greedy(problem)
    quick_s = min(_timed_s(lambda: greedy(problem)) for _ in range(REPEATS))
    solve(problem, minimise_energy=False)
    exact_s = min(_timed_s(lambda: solve(problem, minimise_energy=False)) for _ in range(REPEATS))
    exact = solve(problem, minimise_energy=False)
    gap = greedy(problem).makespan / exact.makespan - 1.0
    note = f"{problem.tasks} layers, {'optimal' if exact.optimal else 'NOT proved optimal'}"
    return [
        Figure("ASIC: CP-SAT schedule of a W1 instance", exact_s, "s", 1.0, note=note),
        Figure("ASIC: ratio heuristic on the same", quick_s, "s", note=f"gap {gap:.1%}"),
    ]


def _timed_s(work: object) -> float:
    begin = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - begin


CASES = {
    "closed_forms": closed_forms,
    "design_batches": design_batches,
    "public_function": public_function,
    "nasaic_search": nasaic_search,
    "schedules": schedules,
}

if __name__ == "__main__":
    write_figures(CASES[sys.argv[1]]())
