"""Writes one pass of a transformer, as one device sees it, into a ``Trace``."""

from __future__ import annotations

import numpy as np

from archsim.errors import InputError
from archsim.workload.attention import attended_pairs, read_tokens
from archsim.workload.llm_pass import LlmPass, check_slices
from archsim.workload.trace import Trace
from archsim.workload.trace_builder import TraceBuilder


def write_pass(work: LlmPass) -> Trace:
    """Return the trace of one pass.

    A layer is: norm, fused query-key-value product, rotary or head norms if any, cache append,
    logits, softmax, attend, projection, residual; norm, feed-forward (dense, or router and
    experts), residual; each half ends with an all-reduce if ``tensor > 1``.

    Not modelled: dropout, sampling, masks, the padding of ragged batches, expert parallelism
    (every device holds a slice of every expert), sequence parallelism.

    Raises:
        InputError: The model does not divide evenly, or the stage does not exist.
    """
    check_slices(work.model, work.tensor, work.pipeline)
    if work.stage is not None and not 0 <= work.stage < work.pipeline:
        raise InputError(
            "no such pipeline stage", found=str(work.stage), allowed=f"0 to {work.pipeline - 1}"
        )
    return _Writer(work).write()


class _Writer:
    """Writes operations in a chain, with side branches where the work allows them."""

    def __init__(self, work: LlmPass) -> None:
        model = work.model
        self.work = work
        self.model = model
        self.size = work.bytes_per_element
        self.tokens = int(work.new_tokens.sum())
        self.heads = model.heads // work.tensor
        self.kv_heads = max(1, model.kv_heads // work.tensor)
        window = model.sliding_window
        self.pairs = int(attended_pairs(work.context_tokens, work.new_tokens, window).sum())
        self.cached = int(read_tokens(work.context_tokens, work.new_tokens, window).sum())
        self.builder = TraceBuilder(model.name, work.bytes_per_element)
        self.prefix = ""
        self.group = ""
        self.repeat = 1
        self.last: tuple[str, ...] = ()

    def write(self) -> Trace:
        work = self.work
        stages = range(work.pipeline) if work.stage is None else (work.stage,)
        for stage in stages:
            if stage == 0 and work.include_embedding:
                self._embedding()
            self.prefix = f"stage{stage}." if work.pipeline > 1 else ""
            self.group, self.repeat = f"{self.prefix}layer", self.model.layers // work.pipeline
            self._attention()
            self._feed_forward()
            self.group, self.repeat = f"{self.prefix}send", 1
            if stage < work.pipeline - 1:
                self._add(
                    "send",
                    "point_to_point",
                    participants=2,
                    collective_bytes=self.tokens * self.model.hidden * self.size,
                )
            elif work.include_head:
                self.prefix = ""
                self._head()
        return self.builder.build(work.context_tokens, work.new_tokens)

    def _add(
        self, name: str, kind: str, after: tuple[str, ...] | None = None, **columns: int
    ) -> str:
        """Add an operation that waits for ``after``, or for the one before it."""
        waits = self.last if after is None else after
        added = self.builder.add(
            self.prefix + name, kind, after=waits, group=self.group, repeat=self.repeat, **columns
        )
        self.last = (added,)
        return added

    def _gemm(
        self,
        name: str,
        m: int,
        k: int,
        n: int,
        *,
        bias: int = 0,
        copies: int = 1,
        after: tuple[str, ...] | None = None,
    ) -> str:
        return self._add(
            name,
            "gemm",
            after,
            m=m,
            k=k,
            n=n,
            copies=copies,
            weight_bytes=copies * (k * n + bias) * self.size,
            input_bytes=copies * m * k * self.size,
            output_bytes=copies * m * n * self.size,
        )

    def _vector(
        self,
        name: str,
        kind: str,
        elements: int,
        *,
        operands: int = 1,
        weights: int = 0,
        after: tuple[str, ...] | None = None,
    ) -> str:
        """Add vector work that reads ``operands`` values per result element."""
        return self._add(
            name,
            kind,
            after,
            vector_elements=elements,
            weight_bytes=weights * self.size,
            input_bytes=operands * elements * self.size,
            output_bytes=elements * self.size,
        )

    def _cached_product(self, kind: str, input_bytes: int, output_bytes: int) -> str:
        """Add a product of every query head with the cached keys, or with the cached values."""
        head_dim = self.model.head_dim
        return self._add(
            kind,
            kind,
            m=self.tokens,
            k=head_dim,
            copies=self.heads,
            kv_heads=self.kv_heads,
            macs=self.heads * self.pairs * head_dim,
            kv_read_bytes=self.kv_heads * head_dim * self.cached * self.size,
            input_bytes=input_bytes,
            output_bytes=output_bytes,
        )

    def _all_reduce(self, name: str) -> None:
        if self.work.tensor > 1:
            self._add(
                name,
                "all_reduce",
                participants=self.work.tensor,
                collective_bytes=self.tokens * self.model.hidden * self.size,
            )

    def _norm(self, name: str, tokens: int | None = None) -> str:
        rows = self.tokens if tokens is None else tokens
        weights = self.model.norm_parameters
        return self._vector(name, "norm", rows * self.model.hidden, weights=weights)

    def _residual(self, name: str, skip: tuple[str, ...]) -> None:
        """Add the sum of the last result and the stream as it was at ``skip``."""
        both = tuple(dict.fromkeys((*self.last, *skip)))
        self._vector(name, "elementwise", self.tokens * self.model.hidden, operands=2, after=both)

    def _embedding(self) -> None:
        self.group, self.repeat = "embedding", 1
        tables = 2 if self.model.position == "learned" else 1
        row_bytes = self.tokens * self.model.hidden * self.size
        self._add(
            "embedding",
            "embedding",
            vector_elements=(tables - 1) * self.tokens * self.model.hidden,
            weight_bytes=tables * row_bytes,
            input_bytes=4 * self.tokens,  # token numbers, 32 bits each
            output_bytes=row_bytes,
        )

    def _attention(self) -> None:
        model, tokens, head_dim = self.model, self.tokens, self.model.head_dim
        entry = self.last
        self._norm("attention_norm")
        qkv = (self.heads + 2 * self.kv_heads) * head_dim
        bias = 0 if model.attention_bias == "none" else qkv
        self._gemm("qkv_generation", tokens, model.hidden, qkv, bias=bias)
        turned = tokens * (self.heads + self.kv_heads) * head_dim
        if model.qk_norm:
            self._vector("qk_norm", "norm", turned, weights=2 * head_dim)
        if model.position == "rotary":
            self._vector("rotary", "elementwise", turned)
        new_entries = 2 * tokens * self.kv_heads * head_dim * self.size
        self._add("kv_append", "kv_append", input_bytes=new_entries, kv_write_bytes=new_entries)
        rows = tokens * self.heads * head_dim * self.size
        logits = self.heads * self.pairs
        self._cached_product("attention_logit", rows, logits * self.size)
        self._vector("attention_softmax", "softmax", logits)
        self._cached_product("attention_attend", logits * self.size, rows)
        bias = model.hidden if model.attention_bias == "all" else 0
        self._gemm("projection", tokens, self.heads * head_dim, model.hidden, bias=bias)
        self._all_reduce("attention_all_reduce")
        self._residual("attention_residual", entry)

    def _feed_forward(self) -> None:
        model = self.model
        entry = self.last
        self._norm("ffn_norm")
        if model.experts:
            self._experts()
        else:
            self._ffn("ffn", self.tokens, model.ffn // self.work.tensor, gated=model.gated)
        self._all_reduce("ffn_all_reduce")
        self._residual("ffn_residual", entry)

    def _ffn(self, name: str, tokens: int, width: int, *, gated: bool, copies: int = 1) -> str:
        """Write one feed-forward network (or ``copies`` equal experts) of ``width`` features."""
        ups = 2 if gated else 1
        up_bias = ups * width if self.model.ffn_bias else 0
        down_bias = self.model.hidden if self.model.ffn_bias else 0
        up = f"{name}_gate_up" if gated else f"{name}_up"
        self._gemm(up, tokens, self.model.hidden, ups * width, bias=up_bias, copies=copies)
        self._vector(f"{name}_activation", "activation", copies * tokens * width, operands=ups)
        return self._gemm(
            f"{name}_down", tokens, width, self.model.hidden, bias=down_bias, copies=copies
        )

    def _experts(self) -> None:
        """Write router, experts (those with equal load as copies of one) and their sum."""
        model, tokens, tensor = self.model, self.tokens, self.work.tensor
        loads = self.work.expert_loads
        if len(loads) != model.experts or int(loads.sum()) != tokens * model.top_k:
            raise InputError(
                "expert loads do not fit the batch",
                found=f"{int(loads.sum())} tokens on {len(loads)} experts",
                allowed=f"{tokens * model.top_k} tokens on {model.experts} experts",
            )
        entry = self.last
        self._gemm("router", tokens, model.hidden, model.experts)
        routed = (self._vector("router_top_k", "elementwise", tokens * model.experts),)
        results = []
        values, counts = np.unique(loads[loads > 0], return_counts=True)
        for load, copies in zip(values[::-1].tolist(), counts[::-1].tolist(), strict=True):
            self.last = routed
            width = model.ffn // tensor
            name = f"experts_of_{load}"
            results.append(self._ffn(name, load, width, gated=model.gated, copies=copies))
        operands = model.top_k
        if model.shared_ffn:
            self.last = entry
            self._gemm("shared_gate", tokens, model.hidden, 1)
            results.append(self._ffn("shared", tokens, model.shared_ffn // tensor, gated=True))
            operands += 1
        self._vector(
            "expert_sum",
            "elementwise",
            tokens * model.hidden,
            operands=operands,
            after=tuple(results),
        )

    def _head(self) -> None:
        """Write final norm and output head, for the last token of each request only."""
        self.group, self.repeat = "head", 1
        requests = len(self.work.new_tokens)
        self._norm("final_norm", requests)
        slice_ = -(-self.model.vocab // self.work.tensor)  # the last device pads its slice
        self._gemm("lm_head", requests, self.model.hidden, slice_)
        if self.work.tensor > 1:
            self._add(
                "logit_gather",
                "all_gather",
                participants=self.work.tensor,
                collective_bytes=requests * slice_ * self.work.tensor * self.size,
            )
