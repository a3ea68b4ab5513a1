"""Everything ``archsim list`` shows: the catalogue, and the papers on top of it."""

from __future__ import annotations

from archsim import papers
from archsim.api.catalogue import SECTIONS, Item, catalogue
from archsim.errors import UnknownNameError

PAPERS_SECTION = "papers"


def everything(section: str) -> list[Item]:
    """Return what is in a section of the catalogue, papers included.

    Raises:
        UnknownNameError: No such section.
    """
    if section == PAPERS_SECTION:
        return [Item(name, "paper", papers.get(name).title, "") for name in papers.names()]
    if section not in SECTIONS:
        raise UnknownNameError("list", section, [*SECTIONS, PAPERS_SECTION])
    return catalogue(section)
