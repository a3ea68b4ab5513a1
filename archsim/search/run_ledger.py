"""The ledger of a search: the trials of ``archsim.sweeps.Ledger`` and, beside them, the runs.

A trial is named by what it depends on, so runs, searches and sweeps share it. A run is named by
everything that decides its steps; its rows are written when it has ended, in one transaction.
The view ``records`` joins both: one row per evaluation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from archsim.search.history import History
from archsim.sweeps.ledger import Ledger
from archsim.sweeps.ledger_file import telling

if TYPE_CHECKING:
    from archsim.search.plan import RunPlan

_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS runs (
        id INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        study TEXT NOT NULL,
        method TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        hyper_parameters TEXT NOT NULL,
        seed INTEGER NOT NULL,
        space TEXT NOT NULL,
        trace_hash TEXT NOT NULL,
        objective TEXT NOT NULL,
        budget TEXT NOT NULL,
        version TEXT NOT NULL,
        stopped_by TEXT NOT NULL,
        best_reward REAL,
        algorithm_s REAL NOT NULL,
        evaluation_s REAL NOT NULL,
        policy_rewards TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS steps (
        run INTEGER NOT NULL REFERENCES runs (id),
        step INTEGER NOT NULL,
        trial BLOB NOT NULL,
        action TEXT NOT NULL,
        reward REAL NOT NULL,
        violation REAL NOT NULL,
        is_new INTEGER NOT NULL,
        PRIMARY KEY (run, step)
    ) WITHOUT ROWID
    """,
    """
    CREATE VIEW IF NOT EXISTS records AS
    SELECT runs.study, runs.method, runs.algorithm, runs.hyper_parameters, runs.seed, steps.step,
        steps.action, steps.reward, steps.violation, steps.is_new, runs.trace_hash, trials.*
    FROM steps JOIN runs ON runs.id = steps.run JOIN trials ON trials.key = steps.trial
    """,
)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A finished run as the ledger holds it.

    Attributes:
        history: Its steps.
        trials: Name of each step's trial in the ledger.
    """

    history: History
    trials: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class RunLine:
    """A finished run in one line, for leader boards.

    Attributes:
        space: Hash of the space with its base design.
        trace_hash: Hash of the workload.
        objective: What was wanted, as text.
        budget: Budget of the run, as text.
        method: What the method is called in tables.
        algorithm: Name of the algorithm.
        hyper_parameters: Its settings as JSON.
        seed: Seed of the run.
        best_reward: ``None`` when no design was feasible.
    """

    space: str
    trace_hash: str
    objective: str
    budget: str
    method: str
    algorithm: str
    hyper_parameters: str
    seed: int
    best_reward: float | None


class RunLedger(Ledger):
    """A ledger with runs in it.

    Args:
        path: The file.
        mode: ``"write"`` or ``"read"``.

    Raises:
        InputError: As for ``Ledger``.
    """

    def __init__(self, path: Path, mode: Literal["write", "read"] = "write") -> None:
        super().__init__(path, mode)
        if mode == "write":
            with self._writing():
                for statement in _SCHEMA:
                    self._database.execute(statement)

    @property
    def has_runs(self) -> bool:
        """Whether a search has ever used this file."""
        with telling(self.path):
            found = self._database.execute(
                "SELECT COUNT(*) FROM sqlite_master WHERE name = 'runs'"
            ).fetchone()
        return bool(found[0])

    def finished(self, keys: Sequence[bytes]) -> set[bytes]:
        """Return those runs that have ended."""
        if not self.has_runs:
            return set()
        with telling(self.path):
            rows = self._database.execute("SELECT key FROM runs").fetchall()
        return {row[0] for row in rows}.intersection(keys)

    def record_run(self, plan: RunPlan, history: History, trials: Sequence[bytes]) -> None:
        """Write a run that has ended, all of it or nothing; one that is there stays as it is.

        Args:
            plan: What ran.
            history: Its steps.
            trials: Name of each step's trial.
        """
        self.unpack(trials)  # the view joins with trials that have a row each
        best = float(history.best[-1])
        row = (
            plan.key, plan.study, plan.method, plan.algorithm, json.dumps(plan.options), plan.seed,
            plan.space, plan.trace_hash, plan.objective, str(plan.budget), plan.version,
            history.stopped_by, best if np.isfinite(best) else None, history.algorithm_s,
            history.evaluation_s, json.dumps(history.policy_rewards.tolist()),
        )  # fmt: skip
        marks = ", ".join("?" * len(row))
        with self._writing():
            number = self._database.execute(
                f"INSERT INTO runs VALUES (NULL, {marks}) ON CONFLICT DO NOTHING RETURNING id",  # noqa: S608
                row,
            ).fetchone()
            if number is not None:
                self._database.executemany(
                    "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?)",
                    _step_rows(number[0], history, trials),
                )

    def run(self, key: bytes) -> StoredRun | None:
        """Return a run; ``None`` when it has not ended."""
        if not self.has_runs:
            return None
        with telling(self.path):
            head = self._database.execute(
                "SELECT id, stopped_by, algorithm_s, evaluation_s, policy_rewards FROM runs "
                "WHERE key = ?",
                (key,),
            ).fetchone()
            if head is None:
                return None
            steps = self._database.execute(
                "SELECT trial, action, reward, violation, is_new FROM steps WHERE run = ? "
                "ORDER BY step",
                (head[0],),
            ).fetchall()
        history = History(
            levels=np.array([json.loads(step[1]) for step in steps], dtype=np.int64),
            rewards=np.array([step[2] for step in steps]),
            violations=np.array([step[3] for step in steps]),
            is_new=np.array([step[4] for step in steps], dtype=bool),
            policy_rewards=np.array(json.loads(head[4]), dtype=np.float64),
            stopped_by=head[1],
            algorithm_s=head[2],
            evaluation_s=head[3],
        )
        return StoredRun(history, [step[0] for step in steps])

    def lines(self) -> list[RunLine]:
        """Return every finished run of the file in one line each."""
        if not self.has_runs:
            return []
        with telling(self.path):
            rows = self._database.execute(
                "SELECT space, trace_hash, objective, budget, method, algorithm, "
                "hyper_parameters, seed, best_reward FROM runs ORDER BY id"
            ).fetchall()
        return [RunLine(*row) for row in rows]


def _step_rows(
    number: int, history: History, trials: Sequence[bytes]
) -> Iterator[tuple[object, ...]]:
    rows = zip(
        trials, history.levels.tolist(), history.rewards.tolist(), history.violations.tolist(),
        history.is_new.astype(int).tolist(), strict=True,
    )  # fmt: skip
    for step, (trial, action, *rest) in enumerate(rows):
        yield number, step, trial, json.dumps(action), *rest
