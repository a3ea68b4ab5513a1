"""Closed forms over many designs of a ternary core at once: what sweeps and searches call.

Latencies equal the analytic fidelity's within one beat of every product (it counts the last burst
of a product apart, and whole femtoseconds).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.fpga.batch_fit import reasons_of, room_of
from archsim.architectures.fpga.config import FpgaHardware
from archsim.architectures.fpga.core_columns import CoreColumns, slices
from archsim.architectures.fpga.matvec import Feed, Floats, round_up
from archsim.architectures.fpga.program import BLOCK, HEAD
from archsim.architectures.fpga.ternary_block import ProgramDesign, program_cycles
from archsim.workload.ternary_lm_model import zero_share_of_gaussian_weights
from archsim.workload.ternary_lm_workload import TernaryLmWorkload

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
    found = [_Evaluation(core, workload).results() for core in slices(hardware, columns)]
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


def ternary_reasons(
    hardware: FpgaHardware,
    workload: TernaryLmWorkload,
    columns: Mapping[str, NDArray[np.generic]],
) -> list[str]:
    """Return why designs do not fit, one sentence each; empty for one that fits.

    Args and errors are those of ``evaluate_ternary``.
    """
    return [reason for core in slices(hardware, columns) for reason in reasons_of(core, workload)]


class _Evaluation:
    """A slice of the designs on one workload."""

    def __init__(self, core: CoreColumns, workload: TernaryLmWorkload) -> None:
        self.core, self.workload = core, workload

    def results(self) -> Results:
        workload = self.workload
        seconds, moved = self._token()
        tokens = workload.generated_tokens
        latency = tokens * seconds
        low, high = self._energy(latency, tokens * moved)
        logic_low, logic_high, room = room_of(self.core, self.workload)
        feasible = np.logical_and.reduce(list(room.values()))
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
        share = np.floor(batch / self.core.cores)
        extra = batch - share * self.core.cores
        most = share + (extra > 0)
        rounds = round_up(most / self.core.broadcast)
        last_rows = most - (rounds - 1.0) * self.core.broadcast
        others = np.clip(last_rows - 1.0, 0.0, self.core.broadcast)
        with_most = np.where(extra > 0, extra, self.core.cores)
        at_work = np.where(share > 0, self.core.cores, with_most)
        in_last = np.where((extra > 0) & (others == 0.0), with_most, at_work)
        per_full = at_work * self.core.broadcast
        seconds, moved = self._round(last_rows, in_last, batch - (rounds - 1.0) * per_full)
        if (rounds > 1.0).any():
            full_s, full_bytes = self._round(self.core.broadcast, at_work, per_full)
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
        workload, model, frequency = self.workload, self.workload.model, self.core.frequency
        size = workload.state_bytes_per_element
        per_cycle = self.core.supplied / frequency
        vector_bytes = rows * model.hidden * size
        all_vectors = sequences * model.hidden * size
        inside = round_up(rows * model.hidden / self.core.vector_lanes)
        transfer = np.where(self.core.state_inside, inside, vector_bytes / per_cycle)
        fixed_s = self.core.number("product_overhead_s") + self.core.number("first_beat_s")
        design = ProgramDesign(
            width=np.asarray(float(model.hidden)),
            ffn=np.asarray(float(model.ffn)),
            vocab=np.asarray(float(model.vocab)),
            rows=rows,
            feed=Feed(
                beat_bytes=np.where(self.core.on_chip, np.inf, self.core.beat_bytes),
                cycles_per_beat=self.core.number("cycles_per_beat"),
                bits_per_weight=self.core.bits,
                lanes=self.core.lanes,
                memory_bytes_per_cycle=np.where(self.core.on_chip, np.inf, per_cycle),
            ),
            vector_lanes=self.core.vector_lanes,
            issue_cycles=self.core.number("issue_cycles"),
            product_cycles=fixed_s * frequency,
            transfer_cycles=transfer,
        )
        block = program_cycles(BLOCK, design, overlap=True, with_limits=False)
        state = np.where(self.core.state_inside, 0.0, 2.0 * all_vectors)
        streamed = np.where(self.core.on_chip, 0.0, cores * block.stream_bytes) + state
        seconds = model.layers * np.maximum(block.cycles / frequency, streamed / self.core.supplied)
        moved = model.layers * streamed
        if workload.include_embedding:
            issue = design.issue_cycles / frequency
            alone = issue + vector_bytes / self.core.supplied
            seconds = seconds + np.maximum(alone, all_vectors / self.core.supplied)
            moved = moved + all_vectors
        if workload.include_head:
            head = program_cycles(HEAD, design, overlap=True, with_limits=False)
            streamed = np.where(self.core.on_chip, 0.0, cores * head.stream_bytes)
            seconds = seconds + np.maximum(head.cycles / frequency, streamed / self.core.supplied)
            moved = moved + streamed
        return seconds, moved

    def _energy(self, latency: Floats, moved: Floats) -> tuple[Floats, Floats]:
        """Return the bounds of the energy of the run."""
        energy, workload = self.core.hardware.work_energy, self.workload
        rows = workload.batch * workload.generated_tokens
        adds = rows * workload.ternary_weights * (1.0 - zero_share_of_gaussian_weights())
        head = 7 * workload.model.hidden if workload.include_head else 0
        elements = rows * (workload.model.layers * workload.model.block_element_ops + head)
        static = self.core.board("static_power_w")
        low, high = (
            static * latency + moved * byte + adds * addition + elements * element
            for byte, addition, element in (
                (energy.byte.low_j, energy.addition.low_j, energy.element_operation.low_j),
                (energy.byte.high_j, energy.addition.high_j, energy.element_operation.high_j),
            )
        )
        return np.asarray(low), np.asarray(high)
