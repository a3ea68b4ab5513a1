"""Compiled loops over designs and layers: exact durations, energies and sums.

Times are whole femtoseconds, rounded as ``Clock.fs`` and ``transfer_fs`` round them: a rate is
cut into ``whole + rest / divisor`` femtoseconds for each cycle or byte, and the fraction is
multiplied without leaving 64 bits.
"""

from __future__ import annotations

from archsim.architectures.asic.maestro.compiled import Floats, Ints, compiled

MOST_DIVISOR = 1 << 53
"""Largest divisor of a rate that the loops can work with."""

_TOP_SHIFT = 56
_STEP_BITS = 8
_STEP_MASK = (1 << _STEP_BITS) - 1


@compiled
def _fraction(count: int, rest: int, divisor: int, direct: int) -> tuple[int, int]:
    """Return quotient and remainder of count x rest / divisor.

    Args:
        count: Cycles or bytes, >= 0.
        rest: Below ``divisor``.
        divisor: At most ``MOST_DIVISOR``.
        direct: Largest count whose product with ``rest`` fits 64 bits.
    """
    if rest == 0:
        return 0, 0
    if count <= direct:
        amount = count * rest
        quotient = amount // divisor
        return quotient, amount - quotient * divisor
    # Long multiplication, a few bits of the count at a time from the top.
    quotient, remainder, shift = 0, 0, _TOP_SHIFT
    while shift >= 0:
        amount = (remainder << _STEP_BITS) + ((count >> shift) & _STEP_MASK) * rest
        step = amount // divisor
        remainder = amount - step * divisor
        quotient = (quotient << _STEP_BITS) + step
        shift -= _STEP_BITS
    return quotient, remainder


@compiled
def times_to_nearest(counts: Ints, row: Ints, rates: Ints, code: Ints, out: Ints) -> None:
    """Fill in the time of whole cycles, rounded to the nearest.

    Args:
        counts: Cycles, shape (rows, tasks); below 0 where there are none.
        row: Row of each combination.
        rates: ``whole, rest, divisor, direct`` of each rate, shape (rates, 4).
        code: Rate of each combination.
        out: fs, shape (combinations, tasks); -1 where there are no cycles.
    """
    for at in range(out.shape[0]):
        whole, rest, divisor, direct = rates[code[at]]
        for task in range(out.shape[1]):
            count = counts[row[at], task]
            out[at, task] = -1
            if count >= 0:
                part, remainder = _fraction(count, rest, divisor, direct)
                quotient = count * whole + part
                twice = 2 * remainder
                if twice > divisor or (twice == divisor and quotient & 1):
                    quotient += 1
                out[at, task] = quotient


@compiled
def times_up(counts: Ints, row: Ints, rates: Ints, code: Ints, out: Ints) -> None:
    """Fill in the time of bytes, rounded up; args as :func:`times_to_nearest`, no count below 0."""
    for at in range(out.shape[0]):
        whole, rest, divisor, direct = rates[code[at]]
        for task in range(out.shape[1]):
            count = counts[row[at], task]
            part, remainder = _fraction(count, rest, divisor, direct)
            out[at, task] = count * whole + part + (1 if remainder else 0)


@compiled
def unit_durations(
    body: Ints, row: Ints, lead: Ints, streamed: Ints, traffic: Ints, out: Ints
) -> None:
    """Fill in how long layers take alone on one accelerator.

    Args:
        body: Time of computing, shape (combinations, tasks); -1 where a layer cannot run.
        row: Combination of each design.
        lead, streamed: Time of the memory before and during compute, shape (buffers, tasks).
        traffic: Buffer of each design.
        out: fs, shape (designs, tasks); -1 where a layer cannot run.
    """
    for design in range(out.shape[0]):
        at, moved = row[design], traffic[design]
        for task in range(out.shape[1]):
            time = body[at, task]
            if time >= 0:
                time = lead[moved, task] + max(time, streamed[moved, task])
            out[design, task] = time


@compiled
def lone_makespans(
    body: Ints, row: Ints, lead: Ints, streamed: Ints, traffic: Ints, out: Ints
) -> None:
    """Fill in the time of all layers one after the other; args as :func:`unit_durations`.

    Every layer can run; ``out`` has shape (designs,).
    """
    for design in range(out.shape[0]):
        at, moved = row[design], traffic[design]
        total = 0
        for task in range(body.shape[1]):
            total += lead[moved, task] + max(body[at, task], streamed[moved, task])
        out[design] = total


@compiled
def _chip_j(
    macs: int, link: int, elements: int, copies: int, mac_j: float, link_j: float, buffer_j: float
) -> float:
    return (macs * mac_j + link * link_j + elements * buffer_j) * copies


@compiled
def unit_energies(
    macs: Ints, copies: Ints, link: Ints, fixed_j: Floats, row: Ints, elements: Ints,
    traffic: Ints, prices: Floats, memory_j: float, out: Floats,
) -> None:  # fmt: skip
    """Fill in the dynamic energy of layers on one accelerator, memory included.

    Args:
        macs: Of one copy, shape (tasks,).
        copies: How often each layer runs.
        link: Elements over the network-on-chip, shape (combinations, tasks).
        fixed_j: Energy of all copies that no price of ``prices`` covers, likewise.
        row: Combination of each design.
        elements: Elements to and from memory, shape (buffers, tasks).
        traffic: Buffer of each design.
        prices: Energy of a multiply-accumulate, of an element over the link, and of one in or out
            of the buffer, shape (3, designs).
        memory_j: Energy of an element to or from memory.
        out: J, shape (designs, tasks).
    """
    for design in range(out.shape[0]):
        at, moved = row[design], traffic[design]
        for task in range(out.shape[1]):
            chip_j = _chip_j(
                macs[task], link[at, task], elements[moved, task], copies[task],
                prices[0, design], prices[1, design], prices[2, design],
            )  # fmt: skip
            bytes_j = elements[moved, task] * copies[task] * memory_j
            out[design, task] = chip_j + fixed_j[at, task] + bytes_j


@compiled
def unit_totals(
    where: int, assignment: Ints, macs: Ints, copies: Ints, link: Ints, fixed_j: Floats,
    row: Ints, elements: Ints, traffic: Ints, prices: Floats, memory_j: float,
    chip_j: Floats, memory_energy_j: Floats, moved_elements: Ints, link_elements: Ints,
) -> None:  # fmt: skip
    """Fill in the energy of one accelerator, and add its traffic to that of the others.

    Args:
        where: Number of the accelerator.
        assignment: Accelerator of each task, shape (designs, tasks).
        macs, copies, link, fixed_j, row, elements, traffic, prices, memory_j: As in
            :func:`unit_energies`.
        chip_j: Energy on the chip, shape (designs,); filled in.
        memory_energy_j: Energy of the memory, likewise; added to.
        moved_elements, link_elements: Elements to and from memory, and over the network-on-chip,
            likewise; added to.
    """
    for design in range(assignment.shape[0]):
        at, moved = row[design], traffic[design]
        energy = 0.0
        for task in range(assignment.shape[1]):
            if assignment[design, task] != where:
                continue
            count = elements[moved, task]
            energy += fixed_j[at, task] + _chip_j(
                macs[task], link[at, task], count, copies[task],
                prices[0, design], prices[1, design], prices[2, design],
            )  # fmt: skip
            memory_energy_j[design] += count * copies[task] * memory_j
            moved_elements[design] += count * copies[task]
            link_elements[design] += link[at, task] * copies[task]
        chip_j[design] = energy
