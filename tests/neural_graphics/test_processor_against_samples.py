"""The closed form of a batch against one processor followed sample by sample."""

from types import SimpleNamespace

import numpy as np
import pytest

import archsim
from archsim.architectures.neural_graphics.banks import conflict_cycles
from archsim.architectures.neural_graphics.plan import processor_rate
from archsim.architectures.neural_graphics.timing import batch_cycles, drain_cycles


def follow(hardware, workload, samples, seed=0):
    """Return when the last sample of a batch has left a processor, in cycles.

    Each sample enters through the port, waits for room in every engine's FIFO, is encoded in as
    many cycles as its bank conflicts take, and is taken into the MLP engine's free half; a group
    goes through all matrices, then leaves through the port.
    """
    engines, mlp, ports = hardware.encoding_engines, hardware.mlp_engine, hardware.ports
    encoding = workload.encoding
    positions = workload.profile(seed).positions
    cycles = conflict_cycles(encoding, positions, engines.banks, engines.interleave)
    cycles = cycles[:, np.arange(samples) % cycles.shape[1]]
    at_once = max(1, engines.engines // encoding.levels)  # samples that engines work on together
    turns = max(1, encoding.levels // engines.engines)  # levels that an engine works on in turn
    room = 1 if engines.coupling == "lockstep" else engines.fifo_samples
    passes = len(workload.networks)
    held = mlp.activation_samples
    entered = 0.0
    finished = np.zeros((at_once, encoding.levels))
    taken = np.zeros(samples)
    mlp_ends = [0.0]
    left = 0.0
    for group in range(-(-samples // held)):
        members = range(group * held, min(samples, (group + 1) * held))
        for n in members:
            entered += workload.input_bytes / ports.input_bytes_per_cycle
            copy = n % at_once
            earlier = n - room * at_once
            ready = max(entered, taken[earlier] if earlier >= 0 else 0.0)
            finished[copy] = np.maximum(finished[copy], ready) + cycles[:, n] * turns
            # One half of the activations is filled while the other is worked on.
            half_free = mlp_ends[group - 1] if group >= 1 else 0.0
            taken[n] = max(finished[copy].max(), half_free)
        start = max(mlp_ends[-1], taken[members[-1]] + engines.latency_cycles)
        mlp_ends.append(start + len(members) * passes)
        # Results of the last matrix leave one a cycle, through the port.
        first_out = start + len(members) * (passes - 1) + passes * mlp.pipeline_cycles
        each = max(1.0, workload.output_bytes / ports.output_bytes_per_cycle)
        left = max(left, first_out) + len(members) * each
    return SimpleNamespace(end=left, engine_free=mlp_ends[-1])


def closed(hardware, workload, samples):
    rate = processor_rate(hardware, workload, 0)
    return float(batch_cycles(samples, 1, rate)), float(drain_cycles(samples, 1, rate))


@pytest.mark.parametrize("name", ["nerf-hashgrid", "nsdf-hashgrid", "nvr-hashgrid", "gia-hashgrid",
                                  "nerf-densegrid", "nsdf-lowres-densegrid"])  # fmt: skip
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"encoding_engines.banks": 1},
        {"encoding_engines.banks": 4, "encoding_engines.interleave": "low_order"},
        {"encoding_engines.interleave": "parity", "encoding_engines.fifo_samples": 4},
        {"ports.input_bytes_per_cycle": 2.0},
    ],
    ids=["shipped", "one bank", "low order", "parity", "narrow port"],
)  # fmt: skip
def test_a_long_batch_takes_the_closed_form(name, changes):
    hardware = archsim.load_hardware("ngpc-8", overrides=changes)
    workload = archsim.load_workload(name)
    samples = 6000
    busy, drain = closed(hardware, workload, samples)
    assert follow(hardware, workload, samples).end == pytest.approx(busy + drain, rel=0.03)


@pytest.mark.parametrize("name", ["nerf-hashgrid", "gia-hashgrid"])
def test_lockstep_is_slower_as_the_closed_form_says(name):
    lockstep = {"encoding_engines.coupling": "lockstep", "encoding_engines.banks": 2}
    hardware = archsim.load_hardware("ngpc-8", overrides=lockstep)
    workload = archsim.load_workload(name)
    busy, drain = closed(hardware, workload, 6000)
    assert follow(hardware, workload, 6000).end == pytest.approx(busy + drain, rel=0.03)


def test_a_short_batch_is_off_by_less_than_its_pipeline():
    hardware = archsim.load_hardware("ngpc-8")
    workload = archsim.load_workload("nerf-hashgrid")
    for samples in (1, 32, 256, 300, 512):
        busy, drain = closed(hardware, workload, samples)
        slack = 256 * 5 + 100  # one group of the MLP engine and what fills it
        assert abs(follow(hardware, workload, samples).end - busy - drain) <= slack
