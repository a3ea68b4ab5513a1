"""Plays one image with SimPy: the multipliers, the load of weights, and two buffers between them.

Loads run ahead of the multipliers as far as free buffers allow. Where loads are of equal length and
nothing else uses the memory the closed form comes out exactly.

Not modelled: streams of dense weights and of activations, which share the memory with the experts;
a check of the run says whether the memory has time for the dense weights too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from archsim.architectures.fpga.vit_plan import VitPlan
from archsim.kernel import (
    BoundedStore,
    Clock,
    KeyedStore,
    NamedEvent,
    ProcessGenerator,
    Server,
    Simulation,
    Timeline,
)
from archsim.workload.moe_vit_routing import queue_lengths
from archsim.workload.trace import Int64Array


@dataclass(frozen=True, slots=True)
class PlayedStage:
    """One stage of the image on one part.

    Attributes:
        name: Its layer and part.
        kind: Kind of its operation.
        component: ``multipliers``, or ``memory`` for a load.
        start_fs: Its start.
        end_fs: Its end.
        macs: Multiply-accumulates.
        loaded_bytes: Bytes of weights that it loads itself; other loads run beside it.
    """

    name: str
    kind: str
    component: str
    start_fs: int
    end_fs: int
    macs: int = 0
    loaded_bytes: float = 0.0


@dataclass(frozen=True)
class PlayedImage:
    """What happened.

    Attributes:
        latency_fs: Time of the image.
        stages: Stages of the multipliers and loads, in the order of their ends.
        loaded_units: Buffer units that were loaded.
        cache_hits: Visits that found their expert in the cache.
        array_fs: Time in which the multipliers worked.
        memory_fs: Time in which weights were loaded.
    """

    latency_fs: int
    stages: tuple[PlayedStage, ...]
    loaded_units: int
    cache_hits: int
    array_fs: int
    memory_fs: int


def play_image(plan: VitPlan, timeline: Timeline | None = None) -> PlayedImage:
    """Play one image; equal plans give equal runs."""
    return _Player(plan, timeline).play()


class _Player:
    """The multipliers, the memory, and the processes that use them."""

    def __init__(self, plan: VitPlan, timeline: Timeline | None) -> None:
        self.plan = plan
        self.costs = plan.costs
        self.model = plan.model
        self.sim = Simulation(timeline)
        self.clock = Clock(plan.accelerator.frequency_hz)
        self.array = Server(self.sim, "multipliers")
        self.memory = Server(self.sim, "memory")
        self.stages: list[PlayedStage] = []
        self.loaded_units = 0
        self.cache_hits = 0

    def play(self) -> PlayedImage:
        self.sim.process(self._layers(), "layers")
        latency_fs = self.sim.run()
        return PlayedImage(
            latency_fs=latency_fs,
            stages=tuple(self.stages),
            loaded_units=self.loaded_units,
            cache_hits=self.cache_hits,
            array_fs=self.array.busy_fs,
            memory_fs=self.memory.busy_fs,
        )

    def _layers(self) -> ProcessGenerator:
        """Run the layers one after the other."""
        if self.costs.patch:
            macs = self.model.patch_macs(self.plan.tokens)
            yield from self._compute("patch_embedding", "gemm", self.costs.patch, macs)
        for layer in self.plan.layers:
            name, choices = f"layer{layer.index}", layer.choices
            if choices is None:
                yield from self._attention(name)
                macs = self.model.mlp_macs(self.plan.tokens)
                yield from self._compute(f"{name}.mlp", "gemm", self.costs.mlp, macs)
            elif self.plan.accelerator.policy == "reorder":
                yield from self._reordered(choices, name)
            else:
                yield from self._token_major(choices, name)

    def _attention(self, name: str) -> ProcessGenerator:
        costs, model, tokens = self.costs, self.model, self.plan.tokens
        macs, each = model.projection_macs(tokens), model.attention_macs(tokens)
        yield from self._compute(f"{name}.projections", "gemm", costs.projections, macs)
        yield from self._compute(f"{name}.logits", "attention_logit", costs.attention, each)
        yield from self._compute(f"{name}.attend", "attention_attend", costs.attention, each)
        if costs.overhead:
            yield from self._compute(f"{name}.norms_and_additions", "norm", costs.overhead)

    def _reordered(self, choices: Int64Array, name: str) -> ProcessGenerator:
        """Visit the units of experts with tokens in order; a process loads them ahead."""
        accelerator, costs = self.plan.accelerator, self.costs
        queues = queue_lengths(choices, self.plan.model.experts).tolist()
        units = [
            (f"{name}.expert{expert}" + (f".fc{part + 1}" if costs.units > 1 else ""), tokens)
            for expert, tokens in enumerate(queues)
            if tokens
            for part in range(costs.units)
        ]
        buffers = 2 if accelerator.double_buffer else 1
        free: BoundedStore[int] = BoundedStore(self.sim, f"{name}.free buffers", buffers)
        full: KeyedStore[int, str] = KeyedStore(self.sim, f"{name}.full buffers")
        for buffer in range(buffers):
            free.put(buffer)
        first = self.sim.event(f"go-ahead for the first load of {name}")
        routed = self.sim.event(f"end of the router of {name}")
        loads = self._load_units([unit for unit, _ in units], first, routed, free, full)
        self.sim.process(loads, f"loads of {name}")
        if accelerator.prefetch_first:
            first.succeed()
        yield from self._attention(name)
        yield from self._compute(f"{name}.gate", "gemm", costs.gate, self.plan.gate_macs)
        if not accelerator.prefetch_first:
            first.succeed()
        routed.succeed()
        for number, (unit, tokens) in enumerate(units):
            yield from full.take(number)
            macs = self.model.expert_macs(tokens) // costs.units
            yield from self._compute(unit, "gemm", tokens * costs.visit, macs)
            free.put(number % buffers)

    def _load_units(
        self,
        units: Sequence[str],
        first: NamedEvent,
        routed: NamedEvent,
        free: BoundedStore[int],
        full: KeyedStore[int, str],
    ) -> ProcessGenerator:
        """Fill free buffers; all units but the first are known only when the router has run."""
        for number, unit in enumerate(units):
            yield first if number == 0 else routed
            yield from free.take()
            start_fs = self.sim.now_fs
            yield from self.memory.hold(self._until(self.costs.load), label=unit)
            self.loaded_units += 1
            loaded = float(self.costs.unit_bytes)
            self._note(f"{unit}.load", "embedding", "memory", start_fs, loaded=loaded)
            full.put(number, unit)

    def _token_major(self, choices: Int64Array, name: str) -> ProcessGenerator:
        """Visit experts token by token; a miss waits for the whole expert. Or all are resident."""
        costs, accelerator = self.costs, self.plan.accelerator
        yield from self._attention(name)
        yield from self._compute(f"{name}.gate", "gemm", costs.gate, self.plan.gate_macs)
        start_fs = self.sim.now_fs
        macs, loads = self.model.expert_macs(int(choices.size)), 0
        if accelerator.policy == "resident":
            work = int(choices.size) * costs.expert_visit
            yield from self.array.hold(self._until(work), label=f"{name}.experts")
            self._note(f"{name}.experts", "gemm", "multipliers", start_fs, macs)
            return
        kept: OrderedDict[int, None] = OrderedDict()
        for expert in choices.ravel().tolist():
            if expert in kept:
                kept.move_to_end(expert)
                self.cache_hits += 1
            else:
                yield from self.memory.hold(self._until(costs.expert_load), label=f"{name}.load")
                self.loaded_units += costs.units
                loads += 1
                kept[expert] = None
                if len(kept) > accelerator.cache_experts:
                    kept.popitem(last=False)
            yield from self.array.hold(self._until(costs.expert_visit), label=f"{name}.visit")
        loaded = float(loads * costs.expert_bytes)
        self._note(f"{name}.experts", "gemm", "multipliers", start_fs, macs, loaded)

    def _compute(self, name: str, kind: str, cycles: int, macs: int = 0) -> ProcessGenerator:
        start_fs = self.sim.now_fs
        yield from self.array.hold(self._until(cycles), label=name)
        self._note(name, kind, "multipliers", start_fs, macs)

    def _until(self, cycles: int) -> int:
        """Return the time to a later edge of the clock; every process starts on an edge.

        Rounding edges, not durations, lets parts sum to the whole exactly.
        """
        now_fs = self.sim.now_fs
        return self.clock.fs(round(self.clock.cycles(now_fs)) + cycles) - now_fs

    def _note(
        self,
        name: str,
        kind: str,
        component: str,
        start_fs: int,
        macs: int = 0,
        loaded: float = 0.0,
    ) -> None:
        now_fs = self.sim.now_fs
        self.stages.append(PlayedStage(name, kind, component, start_fs, now_fs, macs, loaded))
