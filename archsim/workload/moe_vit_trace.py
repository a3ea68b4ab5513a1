"""Writes one image of a vision transformer with experts into a ``Trace``."""

from __future__ import annotations

import numpy as np

from archsim.workload.moe_vit_model import MoeVitModel
from archsim.workload.moe_vit_routing import queue_lengths
from archsim.workload.trace import Int64Array, Trace
from archsim.workload.trace_builder import TraceBuilder


def write_image(
    model: MoeVitModel, tokens: int, choices: Int64Array | None, bytes_per_element: int
) -> Trace:
    """Return the trace of one image; every layer is a group of its own.

    Args:
        model: Sizes.
        tokens: Tokens of the image, the class token included.
        choices: Experts per token, shape (MoE layers, tokens, top_k); None without experts.
        bytes_per_element: Size of weights and activations.
    """
    return _Writer(model, tokens, bytes_per_element).write(choices)


class _Writer:
    """Writes layers in a chain; experts of one layer stand side by side."""

    def __init__(self, model: MoeVitModel, tokens: int, bytes_per_element: int) -> None:
        self.model, self.tokens, self.size = model, tokens, bytes_per_element
        self.builder = TraceBuilder("moe_vit", bytes_per_element)
        self.group = "patch_embedding"
        self.last: tuple[str, ...] = ()

    def write(self, choices: Int64Array | None) -> Trace:
        model, wide = self.model, self.model.embed_dim
        if self.tokens > 1:
            pixels = model.patch_pixels**2 * model.channels
            self._gemm("patch_embedding", self.tokens - 1, pixels, wide)
        for layer in range(model.layers):
            self.group = f"layer{layer}"
            entry = self.last
            self._vector("norm", self.tokens * wide)
            self._gemm("qkv_generation", self.tokens, wide, 3 * wide)
            logits = model.heads * self.tokens**2
            self._attention("attention_logit")
            self._vector("softmax", logits)
            self._attention("attention_attend")
            self._gemm("projection", self.tokens, wide, wide)
            self._vector("elementwise", self.tokens * wide, "residual", entry)
            self._vector("norm", self.tokens * wide, "mlp_norm")
            if model.is_moe(layer) and choices is not None:
                self._experts(queue_lengths(choices[layer // 2], model.experts))
            else:
                self._mlp("mlp", self.tokens, model.mlp_hidden)
            self._vector("elementwise", self.tokens * wide, "mlp_residual")
        tokens = np.array([self.tokens], dtype=np.int64)
        return self.builder.build(tokens, tokens)

    def _name(self, name: str) -> str:
        return name if self.group == name else f"{self.group}.{name}"

    def _add(self, name: str, kind: str, extra: tuple[str, ...] = (), **columns: int) -> str:
        after = tuple(dict.fromkeys((*self.last, *extra)))
        added = self.builder.add(self._name(name), kind, after=after, group=self.group, **columns)
        self.last = (added,)
        return added

    def _gemm(self, name: str, m: int, k: int, n: int) -> str:
        return self._add(
            name, "gemm", m=m, k=k, n=n, weight_bytes=k * n * self.size,
            input_bytes=m * k * self.size, output_bytes=m * n * self.size,
        )  # fmt: skip

    def _vector(self, kind: str, elements: int, name: str = "", extra: tuple[str, ...] = ()) -> str:
        moved = elements * self.size
        return self._add(
            name or kind, kind, extra, vector_elements=elements, input_bytes=moved,
            output_bytes=moved,
        )  # fmt: skip

    def _attention(self, kind: str) -> str:
        heads, model = self.model.heads, self.model
        rows = self.tokens * model.embed_dim * self.size
        return self._add(
            kind, kind, m=self.tokens, k=model.embed_dim // heads, copies=heads, kv_heads=heads,
            macs=model.attention_macs(self.tokens), input_bytes=rows, output_bytes=rows,
        )  # fmt: skip

    def _mlp(self, name: str, tokens: int, hidden: int) -> str:
        self._gemm(f"{name}_up", tokens, self.model.embed_dim, hidden)
        self._vector("activation", tokens * hidden, f"{name}_activation")
        return self._gemm(f"{name}_down", tokens, hidden, self.model.embed_dim)

    def _experts(self, queues: Int64Array) -> None:
        self._gemm("router", self.tokens, self.model.embed_dim, self.model.experts)
        routed = self._vector("softmax", self.tokens * self.model.experts, "router_softmax")
        results = []
        for expert, queue in enumerate(queues.tolist()):
            if queue:
                self.last = (routed,)
                results.append(self._mlp(f"expert{expert}", queue, self.model.expert_hidden))
        self.last = tuple(results)
        elements = self.tokens * self.model.top_k * self.model.embed_dim
        self._vector("elementwise", elements, "expert_sum")
