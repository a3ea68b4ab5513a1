"""``MemoryTrace``: read and write requests with their times, by column."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("time_cycles", "is_write", "address")


@dataclass(frozen=True, eq=False)
class MemoryTrace:
    """Requests to a memory, each for one burst; all arrays have shape (requests,).

    Attributes:
        time_cycles: Earliest time of each request in clocks of the player, not descending.
        is_write: Whether it writes.
        address: Byte address.

    Raises:
        InputError: There are no requests, the columns differ in length, a time is negative or
            goes backwards, or an address is negative.
    """

    time_cycles: NDArray[np.int64]
    is_write: NDArray[np.bool_]
    address: NDArray[np.int64]

    def __post_init__(self) -> None:
        sizes = {len(self.time_cycles), len(self.is_write), len(self.address)}
        if len(sizes) > 1:
            raise InputError("the columns of a memory trace differ in length")
        if sizes == {0}:
            raise InputError("the memory trace has no requests")
        if self.time_cycles[0] < 0:
            raise InputError("the time of request 0 is negative", found=str(self.time_cycles[0]))
        back = np.flatnonzero(self.time_cycles[1:] < self.time_cycles[:-1])
        if len(back):
            place = int(back[0])
            raise InputError(
                f"time goes backwards at request {place + 1}",
                found=str(self.time_cycles[place + 1]),
                allowed=f"at least {self.time_cycles[place]}, the time of the request before",
            )
        below = np.flatnonzero(self.address < 0)
        if len(below):
            raise InputError(
                f"the address of request {int(below[0])} is negative",
                found=str(self.address[below[0]]),
            )

    def __len__(self) -> int:
        return len(self.time_cycles)

    def content_hash(self) -> str:
        """Return the SHA-256 of the requests, as hexadecimal text."""
        digest = hashlib.sha256(b"archsim memory trace 1")
        for array in (self.time_cycles, self.is_write.astype(np.int8), self.address):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row per request."""
        import pandas as pd

        return pd.DataFrame({name: getattr(self, name) for name in COLUMNS})


def from_dataframe(table: pd.DataFrame) -> MemoryTrace:
    """Return a table with the columns ``time_cycles``, ``is_write``, ``address`` as a trace.

    Raises:
        InputError: A column is missing or holds anything but whole numbers.
    """
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise InputError(
            f"the memory trace lacks the column {missing[0]!r}", allowed=", ".join(COLUMNS)
        )
    times, addresses = (_whole(table[name].to_numpy(), name) for name in COLUMNS[::2])
    writes = table[COLUMNS[1]].to_numpy()
    if writes.dtype == np.bool_:
        return MemoryTrace(times, writes, addresses)
    writes = _whole(writes, COLUMNS[1])
    strange = np.flatnonzero((writes != 0) & (writes != 1))
    if len(strange):
        raise InputError(
            f"is_write of request {int(strange[0])}",
            found=str(writes[strange[0]]),
            allowed="0 or 1, false or true",
        )
    return MemoryTrace(times, writes != 0, addresses)


def _whole(values: NDArray[np.generic], name: str) -> NDArray[np.int64]:
    if values.dtype == object or values.dtype.kind not in "biuf":
        raise InputError(f"{name} of a memory trace must hold whole numbers")
    if values.dtype.kind == "f":
        numbers = values.astype(np.float64)
        bad = np.flatnonzero(~(np.isfinite(numbers) & (numbers == np.floor(numbers))))
        if len(bad):
            raise InputError(
                f"{name} of request {int(bad[0])} must be a whole number",
                found=str(numbers[bad[0]]),
            )
    return np.ascontiguousarray(values, dtype=np.int64)
