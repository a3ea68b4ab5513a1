"""Every oracle file that a family is compared with, row by row: the errors of each quantity."""

import csv
import re
import runpy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

import archsim

TESTS = Path(__file__).resolve().parents[1]
ORACLES = TESTS / "oracles"
NEUPIMS_SYSTEMS = {
    "neupims_subbatch_off": "neupims",
    "neupims_subbatch_on": "neupims-subbatch",
    "npu+pim_naive": "npu-pim-naive",
    "npu-only": "npu-only",
}
NEUPIMS_CHANNELS = 32
DEVICES = {
    "MICRON_1Gb_DDR3": "ddr3-1600",
    "MICRON_4Gb_DDR4": "ddr4-2400",
    "HBM2 pseudo": "hbm2-pc",
}


@dataclass(frozen=True)
class Comparison:
    """One quantity of one oracle file.

    Attributes:
        file: The oracle file.
        peer: Whose figures they are.
        quantity: What is compared.
        rows: Rows of the file.
        ours, theirs: The figures compared, equal in length.
        note: Which rows were compared, and why not the others.
    """

    file: str
    peer: str
    quantity: str
    rows: int
    ours: np.ndarray
    theirs: np.ndarray
    note: str

    @property
    def errors(self):
        """Absolute relative errors; where the peer has 0, 0 is right and everything else is 1."""
        wrong = np.abs(self.ours - self.theirs)
        scale = np.where(self.theirs == 0, 1.0, np.abs(self.theirs))
        return np.where(self.theirs == 0, (wrong > 0).astype(float), wrong / scale)


def maestro():
    """Cycles, energy, area and power of MAESTRO's dataflow templates."""
    rows = pd.read_csv(ORACLES / "maestro.csv")
    valid = rows[rows["status"] == "ok"].reset_index(drop=True)
    found = archsim.asic.maestro(
        valid, valid["template"], valid["pes"], valid["noc_bw"], valid["noc_lat"], valid["simd"],
        valid["offchip_bw"], version=valid["version"],
    )  # fmt: skip
    note = "runs that MAESTRO finished; it prints energies, areas and powers with six digits"
    pairs = (
        ("runtime_cycles", "runtime_cycles"),
        ("energy_mac_units", "energy_mac_units"),
        ("area_um2", "area_um2"),
        ("power_mw", "power_mW"),
    )
    return [
        _comparison("maestro.csv", "MAESTRO", ours, rows, found[ours], valid[theirs], note)
        for ours, theirs in pairs
    ]


def scalesim():
    """Cycles of systolic arrays in SCALE-Sim."""
    rows = pd.read_csv(ORACLES / "scalesim.csv")
    free = rows[rows["mode"] == "CALC"].reset_index(drop=True)
    limited = rows[rows["mode"] == "USER"].reset_index(drop=True)
    alone = archsim.asic.systolic(free, free["array_rows"], free["array_cols"], free["dataflow"])
    bound = archsim.asic.systolic(
        limited, limited["array_rows"], limited["array_cols"], limited["dataflow"],
        bandwidth_words=limited["bw_words"], ifmap_kib=limited["ifmap_kb"],
        filter_kib=limited["filter_kb"], ofmap_kib=limited["ofmap_kb"],
    )  # fmt: skip
    peer, column = "SCALE-Sim 3.0.0", "total_cycles"
    return [
        _comparison(
            "scalesim.csv", peer, f"{column}, {what}", rows, found[column], theirs[column], note
        )
        for what, found, theirs, note in (
            ("ideal memory", alone, free, "mode CALC"),
            ("bandwidth-limited", bound, limited, "mode USER"),
        )
    ]


def neupims():
    """Cycles of a decoder layer in the NeuPIMs authors' simulator."""
    rows = pd.read_csv(ORACLES / "neupims.csv")
    ours, theirs = [], []
    for row in rows.itertuples():
        requests = _equal_requests(row.trace)
        if requests is not None:
            system = NEUPIMS_SYSTEMS[row.mode]
            layer = archsim.npu_pim.decode_layer(row.model.lower(), int(row.tp), *requests, system)
            ours.append(layer.steady_layer_cycles)
            theirs.append(row.steady_layer_cycles)
    note = "requests of one length; lengths of the other rows are in traces that are not shipped"
    peer = "NeuPIMs simulator"
    return [_comparison("neupims.csv", peer, "steady_layer_cycles", rows, ours, theirs, note)]


def dramsys():
    """Time and energy of DRAMSys 4.0 on synthetic traces of 10,000 requests."""
    from archsim.architectures.dram import public
    from archsim.architectures.dram.config import Controller
    from archsim.architectures.dram.outcome import run_requests

    peer = SimpleNamespace(**runpy.run_path(str(TESTS / "dram" / "peer_runs.py")))
    rows = pd.read_csv(ORACLES / "dram.csv", keep_default_na=False)
    found = []
    for device, name in DEVICES.items():
        ours: dict[str, list[float]] = {"total_cycles": [], "energy_pj": []}
        theirs: dict[str, list[float]] = {"total_cycles": [], "energy_pj": []}
        for row in peer.oracle_rows(suite="grid", device=device):
            if row["n_requests"] != "10000":
                continue
            requests = peer.decoded(row["trace"], name)
            outcome = run_requests(
                requests, public.load_device(name), Controller(**peer.controller_of(row))
            )
            for quantity, column in (("total_cycles", "total_cycles"), ("energy_pj", "energy_pJ")):
                if row[column]:  # DRAMPower has no energies of HBM2
                    ours[quantity].append(getattr(outcome, quantity))
                    theirs[quantity].append(float(row[column]))
        note = f"{name}: suite grid, 10,000 requests; longer and recorded traces are left to tests"
        for quantity, values in ours.items():
            if not values:
                continue
            pair = values, theirs[quantity]
            found.append(_comparison("dram.csv", "DRAMSys 4.0", quantity, rows, *pair, note))
    return found


def h100():
    """Times and energies of kernels measured on an H100."""
    found = []
    for file, quantities, note in (
        ("h100_gemm.csv", ("seconds",), "the rows that constants and residual were fitted to"),
        ("archsim_h100_gemm.csv", ("seconds",), "rows that the residual was grown on too"),
        ("archsim_h100_small_gemm.csv", ("seconds",), "rows that the residual was grown on too"),
        ("archsim_h100_fused_mlp.csv", ("seconds",), "the rows that constants were fitted to"),
        ("h100_gemm_energy.csv", ("seconds",), "rows whose times no fit saw"),
        ("h100_attention.csv", ("seconds",), "the rows that constants were fitted to"),
        ("h100_stream.csv", ("seconds",), "the rows that constants were fitted to"),
        ("h100_tiled.csv", ("seconds",), "the rows that constants were fitted to"),
        ("h100_hashgrid.csv", ("seconds",), "the rows that constants were fitted to"),
        ("h100_energy_2s.csv", ("joules",), "the rows that the power section was fitted to"),
        ("archsim_h100_energy_2s.csv", ("joules",), "energies that no fit saw, but two constants"),
    ):
        rows = pd.read_csv(ORACLES / file, keep_default_na=False)
        predicted = archsim.gpu.predict(rows, "h100_sxm")
        for name in quantities:
            pair = predicted[name], rows[name]
            found.append(_comparison(file, "an H100 SXM, measured", name, rows, *pair, note))
    return found


ALL = (maestro, scalesim, neupims, dramsys, h100)


@cache
def files():
    """Return every oracle file and its number of rows, whether compared here or not."""
    found = {}
    for path in sorted(ORACLES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = sum(1 for _ in csv.DictReader(file))
    return found


def _comparison(file, peer, quantity, rows, ours, theirs, note):
    left, right = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    return Comparison(file, peer, quantity, len(rows), left, right, note)


def _equal_requests(trace):
    """Return lengths and channels where the name of a trace tells them."""
    one = re.fullmatch(r"one_s(\d+)", trace)
    if one:
        return [int(one[1])], [0]
    same = re.fullmatch(r"u(\d+)_b(\d+)_rr", trace)
    if same:
        batch = int(same[2])
        return [int(same[1])] * batch, [index % NEUPIMS_CHANNELS for index in range(batch)]
    return None
