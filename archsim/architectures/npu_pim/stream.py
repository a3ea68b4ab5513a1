"""How much of the memory's peak rate a sequential stream keeps."""

from __future__ import annotations

from fractions import Fraction

from archsim.architectures.npu_pim.config import Memory


def peak_bytes_per_s(memory: Memory) -> Fraction:
    """Return the rate of all data buses together."""
    per_channel = Fraction(memory.burst_bytes, memory.burst_cycles) * Fraction(memory.frequency_hz)
    return memory.channels * per_channel


def stream_efficiency(memory: Memory) -> Fraction:
    """Return the share of the peak rate that a stream over all banks keeps.

    With another rank to read from, a refresh hides behind it, except that its precharges take
    consecutive command slots and tRP passes before it: ``(banks of a rank + tRP)`` cycles of every
    ``tREFI / ranks``. With a single rank the whole refresh is lost as well. Activates and
    precharges of the stream itself use the command slots that bursts leave free.
    """
    timing = memory.timing
    lost = memory.bank_groups * memory.banks_per_group + timing.trp
    if memory.ranks == 1:
        lost += timing.trfc
    period = max(1, timing.trefi // memory.ranks)
    return max(Fraction(1, 100), 1 - Fraction(lost, period))


def stream_bytes_per_s(memory: Memory) -> Fraction:
    """Return the sustained rate of a sequential stream over all channels."""
    return peak_bytes_per_s(memory) * stream_efficiency(memory)
