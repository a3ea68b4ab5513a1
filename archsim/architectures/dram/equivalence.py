"""Controllers that can only do the same, so that one of them is run for all.

Each rule follows from the rules of the controller, whatever the trace and the device:

- The Simple arbiter has no limit on outstanding requests.
- Without refresh nothing is postponed or pulled in.
- While only reads are pending, FrFcfsGrp's first choice, the oldest hit of the direction last
  used, is the oldest hit of all (the direction is that of reads from the start); and as no write
  is ever stored, the count of reads that ReadWrite looks at is the total that Shared looks at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archsim.architectures.dram.config import Controller


def representative(controller: Controller, *, has_writes: bool) -> Controller:
    """Return the controller that stands for all that can only do the same as this one.

    Args:
        controller: Any controller.
        has_writes: Whether the trace has a write.
    """
    same: dict[str, str | int] = {}
    if controller.Arbiter == "Simple":
        same["MaxActiveTransactions"] = 1
    if controller.RefreshPolicy == "NoRefresh":
        same["RefreshMaxPostponed"] = same["RefreshMaxPulledin"] = 1
    if not has_writes and controller.Scheduler == "FrFcfsGrp":
        same["Scheduler"] = "FrFcfs"
    if not has_writes and controller.SchedulerBuffer == "ReadWrite":
        same["SchedulerBuffer"] = "Shared"
    return controller.model_copy(update=same) if same else controller
