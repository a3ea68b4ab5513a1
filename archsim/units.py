"""Unit strings: ``parse_quantity("64 KiB", "size") -> 65536.0`` and back for humans.

Case matters, and SI and IEC prefixes differ: kB is 1000 bytes, KiB is 1024 bytes. Bits are refused:
a capital B is a byte, and whoever has bits divides by eight, so that nobody is wrong by eight
silently. Arithmetic is exact: ``"1.1 GHz"`` is the float nearest to 1 100 000 000.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from archsim.errors import InputError, closest, shown

_PREFIXES = {
    "P": Fraction(10**15), "T": Fraction(10**12), "G": Fraction(10**9), "M": Fraction(10**6),
    "k": Fraction(1000), "": Fraction(1), "m": Fraction(1, 1000), "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9), "p": Fraction(1, 10**12), "f": Fraction(1, 10**15),
    "a": Fraction(1, 10**18),
}  # fmt: skip
_BINARY = {f"{letter}i": Fraction(1024**power) for power, letter in enumerate("KMGTP", start=1)}

_LONGEST = 80
_SHAPE = re.compile(r"([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*(\S.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a quantity measures, and its units.

    Attributes:
        name: Key in ``DIMENSIONS``.
        unit: The unit that plain numbers are in.
        noun: What it measures, for messages.
        example: A typical quantity.
        factors: Unit as written to its size in base units.
    """

    name: str
    unit: str
    noun: str
    example: str
    factors: Mapping[str, Fraction]


def _si(base: str, prefixes: str, *, suffix: str = "") -> dict[str, Fraction]:
    return {f"{p}{base}{suffix}": _PREFIXES[p] for p in [*prefixes, ""]}


def _bytes(suffix: str = "") -> dict[str, Fraction]:
    binary = {f"{prefix}B{suffix}": factor for prefix, factor in _BINARY.items()}
    return _si("B", "PTGMk", suffix=suffix) | binary


_AREAS = {"mm2": Fraction(1), "um2": Fraction(1, 10**6), "cm2": Fraction(100)}

DIMENSIONS: Mapping[str, Dimension] = {
    item.name: item
    for item in (
        Dimension("frequency", "Hz", "a frequency", "1 GHz", _si("Hz", "TGMk")),
        Dimension("size", "B", "a size in bytes", "64 KiB", _bytes()),
        Dimension("bandwidth", "B/s", "a bandwidth in bytes per second", "19.2 GB/s", _bytes("/s")),
        Dimension("time", "s", "a time", "14 ns", _si("s", "munpf")),
        Dimension("energy", "J", "an energy", "3.2 pJ", _si("J", "kmunpfa")),
        Dimension("power", "W", "a power", "250 mW", _si("W", "Mkmunp")),
        Dimension("area", "mm2", "an area", "1.5 mm2", _AREAS),
        Dimension("voltage", "V", "a voltage", "1.2 V", _si("V", "kmu")),
        Dimension("current", "A", "a current", "65 mA", _si("A", "kmunp")),
    )
}
"""Dimension to its units; a size is in bytes and a bandwidth in bytes per second."""


def describe_dimension(dimension: str) -> str:
    """Return what is allowed, e.g. ``"a frequency such as '1 GHz', or a number in Hz"``."""
    scale = DIMENSIONS[dimension]
    return f"{scale.noun} such as {scale.example!r}, or a number in {scale.unit}"


def parse_quantity(text: str, dimension: str) -> float:
    """Read a unit string.

    Args:
        text: A decimal number and a unit, with or without a space: ``"19.2 GB/s"``.
        dimension: What it must measure, a key of ``DIMENSIONS``.

    Returns:
        The value in base units (Hz, bytes, bytes/s, s, J, W, mm2, V, A), correctly rounded.

    Raises:
        InputError: It isn't a number with a unit of this dimension, or overflows.
    """
    exact = parse_exact(text, dimension)
    try:
        value = float(exact)
    except OverflowError:
        raise _refusal("is too large", text, dimension) from None
    if exact and not value:
        raise _refusal("is too small", text, dimension)
    return value


def parse_exact(text: str, dimension: str) -> Fraction:
    """Read a unit string as ``parse_quantity`` does, without rounding.

    Raises:
        InputError: It isn't a number with a unit of this dimension.
    """
    found = _SHAPE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        raise _refusal("is not a number with a unit", text, dimension)
    number, unit = found.group(1), " ".join((found.group(2) or "").split())
    if unit and not unit[0].isalpha():
        hint = repr(text.strip().replace(",", ".")) if text.count(",") == 1 else ""
        raise _refusal("is not a number with a unit", text, dimension, hint)
    if not unit:
        raise _refusal("is text without a unit", text, dimension, _quoted(number, dimension))
    factor = DIMENSIONS[dimension].factors.get(_normalised(unit))
    if factor is None:
        raise _wrong_unit(text, number, unit, dimension)
    return Fraction(number) * factor


def format_quantity(value: float, unit: str, digits: int = 4) -> str:
    """Write a value for humans, rounded and with a fitting SI prefix.

    Units of ``archsim.units`` are scaled (``1.2e9, "B/s"`` gives ``"1.2 GB/s"``); areas and other
    units (``"tokens/s"``, ``"cycles"``) are not.

    Args:
        value: Value in ``unit``.
        unit: A base unit such as ``"s"``, or any other; ``"bytes"`` is ``"B"``.
        digits: Significant digits.
    """
    name = _SHORT_NAMES.get(unit, unit)
    if not math.isfinite(value) or value == 0:
        return f"{value:g} {name}".strip()
    prefixes = _FORMAT_PREFIXES.get(name)
    if prefixes is None:
        return f"{_rounded(value, digits)} {name}".strip()
    for prefix in prefixes:
        scaled = float(f"{value / float(_PREFIXES[prefix]):.{digits}g}")
        if abs(scaled) < 1000:
            break
    return f"{_rounded(scaled, digits)} {prefix}{name}"


def is_scaled(unit: str) -> bool:
    """Say whether ``format_quantity`` gives values in this unit a prefix."""
    return _SHORT_NAMES.get(unit, unit) in _FORMAT_PREFIXES


_SHORT_NAMES = {"bytes": "B", "byte": "B", "bytes/s": "B/s"}


def binary_size(size_bytes: int) -> str:
    """Write a size for humans with the IEC prefix that fits, e.g. ``"32 MiB"``."""
    size, prefix = float(size_bytes), ""
    for larger in ("Ki", "Mi", "Gi", "Ti", "Pi"):
        if size < 1024:
            break
        size, prefix = size / 1024, larger
    return f"{_rounded(size, 4)} {prefix}B"


_FORMAT_PREFIXES: dict[str, list[str]] = {
    scale.unit: [p for p in reversed(_PREFIXES) if f"{p}{scale.unit}" in scale.factors]
    for scale in DIMENSIONS.values()
    if scale.unit != "mm2"
}


def _rounded(value: float, digits: int) -> str:
    if 1e4 <= abs(value) < 1e6 and digits <= 5:
        return f"{round(value):,}"
    return str(int(value)) if value == int(value) and abs(value) < 1e4 else f"{value:.{digits}g}"


def _normalised(unit: str) -> str:
    """Map spellings that mean the same thing: micro signs, squares, the word bytes, spaces."""
    plain = unit.replace("\u00b5", "u").replace("\u03bc", "u")
    plain = plain.replace("\u00b2", "2").replace("^2", "2").replace(" / ", "/")
    return re.sub(r"^bytes?(?=$|/s$)", "B", plain)


def _quoted(number: str, dimension: str) -> str:
    return f"{number} without quotes, or '{number} {DIMENSIONS[dimension].unit}'"


def _wrong_unit(text: str, number: str, unit: str, dimension: str) -> InputError:
    plain, factors = _normalised(unit), DIMENSIONS[dimension].factors
    for other, scale in DIMENSIONS.items():
        if plain in scale.factors:
            owner = DIMENSIONS[dimension].noun
            hint = f"'{number} {unit}/s'" if (other, dimension) == ("size", "bandwidth") else ""
            return _refusal(f"is {scale.noun} and not {owner}", text, dimension, hint)
    bits = re.fullmatch(r"(k|[KMGTP]i?)?(?:b|bits?|bps)(/s|ps)?", plain)
    if bits and dimension in ("size", "bandwidth"):
        rate = "/s" if dimension == "bandwidth" else ""
        prefix = {"K": "k", None: ""}.get(bits.group(1), bits.group(1))
        eighth = f"{float(Fraction(number) / 8):g}"
        hint = f"'{number} {prefix}B{rate}', or '{eighth} {prefix}B{rate}' for that many bits"
        return _refusal("is in bits, and archsim counts bytes", text, dimension, hint)
    near = [known for known in factors if known.lower() == plain.lower()]
    if dimension in ("size", "bandwidth") and plain in ("KB", "KB/s", "K"):
        tail = "/s" if dimension == "bandwidth" else ""
        near = [f"KiB{tail}", f"kB{tail}"]
    elif dimension in ("size", "bandwidth") and f"{plain}B" in factors:
        near = [f"{plain}B"]
    near = sorted(near, key=lambda name: -factors[name])[:2] or [closest(plain, factors)]
    hint = " or ".join(f"'{number} {name}'" for name in near if name)
    return _refusal(f"has an unknown unit {unit!r}", text, dimension, hint)


def _refusal(problem: str, text: str, dimension: str, suggestion: str = "") -> InputError:
    allowed = describe_dimension(dimension)
    return InputError(problem, found=shown(text), allowed=allowed, suggestion=suggestion)
