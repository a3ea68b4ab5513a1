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
    grow,
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
    """Return errors of trees grown on all tables together, and on the first one alone.

    Args:
        gpu: The card; its constants stay.
        products: Products by name of their table.
        small: Trees that were grown on the first table alone.
    """
    import pandas as pd

    together = pd.concat(list(products.values()), ignore_index=True)
    measured = together["seconds"].to_numpy(dtype=np.float64)
    found = folded(gpu, together)
    table = np.repeat(list(products), [len(rows) for rows in products.values()])
    first, *others = products
    text = f"{FOLDS} folds of all products, trees alone: hybrid"
    lines = [
        Line(f"{text}, {name}", errors(found[table == name], measured[table == name]))
        for name in products
    ]
    for name in others:
        rows = products[name]
        alone = errors(hybrid_seconds(gpu, small, rows), rows["seconds"].to_numpy(dtype=np.float64))
        lines.append(Line(f"trees of {first} alone: hybrid, {name}", alone))
    blind = grow(gpu, pd.concat([products[name] for name in others], ignore_index=True))
    seen = products[first]
    figures = errors(hybrid_seconds(gpu, blind, seen), seen["seconds"].to_numpy(dtype=np.float64))
    return [*lines, Line(f"trees without {first}: hybrid, {first}", figures)]


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
        "products; grown on h100_gemm, on archsim_h100_gemm (up to 5e12 FLOP) and on "
        "archsim_h100_small_gemm (1e5 to 4e10 FLOP), which archsim measured itself on other H100s "
        "(no constant of a time was fitted to those). Trees grown on h100_gemm alone, which stops "
        "at 2.4e10 FLOP, ship beside them and show what extrapolation is worth. The constants of "
        "fused_mlp were fitted to archsim_h100_fused_mlp. Clocks, times of the energy files and "
        "times of layers were not learned from, with one exception: attention.prefill_share was "
        "set from the 17 prefill layers. Shapes of archsim_h100_energy_2s are also in "
        "archsim_h100_gemm.",
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
