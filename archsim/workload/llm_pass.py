"""``LlmPass``: one pass of a model over a batch, and how it is divided over devices."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.errors import InputError, Side
from archsim.workload.llm_model import LlmModel
from archsim.workload.trace import Int64Array


@dataclass(frozen=True)
class LlmPass:
    """One pass over a batch.

    Attributes:
        model: Shape of the model.
        context_tokens, new_tokens: As in ``Trace``, shape (requests,).
        expert_loads: Tokens per expert (``moe``); ignored for a dense model.
        tensor: Devices that share each layer (Megatron slicing: heads, feed-forward features
            and vocabulary are divided, norms and residuals are repeated on each device).
        pipeline: Stages that the layers are divided into.
        stage: The stage to write, or ``None`` for all of them, one after the other.
        bytes_per_element: Size of weights, activations and cache entries.
        include_embedding, include_head: Whether to write the token table look-up and the final
            norm with the output head.
    """

    model: LlmModel
    context_tokens: Int64Array
    new_tokens: Int64Array
    expert_loads: Int64Array
    tensor: int = 1
    pipeline: int = 1
    stage: int | None = None
    bytes_per_element: int = 2
    include_embedding: bool = True
    include_head: bool = True


def check_slices(model: LlmModel, tensor: int, pipeline: int) -> None:
    """Refuse a division of ``model`` that does not come out even.

    Key/value heads may also be fewer than devices, if they divide them: each device then keeps
    a copy of the one it needs.

    Raises:
        InputError: Names the size that does not divide.
    """
    sizes = [("heads", model.heads), ("ffn", model.ffn)]
    if model.shared_ffn:
        sizes.append(("shared_ffn", model.shared_ffn))
    if tensor % model.kv_heads:
        sizes.append(("kv_heads", model.kv_heads))
    for name, size in sizes:
        if size % tensor:
            raise InputError(
                f"the {size} {name} of {model.name} do not divide over {tensor} devices",
                key="parallel.tensor",
                found=str(tensor),
                allowed=f"a divisor of {size}",
                sides=[Side(f"model.{name}", str(size), f"a multiple of {tensor}")],
            )
    if model.layers % pipeline:
        raise InputError(
            f"the {model.layers} layers of {model.name} do not divide into {pipeline} stages",
            key="parallel.pipeline",
            found=str(pipeline),
            allowed=f"a divisor of {model.layers}",
            sides=[Side("model.layers", str(model.layers), f"a multiple of {pipeline}")],
        )
