"""The designs that a sweep of a study evaluates, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.errors import InputError, UnknownNameError
from archsim.space import sampling
from archsim.space.study import Study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

METHODS = ("grid", "list", "random", "sobol")
"""Methods that need no results to choose the next design."""

MAXIMUM_DESIGNS = 10_000_000


def choose_designs(study: Study) -> NDArray[np.int64]:
    """Return the levels of every design to evaluate, shape (designs, parameters).

    Designs are canonical and, but for a list, each there once.

    Raises:
        InputError: The method is no sweep, or the budget does not fit it.
    """
    import numpy as np

    method, budget = study.spec.method, study.spec.budget.evaluations
    if study.spec.methods:
        raise InputError(
            "the study compares methods of a search, so it is no sweep", key="methods",
            allowed="archsim search, or one method instead of methods",
        )  # fmt: skip
    if method.name not in METHODS:
        raise UnknownNameError("method of a sweep", method.name, METHODS, key="method.name")
    for key, given in (("options", method.options), ("grid", method.grid)):
        if given:
            raise InputError(
                f"the method {method.name} of a sweep has no {key}", key=f"method.{key}",
                found=", ".join(given),
            )  # fmt: skip
    if study.spec.budget.unique is not None:
        raise InputError(
            "a sweep evaluates each design once, so its budget has one number",
            key="budget.unique", allowed="budget.evaluations",
        )  # fmt: skip
    if budget is not None and budget > MAXIMUM_DESIGNS:
        raise InputError(
            "the budget is too large for one sweep", key="budget.evaluations", found=str(budget),
            allowed=f"at most {MAXIMUM_DESIGNS}",
        )  # fmt: skip
    if method.name in ("grid", "list"):
        if method.name == "grid":
            levels = sampling.grid(study.space)
        else:
            levels = study.space.collapse(np.array(study.listed, dtype=np.int64))
        if budget is not None and budget < len(levels):
            raise InputError(
                f"the {method.name} has more designs than the budget", key="budget.evaluations",
                found=f"{len(levels)} designs, {budget} evaluations",
                allowed=f"at least {len(levels)}, or method random or sobol",
            )  # fmt: skip
        return levels
    if budget is None:
        raise InputError(
            f"the method {method.name} needs a budget", key="budget.evaluations",
            allowed="a number of evaluations",
        )  # fmt: skip
    draw = sampling.random if method.name == "random" else sampling.sobol
    return draw(study.space, budget, study.spec.seed)
