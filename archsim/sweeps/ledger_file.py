"""Opens ledger files, and tells in one sentence what is wrong with one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from archsim.errors import ArchsimError, InputError, SimulationError
from archsim.paths import is_file, is_folder, path_exists
from archsim.sweeps.ledger_rows import BadRowError

APPLICATION = 0x41524C47  # "ARLG", in the header of the file
FORMAT = 1
BUSY_MS = 30_000

_SCHEMA = """
CREATE TABLE trials (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    traceback TEXT,
    fidelity TEXT NOT NULL,
    version TEXT NOT NULL,
    design TEXT NOT NULL
);
CREATE TABLE running (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    lease_until REAL NOT NULL,
    keys BLOB NOT NULL
);
"""
_FULL, _READ_ONLY, _BUSY = "full", "readonly", "locked"


class LedgerError(ArchsimError):
    """The ledger can't be written for a reason outside of it, e.g. a full disk."""


def open_ledger(path: Path, mode: Literal["write", "read"]) -> sqlite3.Connection:
    """Open a ledger file, made new when it is not there and may be written.

    Raises:
        InputError: It is missing, no ledger, of another version, damaged, or not accessible.
        LedgerError: The disk is full.
    """
    there = path_exists(path)
    if is_folder(path):
        raise InputError(f"the ledger {str(path)!r} is a folder")
    if there and not is_file(path):  # SQLite would wait for a pipe and read a device
        raise InputError(f"the ledger {str(path)!r} is not a regular file")
    if mode == "read" and not there:
        raise InputError(
            f"there is no ledger {str(path)!r} yet", allowed="the ledger of a sweep that has run"
        )
    if not is_folder(path.parent):
        raise InputError(
            f"cannot make the ledger {str(path)!r}: the folder {str(path.parent)!r} does not exist"
        )
    with telling(path):
        database = _connect(path, mode)
        try:
            if mode == "write":
                _prepare(database)
            _check(database, path)
        except BaseException:
            database.close()
            raise
    return database


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn SQLite's errors in a block into one sentence.

    Raises:
        InputError: The file is damaged, no ledger, or may not be written.
        LedgerError: The disk is full, or the file can't be read or written now.
    """
    try:
        yield
    except (BadRowError, UnicodeDecodeError) as error:
        # Names of a damaged schema need not be text; SQLite's own messages quote them.
        detail = "not text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise _damaged(path, detail) from error
    except sqlite3.DatabaseError as error:
        text, name = str(error), repr(str(path))
        if _FULL in text:
            raise LedgerError(
                f"the disk is full, so the ledger {name} cannot grow; what it holds is kept, and "
                "the same command goes on from there when there is room"
            ) from error
        if _READ_ONLY in text or "unable to open" in text:
            raise InputError(
                f"the ledger {name} cannot be written: the file or its folder is read-only, or "
                "may not be opened",
                allowed="another place with --ledger FILE",
            ) from error
        if _BUSY in text:
            raise LedgerError(
                f"the ledger {name} is held by another process for more than "
                f"{BUSY_MS // 1000} seconds"
            ) from error
        if isinstance(error, sqlite3.OperationalError) and "I/O" in text:
            raise LedgerError(f"the ledger {name} cannot be read or written: {text}") from error
        raise _damaged(path, text) from error


def check_columns(names: Sequence[str], taken: Sequence[str]) -> None:
    """Refuse figures that can't be columns beside those of the ledger itself.

    Raises:
        SimulationError: A family calls a figure like a column.
    """
    clash = [name for name in names if name.lower() in taken]
    if clash:
        raise SimulationError(f"a figure cannot be called {clash[0]!r}: the ledger uses that name")


def _connect(path: Path, mode: Literal["write", "read"]) -> sqlite3.Connection:
    if mode == "write":
        return _opened(path.absolute().as_uri() + "?mode=rwc")
    try:
        database = _opened(path.absolute().as_uri() + "?mode=ro")
        database.execute("SELECT 1 FROM sqlite_master LIMIT 1")
    except sqlite3.OperationalError:
        # Readers of WAL need a file beside it, which a read-only folder does not allow.
        return _opened(path.absolute().as_uri() + "?mode=ro&immutable=1")
    return database


def _opened(uri: str) -> sqlite3.Connection:
    database = sqlite3.connect(
        uri, timeout=BUSY_MS / 1000, isolation_level=None, uri=True, check_same_thread=False
    )
    try:
        # Only what is committed in this order counts; a power failure may cost the last moments.
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA cache_size = -65536")
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    """Make an empty file a ledger, once, however many processes open it; leave others alone."""
    if _is_empty(database):
        database.execute("BEGIN IMMEDIATE")
        try:
            if _is_empty(database):  # nobody else was faster
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    database.execute(statement)
                database.execute(f"PRAGMA application_id = {APPLICATION}")
                database.execute(f"PRAGMA user_version = {FORMAT}")
            database.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise
    if database.execute("PRAGMA application_id").fetchone()[0] == APPLICATION:
        database.execute("PRAGMA journal_mode = WAL")


def _is_empty(database: sqlite3.Connection) -> bool:
    return not database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]


def _check(database: sqlite3.Connection, path: Path) -> None:
    application = database.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION:
        raise InputError(
            f"the file {str(path)!r} is no ledger of archsim, and is left as it is",
            allowed="a new file, or the ledger of a sweep",
        )
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version != FORMAT:
        raise InputError(
            f"the ledger {str(path)!r} is of another version of archsim, and is left as it is",
            found=f"format {version}", allowed=f"format {FORMAT}, or another file with --ledger",
        )  # fmt: skip
    verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _damaged(path, verdict)


def _damaged(path: Path, detail: str) -> InputError:
    return InputError(
        f"the ledger {str(path)!r} is damaged or no ledger ({' '.join(detail.split())[:120]}); it "
        "is left as it is",
        allowed="a copy of it, what 'sqlite3 FILE .recover' saves, or a new file with --ledger",
    )
