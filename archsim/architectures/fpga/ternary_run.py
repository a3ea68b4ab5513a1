"""Runs a MatMul-free language model on a design and assembles the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.base import Fidelity
from archsim.architectures.fpga.config import FpgaHardware
from archsim.architectures.fpga.constants import ternary_constants
from archsim.architectures.fpga.energy import EnergyParts, energy_parts
from archsim.architectures.fpga.program import Instruction
from archsim.architectures.fpga.roofline import check_claim, guard, port_bytes_per_s
from archsim.architectures.fpga.ternary_plan import TernaryPlan
from archsim.architectures.fpga.ternary_time import TimedProgram, TimedToken, time_token
from archsim.kernel import fs_to_seconds
from archsim.result import (
    COMPONENT_PEAKS,
    OPERATION_COLUMNS,
    OPERATION_WORK,
    Check,
    Pair,
    Result,
    assemble,
    make_provenance,
)

if TYPE_CHECKING:
    import pandas as pd

    from archsim.kernel import Timeline
    from archsim.workload.ternary_lm_workload import TernaryLmWorkload

COMPONENTS = {
    "tmatmul": "ternary products",
    "rms": "RMS unit",
    "row_wise": "row-wise unit",
    "load_store": "load and store",
}
KINDS = {
    "tmatmul": "gemm",
    "rms": "norm",
    "row_wise": "elementwise",
    "load_store": "embedding",
}


def run_ternary(
    hardware: FpgaHardware,
    workload: TernaryLmWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run ``generated_tokens`` tokens of a batch; all tokens take the same time.

    Raises:
        UnsupportedError: The design has no ternary core.
        InfeasibleError: The model does not fit the memory, or the cores do not fit the chip.
    """
    plan = TernaryPlan(hardware, workload)
    plan.check_capacity()
    token = time_token(plan, fidelity, timeline)
    tokens = workload.generated_tokens
    latency_s = fs_to_seconds(tokens * token.latency_fs)
    work = plan.work()
    parts = energy_parts(hardware.work_energy, work, hardware.board.static_power_w, latency_s)
    supplied = float(plan.timings((1,))[0].memory_bytes_per_s)
    token_s = fs_to_seconds(token.latency_fs)
    trace = workload.trace(bits_per_weight=plan.core.bits_per_weight)
    return assemble(
        latency_s=latency_s,
        components=_components(plan, token, parts, supplied, latency_s),
        operations=_operations(plan, token, parts),
        metrics=_metrics(plan, token, parts, supplied, latency_s),
        provenance=make_provenance(
            hardware,
            workload,
            architecture="fpga",
            fidelity=fidelity,
            seed=seed,
            trace_hash=trace.content_hash(),
            extra_constants=ternary_constants(hardware),
        ),
        bytes_moved=[
            Pair(
                "weights, state and table", float(plan.token_bytes), float(token.bytes_moved),
                "bytes",
            )
        ],
        work=[
            Pair(
                "ternary accumulations", float(trace.totals.macs),
                float(plan.token_additions_asked), "additions",
            ),
            Pair(
                "element operations", float(trace.totals.vector_elements),
                float(plan.token_element_operations), "elements",
            ),
        ],
        roofline_s=tokens * plan.roofline.seconds,
        more_checks=[
            *guard(plan.core, supplied, token.bytes_moved / token_s),
            *check_claim(
                plan.core, hardware.claimed_latency_s, plan.roofline, workload.ternary_weights
            ),
            *_never_faster(plan, token, fidelity),
        ],
    )  # fmt: skip


def _never_faster(plan: TernaryPlan, token: TimedToken, fidelity: Fidelity) -> list[Check]:
    if fidelity != "event":
        return []
    closed = time_token(plan, "analytic").latency_fs
    detail = f"{token.latency_fs * 1e-15:.9g} s played, {closed * 1e-15:.9g} s in closed form"
    passed = token.latency_fs >= closed
    return [Check("contention never faster than the closed form", passed, detail)]


def _components(
    plan: TernaryPlan, token: TimedToken, parts: EnergyParts, supplied: float, latency_s: float
) -> pd.DataFrame:
    """Return one row per unit of the cores (busy as the busiest core), the memory, the board.

    Ternary products get their weights through the ports, or slower if the memory is; the other
    units work on registers. An accumulation, which multiplies nothing, is one operation.
    """
    import pandas as pd

    tokens = plan.workload.generated_tokens
    elements = {"rms": 0, "row_wise": 0}
    for rows in plan.rounds:
        for program, times in plan.programs():
            for timing in plan.timings(rows):
                for item in program:
                    if item.unit in elements:
                        elements[item.unit] += times * timing.elements(item)
    per_element = parts.vectors.middle_j / max(1, sum(elements.values()))
    dynamic = {
        "tmatmul": parts.additions.middle_j,
        **{unit: per_element * count for unit, count in elements.items()},
        "load_store": 0.0,
    }
    moved = float(tokens * token.bytes_moved)
    core = plan.core
    clocks = core.cores * core.frequency_hz
    vectors = (core.vector_lanes * clocks, 0.0)
    peaks = {
        "tmatmul": (
            core.lanes * core.broadcast_rows * clocks,
            min(core.cores * port_bytes_per_s(core), supplied),
        ),
        "rms": vectors,
        "row_wise": vectors,
        "load_store": (0.0, 0.0),
    }
    rows_ = [
        (name, fs_to_seconds(tokens * token.busy_fs(unit)), dynamic[unit], 0.0, 0.0, *peaks[unit])
        for unit, name in COMPONENTS.items()
    ]
    rows_.append(("memory", moved / supplied, parts.memory.middle_j, 0.0, moved, 0.0, supplied))
    rows_.append(("board", latency_s, 0.0, parts.static_j, 0.0, 0.0, 0.0))
    columns = ["component", "busy_s", "dynamic_energy_j", "static_energy_j", "bytes"]
    table = pd.DataFrame(rows_, columns=[*columns, *COMPONENT_PEAKS])
    return table.assign(area_mm2=0.0)


def _operations(plan: TernaryPlan, token: TimedToken, parts: EnergyParts) -> pd.DataFrame:
    """Return the instructions of the first token, block by block, on the busiest core."""
    import pandas as pd

    rows = []
    now = 0
    per_unit = _energy_per_unit(plan, parts)
    for timed in token.programs:
        cores = plan.timings(timed.rows)
        for repeat in range(timed.times):
            prefix = f"block{repeat}." if timed.times > 1 else ""
            for item in timed.instructions:
                done = sum(_units(core.rows, plan, item.instruction) for core in cores)
                moved = sum(core.moved_bytes(item.instruction) for core in cores)
                rows.append(
                    (
                        f"{prefix}{item.instruction.name}",
                        KINDS[item.instruction.unit],
                        COMPONENTS[item.instruction.unit],
                        fs_to_seconds(now + item.start_fs),
                        fs_to_seconds(now + item.end_fs),
                        done * per_unit[item.instruction.unit],
                        done,
                        float(moved),
                    )
                )
            now += timed.latency_fs
    return pd.DataFrame(rows, columns=[*OPERATION_COLUMNS, *OPERATION_WORK])


def _units(rows: int, plan: TernaryPlan, instruction: Instruction) -> float:
    """Return additions or element operations of an instruction, all rows of a core."""
    model = plan.workload.model
    if instruction.unit == "tmatmul":
        inputs, outputs = instruction.shape(model.hidden, model.ffn, model.vocab)
        return float(rows * inputs * outputs)
    if instruction.unit == "load_store":
        return 0.0
    return float(rows * instruction.elements(model.hidden, model.ffn))


def _energy_per_unit(plan: TernaryPlan, parts: EnergyParts) -> dict[str, float]:
    tokens = plan.workload.generated_tokens
    per_element = parts.vectors.middle_j / (tokens * plan.token_element_operations)
    return {
        "tmatmul": parts.additions.middle_j / (tokens * plan.token_additions_asked),
        "rms": per_element,
        "row_wise": per_element,
        "load_store": 0.0,
    }


def _metrics(
    plan: TernaryPlan, token: TimedToken, parts: EnergyParts, supplied: float, latency_s: float
) -> dict[str, float]:
    workload, core, taken = plan.workload, plan.core, plan.resources
    generated = workload.batch * workload.generated_tokens
    total = parts.total
    token_s = fs_to_seconds(token.latency_fs)
    return {
        "tokens_per_s": generated / latency_s,
        "token_latency_s": token_s,
        "energy_per_token_j": total.middle_j / generated,
        "energy_low_j": total.low_j,
        "energy_high_j": total.high_j,
        "static_energy_share": parts.static_j / total.middle_j if total.middle_j else 0.0,
        "total_cycles": latency_s * core.frequency_hz,
        "block_cycles": _block(token).latency_fs * 1e-15 * core.frequency_hz,
        "tmatmul_share": token.busy_fs("tmatmul") / token.latency_fs,
        "fifo_wait_share": token.fifo_wait_fs / token.latency_fs,
        "bandwidth_utilisation": token.bytes_moved / supplied / token_s,
        "roofline_latency_s": plan.roofline.seconds,
        "weight_bytes": float(plan.weight_bytes),
        "state_bytes": float(workload.state_bytes),
        "logic_cells_low": float(core.cores * taken.logic_low),
        "logic_cells_high": float(core.cores * taken.logic_high),
        "multipliers": float(core.cores * taken.dsps),
        "block_memories": float(core.cores * taken.block_rams),
        "fit_cores_low": float(plan.fit.cores_low),
        "fit_cores_high": float(plan.fit.cores_high),
        "cores_fed": float(plan.fit.cores_fed),
    }


def _block(token: TimedToken) -> TimedProgram:
    return max(token.programs, key=lambda item: len(item.program))
