"""Energy of DRAM commands, and of the measured runs' command counts, against published figures."""

import csv
from pathlib import Path

import pytest

from archsim.architectures.npu_pim.cost import Activity, device_cost, die_prices, dram_energy_j
from archsim.architectures.npu_pim.gemv import PimCommands
from archsim.architectures.npu_pim.public import load_system
from archsim.technology import arithmetic

TABLE = Path(__file__).resolve().parents[1] / "oracles" / "neupims.csv"
ROWS = {
    (row["mode"], row["trace"]): row
    for row in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())
    if row["model"] == "GPT3-7B" and row["tp"] == "4"
}
BANK_GROUPS = 8  # of both ranks: one group activate each per row-tile
PJ, UJ = 1e-12, 1e-6


def energy(system="neupims", cycles=0, **counts):
    return dram_energy_j(load_system(system), Activity(**counts), cycles * 1e-9)


def test_energy_of_each_command_by_hand():
    # VDD x (IDD - standby) x clocks, times the 1.2 V and mA of the configuration.
    assert energy(read_bytes=64)["read"] == pytest.approx(804 * PJ)
    assert energy(write_bytes=64)["write"] == pytest.approx(1068 * PJ)
    assert energy(read_bytes=1024)["activate"] == pytest.approx(828 * PJ)
    one = energy(pim=PimCommands(vector_loads=1, tiles=1, dot_products=1, results=1))
    assert one["pim_activate"] == pytest.approx(BANK_GROUPS * 3312 * PJ)
    assert one["pim_compute"] == pytest.approx(3216 * PJ)
    assert one["pim_result"] == pytest.approx(804 * PJ)
    assert one["vector_load"] == pytest.approx(16 * 804 * PJ)


def test_refresh_and_standby_by_hand():
    idle = energy("npu-only", cycles=3900)
    ranks = 64
    assert idle["refresh"] == pytest.approx(ranks * 60.84e-9)
    assert idle["standby"] == pytest.approx(ranks * 3900 * 48 * PJ)
    # Twice as long, twice as much.
    twice = energy("npu-only", cycles=7800)
    assert twice["refresh"] == pytest.approx(2 * idle["refresh"])


def test_second_row_buffers_stand_by_as_well_when_pim_works():
    cycles = 1000
    busy = energy("neupims", cycles=cycles, pim_channel_cycles=32 * cycles)
    single = energy("npu-pim-naive", cycles=cycles, pim_channel_cycles=32 * cycles)
    assert busy["standby"] - single["standby"] == pytest.approx(64 * cycles * 66 * PJ)


@pytest.mark.parametrize(
    ("mode", "trace", "system", "published"),
    [
        # Read, COMP, G_ACT and refresh of the measured interval in microjoules.
        ("npu-only", "sg_b256_rr", "npu-only", (5391, 0, 0, 2950)),
        ("npu+pim_naive", "sg_b256_rr", "npu-pim-naive", (1535, 999, 386, 680)),
        ("neupims_subbatch_off", "sg_b256_clb7B", "neupims", (1535, 999, 386, 323)),
        ("neupims_subbatch_on", "sg_b256_clb7B", "neupims-subbatch", (5600, 1999, 773, 619)),
    ],
)
def test_measured_command_counts_cost_what_the_measured_table_says(mode, trace, system, published):
    row = ROWS[mode, trace]
    commands = PimCommands(
        tiles=int(row["num_gact_cmds"]) // BANK_GROUPS, dot_products=int(row["num_comp_cmds"])
    )
    parts = energy(
        system,
        cycles=int(row["num_ref_cmds"]) * 3900 // 64,
        read_bytes=64 * int(row["num_read_cmds"]),
        pim=commands,
    )
    keys = ("read", "pim_compute", "pim_activate", "refresh")
    for key, expected in zip(keys, published, strict=True):
        assert parts.get(key, 0.0) / UJ == pytest.approx(expected, rel=2e-3), key


def test_refreshes_of_the_measured_interval_follow_from_its_length():
    for row in ROWS.values():
        expected = int(row["total_cycles"]) / 3900 * 64
        # A refresh is counted when it is issued; the first comes one period after the start.
        assert int(row["num_ref_cmds"]) == pytest.approx(expected, abs=64), row["trace"]


def test_parts_of_a_device_add_up_and_pim_adds_its_area():
    activity = Activity(read_bytes=6400, macs=1000, pim=PimCommands(tiles=3))
    plain, dual = (device_cost(load_system(s), activity, 1e-3) for s in ("npu-only", "neupims"))
    assert "pim" not in plain
    dies = dual["memory"].area_mm2
    assert dual["pim"].area_mm2 == pytest.approx(0.0311 * dies)
    single = device_cost(load_system("npu-pim-naive"), activity, 1e-3)
    assert single["pim"].area_mm2 == 0.0
    for name, cost in plain.items():
        assert dual[name].area_mm2 == cost.area_mm2


def test_a_product_of_the_npu_costs_its_arithmetic_and_the_registers_it_passes():
    # A 16-bit operand and a 32-bit sum move one element on.
    hardware = load_system("npu-only")
    node_nm = hardware.node_nm
    parts = [
        arithmetic.operation_energy("multiply", "fp16", node_nm).value,
        arithmetic.operation_energy("add", "fp32", node_nm).value,
        (16 + 32) * arithmetic.register_energy_j_per_bit(node_nm),
    ]
    assert die_prices(hardware).mac_j == pytest.approx(sum(parts), rel=1e-12, abs=0.0)
