"""Rewards of ArchGym's DRAM environment, with right units and as its repository computes them.

Source: the ArchGym repository (reward code of the DRAMSys environment), read from the code.
The reward peaks at the target: a design that beats the target is punished.
"""

from __future__ import annotations

import math
from typing import Literal

from archsim.errors import InputError, UnknownNameError

RewardObjective = Literal["power", "latency", "both"]
UnitForm = Literal["corrected", "compat"]

MAXIMUM_REWARD = 1000.0
TARGET_POWER_W = 1.0
TARGET_LATENCY_MS = 0.1

_PS_PER_NS = 1000
_OBJECTIVES = ("power", "latency", "both")
_FORMS = ("corrected", "compat")


def archgym_reward(
    power_w: float,
    total_time_ps: int,
    objective: RewardObjective,
    units: UnitForm = "corrected",
) -> float:
    """Return the reward of one DRAM simulation.

    Power: 1 / |1 - P|. Latency: 0.1 / |0.1 - T|. Both: their product. At most 1000.

    Args:
        power_w: Average power P.
        total_time_ps: Time of the whole trace, in whole picoseconds.
        objective: Which reward.
        units: ``"corrected"`` takes T in milliseconds. ``"compat"`` repeats the repository's
            unit bug: its parser drops the unit of the simulator's time, which is printed in ns
            when it is a whole number of ns and in ps otherwise, and divides by 1e9; so T is in
            seconds in the first case and in milliseconds in the second.

    Raises:
        InputError: A figure is negative, or a name is unknown.
    """
    if objective not in _OBJECTIVES:
        raise UnknownNameError("reward", objective, _OBJECTIVES)
    if units not in _FORMS:
        raise UnknownNameError("form of the units", units, _FORMS)
    if not power_w >= 0 or total_time_ps < 0:
        raise InputError(
            "power and time must not be negative", found=f"{power_w} W, {total_time_ps} ps"
        )
    printed = float(total_time_ps)
    if units == "compat" and total_time_ps % _PS_PER_NS == 0:
        printed = float(total_time_ps // _PS_PER_NS)
    reward = 1.0
    if objective in ("power", "both"):
        reward *= _peak(TARGET_POWER_W, power_w, 1.0)
    if objective in ("latency", "both"):
        reward *= _peak(TARGET_LATENCY_MS, printed / 1e9, TARGET_LATENCY_MS)
    return min(reward, MAXIMUM_REWARD)


def _peak(target: float, value: float, scale: float) -> float:
    distance = abs(target - value)
    return scale / distance if distance else math.inf
