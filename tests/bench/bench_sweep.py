"""Speed and memory of sweeps: ``python tests/bench/bench_sweep.py CASE`` prints JSON figures.

Cases: ``ledger`` (rows a second), ``pipeline`` (100,000 designs of a family that costs nothing),
``asic_study`` (115,200 ASIC designs),
``scaling`` (two workers against one), ``ray`` (overhead for trials of 100 ms).
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import Process
from pathlib import Path

import numpy as np
from figures import Figure, peak_memory_mb, write_figures

import archsim
from archsim.sweeps import Ledger
from archsim.sweeps.identity import KEY_BYTES
from archsim.sweeps.lease import Owner
from archsim.sweeps.outcomes import Outcomes
from archsim.sweeps.work import Part

PLUGIN = Path(__file__).resolve().parent.parent / "sweep" / "plugin"
ROWS, BATCH = 200_000, 20_000
MEMORY_TARGET_MB = 1000.0
ROW_TARGET = 50_000.0


def ledger() -> list[Figure]:
    """Claim and record rows with five figures each."""
    random = np.random.default_rng(0)
    figures = {name: random.random(BATCH).tolist() for name in ("a_s", "b_j", "c_mm2", "d_w", "e")}
    outcomes = Outcomes(["done"] * BATCH, [""] * BATCH, [None] * BATCH, figures)
    designs = [f'{{"hardware.npu.systolic_arrays": {number}}}' for number in range(BATCH)]
    data = random.bytes(KEY_BYTES * ROWS)
    names = [data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES)]
    with Ledger(Path("rows.sqlite")) as book:
        owner = Owner.here()
        begin, busy = time.perf_counter(), time.process_time()
        for at in range(0, ROWS, BATCH):
            keys = names[at : at + BATCH]
            claim, granted = book.claim(keys, owner)
            assert len(granted) == BATCH
            book.record(
                keys, designs, outcomes, fidelity="analytic", version="0", finished_claim=claim
            )
        rate = ROWS / (time.perf_counter() - begin)
        note = _per_processor(ROWS, busy)
    return [Figure("ledger, claimed and recorded", rate, "rows/s", ROW_TARGET, "higher", note)]


def pipeline() -> list[Figure]:
    """Sweep 100,000 designs of a family whose batch evaluation costs next to nothing."""
    space = {
        "hardware.lanes": {"minimum": 1, "maximum": 250, "step": 1},
        "hardware.ports": {"minimum": 1, "maximum": 20, "step": 1},
        "hardware.frequency_hz": {"minimum": "1 GHz", "maximum": "2 GHz", "points": 20},
    }
    study = _study(space, kind="batch_probe_chip", fidelity="analytic")
    archsim.sweep({**study, "space": {"hardware.lanes": {"values": [1]}}}, ledger="warm.sqlite")
    begin, busy = time.perf_counter(), time.process_time()
    table = archsim.sweep(study)
    rate = len(table) / (time.perf_counter() - begin)
    note = _per_processor(len(table), busy)
    return [
        Figure("100,000 designs, planned to table", rate, "designs/s", None, "higher", note),
        Figure("100,000 designs: peak memory", peak_memory_mb(), "MB", MEMORY_TARGET_MB),
    ]


def asic_study() -> list[Figure]:
    """Sweep the shipped study of 115,200 ASIC designs: planned, evaluated, recorded, a table.

    A few designs are swept before, so that loading libraries does not count. The figure is by
    processor time of this process, which is all that works on it.
    """
    archsim.sweep(
        "asic-grid",
        overrides={"method.name": "random", "budget.evaluations": 10},
        ledger="warm.sqlite",
    )
    begin, busy = time.perf_counter(), time.process_time()
    table = archsim.sweep("asic-grid")
    rate = len(table) / (time.process_time() - busy)
    note = f"{len(table) / (time.perf_counter() - begin):,.0f} per second of the clock"
    what = "asic-grid, planned to table, 21 figures"
    return [
        Figure(what, rate, "rows/CPU s", ROW_TARGET, "higher", note),
        Figure("asic-grid: peak memory", peak_memory_mb(), "MB", MEMORY_TARGET_MB),
    ]


def scaling() -> list[Figure]:
    """Sweep event trials with one worker and with two: trials that wait, and trials that work.

    Trials that wait 100 ms show what the sweep itself costs also where other programs use one
    of two processors. Around those that work, two bare loops run against one: more no sweep
    can gain on this machine.
    """
    lanes = {"hardware.lanes": {"minimum": 1, "maximum": 240, "step": 1}}
    neupims = {
        "name": "scaling",
        "hardware": "neupims-subbatch",
        "workload": "gpt3-13b-sharegpt",
        "fidelity": "event",
        "space": {
            "hardware.npu.systolic_arrays": {"minimum": 1, "maximum": 15, "step": 1},
            "hardware.memory.timing.trp": {"minimum": 10, "maximum": 39, "step": 1},
        },
    }
    naps = "240 trials of 100 ms, 2 workers"
    waiting = _scaling(naps, _study(lanes, {"nap_s": 0.1}))
    before = _bare_scaling()
    trials = _scaling("450 event trials of NeuPIMs, 2 workers", neupims)
    bare = sorted((before, _bare_scaling()))
    return [waiting, replace(trials, baseline=bare, against="two bare loops against one")]


def _scaling(what: str, study: dict[str, object]) -> Figure:
    one, two = (_timed(study, f"{what}-{n}.sqlite", workers=n) for n in (1, 2))
    note = f"{one:.1f} s and {two:.1f} s, start of workers included"
    return Figure(what, one / two, "x", 1.8, "higher", note)


def ray() -> list[Figure]:
    """Sweep trials that sleep 100 ms on a Ray cluster of this machine with two processors."""
    if importlib.util.find_spec("ray") is None:
        return []
    import ray as cluster

    from archsim.sweeps import sweeping

    paths = [str(PLUGIN), str(Path(archsim.__file__).parent.parent)]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    busy: list[float] = []

    class Watched(sweeping.RayPool):
        def collect(self, timeout_s: float) -> list[Part]:
            parts = super().collect(timeout_s)
            busy.extend(part.seconds for part in parts)
            return parts

    sweeping.RayPool = Watched
    cluster.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    warm = _study({"hardware.lanes": {"minimum": 1, "maximum": 20, "step": 1}}, {"nap_s": 0.1})
    archsim.sweep(warm, ray="auto", ledger="warm.sqlite")
    busy.clear()
    space = {"hardware.lanes": {"minimum": 1, "maximum": 400, "step": 1}}
    wall_s = _timed(_study(space, {"nap_s": 0.1}), "ray.sqlite", ray="auto")
    cluster.shutdown()
    note = f"400 trials: {wall_s:.1f} s on two processors, {sum(busy):.1f} s in trials"
    overhead = 100 * (2 * wall_s / sum(busy) - 1)
    return [Figure("Ray overhead, 100 ms trials", overhead, "%", 5.0, note=note)]


def _study(
    space: dict[str, object], chip: dict[str, object] | None = None, **more: object
) -> dict[str, object]:
    lengths = {"distribution": "list", "tokens": [8, 16]}
    workload = {"kind": "llm", "name": "one", "model": "gpt3-7b", "batch": 2, "lengths": lengths}
    kind = more.pop("kind", "probe_chip")
    return {
        "name": "probe",
        "hardware": {"kind": kind, "name": "probe", **(chip or {})},
        "workload": workload,
        "fidelity": "event",
        "space": space,
        **more,
    }


def _per_processor(count: int, since: float) -> str:
    """Say how fast it is on a processor of its own: others may use this one too."""
    return f"{count / (time.process_time() - since):,.0f} per second of processor time"


def _bare_scaling() -> float:
    """Return how much more work two processes of plain Python do than one."""

    def seconds(processes: int) -> float:
        begin = time.perf_counter()
        running = [Process(target=_loop) for _ in range(processes)]
        for process in running:
            process.start()
        for process in running:
            process.join()
        return time.perf_counter() - begin

    return 2 * seconds(1) / seconds(2)


def _loop() -> None:
    total = 0
    for number in range(30_000_000):
        total += number * number % 7


def _timed(study: dict[str, object], ledger_file: str, **options: object) -> float:
    begin = time.perf_counter()
    archsim.sweep(study, ledger=ledger_file, **options)
    return time.perf_counter() - begin


CASES: dict[str, Callable[[], list[Figure]]] = {
    function.__name__: function for function in (ledger, pipeline, asic_study, scaling, ray)
}


if __name__ == "__main__":
    sys.path.insert(0, str(PLUGIN))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        found = CASES[sys.argv[1]]()
        os.chdir("/")
    write_figures(found)
