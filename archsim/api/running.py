"""A run as the command line asks for it: names, settings and files in, a result out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archsim.api.loading import Source, load_hardware, load_workload
from archsim.api.overrides import Overrides, split_overrides
from archsim.api.simulating import bad_seed, simulate
from archsim.api.timeline_window import parse_window
from archsim.api.trial import is_trial, load_trial
from archsim.errors import ArchsimError, InfeasibleError, InputError, UnsupportedError, shown
from archsim.result import STANDARD_METRICS
from archsim.result.files import check_target

if TYPE_CHECKING:
    from archsim.config import HardwareSpec, WorkloadSpec
    from archsim.kernel import Timeline
    from archsim.result import Result

TIMELINE_ENDINGS = (".json", ".json.gz")


def run_asked(
    hardware: str,
    workload: str | None,
    *,
    settings: Sequence[str] = (),
    fidelity: str | None = None,
    seed: str | None = None,
    timeline_path: Path | None = None,
    timeline_window: str = "",
    output_path: Path | None = None,
) -> Result:
    """Run hardware and a workload, or a trial; as for ``run_named``.

    Args:
        hardware: Name or path of hardware, or of a trial when there is no workload.
        workload: Name or path; ``None`` with a trial.
        settings: ``key=value`` texts.
        fidelity: ``None`` for that of the trial, or event.
        seed: As text; ``None`` for that of the trial, or 0.
        timeline_path: Where to write a timeline.
        timeline_window: Which part of the run it shows.
        output_path: Where to write the result.

    Raises:
        InputError: As for ``run_named``; or there is no workload.
    """
    trial = load_trial(hardware) if workload is None and is_trial(hardware) else None
    if trial is None and workload is None:
        raise InputError(
            "missing argument 'WORKLOAD' (see 'archsim run --help')",
            allowed="HARDWARE and WORKLOAD, or one trial file",
        )
    own = (trial.spec.fidelity, trial.spec.seed) if trial else ("event", 0)
    return run_named(
        trial.hardware if trial else hardware,
        trial.workload if trial else workload or "",
        settings=trial.texts(settings) if trial else settings,
        fidelity=own[0] if fidelity is None else fidelity,
        seed=own[1] if seed is None else parse_seed(seed),
        timeline_path=timeline_path,
        timeline_window=timeline_window,
        output_path=output_path,
    )


def run_named(
    hardware: Source,
    workload: Source,
    *,
    settings: Sequence[str] = (),
    fidelity: str = "event",
    seed: int = 0,
    timeline_path: Path | None = None,
    timeline_window: str = "",
    output_path: Path | None = None,
) -> Result:
    """Load, apply the settings, simulate, and write the files asked for.

    Args:
        hardware: Name, path or mapping.
        workload: Name, path or mapping.
        settings: ``key=value`` texts; see ``split_overrides``.
        fidelity: ``"event"`` or ``"analytic"``.
        seed: Seed of every random choice.
        timeline_path: Where to write a timeline; event fidelity only.
        timeline_window: Which part of the run it shows, e.g. ``"0 s:2 ms"``; by default all.
        output_path: Where to write the result as JSON.

    Raises:
        InputError: Something is wrong with the input, or a file cannot be written; files are
            checked before the simulation, so that a long run is not lost to a typing error.
    """
    window = parse_window(timeline_window) if timeline_window else None
    if window is not None and timeline_path is None:
        raise InputError("a timeline window needs --timeline", found=repr(timeline_window))
    if timeline_path is not None:
        if not timeline_path.name.endswith(TIMELINE_ENDINGS):
            raise InputError(
                "a timeline file must have a JSON ending",
                found=repr(str(timeline_path)),
                allowed=", ".join(TIMELINE_ENDINGS),
            )
        check_target(timeline_path)
    if output_path is not None:
        check_target(output_path)
    for_hardware, for_workload = split_overrides(settings, hardware, workload)
    hw = load_hardware(hardware, for_hardware or None)
    wl = load_workload(workload, for_workload or None)
    timeline = None
    if timeline_path is not None:
        from archsim.kernel import Timeline

        timeline = Timeline(window)
    try:
        result = simulate(hw, wl, fidelity=fidelity, seed=seed, timeline=timeline)
    except InputError as error:
        raise _located(error, (hw, hardware, for_hardware), (wl, workload, for_workload)) from error
    if timeline is not None and timeline_path is not None:
        write_timeline(timeline, timeline_path)
    if output_path is not None:
        result.save(output_path)
    return result


def write_timeline(timeline: Timeline, path: Path) -> None:
    """Write a timeline, whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    try:
        timeline.write(path)
    except OSError as error:
        raise InputError(f"cannot write {shown(str(path))}: {error.strerror}") from error


def _located(
    error: InputError,
    hardware: tuple[HardwareSpec, Source, Overrides],
    workload: tuple[WorkloadSpec, Source, Overrides],
) -> InputError:
    """Return an error of a run with the file and line of the key that it names, if it names one.

    Args:
        error: As raised.
        hardware: The hardware, where it was read from, and the settings over that.
        workload: The same of the workload.
    """
    from archsim.config import load_document, located

    top = error.key.partition(".")[0]
    specs = {"hw_configs": hardware[0], "workloads": workload[0]}
    owners = [folder for folder, spec in specs.items() if top in type(spec).model_fields]
    if error.where or not owners:
        return error
    # Settings of a model that the workload only names reach beyond its own file.
    own = {key: value for key, value in workload[2].items() if not key.startswith("model.")}
    documents = {
        "hw_configs": load_document(hardware[1], "hw_configs", hardware[2]),
        "workloads": load_document(workload[1], "workloads", own),
    }
    return located(error, *sorted(documents.values(), key=lambda d: d is not documents[owners[0]]))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one design of a comparison came to.

    Attributes:
        hardware: The design, as it was named.
        result: Its result; ``None`` when the design could not run.
        reason: Why there is no result; empty when there is one.
        status: ``"ok"``; ``"infeasible"``: it breaks a capacity; ``"unsupported"``: its family
            cannot run this workload.
    """

    hardware: str
    result: Result | None
    reason: str
    status: Literal["ok", "infeasible", "unsupported"]

    def to_dict(self) -> dict[str, object]:
        """Return JSON data: hardware, status, reason, and the result's own keys if there is one."""
        data = self.result.to_dict() if self.result else {}
        return {"hardware": self.hardware, "status": self.status, "reason": self.reason, **data}


def try_named(
    hardware: str, workload: Source, *, settings: Sequence[str], fidelity: str, seed: int
) -> Outcome:
    """Run one design of a comparison; one that can't run this workload is an outcome, no error.

    Raises:
        InputError: Anything else is wrong with the input.
    """
    try:
        result = run_named(hardware, workload, settings=settings, fidelity=fidelity, seed=seed)
    except InfeasibleError as error:
        return Outcome(hardware, None, str(error), "infeasible")
    except UnsupportedError as error:
        return Outcome(hardware, None, str(error), "unsupported")
    return Outcome(hardware, result, "", "ok")


def metric_units(result: Result) -> dict[str, str]:
    """Return the unit of each metric; only the standard ones when the family is not installed."""
    from archsim.architectures import registry

    units = {item.name: item.unit for item in STANDARD_METRICS}
    try:
        family = registry.get(str(result.provenance.get("architecture")))
    except ArchsimError:
        return units
    return units | {item.name: item.unit for item in family.metrics}


def parse_seed(text: str) -> int:
    """Return the seed that a text stands for; ``simulate`` checks its range.

    Raises:
        InputError: It is not a whole number.
    """
    try:
        return int(text)
    except ValueError as error:
        raise bad_seed(text) from error
