"""``TernaryLmWorkload``: tokens of a MatMul-free language model, and the trace of one of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archsim.config import NonNegativeInt, PositiveInt, WorkloadSpec
from archsim.workload.ternary_lm_model import TernaryLmModel
from archsim.workload.ternary_lm_trace import write_token
from archsim.workload.trace import Trace


class TernaryLmWorkload(WorkloadSpec):
    """Decoding with a MatMul-free language model.

    The state has a constant size: time and memory of a token do not depend on the context.
    """

    kind: Literal["ternary_lm"] = "ternary_lm"
    model: TernaryLmModel = Field(description="sizes of the model")
    batch: Annotated[PositiveInt, Field(le=65_536)] = Field(
        default=1, description="sequences that advance by one token together"
    )
    generated_tokens: Annotated[PositiveInt, Field(le=1_000_000)] = Field(
        default=1, description="tokens of each sequence"
    )
    context_tokens: Annotated[NonNegativeInt, Field(le=2**30)] = Field(
        default=0, description="tokens seen before; the state is as large for any number"
    )
    include_embedding: bool = Field(default=True, description="count the token table look-up")
    include_head: bool = Field(default=True, description="count the ternary output head")
    state_bytes_per_element: Annotated[PositiveInt, Field(le=8)] = Field(
        default=2, description="size of an element of state, activations and token table"
    )

    @property
    def ternary_weights(self) -> int:
        """Ternary weights that one token uses."""
        head = self.model.head_weights if self.include_head else 0
        return self.model.weights + head

    @property
    def state_bytes(self) -> int:
        """Recurrent state of the whole batch."""
        return self.batch * self.model.state_elements * self.state_bytes_per_element

    @property
    def table_bytes(self) -> int:
        """Token table in memory; 0 when it is not counted."""
        if not self.include_embedding:
            return 0
        return self.model.embedding_parameters * self.state_bytes_per_element

    def trace(self, *, seed: int = 0, bits_per_weight: float = 2.0) -> Trace:
        """Return the operations of one token of every sequence.

        Args:
            seed: Not used: nothing is random.
            bits_per_weight: Storage of a ternary weight, 2 or 1.6.
        """
        del seed
        return write_token(
            self.model,
            rows=self.batch,
            bits_per_weight=bits_per_weight,
            element_bytes=self.state_bytes_per_element,
            embedding=self.include_embedding,
            head=self.include_head,
        )
