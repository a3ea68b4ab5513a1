"""CSV text: nothing a spreadsheet would run, numbers untouched, readable back."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.report.csv_text import STARTS_FORMULA, csv_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\n=1"])
def test_a_text_that_could_start_a_formula_gets_an_apostrophe(text):
    read = list(csv.reader(io.StringIO(csv_text([text], [[text]]), newline="")))
    assert read == [[f"'{text}"], [f"'{text}"]]


def test_a_carriage_return_does_not_start_a_row():
    read = list(csv.reader(io.StringIO(csv_text(["a"], [["x\r=1"], ["\r\n=2"]]), newline="")))
    assert read == [["a"], ["x\n=1"], ["'\n=2"]]


def test_numbers_and_absent_cells_stay_as_they_are():
    assert csv_text(["a", "b", "c"], [[-1.5, None, "x, y"]]) == 'a,b,c\n-1.5,,"x, y"\n'


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_texts_come_back_but_for_the_apostrophe(texts):
    read = next(csv.reader(io.StringIO(csv_text(texts, []), newline="")))
    for cell, given_text in zip(read, texts, strict=True):
        text = given_text.replace("\r\n", "\n").replace("\r", "\n")
        assert not cell.startswith(STARTS_FORMULA)
        assert cell in (text, f"'{text}")
