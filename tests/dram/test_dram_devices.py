"""Shipped devices against the published tables, their sources, and their address mappings."""

import numpy as np
import pytest

import archsim
from archsim.architectures.dram import public
from archsim.architectures.dram.mapping import AddressMapping, mapping_from_order
from archsim.config import list_named, numbers_without_source
from archsim.errors import InputError

GIB = 2**30
CHANNELS = sorted(item.name for item in list_named("hw_configs") if item.kind == "dram")
WORKLOADS = sorted(item.name for item in list_named("workloads") if item.kind == "memory_trace")


def test_what_is_shipped():
    assert public.device_names() == ["ddr3-1600", "ddr4-2400", "hbm2-pc"]
    assert set(CHANNELS) >= {"dram-ddr3-1600", "dram-ddr4-2400", "dram-hbm2-pc"}
    assert len(WORKLOADS) >= 5


@pytest.mark.parametrize(
    ("name", "capacity", "peak", "burst_bytes", "burst_clocks"),
    [
        ("ddr3-1600", 1 * GIB, 12.8e9, 64, 4),
        ("ddr4-2400", 4 * GIB, 19.2e9, 64, 4),
        ("hbm2-pc", 1 * GIB, 16.0e9, 32, 2),
    ],
)
def test_capacity_and_peak_bandwidth(name, capacity, peak, burst_bytes, burst_clocks):
    """Capacity is the product of the levels; the peak is width times rate (DDR4: 0.833 ns)."""
    device = public.load_device(name)
    shape = device.organisation
    levels = shape.ranks * shape.bank_groups * shape.banks_per_group * shape.rows * shape.columns
    assert shape.capacity_bytes == levels * shape.bus_bits // 8 == capacity
    assert device.peak_bytes_per_s == pytest.approx(peak, rel=5e-4)
    assert device.peak_bytes_per_s == pytest.approx(
        shape.bus_bits / 8 * shape.data_rate / device.clock_s
    )
    assert (shape.burst_bytes, shape.burst_clocks) == (burst_bytes, burst_clocks)


@pytest.mark.parametrize("name", [*public.device_names(), *CHANNELS])
def test_every_number_of_a_device_has_a_source(name):
    if name in CHANNELS:
        assert numbers_without_source(archsim.load_hardware(name)) == []
    else:
        assert numbers_without_source(public.load_device(name)) == []


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_number_of_a_workload_has_a_source(name):
    assert numbers_without_source(archsim.load_workload(name)) == []


def test_a_mapping_takes_its_bits(ddr3):
    address = (0b10110011001100 << 16) | (0b101 << 13) | (0b1100110011 << 3) | 0b011
    addresses = np.array([address], np.int64)
    mapping = ddr3.address_mapping
    assert mapping.extract(addresses, "row")[0] == 0b10110011001100
    assert mapping.extract(addresses, "bank")[0] == 0b101
    assert mapping.extract(addresses, "column")[0] == 0b1100110011
    assert mapping.extract(addresses, "byte")[0] == 0b011


def test_scattered_bits_keep_their_order():
    mapping = AddressMapping(row=(7, 3, 4))
    addresses = np.array([1 << 7, 1 << 3, 1 << 4, (1 << 7) | (1 << 4)], np.int64)
    assert mapping.extract(addresses, "row").tolist() == [1, 2, 4, 5]


def test_the_order_row_bank_column_is_the_device_own(ddr3, ddr4, hbm2):
    for device, order in (
        (ddr3, "row-bank-column"),
        (ddr4, "row-bank-bank_group-column"),
        (hbm2, "row-rank-bank-bg-col"),
    ):
        found = mapping_from_order(order, device.organisation_sizes())
        assert found == device.address_mapping


def test_every_address_has_its_own_place(hbm2):
    """Levels together give back the address: nothing is lost, nothing shared."""
    random = np.random.default_rng(3)
    addresses = random.integers(0, hbm2.organisation.capacity_bytes, 1000)
    mapping = hbm2.address_mapping
    back = np.zeros_like(addresses)
    for level in ("byte", "column", "bank_group", "bank", "rank", "row"):
        for place, bit in enumerate(mapping.bits(level)):
            back |= ((mapping.extract(addresses, level) >> place) & 1) << bit
    assert (back == addresses).all()


def test_rows_on_top_or_banks_on_top_differ(ddr4):
    """Over 1 GiB of 4 GiB, banks on top leave a quarter of the banks to do the work."""
    trace = public.generate("random", 5000)
    spread = public.simulate(trace, "ddr4-2400", {})
    crowded = public.simulate(trace, "ddr4-2400", {}, "bank-row-bg-column")
    assert crowded.total_cycles > 2 * spread.total_cycles


@pytest.mark.parametrize(
    ("mapping", "part"),
    [
        ("row-bank", "lacks the level 'column'"),
        ("row-bank-colum", "not 'colum'"),
        ("row-row-bank-column", "not 'row'"),
        ({"row": [0, 0]}, "bit 0 belongs to both row and row"),
        ({"row": list(range(16, 30)), "bank": [13, 14]}, "byte need"),
        ({"rows": [1]}, "unknown key"),
        ({"row": [99]}, "99"),
    ],
)
def test_a_bad_mapping_is_one_sentence(mapping, part):
    trace = public.generate("stream", 10)
    with pytest.raises(InputError) as error:
        public.simulate(trace, "ddr3-1600", {}, mapping)
    assert part in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("device", "area_mm2"), [("ddr3-1600", 8 * 45.0), ("ddr4-2400", 8 * 36.0), ("hbm2-pc", 92.0)]
)
def test_the_area_is_that_of_the_dies_and_grows_with_the_rows(device, area_mm2):
    hardware = archsim.load_hardware(f"dram-{device}")
    assert hardware.area_mm2 == pytest.approx(area_mm2)
    work = archsim.load_workload("memory-random", {"requests": 50})
    result = archsim.simulate(hardware, work)
    assert result.area_mm2 == pytest.approx(area_mm2)
    (rests_on,) = (item for item in result.provenance["constants"] if "area" in item["key"])
    assert rests_on["certainty"] in ("estimate", "recalled")
    assert "controller and interface are not counted" in rests_on["source"]
    with_half = archsim.load_hardware(
        f"dram-{device}",
        {"organisation.rows": hardware.organisation.rows // 2,
         "address_mapping.row": list(hardware.address_mapping.row[:-1])},
    )  # fmt: skip
    assert with_half.area_mm2 == pytest.approx(area_mm2 / 2)
    unknown = hardware.model_copy(update={"area_mm2_per_gibit": None})
    assert unknown.area_mm2 == 0.0
