"""Relations that hold for every model and batch, on random ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.workload.attention import attended_pairs, read_tokens
from archsim.workload.columns import COUNT_COLUMNS
from archsim.workload.llm_model import LlmModel
from archsim.workload.llm_pass import LlmPass
from archsim.workload.llm_trace import write_pass
from archsim.workload.moe import expected_loads, sampled_loads
from archsim.workload.trace import Trace

QUICK = settings(deadline=None, max_examples=60)


@st.composite
def models(draw: st.DrawFn) -> LlmModel:
    kv_heads = draw(st.sampled_from([1, 2, 4, 8]))
    experts = draw(st.sampled_from([0, 0, 4, 8]))
    learned = draw(st.booleans())
    return LlmModel.model_validate(
        {
            "name": "random",
            "hidden": 8 * draw(st.integers(1, 40)),
            "layers": 4 * draw(st.integers(1, 10)),
            "heads": 8 * draw(st.integers(1, 3)),
            "kv_heads": kv_heads,
            "head_dim": draw(st.integers(1, 128)),
            "ffn": 8 * draw(st.integers(1, 60)),
            "gated": draw(st.booleans()),
            "activation": draw(st.sampled_from(["gelu", "relu", "silu"])),
            "norm": draw(st.sampled_from(["layer_norm", "rms_norm"])),
            "position": "learned" if learned else "rotary",
            "vocab": 8 * draw(st.integers(1, 5000)),
            "max_positions": 4096,
            "tied_embeddings": draw(st.booleans()),
            "attention_bias": draw(st.sampled_from(["none", "qkv", "all"])),
            "ffn_bias": draw(st.booleans()),
            "qk_norm": draw(st.booleans()),
            "sliding_window": draw(st.sampled_from([None, None, 1, 100])),
            "experts": experts,
            "top_k": draw(st.integers(1, experts)) if experts else 0,
            "shared_ffn": draw(st.sampled_from([0, 16])) if experts else 0,
        }
    )


@st.composite
def batches(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    context = draw(st.lists(st.integers(1, 4096), min_size=1, max_size=20))
    new = [draw(st.integers(1, tokens)) if draw(st.booleans()) else 1 for tokens in context]
    return np.array(context), np.array(new)


def trace_of(model: LlmModel, batch: tuple[np.ndarray, np.ndarray], **settings_: int) -> Trace:
    context, new = batch
    loads = np.zeros(0, np.int64)
    if model.experts:
        loads = expected_loads(int(new.sum()), model.experts, model.top_k)
    return write_pass(LlmPass(model, context, new, loads, **settings_))


@QUICK
@given(models(), batches(), st.sampled_from([1, 2, 4, 8]), st.sampled_from([1, 2, 4]))
def test_every_trace_is_well_formed(
    model: LlmModel, batch: tuple[np.ndarray, np.ndarray], tensor: int, pipeline: int
) -> None:
    trace = trace_of(model, batch, tensor=tensor, pipeline=pipeline)
    order = trace.topological_order()
    place = np.empty(len(trace), np.int64)
    place[order] = np.arange(len(trace))
    assert sorted(order.tolist()) == list(range(len(trace)))
    for index in range(len(trace)):
        assert all(place[target] < place[index] for target in trace.dependencies(index))
    sources = [index for index in range(len(trace)) if trace.dependencies(index).size == 0]
    assert sources == [0]
    per_layer = sum(group.repeat for group in trace.groups if group.name.endswith("layer"))
    assert per_layer == model.layers
    assert (
        trace.content_hash()
        == trace_of(model, batch, tensor=tensor, pipeline=pipeline).content_hash()
    )
    frame = trace.to_dataframe()
    for column in COUNT_COLUMNS:
        assert int((frame[column] * frame["repeat"]).sum()) == getattr(trace.totals, column)


@QUICK
@given(models(), batches(), st.sampled_from([2, 4, 8]))
def test_tensor_slices_sum_to_the_whole(
    model: LlmModel, batch: tuple[np.ndarray, np.ndarray], tensor: int
) -> None:
    whole, part = trace_of(model, batch), trace_of(model, batch, tensor=tensor)
    repeated = max(1, tensor // model.kv_heads)  # devices that keep the same key/value heads
    router = {"router", "shared_gate"}
    for trace in (whole, part):
        assert np.all(trace.column("macs")[trace.of_class("vector")] == 0)
    for record in whole.operations:
        name = str(record["name"])
        sliced = part.operations[part.index(name)]
        if record["kind"] == "gemm" and name not in router | {"qkv_generation"}:
            assert tensor * int(sliced["macs"]) == int(record["macs"])
        elif str(record["kind"]).startswith("attention_"):
            assert tensor * int(sliced["macs"]) == int(record["macs"])
            assert tensor * int(sliced["kv_read_bytes"]) == repeated * int(record["kv_read_bytes"])
    entries = part.totals.kv_write_bytes * tensor
    assert entries == repeated * whole.totals.kv_write_bytes


@QUICK
@given(models(), batches(), st.sampled_from([2, 4]))
def test_pipeline_stages_sum_to_the_whole(
    model: LlmModel, batch: tuple[np.ndarray, np.ndarray], pipeline: int
) -> None:
    whole = trace_of(model, batch)
    stages = [trace_of(model, batch, pipeline=pipeline, stage=s) for s in range(pipeline)]
    for column in COUNT_COLUMNS[:-1]:
        parts = sum(getattr(stage.totals, column) for stage in stages)
        assert parts == getattr(whole.totals, column)


@QUICK
@given(models(), batches())
def test_more_context_is_never_less_work(
    model: LlmModel, batch: tuple[np.ndarray, np.ndarray]
) -> None:
    context, new = batch
    short, long = trace_of(model, batch).totals, trace_of(model, (context + 1, new)).totals
    assert long.macs >= short.macs
    assert long.kv_read_bytes >= short.kv_read_bytes
    assert long.weight_bytes == short.weight_bytes
    if model.sliding_window is None:
        grown = model.kv_bytes_per_token(2) * len(context)
        assert long.kv_read_bytes - short.kv_read_bytes == grown
        pairs = int(new.sum()) * model.heads * model.head_dim * model.layers
        assert long.macs - short.macs == 2 * pairs


@QUICK
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1), st.integers(1, 70))
def test_pairs_and_reads_against_counting(sizes: list[tuple[int, int]], window: int) -> None:
    new = np.array([min(pair) for pair in sizes])
    context = np.array([max(pair) for pair in sizes])
    for limit in (None, window):
        seen = [
            [range(max(0, last - (limit or last)), last) for last in range(c - n + 1, c + 1)]
            for c, n in zip(context.tolist(), new.tolist(), strict=True)
        ]
        pairs = [sum(len(tokens) for tokens in request) for request in seen]
        reads = [len(set().union(*request)) for request in seen]
        assert attended_pairs(context, new, limit).tolist() == pairs
        assert read_tokens(context, new, limit).tolist() == reads


@QUICK
@given(st.integers(1, 300), st.integers(1, 40), st.data())
def test_expert_loads_conserve_tokens(tokens: int, experts: int, data: st.DataObject) -> None:
    top_k = data.draw(st.integers(1, experts))
    seed = data.draw(st.integers(0, 2**63 - 1))
    for loads in (
        expected_loads(tokens, experts, top_k),
        sampled_loads(tokens, experts, top_k, seed),
    ):
        assert loads.shape == (experts,)
        assert int(loads.sum()) == tokens * top_k
        assert int(loads.max()) <= tokens
        assert np.all(np.diff(loads) <= 0)
