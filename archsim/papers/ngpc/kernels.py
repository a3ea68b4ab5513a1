"""Kernel-level speed-ups (figure 13), which do not fit the end-to-end ones (figure 12)."""

from __future__ import annotations

from archsim.papers.base import Row
from archsim.papers.ngpc.cases import ENCODINGS, MODES, average
from archsim.papers.ngpc.judging import judged, predicted

_ENCODING = (
    "Does not fit figure 12: with it, NGPC-8 would already stand at its bound (36x overlapped), "
    "not at 13x. Samples of a frame and the clock are not known either."
)
_MLP = (
    "Does not fit figure 12, and lies above the arithmetic peak: 64 arrays of 64 x 64 MACs at 1 to "
    "2 GHz are 262 to 524 TMAC/s, while a fused GPU MLP runs at 3 to 25 TMAC/s."
)


def rows() -> list[Row]:
    """Return both kernels' speed-ups per encoding, and the GPU with fused rest kernels only."""
    found = [
        judged(
            f"{kernel} {encoding}",
            f"{kernel} kernel speed-up, average of four applications (x)",
            f"{mode}: {ENCODINGS[encoding]}, NGPC-64",
            average(mode, encoding, 64, metric=f"{kernel}_kernel_speedup"),
            tolerance=0.10,
            cause=cause,
            comparable=False,
        )
        for mode in MODES
        for encoding in ENCODINGS
        for kernel, cause in (("encoding", _ENCODING), ("mlp", _MLP))
    ]
    over_fused = average("uncalibrated", "hashgrid", 64, metric="speedup_over_fused_gpu")
    plain = average("uncalibrated", "hashgrid", 64)
    return [
        *found,
        judged(
            "fused gpu",
            "GPU with fused rest kernels over the GPU (x)",
            "uncalibrated: multi-resolution hash grid, no cluster",
            plain / over_fused,
            tolerance=0.02,
            cause="Frame time and shares are rounded.",
        ),
        predicted(
            "end-to-end speed-up over a GPU with fused rest kernels (x)",
            "uncalibrated: multi-resolution hash grid, NGPC-64",
            over_fused,
            "9.94 of the published speed-ups is software on the SMs",
        ),
    ]
