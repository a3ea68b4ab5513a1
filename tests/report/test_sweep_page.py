"""The page of a sweep as data: columns come back exactly, fit, and say what they are."""

import base64
import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from archsim.report.html.packing import level_column, number_column
from archsim.report.html.sensitivity_charts import HOW, LISTED, sensitivities
from archsim.report.html.sweep_columns import front_of, levels_of, pack, rows_for_page, shown_unit
from archsim.report.html.sweep_page import sweep_page
from archsim.space import Parameter

HERE = Path(__file__)
made = SimpleNamespace(**runpy.run_path(str(HERE.with_name("made_sweeps.py"))))
FORMS = {"u8": "<u1", "u16": "<u2", "u32": "<u4", "f32": "<f4", "f64": "<f8"}


def unpacked(column):
    """Return a column's values as its page reads them."""
    array = np.frombuffer(base64.b64decode(column.data), dtype=FORMS[column.form])
    if column.exact is None:
        return array.tolist()
    return [column.exact[code] for code in array]


def data_of(page):
    return json.loads(re.search(r'id="table-data">(.*?)</script>', page, re.DOTALL)[1])


def test_columns_come_back():
    few = np.array([1.5, np.nan, 1.5, -2.0] * 5)
    assert unpacked(number_column("a", "metric", few)) == [1.5, None, 1.5, -2.0] * 5
    many = np.random.default_rng(0).normal(size=2000)
    assert unpacked(number_column("a", "metric", many)) == many.tolist()
    rounded = number_column("a", "metric", many, form="f32")
    assert unpacked(rounded) == pytest.approx(many.tolist(), rel=1e-7)
    wide = level_column("a", "parameter", [0, 300], [str(at) for at in range(301)], range(301))
    assert (wide.form, unpacked(wide)) == ("u16", [0, 300])


def test_levels_tell_true_from_one():
    parameter = Parameter("k", "categorical", (1, True, None, "1", 2.5))
    values = pd.Series([True, 2.5, None, 1, "1"], dtype=object)
    assert levels_of(parameter, values).tolist() == [1, 4, 2, 0, 3]


def test_a_table_comes_back_with_exact_values():
    study = made.made_study()
    table = made.made_table(study, 500)
    front = front_of(study, table)
    columns, left_out = pack(study, table, front)
    found = {column.name: unpacked(column) for column in columns}
    assert left_out == []
    for key in (*study.space.keys, "status"):
        assert found[key] == table[key].tolist()
    for name in ("latency_s", "energy_j", "area_mm2"):
        assert np.array_equal(np.array(found[name], float), table[name], equal_nan=True)
    assert set(found["reason"]) == {"", "does not fit", "breaks the constraint area_mm2 <= 9"}
    roles = {column.name: (column.role, column.goal, column.unit) for column in columns}
    assert roles["latency_s"] == ("metric", "minimise", "\u00b5s") or roles["latency_s"][2] == "ms"
    assert roles["area_mm2"] == ("metric", "", "mm²")
    frequency = next(column for column in columns if column.name.endswith("frequency_hz"))
    assert frequency.texts[:2] == ("1 GHz", "1.1 GHz")


def test_the_front_is_that_of_each_fidelity():
    study = made.made_study()
    table = made.made_table(study, 60)
    both = pd.concat([table, table.assign(fidelity="event", latency_s=table["latency_s"] / 2)])
    front = front_of(study, both)
    assert front[:60].tolist() == front[60:].tolist()
    done = table[front[:60]]
    assert (done["status"] == "done").all()
    for _, row in done.iterrows():
        better = (table["latency_s"] < row["latency_s"]) & (table["energy_j"] < row["energy_j"])
        assert not (better & (table["status"] == "done")).any()


def test_too_many_designs_keep_the_front():
    front = np.zeros(400_000, dtype=bool)
    front[[5, 399_999]] = True
    rows = rows_for_page(front)
    assert len(rows) == len(set(rows.tolist())) == 150_000
    assert {5, 399_999} <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()


def test_a_hundred_thousand_designs_fit_and_what_is_left_out_is_named():
    study = made.made_study()
    table = made.made_table(study, 100_000, more=4)
    page = sweep_page(study, table)
    assert len(page.encode()) < 15e6
    assert "did not fit" not in page
    assert data_of(page)["rows"] == 100_000
    wide = sweep_page(study, made.made_table(study, 100_000, more=30))
    assert len(wide.encode()) < 15e6
    assert "Figures that did not fit into the page" in wide
    assert "figure_29" in wide
    assert "rounded to 7 digits" in wide


def test_units_suit_the_middle_of_a_column():
    assert shown_unit(np.array([1e-3, 2e-3, 5.0]), "s") == (1e-3, "ms")
    assert shown_unit(np.array([np.nan]), "s") == (1.0, "s")
    assert shown_unit(np.array([1e-3]), "1") == (1.0, "")
    assert shown_unit(np.array([1e6]), "tokens/s") == (1.0, "tokens/s")


def test_the_method_of_the_sensitivity_is_stated():
    study = made.made_study()
    assert sensitivities(study, made.made_table(study, 500)).method == HOW["sample"]
    few = sensitivities(study, made.made_table(study, 20))
    assert few.found == ()
    assert few.method.startswith("Too few feasible designs (")
    listed = made.made_study()
    listed = type(listed)(**{**vars(listed), "spec": listed.spec.model_copy(
        update={"method": listed.spec.method.model_copy(update={"name": "list"})})})  # fmt: skip
    assert sensitivities(listed, made.made_table(listed, 500)).method == LISTED


def test_lanes_explain_the_latency():
    study = made.made_study()
    found = sensitivities(study, made.made_table(study, 2000))
    latency = found.found[0]
    assert (latency.metric, latency.items[0].key) == ("latency_s", "hardware.core.lanes")
    assert latency.items[0].first > 0.8


def test_the_page_says_what_a_sweep_came_to():
    study = made.made_study()
    table = made.made_table(study, 400)
    text = re.sub(r"<[^>]+>", " ", sweep_page(study, table).split('id="table-data"')[0])
    done = int((table["status"] == "done").sum())
    assert f"{done} of 400 designs run and keep to every constraint." in text
    assert "What most often stands in the way" in text
    assert "breaks the constraint area_mm2 &lt;= 9" in text
    assert text.count("does not fit") >= 1


def test_a_sweep_with_nothing_feasible_has_a_page():
    study = made.made_study()
    table = made.made_table(study, 50).assign(status="infeasible", reason="no")
    bare = table.drop(columns=["latency_s", "energy_j", "area_mm2"])
    for each in (table, bare, bare.assign(status="pending", reason="")):
        page = sweep_page(study, each)
        assert "No design is feasible." in page
        assert "0 of 50 designs run" in page


def test_equal_sweeps_make_equal_pages():
    study = made.made_study()
    table = made.made_table(study, 100)
    assert sweep_page(study, table) == sweep_page(study, table.copy())
