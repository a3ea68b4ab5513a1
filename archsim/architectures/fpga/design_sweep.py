"""``archsim.fpga.design_sweep``: tokens a second against watts on a board, with the knee marked."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.base import expect
from archsim.architectures.fpga.batch import evaluate_ternary
from archsim.architectures.fpga.config import BITS_PER_WEIGHT, FpgaHardware, Packing
from archsim.architectures.fpga.matvec import Floats
from archsim.config import build, load_document
from archsim.errors import InfeasibleError, UnknownNameError
from archsim.workload.ternary_lm_workload import TernaryLmWorkload

if TYPE_CHECKING:
    import pandas as pd

    from archsim.workload.load import Source

BOARDS = ("d5005", "zcu104", "zcu102", "kv260", "u280")
"""Boards with a shipped design ``BOARD-ternary`` that a sweep starts from."""

SPACE: dict[str, tuple[float, ...]] = {
    "frequency_hz": (60e6, 100e6, 150e6, 200e6, 250e6, 300e6),
    "port_bytes": (8, 16, 32, 64, 128),
    "ports": (1, 2, 4, 8),
    "lanes_per_beat_weight": (0.5, 1.0, 2.0),
    "cores": (1, 2, 4, 8, 16),
}
"""Values of a sweep. Lanes are given relative to the weights of a beat; every core has a sequence
of its own, and channels are swept in powers of two up to those of the board."""

PACKINGS: tuple[Packing, ...] = ("two_bit", "base3")
KNEE_SLACK = 0.01
"""Share of the most tokens per watt that the knee may lack."""


def design_sweep(
    board: str,
    model: Source = "matmulfree-1.3b",
    space: Mapping[str, Sequence[float]] | None = None,
) -> pd.DataFrame:
    """Evaluate every combination of port, channels, lanes, packing, clock and cores on a board.

    Args:
        board: One of ``BOARDS``.
        model: Workload of kind ``ternary_lm``; as many sequences run as there are cores.
        space: Other values for keys of ``SPACE``.

    Returns:
        One row per design that fits: ``board``, ``frequency_hz``, ``port_bytes``, ``ports``,
        ``channels``, ``lanes``, ``weight_packing``, ``cores``, ``tokens_per_s``,
        ``average_power_w``, ``energy_per_token_j`` with ``_low`` and ``_high``,
        ``logic_cells_high``, ``pareto`` (no other has more tokens for less power) and ``knee``
        (the smallest design that has all but the most tokens per watt).

    Raises:
        UnknownNameError: The board or a key of the space is unknown.
        InfeasibleError: No design of the space fits the board.
    """
    import pandas as pd

    if board not in BOARDS:
        raise UnknownNameError("board", str(board), BOARDS)
    unknown = sorted(set(space or {}) - set(SPACE))
    if unknown:
        raise UnknownNameError("key of the space", unknown[0], SPACE)
    base = build(FpgaHardware, load_document(f"{board}-ternary", "hw_configs", None))
    values = {**SPACE, **(space or {})}
    tables = [_of_cores(base, model, values, int(cores)) for cores in values["cores"]]
    table = pd.concat(tables, ignore_index=True)
    if table.empty:
        raise InfeasibleError(f"no design of the space fits the board {board}")
    tokens, watts = (table[name].to_numpy() for name in ("tokens_per_s", "average_power_w"))
    chosen = knee(tokens, watts, table["logic_cells_high"].to_numpy())
    table.insert(0, "board", board)
    return table.assign(pareto=pareto_front(tokens, watts), knee=np.arange(len(table)) == chosen)


def _of_cores(
    base: FpgaHardware, model: Source, space: Mapping[str, Sequence[float]], cores: int
) -> pd.DataFrame:
    """Return the designs with so many cores that fit, each core with one sequence."""
    import pandas as pd

    from archsim.workload import load_workload

    work = expect(TernaryLmWorkload, load_workload(model, {"batch": cores}))
    most = base.board.memory.channels
    channels = [2**power for power in range(most.bit_length()) if 2**power <= most]
    grid = [
        (clock, port, ports, count, packing, share)
        for clock, port, ports, count, packing, share in itertools.product(
            space["frequency_hz"], space["port_bytes"], space["ports"], channels, PACKINGS,
            space["lanes_per_beat_weight"],
        )
        if ports <= count
    ]  # fmt: skip
    names = ("frequency_hz", "port_bytes", "ports", "channels", "weight_packing", "share")
    table = pd.DataFrame(grid, columns=list(names))
    bits = table["weight_packing"].map(BITS_PER_WEIGHT)
    beat = table["port_bytes"] * table["ports"]
    table["lanes"] = np.maximum(1, np.floor(beat * 8 / bits * table["share"])).astype(np.int64)
    table["cores"] = cores
    keys = [name for name in table.columns if name != "share"]
    columns: dict[str, NDArray[np.generic]] = {
        f"ternary_core.{name}": np.asarray(table[name].to_list()) for name in keys
    }
    found = evaluate_ternary(base, work, columns)
    for name in ("tokens_per_s", "average_power_w", "logic_cells_high"):
        table[name] = found[name]
    generated = work.batch * work.generated_tokens
    for name, key in (("", "energy_j"), ("_low", "energy_low_j"), ("_high", "energy_high_j")):
        table[f"energy_per_token_j{name}"] = found[key] / generated
    fits: pd.DataFrame = table[found["feasible"] == 1.0].drop(columns="share")
    return fits


def pareto_front(tokens_per_s: Floats, watts: Floats) -> NDArray[np.bool_]:
    """Return which designs no other beats in both tokens and power, shape (designs,).

    Of designs with equal tokens and power the first one counts.
    """
    order = np.lexsort((np.arange(len(watts)), -tokens_per_s, watts))
    best = np.maximum.accumulate(np.concatenate(([-np.inf], tokens_per_s[order][:-1])))
    front = np.zeros(len(watts), dtype=bool)
    front[order] = tokens_per_s[order] > best
    return front


def knee(tokens_per_s: Floats, watts: Floats, logic_cells: Floats) -> int:
    """Return the smallest design within 1 % of the most tokens per watt.

    A board's static power is shared by all tokens, so efficiency rises until the memory is full:
    beyond this design more logic buys neither tokens nor efficiency.
    """
    efficiency = tokens_per_s / watts
    good = np.flatnonzero(efficiency >= (1.0 - KNEE_SLACK) * efficiency.max())
    order = np.lexsort((good, watts[good], logic_cells[good]))
    return int(good[order[0]])
