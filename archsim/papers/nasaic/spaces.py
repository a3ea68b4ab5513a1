"""The networks that are searched: choices per network, and the layers they stand for.

The paper's option lists are not known. These are guesses around what is recalled: the network
<32,128,2,256,2,256,2> that plain search found for CIFAR-10 is the largest of its space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from archsim.architectures.asic.tasks import Task, tasks_of
from archsim.workload.network import Network
from archsim.workload.network.convnets import unet
from archsim.workload.network.resnet import ResNet9Block, resnet9

Choice = tuple[int, ...]
"""An option index per gene."""


@dataclass(frozen=True)
class NetworkSpace:
    """The networks of one task.

    Attributes:
        task: Data set.
        genes: Options per gene, each list rising with the size of the network.
        blocks: Blocks of a ResNet-9; 0 for a U-Net.
        input_size: Rows and columns of the image.
        lowest, highest: Accuracy of the smallest and the largest network, in percent.
    """

    task: str
    genes: tuple[tuple[int, ...], ...]
    blocks: int
    input_size: int
    lowest: float
    highest: float

    @property
    def largest(self) -> Choice:
        """The largest network."""
        return tuple(len(options) - 1 for options in self.genes)

    @property
    def smallest(self) -> Choice:
        """The smallest network."""
        return (0,) * len(self.genes)

    def network(self, choice: Choice) -> Network:
        """Return the network of a choice."""
        values = [options[index] for options, index in zip(self.genes, choice, strict=True)]
        if self.blocks:
            pairs = zip(values[1::2], values[2::2], strict=True)
            blocks = [ResNet9Block(filters, count) for filters, count in pairs]
            return resnet9(values[0], blocks, self.input_size, 10)
        height, first = values
        return unet([first << level for level in range(height)], self.input_size, 3, 1)

    def name(self, choice: Choice) -> str:
        """Return the values of a choice, e.g. ``<32,128,2,256,2,256,2>``."""
        values = [options[index] for options, index in zip(self.genes, choice, strict=True)]
        return f"<{','.join(map(str, values))}>"


CIFAR = NetworkSpace(
    "CIFAR-10",
    ((8, 16, 32), (32, 64, 128), (0, 1, 2), (64, 128, 256), (0, 1, 2), (64, 128, 256), (0, 1, 2)),
    blocks=3, input_size=32, lowest=78.93, highest=94.17,
)  # fmt: skip
NUCLEI = NetworkSpace(
    "Nuclei", ((1, 2, 3, 4), (2, 4, 8)), blocks=0, input_size=128, lowest=64.2, highest=83.94
)
STL = NetworkSpace(
    "STL-10",
    ((4, 8, 16), (16, 32), (0, 1), (32, 64), (0, 1), (64, 128), (0, 1), (128, 256), (0, 1),
     (256, 512), (0, 1)),
    blocks=5, input_size=96, lowest=71.57, highest=76.50,
)  # fmt: skip

WORKLOADS: dict[str, tuple[NetworkSpace, NetworkSpace]] = {
    "W1": (CIFAR, NUCLEI),
    "W2": (CIFAR, STL),
    "W3": (CIFAR, CIFAR),
}
"""The two networks of each workload."""


@lru_cache(maxsize=4096)
def _tasks(space_index: int, choice: Choice) -> tuple[Task, ...]:
    return tasks_of([_SPACES[space_index].network(choice)], 1)


_SPACES = (CIFAR, NUCLEI, STL)


def tasks_of_both(spaces: Sequence[NetworkSpace], choices: Sequence[Choice]) -> tuple[Task, ...]:
    """Return the layers of two networks side by side."""
    found: list[Task] = []
    for space, choice in zip(spaces, choices, strict=True):
        base = len(found)
        for task in _tasks(_SPACES.index(space), choice):
            waits = tuple(base + before for before in task.waits)
            found.append(Task(task.name, task.kind, task.layer, task.copies, waits))
    return tuple(found)
