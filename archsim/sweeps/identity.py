"""What a trial is called in the ledger: a hash of everything that its figures depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.config import content_text
from archsim.errors import InputError
from archsim.sweeps.designs import DesignBuilder
from archsim.version import __version__

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Parameter, Space

KEY_BYTES = 16
_LANES = 4


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

    The hardware's part is a sum over its whole content (``content_sum``), so that a varied value
    costs one addition and equal designs have equal names whichever keys a study varies. A value
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
        self._workload_at = [at for at, key in enumerate(keys) if key.startswith("workload.")]
        content = builder.base_hardware.content()
        self._base = content_sum(content)
        self._changes = {
            at: _changes(content, space.parameters[at])
            for at, key in enumerate(keys)
            if key.startswith("hardware.")
        }
        self._workloads: dict[tuple[int, ...], bytes] = {}

    def keys(self, levels: NDArray[np.int64]) -> list[bytes]:
        """Return the key of each trial.

        Args:
            levels: Shape (trials, parameters).
        """
        sums = self.hardware_sums(levels).astype("<u8").tobytes()
        size = _LANES * 8
        return [
            hashlib.sha256(sums[at : at + size] + workload).digest()[:KEY_BYTES]
            for at, workload in zip(
                range(0, len(sums), size), self._workload_parts(levels), strict=True
            )
        ]

    def hardware_sums(self, levels: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the ``content_sum`` of each design's hardware, shape (designs, 4).

        Args:
            levels: Shape (designs, parameters).
        """
        import numpy as np

        found = np.tile(self._base, (len(levels), 1))
        for at, changes in self._changes.items():
            found += changes[levels[:, at]]
        return found

    def _workload_parts(self, levels: NDArray[np.int64]) -> list[bytes]:
        if not self._workload_at:
            return [self._workload_part(())] * len(levels)
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
            self._workloads[levels] = hashlib.sha256(f"{text} {self._conditions}".encode()).digest()
        return self._workloads[levels]


def content_sum(content: object) -> NDArray[np.uint64]:
    """Return a hash of JSON data that is a sum over its single values, shape (4,).

    Each value is hashed with its path (SHA-256, read as four numbers of 64 bits) and the hashes
    are added modulo 2^64 each. Different data have equal sums by chance alone, about once in
    2^256 pairs; it does not withstand somebody who constructs data to that end.
    """
    import numpy as np

    hashes = [_hashed(path, value) for path, value in _single_values(content, ())]
    found: NDArray[np.uint64] = np.sum(hashes, axis=0)
    return found


def _single_values(
    content: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Yield path and value of all that has no parts, empty objects and lists among them."""
    if isinstance(content, dict) and content:
        for name, part in content.items():
            yield from _single_values(part, (*path, str(name)))
    elif isinstance(content, list) and content:
        for at, part in enumerate(content):
            yield from _single_values(part, (*path, at))
    else:
        yield path, content


def _hashed(path: Sequence[str | int], value: object, kind: str = "at") -> NDArray[np.uint64]:
    import numpy as np

    text = f"{kind} {content_text(list(path))} {content_text(value)}"
    return np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype="<u8").astype(np.uint64)


def _changes(content: object, parameter: Parameter) -> NDArray[np.uint64]:
    """Return what each value of a parameter adds to the sum of the base, shape (values, 4)."""
    import numpy as np

    path = parameter.key.split(".")[1:]
    for name in path[:-1]:
        content = content.get(name) if isinstance(content, dict) else None
    there = isinstance(content, dict) and path[-1] in content
    base = content[path[-1]] if isinstance(content, dict) and there else None
    if not there or isinstance(base, dict | list):
        return np.stack([_hashed(path, value, "beside") for value in parameter.values])
    return np.stack([_hashed(path, value) for value in parameter.values]) - _hashed(path, base)
