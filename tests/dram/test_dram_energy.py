"""Energy from currents, by hand: window, auto-precharge, refresh, the second supply."""

import numpy as np
import pytest

from archsim.architectures.dram.commands import ACT, PRE, PREA, RD, RDA, REFA, WR
from archsim.architectures.dram.energy import Activity, price
from archsim.architectures.dram.outcome import CommandList, activity_of_list


def counted(device, *commands):
    times, codes, banks = zip(*commands, strict=True)
    return activity_of_list(
        device,
        CommandList(
            np.array(times, np.int64),
            np.array(codes, np.int8),
            np.array(banks, np.int16),
            np.full(len(times), -1, np.int32),
        ),
    )


def test_the_window_ends_with_the_last_commands_completion(ddr3, ddr4):
    """RD: RL + DQSCK + 1 + B - 1; WR: WL + B + WR - 1; ACT: RCD - 1; PRE: RP - 1."""
    assert counted(ddr3, (0, ACT, 0)).window_clocks == 9
    assert counted(ddr3, (0, ACT, 0), (10, RD, 0)).window_clocks == 10 + 10 + 1 + 4 - 1
    assert counted(ddr4, (0, ACT, 0), (16, RD, 0)).window_clocks == 16 + 16 + 2 + 1 + 4 - 1
    assert counted(ddr3, (0, ACT, 0), (10, WR, 0)).window_clocks == 10 + 8 + 4 + 12 - 1
    assert counted(ddr3, (0, ACT, 0), (28, PRE, 0)).window_clocks == 28 + 10 - 1


def test_the_precharge_inside_an_auto_precharge_can_be_last(ddr3):
    """It comes at max(RDA + RTP, ACT + RAS) = 28 and closes the window RP - 1 later."""
    done = counted(ddr3, (0, ACT, 0), (10, RDA, 0))
    assert done.window_clocks == 28 + 10 - 1
    assert (done.active_clocks, done.precharged_clocks) == (28, 9)
    assert done.precharges == 1


def test_clocks_with_any_bank_open_are_active(ddr3):
    done = counted(ddr3, (5, ACT, 0), (10, ACT, 1), (40, PRE, 0), (50, PRE, 1), (90, ACT, 0))
    assert done.active_clocks == (50 - 5) + (99 - 90)
    assert done.window_clocks == 99
    assert done.precharged_clocks == 99 - 54


def test_a_bank_that_reopens_while_another_closes_late(ddr3):
    """The first bank's auto-precharge takes effect in 40, after the second one has opened."""
    done = counted(ddr3, (0, ACT, 0), (34, RDA, 0), (36, ACT, 1), (70, PRE, 1))
    assert done.active_clocks == 70
    assert done.activates == done.precharges == 2


def test_a_precharge_of_all_counts_each_open_bank(ddr3):
    done = counted(ddr3, (0, ACT, 0), (5, ACT, 3), (60, PREA, 0), (70, REFA, 0), (158, ACT, 0))
    assert done.precharges == 2
    assert done.active_clocks == 60 + (88 - 10) + (167 - 158)
    assert done.refreshes == 1


def test_ddr3_energies(ddr3):
    """1.5 V, 1.25 ns, 8 devices: 15 pJ for each mA and clock."""
    done = Activity(1, 1, 1, 1, 1, 100, 200, 300)
    energy = price(ddr3, done)
    unit = 1.5 * 1.25 * 8
    assert energy.activate_pj == pytest.approx(unit * 28 * (70 - 45))
    assert energy.precharge_pj == pytest.approx(unit * 10 * (70 - 45))
    assert energy.read_pj == pytest.approx(unit * 4 * (140 - 45))
    assert energy.write_pj == pytest.approx(unit * 4 * (145 - 45))
    assert energy.refresh_pj == pytest.approx(unit * 88 * (170 - 45))
    assert energy.background_pj == pytest.approx(unit * 300 * 45)
    assert energy.total_pj == pytest.approx(energy.dynamic_pj + energy.static_pj)


def test_ddr4_has_a_second_supply(ddr4):
    """Activates and precharges also draw 4.05 mA at 2.5 V; the clock is 1/1200 MHz."""
    energy = price(ddr4, Activity(1, 1, 0, 0, 0, 0, 0, 100))
    clock = 1000 / 1200
    core, second = 1.2 * clock * 8, 2.5 * clock * 8
    assert energy.activate_pj == pytest.approx(39 * (core * (60.75 - 44) + second * 4.05))
    assert energy.precharge_pj == pytest.approx(16 * (core * (60.75 - 38.25) + second * 4.05))


def test_energy_of_published_runs():
    """What DRAMPower 4.1 gave for 10,000 reads in a stream, one after the other (DDR3)."""
    from archsim.architectures.dram import public

    outcome = public.simulate(
        public.generate("stream", 10_000),
        "ddr3-1600",
        {"Scheduler": "Fifo", "RequestBufferSize": 1, "RefreshPolicy": "NoRefresh"},
    )
    assert outcome.energy_pj == pytest.approx(85_957_050.0, abs=1.0)
    assert outcome.average_power_mw == pytest.approx(1666.0, abs=0.01)
    assert outcome.energy_per_bit_pj == pytest.approx(85_957_050.0 / (10_000 * 512))
