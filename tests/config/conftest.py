"""A small chip with one field of every sort, its file, and a way to read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from archsim.config import (
    Bytes,
    BytesPerSecond,
    Fraction01,
    HardwareSpec,
    Hertz,
    Joules,
    NonNegativeSeconds,
    PositiveFloat,
    PositiveInt,
    StrictModel,
    build,
    load_document,
)
from archsim.errors import InputError


class Core(StrictModel):
    frequency_hz: Hertz = Field(description="clock of the core")
    lanes: Annotated[PositiveInt, Field(le=1024)]
    scale: PositiveFloat = 1.0


class Memory(StrictModel):
    sram_bytes: Bytes
    bandwidth_bytes_per_s: BytesPerSecond
    latency_s: NonNegativeSeconds = 0.0
    read_energy_j: Joules | None = None


class Pim(StrictModel):
    row_buffers: Literal["single", "dual"]
    banks: PositiveInt = 16


class Port(StrictModel):
    width_bytes: Bytes


class Greedy(StrictModel):
    name: Literal["greedy"] = "greedy"
    depth: PositiveInt = 1


class Fixed(StrictModel):
    name: Literal["fixed"] = "fixed"
    order: tuple[PositiveInt, ...]


class Chip(HardwareSpec):
    """A chip."""

    kind: Literal["chip"] = "chip"
    core: Core
    memory: Memory
    pim: Pim | None = None
    overlap: bool = False
    node_nm: Literal[7, 28] = 7
    shares: Annotated[tuple[Fraction01, ...], Field(max_length=4)] = ()
    ports: dict[str, Port] = Field(default_factory=dict)
    policy: Annotated[Greedy | Fixed, Field(discriminator="name")] = Field(default_factory=Greedy)
    label: Annotated[str, Field(max_length=10)] = ""

    @model_validator(mode="after")
    def _fits(self) -> Chip:
        if self.core.lanes > self.memory.sram_bytes:
            raise InputError(
                "every lane needs a byte",
                key="core.lanes",
                found=str(self.core.lanes),
                allowed=f"at most {self.memory.sram_bytes}",
            )
        return self


CHIP = """\
kind: chip
schema_version: 1
name: chip
core:
  frequency_hz: 1 GHz
  lanes: 4
memory: {sram_bytes: 64 KiB, bandwidth_bytes_per_s: 19.2 GB/s}
pim: {row_buffers: dual}
sources:
  core.*: {from: "Data sheet, table 1", certainty: primary}
  "*": {from: "A judgement", certainty: estimate}
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path, monkeypatch) -> Write:
    """Return a function that writes a file in an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, text: str | bytes) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_file


@pytest.fixture
def chip_text() -> str:
    return CHIP


@pytest.fixture
def chip_model() -> type[Chip]:
    return Chip


@pytest.fixture
def read_chip():
    """Return a function from a source and settings to a chip."""

    def read(source, **settings):
        return build(Chip, load_document(source, "hw_configs", settings.get("overrides")))

    return read


@pytest.fixture
def refusal(read_chip):
    """Return a function that gives the sentence with which a source is refused."""

    def sentence(source, overrides=None) -> str:
        with pytest.raises(InputError) as caught:
            read_chip(source, overrides=overrides)
        text = str(caught.value)
        assert "\n" not in text
        assert len(text) < 700
        assert text.isprintable()
        return text

    return sentence
