"""Everything ``archsim list`` shows: the catalogue, and the papers on top of it."""

from __future__ import annotations

from archsim import papers
from archsim.api.catalogue import SECTIONS, Item, catalogue
from archsim.errors import ArchsimError, UnknownNameError

PAPERS_SECTION = "papers"


def everything(section: str) -> list[Item]:
    """Return what is in a section of the catalogue, papers included.

    Raises:
        UnknownNameError: No such section.
    """
    if section == PAPERS_SECTION:
        return [Item(name, "paper", _title(name), "") for name in papers.names()]
    if section not in SECTIONS:
        raise UnknownNameError("list", section, [*SECTIONS, PAPERS_SECTION])
    return catalogue(section)


def _title(name: str) -> str:
    try:
        return papers.get(name).title
    except ArchsimError as error:  # a broken paper hides no other one
        return str(error)
