"""Every benchmark against its target: ``python tests/bench/run.py`` (``make bench``).

``--json FILE`` keeps the figures, ``--page reports/benchmarks.md`` writes the page of them.

Speeds depend on the machine: targets are for one core of a laptop or a small server. The exit
code is 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmark_page import benchmark_page, number, this_machine
from figures import Figure

HERE = Path(__file__).resolve().parent
CASES = {
    "bench_asic.py": (
        "closed_forms",
        "design_batches",
        "public_function",
        "nasaic_search",
        "schedules",
    ),
    "bench_npu_pim.py": (
        "event_layer",
        "study_designs",
        "many_designs",
        "wide_space",
        "distinct_sides",
        "serving",
    ),
    "bench_gpu.py": ("gpu_physics", "gpu_hybrid", "gpu_load", "gpu_cards"),
    "bench_dram.py": (
        "default_controllers",
        "random_space",
        "million",
        "trace_file",
        "second_process",
    ),
    "bench_fpga.py": ("designs", "token", "image"),
    "bench_neural_graphics.py": ("lookups", "cluster_designs", "reproduction"),
    "bench_envs.py": ("steps",),
    "bench_sweep.py": ("ledger", "pipeline", "asic_study", "scaling", "ray"),
    "bench_search_methods.py": ("overhead", "agents"),
}
"""Benchmark file of a family to its cases."""
IMPORT_TARGET_S = 0.3
COMMAND_TARGET_S = 2.0
REPEATS = 5


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter; its output is captured, and a failure is an exception."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603


def wall_s(*arguments: str) -> float:
    """Return the median wall time of a few runs of this interpreter."""

    def once() -> float:
        begin = time.perf_counter()
        run_python(*arguments)
        return time.perf_counter() - begin

    once()  # fills the disk cache and writes byte code
    return statistics.median(once() for _ in range(REPEATS))


def import_s() -> float:
    """Return what ``import archsim`` itself takes, as the interpreter reports it."""

    def once() -> float:
        report = run_python("-X", "importtime", "-c", "import archsim").stderr
        found = re.search(r"\|\s+(\d+) \| archsim$", report, re.MULTILINE)
        if found is None:
            raise RuntimeError("the interpreter reported no import of archsim")
        return int(found.group(1)) * 1e-6

    return statistics.median(once() for _ in range(REPEATS))


def start_up() -> Iterator[Figure]:
    """Yield how long imports and commands take, interpreter start included."""
    empty = wall_s("-c", "pass")
    note = f"an empty program takes {empty:.3f} s"
    yield Figure("import archsim", import_s(), "s", IMPORT_TARGET_S)
    taken = wall_s("-c", "import archsim")
    yield Figure("python -c 'import archsim'", taken, "s", IMPORT_TARGET_S, note=note)
    commands = (
        ("archsim --help", ["--help"]),
        ("archsim run neupims gpt3-13b-sharegpt", ["run", "neupims", "gpt3-13b-sharegpt"]),
    )
    for what, arguments in commands:
        taken = wall_s("-m", "archsim.cli", *arguments)
        yield Figure(what, taken, "s", COMMAND_TARGET_S, note="the whole process")


def family(file: str, case: str) -> Callable[[], Iterator[Figure]]:
    """Return what runs one case of a family's benchmark in a process of its own."""

    def run() -> Iterator[Figure]:
        answer = run_python(str(HERE / file), case).stdout
        for data in json.loads(answer):
            yield Figure(**data)

    return run


def show(figure: Figure) -> None:
    """Print one row of the table."""
    target = ""
    if figure.target is not None:
        sign = "<=" if figure.better == "lower" else ">="
        target = f"{sign} {figure.target:,.6g}"
    row = f"{figure.what:<50}{number(figure.value):>12} {figure.unit:<10}{target:>11}  "
    say(f"{row}{figure.verdict:<7} {figure.note}".rstrip())


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and, if asked, write JSON; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    parser.add_argument("--page", type=Path, metavar="FILE", help="also write the page of them")
    parser.add_argument("--skip-kernel", action="store_true", help="leave out the kernel's rates")
    options = parser.parse_args(arguments)
    say(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}\n")
    figures: list[Figure] = []
    cases = [family(file, case) for file, names in CASES.items() for case in names]
    for measure in (start_up, *cases):
        for figure in measure():
            figures.append(figure)
            show(figure)
    if not options.skip_kernel:
        say("\nRates of the simulation kernel")
        say(run_python(str(HERE / "bench_kernel.py")).stdout.rstrip())
    if options.json is not None:
        data = [figure.to_dict() for figure in figures]
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    if options.page is not None:
        options.page.write_text(benchmark_page(figures, this_machine()), encoding="utf-8")
    missed = [figure.what.strip() for figure in figures if figure.verdict == "MISSED"]
    say(f"\n{len(missed)} of {sum(f.target is not None for f in figures)} targets missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
