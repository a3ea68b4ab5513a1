"""What search methods cost beside the evaluation: ``bench_search_methods.py CASE`` prints figures.

Cases: ``overhead`` (ms a design of each method, 512 designs of a space as large as the DRAM
controller's), ``agents`` (start-up and steps of the libraries for several agents).
"""

from __future__ import annotations

import runpy
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from figures import Figure, write_figures

from archsim.search.registry import METHODS, make_algorithm

HELPERS = Path(__file__).resolve().parent.parent / "search" / "synthetic.py"
DESIGNS = 512
TARGETS_MS = {
    "random": 0.5, "grid": 0.5, "sobol": 0.5, "ga": 0.5, "aco": 0.5, "annealing": 0.5,
    "cma_es": 2.0, "nsga2": 10.0, "ppo": 10.0, "ppo_box": 10.0, "mappo": 20.0, "ippo": 20.0,
    "sac": 20.0, "tpe": 60.0, "gp": 60.0,
}  # fmt: skip
"""An evaluation takes 10 to 20 ms on one core of two; learners may cost as much, models more."""

synthetic = SimpleNamespace(**runpy.run_path(str(HELPERS)))


def overhead() -> list[Figure]:
    """Measure every method, the import of its packages left out."""
    found = []
    for name in METHODS:
        synthetic.run(make_algorithm(name, synthetic.TEN, 1), synthetic.structured, 64)
        found.append(Figure(f"search: {name}", _ms(name), "ms/design", TARGETS_MS[name]))
    return found


def agents() -> list[Figure]:
    """Compare TorchRL's agents with ten models of Stable-Baselines3, one a parameter."""
    found = []
    for what, modules in (
        ("Stable-Baselines3", "stable_baselines3"),
        ("TorchRL", "torchrl.objectives, torchrl.modules"),
    ):
        begin = time.perf_counter()
        command = [sys.executable, "-c", f"import {modules}"]
        subprocess.run(command, check=True)  # noqa: S603
        taken = time.perf_counter() - begin
        found.append(Figure(f"start of a process with {what}", taken, "s"))
    synthetic.run(make_algorithm("ippo", synthetic.TEN, 1), synthetic.structured, 64)
    found.append(Figure("ten agents, TorchRL", 1000.0 / _ms("ippo"), "designs/s"))
    ones = [synthetic.make_space((count,)) for count in synthetic.TEN.shape]
    models = [make_algorithm("ppo", space, 1) for space in ones]
    begin = time.perf_counter()
    for _ in range(DESIGNS // 64):
        for model in models:
            levels = model.ask()
            model.tell(levels, synthetic.scores_of(-levels[:, 0].astype(float)))
    rate = DESIGNS / (time.perf_counter() - begin)
    found.append(Figure("ten agents, ten models of Stable-Baselines3", rate, "designs/s"))
    return found


def _ms(name: str) -> float:
    """Return the time of a design in ms, the reward's own small cost included."""
    algorithm = make_algorithm(name, synthetic.TEN, 0)
    begin = time.perf_counter()
    synthetic.run(algorithm, synthetic.structured, DESIGNS)
    return (time.perf_counter() - begin) / DESIGNS * 1e3


if __name__ == "__main__":
    write_figures({"overhead": overhead, "agents": agents}[sys.argv[1]]())
