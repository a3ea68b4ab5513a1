"""Hostile input of every kind: a result, or one sentence; ``make fuzz`` tries far more of it."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import campaign
import fuzz_contract
import pytest
from fuzz_cases import KINDS, SHARES, make_case

INPUTS = 1000
FOUND = Path(__file__).with_name("found_and_fixed.json")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_input_gives_a_result_or_one_sentence(kind):
    wrong = [fuzz_contract.judge(kind, number) for number in range(round(INPUTS * SHARES[kind]))]
    assert [line for line in wrong if line] == []


CASES = [
    tuple(case) for item in json.loads(FOUND.read_text(encoding="utf-8")) for case in item["cases"]
]


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_what_a_campaign_found_stays_fixed(kind, number):
    assert fuzz_contract.judge(kind, number) == ""


def test_the_shares_are_of_every_kind_and_whole():
    assert set(SHARES) == set(KINDS)
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_another_first_number_gives_other_cases_in_the_same_shares():
    some, others = campaign.cases(100), campaign.cases(100, 1_000)
    assert not set(some) & set(others)
    assert [(kind, number + 1_000) for kind, number in some] == others
    assert {kind for kind, _ in some} == set(KINDS)


def test_equal_numbers_make_equal_cases(tmp_path, monkeypatch):
    written = []
    for name in ("first", "second"):
        folder = tmp_path / name / "here"
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        case = make_case("workload", 7)
        written.append((case, {path.name: path.read_bytes() for path in folder.iterdir()}))
    assert written[0] == written[1]


def _strays(arguments):
    Path("stray.txt").write_text("x", encoding="utf-8")
    Path("../stray.txt").write_text("x", encoding="utf-8")
    return _says("{}")


def _reaches_out(arguments):
    with contextlib.suppress(OSError):
        Path("/no/such/folder").write_text("x", encoding="utf-8")
    return _says("{}")


def _says(text, code=0):
    sys.stdout.write(text)
    return code


@pytest.mark.parametrize(
    ("main", "said"),
    [
        (_strays, "left ['here/stray.txt', 'stray.txt']"),
        (_reaches_out, "wrote ['/no/such/folder']"),
        (lambda arguments: 1, "exit code 1"),
        (lambda arguments: 2, "no sentence from 'archsim: '"),
        (lambda arguments: _says("{}", 2), "exit code 2, but output"),
        (lambda arguments: _says('{"latency_s": NaN}'), "no finite result"),
        (lambda arguments: _says('{"latency_s": 0}'), "latency_s is 0"),
        (lambda arguments: _says(fuzz_contract.SECRET), "shows what is in a file outside"),
    ],
)
def test_what_breaks_the_contract_is_seen(monkeypatch, main, said):
    monkeypatch.setattr(fuzz_contract, "main", main)
    assert said in fuzz_contract.judge("hugging face", 0)


def test_a_hang_is_seen(monkeypatch):
    def hangs(arguments):
        while True:
            pass

    monkeypatch.setattr(fuzz_contract, "HANG_S", 0.2)
    monkeypatch.setattr(fuzz_contract, "main", hangs)
    assert "took" in fuzz_contract.judge("hugging face", 0)
