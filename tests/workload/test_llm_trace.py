from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from archsim.errors import InputError
from archsim.workload.llm import LlmWorkload
from archsim.workload.llm_model import LlmModel
from archsim.workload.moe import expected_active_experts, expected_loads, sampled_loads
from archsim.workload.trace import Trace

Models = Callable[..., LlmModel]
Workloads = Callable[..., LlmWorkload]


def row(trace: Trace, name: str) -> dict[str, int]:
    record = trace.operations[trace.index(name)]
    names = trace.operations.dtype.names or ()
    return {key: int(record[key]) for key in names if key not in ("name", "kind", "group")}


def test_gpt_layer_by_hand(gpt: Models, workload: Workloads) -> None:
    """Three requests with 5, 7 and 11 cached tokens: 23 query-key pairs; 64 features, 4 heads."""
    trace = workload(gpt()).trace()
    qkv = row(trace, "qkv_generation")
    assert (qkv["m"], qkv["k"], qkv["n"], qkv["repeat"]) == (3, 64, 192, 3)
    assert qkv["macs"] == 3 * 64 * 192
    assert qkv["weight_bytes"] == (64 * 192 + 192) * 2
    assert qkv["input_bytes"] == 3 * 64 * 2
    assert qkv["output_bytes"] == 3 * 192 * 2
    assert row(trace, "kv_append")["kv_write_bytes"] == 3 * 2 * 64 * 2
    for name in ("attention_logit", "attention_attend"):
        attention = row(trace, name)
        assert attention["macs"] == 23 * 4 * 16
        assert attention["kv_read_bytes"] == 23 * 64 * 2
        assert (attention["copies"], attention["kv_heads"], attention["k"]) == (4, 4, 16)
    assert row(trace, "attention_softmax")["vector_elements"] == 23 * 4
    assert row(trace, "projection")["weight_bytes"] == (64 * 64 + 64) * 2
    assert row(trace, "ffn_up")["macs"] == 3 * 64 * 256
    assert row(trace, "ffn_activation")["vector_elements"] == 3 * 256
    assert row(trace, "ffn_down")["weight_bytes"] == (256 * 64 + 64) * 2
    assert row(trace, "ffn_residual")["input_bytes"] == 2 * 3 * 64 * 2
    assert row(trace, "attention_norm")["weight_bytes"] == 2 * 64 * 2
    assert row(trace, "embedding")["weight_bytes"] == 2 * 3 * 64 * 2
    assert row(trace, "lm_head")["macs"] == 3 * 64 * 1000
    assert trace.totals.collective_bytes == 0


def test_llama_layer_by_hand(llama: Models, workload: Workloads) -> None:
    """8 query heads share 2 key/value heads of 8 features; the up projection is doubled."""
    trace = workload(llama()).trace()
    assert row(trace, "qkv_generation")["n"] == (8 + 2 * 2) * 8
    assert row(trace, "qkv_generation")["weight_bytes"] == 64 * 96 * 2
    assert row(trace, "rotary")["vector_elements"] == 3 * (8 + 2) * 8
    assert row(trace, "kv_append")["kv_write_bytes"] == 3 * 2 * (2 * 8) * 2
    logit = row(trace, "attention_logit")
    assert logit["macs"] == 23 * 8 * 8
    assert logit["kv_read_bytes"] == 23 * 2 * 8 * 2
    assert (logit["copies"], logit["kv_heads"]) == (8, 2)
    assert row(trace, "ffn_gate_up")["n"] == 2 * 96
    activation = row(trace, "ffn_activation")
    assert activation["vector_elements"] == 3 * 96
    assert activation["input_bytes"] == 2 * 3 * 96 * 2


def test_residual_waits_for_both_branches(gpt: Models, workload: Workloads) -> None:
    after = workload(gpt()).trace().to_dataframe().set_index("name")["after"]
    assert after["attention_residual"] == "projection, embedding"
    assert after["ffn_residual"] == "ffn_down, attention_residual"


def test_head_norms_are_written(llama: Models, workload: Workloads) -> None:
    trace = workload(llama(qk_norm=True)).trace()
    assert row(trace, "qk_norm")["weight_bytes"] == 2 * 8 * 2
    assert row(trace, "qk_norm")["vector_elements"] == 3 * 10 * 8


def test_prefill_is_causal(gpt: Models, workload: Workloads) -> None:
    trace = workload(gpt(), phase="prefill").trace()
    pairs = sum(n * (n + 1) // 2 for n in (5, 7, 11))
    assert trace.new_tokens.tolist() == trace.context_tokens.tolist() == [5, 7, 11]
    assert row(trace, "qkv_generation")["m"] == 23
    assert row(trace, "attention_logit")["macs"] == pairs * 64
    assert row(trace, "attention_logit")["kv_read_bytes"] == 23 * 64 * 2
    assert row(trace, "lm_head")["m"] == 3


def test_sliding_window_bounds_what_is_read(gpt: Models, workload: Workloads) -> None:
    decode = workload(gpt(sliding_window=6)).trace()
    assert row(decode, "attention_logit")["macs"] == (5 + 6 + 6) * 64
    assert row(decode, "attention_logit")["kv_read_bytes"] == (5 + 6 + 6) * 64 * 2
    prefill = workload(gpt(sliding_window=6), phase="prefill").trace()
    pairs = sum(min(i, 6) for n in (5, 7, 11) for i in range(1, n + 1))
    assert row(prefill, "attention_logit")["macs"] == pairs * 64


def test_cache_grows_by_one_token_per_request_and_step(gpt: Models, workload: Workloads) -> None:
    work = workload(gpt())
    reads = [work.trace(step).totals.kv_read_bytes for step in range(4)]
    per_token = work.model.kv_bytes_per_token(2)
    assert per_token == 2 * 3 * 64 * 2
    assert np.diff(reads).tolist() == [3 * per_token] * 3
    assert {work.trace(step).totals.kv_write_bytes for step in range(4)} == {3 * per_token}


def test_growth_ends_at_the_last_position(gpt: Models, workload: Workloads) -> None:
    work = workload(gpt(max_positions=12))
    assert work.trace(3).context_tokens.tolist() == [8, 10, 12]
    assert work.trace(9).context_tokens.tolist() == [12, 12, 12]


def test_given_lengths_replace_the_drawn_ones(gpt: Models, workload: Workloads) -> None:
    trace = workload(gpt()).trace(lengths=np.array([4, 900]))
    assert trace.context_tokens.tolist() == [4, 900]
    assert row(trace, "qkv_generation")["m"] == 2


def test_tensor_slices_sum_to_the_whole(gpt: Models, llama: Models, workload: Workloads) -> None:
    for model in (gpt(vocab=1024), llama(vocab=1024)):
        whole, half = workload(model).trace(), workload(model, parallel={"tensor": 2}).trace()
        for name in (
            "qkv_generation",
            "attention_logit",
            "attention_attend",
            "projection",
            "ffn_down",
            "lm_head",
        ):
            assert 2 * row(half, name)["macs"] == row(whole, name)["macs"]
            assert 2 * row(half, name)["kv_read_bytes"] == row(whole, name)["kv_read_bytes"]
        assert 2 * half.totals.macs == whole.totals.macs
        assert 2 * half.totals.kv_read_bytes == whole.totals.kv_read_bytes
        assert 2 * half.totals.kv_write_bytes == whole.totals.kv_write_bytes
        reduce = row(half, "ffn_all_reduce")
        assert (reduce["participants"], reduce["collective_bytes"]) == (2, 3 * 64 * 2)
        assert row(half, "logit_gather")["collective_bytes"] == 3 * 1024 * 2


def test_shared_key_heads_are_repeated_on_more_devices(llama: Models, workload: Workloads) -> None:
    quarter = workload(llama(), parallel={"tensor": 4}).trace()
    assert row(quarter, "attention_logit")["kv_heads"] == 1
    assert row(quarter, "qkv_generation")["n"] == (2 + 2 * 1) * 8


def test_vocabulary_slices_are_padded(gpt: Models, workload: Workloads) -> None:
    trace = workload(gpt(vocab=1001), parallel={"tensor": 2}).trace()
    assert row(trace, "lm_head")["n"] == 501


def test_pipeline_stages_sum_to_the_whole(llama: Models, workload: Workloads) -> None:
    work = workload(llama(), parallel={"tensor": 1, "pipeline": 2})
    whole, stages = work.trace(), [work.trace(stage=stage) for stage in (0, 1)]
    alone = workload(llama()).trace()
    for column in ("macs", "weight_bytes", "kv_read_bytes", "vector_elements"):
        parts = sum(getattr(stage.totals, column) for stage in stages)
        assert parts == getattr(whole.totals, column) == getattr(alone.totals, column)
    assert whole.totals.collective_bytes == 3 * 64 * 2
    assert "embedding" in stages[0].operations["name"]
    assert "lm_head" in stages[1].operations["name"]
    assert "lm_head" not in stages[0].operations["name"]
    assert [(group.name, group.repeat) for group in whole.groups] == [
        ("embedding", 1),
        ("stage0.layer", 2),
        ("stage0.send", 1),
        ("stage1.layer", 2),
        ("head", 1),
    ]


def test_embedding_and_head_can_be_left_out(gpt: Models, workload: Workloads) -> None:
    trace = workload(gpt(), include_embedding=False, include_head=False).trace()
    assert {str(name) for name in trace.operations["group"]} == {"layer"}
    assert trace.dependencies(0).size == 0


def test_weight_bytes_are_the_parameters(gpt: Models, llama: Models, workload: Workloads) -> None:
    """One pass reads every layer parameter once, as the parameter count says."""
    for model in (
        gpt(),
        llama(),
        llama(qk_norm=True, attention_bias="qkv"),
        llama(experts=4, top_k=4, shared_ffn=32),
    ):
        work = workload(model, include_embedding=False)
        head = model.norm_parameters + model.vocab * model.hidden
        expected = model.layers * model.layer_parameters() + head
        assert work.trace().totals.weight_bytes == 2 * expected


def test_experts_conserve_tokens(llama: Models, workload: Workloads) -> None:
    model = llama(experts=6, top_k=2)
    for routing in ("expected", "sampled"):
        work = workload(model, routing=routing, batch=2)
        trace = work.trace(seed=3, lengths=np.full(50, 9))
        names = trace.operations["name"]
        ups = trace.operations[np.char.endswith(names, "_gate_up")]
        assert int((ups["m"] * ups["copies"]).sum()) == 50 * 2
        assert int(ups["macs"].sum()) == 50 * 2 * 64 * 2 * 96
        assert int(ups["copies"].sum()) <= 6
        joined = trace.dependencies(trace.index("expert_sum"))
        assert len(joined) == len(ups)
        assert row(trace, "router")["n"] == 6
        assert (
            row(trace, "expert_sum")["input_bytes"] == 2 * row(trace, "expert_sum")["output_bytes"]
        )


def test_shared_expert_runs_beside_the_routed_ones(llama: Models, workload: Workloads) -> None:
    trace = workload(llama(experts=4, top_k=1, shared_ffn=32)).trace()
    assert row(trace, "shared_gate_up")["n"] == 64
    assert row(trace, "shared_gate")["n"] == 1
    after = trace.to_dataframe().set_index("name")["after"]
    assert after["shared_gate"] == after["router"] == "ffn_norm"


def test_expected_experts_agree_with_sampling() -> None:
    sampled = [np.count_nonzero(sampled_loads(10, 8, 2, seed)) for seed in range(2000)]
    assert np.mean(sampled) == pytest.approx(expected_active_experts(10, 8, 2), rel=0.01)
    assert np.count_nonzero(expected_loads(1, 8, 2)) == 2
    assert expected_loads(1000, 8, 2).tolist() == [250] * 8
    assert np.array_equal(sampled_loads(10, 8, 2, 5), sampled_loads(10, 8, 2, 5))


def test_sampled_routing_uses_each_expert_once_per_token() -> None:
    assert sampled_loads(1, 8, 8, 0).tolist() == [1] * 8
    assert sampled_loads(2_000_000, 4, 1, 0).sum() == 2_000_000


@pytest.mark.parametrize(
    ("parallel", "sentence"),
    [
        ({"tensor": 3}, "the 8 heads of tiny-llama do not divide over 3 devices"),
        ({"tensor": 5}, "parallel.tensor: the 8 heads"),
        ({"pipeline": 3}, "the 4 layers of tiny-llama do not divide into 3 stages"),
    ],
)
def test_uneven_division_is_one_sentence(
    llama: Models, workload: Workloads, parallel: dict[str, int], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        workload(llama(), parallel=parallel)


def test_every_sliced_size_is_checked(llama: Models, workload: Workloads) -> None:
    with pytest.raises(InputError, match=r"the 90 ffn .* over 4 devices"):
        workload(llama(ffn=90), parallel={"tensor": 4})
    with pytest.raises(InputError, match=r"the 6 kv_heads .* over 4 devices"):
        workload(llama(heads=24, kv_heads=6), parallel={"tensor": 4})
    with pytest.raises(InputError, match=r"the 30 shared_ffn .* over 4 devices"):
        workload(llama(experts=2, top_k=1, shared_ffn=30), parallel={"tensor": 4})


def test_bad_trace_arguments(gpt: Models, workload: Workloads) -> None:
    work = workload(gpt())
    with pytest.raises(InputError, match="step, found -1; allowed: 0 to 512"):
        work.trace(-1)
    with pytest.raises(InputError, match="no such pipeline stage, found 1"):
        work.trace(stage=1)
    with pytest.raises(InputError, match="lengths, found 0; allowed: at least 1 token"):
        work.trace(lengths=[3, 0])
    for bad in ([], [[1]], [1.5]):
        with pytest.raises(InputError, match="list of whole numbers"):
            work.trace(lengths=np.array(bad))
    with pytest.raises(InputError, match="step, found 1; allowed: 0 to 0"):
        workload(gpt(), phase="prefill").trace(1)
