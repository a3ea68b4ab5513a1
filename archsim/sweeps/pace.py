"""How many designs to hand out at once: enough to be cheap, few enough to lose little."""

from __future__ import annotations

from archsim.sweeps.evaluating import Form

_FIRST = {"closed forms": 4096, "events": 64, "run": 1}
_MOST = {"closed forms": 65_536, "events": 4096, "run": 500}
_SECONDS = {"closed forms": 4.0, "events": 4.0, "run": 0.5}
_LEAST = {"closed forms": 4096, "events": 64, "run": 1}
_GROWTH = 4
_BATCHES = {"analytic": "closed forms", "event": "events"}
_SHARES = {"closed forms": 1, "events": 1, "run": 4}


class Pace:
    """Learns how long designs take.

    Args:
        form: How they are evaluated.
        fidelity: At which fidelity; a batch of events takes longer than one of closed forms.
    """

    def __init__(self, form: Form, fidelity: str) -> None:
        self._form = form if form == "run" else _BATCHES[fidelity]
        self._size = _FIRST[self._form]

    def size(self, waiting: int, workers: int) -> int:
        """Return how many designs to hand out next.

        Args:
            waiting: Designs that wait.
            workers: How many evaluate at the same time; towards the end each gets a few small
                helpings, so that none is left with a large one.
        """
        if workers == 1:
            return max(1, min(waiting, self._size))
        share = -(-waiting // (workers * _SHARES[self._form]))
        return min(waiting, self._size, max(share, _LEAST[self._form] // workers, 1))

    def learn(self, designs: int, seconds: float) -> None:
        """Take into account how long some designs took."""
        if seconds <= 0:
            return
        wanted = int(_SECONDS[self._form] * designs / seconds)
        # A batch has a price of its own whatever its size, so small ones are never cheaper.
        most = min(_GROWTH * self._size, _MOST[self._form])
        self._size = max(_LEAST[self._form], min(wanted, most))
