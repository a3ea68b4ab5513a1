"""Tile size of the textbook product: the best tile follows from occupancy.

The H100's constants, carried over by data-sheet ratios, meet a card with 1,536 thread slots per SM
instead of 2,048: a block of 32 x 32 threads then leaves a third of the slots empty, and the best
tile changes from 32 to 16. Nothing was fitted to the Ada card.
"""

from __future__ import annotations

import pandas as pd

from archsim.architectures.gpu.public import predict
from archsim.papers.base import Row, compare
from archsim.papers.gemm_ada import NAME
from archsim.papers.gemm_ada.published import (
    PUBLISHED,
    TEXTBOOK_S,
    TEXTBOOK_TOLERANCE,
    TEXTBOOK_W,
)
from archsim.papers.rounding import rounded

EDGE = 16_384
TILES = (1, 2, 4, 8, 16, 32)
_RATIOS = "constants of the H100 by data-sheet ratios; the card was not measured here"
_BASELINE = (
    "the abstract does not say which tile is the baseline; tile 4, the slowest measured often"
)


def textbook(card: str, edge: int = EDGE) -> pd.DataFrame:
    """Return seconds and joules of the textbook product of ``edge`` cubed, by tile edge."""
    kernels = pd.DataFrame(
        {
            "kernel": "tiled",
            "dtype": "fp32",
            "batch": 1,
            "m": edge,
            "n": edge,
            "k": edge,
            "extra": [f"tile={tile}" for tile in TILES],
        },
        index=list(TILES),
    )
    return predict(kernels, card)


def best_tile(times: pd.DataFrame) -> int:
    """Return the fastest tile edge of a table that ``textbook`` made."""
    return TILES[int(times["seconds"].to_numpy().argmin())]


def rows() -> list[Row]:
    """Compare best tile, gain, times and power with the study."""
    ada, hopper = textbook("rtx_4070"), textbook("h100_sxm")
    watts = ada["joules"] / ada["seconds"]
    setting = f"RTX 4070, textbook product of {EDGE}^3"
    best = best_tile(ada)
    claims = (
        ("best tile", "best_tile", float(best), ""),
        (
            "gain of the best tile, x",
            "best_tile_gain",
            float(ada.seconds[4] / ada.seconds[best]),
            _BASELINE,
        ),
        (
            "power saved at the best tile",
            "power_reduction",
            float(1.0 - watts[best] / watts[4]),
            _BASELINE,
        ),
    )
    found = [
        compare(
            NAME,
            item,
            setting,
            published=PUBLISHED[key].value,
            certainty=PUBLISHED[key].certainty,
            measured=rounded(value),
            tolerance=PUBLISHED[key].tolerance,
            cause=cause or _RATIOS,
            comparable=not cause,
        )
        for item, key, value, cause in claims
    ]
    for item, published, values in (
        ("time, s", TEXTBOOK_S, ada["seconds"]),
        ("power, W", TEXTBOOK_W, watts),
    ):
        for tile, figure in published.items():
            found.append(
                compare(
                    NAME,
                    f"textbook product, tile {tile}: {item}",
                    setting,
                    published=figure,
                    certainty="primary",
                    measured=rounded(float(values[tile])),
                    tolerance=TEXTBOOK_TOLERANCE,
                    cause=f"{_RATIOS}; like sizes scatter by 2x in the study's own table",
                )
            )
    found.append(
        Row(
            NAME,
            "best tile",
            f"H100, textbook product of {EDGE}^3",
            None,
            "",
            float(best_tile(hopper)),
            None,
            "prediction",
        )
    )
    return found
