"""Tells errors from the parts of a file where in the file they belong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archsim.config import Document
from archsim.errors import InputError


@contextmanager
def within(section: str) -> Iterator[None]:
    """Run a block that deals with a section and knows only the keys inside it.

    Args:
        section: Dotted key of the section.

    Raises:
        InputError: As raised in the block, with the section in front of its key.
    """
    try:
        yield
    except InputError as error:
        raise error.within(section) from error


@contextmanager
def placed(document: Document, key: str) -> Iterator[None]:
    """Run a block that follows a key of a document to another file.

    Args:
        document: The document.
        key: The key that the block deals with.

    Raises:
        InputError: As raised in the block. One without a place gets that of the key; one that
            has a place already speaks of the other file and is left alone.
    """
    try:
        yield
    except InputError as error:
        if error.where:
            raise
        raise error.located(document.locate(key), key) from error
