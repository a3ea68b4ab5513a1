"""``StrictModel`` in Python: what it takes, what it keeps, and that it cannot be changed."""

from __future__ import annotations

import math
from typing import Literal

import pytest
from pydantic import Field, ValidationError

from archsim.config import (
    Bytes,
    Fraction01,
    Hertz,
    NonNegativeInt,
    NonNegativeSeconds,
    PositiveFloat,
    PositiveInt,
    StrictModel,
)


class Numbers(StrictModel):
    count: PositiveInt = 1
    rest: NonNegativeInt = 0
    scale: PositiveFloat = 1.0
    share: Fraction01 = 0.5
    either: int | float = 1
    maybe: int | None = None
    grid: tuple[tuple[int, ...], ...] = ()
    names: dict[str, int] = Field(default_factory=dict)
    items: list[int] = Field(default_factory=list)
    level: Literal[1, 2] = 1
    mixed: Literal["auto", 1] = "auto"
    frequency_hz: Hertz = 1e9
    size_bytes: Bytes = 1
    delay_s: NonNegativeSeconds = 0.0


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("count", 5, 5),
        ("count", 1e9, 10**9),
        ("rest", 0.0, 0),
        ("rest", -0.0, 0),
        ("scale", 2, 2.0),
        ("share", 1, 1.0),
        ("either", 2.0, 2.0),
        ("either", 2, 2),
        ("maybe", 3.0, 3),
        ("maybe", None, None),
        ("grid", [[1, 2], [3.0]], ((1, 2), (3,))),
        ("grid", ((1,), [2]), ((1,), (2,))),
        ("names", {"a": 2.0}, {"a": 2}),
        ("items", [1, 2e0], [1, 2]),
        ("level", 2.0, 2),
        ("mixed", 1, 1),
        ("mixed", "auto", "auto"),
        ("frequency_hz", 1_000_000, 1e6),
        ("frequency_hz", "0.1 GHz", 1e8),
        ("size_bytes", "1.5 KiB", 1536),
        ("size_bytes", 1e6, 1_000_000),
        ("delay_s", 0, 0.0),
        ("delay_s", "0 ns", 0.0),
        ("delay_s", "0.1 ns", 1e-10),
    ],
)
def test_plain_data_becomes_the_declared_type(field, given, kept):
    found = getattr(Numbers.model_validate({field: given}), field)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    "wrong", [True, "1", "1e9", None, [1], {}, 1.5, math.nan, math.inf, -1, b"1"]
)
@pytest.mark.parametrize("field", ["count", "rest", "level", "size_bytes"])
def test_what_is_no_whole_number(field, wrong):
    with pytest.raises(ValidationError):
        Numbers.model_validate({field: wrong})


@pytest.mark.parametrize("wrong", [True, "1", "1e9", None, [1], {}, math.nan, math.inf, -1, 1e31])
@pytest.mark.parametrize("field", ["scale", "share", "frequency_hz", "delay_s"])
def test_what_is_no_number(field, wrong):
    with pytest.raises(ValidationError):
        Numbers.model_validate({field: wrong})


@pytest.mark.parametrize(
    "data",
    [
        {"either": True},
        {"either": "1"},
        {"grid": [[True]]},
        {"grid": "12"},
        {"names": {"a": True}},
        {"items": (1,)},
        {"mixed": True},
        {"mixed": 2},
        {"level": 3},
        {"nope": 1},
        {"count": 2**53 + 1},
        {"scale": 0},
        {"scale": 5e-324},
        {"frequency_hz": 0.5},
        {"size_bytes": "1.3 B"},
        {"size_bytes": 0},
    ],
)
def test_what_else_is_refused(data):
    with pytest.raises(ValidationError):
        Numbers.model_validate(data)


def test_a_model_cannot_be_changed():
    numbers = Numbers()
    with pytest.raises(ValidationError, match="frozen"):
        numbers.count = 2
    with pytest.raises(ValidationError):
        Numbers(**{"cuont": 2})


def test_a_default_is_checked_like_a_value():
    class Wrong(StrictModel):
        count: PositiveInt = 0

    with pytest.raises(ValidationError):
        Wrong()


def test_a_model_read_again_is_the_same():
    numbers = Numbers(grid=((1, 2),), names={"a": 1}, maybe=3)
    assert Numbers.model_validate(numbers.model_dump()) == numbers
    assert Numbers.model_validate(numbers.model_dump(mode="json")) == numbers
    assert Numbers.model_validate_json(numbers.model_dump_json()) == numbers
    assert Numbers.model_validate(numbers) is numbers
