"""Closed forms of the cluster, in cycles and seconds; scalars in, or arrays over designs.

A processor passes a sample on every ``interval`` cycles: the slowest of its encoding engines, its
MLP engine, and its two ports. The next batch may follow at once; a batch is through when the
pipeline has drained. Cluster and SMs are two stations that batches pass in order (a flow shop);
its recurrence is the closed form of a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Real = float | NDArray[np.float64] | NDArray[np.int64]
"""One figure, or one per design."""
Number = TypeVar("Number", np.int64, np.float64)
Matrices = Sequence[tuple[int, int]]


class ProcessorRate(NamedTuple):
    """Cycles per sample of the parts of a processor, and cycles to fill it.

    Attributes:
        encoding: Encoding engines.
        mlp: MLP engine, weight reloads included.
        input_port: Port for sample inputs.
        output_port: Port for sample outputs.
        latency: Cycles that the first sample of a batch needs beyond its own intervals.
        held: Samples that the MLP engine works on in a row.
    """

    encoding: Floats
    mlp: Floats
    input_port: Floats
    output_port: Floats
    latency: Floats
    held: Floats

    @property
    def interval(self) -> Floats:
        """Cycles per sample of the slowest part."""
        ports = np.maximum(self.input_port, self.output_port)
        return np.asarray(np.maximum(np.maximum(self.encoding, self.mlp), ports))


def matrix_passes(networks: Matrices, rows: Real, columns: Real) -> Floats:
    """Return how often the array is used for one sample: once per block of each matrix."""
    down, across = np.asarray(rows, np.float64), np.asarray(columns, np.float64)
    total = np.zeros(np.broadcast_shapes(down.shape, across.shape))
    for inputs, outputs in networks:
        total = total + np.ceil(inputs / down) * np.ceil(outputs / across)
    return np.asarray(total)


def encoding_cycles(conflict_interval: float, levels: int, engines: int) -> Floats:
    """Return cycles per sample of all engines: with fewer levels than engines they share out."""
    return np.asarray(conflict_interval * levels / engines, np.float64)


def mlp_cycles(passes: Real, held: Real, reload_cycles: Real, hidden: bool) -> Floats:
    """Return cycles per sample of the MLP engine.

    Args:
        passes: Uses of the array per sample.
        held: Samples that one matrix works on before the next one is loaded.
        reload_cycles: Cycles to load a matrix.
        hidden: Whether it loads while the previous one works; what does not fit behind it waits.
    """
    waits = np.maximum(0.0, reload_cycles - held) if hidden else reload_cycles
    return np.asarray(passes * (1.0 + waits / held), np.float64)


def batch_cycles(samples: Real, processors: Real, rate: ProcessorRate) -> Floats:
    """Return the whole cycles that a batch of samples keeps equal processors from the next one."""
    each = np.ceil(np.asarray(samples, np.float64) / processors)
    return np.asarray(np.ceil(each * rate.interval))


def drain_cycles(samples: Real, processors: Real, rate: ProcessorRate) -> Floats:
    """Return the whole cycles from then on until the last sample of the batch is through.

    The MLP engine starts when the first group of samples is encoded, so the shorter of the two
    stands at one end of the batch for one group.
    """
    each = np.ceil(np.asarray(samples, np.float64) / processors)
    group = np.minimum(each, rate.held) * np.minimum(rate.encoding, rate.mlp)
    return np.asarray(np.ceil(group + rate.latency))


def frame_end(
    cluster: NDArray[Number],
    drain: NDArray[Number],
    sms: NDArray[Number],
    after: Sequence[int],
    buffers: int,
    kinds: Sequence[int] | None = None,
) -> tuple[NDArray[Number], NDArray[Number]]:
    """Return when each batch makes room on the cluster, and when it leaves the SMs.

    A batch enters the cluster when the one before makes room, when the batch it depends on has
    left the SMs, and when a buffer is free: when the SMs are done with the batch ``buffers``
    before. Works in whole femtoseconds as in seconds.

    Args:
        cluster: Time after which each batch makes room for the next one on the cluster, shape
            (batches,) or (batches, designs).
        drain: Time from then on until the SMs can start with it, same shape.
        sms: Time of each batch on the SMs, same shape.
        after: Batch that each one depends on, -1 for none.
        buffers: Sample buffers between the two.
        kinds: Row of the three arrays that each batch takes its times from; absent: its own.
    """
    rows = range(len(after)) if kinds is None else kinds
    left = np.zeros((len(after), *cluster.shape[1:]), cluster.dtype)
    done = np.zeros_like(left)
    for batch, kind in enumerate(rows):
        start = left[batch - 1] if batch else np.zeros_like(left[0])
        for waited in (after[batch], batch - buffers):
            if waited >= 0:
                start = np.maximum(start, done[waited])
        left[batch] = start + cluster[kind]
        ready = left[batch] + drain[kind]
        free = np.maximum(ready, done[batch - 1]) if batch else ready
        done[batch] = free + sms[kind]
    return left, done
