"""From the values of keys to checked hardware and workloads, many times over one base."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archsim.api.loading import load_workload
from archsim.config import Document, build
from archsim.config.nested import replaced
from archsim.errors import InputError

if TYPE_CHECKING:
    from archsim.config import HardwareSpec, WorkloadSpec
    from archsim.space import Value

_KEPT_WORKLOADS = 256


class DesignBuilder:
    """Builds the designs of a study.

    Args:
        hardware: The base design.
        workload: The base workload.
    """

    def __init__(self, hardware: HardwareSpec, workload: WorkloadSpec) -> None:
        self.base_hardware = hardware
        self.base_workload = workload
        self._model = type(hardware)
        # Sources play no part in a simulation and are most of a file.
        self._data = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
        self._workload_data = workload.model_dump(mode="json", by_alias=True)
        self._workload = lru_cache(_KEPT_WORKLOADS)(self._load_workload)

    def hardware(self, settings: Mapping[str, Value]) -> HardwareSpec:
        """Return the base with some keys set.

        Args:
            settings: Dotted key, without ``hardware.``, to value.

        Raises:
            InputError: The values do not fit together.
        """
        if not settings:
            return self.base_hardware
        data = replaced(self._data, settings)
        try:
            return self._model.model_validate(data)
        except ValidationError:
            # The same once more, for the one sentence that says what is wrong.
            return build(self._model, Document(data=data, name="", path=None))

    def workload(self, settings: Mapping[str, Value]) -> WorkloadSpec:
        """Return the base workload with some keys set; the last few are kept.

        Args:
            settings: Dotted key, without ``workload.``, to value.

        Raises:
            InputError: The values do not fit together.
        """
        return self._workload(tuple(settings.items())) if settings else self.base_workload

    def _load_workload(self, settings: tuple[tuple[str, Value], ...]) -> WorkloadSpec:
        try:
            return load_workload(self._workload_data, dict(settings))
        except InputError as error:
            raise error.located("") from error
