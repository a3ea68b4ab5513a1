"""What is compared: systems, modes, models, data sets and batch sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["compat", "physical"]

MODES: tuple[Mode, ...] = ("compat", "physical")
"""``compat``: the authors' simulator with its artefacts; ``physical``: without them."""

BATCHES = (64, 128, 256, 384, 512)
"""Batch sizes of the paper."""

INTERLEAVE_FROM = 256
"""The authors interleave sub-batches from this batch size on."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model and how the authors spread it.

    Attributes:
        name: Shipped workload model.
        tensor, pipeline: Devices that share each layer, and stages of layers.
    """

    name: str
    tensor: int
    pipeline: int

    def __str__(self) -> str:
        return f"{self.name} (TP{self.tensor}, PP{self.pipeline})"


MODELS = (
    Model("gpt3-7b", 4, 1),
    Model("gpt3-13b", 4, 1),
    Model("gpt3-30b", 4, 2),
    Model("gpt3-175b", 8, 4),
)
"""Models of the paper, spread as in the authors' configuration files."""

DATA_SETS: dict[str, str] = {"sharegpt": "ShareGPT-like", "alpaca": "Alpaca-like"}
"""Length distribution of a workload, and what it is called in a report."""


@dataclass(frozen=True, slots=True)
class System:
    """A device under test.

    Attributes:
        label: Name in a report.
        hardware: Shipped hardware file.
        device_wide_issue: Whether PIM packets of all channels share one issue slot a cycle; None
            where the device has none to issue, or issues them all at once.
    """

    label: str
    hardware: str
    device_wide_issue: bool | None = None

    def overrides(self, mode: Mode) -> dict[str, object]:
        """Return what the hardware file is changed in."""
        changed: dict[str, object] = {"mode": mode}
        if self.device_wide_issue is not None:
            changed["artefacts.device_wide_pim_issue"] = self.device_wide_issue
        return changed


NPU_ONLY = System("NPU-only", "npu-only")
NAIVE_SHARED = System("NPU+PIM, device-wide issue", "npu-pim-naive", True)
NAIVE = System("NPU+PIM, issue per channel", "npu-pim-naive", False)
DUAL = System("dual row buffer, round-robin", "neupims-round-robin")
GREEDY = System("dual row buffer, greedy", "neupims")
INTERLEAVED = System("dual row buffer, greedy, sub-batches", "neupims-subbatch")

SYSTEMS = (NPU_ONLY, NAIVE_SHARED, NAIVE, DUAL, GREEDY, INTERLEAVED)
"""All devices, each adding one thing to the one before it."""

NAIVE_SYSTEMS = (NAIVE_SHARED, NAIVE)
"""Both issue models of the naive device: the gain over it depends on the choice."""


@dataclass(frozen=True, slots=True)
class Point:
    """One workload: a model decoding one batch."""

    model: Model
    data_set: str
    batch: int

    def __str__(self) -> str:
        return f"{self.model}, {DATA_SETS[self.data_set]}, batch {self.batch}"


GRID = tuple(
    Point(model, data_set, batch) for model in MODELS for data_set in DATA_SETS for batch in BATCHES
)
"""Every workload of the paper's throughput comparison."""


def neupims_at(batch: int) -> System:
    """Return NeuPIMs as its authors advise: sub-batches from ``INTERLEAVE_FROM`` on."""
    return INTERLEAVED if batch >= INTERLEAVE_FROM else GREEDY
