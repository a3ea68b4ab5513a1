"""Energy and area of a device, from what it did and how long it took.

Dynamic energy: multiply-accumulates, vector operations, scratchpad accesses, DRAM bursts and
activates, PIM commands, link bytes. Static energy: DRAM standby and refresh, leakage of logic and
SRAM. The second row buffers of a dual design stand by with the first.

Not modelled: the controller, clock distribution above the registers, the HBM base die.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.gemv import PimCommands
from archsim.architectures.npu_pim.mha import Mha
from archsim.architectures.npu_pim.operations import NpuOperation
from archsim.blocks.link import Link, link_area_mm2, link_constants, link_energy_j_per_byte
from archsim.blocks.sram import (
    SramBuffer,
    sram_area_mm2,
    sram_constants,
    sram_energy_j_per_byte,
    sram_leakage_w,
)
from archsim.blocks.summing import sum_in_order
from archsim.blocks.systolic import SystolicArray
from archsim.blocks.systolic_cost import (
    systolic_area_mm2,
    systolic_constants,
    systolic_leakage_w,
)
from archsim.blocks.vector import (
    VectorUnit,
    vector_area_mm2,
    vector_constants,
    vector_energy_j_per_element,
    vector_leakage_w,
)
from archsim.technology import arithmetic, dram
from archsim.technology.constant import TechConstant


@dataclass
class Activity:
    """What one device did in a run; counts are exact.

    Attributes:
        macs: Multiply-accumulates of the systolic arrays.
        array_cycles: NPU cycles in which the arrays computed.
        vector_elements: Elements per vector operation.
        vector_cycles: NPU cycles in which the vector units computed.
        sram_bytes: Bytes that passed the scratchpads, once in and once out.
        read_bytes, write_bytes: DRAM bytes of the NPU.
        link_bytes: Bytes sent to other devices.
        link_fs: Time the link was busy.
        pim: PIM commands.
        pim_channel_cycles: Memory cycles of PIM commands, nothing slowing them, summed over
            channels.
    """

    macs: int = 0
    array_cycles: int = 0
    vector_elements: dict[str, int] = field(default_factory=dict)
    vector_cycles: int = 0
    sram_bytes: int = 0
    read_bytes: int = 0
    write_bytes: int = 0
    link_bytes: int = 0
    link_fs: int = 0
    pim: PimCommands = field(default_factory=PimCommands)
    pim_channel_cycles: int = 0

    def add_pass(
        self,
        operations: Iterable[tuple[NpuOperation, int]],
        attentions: Iterable[tuple[Mha, int]],
    ) -> None:
        """Add a pass: NPU operations and attentions on PIM, each so many times."""
        self.add_operations(operations)
        for mha, times in attentions:
            self.add_attention(mha, times)

    def add_operations(self, counted: Iterable[tuple[NpuOperation, int]]) -> None:
        """Add NPU operations, each so many times."""
        for operation, times in counted:
            self.macs += operation.macs * times
            self.sram_bytes += operation.sram_bytes * times
            self.read_bytes += operation.read_bytes * times
            self.write_bytes += operation.write_bytes * times
            self.link_bytes += operation.link_bytes * times
            self.link_fs += operation.fixed_fs * times
            if operation.component == "systolic arrays":
                self.array_cycles += operation.compute_cycles * times
            elif operation.component == "vector units":
                self.vector_cycles += operation.compute_cycles * times
            if operation.vector_elements:
                self._add_vector(operation.vector_operation, operation.vector_elements * times)

    def add_attention(self, mha: Mha, times: int) -> None:
        """Add attention on PIM, so many times."""
        commands = mha.commands
        self.pim += PimCommands(
            commands.vector_loads * times,
            commands.tiles * times,
            commands.dot_products * times,
            commands.results * times,
        )
        cycles = mha.logit.busy_cycles + mha.attend.busy_cycles
        self.pim_channel_cycles += cycles * times
        self.write_bytes += mha.written_bytes * times
        self.sram_bytes += mha.written_bytes * times
        self._add_vector("softmax", mha.softmax_elements * times)
        self._add_vector("add", mha.partial_sums * times)

    def _add_vector(self, operation: str, elements: int) -> None:
        self.vector_elements[operation] = self.vector_elements.get(operation, 0) + elements


@dataclass(frozen=True)
class Blocks:
    """The priced parts of a device: the blocks of the NPU die and its end of the link."""

    arrays: SystolicArray
    vectors: VectorUnit
    scratchpad: SramBuffer
    accumulator: SramBuffer
    link: Link

    def constants(self) -> tuple[TechConstant, ...]:
        """Return the physical constants that energy and area rest on, each once."""
        found = (
            *systolic_constants(self.arrays),
            *vector_constants(self.vectors),
            *sram_constants(self.scratchpad),
            *link_constants(self.link),
            dram.die_area("hbm2"),
        )
        return tuple({constant.name: constant for constant in found}.values())


def blocks(hardware: NpuPimHardware) -> Blocks:
    """Return the priced parts of a device.

    Raises:
        InputError: The process node has no data, or a scratchpad does not divide into banks.
    """
    npu, node = hardware.npu, hardware.node_nm
    return Blocks(
        arrays=SystolicArray(
            npu.systolic_rows, npu.systolic_columns, "ws", npu.systolic_arrays, node_nm=node
        ),
        vectors=VectorUnit(npu.vector_lanes, npu.vector_units, "fp16", node),
        scratchpad=SramBuffer(npu.scratchpad_bytes, node_nm=node),
        accumulator=SramBuffer(npu.accumulator_bytes, node_nm=node),
        link=Link(hardware.device_link.bandwidth_bytes_per_s, hardware.device_link.latency_s),
    )


@dataclass(frozen=True)
class ComponentCost:
    """Energy and area of one component of one device."""

    dynamic_energy_j: float
    static_energy_j: float
    area_mm2: float


def dram_energy_j(
    hardware: NpuPimHardware, activity: Activity, latency_s: float
) -> dict[str, float]:
    """Return the energy of all channels by part, in J.

    Keys: read, write, activate, refresh, standby; with PIM also pim_compute, pim_activate,
    pim_result, vector_load.
    """
    memory, power = hardware.memory, hardware.memory.power()
    row_bytes = hardware.pim.row_bytes if hardware.pim else 1024
    ranks = memory.ranks * memory.channels
    clocks = latency_s * memory.frequency_hz
    moved = activity.read_bytes + activity.write_bytes
    busy_clocks = moved / memory.channels / memory.burst_bytes * memory.burst_cycles
    active = min(1.0, busy_clocks / clocks) if clocks else 0.0
    energy = {
        "read": activity.read_bytes / memory.burst_bytes * power.read_j,
        "write": activity.write_bytes / memory.burst_bytes * power.write_j,
        "activate": moved / row_bytes * power.activate_j,
        "refresh": clocks / memory.timing.trefi * ranks * power.refresh_j,
        "standby": ranks * clocks * _standby_j(power, active),
    }
    if hardware.pim is not None:
        groups = memory.ranks * memory.bank_groups
        compute = hardware.pim.compute_energy_factor * power.read_j
        loads = -(-hardware.pim.row_bytes // memory.burst_bytes)
        energy["pim_compute"] = activity.pim.dot_products * compute
        energy["pim_activate"] = (
            activity.pim.tiles * groups * memory.banks_per_group * power.activate_j
        )
        energy["pim_result"] = activity.pim.results * power.read_j
        energy["vector_load"] = activity.pim.vector_loads * loads * power.read_j
        if hardware.pim.row_buffers == "dual":
            share = activity.pim_channel_cycles / memory.channels / clocks if clocks else 0.0
            energy["standby"] += ranks * clocks * _standby_j(power, min(1.0, share))
    return energy


def _standby_j(power: dram.DramCurrents, active: float) -> float:
    """Return the standby energy of a rank and clock, open for a share of the time."""
    opened, closed = power.active_standby_j_per_cycle, power.precharged_standby_j_per_cycle
    return active * opened + (1.0 - active) * closed


def device_cost(
    hardware: NpuPimHardware, activity: Activity, latency_s: float
) -> dict[str, ComponentCost]:
    """Return energy and area of each component of one device over a run."""
    die, memory = (
        die_cost(hardware, activity, latency_s),
        memory_cost(hardware, activity, latency_s),
    )
    order = ("systolic arrays", "vector units", "scratchpads", "memory", "device link", "pim")
    both = {**die, **memory}
    return {name: both[name] for name in order if name in both}


@dataclass(frozen=True)
class DiePrices:
    """What one unit of each kind of work on the NPU die costs, and the die itself.

    Attributes:
        vectors: The vector units, for the price of an element of each operation.
        mac_j: A multiply-accumulate with its registers.
        scratchpad_j: A byte through the scratchpads, in and out.
        link_j: A byte sent to another device.
        leakage_w, area_mm2: By component.
    """

    vectors: VectorUnit
    mac_j: float
    scratchpad_j: float
    link_j: float
    leakage_w: dict[str, float]
    area_mm2: dict[str, float]

    def dynamic_j(self, activity: Activity) -> dict[str, float]:
        """Return the dynamic energy of an activity by component."""
        return {
            "systolic arrays": activity.macs * self.mac_j,
            "vector units": sum_in_order(
                count * vector_energy_j_per_element(self.vectors, name)
                for name, count in sorted(activity.vector_elements.items())
            ),
            "scratchpads": activity.sram_bytes * self.scratchpad_j,
            "device link": activity.link_bytes * self.link_j,
        }


def die_prices(hardware: NpuPimHardware) -> DiePrices:
    """Return the prices of a die; they depend on ``npu``, ``node_nm`` and ``device_link`` alone."""
    parts = blocks(hardware)
    arrays = parts.arrays
    per_mac = arithmetic.mac_energy_j(arrays.precision, arrays.node_nm, arrays.accumulator)
    bits = 16 + arithmetic.BITS[arrays.sum_precision]
    per_mac += bits * arithmetic.register_energy_j_per_bit(arrays.node_nm)
    return DiePrices(
        vectors=parts.vectors,
        mac_j=per_mac,
        scratchpad_j=2 * sram_energy_j_per_byte(parts.scratchpad),
        link_j=link_energy_j_per_byte(parts.link),
        leakage_w={
            "systolic arrays": systolic_leakage_w(arrays),
            "vector units": vector_leakage_w(parts.vectors),
            "scratchpads": sram_leakage_w(parts.scratchpad) + sram_leakage_w(parts.accumulator),
            "device link": 0.0,
        },
        area_mm2={
            "systolic arrays": systolic_area_mm2(arrays),
            "vector units": vector_area_mm2(parts.vectors),
            "scratchpads": sram_area_mm2(parts.scratchpad) + sram_area_mm2(parts.accumulator),
            "device link": link_area_mm2(parts.link),
        },
    )


def die_cost(
    hardware: NpuPimHardware, activity: Activity, latency_s: float
) -> dict[str, ComponentCost]:
    """Return energy and area of the NPU die and its end of the device link."""
    prices = die_prices(hardware)
    return {
        name: ComponentCost(joules, prices.leakage_w[name] * latency_s, prices.area_mm2[name])
        for name, joules in prices.dynamic_j(activity).items()
    }


def memory_cost(
    hardware: NpuPimHardware, activity: Activity, latency_s: float
) -> dict[str, ComponentCost]:
    """Return energy and area of the DRAM channels and, with PIM, of what it adds to them.

    Depends on ``memory`` and ``pim`` alone. As long as no channel is busy for longer than the
    latency, energy is linear in every count of the activity and in the latency.
    """
    energy = dram_energy_j(hardware, activity, latency_s)
    dies_mm2 = dram.dies("hbm2", hardware.memory.capacity_bytes) * dram.die_area("hbm2").value
    costs = {
        "memory": ComponentCost(
            energy["read"] + energy["write"] + energy["activate"],
            energy["refresh"] + energy["standby"],
            dies_mm2,
        )
    }
    if hardware.pim is not None:
        parts = ("pim_compute", "pim_activate", "pim_result", "vector_load")
        costs["pim"] = ComponentCost(
            sum_in_order(energy[name] for name in parts),
            0.0,
            dies_mm2 * hardware.pim.row_buffer_area_share,
        )
    return costs
