"""From the keys and values that a study writes to parameters that a family's model accepts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, cast

from pydantic import BaseModel, ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from archsim.api.keys import keys_of, knows
from archsim.config.keys import Declared, declared_at
from archsim.config.quantities import Quantity
from archsim.errors import InputError, closest, shown
from archsim.space.parameter import MAXIMUM_VALUES, Parameter, ParameterKind, ParameterSpec, Value
from archsim.units import parse_quantity

if TYPE_CHECKING:
    from archsim.config import HardwareSpec, WorkloadSpec

    Spec = HardwareSpec | WorkloadSpec

OWNERS = ("hardware", "workload")
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


class Vocabulary:
    """The keys of one hardware and one workload, and the values that each takes.

    Args:
        specs: ``"hardware"`` and ``"workload"`` to the specification that is varied.
        load: The same names to a function that loads it with settings, for keys whose values
            only the loader understands (names of files).
    """

    def __init__(
        self,
        specs: Mapping[str, Spec],
        load: Mapping[str, Callable[[Mapping[str, object]], object]],
    ) -> None:
        self._specs = specs
        self._load = load

    def check_key(self, key: str) -> None:
        """Refuse a key that neither file knows.

        Raises:
            InputError: With what was probably meant.
        """
        owner, _, path = key.partition(".")
        if owner in OWNERS and knows(type(self._specs[owner]), path):
            return
        known = {
            f"{name}.{item.path}": item.path
            for name in OWNERS
            for item in keys_of(type(self._specs[name]))
            if not item.is_section
        }
        allowed = "" if owner in OWNERS else "hardware.KEY or workload.KEY"
        raise InputError("unknown key", found=shown(key), allowed=allowed,
                         suggestion=_nearest(key, known))  # fmt: skip

    def value(self, key: str, value: Value) -> Value:
        """Return a value as the family's model holds it: ``1 GHz`` is 1e9.

        Raises:
            InputError: The model refuses it, whatever the other keys are.
        """
        owner, _, path = key.partition(".")
        declared = self._declared(owner, path)
        for candidate in _candidates(value):
            try:
                checked = _adapter(declared).validate_python(candidate)
            except (ValidationError, InputError):
                continue
            if checked is None or isinstance(checked, bool | int | float | str):
                return checked
        try:
            self._load[owner]({path: value})
        except InputError as error:
            raise InputError(
                error.problem, found=error.found or shown(value), allowed=error.allowed,
                suggestion=error.suggestion,
            ) from error  # fmt: skip
        return value

    def base(self, key: str) -> Value:
        """Return the value that a key has in the file that is varied.

        Raises:
            InputError: There is none, or it is a list or section.
        """
        owner, _, path = key.partition(".")
        found: object = self._specs[owner]
        for part in path.split("."):
            if isinstance(found, BaseModel):
                found = getattr(found, part, math.nan)
            else:
                found = found.get(part, math.nan) if isinstance(found, Mapping) else math.nan
        if found is None or (isinstance(found, bool | int | float | str) and found == found):
            return found
        raise InputError("has no single value in the file, so each design must give one", key=key)

    def parameter(self, key: str, spec: ParameterSpec) -> Parameter:
        """Return a parameter with checked values; rules name keys, which ``Space`` checks.

        Raises:
            InputError: The key or a value is wrong, or two values are the same.
        """
        self.check_key(key)
        spec.check_form()
        values = self._range(key, spec) if spec.values is None else list(spec.values)
        checked = _without_repeats([self.value(key, value) for value in values])
        rules = tuple(
            (
                other,
                tuple(
                    self.value(other, item)
                    for item in (which if isinstance(which, tuple) else (which,))
                ),
            )
            for other, which in spec.inert_when.items()
            if self._checked(other)
        )
        quantity = self._quantity(key)
        return Parameter(
            key=key,
            kind=spec.kind or _told_by(checked, ranged=spec.values is None),
            values=tuple(checked),
            unit=spec.unit or (quantity.unit if quantity else ""),
            group=spec.group,
            inert_when=rules,
        )

    def _checked(self, key: str) -> bool:
        self.check_key(key)
        return True

    def _declared(self, owner: str, path: str) -> Declared:
        spec = self._specs[owner]
        data = spec.model_dump(mode="python", by_alias=True, exclude={"sources"})
        parts = tuple(int(part) if part.isdigit() else part for part in path.split("."))
        return declared_at(type(spec), parts, data)

    def _quantity(self, key: str) -> Quantity | None:
        owner, _, path = key.partition(".")
        return _quantity_in(self._declared(owner, path))

    def _range(self, key: str, spec: ParameterSpec) -> list[Value]:
        quantity = self._quantity(key)
        low, high = (self._number(key, item, quantity) for item in (spec.minimum, spec.maximum))
        if low > high:
            raise InputError(
                "the minimum is above the maximum",
                found=f"{shown(spec.minimum)} and {shown(spec.maximum)}",
            )
        whole = spec.kind == "integer" or (spec.kind is None and _is_whole(self, key))
        if spec.points is not None:
            numbers = _spread(low, high, spec.points, log=spec.scale == "log")
        else:
            step = self._number(key, spec.step, quantity)
            if step <= 0:
                raise InputError("the step must be above 0", found=shown(spec.step))
            count = (high - low) // step + 1
            if count > MAXIMUM_VALUES:
                raise InputError(
                    "the range has too many values", found=str(count),
                    allowed=f"at most {MAXIMUM_VALUES}",
                )  # fmt: skip
            numbers = [low + step * at for at in range(int(count))]
        if whole:
            return list(dict.fromkeys(round(number) for number in numbers))
        return [float(number) for number in numbers]

    def _number(self, key: str, value: float | str | None, quantity: Quantity | None) -> Fraction:
        if isinstance(value, str):
            if quantity is None:
                raise InputError("must be a number", found=shown(value), key=key)
            return Fraction(str(parse_quantity(value, quantity.dimension)))
        return Fraction(str(value))


def _nearest(key: str, known: Mapping[str, str]) -> str:
    """Return the full key that was probably meant: with the same end, or spelt nearly alike."""
    tail = key.rpartition(".")[2]
    alike = [full for full, path in known.items() if path.rpartition(".")[2] == tail]
    by_path = {path: full for full, path in known.items()}
    return (
        closest(key, alike) or (alike[0] if alike else "") or closest(key, known)
        or by_path.get(closest(key, by_path), "")
    )  # fmt: skip


def _candidates(value: Value) -> list[Value]:
    whole = isinstance(value, float) and value.is_integer()
    return [value, int(value)] if whole and isinstance(value, float) else [value]


def _adapter(declared: Declared) -> TypeAdapter[object]:
    annotation = declared.annotation
    if declared.metadata:
        annotation = Annotated[(annotation, *declared.metadata)]
    checked = cast("type[object]", annotation)
    try:
        return TypeAdapter(checked, config=_STRICT)
    except PydanticUserError:  # a section, which has a strict model of its own
        return TypeAdapter(checked)


def _quantity_in(declared: Declared) -> Quantity | None:
    parts = [*declared.metadata, *getattr(declared.annotation, "__metadata__", ())]
    for option in getattr(declared.annotation, "__args__", ()):
        parts += getattr(option, "__metadata__", ())
    return next((item for item in parts if isinstance(item, Quantity)), None)


def _is_whole(vocabulary: Vocabulary, key: str) -> bool:
    """Say whether a key takes whole numbers only."""
    owner, _, path = key.partition(".")
    adapter = _adapter(vocabulary._declared(owner, path))
    try:
        return type(adapter.validate_python(1)) is int
    except (ValidationError, InputError):
        return "int" in repr(vocabulary._declared(owner, path).annotation)


def _spread(low: Fraction, high: Fraction, points: int, *, log: bool) -> list[Fraction]:
    if points == 1 or low == high:
        return [low]
    if not log:
        return [low + (high - low) * at / (points - 1) for at in range(points)]
    if low <= 0:
        raise InputError("a log scale must begin above 0", found=str(float(low)))
    ratio = math.log(high / low)
    inner = [Fraction(float(low) * math.exp(ratio * at / (points - 1))) for at in range(points)]
    return [low, *inner[1:-1], high]


def _without_repeats(values: Sequence[Value]) -> list[Value]:
    seen: set[tuple[bool, Value]] = set()
    for value in values:
        item = (isinstance(value, bool), value)
        if item in seen:
            raise InputError("the same value is given twice", found=shown(value))
        seen.add(item)
    return list(values)


def _told_by(values: Sequence[Value], *, ranged: bool) -> ParameterKind:
    """Return the kind that values have: a range is integer or real, a list of numbers ordinal."""
    if any(value is None or isinstance(value, bool | str) for value in values):
        return "categorical"
    if not ranged:
        return "ordinal"
    return "integer" if all(isinstance(value, int) for value in values) else "real"
