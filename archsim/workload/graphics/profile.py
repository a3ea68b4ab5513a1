"""What a renderer asks of the network in one frame: samples per pixel, and in which calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError

MOST_SAMPLES = 2**53
"""Samples of a frame that are counted exactly."""

KEPT_POSITIONS = 2048
"""Sample positions kept for address streams."""


@dataclass(frozen=True, eq=False)
class SampleProfile:
    """Network evaluations of a frame.

    Attributes:
        samples_per_pixel: Evaluations divided by pixels.
        call_shares: Share of the evaluations in each kernel call, in order; they sum to 1.
        positions: Some of the positions evaluated, float32 from 0 to 1, shape (n, dimensions);
            samples of one ray stand together.
        coverage: Share of the pixels that needed at least one evaluation.
    """

    samples_per_pixel: float
    call_shares: tuple[float, ...]
    positions: NDArray[np.float32]
    coverage: float

    def samples_of_calls(self, pixels: int) -> list[int]:
        """Return whole samples of each call; they add up to the rounded total."""
        total = round(self.samples_per_pixel * pixels)
        if total > MOST_SAMPLES:
            raise InputError(
                "a frame has too many samples to count them",
                key="sampling.samples_per_pixel",
                found=f"{self.samples_per_pixel:g} for {pixels} pixels",
                allowed="at most 2^53 samples in all",
            )
        ends = np.rint(np.cumsum(self.call_shares) / sum(self.call_shares) * total)
        counts = np.diff(ends, prepend=0.0).astype(np.int64)
        return [int(count) for count in counts]


def profile_of_calls(
    calls: Sequence[int], pixels: int, positions: NDArray[np.floating], coverage: float
) -> SampleProfile:
    """Return the profile of a rendered frame.

    Args:
        calls: Evaluations in each kernel call.
        pixels: Pixels rendered.
        positions: Positions evaluated, in order; a run of them is kept.
        coverage: Share of the pixels with at least one evaluation.

    Raises:
        InputError: The frame needs no evaluation at all.
    """
    total = sum(calls)
    if total == 0:
        raise InputError("no ray of this frame needs a sample", key="sampling")
    # Whole runs of neighbouring samples from all over the frame, so that reuse along rays shows.
    count = len(positions)
    runs = max(1, min(KEPT_POSITIONS // 64, count // 64))
    starts = np.linspace(0, max(0, count - 64), runs).astype(np.int64)
    chosen = np.unique((starts[:, np.newaxis] + np.arange(64)).ravel())
    kept = np.clip(positions[chosen[chosen < count]], 0.0, 1.0).astype(np.float32)
    used = [call for call in calls if call > 0]
    return SampleProfile(total / pixels, tuple(call / total for call in used), kept, coverage)
