"""DRAM energy per bit by kind, energy per command from data-sheet currents, and die area.

Two levels, for two uses. ``access_energy`` gives joules per bit of a memory kind when only bytes
are known. :class:`DramCurrents` turns data-sheet currents and timings into the energy of each
command the way DRAMsim3 (and Micron's power notes) do, when commands are counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from archsim.config.sources import Certainty
from archsim.errors import InputError, Side, UnknownNameError
from archsim.technology.constant import TechConstant

_TPU = "Jouppi et al. (TPUv4i), ISCA 2021, table 2"
_FINE_GRAINED = "O'Connor et al., Fine-Grained DRAM, MICRO 2017"


def _part(
    kind: str, part: str, pj_per_bit: float, source: str, certainty: Certainty
) -> TechConstant:
    return TechConstant(f"dram.{kind}.{part}", pj_per_bit * 1e-12, "J/bit", source, certainty)


# The parts of a kind add up to its energy per bit; HBM2's published parts leave 0.17 of 3.92.
_ENERGY_PARTS: dict[str, tuple[TechConstant, ...]] = {
    "hbm2": (
        _part("hbm2", "activation", 1.21, _FINE_GRAINED, "recalled"),
        _part("hbm2", "on_die_movement", 2.24, _FINE_GRAINED, "recalled"),
        _part("hbm2", "io", 0.30, _FINE_GRAINED, "recalled"),
        _part(
            "hbm2", "unattributed", 0.17, f"3.92 total less the parts, {_FINE_GRAINED}", "inferred"
        ),
    ),
    "gddr5": (_part("gddr5", "access", 14.0, _FINE_GRAINED, "recalled"),),
    "gddr6": (
        _part("gddr6", "access", 6.5, f"middle of 350 to 480 pJ per 64 bits, {_TPU}", "inferred"),
    ),
    "ddr3": (_part("ddr3", "access", 20.3, f"1300 pJ per 64 bits, {_TPU}", "recalled"),),
    "ddr4": (_part("ddr4", "access", 20.3, f"1300 pJ per 64 bits, {_TPU}", "recalled"),),
    "lpddr4": (_part("lpddr4", "access", 6.0, "judged: about 4 to 8 pJ/bit", "estimate"),),
}

_DIE: dict[str, tuple[float, float, str]] = {
    "hbm2": (92.0, 1.0, "8 Gb HBM2 die of about 7.75 mm x 11.87 mm"),
    "gddr5": (70.0, 1.0, "judged for an 8 Gb die"),
    "gddr6": (75.0, 1.0, "judged for an 8 Gb die"),
    "ddr3": (80.0, 0.5, "judged for a 4 Gb die"),
    "ddr4": (55.0, 1.0, "judged for an 8 Gb die"),
    "lpddr4": (55.0, 1.0, "judged for an 8 Gb die"),
}
#: Memory kinds with data.
DRAM_KINDS: tuple[str, ...] = tuple(_ENERGY_PARTS)
_GIB = 1024**3


def _check(kind: str) -> None:
    if kind not in _ENERGY_PARTS:
        raise UnknownNameError("DRAM kind", kind, DRAM_KINDS)


def access_energy_parts(kind: str) -> tuple[TechConstant, ...]:
    """Return the parts of the energy of moving one bit, in J/bit; they add up to the whole.

    Raises:
        UnknownNameError: For a kind without data.
    """
    _check(kind)
    return _ENERGY_PARTS[kind]


def access_energy_j_per_bit(kind: str) -> float:
    """Return the energy of moving one bit from cells to controller, activation included, in J."""
    return math.fsum(part.value for part in access_energy_parts(kind))


def die_area(kind: str) -> TechConstant:
    """Return the area of one DRAM die, in mm2; :func:`die_capacity_bytes` says what it holds."""
    _check(kind)
    area_mm2, _, source = _DIE[kind]
    certainty: Certainty = "recalled" if kind == "hbm2" else "estimate"
    return TechConstant(f"dram.{kind}.die_area", area_mm2, "mm2", source, certainty)


def die_capacity_bytes(kind: str) -> int:
    """Return the capacity of the die that :func:`die_area` describes."""
    _check(kind)
    return int(_DIE[kind][1] * _GIB)


def dies(kind: str, capacity_bytes: int) -> int:
    """Return how many such dies hold ``capacity_bytes`` (stack base dies are not counted)."""
    return -(-capacity_bytes // die_capacity_bytes(kind))


@dataclass(frozen=True)
class DramCurrents:
    """Data-sheet currents and timings of one rank, and the energy of each command.

    Energy = (current of the command - standby current below it) x voltage x time, per device, times
    the devices that work together in a rank. Source of the formulas: DRAMsim3 and Micron's DDR
    power notes.

    Attributes:
        vdd_v: Supply voltage.
        idd0_a: One bank activated and precharged every tRC.
        idd2n_a: Standby, all banks precharged.
        idd3n_a: Standby, a bank open.
        idd4r_a: Reading without a gap.
        idd4w_a: Writing without a gap.
        idd5ab_a: Refreshing all banks without a gap.
        clock_s: Clock period.
        burst_cycles: Clock cycles of the data bus per read or write.
        trc_cycles: Activate to activate of one bank.
        tras_cycles: Activate to precharge.
        trp_cycles: Precharge to activate.
        trfc_cycles: Length of an all-bank refresh.
        devices: Devices per rank that answer one command together.

    Raises:
        InputError: If a value is not positive and finite, tRC is not tRAS + tRP, or a command would
            have less current than the standby below it (its energy would be negative).
    """

    vdd_v: float
    idd0_a: float
    idd2n_a: float
    idd3n_a: float
    idd4r_a: float
    idd4w_a: float
    idd5ab_a: float
    clock_s: float
    burst_cycles: int
    trc_cycles: int
    tras_cycles: int
    trp_cycles: int
    trfc_cycles: int
    devices: int = 1

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value > 0):
                raise InputError("must be a finite number > 0", key=field.name, found=repr(value))
        if self.trc_cycles != self.tras_cycles + self.trp_cycles:
            raise InputError(
                "must be tras_cycles + trp_cycles",
                key="trc_cycles",
                found=str(self.trc_cycles),
                allowed=str(self.tras_cycles + self.trp_cycles),
            )
        for name in ("idd4r_a", "idd4w_a", "idd5ab_a"):
            if getattr(self, name) < self.idd3n_a:
                raise InputError(
                    "a command cannot draw less than open-bank standby",
                    key=name,
                    found=f"{getattr(self, name):g} A",
                    allowed=f"at least idd3n_a = {self.idd3n_a:g} A",
                    sides=[
                        Side(
                            "idd3n_a",
                            f"{self.idd3n_a:g} A",
                            f"at most {name} = {getattr(self, name):g} A",
                        )
                    ],
                )
        if self.activate_j < 0:
            standby_a = self._standby_cycles_a / self.trc_cycles
            raise InputError(
                "activating a bank would cost less than nothing",
                key="idd0_a",
                found=f"{self.idd0_a:g} A",
                allowed=f"at least {standby_a:g} A, the mean standby current meanwhile",
                sides=[
                    Side(
                        name,
                        f"{getattr(self, name):g} A",
                        f"less, or more than idd0_a = {self.idd0_a:g} A",
                    )
                    for name in ("idd3n_a", "idd2n_a")
                ],
            )

    def _energy_j(self, current_cycles_a: float) -> float:
        return current_cycles_a * self.vdd_v * self.clock_s * self.devices

    @property
    def _standby_cycles_a(self) -> float:
        """Standby current while a bank is activated and precharged, times its cycles, in A."""
        return self.idd3n_a * self.tras_cycles + self.idd2n_a * self.trp_cycles

    @property
    def read_j(self) -> float:
        """Energy of one read burst above open-bank standby, in J."""
        return self._energy_j((self.idd4r_a - self.idd3n_a) * self.burst_cycles)

    @property
    def write_j(self) -> float:
        """Energy of one write burst above open-bank standby, in J."""
        return self._energy_j((self.idd4w_a - self.idd3n_a) * self.burst_cycles)

    @property
    def activate_j(self) -> float:
        """Energy of one activate and its precharge above standby, in J."""
        return self._energy_j(self.idd0_a * self.trc_cycles - self._standby_cycles_a)

    @property
    def refresh_j(self) -> float:
        """Energy of one all-bank refresh of the rank above open-bank standby, in J."""
        return self._energy_j((self.idd5ab_a - self.idd3n_a) * self.trfc_cycles)

    @property
    def active_standby_j_per_cycle(self) -> float:
        """Background energy per clock of a rank with a bank open, in J."""
        return self._energy_j(self.idd3n_a)

    @property
    def precharged_standby_j_per_cycle(self) -> float:
        """Background energy per clock of a rank with all banks precharged, in J."""
        return self._energy_j(self.idd2n_a)


#: HBM2 rank of the NeuPIMs simulator's configuration: 65, 40, 55, 390, 500, 250 mA at 1.2 V, 1 GHz.
NEUPIMS_HBM2 = DramCurrents(
    vdd_v=1.2,
    idd0_a=65e-3,
    idd2n_a=40e-3,
    idd3n_a=55e-3,
    idd4r_a=390e-3,
    idd4w_a=500e-3,
    idd5ab_a=250e-3,
    clock_s=1e-9,
    burst_cycles=2,
    trc_cycles=48,
    tras_cycles=34,
    trp_cycles=14,
    trfc_cycles=260,
)


def all_constants() -> tuple[TechConstant, ...]:
    """Return every DRAM constant that is not given by a design."""
    parts = tuple(part for kind in DRAM_KINDS for part in _ENERGY_PARTS[kind])
    return (*parts, *(die_area(kind) for kind in DRAM_KINDS))
