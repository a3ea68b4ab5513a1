"""The bases of hardware and workload specifications."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from archsim.config.sources import Source
from archsim.config.strict import StrictModel

_NOT_CONTENT = frozenset({"name", "description", "sources"})


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("must be text on one line")
    return text


Name = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
"""The name of a specification: text on one line."""


class Specification(StrictModel):
    """What every file has: its kind, the version of its form, a name, and sources."""

    kind: str = Field(description="family that the file belongs to")
    schema_version: Literal[1] = Field(default=1, description="version of the file's form")
    name: Name = Field(description="name of this file's content, as the file is called")
    description: Annotated[str, Field(max_length=2000)] = Field(
        default="", description="one line for people"
    )
    sources: dict[str, Source] = Field(
        default_factory=dict, description="key patterns to where their numbers are from"
    )

    def content_hash(self) -> str:
        """Return the SHA-256 (hex) of what is simulated.

        Names, descriptions and sources don't count, so equal content under another name, or
        read from another file, has the same hash.
        """
        return hashlib.sha256(content_text(self.content()).encode()).hexdigest()

    def content(self) -> object:
        """Return what is simulated as plain JSON data; its ``content_text`` is what is hashed."""
        return _content(self)


def content_text(content: object) -> str:
    """Return JSON data as text that equal data always has."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


class HardwareSpec(Specification):
    """Base of every hardware family's specification."""


class WorkloadSpec(Specification):
    """Base of every kind of workload's specification, and of its named parts."""


def _content(value: object) -> object:
    """Return plain data for JSON, without what does not count."""
    if isinstance(value, BaseModel):
        skipped = _NOT_CONTENT if isinstance(value, Specification) else frozenset()
        return {
            name: _content(getattr(value, name))
            for name in type(value).model_fields
            if name not in skipped
        }
    if isinstance(value, Mapping):
        return {str(key): _content(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_content(item) for item in value]
    return value
