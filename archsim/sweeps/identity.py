"""What a trial is called in the ledger: a hash of everything that its figures depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.config import content_text
from archsim.errors import InputError
from archsim.sweeps.designs import DesignBuilder
from archsim.version import __version__

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space

KEY_BYTES = 16
_MARK = "\x00archsim\x00"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a trial depends on beside its hardware and workload.

    Attributes:
        fidelity: ``"analytic"`` or ``"event"``.
        form: ``"batch"`` for figures of a family's batch evaluation, which equal those of
            ``simulate`` to rounding only; ``"run"`` for those of ``simulate``.
        seed: Seed of the simulation.
        version: Version of archsim.
    """

    fidelity: str
    form: str
    seed: int
    version: str = __version__


class Identities:
    """Names the trials of a space.

    The hardware's part is the hash of its whole content (``Specification.content_hash``), with
    the varied values put into the text of the base instead of building every design. A value
    under a section that the base does not have is named beside the base's content.

    Args:
        space: The space.
        builder: Of the base design and workload.
        conditions: What else the trials depend on.
    """

    def __init__(self, space: Space, builder: DesignBuilder, conditions: Conditions) -> None:
        self._space = space
        self._builder = builder
        self._conditions = f"{conditions.fidelity} {conditions.form} {conditions.seed} " + (
            conditions.version
        )
        keys = space.keys
        self._hardware_at = [at for at, key in enumerate(keys) if key.startswith("hardware.")]
        self._workload_at = [at for at, key in enumerate(keys) if key.startswith("workload.")]
        self._texts = [
            [json.dumps(value, allow_nan=False) for value in parameter.values]
            for parameter in space.parameters
        ]
        self._pieces, self._order = self._template()
        self._workloads: dict[tuple[int, ...], bytes] = {}

    def keys(self, levels: NDArray[np.int64]) -> list[bytes]:
        """Return the key of each trial.

        Args:
            levels: Shape (trials, parameters).
        """
        texts, order, pieces = self._texts, self._order, self._pieces
        start = hashlib.sha256(pieces[0].encode())
        tails = pieces[1:]
        found = []
        for row, workload in zip(levels.tolist(), self._workload_parts(levels), strict=True):
            hardware = start.copy()
            rest = [
                text
                for at, tail in zip(order, tails, strict=True)
                for text in (texts[at][row[at]], tail)
            ]
            hardware.update("".join(rest).encode())
            whole = hashlib.sha256(hardware.digest() + workload)
            found.append(whole.digest()[:KEY_BYTES])
        return found

    def hardware_hash(self, levels: Sequence[int]) -> str:
        """Return the content hash (hex) of one design's hardware."""
        text = self._pieces[0]
        for at, tail in zip(self._order, self._pieces[1:], strict=True):
            text += self._texts[at][levels[at]] + tail
        return hashlib.sha256(text.encode()).hexdigest()

    def _template(self) -> tuple[list[str], list[int]]:
        """Return the base's text cut at the varied values, and which parameter stands where."""
        content = self._builder.base_hardware.content()
        beside = []
        for at in self._hardware_at:
            path = self._space.keys[at].split(".")[1:]
            if not _mark(content, path, f"{_MARK}{at}"):
                beside.append(at)
        text = content_text(content)
        for at in beside:
            text += f"\n{self._space.keys[at]}={json.dumps(f'{_MARK}{at}')}"
        order = []
        parts = text.split(json.dumps(_MARK)[:-1])  # a mark as JSON, without its closing quote
        for part in parts[1:]:
            number, _, _ = part.partition('"')
            order.append(int(number))
        pieces = [parts[0], *(part.partition('"')[2] for part in parts[1:])]
        return pieces, order

    def _workload_parts(self, levels: NDArray[np.int64]) -> list[bytes]:
        columns = levels[:, self._workload_at].tolist()
        return [self._workload_part(tuple(row)) for row in columns]

    def _workload_part(self, levels: tuple[int, ...]) -> bytes:
        if levels not in self._workloads:
            settings = {
                self._space.keys[at].removeprefix("workload."): self._space.parameters[at].values[
                    level
                ]
                for at, level in zip(self._workload_at, levels, strict=True)
            }
            try:
                text = self._builder.workload(settings).content_hash()
            except InputError:
                base = self._builder.base_workload.content_hash()
                text = f"{base} {content_text(settings)}"
            self._workloads[levels] = f" {text} {self._conditions}".encode()
        return self._workloads[levels]


def _mark(content: object, path: Sequence[str], mark: str) -> bool:
    """Replace the single value at a path by a mark; return whether there is one."""
    for name in path[:-1]:
        content = content.get(name) if isinstance(content, dict) else None
    if not isinstance(content, dict) or path[-1] not in content:
        return False
    if isinstance(content[path[-1]], dict | list):
        return False
    content[path[-1]] = mark
    return True
