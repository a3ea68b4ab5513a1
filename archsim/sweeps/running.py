"""The loop of a sweep: claim, hand out, collect, record, until every trial has ended."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Sequence

from archsim.sweeps.lease import LEASE_S, RENEW_S, Owner
from archsim.sweeps.ledger import Ledger
from archsim.sweeps.outcomes import Outcomes
from archsim.sweeps.pace import Pace
from archsim.sweeps.plan import Plan
from archsim.sweeps.progress import Progress, Watcher
from archsim.sweeps.work import Chunk, Part, Pool

_WAIT_S = 0.2
_FLUSH_S = 0.25
_FLUSH_ROWS = 20_000


class SweepRun:
    """Runs the trials of a plan that the ledger does not hold yet.

    Args:
        plan: The trials.
        ledger: Where they are recorded; this process alone writes to it on behalf of its pool.
        pool: Who evaluates them.
        watcher: Is told how it goes.
        most: Evaluate at most so many trials now; ``None`` for all.
    """

    def __init__(
        self, plan: Plan, ledger: Ledger, pool: Pool, watcher: Watcher, most: int | None = None
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._pool = pool
        self._watcher = watcher
        self._most = most
        self._owner = Owner.here()
        self._pace = Pace(plan.task.form, plan.task.fidelity)
        self._queue: deque[int] = deque()
        self._elsewhere: list[int] = []
        self._left: Counter[Chunk] = Counter()
        self._parts: list[Part] = []
        self._flushed = self._renewed = self._asked = time.monotonic()
        self.progress = Progress(plan.study, plan.task.fidelity, len(set(plan.keys)))

    def run(self) -> Progress:
        """Run until every trial has ended, here or in another process with the same ledger.

        Returns:
            The counts.

        Raises:
            ArchsimError: The ledger cannot be written, or no worker can be started.
        """
        self._queue.extend(self._plan.in_order(self._to_do()))
        if self._most is not None:
            self._queue = deque(list(self._queue)[: self._most])
        self._watcher(self.progress)
        try:
            while self._queue or self._left or self._elsewhere:
                self._hand_out()
                self._parts += self._pool.collect(_WAIT_S if self._left else 0.0)
                self._flush(at_once=not self._queue and not self._pool_is_busy())
                self._renew()
                if not self._queue and not self._left and self._elsewhere:
                    self._look_elsewhere()
        finally:
            self._save()
        return self.progress

    def _to_do(self) -> list[int]:
        """Return one place for each trial that has not ended; count those that have."""
        first: dict[bytes, int] = {}
        for place, key in enumerate(self._plan.keys):
            first.setdefault(key, place)
        found = []
        keys = list(first)
        for key, row in zip(keys, self._ledger.rows(keys), strict=True):
            if row is None:
                found.append(first[key])
            else:
                self.progress.add(row.status, row.figures)
        return found

    def _pool_is_busy(self) -> bool:
        waiting = Counter({part.chunk: len(part.outcomes) for part in self._parts})
        return any(self._left[chunk] > waiting[chunk] for chunk in self._left)

    def _hand_out(self) -> None:
        while self._queue and self._pool.room > 0:
            size = self._pace.size(len(self._queue), self._pool.workers)
            places = [self._queue.popleft() for _ in range(size)]
            keys = [self._plan.keys[place] for place in places]
            claim, granted = self._ledger.claim(keys, self._owner)
            mine = [p for p, key in zip(places, keys, strict=True) if key in granted]
            self._elsewhere += [p for p, k in zip(places, keys, strict=True) if k not in granted]
            if not mine:
                self._ledger.give_up(claim)
                continue
            chunk = Chunk(mine, self._plan.points(mine), claim)
            self._left[chunk] = len(chunk)
            self._pool.submit(chunk)

    def _flush(self, *, at_once: bool) -> None:
        """Record what has come, but not in more transactions than needed."""
        rows = sum(len(part.outcomes) for part in self._parts)
        waited = time.monotonic() - self._flushed
        if not rows or not (at_once or waited >= _FLUSH_S or rows >= _FLUSH_ROWS):
            return
        by_chunk: dict[Chunk, list[Part]] = {}
        for part in self._parts:
            by_chunk.setdefault(part.chunk, []).append(part)
        self._parts = []
        for chunk, parts in by_chunk.items():
            self._record(chunk, parts)
        self._flushed = time.monotonic()
        self._watcher(self.progress)

    def _record(self, chunk: Chunk, parts: Sequence[Part]) -> None:
        places = [
            chunk.places[part.begin + at] for part in parts for at in range(len(part.outcomes))
        ]
        outcomes = parts[0].outcomes if len(parts) == 1 else Outcomes.joined(
            [part.outcomes for part in parts]
        )  # fmt: skip
        self._left[chunk] -= len(places)
        last = self._left[chunk] <= 0
        self._ledger.record(
            [self._plan.keys[place] for place in places],
            self._plan.texts(places),
            outcomes,
            fidelity=self._plan.task.fidelity,
            version=self._plan.version,
            finished_claim=chunk.claim if last else None,
        )
        if last:
            del self._left[chunk]
        self.progress.add_all(outcomes)
        self._pace.learn(len(places), sum(part.seconds for part in parts))

    def _renew(self) -> None:
        if self._left and time.monotonic() - self._renewed >= RENEW_S:
            self._ledger.renew(self._owner)
            self._renewed = time.monotonic()

    def _look_elsewhere(self) -> None:
        """See what became of trials that another process had claimed."""
        keys = [self._plan.keys[place] for place in self._elsewhere]
        ended = dict(zip(keys, self._ledger.rows(keys), strict=True))
        held = self._ledger.running(keys)
        waiting = []
        for place, key in zip(self._elsewhere, keys, strict=True):
            row = ended[key]
            if row is not None:
                self.progress.add(row.status, row.figures)
            elif key in held:
                waiting.append(place)
            else:
                self._queue.append(place)
        if waiting and time.monotonic() - self._asked > LEASE_S:
            # Ask for them again: leases are by the system's clock, which may have been set back.
            self._queue.extend(waiting)
            waiting = []
            self._asked = time.monotonic()
        self._elsewhere = waiting
        self._watcher(self.progress)
        if waiting and not self._queue:
            time.sleep(_WAIT_S)

    def _save(self) -> None:
        """Record what has come and give up all claims, also when something went wrong."""
        try:
            self._flush(at_once=True)
        finally:
            self._ledger.release(self._owner)
