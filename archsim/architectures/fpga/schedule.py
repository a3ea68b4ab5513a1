"""When each instruction of a program starts: in-order issue with interlocks, in closed form.

An instruction waits until its unit is idle, the registers it reads are written, and the register
it writes is neither being written nor still read. Later instructions wait behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.fpga.program import Instruction

Time = TypeVar("Time", int, NDArray[np.float64])


def schedule(
    program: Sequence[Instruction],
    durations: Sequence[Time],
    issue: Time,
    zero: Time,
    later: Callable[[Time, Time], Time],
) -> list[tuple[Time, Time]]:
    """Return start and end of every instruction, from time zero on an idle core.

    Args:
        program: Instructions in order.
        durations: How long each takes on its unit.
        issue: Time to issue one.
        zero: Time zero, of the shape of the durations.
        later: The later of two times: ``max`` for numbers, ``numpy.maximum`` for arrays.
    """
    idle: dict[str, Time] = {}
    written: dict[int, Time] = {}
    read: dict[int, Time] = {}
    counter = zero
    found: list[tuple[Time, Time]] = []
    for instruction, duration in zip(program, durations, strict=True):
        target = instruction.writes
        waits = [idle.get(instruction.unit)]
        waits += [written.get(register) for register in instruction.reads]
        if target is not None:
            waits += [written.get(target), read.get(target)]
        ready = counter
        # The same end is often waited for twice, as a unit's and as a register's.
        for end in {id(wait): wait for wait in waits if wait is not None}.values():
            ready = later(ready, end)
        start = ready + issue
        end = start + duration
        counter = start
        idle[instruction.unit] = end
        for register in instruction.reads:
            read[register] = later(read[register], end) if register in read else end
        if target is not None:
            written[target] = end
        found.append((start, end))
    return found


def makespan(
    times: Sequence[tuple[Time, Time]], zero: Time, later: Callable[[Time, Time], Time]
) -> Time:
    """Return when the last instruction ends."""
    last = zero
    for _, end in times:
        last = later(last, end)
    return last
