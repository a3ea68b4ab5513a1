"""Serving: requests arrive, are prefilled, decode together in a continuously changing batch.

Each decode iteration takes as long as a pass over the requests then in flight. A request enters
when its prompt has been processed and its keys and values, to its last token, fit beside those of
the others; it leaves after its last token. Prompts run on NPUs of their own (``standalone``: one
group of devices without PIM, first come, first served) or on this device between iterations
(``shared``). The first token comes from the prefill.

Not modelled: chunked prefill, preemption, the transfer of the cache from a prefill device.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.npu_pim.cost import Activity
from archsim.architectures.npu_pim.decode import Fidelity, PassPlanner, TimedPass, time_pass
from archsim.architectures.npu_pim.work import Work, pass_work
from archsim.errors import InfeasibleError, Side
from archsim.kernel import ProcessGenerator, Simulation, seconds_to_fs

if TYPE_CHECKING:
    from archsim.architectures.npu_pim.config import NpuPimHardware
    from archsim.kernel import Event, Timeline
    from archsim.workload.llm import LlmWorkload
    from archsim.workload.requests import RequestSet


@dataclass
class ServedRequest:
    """One request on its way.

    Attributes:
        index: Number in the request set.
        prompt_tokens, output_tokens: Its lengths.
        arrival_fs: When it arrived.
        channel: Memory channel that keeps its keys and values, from admission on.
        generated: Tokens generated so far.
        first_token_fs, done_fs: When its first and its last token came; -1 before.
    """

    index: int
    prompt_tokens: int
    output_tokens: int
    arrival_fs: int
    channel: int = -1
    generated: int = 0
    first_token_fs: int = -1
    done_fs: int = -1

    @property
    def context_tokens(self) -> int:
        """Tokens its next decode pass attends to, the new one included."""
        return self.prompt_tokens + self.generated

    @property
    def reserved_tokens(self) -> int:
        """Tokens of cache it needs at its end."""
        return self.prompt_tokens + self.output_tokens


@dataclass
class ServingRun:
    """What happened in a serving run.

    Attributes:
        requests: Every request of the run.
        iterations: Decode iterations.
        end_fs: When the run ended.
        activity: What one decode device did.
        prefill_activity: What one prefill device did (standalone prefill only).
        batch_sum: Sum over iterations of the requests in the batch.
        waiting_fs: Integral of waiting requests over time.
        reserved_peak: Largest number of reserved cache tokens.
        first_pass: First decode pass, for the figures of a layer; None if none ran.
        decode_fs, prefill_fs: Time spent in decode iterations and in prefills.
        intervals: Each prefill and decode iteration as (kind, start, end) in femtoseconds.
        works: Work of each interval on the devices that hold one slice of every layer.
    """

    requests: list[ServedRequest]
    iterations: int = 0
    end_fs: int = 0
    activity: Activity = field(default_factory=Activity)
    prefill_activity: Activity = field(default_factory=Activity)
    batch_sum: int = 0
    waiting_fs: int = 0
    reserved_peak: int = 0
    first_pass: TimedPass | None = None
    decode_fs: int = 0
    prefill_fs: int = 0
    intervals: list[tuple[str, int, int]] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)


class Server:
    """Plays a serving run.

    Args:
        hardware: The decode device.
        workload: A workload with a serving section.
        fidelity: How each pass is timed.
        seed: Seed of lengths and arrivals.
        timeline: Recorder of iterations and prefills, or None.

    Raises:
        InfeasibleError: A request can never fit, or the weights do not.
    """

    def __init__(
        self,
        hardware: NpuPimHardware,
        workload: LlmWorkload,
        fidelity: Fidelity,
        seed: int,
        timeline: Timeline | None,
    ) -> None:
        self.workload = workload
        self.fidelity: Fidelity = fidelity
        self.timeline = timeline
        self.decode = PassPlanner(hardware, workload)
        self.shared = hardware.scheduler.prefill == "shared"
        prompts = workload.model_copy(update={"phase": "prefill", "serving": None})
        self.prefill = PassPlanner(hardware if self.shared else without_pim(hardware), prompts)
        self.run = ServingRun(_requests(workload.requests(seed)))
        self.capacity = self.decode.kv_capacity_tokens
        longest = max(self.run.requests, key=lambda request: request.reserved_tokens)
        if longest.reserved_tokens > self.capacity:
            raise InfeasibleError(
                "a request is longer than the whole key/value cache",
                key="memory.channel_bytes",
                found=f"{longest.reserved_tokens} tokens",
                allowed=f"at most {self.capacity} beside the weights, or a larger "
                "parallel.tensor or memory.channel_bytes",
                sides=[
                    Side(key) for key in ("memory.channels", "lengths", "parallel.tensor", "model")
                ],
            )
        self.sim = Simulation()
        self._ready: deque[ServedRequest] = deque()
        self._waiting = 0
        self._waiting_since = 0
        self._reserved = 0
        self._admitted = 0
        self._over = False
        self._greedy = hardware.scheduler.channel_assignment == "greedy"
        self._arriving = len(self.run.requests)
        self._news: Event = self.sim.event("a request")
        self._prefill_memo: dict[int, TimedPass] = {}
        self._prefill_spans: dict[int, int] = {}

    def play(self) -> ServingRun:
        """Play the run to the last token, or to ``serving.max_iterations``."""
        pending: deque[ServedRequest] = deque()
        self.sim.process(self._arrivals(pending), "arrivals", daemon=True)
        if not self.shared:
            self.sim.process(self._prefills(pending), "prefill", daemon=True)
        self.sim.process(self._decode(pending), "decode")
        self.sim.run()
        return self.run

    def _arrivals(self, pending: deque[ServedRequest]) -> ProcessGenerator:
        for request in self.run.requests:
            yield self.sim.delay(request.arrival_fs - self.sim.now_fs)
            if self._over:
                return
            pending.append(request)
            self._note_waiting(1)
            self._announce()

    def _announce(self) -> None:
        news, self._news = self._news, self.sim.event("a request")
        news.succeed()

    def _note_waiting(self, change: int) -> None:
        now = self.sim.now_fs
        self.run.waiting_fs += self._waiting * (now - self._waiting_since)
        self._waiting_since = now
        self._waiting += change
        if self.timeline is not None and change:
            self.timeline.counter("serving/waiting_requests", now, self._waiting)

    def _prefills(self, pending: deque[ServedRequest]) -> ProcessGenerator:
        """Process prompts one by one on devices of their own."""
        while self._arriving and not self._over:
            if not pending:
                yield self._news
                continue
            request = pending.popleft()
            yield from self._prompt(request, self.run.prefill_activity)
            if not self._over:
                self._ready.append(request)
                self._announce()

    def _prompt(self, request: ServedRequest, activity: Activity) -> ProcessGenerator:
        timed = self._prefill_memo.get(request.prompt_tokens)
        if timed is None:
            plan = self.prefill.plan(self.prefill.assign([request.prompt_tokens]))
            timed = time_pass(plan, self.prefill.rates, "analytic")
            self._prefill_memo[request.prompt_tokens] = timed
        start = self.sim.now_fs
        yield self.sim.delay(timed.latency_fs)
        if self._over:
            return
        activity.add_operations(timed.plan.counted())
        self.run.prefill_fs += timed.latency_fs
        self._note("prefill", start, self.prefill, timed)
        request.first_token_fs = self.sim.now_fs
        request.generated = 1
        self._arriving -= 1
        if self.timeline is not None:
            name = f"request {request.index}"
            self._prefill_spans[request.index] = self.timeline.span(
                "serving/prefill", name, start, self.sim.now_fs
            )

    def _decode(self, pending: deque[ServedRequest]) -> ProcessGenerator:
        batch: list[ServedRequest] = []
        serving = self.workload.serving
        limit = serving.max_iterations if serving is not None else None
        while True:
            if self.shared:
                while pending and len(batch) + len(self._ready) < self.workload.batch:
                    request = pending.popleft()
                    yield from self._prompt(request, self.run.activity)
                    self._ready.append(request)
            self._admit(batch)
            if not batch:
                if not self._arriving and not self._ready:
                    break
                if self.shared and pending:  # those just prefilled wanted one token only
                    continue
                yield self._news
                continue
            yield from self._iteration(batch)
            if limit is not None and self.run.iterations >= limit:
                break
        self.run.end_fs = self.sim.now_fs
        self._note_waiting(0)
        self._over = True

    def _note(self, kind: str, start_fs: int, planner: PassPlanner, timed: TimedPass) -> None:
        """Note a pass that ends now, and its work."""
        model, element_bytes = self.workload.model, self.workload.bytes_per_element
        self.run.intervals.append((kind, start_fs, self.sim.now_fs))
        self.run.works.append(
            pass_work(timed.plan, planner.hardware, model.head_dim, element_bytes)
        )

    def _admit(self, batch: list[ServedRequest]) -> None:
        """Let prefilled requests in, in order, while places and cache are left."""
        while self._ready and len(batch) < self.workload.batch:
            request = self._ready[0]
            if request.generated >= request.output_tokens:
                request.done_fs = request.first_token_fs
                self._ready.popleft()
                self._note_waiting(-1)
                continue
            if self._reserved + request.reserved_tokens > self.capacity:
                break
            self._ready.popleft()
            self._note_waiting(-1)
            request.channel = self._channel(batch)
            self._reserved += request.reserved_tokens
            self.run.reserved_peak = max(self.run.reserved_peak, self._reserved)
            batch.append(request)

    def _channel(self, batch: list[ServedRequest]) -> int:
        """Choose the channel of a new request: the least loaded one, or the next in turn."""
        count = self.decode.hardware.memory.channels
        self._admitted += 1
        if not self._greedy:
            return (self._admitted - 1) % count
        loads = [0] * count
        for request in batch:
            loads[request.channel] += request.context_tokens
        return min(range(count), key=loads.__getitem__)

    def _iteration(self, batch: list[ServedRequest]) -> ProcessGenerator:
        """One token for every request of the batch."""
        tokens = [request.context_tokens for request in batch]
        plan = self.decode.plan(self.decode.assign(tokens, [request.channel for request in batch]))
        timed = time_pass(plan, self.decode.rates, self.fidelity)
        if self.run.first_pass is None:
            self.run.first_pass = timed
        start = self.sim.now_fs
        yield self.sim.delay(timed.latency_fs)
        self.run.activity.add_pass(plan.counted(), plan.attentions())
        self.run.iterations += 1
        self.run.batch_sum += len(batch)
        self.run.decode_fs += timed.latency_fs
        self._note("decode", start, self.decode, timed)
        if self.timeline is not None:
            name = f"iteration {self.run.iterations}"
            size = {"batch": len(batch)}
            number = self.timeline.span("serving/decode", name, start, self.sim.now_fs, size)
            self.timeline.counter("serving/batch", start, len(batch))
            self.timeline.counter("serving/reserved_tokens", start, self._reserved)
            for request in batch:
                prefill = self._prefill_spans.pop(request.index, None)
                if prefill is not None:
                    self.timeline.flow("first token", prefill, number)
        for request in batch:
            request.generated += 1
            if request.generated >= request.output_tokens:
                request.done_fs = self.sim.now_fs
                self._reserved -= request.reserved_tokens
        batch[:] = [request for request in batch if request.done_fs < 0]


def without_pim(hardware: NpuPimHardware) -> NpuPimHardware:
    """Return the same device without PIM, as stand-alone prefill devices are."""
    scheduler = hardware.scheduler.model_copy(update={"sub_batch_interleaving": False})
    return hardware.model_copy(update={"pim": None, "scheduler": scheduler})


def _requests(requests: RequestSet) -> list[ServedRequest]:
    order = np.argsort(requests.arrival_s, kind="stable")
    return [
        ServedRequest(
            index=int(index),
            prompt_tokens=int(requests.prompt_tokens[index]),
            output_tokens=int(requests.output_tokens[index]),
            arrival_fs=seconds_to_fs(float(requests.arrival_s[index])),
        )
        for index in order
    ]
