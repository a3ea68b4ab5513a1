"""The page of a sweep: trade-offs to filter, influences of parameters, every design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archsim.report import plot_style as style
from archsim.report.html.cells import Badge, Cell, Column, Tile, number, tile
from archsim.report.html.page import render
from archsim.report.html.sensitivity_charts import Sensitivity, influence_chart, sensitivities
from archsim.report.html.sweep_columns import (
    MAXIMUM_ROWS,
    figure_names,
    front_of,
    pack,
    rows_for_page,
    value_text,
    value_texts,
)
from archsim.sweeps.summary import reason_counts
from archsim.sweeps.table import feasible_costs

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from archsim.space import Study

SCRIPTS = ("columns.js", "axes.js", "scatter.js", "parallel.js", "designs.js", "sweep.js")
LISTED_DESIGNS = 100
LISTED_REASONS = 200
LINES = 2000
"""Most lines of the parallel coordinates: more are one grey area, and slow."""


def sweep_page(study: Study, table: pd.DataFrame) -> str:
    """Return the page of a sweep as HTML.

    Args:
        study: The study.
        table: As ``archsim.sweep`` or ``archsim.sweeps.sweep_table`` returns it.

    Raises:
        MissingExtraError: jinja2 or plotly is not installed.
    """
    front = front_of(study, table)
    rows = rows_for_page(front)
    held = table.iloc[rows]
    columns, left_out = pack(study, held, front[rows])
    found = sensitivities(study, table)
    two_fidelities = len(set(table["fidelity"])) > 1
    return render(
        "sweep.html.j2",
        f"{study.name} · archsim",
        [influence_chart(item) for item in found.found],
        {
            "name": study.name,
            "lead": _lead(study, table, front),
            "badges": _badges(study, table),
            "tiles": _tiles(study, table),
            "notices": _notices(table, held, left_out, rounded=_rounded(columns)),
            "two_fidelities": two_fidelities,
            "sensitivity": found,
            "line_count": LINES,
            **_tables(study, table, front, found),
        },
        scripts=SCRIPTS,
        styles=("sweep.css",),
        data={
            "columns": [column.to_dict() for column in columns],
            "rows": len(held),
            "file": f"{study.name}.csv",
            "lines": LINES,
            "palette": list(style.PALETTE),
            "sequence": list(style.WEB_SEQUENCE),
            "ink": style.INK,
            "muted": style.MUTED,
            "grid": style.GRID,
            "font": style.WEB_FONT,
        },
    )


def _rounded(columns: Sequence[object]) -> bool:
    return any(getattr(column, "form", "") == "f32" for column in columns)


def _lead(study: Study, table: pd.DataFrame, front: NDArray[np.bool_]) -> str:
    """Return the first things to know, computed from the table."""
    first = table["fidelity"].iloc[0] if len(table) else ""
    counts = table.loc[table["fidelity"] == first, "status"].value_counts()
    total, done = int(counts.sum()), int(counts.get("done", 0))
    sentences = [f"{done:,} of {total:,} designs run and keep to every constraint."]
    if len(study.objectives) > 1 and done:
        size = int(front[(table["fidelity"] == first).to_numpy()].sum())
        noun = "design is" if size == 1 else "designs are"
        wanted = ", ".join(map(str, study.objectives))
        sentences.append(f"{size:,} {noun} beaten by no other in everything wanted ({wanted}).")
    obstacles = reason_counts(table[table["fidelity"] == first], "infeasible")
    if obstacles:
        reason, count = obstacles[0]
        sentences.append(f"What most often stands in the way ({count:,} designs): {reason}.")
    return " ".join(sentences)


def _badges(study: Study, table: pd.DataFrame) -> list[Badge]:
    badges = [
        Badge(f"method {study.spec.method.name}"),
        *(Badge(f"{name} fidelity") for name in dict.fromkeys(table["fidelity"].tolist())),
        Badge(f"{study.space.size:,} points in the space"),
        Badge(f"family {study.architecture.kind}"),
        Badge(f"seed {study.spec.seed}"),
    ]
    open_ones = int(table["status"].isin(["pending", "running"]).sum())
    failed = int((table["status"] == "failed").sum())
    if open_ones:
        badges.append(Badge(f"{open_ones:,} designs not evaluated yet", "warn"))
    if failed:
        badges.append(Badge(f"{failed:,} trials failed", "bad"))
    return badges


def _tiles(study: Study, table: pd.DataFrame) -> list[Tile]:
    """Return the best figure by each objective, of each fidelity."""
    tiles = []
    for fidelity in dict.fromkeys(table["fidelity"].tolist()):
        part = table[table["fidelity"] == fidelity]
        rows, costs = feasible_costs(study, part)
        for objective in study.objectives:
            if not rows or str(objective) not in costs:
                continue
            row = part.iloc[rows[int(costs[str(objective)].to_numpy().argmin())]]
            name = "Lowest" if objective.goal == "minimise" else "Highest"
            unit = study.metrics.get(objective.metric, "")
            more = f"design {int(row['design']):,}, {fidelity}"
            tiles.append(
                tile(f"{name} {objective.metric}", float(row[objective.metric]), unit, more)
            )
    return tiles


def _notices(
    table: pd.DataFrame, held: pd.DataFrame, left_out: Sequence[str], *, rounded: bool
) -> list[str]:
    whole = "archsim sweep STUDY --status --export table.csv writes every one exactly."
    notices = []
    if len(held) < len(table):
        notices.append(
            f"This page holds the Pareto front and a random sample of the other designs, "
            f"{MAXIMUM_ROWS:,} of {len(table):,} rows; counts, best designs and influences are "
            f"those of all. {whole}"
        )
    if left_out:
        names = ", ".join(left_out)
        notices.append(f"Figures that did not fit into the page: {names}. {whole}")
    if rounded:
        notices.append(f"Figures are rounded to 7 digits on this page; {whole}")
    return notices


def _tables(
    study: Study, table: pd.DataFrame, front: NDArray[np.bool_], found: Sensitivity
) -> dict[str, object]:
    names = figure_names(study, table)
    units = study.metrics
    keys = study.space.keys
    listed = table[front].sort_values(
        [str(item.metric) for item in study.objectives if item.metric in table],
        ascending=[item.goal == "minimise" for item in study.objectives if item.metric in table],
        kind="stable",
    )
    return {
        "best_columns": [
            Column("design", number=True),
            Column("fidelity"),
            *(Column(name, number=True) for name in names),
            *(Column(key, key=True) for key in keys),
        ],
        "best_rows": [
            _design_row(study, row, names, units)
            for row in _records(listed.head(LISTED_DESIGNS))
        ],
        "best_total": len(listed),
        "reason_columns": [
            Column("designs", number=True), Column("status"), Column("fidelity"), Column("reason"),
        ],
        "reason_rows": _reason_rows(table),
        "space_columns": [
            Column("parameter", key=True), Column("values", number=True),
            Column("from"), Column("to"), Column("group"), Column("no effect when"),
        ],
        "space_rows": _space_rows(study),
        "study_columns": [Column("what"), Column("value")],
        "study_rows": _study_rows(study),
        "influence_columns": found.columns,
        "influence_rows": found.rows,
    }  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    columns = {str(name): table[name].tolist() for name in table.columns}
    return [{name: column[at] for name, column in columns.items()} for at in range(len(table))]


def _design_row(
    study: Study, row: Mapping[str, object], names: Sequence[str], units: Mapping[str, str]
) -> list[Cell]:
    figures = [number(float(str(row[name])), units.get(name, "")) for name in names]
    values = [
        Cell(value_texts(parameter)[parameter.level(_plain(row[parameter.key]))])
        for parameter in study.space.parameters
    ]
    design = int(str(row["design"]))
    return [Cell(f"{design:,}", design), Cell(str(row["fidelity"]), mark="chip"), *figures, *values]


def _reason_rows(table: pd.DataFrame) -> list[list[Cell]]:
    rows = []
    for fidelity in dict.fromkeys(table["fidelity"].tolist()):
        part = table[table["fidelity"] == fidelity]
        for status in ("infeasible", "failed"):
            mark = "chip bad" if status == "failed" else "chip warn"
            rows += [
                [
                    Cell(f"{count:,}", count),
                    Cell(status, mark=mark),
                    Cell(str(fidelity), mark="chip"),
                    Cell(reason),
                ]
                for reason, count in reason_counts(part, status)[:LISTED_REASONS]
            ]
    return rows


def _space_rows(study: Study) -> list[list[Cell]]:
    rows = []
    for parameter in study.space.parameters:
        texts = value_texts(parameter)
        inert = "; ".join(
            f"{key} is {', '.join(value_text(value, '') for value in values)}"
            for key, values in parameter.inert_when
        )
        rows.append(
            [
                Cell(parameter.key),
                Cell(f"{len(texts):,}", len(texts)),
                Cell(texts[0]),
                Cell(texts[-1]),
                Cell(parameter.group),
                Cell(inert),
            ]
        )
    return rows


def _study_rows(study: Study) -> list[list[Cell]]:
    spec = study.spec
    facts = {
        "description": spec.description,
        "hardware": study.hardware.name,
        "workload": study.workload.name,
        "objectives": ", ".join(map(str, study.objectives)),
        "constraints": ", ".join(map(str, study.constraints)) or "none",
        "method": spec.method.name,
        "budget": "all designs"
        if spec.budget.evaluations is None
        else f"{spec.budget.evaluations:,} evaluations",
        "seed of the designs": str(spec.seed),
        "seed of every simulation": str(spec.simulation_seed),
    }
    return [[Cell(name), Cell(value)] for name, value in facts.items() if value]


def _plain(value: object) -> bool | int | float | str | None:
    """Return a value of a table as Python's own."""
    found = value.item() if hasattr(value, "item") else value
    return found if found is None or isinstance(found, bool | int | float) else str(found)
