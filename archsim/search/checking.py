"""Is this file good? Studies of a search too, on top of what ``archsim.space.checking`` knows."""

from __future__ import annotations

from archsim.api.checking import Checked
from archsim.errors import ArchsimError
from archsim.search.plan import make_plans
from archsim.space.checking import check_file as check_space
from archsim.space.checking import is_study, is_sweep
from archsim.space.study import load_study


def check_file(source: str) -> Checked:
    """Check one file of any kind by reading it as what its ``kind:`` says it is.

    Args:
        source: A path or a shipped name.
    """
    found = check_space(source)
    if found.problem or not is_study(source):
        return found
    try:
        study = load_study(source)
        if not is_sweep(study):
            make_plans(study)
    except ArchsimError as error:
        return Checked(source, "", "", str(error))
    return found
