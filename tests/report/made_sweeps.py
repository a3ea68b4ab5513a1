"""Sweeps made by hand for the page's tests: many designs, hostile values, gaps."""

import dataclasses

import numpy as np
import pandas as pd

from archsim.space import Parameter, Space, load_study, read_constraint

KEYS = ("hardware.core.label", "hardware.core.lanes", "hardware.core.frequency_hz")


def made_study(labels=("small", "large"), *, name="made", method="random", lanes=(1, 2, 4, 8)):
    """Return a study whose space is made up: a label, lanes and a frequency."""
    study = load_study("neupims-grid", {"name": name, "method.name": method, "seed": 3}
                       | ({"budget.evaluations": 10} if method == "random" else {}))  # fmt: skip
    space = Space(
        [
            Parameter(KEYS[0], "categorical", tuple(labels)),
            Parameter(KEYS[1], "integer", tuple(lanes)),
            Parameter(KEYS[2], "real", tuple(1e9 + 1e8 * at for at in range(11)), unit="Hz"),
        ]
    )
    limit = read_constraint("area_mm2 <= 9", study.metrics)
    return dataclasses.replace(study, space=space, constraints=(limit,))


def made_table(study, rows, *, fidelity="analytic", reason="does not fit", more=0, seed=0):
    """Return a table of so many designs: latency falls with lanes, energy and area grow.

    Every fifth design is infeasible without figures; one beyond the area breaks the constraint.
    """
    draw = np.random.default_rng(seed)
    levels = [draw.integers(0, size, rows) for size in study.space.shape]
    values = [
        np.array(item.values, dtype=object)[level]
        for item, level in zip(study.space.parameters, levels, strict=True)
    ]
    lanes, frequency = values[1].astype(float), values[2].astype(float)
    noise = draw.uniform(1, 1.3, rows)
    latency = noise * 1e6 / (lanes * frequency)
    energy = noise * 1e-3 * (1 + 0.1 * lanes) * frequency / 1e9
    area = lanes + draw.uniform(0, 2, rows)
    broken = np.arange(rows) % 5 == 4
    beyond = area > 9
    status = np.where(broken | beyond, "infeasible", "done")
    reasons = np.where(
        broken, reason, np.where(beyond, "breaks the constraint area_mm2 <= 9: area_mm2 is 10", "")
    )
    figures = {"latency_s": latency, "energy_j": energy, "area_mm2": area}
    figures |= {f"figure_{at}": draw.normal(size=rows) for at in range(more)}
    columns = {"design": np.arange(rows)}
    columns |= dict(zip(study.space.keys, values, strict=True))
    columns |= {"fidelity": fidelity, "status": status, "reason": reasons}
    columns |= {name: np.where(broken, np.nan, column) for name, column in figures.items()}
    return pd.DataFrame(columns)
