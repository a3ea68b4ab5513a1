"""What can be wrong with a ledger's file: one sentence each, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest

import archsim
from archsim.errors import ArchsimError, InputError
from archsim.sweeps import Ledger, sweep_table
from archsim.sweeps.lease import Owner
from archsim.sweeps.ledger_file import LedgerError
from archsim.sweeps.outcomes import Outcomes

LEDGER = Path("probe.ledger.sqlite")
KIND = {"kind": "batch_probe_chip", "fidelity": "analytic"}


@pytest.fixture
def study(make_study):
    """A study of three designs that is evaluated in this process."""
    return make_study({"hardware.lanes": {"values": [1, 2, 4]}}, **KIND)


def sentence(error: pytest.ExceptionInfo[ArchsimError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.count("probe") >= 1
    return text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hardware: neupims\n" * 100, "is damaged or no ledger (file is not a database)"),
        (b"SQLite format 3\x00" + bytes(5000), "is damaged or no ledger"),
    ],
)
def test_another_file_is_refused_and_left_alone(study, content, said):
    LEDGER.write_bytes(content)
    for call in (archsim.sweep, sweep_table):
        with pytest.raises(InputError) as caught:
            call(study)
        assert said in sentence(caught)
    assert LEDGER.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_alone(study):
    with sqlite3.connect(LEDGER) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    database.close()
    before = LEDGER.read_bytes()
    with pytest.raises(InputError) as caught:
        archsim.sweep(study)
    assert "is no ledger of archsim, and is left as it is" in sentence(caught)
    assert LEDGER.read_bytes() == before


def test_a_ledger_of_another_version_is_refused_and_left_alone(study):
    archsim.sweep(study)
    with sqlite3.connect(LEDGER) as database:
        database.execute("PRAGMA user_version = 1")
    database.close()
    before = LEDGER.read_bytes()
    for call in (archsim.sweep, sweep_table):
        with pytest.raises(InputError) as caught:
            call(study)
        assert "of another version of archsim" in sentence(caught)
        assert "found format 1; allowed: format 2" in sentence(caught)
    assert LEDGER.read_bytes() == before


def test_a_damaged_ledger_is_refused_and_left_alone(study):
    archsim.sweep(study)
    whole = LEDGER.read_bytes()
    page = int.from_bytes(whole[16:18], "big")
    for damaged in (whole[: page + 100], whole[:page] + b"\xff" * page + whole[2 * page :]):
        LEDGER.write_bytes(damaged)
        for call in (archsim.sweep, sweep_table):
            with pytest.raises(InputError) as caught:
                call(study)
            assert "is damaged or no ledger" in sentence(caught)
            assert ".recover" in sentence(caught)
        assert LEDGER.read_bytes() == damaged
    LEDGER.write_bytes(whole)
    assert archsim.sweep(study).attrs["summary"]["new"] == 0


def test_an_empty_file_becomes_a_ledger(study):
    LEDGER.touch()
    assert archsim.sweep(study)["status"].tolist() == ["done"] * 3


def test_folders_and_missing_folders_are_told(study):
    LEDGER.mkdir()
    with pytest.raises(InputError, match="is a folder"):
        archsim.sweep(study)
    with pytest.raises(InputError, match="the folder 'no' does not exist"):
        archsim.sweep(study, ledger="no/probe.sqlite")
    with pytest.raises(InputError, match=r"there is no ledger 'other\.sqlite' yet"):
        sweep_table(study, ledger="other.sqlite")


@pytest.fixture
def open_folder():
    """A folder that other users may look into, unlike those of the tests."""
    place = Path(tempfile.mkdtemp(prefix="archsim-probe-"))
    place.chmod(0o755)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


def test_a_read_only_folder_is_told_and_its_ledger_can_be_read(study, open_folder):
    path = open_folder / "probe.sqlite"
    table = archsim.sweep(study, ledger=path)
    open_folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)  # root may write anywhere
    try:
        with pytest.raises(InputError) as caught:
            archsim.sweep(study, ledger=path)
        with pytest.raises(InputError) as new:
            archsim.sweep(study, ledger=open_folder / "probe-new.sqlite")
        again = sweep_table(study, ledger=path)
    finally:
        os.seteuid(os.getuid())
    assert "cannot be written: the file or its folder is read-only" in sentence(caught)
    assert "--ledger FILE" in sentence(caught)
    assert "read-only, or may not be opened" in sentence(new)
    assert again.equals(table)


def test_a_full_disk_is_told_and_the_sweep_goes_on_later(make_study, monkeypatch):
    space = {
        "hardware.lanes": {"minimum": 1, "maximum": 4000, "step": 1},
        "hardware.ports": {"values": [1, 2]},
    }
    study = make_study(space, **KIND)
    archsim.sweep(study, most=100)
    import archsim.sweeps.ledger_file as module

    opened = module._opened

    def small(uri: str) -> sqlite3.Connection:
        """Open as ever, on a disk with room for a few more pages only."""
        database = opened(uri)
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages + 40}")
        return database

    with monkeypatch.context() as patch:
        patch.setattr(module, "_opened", small)
        with pytest.raises(LedgerError) as caught:
            archsim.sweep(study)
    assert "the disk is full, so the ledger 'probe.ledger.sqlite' cannot grow" in sentence(caught)
    table = sweep_table(study)
    kept = table["status"].tolist().count("pending")
    assert kept <= 7900
    whole = archsim.sweep(study)
    assert whole.attrs["summary"]["new"] == kept
    assert set(whole["status"]) == {"done", "infeasible"}


def test_writing_a_trial_twice_changes_nothing(tmp_path):
    keys = [bytes([number]) * 16 for number in range(3)]
    owner = Owner.here()
    with Ledger(tmp_path / "probe.sqlite") as ledger:
        claim, granted = ledger.claim(keys, owner)
        assert granted == set(keys)
        for value in (1.5, 2.5):
            ledger.record(
                keys[:1], ["{}"], Outcomes.one("done", figures={"latency_s": value}),
                fidelity="event", version="1", finished_claim=claim,
            )  # fmt: skip
        (row, *others) = ledger.rows(keys)
        assert row is not None
        assert row.figures == {"latency_s": 1.5}
        assert others == [None, None]
        ledger.record(
            keys[1:2], ["{}"], Outcomes.one("done", figures={"energy_j": 3.0}),
            fidelity="event", version="1",
        )  # fmt: skip
        assert [row.figures if row else None for row in ledger.rows(keys)] == [
            {"latency_s": 1.5}, {"energy_j": 3.0}, None,
        ]  # fmt: skip


def test_a_figure_must_not_be_called_like_a_column(tmp_path):
    with (
        Ledger(tmp_path / "probe.sqlite") as ledger,
        pytest.raises(ArchsimError, match="a figure cannot be called 'Status'"),
    ):
        ledger.record(
            [b"0" * 16], ["{}"], Outcomes.one("done", figures={"Status": 1.0}),
            fidelity="event", version="1",
        )  # fmt: skip
