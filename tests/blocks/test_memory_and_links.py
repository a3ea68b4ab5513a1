from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.blocks.dram_channel import (
    DramChannels,
    DramCommands,
    bursts,
    command_energy_j,
    dram_access_energy_j,
    dram_area_mm2,
    dram_background_energy_j,
    dram_constants,
    dram_seconds,
    transfer_seconds,
)
from archsim.blocks.link import (
    Link,
    link_area_mm2,
    link_constants,
    link_energy_j,
    point_to_point_seconds,
    ring_all_gather_bytes,
    ring_all_gather_seconds,
    ring_all_reduce_bytes,
    ring_all_reduce_seconds,
)
from archsim.blocks.sram import (
    SramBuffer,
    sram_area_mm2,
    sram_constants,
    sram_cycles,
    sram_energy_j,
    sram_leakage_w,
)
from archsim.errors import InputError, UnknownNameError
from archsim.technology import NEUPIMS_HBM2

FAST = settings(deadline=None, max_examples=100)
BYTES = st.integers(0, 10**12)
HBM = DramChannels("hbm2", 32, 32e9, 32 * 1024**3, access_efficiency=0.98)


def test_hbm_of_the_neupims_configuration():
    assert HBM.channels * HBM.channel_bandwidth_bytes_per_s == 1024e9
    assert HBM.refresh_share == pytest.approx(260 / 3900)
    assert HBM.rate_bytes_per_s == pytest.approx(1024e9 * (1 - 260 / 3900) * 0.98)
    assert dram_area_mm2(HBM) == 32 * 92.0


@FAST
@given(
    BYTES,
    st.integers(1, 256),
    st.floats(1e6, 1e12),
    st.sampled_from([32, 64, 128]),
    st.integers(1, 10**6),
)
def test_more_channels_or_rate_never_slower_more_bytes_never_faster(
    size, channels, rate, burst, more
):
    base = transfer_seconds(size, channels, rate, burst, 1e-7)
    assert transfer_seconds(size, channels + 1, rate, burst, 1e-7) <= base
    assert transfer_seconds(size, channels, rate * 1.5, burst, 1e-7) <= base
    assert transfer_seconds(size + more, channels, rate, burst, 1e-7) >= base
    assert base >= size / (channels * rate) * (1 - 1e-12)
    assert bursts(size, burst) * burst - size in range(burst)


def test_channel_time_by_hand():
    # 65 bytes are two bursts of 64 on two channels: one burst each.
    assert transfer_seconds(65, 2, 64e9, 64, 1e-9) == pytest.approx(1e-9 + 1e-9)
    assert transfer_seconds(0, 2, 64e9, 64, 1e-9) == 0
    np.testing.assert_allclose(
        dram_seconds(HBM, [0, 64]), [0, 50e-9 + 64 / HBM.channel_rate_bytes_per_s]
    )


def test_dram_energy_and_constants():
    assert dram_access_energy_j(HBM, 64) == pytest.approx(512 * 3.92e-12)
    assert dram_access_energy_j(HBM, 1) == dram_access_energy_j(HBM, 64)
    assert dram_background_energy_j(replace(HBM, standby_w_per_channel=0.1), 2.0) == pytest.approx(
        6.4
    )
    assert all(item.source for item in dram_constants(HBM))


def test_command_energies_of_the_neupims_currents():
    commands = DramCommands(
        reads=1, writes=1, activates=1, refreshes=1, active_cycles=1, precharged_cycles=1
    )
    energy_pj = {
        name: float(value) * 1e12
        for name, value in command_energy_j(NEUPIMS_HBM2, commands).items()
    }
    assert energy_pj == pytest.approx(
        {
            "read": 804,
            "write": 1068,
            "activate": 828,
            "refresh": 60_840,
            "active_standby": 66,
            "precharged_standby": 48,
        }
    )


@FAST
@given(st.lists(st.integers(0, 10**9), min_size=6, max_size=6))
def test_command_energy_is_linear(counts):
    names = ("reads", "writes", "activates", "refreshes", "active_cycles", "precharged_cycles")
    once = command_energy_j(NEUPIMS_HBM2, DramCommands(**dict(zip(names, counts, strict=True))))
    twice = command_energy_j(
        NEUPIMS_HBM2, DramCommands(**{n: 2 * c for n, c in zip(names, counts, strict=True)})
    )
    assert sum(twice.values()) == pytest.approx(2 * sum(once.values()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "hbm9"}, "unknown DRAM kind.*did you mean hbm2"),
        ({"channels": 0}, "^channels: "),
        ({"access_efficiency": 1.5}, "^access_efficiency: .*0 < share <= 1"),
        ({"access_efficiency": float("nan")}, "^access_efficiency: "),
        ({"refresh_s": 4e-6}, "^refresh_s: the memory would refresh all the time"),
        ({"latency_s": -1.0}, "^latency_s: "),
    ],
)
def test_bad_memories(change, message):
    with pytest.raises((InputError, UnknownNameError), match=message):
        replace(HBM, **change)


BUFFER = SramBuffer(8 * 1024 * 1024, banks=64)


def test_sram_buffer():
    assert (BUFFER.bank_bytes, BUFFER.tile_bytes, BUFFER.bytes_per_cycle) == (
        131_072,
        4_194_304,
        2048,
    )
    assert replace(BUFFER, double_buffered=False).tile_bytes == BUFFER.capacity_bytes
    assert sram_cycles([0, 1, 2048, 2049], 2048).tolist() == [0, 1, 1, 2]
    with pytest.raises(InputError, match="n_bytes"):
        sram_cycles(-1, 2048)
    assert sram_energy_j(BUFFER, 2000) == pytest.approx(2 * sram_energy_j(BUFFER, 1000))
    assert sram_energy_j(BUFFER, 0) == 0
    assert all(item.source for item in sram_constants(BUFFER))


@FAST
@given(st.integers(10, 26), st.sampled_from([1, 2, 4]), st.sampled_from([45, 28, 22, 16, 7]))
def test_a_larger_sram_costs_more(exponent, banks, node_nm):
    small, large = (SramBuffer(2**e, banks, node_nm=node_nm) for e in (exponent, exponent + 1))
    assert sram_energy_j(small, 64) < sram_energy_j(large, 64)
    assert sram_area_mm2(small) < sram_area_mm2(large)
    assert sram_leakage_w(small) < sram_leakage_w(large)


@FAST
@given(st.integers(12, 26))
def test_splitting_into_banks_saves_energy_and_costs_area(exponent):
    one, four = SramBuffer(2**exponent, 1), SramBuffer(2**exponent, 4)
    assert sram_energy_j(four, 64) < sram_energy_j(one, 64)
    assert sram_area_mm2(four) > sram_area_mm2(one)
    assert sram_leakage_w(four) == sram_leakage_w(one)


def test_area_against_the_floor_plan_of_the_first_tpu():
    area = sram_area_mm2(SramBuffer(24 * 2**20, banks=256, node_nm=28))
    assert area == pytest.approx(37, abs=0.5)
    assert 0.25 < area / (0.29 * 331) < 1


def test_bad_buffers():
    with pytest.raises(InputError, match=r"^capacity_bytes: does not divide into 3 equal banks"):
        SramBuffer(1024, banks=3)
    with pytest.raises(InputError, match="no SRAM macro of this size"):
        SramBuffer(1024, banks=16)
    with pytest.raises(InputError, match=r"^width_bytes: "):
        SramBuffer(65_536, width_bytes=0)


@FAST
@given(BYTES, st.integers(1, 1000), st.floats(1e6, 1e13), st.floats(0, 1e-3))
def test_ring_moves_what_it_must_and_no_more(size, devices, bandwidth, latency):
    sent = int(ring_all_reduce_bytes(size, devices))
    least = 2 * (devices - 1) * size / devices
    assert least * (1 - 1e-12) <= sent <= least + 2 * devices
    assert ring_all_gather_bytes(size, devices) * 2 == sent
    whole = ring_all_reduce_seconds(size, devices, bandwidth, latency)
    half = ring_all_gather_seconds(size, devices, bandwidth, latency)
    assert whole == pytest.approx(2 * half)
    assert ring_all_reduce_seconds(size, devices, 2 * bandwidth, latency) <= whole
    assert ring_all_reduce_seconds(size + 1, devices, bandwidth, latency) >= whole


def test_ring_by_hand():
    assert ring_all_reduce_bytes([1000, 1000, 0], [1, 4, 4]).tolist() == [0, 1500, 0]
    np.testing.assert_allclose(
        ring_all_reduce_seconds([1000, 1000, 0], [1, 4, 4], 1e9, 1e-6), [0, 1.5e-6 + 6e-6, 0]
    )
    assert point_to_point_seconds(1000, 1e9, 1e-6) == pytest.approx(2e-6)
    assert point_to_point_seconds(0, 1e9, 1e-6) == 0


def test_link_costs():
    link = Link(100e9, 1e-6)
    assert link_energy_j(link, 1000) == pytest.approx(8000 * 8e-12)
    assert link_area_mm2(link) == pytest.approx(2.0)
    assert all(item.source for item in link_constants(link))
    with pytest.raises(UnknownNameError, match="did you mean pcie"):
        Link(1e9, 0.0, "pci")
    with pytest.raises(InputError, match=r"^bandwidth_bytes_per_s: "):
        Link(0.0, 0.0)
