"""Tensor against pipeline parallelism (Fig. 14): 256 requests over four devices.

With ``p`` pipeline stages the requests are split into ``p`` batches, one in every stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from archsim.papers.base import Row
from archsim.papers.neupims.judging import judged, predicted
from archsim.papers.neupims.measure import tokens_per_s
from archsim.papers.neupims.points import MODES, Mode, Model, Point, neupims_at

REQUESTS = 256
SPLITS = ((4, 1), (2, 2), (1, 4))
"""Tensor and pipeline degrees; the first is tensor parallelism alone."""

_MODELS = ("gpt3-7b", "gpt3-13b")
_ITEM = "throughput (tokens/s, all four devices)"


def rows(seeds: Sequence[int]) -> list[Row]:
    """Return the judged preference and the throughput of each split, in both modes."""
    return [row for mode in MODES for row in _rows_of(mode, seeds)]


def _rows_of(mode: Mode, seeds: Sequence[int]) -> list[Row]:
    found: list[Row] = []
    wins: list[bool] = []
    for name in _MODELS:
        each = [_throughput(mode, name, split, seeds) for split in SPLITS]
        wins += [each[0] > other for other in each[1:]]
        found += [
            predicted(
                _ITEM,
                f"{mode}: NeuPIMs; {name}, TP{tensor} x PP{pipeline}, "
                f"{pipeline} x {REQUESTS // pipeline} requests, ShareGPT-like",
                value,
            )
            for (tensor, pipeline), value in zip(SPLITS, each, strict=True)
        ]
    claim = judged(
        "tensor over pipeline",
        "tensor parallelism faster than a split with pipeline stages (share of cases)",
        f"{mode}: NeuPIMs; {', '.join(_MODELS)}, {REQUESTS} requests over four devices",
        fmean(wins),
        cause="The paper's splits and models are not stated in its text; a stage's smaller batch "
        "costs less where a product is bound by its weights.",
    )
    return [claim, *found]


def _throughput(mode: Mode, name: str, split: tuple[int, int], seeds: Sequence[int]) -> float:
    tensor, pipeline = split
    batch = REQUESTS // pipeline
    point = Point(Model(name, tensor, pipeline), "sharegpt", batch)
    return tokens_per_s(neupims_at(batch), mode, point, seeds) * tensor * pipeline
