"""Closed forms over many designs of a ternary core at once: what sweeps and searches call.

Latencies equal the analytic fidelity's within one beat of every product (it counts the last burst
of a product apart, and whole femtoseconds).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.fpga.config import BITS_PER_WEIGHT, FpgaHardware, TernaryCore
from archsim.architectures.fpga.design_columns import DesignColumns
from archsim.architectures.fpga.matvec import Feed, Floats, round_up
from archsim.architectures.fpga.program import BLOCK, HEAD
from archsim.architectures.fpga.resources import (
    BLOCK_DEPTH,
    BLOCK_PORT_BYTES,
    LANE_CELLS,
    REGISTER_BYTES,
)
from archsim.architectures.fpga.ternary_block import ProgramDesign, program_cycles
from archsim.errors import UnsupportedError
from archsim.workload.ternary_lm_model import zero_share_of_gaussian_weights
from archsim.workload.ternary_lm_workload import TernaryLmWorkload

CHUNK = 8192
"""Designs at a time: their arrays stay in the processor's cache."""

Results = dict[str, Floats]


def evaluate_ternary(
    hardware: FpgaHardware,
    workload: TernaryLmWorkload,
    columns: Mapping[str, NDArray[np.generic]],
) -> Results:
    """Evaluate many designs.

    Args:
        hardware: The design that the columns vary.
        workload: The workload, the same for every design.
        columns: Dotted hardware key (``ternary_core.*``, ``board.memory.channel_bytes_per_s``,
            ``board.memory.channels``, ``board.static_power_w``), with or without ``hardware.`` in
            front, to an array of shape (designs,).

    Returns:
        ``latency_s``, ``energy_j``, ``energy_low_j``, ``energy_high_j``, ``area_mm2``,
        ``average_power_w``, ``tokens_per_s``, ``logic_cells_low``, ``logic_cells_high`` and
        ``feasible`` (1 or 0), each of shape (designs,). An infeasible design has infinite latency
        and energy and no tokens.

    Raises:
        UnsupportedError: The design has no ternary core, or a key cannot be varied here.
        InputError: A value is out of bounds, or the columns differ in length.
    """
    if hardware.ternary_core is None:
        raise UnsupportedError(f"the design {hardware.name!r} has no ternary core")
    designs = DesignColumns(hardware, columns)
    parts = [
        _Chunk(hardware, hardware.ternary_core, workload, designs, slice(start, start + CHUNK))
        for start in range(0, designs.count, CHUNK)
    ]
    found = [part.results() for part in parts]
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


class _Chunk:
    """A slice of the designs, each quantity an array of shape (designs,)."""

    def __init__(
        self,
        hardware: FpgaHardware,
        base: TernaryCore,
        workload: TernaryLmWorkload,
        designs: DesignColumns,
        part: slice,
    ) -> None:
        self.hardware, self.base, self.workload = hardware, base, workload
        self.designs, self.part = designs, part
        get = self._number
        self.frequency = get("frequency_hz")
        self.beat_bytes = get("port_bytes") * get("ports")
        self.cores, self.channels = get("cores"), get("channels")
        packing = designs.values("ternary_core.weight_packing", base.weight_packing)[part]
        bits = np.where(packing == "base3", BITS_PER_WEIGHT["base3"], BITS_PER_WEIGHT["two_bit"])
        self.bits = bits.astype(np.float64)
        memory = designs.values("board.memory.channel_bytes_per_s", None)[part]
        self.supplied = memory.astype(np.float64) * self.channels * get("memory_efficiency")
        self.on_chip = designs.values("ternary_core.weights", base.weights)[part] == "on_chip"
        self.state_inside = designs.values("ternary_core.state", base.state)[part] == "on_chip"
        self.lanes, self.vector_lanes = get("lanes"), get("vector_lanes")
        self.broadcast = get("broadcast_rows")

    def _number(self, key: str) -> Floats:
        values = self.designs.values(f"ternary_core.{key}", getattr(self.base, key))
        return values[self.part].astype(np.float64)

    def results(self) -> Results:
        workload = self.workload
        seconds, moved = self._token()
        tokens = workload.generated_tokens
        latency = tokens * seconds
        low, high = self._energy(latency, tokens * moved)
        logic_low, logic_high, feasible = self._fit()
        energy = 0.5 * (low + high)
        out = {
            "latency_s": latency,
            "energy_j": energy,
            "energy_low_j": low,
            "energy_high_j": high,
            "average_power_w": energy / latency,
            "tokens_per_s": workload.batch * tokens / latency,
        }
        for name, values in out.items():
            worst = np.inf if name.startswith(("latency", "energy")) else 0.0
            out[name] = np.where(feasible, values, worst)
        return {
            **out,
            "area_mm2": np.zeros_like(latency),
            "logic_cells_low": logic_low,
            "logic_cells_high": logic_high,
            "feasible": feasible.astype(np.float64),
        }

    def _token(self) -> tuple[Floats, Floats]:
        """Return seconds and bytes of one token of every sequence.

        Cores differ by one sequence at most, so all rounds but the last are alike.
        """
        batch = float(self.workload.batch)
        share = np.floor(batch / self.cores)
        extra = batch - share * self.cores
        most = share + (extra > 0)
        rounds = round_up(most / self.broadcast)
        last_rows = most - (rounds - 1.0) * self.broadcast
        others = np.clip(most - 1.0 - (rounds - 1.0) * self.broadcast, 0.0, self.broadcast)
        with_most = np.where(extra > 0, extra, self.cores)
        at_work = np.where(share > 0, self.cores, with_most)
        in_last = np.where((extra > 0) & (others == 0.0), with_most, at_work)
        per_full = at_work * self.broadcast
        seconds, moved = self._round(last_rows, in_last, batch - (rounds - 1.0) * per_full)
        if (rounds > 1.0).any():
            full_s, full_bytes = self._round(self.broadcast, at_work, per_full)
            seconds = seconds + (rounds - 1.0) * full_s
            moved = moved + (rounds - 1.0) * full_bytes
        return seconds, moved

    def _round(self, rows: Floats, cores: Floats, sequences: Floats) -> tuple[Floats, Floats]:
        """Return seconds and bytes of a round.

        Args:
            rows: Sequences of the core with most.
            cores: Cores at work.
            sequences: Sequences of all cores together.
        """
        workload, model, frequency = self.workload, self.workload.model, self.frequency
        size = workload.state_bytes_per_element
        per_cycle = self.supplied / frequency
        vector_bytes = rows * model.hidden * size
        all_vectors = sequences * model.hidden * size
        inside = round_up(rows * model.hidden / self.vector_lanes)
        transfer = np.where(self.state_inside, inside, vector_bytes / per_cycle)
        fixed_s = self._number("product_overhead_s") + self._number("first_beat_s")
        design = ProgramDesign(
            width=np.asarray(float(model.hidden)),
            ffn=np.asarray(float(model.ffn)),
            vocab=np.asarray(float(model.vocab)),
            rows=rows,
            feed=Feed(
                beat_bytes=np.where(self.on_chip, np.inf, self.beat_bytes),
                cycles_per_beat=self._number("cycles_per_beat"),
                bits_per_weight=self.bits,
                lanes=self.lanes,
                memory_bytes_per_cycle=np.where(self.on_chip, np.inf, per_cycle),
            ),
            vector_lanes=self.vector_lanes,
            issue_cycles=self._number("issue_cycles"),
            product_cycles=fixed_s * frequency,
            transfer_cycles=transfer,
        )
        block = program_cycles(BLOCK, design, overlap=True)
        state = np.where(self.state_inside, 0.0, 2.0 * all_vectors)
        streamed = np.where(self.on_chip, 0.0, cores * block.stream_bytes) + state
        seconds = model.layers * np.maximum(block.cycles / frequency, streamed / self.supplied)
        moved = model.layers * streamed
        if workload.include_embedding:
            issue = design.issue_cycles / frequency
            alone = issue + vector_bytes / self.supplied
            seconds = seconds + np.maximum(alone, all_vectors / self.supplied)
            moved = moved + all_vectors
        if workload.include_head:
            head = program_cycles(HEAD, design, overlap=True)
            streamed = np.where(self.on_chip, 0.0, cores * head.stream_bytes)
            seconds = seconds + np.maximum(head.cycles / frequency, streamed / self.supplied)
            moved = moved + streamed
        return seconds, moved

    def _energy(self, latency: Floats, moved: Floats) -> tuple[Floats, Floats]:
        """Return the bounds of the energy of the run."""
        energy, workload = self.hardware.energy, self.workload
        if energy is None:  # the configuration refuses a core without energies
            raise AssertionError("a ternary core without energies")
        rows = workload.batch * workload.generated_tokens
        adds = rows * workload.ternary_weights * (1.0 - zero_share_of_gaussian_weights())
        head = 7 * workload.model.hidden if workload.include_head else 0
        elements = rows * (workload.model.layers * workload.model.block_element_ops + head)
        static = self.designs.values("board.static_power_w", None)[self.part].astype(np.float64)
        low, high = (
            static * latency + moved * byte + adds * addition + elements * element
            for byte, addition, element in (
                (energy.byte.low_j, energy.addition.low_j, energy.element_operation.low_j),
                (energy.byte.high_j, energy.addition.high_j, energy.element_operation.high_j),
            )
        )
        return np.asarray(low), np.asarray(high)

    def _fit(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Return logic cells of all cores (low and high), and whether the design fits."""
        board, workload, model = self.hardware.board, self.workload, self.workload.model
        lanes = self.lanes * self.broadcast
        low, high = (constant.value for constant in LANE_CELLS[board.logic_kind])
        control = self.base.control_cells
        logic_low = control.low + round_up(lanes * low)
        logic_high = control.high + round_up(lanes * high)
        register = max(model.hidden, 2 * model.ffn) * REGISTER_BYTES.value * self.broadcast
        wide = np.ceil(self.vector_lanes * REGISTER_BYTES.value / BLOCK_PORT_BYTES.value)
        size = workload.state_bytes_per_element
        per_core = np.ceil(workload.batch / self.cores)
        state = np.where(self.state_inside, per_core * model.state_elements * size, 0.0)
        registers = self._number("vector_registers")
        fifo_beats = self._number("fifo_beats")
        fifo = np.where(
            self.on_chip,
            0.0,
            np.ceil(fifo_beats / BLOCK_DEPTH.value)
            * np.ceil(self.beat_bytes / BLOCK_PORT_BYTES.value),
        )
        per_register = np.maximum(wide, np.ceil(register / board.block_ram_bytes))
        blocks = registers * per_register + fifo + np.ceil(state / board.block_ram_bytes)
        inside = self.cores * (registers * register + self.beat_bytes * fifo_beats + state)
        packed = np.ceil(workload.ternary_weights * self.bits / 8.0 * (1.0 - 1e-12))
        inside = inside + np.where(self.on_chip, packed, 0.0)
        outside = workload.table_bytes + np.where(self.on_chip, 0.0, packed)
        outside = outside + np.where(self.state_inside, 0.0, float(workload.state_bytes))
        large = board.ultra_rams * (board.ultra_ram_bytes // board.block_ram_bytes)
        there = self.designs.values("board.memory.channels", None)[self.part].astype(np.float64)
        feasible = (
            (self.cores * logic_low <= board.free_logic_cells)
            & (self.cores * (self.vector_lanes + 1.0) <= board.dsps)
            & (self.cores * blocks <= board.block_rams + large)
            & (inside <= board.on_chip_bytes)
            & (outside <= self.channels * board.memory.channel_bytes)
            & (self.channels <= there)
            & (self._number("ports") <= self.channels)
        )
        return self.cores * logic_low, self.cores * logic_high, feasible
