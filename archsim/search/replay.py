"""Designs of a search as trial files, which ``archsim run`` simulates again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archsim.api.trial import TrialSpec, write_trial
from archsim.config.files import is_path
from archsim.errors import InputError

if TYPE_CHECKING:
    from archsim.space import Study, Value


def make_trial(
    study: Study, point: Mapping[str, Value], name: str, figures: Mapping[str, float] | None = None
) -> TrialSpec:
    """Return a design of a study as a trial.

    Its figures come back: exactly where the study's designs are simulated one by one, to
    rounding where they are evaluated in batches. Shipped hardware and workloads are named;
    others are written out, so that the trial stands alone.

    Args:
        study: The study.
        point: Values of the design.
        name: Name of the trial.
        figures: What the design came to.
    """
    spec = study.spec
    parts = {"hardware": study.hardware, "workload": study.workload}
    named: dict[str, str | dict[str, object]] = {}
    for part, loaded in parts.items():
        written = getattr(spec, part)
        shipped = isinstance(written, str) and not is_path(written)
        named[part] = written if shipped else loaded.model_dump(mode="json", by_alias=True)
    return TrialSpec(
        name=name,
        hardware=named["hardware"],
        workload=named["workload"],
        settings=dict(point),
        fidelity=spec.fidelity,
        seed=spec.simulation_seed,
        figures=dict(figures or {}),
    )


def write_best(study: Study, summary: Mapping[str, Any], path: Path) -> Path:
    """Write the best design of a search as a trial.

    Args:
        study: The study.
        summary: ``SearchSummary.to_dict()``.
        path: Where to; ``.yaml``.

    Raises:
        InputError: No feasible design has been found, or the file can't be written.
    """
    if not summary["best"]:
        raise InputError(f"no trial is written to {str(path)!r}: no feasible design was found")
    best = summary["best"][0]
    name = f"{study.name}: {best['method']}, seed {best['seed']}, step {best['step']}"
    return write_trial(make_trial(study, best["point"], name, best["figures"]), path)
