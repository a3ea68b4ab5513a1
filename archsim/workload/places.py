"""Gives the file and line to errors that only know the key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archsim.config import Document
from archsim.errors import InputError, UnsupportedError


@contextmanager
def placed(document: Document, key: str = "") -> Iterator[None]:
    """Run a block whose errors are about ``document``.

    An ``InputError`` without a place gets the file and line of its own key, or of ``key`` where
    it has none. Errors that already have a place are left alone: they speak of another file.

    Args:
        document: The file that is being read.
        key: Key of the document that the block deals with.

    Raises:
        InputError: As raised in the block, with its place.
    """
    try:
        yield
    except InputError as error:
        about = error.key or key
        if error.where or not about:
            raise
        kind = UnsupportedError if isinstance(error, UnsupportedError) else InputError
        raise kind(
            error.problem,
            where=document.locate(about),
            key=about,
            found=error.found,
            allowed=error.allowed,
            suggestion=error.suggestion,
        ) from error
