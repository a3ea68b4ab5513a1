"""Papers that archsim reproduces; each is one module, imported when it is asked for."""

from __future__ import annotations

import importlib

from archsim.errors import ArchsimError, UnknownNameError
from archsim.papers.base import VERDICTS, Paper, Row, Verdict, compare, write_rows

PAPERS: dict[str, str] = {
    "dram_peers": "archsim.papers.dram_peers:PAPER",
    "gemm-ada": "archsim.papers.gemm_ada:PAPER",
    "marl-dse": "archsim.papers.marl_dse:PAPER",
    "nasaic": "archsim.papers.nasaic:PAPER",
    "m3vit": "archsim.papers.m3vit:PAPER",
    "matmulfree": "archsim.papers.matmulfree:PAPER",
    "neupims": "archsim.papers.neupims:PAPER",
    "ngpc": "archsim.papers.ngpc:PAPER",
}
"""Name to ``"module:OBJECT"`` where the object is a ``Paper``."""


def names() -> list[str]:
    """Return the names of all papers, sorted."""
    return sorted(PAPERS)


def get(name: str) -> Paper:
    """Return a paper by name.

    Raises:
        UnknownNameError: archsim does not reproduce it.
        ArchsimError: Its module cannot be loaded.
    """
    target = PAPERS.get(name)
    if target is None:
        raise UnknownNameError("paper", name, PAPERS)
    module_name, _, attribute = target.partition(":")
    try:
        paper: object = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise ArchsimError(f"the paper {name!r} ({target}) cannot be loaded: {error}") from error
    if not isinstance(paper, Paper):
        raise ArchsimError(
            f"the paper {name!r} ({target}) is a {type(paper).__name__}, not a Paper"
        )
    return paper


__all__ = ["PAPERS", "VERDICTS", "Paper", "Row", "Verdict", "compare", "get", "names", "write_rows"]
