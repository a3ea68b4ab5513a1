"""Sweeps: many designs, evaluated once each and kept in a ledger that survives everything.

    table = archsim.sweep("neupims-grid", workers=2)

The package is called ``sweeps`` because ``archsim.sweep`` is the function.
"""

from archsim.sweeps.ledger import Ledger
from archsim.sweeps.sweeping import sweep, sweep_table

__all__ = ["Ledger", "sweep", "sweep_table"]
