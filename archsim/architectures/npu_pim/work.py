"""What a roofline needs: arithmetic and operand bytes of operations, and the peaks above them.

A multiply-accumulate counts as two operations, an element of vector work as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.mha import Mha
from archsim.architectures.npu_pim.operations import NpuOperation
from archsim.architectures.npu_pim.row_tile import row_tile_timing
from archsim.architectures.npu_pim.stream import peak_bytes_per_s
from archsim.result import COMPONENT_PEAKS

if TYPE_CHECKING:
    from archsim.architectures.npu_pim.decode import PassPlan


PARTS = ("systolic arrays", "vector units", "memory", "pim")
"""Parts of a device that do arithmetic or hold operands."""


class Work(NamedTuple):
    """Work of one operation on one device, in the order of ``OPERATION_WORK``."""

    arithmetic_operations: float
    operand_bytes: float

    def times(self, devices: int) -> Work:
        """Return the work of so many devices that share the operation."""
        return Work(self.arithmetic_operations * devices, self.operand_bytes * devices)

    def plus(self, other: Work) -> Work:
        """Return both together."""
        return Work(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Peaks(NamedTuple):
    """Peak rates of one component of one device, in the order of ``COMPONENT_PEAKS``."""

    operations_per_s: float
    bytes_per_s: float

    def columns(self, devices: int) -> dict[str, float]:
        """Return the peaks of so many devices as columns of the component table."""
        return dict(zip(COMPONENT_PEAKS, (peak * devices for peak in self), strict=True))


def operation_work(operation: NpuOperation) -> Work:
    """Return the work of an NPU operation; its bytes are those of the device's memory."""
    arithmetic = 2 * operation.macs + operation.vector_elements
    return Work(float(arithmetic), float(operation.read_bytes + operation.write_bytes))


def attention_work(
    hardware: NpuPimHardware, mha: Mha, head_dim: int, element_bytes: int
) -> dict[str, Work]:
    """Return the work of the two phases of attention on PIM.

    Both phases multiply as often. Their bytes are those that the dot products take from the row
    buffers, padding included; dot products are counted over both phases, so each has half.
    """
    if hardware.pim is None:
        return {}
    per_command = hardware.memory.banks * hardware.pim.multipliers_per_bank * element_bytes
    arithmetic = float(2 * mha.softmax_elements * head_dim)
    half = Work(arithmetic, mha.commands.dot_products * per_command / 2)
    return {"logit_softmax": half, "attend": half}


def pass_work(plan: PassPlan, hardware: NpuPimHardware, head_dim: int, element_bytes: int) -> Work:
    """Return the work of a whole pass on the devices that share its layers' slices.

    Bytes are those of the memory and, for attention on PIM, of its row buffers.
    """
    total = Work(0.0, 0.0)
    for operation, times in plan.counted():
        total = total.plus(operation_work(operation).times(times))
    for mha, times in plan.attentions():
        for phase in attention_work(hardware, mha, head_dim, element_bytes).values():
            total = total.plus(phase.times(times))
    return total


def device_peaks(hardware: NpuPimHardware, element_bytes: int) -> Peaks:
    """Return the peak rates of everything in one device that multiplies or holds operands.

    They bound whole passes, which keep arrays, vector units and PIM busy at once.
    """
    found = peaks(hardware, element_bytes)
    parts = [found[name] for name in PARTS if name in found]
    return Peaks(
        sum(part.operations_per_s for part in parts), sum(part.bytes_per_s for part in parts)
    )


def peaks(hardware: NpuPimHardware, element_bytes: int) -> dict[str, Peaks]:
    """Return the peak rates of each component of one device."""
    npu, memory = hardware.npu, hardware.memory
    lanes = npu.vector_units * npu.vector_lanes
    found = {
        "systolic arrays": Peaks(2 * npu.macs_per_cycle * npu.frequency_hz, 0.0),
        "vector units": Peaks(lanes * npu.frequency_hz, 0.0),
        "scratchpads": Peaks(0.0, 0.0),
        "memory": Peaks(0.0, float(peak_bytes_per_s(memory))),
        "device link": Peaks(0.0, hardware.device_link.bandwidth_bytes_per_s),
    }
    if hardware.pim is not None:
        step = row_tile_timing(memory, hardware.pim).step
        commands_per_s = memory.channels * memory.frequency_hz / step
        elements_per_s = commands_per_s * memory.banks * hardware.pim.multipliers_per_bank
        found["pim"] = Peaks(2 * elements_per_s, elements_per_s * element_bytes)
    return found
