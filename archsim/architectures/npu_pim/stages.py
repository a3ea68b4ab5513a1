"""The stages of one decoder layer: what NPU and PIM do side by side, with barriers between.

Without sub-batches: A (queries, keys, values), B (attention), E (projection, feed-forward). With
sub-batches 1 and 2, after NeuPIMs:

    stage | NPU                                | PIM
    A     | QKV of 1                           |
    B     | QKV of 2                           | attention of 1
    C     | projection, FFN and next QKV of 1  | attention of 2
    D     | projection, FFN and next QKV of 2  | attention of 1
    E     | projection, FFN of 1               | attention of 2
    F     | projection, FFN of 2               |

so L layers take A + B + (L - 1) (C + D) + E + F.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archsim.architectures.npu_pim.mha import Mha
from archsim.architectures.npu_pim.operations import NpuOperation
from archsim.architectures.npu_pim.plan import LayerPlan


@dataclass(frozen=True)
class Stage:
    """Work between two barriers.

    Attributes:
        name: Letter of the stage.
        npu: Operations of the NPU, in order.
        mha: Attention on the PIM channels at the same time, or None.
        first: How often the stage runs outside the repeated layers.
        repeated: Whether it also runs in every layer after the first.
    """

    name: str
    npu: tuple[NpuOperation, ...]
    mha: Mha | None
    first: int
    repeated: bool

    def times(self, layers: int) -> int:
        """Return how often the stage runs in so many layers."""
        return self.first + (layers - 1 if self.repeated else 0)


def serial_stages(plan: LayerPlan, mha: Mha | None) -> tuple[Stage, ...]:
    """Return the stages of a layer whose NPU and PIM take turns."""
    return (
        Stage("A", plan.before, None, 1, True),
        Stage("B", plan.attention, mha, 1, True),
        Stage("E", plan.after, None, 1, True),
    )


def interleaved_stages(plans: Sequence[LayerPlan], mhas: Sequence[Mha]) -> tuple[Stage, ...]:
    """Return the stages of a layer with two interleaved sub-batches."""
    one, two = plans
    first, second = mhas
    return (
        Stage("A", one.before, None, 1, False),
        Stage("B", two.before, first, 1, False),
        Stage("C", one.after + one.before, second, 0, True),
        Stage("D", two.after + two.before, first, 0, True),
        Stage("E", one.after, second, 1, False),
        Stage("F", two.after, None, 1, False),
    )
