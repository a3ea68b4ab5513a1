"""Compiled simulation of the three operand memories, demand line by demand line.

A read memory holds a window of sets of its fetch order, half of it in use. A demand that misses
moves the window on and waits for the fetch that this starts, not for the one that brought the
data; a wait counts twice, and an early fetch shortens later waits of the same line. All of it is
what SCALE-Sim does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.maestro.compiled import compiled

Ints = NDArray[np.int64]


@compiled
def _held(number: int, start: int, end: int) -> bool:
    """Return whether a set lies in a window that may wrap around."""
    if start < end:
        return start <= number < end
    return number >= start or number < end


@compiled
def stall_cycles(
    addresses: Ints, offsets: Ints, numbers: Ints, input_sets: int, input_window: Ints,
    filter_per_set: int, filter_sets: int, filter_window: Ints,
    filters: int, array_rows: int, array_columns: int,
    output_words: int, words: int,
) -> int:  # fmt: skip
    """Return the cycles that a layer stalls.

    Args:
        addresses: Inputs of every output, shape (pixels, reduction).
        offsets, numbers: Sets of each input address, CSR.
        input_sets: Sets of the inputs.
        input_window: Sets in use, sets fetched ahead, cycles of a fetch; as ``filter_window``.
        filter_per_set: Weights of a set.
        filter_sets: Sets of the weights.
        filter_window: See ``input_window``.
        filters: Output channels.
        array_rows, array_columns: Systolic array.
        output_words: Words of the output memory, half of it drained at a time.
        words: Words per cycle.
    """
    pixels, reduction = addresses.shape
    row_folds = (reduction + array_rows - 1) // array_rows
    column_folds = (filters + array_columns - 1) // array_columns
    lines = 2 * array_rows + array_columns + pixels - 2
    in_start, in_end, in_last = 0, input_window[0], -1
    w_start, w_end, w_last = 0, filter_window[0], -1
    drain_words = output_words - (output_words + 1) // 2
    free, drain_end, held, waiting_lines = output_words, 0, 0, 0
    clock = 0
    stalls = 0
    for column_fold in range(column_folds):
        width = min(array_columns, filters - column_fold * array_columns)
        for row_fold in range(row_folds):
            depth = min(array_rows, reduction - row_fold * array_rows)
            for line in range(lines):
                cycle = clock + stalls
                clock += 1
                in_offset = 1
                if input_window[1] > 0:
                    first = max(0, line - array_rows - pixels + 1)
                    for place in range(first, min(depth, line - array_rows + 1)):
                        address = addresses[
                            line - array_rows - place, row_fold * array_rows + place
                        ]
                        if address < 0:
                            continue
                        while True:
                            found = False
                            for index in range(offsets[address], offsets[address + 1]):
                                if _held(numbers[index], in_start, in_end):
                                    found = True
                                    break
                            if found:
                                break
                            in_start = (in_start + input_window[1]) % input_sets
                            in_end = (in_start + input_window[0]) % input_sets
                            in_last += input_window[2]
                            late = in_last - (cycle + in_offset)
                            in_offset += 2 * late if late > 0 else late
                w_offset = 1
                if filter_window[1] > 0 and line < array_rows:
                    place = array_rows - 1 - line
                    if place < depth:
                        base = column_fold * array_columns * reduction
                        base += (row_fold * array_rows + place) * width
                        for column in range(width):
                            number = (base + column) // filter_per_set
                            while not _held(number, w_start, w_end):
                                w_start = (w_start + filter_window[1]) % filter_sets
                                w_end = (w_start + filter_window[0]) % filter_sets
                                w_last += filter_window[2]
                                late = w_last - (cycle + w_offset)
                                w_offset += 2 * late if late > 0 else late
                now = cycle
                start = line - 2 * array_rows + 1
                if start >= 0:
                    sent = min(width, start + 1) - max(0, start - pixels + 1)
                    for _ in range(sent):
                        free -= 1
                        held += 1
                        if held == words:
                            held = 0
                            waiting_lines += 1
                        if now < drain_end:
                            if free <= 0:
                                now = drain_end
                        elif free < output_words - drain_words:
                            missing = 0
                            if held > 0:
                                missing = words - held
                                held = 0
                                waiting_lines += 1
                            drained = min((drain_words + words - 1) // words, waiting_lines)
                            moved = drained * words
                            if drained == waiting_lines:
                                moved -= missing
                            waiting_lines -= drained
                            free += moved
                            drain_end = now + drained - 1
                stalls += max(in_offset - 1, w_offset - 1, now - cycle)
    return stalls
