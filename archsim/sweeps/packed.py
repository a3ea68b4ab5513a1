"""Trials that are done, many to a row of the ledger: what a vectorised sweep writes.

A row of the table ``batches`` holds the keys of its trials one after the other, their designs
as lines of JSON (packed by zlib, for they repeat the keys), and their figures as 64-bit numbers
(little-endian), one figure after the other; NaN stands for a figure that a trial does not have.
Rows are added and never changed.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.sweeps.ledger_rows import BadRowError, read_batch, read_keys

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.sweeps.outcomes import Outcomes

_LONGEST = 1 << 16
"""More bytes than the JSON of a design has."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Some trials of one batch.

    Attributes:
        places: Which of the keys asked for they are.
        members: Which trials of the batch they are.
        figures: Figure to one number for each of them; NaN where one has none.
        batch: Number of the batch.
    """

    places: NDArray[np.int64]
    members: NDArray[np.int64]
    figures: dict[str, NDArray[np.float64]]
    batch: int


class PackedTrials:
    """Finds and adds batches; the caller opens transactions and tells of errors.

    Args:
        database: The ledger.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._number: dict[bytes, int] = {}
        self._starts: list[int] = []
        self._batches: list[int] = []
        self._count = 0

    def holds(self, keys: Sequence[bytes]) -> list[bool]:
        """Say which trials are in a batch."""
        self._refresh()
        return [key in self._number for key in keys]

    def find(self, keys: Sequence[bytes]) -> Iterator[Packed]:
        """Yield those trials that are in a batch, batch by batch.

        Raises:
            BadRowError: A batch is not what a sweep writes.
        """
        import numpy as np

        self._refresh()
        if not self._number:
            return
        numbers = np.array([self._number.get(key, -1) for key in keys], dtype=np.int64)
        which = np.searchsorted(self._starts, numbers, side="right") - 1
        for at in np.unique(which[numbers >= 0]).tolist():
            row = self._database.execute(
                "SELECT keys, names, figures FROM batches WHERE id = ?", (self._batches[at],)
            ).fetchone()
            _, figures = read_batch(*row)
            places = np.flatnonzero(which == at)
            members = numbers[places] - self._starts[at]
            yield Packed(
                places,
                members,
                {name: column[members] for name, column in figures.items()},
                self._batches[at],
            )

    def add(
        self,
        keys: Sequence[bytes],
        designs: Sequence[str],
        outcomes: Outcomes,
        at: Sequence[int],
        conditions: tuple[str, str],
    ) -> None:
        """Write one batch.

        Args:
            keys: One per trial.
            designs: The values of each design as one line of JSON.
            outcomes: What they came to.
            at: Which of them to write; all of these are done.
            conditions: Fidelity, and version of archsim.
        """
        import numpy as np

        names, whole = tuple(outcomes.figures), len(at) == len(keys)
        numbers = np.empty((len(names), len(at)), dtype="<f8")
        for row, column in zip(numbers, outcomes.figures.values(), strict=True):
            values = np.array(column, dtype=np.float64)  # none becomes NaN
            # Rows of their own know no negative zero, and both must give the same table.
            row[:] = (values if whole else values[at]) + 0.0
        self._database.execute(
            "INSERT INTO batches (keys, fidelity, version, designs, names, figures) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                b"".join(keys if whole else [keys[place] for place in at]), *conditions,
                _shrunk(designs if whole else [designs[place] for place in at]),
                json.dumps(names), numbers.tobytes(),
            ),
        )  # fmt: skip

    def rows(self, found: Packed) -> Iterator[tuple[object, ...]]:
        """Yield fidelity, version, design and figures of some trials of a batch.

        Raises:
            BadRowError: The batch has not one design per trial.
        """
        fidelity, version, text, keys = self._database.execute(
            "SELECT fidelity, version, designs, keys FROM batches WHERE id = ?", (found.batch,)
        ).fetchone()
        designs = _lines(text, len(read_keys("batch", keys)))
        columns = [column.tolist() for column in found.figures.values()]
        for at, member in enumerate(found.members.tolist()):
            figures = (None if column[at] != column[at] else column[at] for column in columns)
            yield fidelity, version, designs[member], *figures

    def _refresh(self) -> None:
        """Learn of batches that were added since; none ever goes or changes."""
        last = self._batches[-1] if self._batches else 0
        rows = self._database.execute(
            "SELECT id, keys FROM batches WHERE id > ? ORDER BY id", (last,)
        )
        for batch, row in rows:
            keys = read_keys("batch", row)
            self._starts.append(self._count)
            self._batches.append(batch)
            for at, key in enumerate(keys, self._count):
                self._number.setdefault(key, at)
            self._count += len(keys)


def _shrunk(lines: Sequence[str]) -> bytes:
    return zlib.compress("\n".join(lines).encode(), 1)


def _lines(packed: object, count: int) -> list[str]:
    """Return the lines that ``_shrunk`` made small.

    Raises:
        BadRowError: It did not, or these are more or fewer lines.
    """
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(packed if isinstance(packed, bytes) else b"", count * _LONGEST)
        found = text.decode().split("\n")
    except (zlib.error, ValueError) as error:
        raise BadRowError("a batch has designs that cannot be read") from error
    if not reader.eof or len(found) != count:
        raise BadRowError(f"a batch of {count} trials has {len(found)} designs, or no end")
    return found
