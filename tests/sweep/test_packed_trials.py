"""Trials that share a row of the ledger: the same answers as with a row each, or one sentence."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.errors import InputError
from archsim.space import choose_designs, load_study
from archsim.sweeps import Ledger
from archsim.sweeps import plan as plan_module
from archsim.sweeps.identity import content_sum
from archsim.sweeps.ledger import PACKED_TRIALS
from archsim.sweeps.outcomes import Outcomes
from archsim.sweeps.packed import PackedTrials
from archsim.sweeps.plan import make_plan

COUNT = 3 * PACKED_TRIALS // 2
KEYS = [number.to_bytes(16, "big") for number in range(COUNT)]
DESIGNS = [json.dumps({"hardware.lanes": number}) for number in range(COUNT)]
MANY = {
    "hardware.lanes": {"minimum": 1, "maximum": 2000, "step": 1},
    "hardware.ports": {"values": [2, 1]},
}


def mixed() -> Outcomes:
    """Mostly trials that are done, some without a figure, and some that are not done."""
    found = Outcomes(
        ["done"] * COUNT,
        [""] * COUNT,
        [None] * COUNT,
        {"a_s": [number / 7 for number in range(COUNT)], "b_j": [-0.0] * COUNT},
    )
    found.figures["b_j"][5] = None
    found.put([3, 700], Outcomes(["infeasible"] * 2, ["too wide"] * 2, [None] * 2))
    found.put([4], Outcomes.one("failed", "a defect", "Traceback ..."))
    return found


def record(ledger: Ledger, begin: int = 0, end: int = COUNT) -> None:
    """Record some of the trials in one go."""
    whole = mixed()
    part = Outcomes(
        whole.statuses[begin:end],
        whole.reasons[begin:end],
        whole.tracebacks[begin:end],
        {name: column[begin:end] for name, column in whole.figures.items()},
    )
    ledger.record(
        KEYS[begin:end], DESIGNS[begin:end], part, fidelity="analytic", version="1"
    )  # fmt: skip


def query(path, text: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(path)
    found = database.execute(text).fetchall()
    database.close()
    return found


def test_a_shared_row_gives_what_rows_of_their_own_give(tmp_path):
    with Ledger(tmp_path / "packed") as packed, Ledger(tmp_path / "single") as single:
        record(packed)
        for begin in range(0, COUNT, PACKED_TRIALS // 2):
            record(single, begin, begin + PACKED_TRIALS // 2)
        asked = [*reversed(KEYS), b"x" * 16]
        rows = packed.rows(asked)
        assert repr(rows) == repr(single.rows(asked))
        assert rows[-1] is None
        assert rows[-2].figures == {"a_s": 0.0, "b_j": 0.0}
        assert "b_j" not in rows[COUNT - 6].figures
        assert rows[COUNT - 4].reason == "too wide"
        assert packed.known(asked) == single.known(asked)
        assert packed.traceback(KEYS[4]) == "Traceback ..."
        assert packed.forget_failed(KEYS) == 1
    assert query(tmp_path / "packed", "SELECT LENGTH(keys) FROM batches") == [(16 * (COUNT - 3),)]
    assert query(tmp_path / "packed", "SELECT COUNT(*) FROM trials") == [(2,)]
    assert query(tmp_path / "single", "SELECT COUNT(*) FROM batches") == [(0,)]


def test_trials_that_are_there_are_not_recorded_again(tmp_path):
    with Ledger(tmp_path / "book") as ledger, Ledger(tmp_path / "book") as other:
        record(ledger, 0, 100)
        record(other)
        record(ledger)
        record(other, 50, 150)
        found = [place for part in ledger.parts(KEYS) for place in part.places.tolist()]
        assert sorted(found) == list(range(COUNT))
    sizes = query(tmp_path / "book", "SELECT LENGTH(keys) FROM batches")
    assert sizes == [(16 * (COUNT - 101),)]
    assert query(tmp_path / "book", "SELECT COUNT(*) FROM trials") == [(101,)]


def test_trials_get_rows_of_their_own_for_queries_that_join(tmp_path):
    with Ledger(tmp_path / "book") as ledger:
        record(ledger)
        before = repr(ledger.rows(KEYS))
        for _ in range(2):
            ledger.unpack([KEYS[9], KEYS[5], b"x" * 16])
        assert repr(ledger.rows(KEYS)) == before
    found = query(
        tmp_path / "book",
        "SELECT status, reason, fidelity, version, design, a_s, b_j FROM trials "
        "WHERE status = 'done' ORDER BY key",
    )
    assert found == [
        ("done", "", "analytic", "1", '{"hardware.lanes": 5}', 5 / 7, None),
        ("done", "", "analytic", "1", '{"hardware.lanes": 9}', 9 / 7, 0.0),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE batches SET keys = 'text'", "a batch has the trials 'text'"),
        ("UPDATE batches SET keys = x'00'", "a batch has the trials b'\\x00'"),
        ("UPDATE batches SET names = '[1, 2]'", "a batch has the names '[1, 2]'"),
        ("UPDATE batches SET names = 'no JSON'", "a batch has the names 'no JSON'"),
        ("UPDATE batches SET names = '[\"a_s\"]'", "trials has the figures"),
        ("UPDATE batches SET figures = 1", "trials has the figures 1"),
        ("UPDATE batches SET figures = zeroblob(8)", "trials has the figures"),
        ("UPDATE batches SET designs = '{}'", "trials has 1 designs, or no end"),
        ("UPDATE batches SET designs = x'ffff'", "a batch has designs that cannot be read"),
    ],
)
def test_a_batch_that_no_sweep_wrote_is_told(tmp_path, change, said):
    with Ledger(tmp_path / "book") as ledger:
        record(ledger)
    database = sqlite3.connect(tmp_path / "book")
    with database:
        database.execute(change)
    database.close()
    with Ledger(tmp_path / "book") as ledger, pytest.raises(InputError) as caught:
        ledger.unpack(KEYS[:1])
    assert "is damaged or no ledger" in str(caught.value)
    assert said in str(caught.value)


def test_a_number_that_is_not_finite_is_told(tmp_path):
    with Ledger(tmp_path / "book") as ledger:
        record(ledger)
    database = sqlite3.connect(tmp_path / "book")
    with database:
        (size,) = database.execute("SELECT LENGTH(figures) FROM batches").fetchone()
        infinite = np.full(size // 8, np.inf).tobytes()
        database.execute("UPDATE batches SET figures = ?", (infinite,))
    database.close()
    with (
        Ledger(tmp_path / "book") as ledger,
        pytest.raises(InputError, match="a trial has the figure inf"),
    ):
        ledger.rows(KEYS)


def test_a_sweep_cut_short_in_a_batch_gives_the_same_table(make_study, monkeypatch):
    study = make_study(MANY, kind="batch_probe_chip", fidelity="analytic")
    whole = archsim.sweep(study, ledger="whole.sqlite").to_csv()
    assert query("whole.sqlite", "SELECT COUNT(*) FROM batches") == [(1,)]
    archsim.sweep(study, ledger="cut.sqlite", most=1500)
    added = PackedTrials.add

    def interrupted(*given: object) -> None:
        added(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PackedTrials, "add", interrupted)
        with pytest.raises(KeyboardInterrupt):
            archsim.sweep(study, ledger="cut.sqlite")
    assert archsim.sweep(study, ledger="cut.sqlite").attrs["summary"]["new"] == 2500
    again = archsim.sweep(study, ledger="cut.sqlite")
    assert again.attrs["summary"]["new"] == 0
    assert again.to_csv() == whole
    two = archsim.sweep(study, ledger="two.sqlite", workers=2)
    assert two.to_csv() == whole


CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "0"]),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.sampled_from("ab0"), part, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=200)
@given(CONTENT, CONTENT)
def test_content_sums_are_equal_for_equal_content_only(one, other):
    equal = content_sum(one).tolist() == content_sum(other).tolist()
    assert equal == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def test_the_order_of_names_is_no_content():
    one = content_sum({"a": [1, {}], "b": {"c": 2.5}})
    assert one.tolist() == content_sum({"b": {"c": 2.5}, "a": [1, {}]}).tolist()


def test_designs_found_by_different_keys_are_shared(make_study):
    kind = {"kind": "batch_probe_chip", "fidelity": "analytic"}
    archsim.sweep(make_study(MANY, **kind), ledger="shared.sqlite")
    turned = {"hardware.frequency_hz": {"values": ["1 GHz"]}, "hardware.lanes": {"values": [8, 6]}}
    table = archsim.sweep(make_study(turned, **kind), ledger="shared.sqlite")
    assert table.attrs["summary"]["new"] == 0


def test_designs_are_told_as_json_however_large_the_space(make_study):
    clock = {"minimum": "1 GHz", "maximum": "2 GHz", "points": 3}
    lanes = {"minimum": 1, "maximum": 250, "step": 1}
    spaces = [
        {"hardware.lanes": lanes},
        {"hardware.lanes": lanes, "hardware.ports": {"values": [1, 2]}},
        {
            "hardware.lanes": lanes,
            "hardware.ports": {"values": [1]},
            "hardware.frequency_hz": clock,
        },
    ]
    for space in spaces:
        study = load_study(make_study(space, kind="batch_probe_chip", fidelity="analytic"))
        plan = make_plan(study, "analytic", choose_designs(study))
        places = list(reversed(range(len(plan))))
        points = plan.points(places)
        for limit in (plan_module._MOST_NUMBERS, 1):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(plan_module, "_MOST_NUMBERS", limit)
                texts = plan.texts(places)
            found = [json.loads(text) for text in texts]
            assert found == [dict(zip(space, point, strict=True)) for point in points]
