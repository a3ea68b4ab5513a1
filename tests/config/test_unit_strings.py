"""Unit strings: what they mean, what is refused and how, and the way back to text."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError
from archsim.units import DIMENSIONS, format_quantity, parse_exact, parse_quantity

UNITS = [(name, unit) for name, item in DIMENSIONS.items() for unit in item.factors]


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("1 GHz", "frequency", 1e9),
        ("1.1GHz", "frequency", 1_100_000_000),
        ("  850   MHz ", "frequency", 850e6),
        ("1e3 kHz", "frequency", 1e6),
        ("64 KiB", "size", 65_536),
        ("64 kB", "size", 64_000),
        ("1 GiB", "size", 2**30),
        ("1 GB", "size", 10**9),
        ("3 bytes", "size", 3),
        ("19.2 GB/s", "bandwidth", 19.2e9),
        ("1 TiB/s", "bandwidth", 2**40),
        ("5 bytes/s", "bandwidth", 5),
        ("14 ns", "time", 14e-9),
        ("3 us", "time", 3e-6),
        ("3 \u00b5s", "time", 3e-6),
        ("3 \u03bcs", "time", 3e-6),
        ("0.1 fs", "time", 1e-16),
        ("3.2 pJ", "energy", 3.2e-12),
        ("250 mW", "power", 0.25),
        ("1.2 V", "voltage", 1.2),
        ("65 mA", "current", 0.065),
        ("1.5 mm\u00b2", "area", 1.5),
        ("2 mm^2", "area", 2),
        ("1000 um2", "area", 1e-3),
        ("-1 ns", "time", -1e-9),
        (".5 s", "time", 0.5),
        ("5. s", "time", 5),
    ],
)
def test_a_unit_string_is_the_nearest_float(text: str, dimension: str, value: float) -> None:
    assert parse_quantity(text, dimension) == value


@pytest.mark.parametrize(
    ("text", "dimension", "problem", "suggestion"),
    [
        ("1 ghz", "frequency", "has an unknown unit 'ghz'", "'1 GHz'"),
        ("1 mhz", "frequency", "has an unknown unit 'mhz'", "'1 MHz'"),
        ("1 GHZ", "frequency", "has an unknown unit 'GHZ'", "'1 GHz'"),
        ("1 Ghertz", "frequency", "has an unknown unit 'Ghertz'", "'1 GHz'"),
        ("1 parsec", "frequency", "has an unknown unit 'parsec'", ""),
        ("64 kib", "size", "has an unknown unit 'kib'", "'64 KiB'"),
        ("64 KB", "size", "has an unknown unit 'KB'", "'64 KiB' or '64 kB'"),
        ("64 K", "size", "has an unknown unit 'K'", "'64 KiB' or '64 kB'"),
        ("64 Ki", "size", "has an unknown unit 'Ki'", "'64 KiB'"),
        ("2 G", "size", "has an unknown unit 'G'", "'2 GB'"),
        ("64 KB/s", "bandwidth", "has an unknown unit 'KB/s'", "'64 KiB/s' or '64 kB/s'"),
        ("8 Gb", "size", "is in bits", "'8 GB', or '1 GB' for that many bits"),
        ("8 Mbit", "size", "is in bits", "'8 MB', or '1 MB' for that many bits"),
        ("1 Gb/s", "bandwidth", "is in bits", "'1 GB/s', or '0.125 GB/s' for that many bits"),
        ("1 Gbps", "bandwidth", "is in bits", "'1 GB/s', or '0.125 GB/s' for that many bits"),
        ("8 Kib", "size", "is in bits", "'8 KiB', or '1 KiB' for that many bits"),
        ("1 GB", "frequency", "is a size in bytes and not a frequency", ""),
        ("1 GB", "bandwidth", "is a size in bytes and not a bandwidth", "'1 GB/s'"),
        ("1 GHz", "time", "is a frequency and not a time", ""),
        ("1 V", "current", "is a voltage and not a current", ""),
        ("1e9", "frequency", "is text without a unit", "1e9 without quotes, or '1e9 Hz'"),
        ("", "size", "is not a number with a unit", ""),
        ("GHz", "frequency", "is not a number with a unit", ""),
        ("one GHz", "frequency", "is not a number with a unit", ""),
        ("1,5 GHz", "frequency", "is not a number with a unit", "'1.5 GHz'"),
        ("1 000 Hz", "frequency", "is not a number with a unit", ""),
        ("1_000 Hz", "frequency", "is not a number with a unit", ""),
        ("nan Hz", "frequency", "is not a number with a unit", ""),
        ("inf s", "time", "is not a number with a unit", ""),
        ("0x10 B", "size", "has an unknown unit 'x10 B'", ""),
        ("\u0661 GHz", "frequency", "is not a number with a unit", ""),
        ("1e9999 Hz", "frequency", "is not a number with a unit", ""),
        ("9e999 Hz", "frequency", "is too large", ""),
        ("1e-999 s", "time", "is too small", ""),
        ("9" * 500 + " Hz", "frequency", "is not a number with a unit", ""),
    ],
)
def test_a_bad_unit_string_says_why(
    text: str, dimension: str, problem: str, suggestion: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse_quantity(text, dimension)
    assert problem in caught.value.problem
    assert caught.value.suggestion == suggestion
    assert DIMENSIONS[dimension].example in caught.value.allowed
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.2e9, "B/s", "1.2 GB/s"),
        (3.4e-3, "s", "3.4 ms"),
        (999.96e6, "Hz", "1 GHz"),
        (0, "s", "0 s"),
        (-3e-9, "J", "-3 nJ"),
        (512, "bytes", "512 B"),
        (1e-20, "s", "1e-05 fs"),
        (1e20, "Hz", "1e+08 THz"),
        (0.5, "mm2", "0.5 mm2"),
        (123_456.7, "mm2", "123,457 mm2"),
        (12_345, "tokens/s", "12,345 tokens/s"),
        (0.000_123_4, "", "0.0001234"),
        (math.inf, "s", "inf s"),
        (math.nan, "J", "nan J"),
    ],
)
def test_figures_for_people(value: float, unit: str, text: str) -> None:
    assert format_quantity(value, unit) == text


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(UNITS), st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False)
)
def test_exact_in_every_unit(named: tuple[str, str], number: object) -> None:
    dimension, unit = named
    factor = DIMENSIONS[dimension].factors[unit]
    assert parse_exact(f"{number} {unit}", dimension) == factor * parse_exact(
        f"{number} {DIMENSIONS[dimension].unit}", dimension
    )


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(DIMENSIONS)), st.floats(1e-17, 1e17), st.integers(4, 9))
def test_what_is_written_can_be_read(dimension: str, value: float, digits: int) -> None:
    text = format_quantity(value, DIMENSIONS[dimension].unit, digits).replace(",", "")
    assert parse_quantity(text, dimension) == pytest.approx(value, rel=10.0 ** (1 - digits))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=100), st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_is_a_finite_number_or_an_input_error(text: str, dimension: str) -> None:
    with contextlib.suppress(InputError):
        assert math.isfinite(parse_quantity(text, dimension))
