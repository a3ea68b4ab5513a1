"""From a frame and a design to batches: samples, bytes and times of each on cluster and SMs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.neural_graphics.banks import measured_interval
from archsim.architectures.neural_graphics.config import NeuralGraphicsHardware, Scheduler
from archsim.architectures.neural_graphics.timing import (
    ProcessorRate,
    batch_cycles,
    drain_cycles,
    encoding_cycles,
    matrix_passes,
    mlp_cycles,
)
from archsim.errors import InfeasibleError, UnsupportedError
from archsim.kernel import Clock, seconds_to_fs, transfer_fs
from archsim.workload.graphics.grid import GridEncoding, table_bytes
from archsim.workload.graphics.workload import GraphicsWorkload

MOST_BATCHES = 100_000
"""Batches of a frame that are still simulated."""


@dataclass(frozen=True)
class Batches:
    """How a frame is cut, the same for every speed of the parts.

    Attributes:
        samples: Samples of each batch.
        padded: The same, padded as the cluster works on them.
        after: Batch whose result each one needs, -1 for none.
        names: Name of each batch: its kernel call and its tile of rays.
        firsts: First batch of each kernel call.
    """

    samples: tuple[int, ...]
    padded: tuple[int, ...]
    after: tuple[int, ...]
    names: tuple[str, ...]
    firsts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Samples of the frame."""
        return sum(self.samples)


@dataclass(frozen=True)
class FramePlan:
    """A frame on a design, in whole femtoseconds.

    Attributes:
        batches: How it is cut.
        rate: Cycles per sample of a processor.
        cluster_cycles: Cycles of each batch on the cluster.
        cluster_fs: Time of each batch on the cluster, dispatch included, without memory.
        drain_fs: Time from then on until its last sample is through.
        sm_fs: Time of each batch on the SMs, without memory.
        cluster_bytes: Bytes that each batch moves for the cluster: inputs, outputs, tables.
        sm_bytes: Bytes that each batch moves for the SMs: they write inputs and read outputs.
        streamed_bytes: Part of ``cluster_bytes`` that is tables.
    """

    batches: Batches
    rate: ProcessorRate
    cluster_cycles: tuple[int, ...]
    cluster_fs: tuple[int, ...]
    drain_fs: tuple[int, ...]
    sm_fs: tuple[int, ...]
    cluster_bytes: tuple[int, ...]
    sm_bytes: tuple[int, ...]
    streamed_bytes: int

    def alone_fs(self, bandwidth: float) -> tuple[list[int], list[int]]:
        """Return the time of each batch on cluster and SMs when nothing else moves bytes."""
        pairs = ((self.cluster_fs, self.cluster_bytes), (self.sm_fs, self.sm_bytes))
        cluster, sms = (
            [
                max(work, transfer_fs(moved, bandwidth))
                for work, moved in zip(works, bytes_moved, strict=True)
            ]
            for works, bytes_moved in pairs
        )
        return cluster, sms


def plan_frame(
    hardware: NeuralGraphicsHardware, workload: GraphicsWorkload, seed: int
) -> FramePlan:
    """Plan a frame.

    Raises:
        UnsupportedError: Levels and engines do not divide into each other, or there is nothing to
            compute.
        InfeasibleError: Tables have to be resident and do not fit.
    """
    batches = cut_frame(hardware, workload, seed)
    rate = processor_rate(hardware, workload, seed)
    tables = streamed_table_bytes(hardware, workload.encoding)
    clock = Clock(hardware.cluster.frequency_hz)
    dispatch_fs = seconds_to_fs(hardware.scheduler.dispatch_s)
    cycles = [
        int(count)
        for count in batch_cycles(np.array(batches.padded), hardware.cluster.processors, rate)
    ]
    drains = drain_cycles(np.array(batches.padded), hardware.cluster.processors, rate)
    rest_s = workload.gpu_baseline.rest_s(workload.pixels) / hardware.gpu.rest_fusion_speedup
    record = workload.input_bytes + workload.output_bytes
    firsts = frozenset(batches.firsts)
    return FramePlan(
        batches=batches,
        rate=rate,
        cluster_cycles=tuple(cycles),
        cluster_fs=tuple(clock.fs(count) + dispatch_fs for count in cycles),
        drain_fs=tuple(clock.fs(int(count)) for count in drains),
        sm_fs=tuple(split(seconds_to_fs(rest_s), batches.samples)),
        cluster_bytes=tuple(
            count * record + (tables if number in firsts else 0)
            for number, count in enumerate(batches.samples)
        ),
        sm_bytes=tuple(count * record for count in batches.samples),
        streamed_bytes=tables * len(firsts),
    )


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole shares of a total in proportion to weights; they add up to it exactly."""
    ends, whole, passed = [], sum(weights), 0
    for weight in weights:
        passed += weight
        ends.append(total * passed // whole)
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def cut_frame(hardware: NeuralGraphicsHardware, workload: GraphicsWorkload, seed: int) -> Batches:
    """Cut every kernel call of a frame into tiles of rays whose records fit a buffer.

    Equal cuts are made once per process and are the same object.

    Raises:
        UnsupportedError: The frame has no sample, or too many batches.
    """
    profile = workload.profile(seed)
    calls = tuple(n for n in profile.samples_of_calls(workload.pixels) if n > 0)
    return _cut(calls, workload.input_bytes + workload.output_bytes, hardware.scheduler)


@lru_cache(maxsize=256)
def _cut(calls: tuple[int, ...], record: int, scheduler: Scheduler) -> Batches:
    """Cut kernel calls of so many samples, each with a record of so many bytes."""
    if not calls:
        raise UnsupportedError(
            "the frame has no sample to compute", key="sampling", found="zero samples"
        )
    least = max(scheduler.ray_tiles, -(-scheduler.minimum_batches // len(calls)))
    samples: list[int] = []
    after: list[int] = []
    names: list[str] = []
    firsts: list[int] = []
    previous = (0, 0)  # first batch and number of batches of the call before
    for number, count in enumerate(calls):
        tiles = min(count, max(least, -(-count * record // scheduler.batch_bytes)))
        if len(samples) + tiles > MOST_BATCHES:
            raise UnsupportedError(
                "the frame has too many batches", key="scheduler.batch_bytes",
                found=f"more than {MOST_BATCHES}", allowed="a larger buffer or a smaller frame",
            )  # fmt: skip
        firsts.append(len(samples))
        start, parts = previous
        for tile, part in enumerate(split(count, [1] * tiles)):
            # The rays of a tile took their last step in these tiles of the call before.
            after.append(start + -(-(tile + 1) * parts // tiles) - 1 if parts else -1)
            samples.append(part)
            names.append(f"call {number} tile {tile}")
        previous = (firsts[-1], tiles)
    grain = scheduler.batch_granularity
    padded = tuple(-(-part // grain) * grain for part in samples)
    return Batches(tuple(samples), padded, tuple(after), tuple(names), tuple(firsts))


def processor_rate(
    hardware: NeuralGraphicsHardware, workload: GraphicsWorkload, seed: int
) -> ProcessorRate:
    """Return the cycles per sample of a processor on a frame's own samples.

    Raises:
        UnsupportedError: Levels and engines do not divide into each other.
    """
    engines, encoding = hardware.encoding_engines, workload.encoding
    check_levels(engines.engines, encoding.levels)
    fifo = engines.fifo_samples if engines.coupling == "fifo" else None
    conflicts = measured_interval(
        encoding, workload.sampling, seed, engines.banks, engines.interleave, fifo
    )
    mlp, ports = hardware.mlp_engine, hardware.ports
    passes = matrix_passes(workload.networks, mlp.rows, mlp.columns)
    return ProcessorRate(
        encoding=encoding_cycles(conflicts, encoding.levels, engines.engines),
        mlp=mlp_cycles(
            passes, mlp.activation_samples, mlp.reload_cycles, mlp.weight_reload == "hidden"
        ),
        input_port=_number(workload.input_bytes / ports.input_bytes_per_cycle),
        output_port=_number(workload.output_bytes / ports.output_bytes_per_cycle),
        latency=np.asarray(engines.latency_cycles + passes * mlp.pipeline_cycles),
        held=_number(mlp.activation_samples),
    )


def check_levels(engines: int, levels: int) -> None:
    """Refuse levels that leave engines idle or share them unevenly.

    Raises:
        UnsupportedError: Neither number divides the other.
    """
    if engines % levels and levels % engines:
        fits = [count for count in range(1, 65) if engines % count == 0 or count % engines == 0]
        raise UnsupportedError(
            "the levels of the encoding do not divide into the engines",
            key="encoding.levels",
            found=f"{levels} levels on {engines} engines",
            allowed=", ".join(str(count) for count in fits) + " levels",
        )


def streamed_table_bytes(hardware: NeuralGraphicsHardware, encoding: GridEncoding) -> int:
    """Return the bytes of tables that every kernel call streams in, over the memory.

    Raises:
        InfeasibleError: The mode is ``resident`` and an engine's levels do not fit.
    """
    room = hardware.encoding_engines.sram_bytes
    held = engine_tables(hardware, encoding)
    if hardware.tables.mode == "assumed_resident":
        return 0
    too_large = [size for size in held if size > room]
    if hardware.tables.mode == "resident":
        if too_large:
            raise InfeasibleError(
                "the tables do not fit the engines' memories and tables.mode is resident",
                key="encoding_engines.sram_bytes",
                found=f"{max(too_large)} bytes in one engine",
                allowed=f"at most {room} bytes, or tables.mode: capacity or assumed_resident",
            )
        return 0
    readers = hardware.cluster.processors if hardware.tables.distribution == "copies" else 1
    return sum(too_large) * readers


def engine_tables(hardware: NeuralGraphicsHardware, encoding: GridEncoding) -> list[int]:
    """Return the bytes that each engine with tables of its own has to hold."""
    tables, engines = table_bytes(encoding), hardware.encoding_engines.engines
    return [sum(tables[first::engines]) for first in range(min(engines, len(tables)))]


def _number(value: float) -> NDArray[np.float64]:
    return np.asarray(value, np.float64)
