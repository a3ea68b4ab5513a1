"""Evaluates designs of one study: in batches where the family can, else one by one."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from archsim.api.simulating import architecture_for, simulate
from archsim.errors import ArchsimError, InputError, UnsupportedError
from archsim.kernel import event_limit
from archsim.sweeps.designs import DesignBuilder
from archsim.sweeps.outcomes import Outcomes, Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.architectures import Architecture
    from archsim.config import HardwareSpec, WorkloadSpec
    from archsim.space import Study, Value

    Columns = Mapping[str, NDArray[np.generic]]
    BatchEvaluation = Callable[
        [HardwareSpec, WorkloadSpec, Columns], dict[str, NDArray[np.float64]]
    ]

Form = Literal["batch", "run"]
BATCH_SEED = 0
"""Seed of every batch evaluation, as ``Architecture`` says."""

_FEASIBLE = "feasible"
_MAXIMUM_TRACEBACK = 20_000


@dataclass(frozen=True)
class Task:
    """Everything that evaluating designs needs, as JSON data.

    Attributes:
        hardware: Content of the base design's file.
        workload: Content of the base workload's file.
        keys: Dotted keys of the space.
        fidelity: ``"analytic"`` or ``"event"``.
        form: ``"batch"`` or ``"run"``.
        seed: Seed of each simulation.
        wall_s: Wall time of one trial; ``None`` for no limit.
        memory_bytes: Memory of one trial beyond an idle worker's; ``None`` for no limit.
        events: Kernel events of one trial; ``None`` for no limit.
    """

    hardware: dict[str, object]
    workload: dict[str, object]
    keys: tuple[str, ...]
    fidelity: str
    form: Form
    seed: int
    wall_s: float | None = None
    memory_bytes: int | None = None
    events: int | None = None

    def to_json(self) -> dict[str, object]:
        """Return JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Task:
        """Rebuild a task from ``to_json``."""
        keys = data["keys"]
        fields = {**data, "keys": tuple(keys) if isinstance(keys, list | tuple) else ()}
        return cls(**fields)  # type: ignore[arg-type]  # written by to_json of the same version


def make_task(study: Study, fidelity: str, metrics: Sequence[str] = ()) -> Task:
    """Return the task of a study at a fidelity.

    Args:
        study: The study.
        fidelity: ``"analytic"`` or ``"event"``.
        metrics: Figures that are wanted beside those that the study names.

    Raises:
        UnsupportedError: The family cannot run the workload.
    """
    limits = study.spec.limits
    return Task(
        hardware=study.hardware.model_dump(mode="json", by_alias=True),
        workload=study.workload.model_dump(mode="json", by_alias=True),
        keys=study.space.keys,
        fidelity=fidelity,
        form=_form(study, fidelity, study.wanted_metrics.union(metrics)),
        seed=study.spec.simulation_seed,
        wall_s=limits.wall_s,
        memory_bytes=limits.memory_bytes,
        events=limits.events,
    )


def _form(study: Study, fidelity: str, wanted: frozenset[str]) -> Form:
    """Say how trials are evaluated; it depends on the study alone, not on the machine."""
    import numpy as np

    key = next((key for key in study.space.keys if key.startswith("hardware.")), None)
    if study.spec.simulation_seed != BATCH_SEED or key is None:
        return "run"
    evaluate = _batch_of(study.architecture, fidelity)
    values = study.space.parameters[study.space.position(key)].values
    for value in values:
        column = {key.removeprefix("hardware."): np.array([value])}
        try:
            found = evaluate(study.hardware, study.workload, column)
        except UnsupportedError:
            return "run"
        except InputError:
            continue
        return "batch" if wanted <= set(found) else "run"
    return "run"


class Evaluator:
    """Evaluates designs in this process.

    Args:
        task: What to evaluate.
    """

    def __init__(self, task: Task) -> None:
        from archsim.api.loading import load_hardware, load_workload

        self.task = task
        hardware = load_hardware(task.hardware)
        workload = load_workload(task.workload)
        self._architecture = architecture_for(hardware, workload)
        self._evaluate_batch = _batch_of(self._architecture, task.fidelity)
        self._builder = DesignBuilder(hardware, workload)

    def evaluate(self, points: Sequence[Point]) -> Outcomes:
        """Return the outcomes of some designs.

        Args:
            points: The values of each design, in the order of the task's keys.
        """
        if self.task.form == "run":
            return Outcomes.joined([self.run(point) for point in points])
        groups = self._by_workload(points)
        if len(groups) == 1:
            return self._batch(points)
        found = Outcomes.blank(len(points))
        for places in groups.values():
            found.put(places, self._batch([points[at] for at in places]))
        return found

    def run(self, point: Point) -> Outcomes:
        """Return the outcome of one design, simulated on its own."""
        task = self.task
        try:
            hardware = self._builder.hardware(self._settings("hardware.", point))
            workload = self._builder.workload(self._settings("workload.", point))
            with event_limit(task.events):
                result = simulate(hardware, workload, fidelity=task.fidelity, seed=task.seed)
        except InputError as error:
            return Outcomes.one("infeasible", str(error))
        except ArchsimError as error:
            return Outcomes.one("failed", str(error), _traceback())
        except MemoryError:
            return Outcomes.one("failed", "out of memory", _traceback())
        except Exception as error:
            return Outcomes.one("failed", _first_line(error), _traceback())
        figures = {
            "latency_s": result.latency_s,
            "energy_j": result.energy_j,
            "area_mm2": result.area_mm2,
            "average_power_w": result.average_power_w,
            **result.metrics,
        }
        if result.failed_checks:
            broken = result.failed_checks[0]
            return Outcomes.one("failed", f"broke the invariant {broken.name!r}: {broken.detail}")
        return Outcomes.one("done", figures=figures)

    def _settings(self, owner: str, point: Point) -> dict[str, Value]:
        return {
            key.removeprefix(owner): value
            for key, value in zip(self.task.keys, point, strict=True)
            if key.startswith(owner)
        }

    def _by_workload(self, points: Sequence[Point]) -> dict[tuple[object, ...], list[int]]:
        at = [place for place, key in enumerate(self.task.keys) if key.startswith("workload.")]
        if not at:
            return {(): list(range(len(points)))}
        groups: dict[tuple[object, ...], list[int]] = {}
        for number, point in enumerate(points):
            # The types are part of it: true is not 1.
            name = tuple((type(point[place]), point[place]) for place in at)
            groups.setdefault(name, []).append(number)
        return groups

    def _batch(self, points: Sequence[Point]) -> Outcomes:
        """Return the outcomes of designs that have the same workload."""
        try:
            workload = self._builder.workload(self._settings("workload.", points[0]))
            architecture_for(self._builder.base_hardware, workload)
        except InputError as error:
            return _infeasible(len(points), str(error))
        try:
            return self._evaluated(workload, points)
        except UnsupportedError:
            return Outcomes.joined([self.run(point) for point in points])
        except InputError:
            return self._sifted(workload, points)
        except Exception:  # one bad design must not take the others with it
            return Outcomes.joined([self.run(point) for point in points])

    def _sifted(self, workload: WorkloadSpec, points: Sequence[Point]) -> Outcomes:
        """Take out the designs that are no valid hardware, and evaluate the others."""
        found = Outcomes.blank(len(points))
        valid = []
        for at, point in enumerate(points):
            try:
                self._builder.hardware(self._settings("hardware.", point))
                valid.append(at)
            except InputError as error:
                found.put([at], Outcomes.one("infeasible", str(error)))
        if not valid:
            return found
        kept = [points[at] for at in valid]
        try:
            part = self._evaluated(workload, kept)
        except Exception:
            part = Outcomes.joined([self.run(point) for point in kept])
        found.put(valid, part)
        return found

    def _evaluated(self, workload: WorkloadSpec, points: Sequence[Point]) -> Outcomes:
        import numpy as np

        hardware = self._builder.base_hardware
        columns = {
            key.removeprefix("hardware."): _column(list(map(itemgetter(at), points)))
            for at, key in enumerate(self.task.keys)
            if key.startswith("hardware.")
        }
        figures = dict(self._evaluate_batch(hardware, workload, columns))
        feasible = np.asarray(figures.pop(_FEASIBLE, np.ones(len(points)))) > 0
        found = Outcomes(
            ["done"] * len(points),
            [""] * len(points),
            [None] * len(points),
            {name: list(np.asarray(values).tolist()) for name, values in figures.items()},
        )
        finite = np.logical_and.reduce([np.isfinite(values) for values in figures.values()])
        for at in np.flatnonzero(feasible & ~finite).tolist():
            name = next(n for n, column in found.figures.items() if not math.isfinite(column[at]))  # type: ignore[arg-type]
            found.put([at], Outcomes.one("failed", f"{name} is not finite"))
        bad = np.flatnonzero(~feasible)
        if len(bad):
            some = {key: values[bad] for key, values in columns.items()}
            reasons = self._reasons(hardware, workload, some, [points[at] for at in bad.tolist()])
            found.put(bad.tolist(), reasons)
        return found

    def _reasons(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Columns,
        points: Sequence[Point],
    ) -> Outcomes:
        told = self._architecture.infeasible_reasons(hardware, workload, columns)
        if told is not None:
            return Outcomes(["infeasible"] * len(told), told, [None] * len(told))
        found = Outcomes.joined([self.run(point) for point in points])
        for at, status in enumerate(found.statuses):
            if status == "done":
                reason = "the batch evaluation calls a design infeasible that runs"
                found.put([at], Outcomes.one("failed", reason))
        return found


def _batch_of(architecture: Architecture, fidelity: str) -> BatchEvaluation:
    """Return the batch evaluation of a family at a fidelity."""
    return architecture.evaluate_batch if fidelity == "analytic" else architecture.simulate_batch


def _infeasible(count: int, reason: str) -> Outcomes:
    return Outcomes(["infeasible"] * count, [reason] * count, [None] * count)


def _column(values: Sequence[Value]) -> NDArray[np.generic]:
    """Return values as an array whose elements come back as the same Python values."""
    import numpy as np

    kinds = set(map(type, values))
    mixed = len(kinds) > 1 or type(None) in kinds
    return np.array(values, dtype=object if mixed else None)


def _first_line(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".splitlines()
    return " ".join(text[0].split())[:500]


def _traceback() -> str:
    return traceback.format_exc()[-_MAXIMUM_TRACEBACK:]
