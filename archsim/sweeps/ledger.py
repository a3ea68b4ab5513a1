"""The ledger: one SQLite file that holds what every trial came to, whatever happens.

Rows are named by the hash of what they depend on, so a row is never wrong for a study, only
there or not; writing one twice changes nothing. The file is in WAL mode: readers see whole
transactions while a sweep writes, and a killed process loses at most the open one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Self

from archsim.sweeps.lease import LEASE_S, Owner
from archsim.sweeps.ledger_file import check_columns, open_ledger, telling
from archsim.sweeps.ledger_rows import Claim, Row, check_records, read_claim, read_status
from archsim.sweeps.outcomes import Outcomes

Key = bytes
_CHUNK = 5000
_FIRST_FIGURE = 3
_TRIAL_COLUMNS = ("key", "status", "reason", "traceback", "fidelity", "version", "design")


@dataclass(frozen=True, slots=True)
class Part:
    """What the file holds of some trials.

    Attributes:
        names: Figures.
        records: For each trial its key, status, reason and figures (``None`` where it has none);
            ``None`` for a trial that has not ended.
    """

    names: tuple[str, ...]
    records: list[tuple[Any, ...] | None]


class Ledger:
    """Reads and writes one ledger file.

    Args:
        path: The file; it is made when it is not there, unless ``mode`` is ``"read"``.
        mode: ``"write"`` or ``"read"``.

    Raises:
        InputError: It is no ledger, of another version, damaged, or cannot be opened.
    """

    def __init__(self, path: Path, mode: Literal["write", "read"] = "write") -> None:
        self.path = path
        self._database = open_ledger(path, mode)
        self._figures = self._figure_columns()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._database.close()

    def known(self, keys: Sequence[Key]) -> dict[Key, str]:
        """Return the status of those trials that have ended."""
        with telling(self.path):
            return self._ended(keys)

    def rows(self, keys: Sequence[Key]) -> Iterator[Row | None]:
        """Yield what is known of each trial, in the order of the keys."""
        for part in self.parts(keys):
            names = part.names
            for record in part.records:
                if record is None:
                    yield None
                    continue
                values = zip(names, record[_FIRST_FIGURE:], strict=True)
                figures = {name: float(value) for name, value in values if value is not None}
                yield Row(record[1], record[2], figures)

    def parts(self, keys: Sequence[Key]) -> Iterator[Part]:
        """Yield what is known of trials as the file holds it, some thousand keys at a time."""
        self._figures = self._figure_columns()
        names = "".join(f", {_quoted(name)}" for name in self._figures)
        head = f"SELECT key, status, reason{names} FROM trials WHERE key IN"  # noqa: S608
        for some in _parts(keys):
            with telling(self.path):
                found = {record[0]: record for record in self._query(head, some)}
                check_records(self._figures, found.values())
            yield Part(self._figures, [found.get(key) for key in some])

    def claim(self, keys: Sequence[Key], owner: Owner) -> tuple[int, set[Key]]:
        """Mark trials as running.

        A trial that has ended, or that another living owner holds, is not granted.

        Returns:
            The number of the claim, and the trials that are granted.
        """
        now = time.time()
        with self._writing():
            self._drop_dead(now)
            taken = set(self._ended(keys))
            for held in self._claims():
                taken.update(held.keys)
            granted = [key for key in dict.fromkeys(keys) if key not in taken]
            number = self._database.execute(
                "INSERT INTO running (owner, lease_until, keys) VALUES (?, ?, ?)",
                (str(owner), now + LEASE_S, b"".join(granted)),
            ).lastrowid
        return number or 0, set(granted)

    def renew(self, owner: Owner) -> None:
        """Prolong all claims of an owner."""
        with self._writing():
            self._database.execute(
                "UPDATE running SET lease_until = ? WHERE owner = ?",
                (time.time() + LEASE_S, str(owner)),
            )

    def give_up(self, claim: int) -> None:
        """Give up one claim."""
        with self._writing():
            self._database.execute("DELETE FROM running WHERE id = ?", (claim,))

    def release(self, owner: Owner) -> None:
        """Give up all claims of an owner."""
        with self._writing():
            self._database.execute("DELETE FROM running WHERE owner = ?", (str(owner),))

    def running(self, keys: Sequence[Key]) -> set[Key]:
        """Return those trials that a living process is working on."""
        now, held = time.time(), set[Key]()
        with telling(self.path):
            for claim in self._claims():
                if claim.until >= now and not claim.owner.is_dead():
                    held.update(claim.keys)
            found = held.intersection(keys)
            return found.difference(self._ended(list(found)))

    def record(
        self,
        keys: Sequence[Key],
        designs: Sequence[str],
        outcomes: Outcomes,
        *,
        fidelity: str,
        version: str,
        finished_claim: int | None = None,
    ) -> None:
        """Write what trials came to, all or none.

        Args:
            keys: One per trial.
            designs: The values of each design as JSON, for people who read the file.
            outcomes: What they came to.
            fidelity: Fidelity of all of them.
            version: Version of archsim.
            finished_claim: Claim of which these are the last trials; it is given up.
        """
        names = tuple(outcomes.figures)
        self._add_figures(names)
        columns = ", ".join((*_TRIAL_COLUMNS, *map(_quoted, names)))
        marks = ", ".join("?" * (len(_TRIAL_COLUMNS) + len(names)))
        count = len(outcomes)
        rows = zip(
            keys, outcomes.statuses, outcomes.reasons, outcomes.tracebacks,
            [fidelity] * count, [version] * count, designs, *outcomes.figures.values(),
            strict=True,
        )  # fmt: skip
        with self._writing():
            self._database.executemany(
                f"INSERT INTO trials ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
                rows,
            )
            if finished_claim is not None:
                self._database.execute("DELETE FROM running WHERE id = ?", (finished_claim,))

    def forget_failed(self, keys: Sequence[Key]) -> int:
        """Remove failed trials, so that they are tried again; return how many there were."""
        with self._writing():
            before = self._database.total_changes
            for part in _parts(keys):
                marks = ", ".join("?" * len(part))
                self._database.execute(
                    f"DELETE FROM trials WHERE status = 'failed' AND key IN ({marks})",  # noqa: S608
                    part,
                )
            return self._database.total_changes - before

    def traceback(self, key: Key) -> str | None:
        """Return the traceback of a failed trial."""
        with telling(self.path):
            row = self._database.execute(
                "SELECT traceback FROM trials WHERE key = ?", (key,)
            ).fetchone()
        return row[0] if row else None

    def _drop_dead(self, now: float) -> None:
        """Remove claims whose lease is over or whose process has ended.

        A lease can't be longer than a whole one from now, unless a clock was set back; then it is
        cut to that, so that the claim of a dead process of another machine still ends.
        """
        self._database.execute("DELETE FROM running WHERE lease_until < ?", (now,))
        for owner in {claim.owner for claim in self._claims()}:
            if owner.is_dead():
                self._database.execute("DELETE FROM running WHERE owner = ?", (str(owner),))
        longest = now + LEASE_S
        self._database.execute(
            "UPDATE running SET lease_until = ? WHERE lease_until > ?", (longest, longest)
        )

    def _claims(self) -> list[Claim]:
        rows = self._database.execute("SELECT owner, lease_until, keys FROM running").fetchall()
        return [read_claim(row) for row in rows]

    def _ended(self, keys: Sequence[Key]) -> dict[Key, str]:
        found: dict[Key, str] = {}
        for part in _parts(keys):
            rows = self._query("SELECT key, status FROM trials WHERE key IN", part)
            found.update((key, read_status(status)) for key, status in rows)
        return found

    def _figure_columns(self) -> tuple[str, ...]:
        with telling(self.path):
            found = self._database.execute("PRAGMA table_info(trials)").fetchall()
        names = [row[1] for row in found]
        return tuple(name for name in names if name not in (*_TRIAL_COLUMNS, "id"))

    def _add_figures(self, names: Sequence[str]) -> None:
        missing = [name for name in names if name not in self._figures]
        if not missing:
            return
        check_columns(missing, (*_TRIAL_COLUMNS, "id"))
        with self._writing():
            self._figures = self._figure_columns()  # another process may have added some
            for name in missing:
                if name not in self._figures:
                    self._database.execute(f"ALTER TABLE trials ADD COLUMN {_quoted(name)} REAL")
        self._figures = self._figure_columns()

    def _query(self, head: str, keys: Sequence[Key]) -> sqlite3.Cursor:
        marks = ", ".join("?" * len(keys))
        return self._database.execute(f"{head} ({marks})", keys)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Run a block as one transaction."""
        with telling(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")
                raise


def _parts(keys: Sequence[Key]) -> Iterator[list[Key]]:
    rest = iter(keys)
    while part := list(islice(rest, _CHUNK)):
        yield part


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
