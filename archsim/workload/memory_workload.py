"""``kind: memory_trace``: a workload that is requests to a memory, from a file or synthetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.config import (
    Document,
    Fraction01,
    NonNegativeInt,
    PositiveFloat,
    WorkloadSpec,
    build,
    load_document,
)
from archsim.errors import InputError, shown
from archsim.paths import is_file
from archsim.workload.memory_trace import MemoryTrace
from archsim.workload.places import placed
from archsim.workload.synthetic_memory import Pattern, generate

Source = str | Path | Mapping[str, object]


class MemoryTraceWorkload(WorkloadSpec):
    """Read and write requests of one burst each, with the clocks at which they are made."""

    kind: Literal["memory_trace"]
    path: str | None = Field(
        default=None, min_length=1, description="trace file, .stl or .rstl, beside the workload"
    )
    pattern: Pattern | None = Field(default=None, description="rule of a synthetic trace")
    requests: Annotated[int, Field(ge=1, le=100_000_000)] = Field(
        default=10_000, description="requests of a synthetic trace"
    )
    gap_cycles: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=1, description="clocks between requests"
    )
    write_share: Fraction01 = Field(default=0.0, description="probability that a request writes")
    stream_share: Fraction01 = Field(
        default=0.5, description="mix: probability that a block of 50 continues the stream"
    )
    stride_bytes: Annotated[int, Field(ge=0, le=2**30)] = Field(
        default=8192, description="stride: step from request to request"
    )
    mean_gap_cycles: PositiveFloat = Field(
        default=20.0, description="poisson: mean clocks between requests"
    )
    seed: NonNegativeInt = Field(
        default=1, description="seed of a synthetic trace, to which that of the run is added"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> MemoryTraceWorkload:
        if (self.path is None) == (self.pattern is None):
            raise InputError(
                "a memory trace needs either a path or a pattern",
                key="pattern" if self.path is None else "path",
                found="neither" if self.path is None else "both",
            )
        return self

    def trace(self, seed: int = 0) -> MemoryTrace:
        """Return the requests.

        Args:
            seed: Added to the workload's own; a file has no use for it.

        Raises:
            InputError: The file is missing or bad.
        """
        if self.pattern is None:
            from archsim.workload.stl_file import read_stl

            return read_stl(str(self.path))
        return generate(
            self.pattern,
            self.requests,
            gap_cycles=self.gap_cycles,
            write_share=self.write_share,
            stream_share=self.stream_share,
            stride_bytes=self.stride_bytes,
            mean_gap_cycles=self.mean_gap_cycles,
            seed=self.seed + seed,
        )


def load_memory_trace(source: Source, overrides: Mapping[str, object]) -> MemoryTraceWorkload:
    """Load a workload of this kind; its ``path`` is relative to its file.

    Raises:
        InputError: Anything in the file is wrong, or the trace file does not exist.
    """
    document = load_document(source, "workloads", overrides)
    path = document.data.get("path")
    if isinstance(path, str) and path and "path" not in overrides:
        document = replace(document, data=document.data | {"path": _beside(document, path)})
    workload = build(MemoryTraceWorkload, document)
    if workload.path is not None and not is_file(workload.path):
        with placed(document, "path"):
            raise InputError(f"the trace file {shown(workload.path)} does not exist")
    return workload


def _beside(document: Document, path: str) -> str:
    return str((document.path.parent if document.path is not None else Path()) / path)
