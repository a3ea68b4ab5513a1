"""The JSON Schema of a kind of file, studies included."""

from __future__ import annotations

from archsim.api.schemas import schema_of as schema_of_part
from archsim.config import json_schema
from archsim.space.study_file import StudySpec

STUDY_KIND = "study"


def schema_of(kind: str) -> dict[str, object]:
    """Return the JSON Schema of a kind of hardware, workload or study file.

    Raises:
        UnknownNameError: No such kind.
    """
    if kind != STUDY_KIND:
        return schema_of_part(kind)
    schema: dict[str, object] = json_schema(StudySpec)
    return schema
