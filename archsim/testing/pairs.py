"""One run tried on its own: it ends with sound figures, or is refused in one sentence."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from archsim.api import load_hardware, load_workload, simulate
from archsim.errors import ArchsimError, InputError, MissingExtraError
from archsim.result import Result

LONGEST_SENTENCE = 800
"""Characters that a refusal may have."""


@dataclass(frozen=True)
class RunPair:
    """A run as drawn.

    Attributes:
        hardware: Data of a hardware file.
        workload: Data of a workload file.
        fidelity: ``"analytic"`` or ``"event"``.
        seed: Seed of the run.
    """

    hardware: Mapping[str, object]
    workload: Mapping[str, object]
    fidelity: str
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        verdict: ``ran``: all checks hold, all figures are finite; ``refused``: an ``InputError``
            of one sentence, or a missing extra; ``violation``: anything else.
        detail: The sentence of a refusal, or what is wrong.
        signature: Equal for violations of the same cause; empty for others.
        seconds: Wall-clock time of loading and running.
    """

    verdict: Literal["ran", "refused", "violation"]
    detail: str
    signature: str
    seconds: float


def try_pair(pair: RunPair, flags: Collection[str] = ()) -> Outcome:
    """Load and run a pair; whatever happens is returned, nothing but an interrupt is raised.

    Args:
        pair: The run.
        flags: Names of checks that judge the design, not the run, and may fail.
    """
    begin = time.perf_counter()
    verdict, detail, signature = _tried(pair, flags)
    return Outcome(verdict, detail, signature, time.perf_counter() - begin)


def _tried(
    pair: RunPair, flags: Collection[str]
) -> tuple[Literal["ran", "refused", "violation"], str, str]:
    try:
        hardware = load_hardware(pair.hardware)
        workload = load_workload(pair.workload)
        result = simulate(hardware, workload, fidelity=pair.fidelity, seed=pair.seed)
    except (InputError, MissingExtraError) as error:
        wrong = unclear(error)
        return ("violation", wrong, "unclear refusal") if wrong else ("refused", str(error), "")
    except Exception as error:  # a defect of any sort is what is looked for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename.rpartition('archsim/')[2]}:{frame.lineno}"
        return "violation", f"{type(error).__name__}: {error}", f"{type(error).__name__} at {place}"
    wrong = unsound(result, flags)
    return ("violation", wrong, wrong.partition(":")[0]) if wrong else ("ran", "", "")


def unclear(error: ArchsimError) -> str:
    """Return why a refusal is no clear sentence; empty when it is one."""
    text = str(error)
    if not text or not text.isprintable():
        return f"a refusal that is not one printable line: {text[:200]!r}"
    if len(text) > LONGEST_SENTENCE:
        return f"a refusal of {len(text)} characters: {text[:200]!r}"
    return ""


def unsound(result: Result, flags: Collection[str] = ()) -> str:
    """Return what is wrong with a result: a failed check or a figure that is none; or nothing."""
    for check in result.failed_checks:
        if check.name in flags:
            continue
        return f"check {check.name!r} failed: {check.detail}"
    figures = {
        "latency_s": result.latency_s, "energy_j": result.energy_j, "area_mm2": result.area_mm2,
        **result.metrics,
    }  # fmt: skip
    for name, value in figures.items():
        if not math.isfinite(value):
            return f"figure {name} is not finite: {value}"
    if not result.latency_s > 0.0:
        return f"latency is not above zero: {result.latency_s}"
    return ""
