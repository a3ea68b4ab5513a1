"""Figures of the device itself: row-tile cycles, command energies, memory power, area."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from archsim.architectures.npu_pim.config import Memory, Pim
from archsim.architectures.npu_pim.row_tile import (
    VECTOR_LOAD,
    Job,
    expected_cycles,
    row_tile_timing,
)
from archsim.errors import SimulationError
from archsim.papers.base import Row
from archsim.papers.neupims.judging import batches, judged
from archsim.papers.neupims.measure import device, measure, tokens_per_s
from archsim.papers.neupims.points import (
    GREEDY,
    GRID,
    MODES,
    NAIVE,
    NPU_ONLY,
    Mode,
    neupims_at,
)

_REPEATS = 4000
_HEADS_PER_ROW, _COMMANDS_PER_HEAD, _COMMANDS_PER_ROW = 4, 8, 32
"""Of a 512-element row, heads of 128 and 16 multipliers a bank."""

_POWER_CAUSES: dict[Mode, str] = {
    "compat": "The NPU-only device of the authors' simulator idles its memory during attention, "
    "so its power is low and its energy per token high.",
    "physical": "An NPU whose attention is bound by bandwidth reads at full rate, so its memory "
    "draws nearly as much power as with PIM; little time is saved in which it would stand by, and "
    "from batch 256 on sub-batches read the weights twice a layer.",
}


def rows(seeds: Sequence[int]) -> list[Row]:
    """Return the device figures; only memory power depends on the batches drawn."""
    memory, pim = _memory_and_pim()
    found = [*_row_tiles(memory, pim), *_command_energies(memory, pim)]
    for mode in MODES:
        found += _power(mode, seeds)
    return [*found, _area(), _transpim(seeds)]


def _memory_and_pim() -> tuple[Memory, Pim]:
    hardware = device(GREEDY, "physical")
    if hardware.pim is None:
        raise SimulationError(f"{GREEDY.hardware} has no PIM")
    return hardware.memory, hardware.pim


def _row_tiles(memory: Memory, pim: Pim) -> list[Row]:
    timing = row_tile_timing(memory, pim)

    def steady(*jobs: Job) -> float:
        return expected_cycles(timing, [jobs])[0] / _REPEATS

    key_tiles = (_REPEATS, _HEADS_PER_ROW, _COMMANDS_PER_HEAD)
    value_tiles = (_REPEATS, 1, _COMMANDS_PER_ROW)
    loads = (VECTOR_LOAD,) * _REPEATS
    where = f"dual row buffer; {_REPEATS} in a row on one channel, refresh included"
    cause = "The refresh window or a command's place in the sequence is modelled differently."
    cycles = {
        "key tile": ("cycles of a key row-tile, 4 heads", steady(key_tiles)),
        "value tile": ("cycles of a value row-tile", steady(value_tiles)),
        "vector load": ("cycles of a vector load", steady(*loads)),
    }
    return [judged(key, item, where, value, cause=cause) for key, (item, value) in cycles.items()]


def _command_energies(memory: Memory, pim: Pim) -> list[Row]:
    power = memory.power()
    bursts = -(-pim.row_bytes // memory.burst_bytes)
    energies = {
        "read": ("energy of a 64-byte read (J)", power.read_j),
        "write": ("energy of a 64-byte write (J)", power.write_j),
        "activate": ("energy of an activate and its precharge (J)", power.activate_j),
        "group activate": (
            "energy of a group activate (J)", memory.banks_per_group * power.activate_j,
        ),
        "dot product": (
            "energy of an all-bank dot product (J)", pim.compute_energy_factor * power.read_j,
        ),
        "vector load energy": ("energy of a vector load (J)", bursts * power.read_j),
        "refresh": ("energy of a rank's refresh (J)", power.refresh_j),
    }  # fmt: skip
    return [
        judged(
            key, item, "from currents, timings and PIM sizes of the hardware file", value,
            cause="Currents, timings and the energy formula differ from the authors'.",
        )
        for key, (item, value) in energies.items()
    ]  # fmt: skip


def _power(mode: Mode, seeds: Sequence[int]) -> list[Row]:
    pairs = [
        (
            measure(neupims_at(point.batch), mode, point, seeds),
            measure(NPU_ONLY, mode, point, seeds),
        )
        for point in GRID
    ]
    where = f"{mode}: average of all points; {batches(seeds)}"
    return [
        judged(
            "power", "DRAM power, NeuPIMs over NPU-only", where,
            fmean(ours.dram_power_w / base.dram_power_w for ours, base in pairs),
            cause=_POWER_CAUSES[mode],
        ),
        judged(
            "energy", "DRAM energy per token, NeuPIMs over NPU-only", where,
            fmean(ours.dram_j_per_token / base.dram_j_per_token for ours, base in pairs),
            cause=_POWER_CAUSES[mode],
        ),
    ]  # fmt: skip


def _area() -> Row:
    _, pim = _memory_and_pim()
    return judged(
        "area", "die area that the second row buffers add (share)", "hardware file of NeuPIMs",
        pim.row_buffer_area_share, comparable=False,
        cause="An input of the hardware file, taken from the paper: equality shows nothing.",
    )  # fmt: skip


def _transpim(seeds: Sequence[int]) -> Row:
    gains = [
        tokens_per_s(neupims_at(point.batch), "physical", point, seeds)
        / tokens_per_s(NAIVE, "physical", point, seeds)
        for point in GRID
    ]
    return judged(
        "over transpim", "throughput over TransPIM; measured: over the naive NPU+PIM",
        f"physical: all points; {NAIVE.label}; {batches(seeds)}", fmean(gains), comparable=False,
        cause="TransPIM is not modelled: no specification of it is at hand. The naive NPU+PIM, "
        "the nearest device there is, stands in its place and is no substitute.",
    )  # fmt: skip
