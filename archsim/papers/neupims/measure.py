"""Measures one device on one workload; each batch is simulated once per process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

import numpy as np

from archsim.api import load_hardware, load_workload
from archsim.architectures.base import expect
from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.cost import dram_energy_j
from archsim.architectures.npu_pim.decode import PassPlanner, time_pass
from archsim.architectures.npu_pim.tables import activity_of
from archsim.kernel import fs_to_seconds
from archsim.papers.neupims.points import Mode, Point, System
from archsim.workload.llm import LlmWorkload

FULL_SEEDS = tuple(range(10))
"""Seeds of the ten batches per point, as many as in the paper."""
QUICK_SEEDS = FULL_SEEDS[:1]


@dataclass(frozen=True, slots=True)
class Measured:
    """One decode iteration through the whole model; a mean when several batches are averaged.

    Utilisations are those of a device whose pipeline stage always has a batch to work on.

    Attributes:
        tokens_per_s: New tokens per second and device, every pipeline stage with a batch of
            its own.
        npu_busy: Share of the time in which the systolic arrays stream.
        pim_busy: Mean over channels of the share of the time with PIM commands under way.
        mac_utilisation: Multiply-accumulates over what the arrays could do.
        dram_power_w: Mean power of one device's DRAM.
        dram_j_per_token: Energy of all devices' DRAM per new token.
    """

    tokens_per_s: float
    npu_busy: float
    pim_busy: float
    mac_utilisation: float
    dram_power_w: float
    dram_j_per_token: float


def measure(system: System, mode: Mode, point: Point, seeds: Sequence[int]) -> Measured:
    """Return the mean over batches drawn with the seeds; every device sees the same lengths."""
    each = [astuple(_one(system, mode, point, seed)) for seed in seeds]
    return Measured(*(float(value) for value in np.mean(np.array(each), axis=0)))


def tokens_per_s(system: System, mode: Mode, point: Point, seeds: Sequence[int]) -> float:
    """Return the mean throughput in tokens per second and device."""
    return measure(system, mode, point, seeds).tokens_per_s


@lru_cache(maxsize=1024)
def workload(point: Point) -> LlmWorkload:
    """Return one decode iteration of a point."""
    document = {
        "kind": "llm",
        "schema_version": 1,
        "name": f"{point.model.name}-{point.data_set}",
        "model": point.model.name,
        "phase": "decode",
        "batch": point.batch,
        "lengths": {"distribution": point.data_set},
        "parallel": {"tensor": point.model.tensor, "pipeline": point.model.pipeline},
    }
    return expect(LlmWorkload, load_workload(document))


@lru_cache(maxsize=64)
def device(system: System, mode: Mode) -> NpuPimHardware:
    """Return a system's hardware in a mode."""
    return expect(NpuPimHardware, load_hardware(system.hardware, system.overrides(mode)))


@lru_cache(maxsize=1024)
def _planner(system: System, mode: Mode, point: Point) -> PassPlanner:
    # The paper's largest batches exceed a device's 32 GiB in some models; like the authors'
    # simulator, which times one layer, the comparison does not ask whether a batch fits.
    return PassPlanner(device(system, mode), workload(point), check_capacity=False)


@lru_cache(maxsize=65_536)
def _one(system: System, mode: Mode, point: Point, seed: int) -> Measured:
    planner = _planner(system, mode, point)
    lengths = workload(point).context_lengths(seed).tolist()
    timed = time_pass(planner.plan(planner.assign(lengths)), planner.rates, "event")
    activity, hardware = activity_of([timed]), planner.hardware
    latency_s = fs_to_seconds(timed.latency_fs)
    npu_cycles = latency_s * hardware.npu.frequency_hz
    channel_cycles = latency_s * hardware.memory.frequency_hz * hardware.memory.channels
    joules = sum(dram_energy_j(hardware, activity, latency_s).values())
    return Measured(
        tokens_per_s=point.batch / latency_s / point.model.tensor,
        npu_busy=activity.array_cycles / npu_cycles,
        pim_busy=activity.pim_channel_cycles / channel_cycles,
        mac_utilisation=activity.macs / (npu_cycles * hardware.npu.macs_per_cycle),
        dram_power_w=joules / latency_s,
        dram_j_per_token=joules * point.model.tensor / point.batch,
    )


def memory_needed_bytes(point: Point, seeds: Sequence[int]) -> float:
    """Return the mean bytes of weights, keys and values on one device."""
    work = workload(point)
    devices = point.model.tensor * point.model.pipeline
    size = work.bytes_per_element
    held = float(np.mean([work.context_lengths(seed).sum() for seed in seeds]))
    cached = held * work.model.kv_bytes_per_token(size)
    return (work.model.parameter_count * size + cached) / devices
