"""Measures the figures of the MatMul-free paper's FPGA core, and bounds of its neighbours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from archsim.api import load_hardware, load_workload, simulate
from archsim.architectures.base import expect
from archsim.architectures.fpga.config import FpgaHardware, TernaryCore
from archsim.architectures.fpga.matvec import Feed, product_cycles
from archsim.architectures.fpga.resources import LANE_CELLS
from archsim.architectures.fpga.roofline import remedies
from archsim.architectures.fpga.ternary_public import ternary_block
from archsim.errors import SimulationError
from archsim.papers.base import Row
from archsim.papers.figures import Judge
from archsim.papers.matmulfree.published import PUBLISHED
from archsim.workload.ternary_lm_workload import TernaryLmWorkload

if TYPE_CHECKING:
    from archsim.result import Result

NAME = "matmulfree"
JUDGE = Judge(NAME, PUBLISHED)
MODELS = ("370m", "1.3b", "2.7b")
BLOCKS_ONLY = {"include_embedding": False, "include_head": False}
CLAIM_S = 42e-3
ON_CHIP_CLOCK_HZ = 200e6
"""Assumed clock of TerEffic's on-chip design."""

_FITTED = "The cycles of a beat are fitted to this one figure, so it tests nothing."
_WEAK = (
    "Unconfirmed figure of the paper's Table 2. It needs 2.1 cycles a byte where the confirmed"
    " 43 ms of d = 512 need 3.0; one handshake cannot give both."
)
_PROJECTION = (
    "The paper's projections are 24 / 64 of a single block's time: they leave out whether the"
    " memory can bring the weights."
)
_HOST = (
    "The board's host packs, loads and stores for every product, which is not modelled; the figure"
    " here is a bound from the engine alone."
)
_BOUND = "A bound from the memory alone; the design's own losses are not known."


@lru_cache(maxsize=128)
def measured(
    design: str,
    workload: str,
    hardware: tuple[tuple[str, object], ...] = (),
    work: tuple[tuple[str, object], ...] = (),
) -> Result:
    """Return one run in event fidelity."""
    return simulate(
        load_hardware(design, dict(hardware)), load_workload(workload, dict(work)), "event"
    )  # fmt: skip


def frozen(overrides: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    """Return overrides in a form that can be a key."""
    return tuple(overrides.items())


def core_of(design: str) -> TernaryCore:
    """Return the core of a shipped design."""
    core = expect(FpgaHardware, load_hardware(design)).ternary_core
    if core is None:
        raise SimulationError(f"the design {design} has no ternary core")
    return core


def block_rows() -> list[Row]:
    """Return the single block that was measured, and blocks of other widths."""
    block = measured("d5005-prototype", "matmulfree-block-512")
    where = "D5005, one core, 60 MHz, 8 bits at a time"
    found = [
        JUDGE.judged(
            "block 512 ms", "one block, d = 512: latency (ms)", where, block.latency_s * 1e3,
            cause=_FITTED, comparable=False,
        ),
        JUDGE.judged(
            "tmatmul share", "share of ternary products in a block", where,
            block.metrics["tmatmul_share"],
        ),
        JUDGE.judged(
            "power", "power (W)", where, block.average_power_w, comparable=False,
            cause="An input here: static power of board and shell; the core adds next to nothing.",
        ),
        JUDGE.predicted(
            "one block, d = 512: energy (mJ)", where, block.energy_j * 1e3,
            f"{block.metrics['static_energy_share']:.2%} of it static",
        ),
        JUDGE.judged(
            "cores", "cores that fit", f"{where}; low to high end of the logic",
            block.metrics["fit_cores_low"], comparable=False,
            cause="Logic of a core and of the shell are themselves unconfirmed figures of Table 2;"
            f" at the low end of a core's logic {block.metrics['fit_cores_high']:.0f} fit.",
        ),
    ]  # fmt: skip
    for width, ffn in ((1024, 2816), (2048, 5632)):
        one = ternary_block(width, ffn, 1, 3, 2, 4, 60e6, overlap=True, issue_cycles=1)
        found.append(
            JUDGE.judged(
                f"block {width} ms", f"one block, d = {width}: latency (ms)", where,
                float(one.seconds) * 1e3, cause=_WEAK, comparable=False,
            )
        )  # fmt: skip
    wide = ternary_block(512, 1536, 64, 3, 2, 256, 60e6)
    narrow = ternary_block(512, 1536, 1, 3, 2, 4, 60e6)
    found.append(
        JUDGE.judged(
            "speed-up 512 bit", "speed-up of a 512-bit port over 8 bits",
            "same clock and cycles a beat; 256 lanes, vector units as wide as the port",
            float(narrow.seconds) / float(wide.seconds),
        )
    )  # fmt: skip
    return found


def count_rows() -> list[Row]:
    """Return exact weight counts."""
    found = []
    for name in MODELS:
        workload = expect(TernaryLmWorkload, load_workload(f"matmulfree-{name}"))
        model = workload.model
        found += [
            JUDGE.judged(
                f"weights {name}", f"{name}: ternary weights of the blocks", "exact",
                float(model.weights),
            ),
            JUDGE.judged(
                f"weights head {name}", f"{name}: ternary weights with the head", "exact",
                float(workload.ternary_weights),
            ),
        ]  # fmt: skip
    return found


def projection_rows() -> list[Row]:
    """Return the paper's projections beside what one 512-bit port at 60 MHz can bring."""
    design = "d5005-512bit"
    where = "D5005, one 512-bit port at 60 MHz, 2-bit weights, blocks only"
    small = measured(design, "matmulfree-370m", work=frozen(BLOCKS_ONLY))
    claim = frozen({"claimed_latency_s": CLAIM_S})
    large = measured(design, "matmulfree-1.3b", claim, frozen(BLOCKS_ONLY))
    flagged = [check for check in large.failed_checks if "claimed latency" in check.name]
    if not flagged:
        raise SimulationError("the roofline guard let the 42 ms of a 2048-wide model pass")
    floor_ms = large.metrics["roofline_latency_s"] * 1e3
    weights = expect(TernaryLmWorkload, load_workload("matmulfree-1.3b")).model.weights
    ways = "; ".join(remedies(core_of(design), weights, CLAIM_S))
    broken = (
        f"Breaks the roofline: 24 layers of d = 2048 need at least {floor_ms:.1f} ms on one such"
        f" port. Possible with {ways}. {_PROJECTION}"
    )
    block = measured("d5005-prototype", "matmulfree-block-512")
    return [
        JUDGE.judged(
            "projected 370m ms", "370M: latency of a token (ms)", where, small.latency_s * 1e3,
            cause=_PROJECTION, comparable=False,
        ),
        JUDGE.predicted(
            "370M by the paper's rule: 24 / 64 of one block (ms)", "block of d = 512",
            block.latency_s * 1e3 * 24 / 64, "The rule behind the projection of 16.08 ms.",
        ),
        JUDGE.judged(
            "projected 1.3b ms", "1.3B: latency of a token (ms)", where, large.latency_s * 1e3,
            cause=broken, comparable=False,
        ),
        JUDGE.judged(
            "projected 1.3b tokens", "1.3B: tokens per second", where,
            large.metrics["tokens_per_s"], cause=broken, comparable=False,
        ),
        JUDGE.predicted(
            "1.3B: least latency on one port (ms)", f"{where}; roofline", floor_ms,
            flagged[0].detail,
        ),
        *(
            JUDGE.predicted(
                f"1.3B with {title}: latency (ms)", f"D5005, 2-bit weights, blocks only; {title}",
                measured(
                    design, "matmulfree-1.3b", frozen(changes), frozen(BLOCKS_ONLY)
                ).latency_s * 1e3,
                "A way to the projected 42 ms; the vector work beside the products comes on top.",
            )
            for title, changes in (
                ("two ports", {
                    "ternary_core.ports": 2, "ternary_core.channels": 2,
                    "ternary_core.lanes": 512, "ternary_core.vector_lanes": 128,
                }),
                ("a clock of 115 MHz", {"ternary_core.frequency_hz": 115e6}),
            )
        ),
    ]  # fmt: skip


def neighbour_rows() -> list[Row]:
    """Return cross-checks with other boards: bounds that the measured figures must respect."""
    kria = measured("kria-matmulfree", "matmulfree-370m")
    batch = measured("kria-matmulfree", "matmulfree-370m-batch6")
    products = kria.operations[kria.operations["kind"] == "gemm"]
    call_us = float((products["end_s"] - products["start_s"]).mean()) * 1e6
    kria_where = "KV260 at 250 MHz, four 128-bit ports"
    hbm = measured("tereffic-u280-hbm", "matmulfree-2.7b")
    hbm_where = "U280, 1.6-bit weights from HBM2 at its peak bandwidth"
    found = [
        JUDGE.judged(
            "kria call us", "KRIA: mean compute call of a product (us)", kria_where, call_us,
            cause="Streaming efficiency and overhead are fitted to the same run.",
            comparable=False,
        ),
        JUDGE.judged(
            "kria tokens", "KRIA, 370M: tokens per second, bound", kria_where,
            kria.metrics["tokens_per_s"], cause=_HOST, comparable=False,
        ),
        JUDGE.judged(
            "kria batch tokens", "KRIA, 370M, batch 6: tokens per second, bound", kria_where,
            batch.metrics["tokens_per_s"], cause=_HOST, comparable=False,
        ),
        JUDGE.judged(
            "kria drain", "KRIA: drain rule holds (share of cases)",
            "4 and 8 rows at N = 1024, 11 and 12 at N = 2816, 256 lanes", _drain_share(),
        ),
        JUDGE.judged(
            "tereffic v2", "TerEffic, 2.7B: tokens per second, bound", hbm_where,
            hbm.metrics["tokens_per_s"], cause=_BOUND, comparable=False,
        ),
        JUDGE.judged(
            "tereffic v1", "TerEffic v1, 2.7B: tokens per second, bound", hbm_where,
            hbm.metrics["tokens_per_s"], cause=_BOUND, comparable=False,
        ),
        JUDGE.judged(
            "tereffic power", "TerEffic, 2.7B: power (W)", hbm_where, hbm.average_power_w,
            cause="The energy of a byte is taken from this figure, and the bound is faster.",
            comparable=False,
        ),
    ]  # fmt: skip
    found += _on_chip_rows()
    bytes_per_s = 19.2e9
    for key in ("tellme v1", "tellme v2"):
        rate = PUBLISHED[key].value
        found.append(
            JUDGE.predicted(
                f"TeLLMe at {rate:.0f} tokens/s: most weights (10^9)",
                "KV260, DDR4-2400 x64 at its peak, 1.6-bit weights",
                bytes_per_s * 8 / 1.6 / rate / 1e9,
                "The published rate is within the roofline for any model below this size.",
            )
        )  # fmt: skip
    return found


def _on_chip_rows() -> list[Row]:
    """Return what TerEffic's on-chip rate takes of U280 cards."""
    board = expect(FpgaHardware, load_hardware("tereffic-u280-hbm")).board
    weights = expect(TernaryLmWorkload, load_workload("matmulfree-370m")).ternary_weights
    cards = math.ceil(weights * 1.6 / 8.0 / board.on_chip_bytes)
    rate = PUBLISHED["tereffic on chip"].value
    lanes = weights * rate / ON_CHIP_CLOCK_HZ
    low, high = (lanes * cells.value / board.logic_cells for cells in LANE_CELLS["lut"])
    per_weight = 1e12 / PUBLISHED["tereffic on chip w"].value / weights
    clock = f"{ON_CHIP_CLOCK_HZ / 1e6:.0f} MHz"
    return [
        JUDGE.predicted(
            "TerEffic on chip, 370M: U280 cards that hold the weights", "1.6-bit weights with head",
            float(cards), f"{weights * 1.6 / 8e6:.0f} MB of weights,"
            f" {board.on_chip_bytes / 1e6:.0f} MB on a chip",
        ),
        JUDGE.predicted(
            f"TerEffic on chip, 370M: lanes at {clock} for {rate:.0f} tokens/s",
            "every weight once a token", lanes,
            f"{low:.0%} to {high:.0%} of the logic of one card, so lanes do not forbid the rate",
        ),
        JUDGE.predicted(
            "TerEffic on chip, 370M: energy of a weight (pJ)", "all of the board's power",
            per_weight, "Derived from the published tokens/s/W; includes static power.",
        ),
    ]  # fmt: skip


def _drain_share() -> float:
    """Return the share of cases in which the drain is hidden exactly if rows x 256 <= inputs."""
    cases = ((4, 1024), (8, 1024), (11, 2816), (12, 2816))
    beat, handshake, bits, lanes, memory = (
        np.asarray(value) for value in (64.0, 1.0, 2.0, 256.0, np.inf)
    )
    feed = Feed(beat, handshake, bits, lanes, memory)
    right = 0
    for rows, inputs in cases:
        width = np.asarray(float(inputs))
        found = product_cycles(width, width, np.asarray(float(rows)), feed)
        right += bool(found.drain <= found.additions) == (rows * 256 <= inputs)
    return right / len(cases)


def design_rows(quick: bool) -> list[Row]:
    """Return tokens per second of every model on every design, and knees of a sweep."""
    from archsim.architectures.fpga.design_sweep import BOARDS, design_sweep

    found = []
    for design in ("d5005-512bit", "d5005-multicore", "kria-matmulfree", "tereffic-u280-hbm"):
        for name in MODELS:
            one = measured(design, f"matmulfree-{name}")
            found.append(
                JUDGE.predicted(
                    f"{design}, {name}: tokens per second", "one sequence, with table and head",
                    one.metrics["tokens_per_s"],
                    f"{one.metrics['energy_low_j'] * 1e3:.3g} to"
                    f" {one.metrics['energy_high_j'] * 1e3:.3g} mJ a token",
                )
            )  # fmt: skip
    for board in BOARDS:
        for name in MODELS[1:2] if quick else MODELS:
            table = design_sweep(board, f"matmulfree-{name}")
            (best,) = table[table["knee"]].to_dict("records")
            found.append(
                JUDGE.predicted(
                    f"{board}, {name}: tokens per second at the knee", f"{len(table)} designs",
                    float(best["tokens_per_s"]),
                    f"{best['average_power_w']:.1f} W; {best['cores']} cores of"
                    f" {best['ports']} x {8 * best['port_bytes']} bits at"
                    f" {best['frequency_hz'] / 1e6:.0f} MHz, {best['lanes']} lanes,"
                    f" {best['channels']} channels, {best['weight_packing']}",
                )
            )  # fmt: skip
    return found
