"""A second, independent GPU baseline: kernel times predicted by archsim's gpu family.

The first baseline splits a measured frame by published shares. This one times the hash encoding and
the networks of as many samples as the renderers ask for, on a model of the same card. It knows
three dimensions and networks of three matrices; other networks are scaled by their work.
"""

from __future__ import annotations

from archsim.architectures.gpu.public import predict
from archsim.papers.base import Row
from archsim.papers.ngpc.cases import Case, measure, workload
from archsim.papers.ngpc.judging import predicted
from archsim.papers.ngpc.published import SCALES

CARD = "rtx_3090"
SOURCE = "gpu family"
APPLICATIONS = ("nerf", "nsdf", "nvr")
KERNEL_TIME = "GPU encoding and MLP time of a full-HD frame (s)"
SPEEDUP = "end-to-end speed-up with these kernel times (x)"
_POINTS = 1 << 20
_MACS = 32 * 64 + 64 * 64 + 64 * 16


def kernel_s(application: str) -> float:
    """Return the predicted encoding and MLP time of a frame, on the samples of our scenes."""
    import pandas as pd

    frame = workload("uncalibrated", application, "hashgrid")
    grid = frame.encoding
    common = {"dtype": "fp16", "batch": _POINTS}
    encoding = {
        "kernel": "encode3d", "m": grid.levels, "n": grid.log2_entries, "k": grid.features,
        "extra": f"order=rays;growth={grid.factor}",
    }  # fmt: skip
    network = {"kernel": "mlp2hidden", "m": 32, "n": 64, "k": 16, "extra": ""}
    kernels = pd.DataFrame([common | encoding, common | network])
    encoding_s, network_s = (float(value) for value in predict(kernels, CARD)["seconds"])
    samples = frame.profile().samples_per_pixel * frame.pixels
    return samples / _POINTS * (encoding_s + network_s * frame.macs / _MACS)


def rows() -> list[Row]:
    """Return both baselines' kernel times, and speed-ups over the second one."""
    found = []
    for application in APPLICATIONS:
        frame = workload("uncalibrated", application, "hashgrid")
        where = f"multi-resolution hash grid, {application.upper()}"
        modelled = kernel_s(application)
        note = "card not measured; networks not fused; samples of our scenes"
        found += [
            predicted(
                KERNEL_TIME, f"{where}, measured frame and average share",
                frame.gpu_baseline.kernel_s(frame.pixels), "input of all other rows",
            ),
            predicted(KERNEL_TIME, f"{where}, {SOURCE}, {CARD}", modelled, note),
        ]  # fmt: skip
        rest_s = frame.gpu_baseline.rest_s(frame.pixels)
        for scale in SCALES:
            rate = measure(Case("uncalibrated", application, "hashgrid", scale))["frames_per_s"]
            found.append(
                predicted(
                    SPEEDUP, f"{where}, {SOURCE}, {CARD}, NGPC-{scale}",
                    (modelled + rest_s) * rate, note,
                )
            )  # fmt: skip
    return found
