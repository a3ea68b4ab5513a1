"""A chip: accelerators with prices, checked against its budget."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from archsim.architectures.asic.config import AsicHardware, TemplateAccelerator
from archsim.architectures.asic.maestro import silicon as maestro_silicon
from archsim.architectures.asic.silicon import Silicon, memory_constants, silicon
from archsim.errors import InfeasibleError
from archsim.technology.constant import TechConstant


@dataclass(frozen=True)
class Chip:
    """The accelerators of a chip with their prices.

    Attributes:
        hardware: The chip.
        element_bytes: Size of an element.
        prices: Prices of each accelerator in physical mode; empty in compat mode.
        area_mm2: Area of each accelerator.
    """

    hardware: AsicHardware
    element_bytes: int
    prices: tuple[Silicon, ...]
    area_mm2: tuple[float, ...]

    @property
    def memory_rate(self) -> Fraction | None:
        """Bytes per second that one accelerator alone can count on; None without memory."""
        dram = self.hardware.dram
        if dram is None or self.hardware.mode == "compat":
            return None
        rate = Fraction(dram.bandwidth_bytes_per_s)
        return rate if dram.sharing == "dynamic" else rate / len(self.hardware.units)

    def constants(self) -> tuple[TechConstant, ...]:
        """Return the constants behind energy and area that are in no file."""
        if self.hardware.mode == "compat":
            chosen = maestro_silicon.constant_set(self.hardware.maestro_version)
            return (
                *chosen.constants(),
                maestro_silicon.L1_ENERGY,
                maestro_silicon.L2_ENERGY,
                *maestro_silicon.NETWORK_CONSTANTS,
            )
        found = [each for price in self.prices for each in price.constants]
        found += memory_constants(self.hardware)
        return tuple({each.name: each for each in found}.values())


def chip_of(hardware: AsicHardware, element_bytes: int) -> Chip:
    """Return a chip with prices, checked against its budget.

    Raises:
        InfeasibleError: The budget is exceeded.
        InputError: The process node has no data.
    """
    prices: tuple[Silicon, ...] = ()
    if hardware.mode == "physical":
        prices = tuple(silicon(hardware, each, element_bytes) for each in hardware.units)
        areas = tuple(price.area_mm2 for price in prices)
    else:
        areas = tuple(_maestro_area_mm2(hardware, each) for each in templates(hardware))
    budget = hardware.budget
    used = {
        "pes": sum(each.pes for each in hardware.units),
        "noc_bandwidth_bytes_per_cycle": sum(
            each.noc_bandwidth_bytes_per_cycle for each in hardware.units
        ),
        "area_mm2": sum(areas),
    }
    for name, amount in used.items():
        allowed: float | None = getattr(budget, name)
        if allowed is not None and amount > allowed:
            raise over_budget(hardware, name, amount, allowed)
    return Chip(hardware, element_bytes, prices, areas)


def over_budget(
    hardware: AsicHardware, name: str, amount: float, allowed: float
) -> InfeasibleError:
    """Return the error of a chip that takes more than a budget allows."""
    return InfeasibleError(
        f"the accelerators of {hardware.name!r} exceed the budget",
        key=f"budget.{name}",
        found=f"{amount:.6g}",
        allowed=f"at most {allowed:.6g}",
    )


def templates(hardware: AsicHardware) -> list[TemplateAccelerator]:
    """Return the accelerators that follow a template."""
    return [each for each in hardware.units if isinstance(each, TemplateAccelerator)]


def _maestro_area_mm2(hardware: AsicHardware, accelerator: TemplateAccelerator) -> float:
    area_um2 = maestro_silicon.area_um2(
        maestro_silicon.constant_set(hardware.maestro_version),
        accelerator.pes,
        accelerator.noc_bandwidth_bytes_per_cycle,
        accelerator.simd,
        accelerator.l1_bytes,
        accelerator.l2_bytes,
    )
    return float(area_um2) * 1e-6
