"""Tells an error from where its value was written."""

from __future__ import annotations

from archsim.config.document import Document
from archsim.errors import InputError, Side

_SHOWN = 2


def located(error: InputError, *documents: Document) -> InputError:
    """Return an error with the file and line of the value that it is about.

    Of values that do not fit together it is told from the one that was written last: a setting,
    else the user's own file, else a shipped one. The places of the others are named after it.

    Args:
        error: An error that names keys. One that has a place already is left as it is.
        documents: What the keys may belong to, the likeliest first.
    """
    if error.where or not documents:
        return error
    first = Side(error.key, error.found, error.allowed)
    homes = {side: _home(side.key, documents) for side in (first, *error.sides)}
    told = max(homes, key=lambda side: homes[side].rank(_relative(side.key, homes[side])))
    where = homes[told].locate(_relative(told.key, homes[told]))
    others: dict[str, str] = {}
    for side, home in homes.items():
        place = home.places.get(_relative(side.key, home), "")
        if side is not told and place and place != where:
            others[side.key] = place
    see = ", ".join(f"{key} in {place}" for key, place in list(others.items())[:_SHOWN])
    return error.told_from(told, where, see)


def _home(key: str, documents: tuple[Document, ...]) -> Document:
    """Return the document that a key was written in, else the first that has its section."""
    for document in documents:
        if _relative(key, document) in document.places:
            return document
    top = key.partition(".")[0]
    return next((item for item in documents if top in item.data), documents[0])


def _relative(key: str, document: Document) -> str:
    return key.removeprefix(document.prefix)
