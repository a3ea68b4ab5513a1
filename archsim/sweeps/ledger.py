"""The ledger: one SQLite file that holds what every trial came to, whatever happens.

Rows are named by the hash of what they depend on, so a row is never wrong for a study, only
there or not; writing one twice changes nothing. The file is in WAL mode: readers see whole
transactions while a sweep writes, and a killed process loses at most the open one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import compress, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from archsim.sweeps.lease import LEASE_S, Owner
from archsim.sweeps.ledger_file import check_columns, open_ledger, telling
from archsim.sweeps.ledger_rows import Claim, Row, check_records, read_claim, read_status
from archsim.sweeps.outcomes import Outcomes
from archsim.sweeps.packed import Packed, PackedTrials

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Key = bytes
PACKED_TRIALS = 1000
"""From so many trials on that end at the same time, those that are done share a row."""
_CHUNK = 5000
_TRIAL_COLUMNS = ("key", "status", "reason", "traceback", "fidelity", "version", "design")


@dataclass(frozen=True, slots=True)
class Part:
    """What the file holds of some trials, column by column.

    Attributes:
        places: Which of the keys asked for they are.
        statuses: One per trial.
        reasons: One per trial; empty for one that is done.
        figures: Figure to one number per trial; NaN where one has none.
    """

    places: NDArray[np.int64]
    statuses: Sequence[str]
    reasons: Sequence[str]
    figures: Mapping[str, NDArray[np.float64]]


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
        self._packed = PackedTrials(self._database)
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

    def rows(self, keys: Sequence[Key]) -> list[Row | None]:
        """Return what is known of each trial, in the order of the keys."""
        found: list[Row | None] = [None] * len(keys)
        for part in self.parts(keys):
            columns = {name: column.tolist() for name, column in part.figures.items()}
            ended = zip(part.places.tolist(), part.statuses, part.reasons, strict=True)
            for at, (place, status, reason) in enumerate(ended):
                figures = {name: column[at] for name, column in columns.items()}
                kept = {name: value for name, value in figures.items() if value == value}
                found[place] = Row(status, reason, kept)
        return found

    def parts(self, keys: Sequence[Key]) -> Iterator[Part]:
        """Yield what is known of those trials that have ended, some thousand at a time."""
        import numpy as np

        single = np.ones(len(keys), dtype=bool)
        for packed in self._batches(keys):
            count = len(packed.places)
            single[packed.places] = False
            yield Part(packed.places, ["done"] * count, [""] * count, packed.figures)
        places = np.flatnonzero(single)
        if self._has_single_rows():
            for begin in range(0, len(places), _CHUNK):
                yield from self._single_rows(keys, places[begin : begin + _CHUNK].tolist())

    def _batches(self, keys: Sequence[Key]) -> Iterator[Packed]:
        with telling(self.path):
            yield from self._packed.find(keys)

    def _single_rows(self, keys: Sequence[Key], places: Sequence[int]) -> Iterator[Part]:
        """Yield what the table of single trials holds of some keys."""
        import numpy as np

        self._figures = self._figure_columns()
        names = "".join(f", {_quoted(name)}" for name in self._figures)
        head = f"SELECT key, status, reason{names} FROM trials WHERE key IN"  # noqa: S608
        with telling(self.path):
            rows = {row[0]: row for row in self._query(head, [keys[place] for place in places])}
            check_records(self._figures, rows.values())
        found = [(place, rows[keys[place]]) for place in places if keys[place] in rows]
        if not found:
            return
        _, statuses, reasons, *columns = zip(*(row for _, row in found), strict=True)
        figures = {
            name: np.array(values, dtype=np.float64)  # none becomes NaN
            for name, values in zip(self._figures, columns, strict=True)
        }
        yield Part(np.array([place for place, _ in found]), statuses, reasons, figures)

    def _has_single_rows(self) -> bool:
        with telling(self.path):
            return bool(self._database.execute("SELECT EXISTS(SELECT 1 FROM trials)").fetchone()[0])

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
        done = [at for at, status in enumerate(outcomes.statuses) if status == "done"]
        packed = done if len(done) >= PACKED_TRIALS else []
        others: Sequence[int] = range(len(outcomes))
        if packed:
            check_columns(tuple(outcomes.figures), (*_TRIAL_COLUMNS, "id"))
            others = [at for at, status in enumerate(outcomes.statuses) if status != "done"]
        if others:
            self._add_figures(tuple(outcomes.figures))
        with self._writing():
            there = self._ended(keys) if packed else dict.fromkeys(self._in_batches(keys))
            new = [at for at in packed if keys[at] not in there]
            if new:
                self._packed.add(keys, designs, outcomes, new, (fidelity, version))
            if others:
                rows = zip(
                    keys, outcomes.statuses, outcomes.reasons, outcomes.tracebacks,
                    repeat(fidelity), repeat(version), designs, *outcomes.figures.values(),
                    strict=False,
                )  # fmt: skip
                chosen = [False] * len(keys)
                for at in others:
                    chosen[at] = keys[at] not in there
                self._insert(tuple(outcomes.figures), compress(rows, chosen))
            if finished_claim is not None:
                self._database.execute("DELETE FROM running WHERE id = ?", (finished_claim,))

    def unpack(self, keys: Sequence[Key]) -> None:
        """Give trials that stand in batches rows of their own too, for what joins with these."""
        packed = list(self._batches(keys))
        self._add_figures(list(dict.fromkeys(name for part in packed for name in part.figures)))
        with self._writing():
            for part in packed:
                rows = zip(part.places.tolist(), self._packed.rows(part), strict=True)
                self._insert(
                    tuple(part.figures),
                    ((keys[place], "done", "", None, *conditions) for place, conditions in rows),
                )

    def _insert(self, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add rows of single trials; those that are there stay as they are.

        Args:
            names: Figures; each has a column.
            rows: Trial columns, then the figures.
        """
        columns = ", ".join((*_TRIAL_COLUMNS, *map(_quoted, names)))
        marks = ", ".join("?" * (len(_TRIAL_COLUMNS) + len(names)))
        self._database.executemany(
            f"INSERT INTO trials ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            rows,
        )

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

    def _in_batches(self, keys: Sequence[Key]) -> list[Key]:
        return [
            key for key, is_there in zip(keys, self._packed.holds(keys), strict=True) if is_there
        ]

    def _ended(self, keys: Sequence[Key]) -> dict[Key, str]:
        found = dict.fromkeys(self._in_batches(keys), "done")
        if not self._has_single_rows():
            return found
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
