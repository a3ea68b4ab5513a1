"""Is this file good? Studies too, on top of what ``archsim.api.checking`` knows."""

from __future__ import annotations

from archsim.api.checking import Checked
from archsim.api.checking import check_file as check_part
from archsim.config import load_document
from archsim.errors import ArchsimError
from archsim.space.choosing import METHODS, choose_designs
from archsim.space.study import Study, load_study


def check_file(source: str) -> Checked:
    """Check one file of any kind by reading it as what its ``kind:`` says it is.

    Args:
        source: A path or a shipped name.
    """
    if not is_study(source):
        return check_part(source)
    try:
        study = load_study(source)
        if is_sweep(study):
            choose_designs(study)
    except ArchsimError as error:
        return Checked(source, "", "", str(error))
    return Checked(source, "study", study.name, "")


def is_sweep(study: Study) -> bool:
    """Say whether a study is one that ``archsim sweep`` runs."""
    return not study.spec.methods and study.spec.method.name in METHODS


def is_study(source: str) -> bool:
    """Say whether a file is a study: by its kind, or by its space where it has no kind."""
    try:
        data = load_document(source, "workloads").data
    except ArchsimError:
        return False
    return data.get("kind", "study" if "space" in data else "") == "study"
