"""A trial: one design and one workload as a search or sweep tried them, to be run again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from archsim.api.loading import Source, beside, load_hardware, load_workload
from archsim.api.overrides import split_overrides
from archsim.api.simulating import architecture_for
from archsim.config import Specification, build, load_document, parse_override
from archsim.errors import ArchsimError, InputError
from archsim.result.files import check_target, write_atomically

KIND = "trial"
_OWNERS = ("hardware", "workload")
_Text = Annotated[str, Field(min_length=1, max_length=1000)]
_Value = bool | int | float | str | None


class TrialSpec(Specification):
    """A trial (``kind: trial``): everything that its figures depend on."""

    kind: Literal["trial"] = "trial"
    hardware: _Text | dict[str, object] = Field(
        description="the base design: a shipped name, a path beside the trial, or itself"
    )
    workload: _Text | dict[str, object] = Field(
        description="the base workload: a shipped name, a path beside the trial, or itself"
    )
    settings: dict[str, _Value] = Field(
        default_factory=dict, description="hardware.KEY or workload.KEY to its value"
    )
    fidelity: Literal["analytic", "event"] = "event"
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = Field(
        default=0, description="seed of the simulation"
    )
    figures: dict[str, float] = Field(
        default_factory=dict, description="what the trial came to, for comparison"
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial, read and ready for ``run_named``.

    Attributes:
        spec: The file's content.
        hardware: The base design.
        workload: The base workload.
    """

    spec: TrialSpec
    hardware: Source
    workload: Source

    def texts(self, over: Sequence[str] = ()) -> list[str]:
        """Return the settings as ``key=value`` texts.

        Args:
            over: Further such texts; they win over the trial's.
        """
        taken = {_path(parse_override(text)[0]) for text in over}
        own = [
            f"{key}={json.dumps(value)}"
            for key, value in self.spec.settings.items()
            if _path(key) not in taken
        ]
        return [*own, *over]


def load_trial(source: str | Path) -> Trial:
    """Read a trial.

    Args:
        source: A path.

    Raises:
        InputError: It is no trial, or something in it is wrong.
    """
    document = load_document(source, "workloads")
    if document.data.get("kind") != KIND:
        raise InputError(
            "expected a trial file", where=document.locate("kind"), key="kind",
            found=repr(document.data.get("kind")),
            allowed="trial; or HARDWARE and WORKLOAD",
        )  # fmt: skip
    spec = build(TrialSpec, document)
    for key in spec.settings:
        if key.partition(".")[0] not in _OWNERS:
            raise InputError(
                "unknown key", where=document.locate(f"settings.{key}"), key=f"settings.{key}",
                allowed="hardware.KEY or workload.KEY",
            )  # fmt: skip
    return Trial(spec, beside(document, spec.hardware), beside(document, spec.workload))


def is_trial(source: str) -> bool:
    """Say whether a text names a readable trial file."""
    try:
        return load_document(source, "workloads").data.get("kind") == KIND
    except ArchsimError:
        return False


def check_trial(source: str) -> str:
    """Check a trial with its hardware and workload, and return its name.

    Raises:
        InputError: Something is wrong with any of them.
    """
    trial = load_trial(source)
    for_hardware, for_workload = split_overrides(trial.texts(), trial.hardware, trial.workload)
    hardware = load_hardware(trial.hardware, for_hardware or None)
    architecture_for(hardware, load_workload(trial.workload, for_workload or None))
    return trial.spec.name


def check_trial_file(path: Path) -> None:
    """Refuse a file that a trial can't be written to, before anything is run.

    Raises:
        InputError: The ending is no YAML's, or the folder can't be written.
    """
    if path.suffix not in (".yaml", ".yml"):
        raise InputError("a trial is written as YAML", found=repr(str(path)), allowed=".yaml, .yml")
    check_target(path)


def write_trial(spec: TrialSpec, path: Path) -> Path:
    """Write a trial, whole or not at all.

    Raises:
        InputError: It can't be written.
    """
    import yaml

    check_trial_file(path)
    data = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    ordered: Mapping[str, object] = {"kind": KIND, "schema_version": 1, **data}
    return write_atomically(path, yaml.safe_dump(dict(ordered), sort_keys=False, width=99))


def _path(key: str) -> str:
    """Return a key without the file that it belongs to."""
    owner, _, path = key.partition(".")
    return path if owner in _OWNERS and path else key
