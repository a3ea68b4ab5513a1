"""Search: methods that look for good designs in a study's space, compared fairly.

    import archsim

    table = archsim.search_designs("dram-controller-search", workers=2)
    table.attrs["summary"]["best"][0]

``archsim.search_designs`` is this package's ``search``; the package itself is ``archsim.search``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archsim.search.experiment import search, search_table
    from archsim.search.leaderboard import leaderboard
    from archsim.search.proxies import judge_proxies
    from archsim.search.run_ledger import RunLedger

_NAMES = {
    "search": "archsim.search.experiment",
    "search_table": "archsim.search.experiment",
    "judge_proxies": "archsim.search.proxies",
    "leaderboard": "archsim.search.leaderboard",
    "RunLedger": "archsim.search.run_ledger",
}


def __getattr__(name: str) -> object:
    # Algorithms and environments import this package too, and need none of these.
    if name not in _NAMES:
        raise AttributeError(f"module 'archsim.search' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


__all__ = ["RunLedger", "judge_proxies", "leaderboard", "search", "search_table"]
