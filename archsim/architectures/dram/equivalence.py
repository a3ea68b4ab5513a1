"""Controllers that can only do the same, so that one of them is run for all.

Each rule of ``representative`` follows from the rules of the controller, whatever the trace and
the device:

- The Simple arbiter has no limit on outstanding requests.
- Without refresh nothing is postponed or pulled in.
- While only reads are pending, FrFcfsGrp's first choice, the oldest hit of the direction last
  used, is the oldest hit of all (the direction is that of reads from the start); and as no write
  is ever stored, the count of reads that ReadWrite looks at is the total that Shared looks at.

``Runs`` goes by what happened: a limit that a run never met could have been higher. The controller
asks of each limit only whether it is reached; by induction over its steps, a run with higher limits
gets the same answers everywhere, and so does the same.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from archsim.architectures.dram.outcome import LIMITS, Outcome

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


class Runs:
    """Outcomes of one trace on one device, kept for controllers with higher limits.

    Threads may share it: one that misses what another has not kept yet runs a controller that
    need not have been run, to the same outcome.
    """

    def __init__(self) -> None:
        self._kept: defaultdict[tuple[object, ...], list[tuple[Controller, Outcome]]] = defaultdict(
            list
        )

    def keep(self, controller: Controller, outcome: Outcome) -> None:
        """Keep an outcome."""
        self._kept[_beside_limits(controller)].append((controller, outcome))

    def find(self, controller: Controller) -> Outcome | None:
        """Return the outcome of a controller if a kept run tells it."""
        for run, outcome in tuple(self._kept[_beside_limits(controller)]):
            if all(
                getattr(run, key) == getattr(controller, key)
                if key in outcome.limits_met
                else getattr(run, key) <= getattr(controller, key)
                for key in LIMITS
            ):
                return outcome
        return None


def limits_of(controller: Controller) -> tuple[int, ...]:
    """Return the limits, in the order of ``LIMITS``."""
    return tuple(getattr(controller, key) for key in LIMITS)


def _beside_limits(controller: Controller) -> tuple[object, ...]:
    return tuple(value for key, value in controller if key not in LIMITS)
