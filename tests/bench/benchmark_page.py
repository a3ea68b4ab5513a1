"""The page of benchmarks: figures with targets, and ratios to what they are compared with."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from figures import Figure

CPU_FILE = Path("/proc/cpuinfo")
HEAD = """\
# Benchmarks

Written by `python tests/bench/run.py --page reports/benchmarks.md`; nothing here is typed in but
the peers' own figures, which are quoted from their runs on other machines and say so. A ratio above
1 means that archsim is faster, or needs less, than what it is compared with.

"""


@dataclass(frozen=True)
class Machine:
    """Where and when figures were measured."""

    date: str
    cpu: str
    cores: int
    system: str
    python: str


def this_machine(cpu_file: Path = CPU_FILE) -> Machine:
    """Return today's date and this machine, with what the system says of its processor."""
    cpu = platform.processor() or platform.machine()
    if cpu_file.exists():
        lines = cpu_file.read_text(encoding="utf-8").splitlines()
        named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        cpu = next(named, cpu)
    return Machine(
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        cpu=cpu,
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def benchmark_page(figures: Sequence[Figure], machine: Machine) -> str:
    """Return the whole page."""
    judged = [figure for figure in figures if figure.verdict]
    met = sum(figure.verdict == "met" for figure in judged)
    where = (
        f"Measured on {machine.date} on {machine.cpu}, {machine.cores} cores, {machine.system}, "
        f"{machine.python}: {met} of {len(judged)} targets met. Targets are for one core of a "
        "laptop or a small server, idle.\n\n"
    )
    heads = ("case", "measured", "target", "verdict", "ratio", "against", "note")
    rows = [heads, ("---", "---:", "---:", "---", "---:", "---", "---")]
    rows += [_row(figure) for figure in figures]
    return HEAD + where + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    target = ""
    if figure.target is not None:
        sign = "at most" if figure.better == "lower" else "at least"
        target = f"{sign} {figure.target:,.6g}"
    cells = (
        figure.what.strip(),
        f"{number(figure.value)} {figure.unit}",
        target,
        figure.verdict,
        " to ".join(f"{number(ratio)}x" for ratio in figure.ratios),
        figure.against,
        figure.note,
    )
    return tuple(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells)


def number(value: float) -> str:
    """Return a value with three or four significant digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
