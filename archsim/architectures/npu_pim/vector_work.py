"""Element-wise and row operations on the vector units, physical and as the authors run them."""

from __future__ import annotations

from functools import lru_cache

from archsim.architectures.npu_pim.operations import Step
from archsim.blocks.vector import vector_row_cycles

ISSUE_CYCLES = 20
"""Issue and response of the authors' simulator around a vector operation (inferred: two passes of
its queues and a read latency)."""


@lru_cache(maxsize=8192)
def row_cycles(operation: str, length: int, lanes: int) -> int:
    """Return the cycles of one row on one pipe."""
    return int(vector_row_cycles(operation, length, lanes))


def physical_vector_steps(
    operation: str, rows: int, length: int, *, lanes: int, pipes: int, moved_bytes: int
) -> tuple[Step, ...]:
    """Return the steps of a vector operation: rows dealt to pipes, transfers overlapped.

    The last row's cycles come after the last transfer.
    """
    one = row_cycles(operation, length, lanes)
    waves = -(-rows // pipes)
    return (Step(stream_bytes=moved_bytes, compute_cycles=(waves - 1) * one, tail_cycles=one),)


def authors_vector_steps(
    operation: str, length: int, *, lanes: int, moved_bytes: int
) -> tuple[Step, ...]:
    """Return the steps of a vector operation whose pipes never queue (an artefact).

    A row is issued each cycle whether or not a pipe is free, so only the traffic and the last
    row's latency count.
    """
    return (
        Step(
            stream_bytes=moved_bytes,
            tail_cycles=row_cycles(operation, length, lanes) + ISSUE_CYCLES,
        ),
    )
