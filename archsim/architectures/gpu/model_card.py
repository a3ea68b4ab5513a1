"""The model card: what the constants and trees rest on, and how far off they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu import calibration
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.predicting import predict_table
from archsim.architectures.gpu.residual import Forest
from archsim.architectures.gpu.table import read_table
from archsim.architectures.gpu.training import (
    FOLDS,
    LEARNING_RATE,
    LEAVES,
    TREES,
    cross_validated,
    errors,
    folded,
    held_out,
    hybrid_seconds,
    shape_folds,
    work_of,
)

if TYPE_CHECKING:
    import pandas as pd

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One line of the card.

    Attributes:
        what: What is predicted, on which rows, by which model.
        figures: From ``errors``.
    """

    what: str
    figures: Mapping[str, float]


def shipped_lines(gpu: GpuHardware, tables: Mapping[str, pd.DataFrame]) -> list[Line]:
    """Return errors of the card as it ships, on every measured table.

    Args:
        gpu: The card.
        tables: Name to measured kernels, with ``seconds``.
    """
    found: list[Line] = []
    for name, kernels in tables.items():
        for kernel, rows in kernels.groupby("kernel", sort=True):
            table = read_table(rows)
            measured = rows["seconds"].to_numpy(dtype=np.float64)
            models = ("physics", "hybrid") if kernel in ("gemm", "layer") else ("physics",)
            for model in models:
                predicted = predict_table(gpu, table, model).seconds
                found.append(Line(f"{name}: {kernel}, {model}", errors(predicted, measured)))
    return found


def energy_lines(gpu: GpuHardware, tables: Mapping[str, pd.DataFrame]) -> list[Line]:
    """Return errors of power and energy of a call, as the card ships."""
    found: list[Line] = []
    for name, kernels in tables.items():
        seconds = kernels["seconds"].to_numpy(dtype=np.float64)
        joules = kernels["joules"].to_numpy(dtype=np.float64)
        guess = predict_table(gpu, read_table(kernels))
        found.append(Line(f"{name}: power", errors(guess.power_w, joules / seconds)))
        found.append(Line(f"{name}: energy", errors(guess.power_w * guess.seconds, joules)))
    return found


def held_out_lines(gpu: GpuHardware, products: pd.DataFrame) -> list[Line]:
    """Return errors of matrix products on shapes and sizes that a fit never saw.

    Args:
        gpu: The card to start every fit from.
        products: Measured products.
    """
    measured = products["seconds"].to_numpy(dtype=np.float64)
    physics, hybrid = cross_validated(gpu, products)
    text = f"{FOLDS} folds, no shape in two"
    found = [
        Line(f"{text}: physics", errors(physics, measured)),
        Line(f"{text}: hybrid", errors(hybrid, measured)),
    ]
    work = work_of(products)
    for share in (0.1, 0.2):
        train = work <= np.quantile(work, 1.0 - share)
        physics, hybrid = held_out(gpu, products, train)
        text = f"largest {share:.0%} by work, fitted on the smaller"
        found += [
            Line(f"{text}: physics", errors(physics, measured[~train])),
            Line(f"{text}: hybrid", errors(hybrid, measured[~train])),
        ]
    return found


def grown_lines(
    gpu: GpuHardware, products: Mapping[str, pd.DataFrame], small: Forest
) -> list[Line]:
    """Return errors of trees grown on small and large products together, and on small ones alone.

    Args:
        gpu: The card; its constants stay.
        products: The small products, then the large ones, by name of their table.
        small: Trees that were grown on the small products alone.
    """
    import pandas as pd

    together = pd.concat(list(products.values()), ignore_index=True)
    measured = together["seconds"].to_numpy(dtype=np.float64)
    found = folded(gpu, together)
    first, last = products
    is_last = np.arange(len(together)) >= len(products[first])
    alone = hybrid_seconds(gpu, small, products[last])
    text = f"{FOLDS} folds of {first} and {last}, trees alone: hybrid"
    return [
        Line(f"{text}, {first}", errors(found[~is_last], measured[~is_last])),
        Line(f"{text}, {last}", errors(found[is_last], measured[is_last])),
        Line(
            f"trees of {first} alone: hybrid, {last}",
            errors(alone, products[last]["seconds"].to_numpy(dtype=np.float64)),
        ),
    ]


def power_folds_line(gpu: GpuHardware, energies: pd.DataFrame) -> Line:
    """Return the error of power on shapes that its fit never saw."""
    rows = energies[energies["kernel"] != "tiled"]
    folds = shape_folds(rows)
    measured = (rows["joules"] / rows["seconds"]).to_numpy(dtype=np.float64)
    found = np.zeros(len(rows))
    for fold in range(FOLDS):
        test = folds == fold
        card = calibration.fit_power(gpu, rows[~test])
        found[test] = predict_table(card, read_table(rows[test])).power_w
    return Line(f"{FOLDS} folds, no shape in two: power", errors(found, measured))


def count_constants() -> dict[str, int]:
    """Return how many calibrated constants each section of a card has."""
    counts = {name: len(names) for name, (names, _) in calibration.SECTIONS.items()}
    return {**counts, "power": len(calibration.POWER) + len(calibration.THREAD_POWER)}


def to_markdown(sections: Sequence[tuple[str, Sequence[Line]]], rows: Mapping[str, int]) -> str:
    """Return the card as a Markdown page.

    Args:
        sections: Headings with their lines.
        rows: Measured table to its rows.
    """
    constants = ", ".join(f"{name} {count}" for name, count in count_constants().items())
    data = ", ".join(f"{name} {count}" for name, count in rows.items())
    page = [
        "# Model card: h100_sxm",
        "",
        f"Rows: {data}. Times are medians of repeated calls, caches warm, in CUDA graphs.",
        "",
        f"Calibrated constants: {constants}. Products use the section matmul only, and the power "
        "section's energies per FLOP for the power limit.",
        "",
        f"Residual: {TREES} boosted trees of at most {LEAVES} leaves (absolute error, learning "
        f"rate {LEARNING_RATE}) on the logarithm of measured over predicted time of matrix "
        "products; grown on h100_gemm and on archsim_h100_gemm, products of up to 5e12 FLOP that "
        "archsim measured itself on another H100 (no constant of a time was fitted to those). "
        "Trees grown on h100_gemm alone, which stops at 2.4e10 FLOP, ship beside them and show "
        "what extrapolation is worth. Clocks, times of the energy files and times of layers "
        "were not learned from, with one exception: attention.prefill_share was set from the 17 "
        "prefill layers. Shapes of archsim_h100_energy_2s are also in archsim_h100_gemm.",
        "",
        "Errors are absolute and relative; R2 is of the values themselves.",
    ]
    for heading, lines in sections:
        page += ["", f"## {heading}", "", "| what | rows | mean | median | p90 | R2 |"]
        page.append("|---|---:|---:|---:|---:|---:|")
        for line in lines:
            f = line.figures
            page.append(
                f"| {line.what} | {f['rows']:.0f} | {f['mean']:.1%} | {f['median']:.1%} | "
                f"{f['p90']:.1%} | {f['r2']:.3f} |"
            )
    return "\n".join(page) + "\n"
