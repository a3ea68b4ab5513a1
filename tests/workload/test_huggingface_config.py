"""``config.json`` files as they are published (the keys that matter), and broken ones."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from archsim.errors import InputError, UnsupportedError
from archsim.workload.huggingface import MAX_BYTES, read_huggingface_config

GPT2 = {
    "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1, "bos_token_id": 50256, "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768,
    "n_head": 12, "n_layer": 12, "n_positions": 1024, "vocab_size": 50257,
    "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}},
}  # fmt: skip
GPT2_XL = GPT2 | {"n_embd": 1600, "n_head": 25, "n_layer": 48}
GPT3 = {
    "model_type": "gpt3", "n_layers": 96, "d_model": 12288, "n_heads": 96, "d_head": 128,
}  # fmt: skip
OPT_125M = {
    "architectures": ["OPTForCausalLM"], "model_type": "opt", "activation_function": "relu",
    "do_layer_norm_before": True, "ffn_dim": 3072, "hidden_size": 768,
    "max_position_embeddings": 2048, "num_attention_heads": 12, "num_hidden_layers": 12,
    "vocab_size": 50272, "word_embed_proj_dim": 768, "torch_dtype": "float16",
}  # fmt: skip
OPT_13B = OPT_125M | {
    "ffn_dim": 20480, "hidden_size": 5120, "num_attention_heads": 40, "num_hidden_layers": 40,
    "word_embed_proj_dim": 5120,
}  # fmt: skip
LLAMA2_7B = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
    "hidden_size": 4096, "intermediate_size": 11008, "max_position_embeddings": 4096,
    "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32,
    "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": None,
    "tie_word_embeddings": False, "vocab_size": 32000,
}  # fmt: skip
LLAMA2_70B = LLAMA2_7B | {
    "hidden_size": 8192, "intermediate_size": 28672, "num_attention_heads": 64,
    "num_hidden_layers": 80, "num_key_value_heads": 8,
}  # fmt: skip
LLAMA3_8B = LLAMA2_7B | {
    "intermediate_size": 14336, "max_position_embeddings": 8192, "num_key_value_heads": 8,
    "vocab_size": 128256, "attention_bias": False, "mlp_bias": False, "rope_theta": 500000.0,
}  # fmt: skip
LLAMA3_70B = LLAMA2_70B | {"vocab_size": 128256}
MISTRAL_7B = {
    "architectures": ["MistralForCausalLM"], "model_type": "mistral", "hidden_act": "silu",
    "hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 32768,
    "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8,
    "sliding_window": 4096, "tie_word_embeddings": False, "vocab_size": 32000,
}  # fmt: skip
MIXTRAL = MISTRAL_7B | {
    "architectures": ["MixtralForCausalLM"], "model_type": "mixtral", "num_experts_per_tok": 2,
    "num_local_experts": 8, "output_router_logits": False, "sliding_window": None,
}  # fmt: skip
QWEN2_7B = {
    "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu",
    "hidden_size": 3584, "intermediate_size": 18944, "max_position_embeddings": 131072,
    "max_window_layers": 28, "num_attention_heads": 28, "num_hidden_layers": 28,
    "num_key_value_heads": 4, "sliding_window": 131072, "use_sliding_window": False,
    "tie_word_embeddings": False, "vocab_size": 152064,
}  # fmt: skip
QWEN2_05B = QWEN2_7B | {
    "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
    "num_hidden_layers": 24, "num_key_value_heads": 2, "tie_word_embeddings": True,
    "vocab_size": 151936,
}  # fmt: skip
QWEN15_MOE = {
    "architectures": ["Qwen2MoeForCausalLM"], "model_type": "qwen2_moe", "hidden_act": "silu",
    "decoder_sparse_step": 1, "hidden_size": 2048, "intermediate_size": 5632,
    "max_position_embeddings": 8192, "moe_intermediate_size": 1408, "num_attention_heads": 16,
    "num_experts": 60, "num_experts_per_tok": 4, "num_hidden_layers": 24,
    "num_key_value_heads": 16, "shared_expert_intermediate_size": 5632,
    "tie_word_embeddings": False, "use_sliding_window": False, "vocab_size": 151936,
}  # fmt: skip
QWEN3_06B = {
    "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "attention_bias": False,
    "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024, "intermediate_size": 3072,
    "max_position_embeddings": 40960, "num_attention_heads": 16, "num_hidden_layers": 28,
    "num_key_value_heads": 8, "sliding_window": None, "tie_word_embeddings": True,
    "use_sliding_window": False, "vocab_size": 151936,
}  # fmt: skip
QWEN3_MOE = QWEN3_06B | {
    "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "hidden_size": 2048,
    "decoder_sparse_step": 1, "intermediate_size": 6144, "mlp_only_layers": [],
    "moe_intermediate_size": 768, "num_attention_heads": 32, "num_experts": 128,
    "num_experts_per_tok": 8, "num_hidden_layers": 48, "num_key_value_heads": 4,
    "tie_word_embeddings": False,
}  # fmt: skip

Config = dict[str, object]


def write(folder: Path, data: object, name: str = "config.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("config", "parameters"),
    [
        # Sizes of the published checkpoints.
        (GPT2, 124_439_808),
        (GPT2_XL, 1_557_611_200),
        (OPT_125M, 125_239_296),
        (OPT_13B, 12_853_473_280),
        (LLAMA2_7B, 6_738_415_616),
        (LLAMA2_70B, 68_976_648_192),
        (LLAMA3_8B, 8_030_261_248),
        (LLAMA3_70B, 70_553_706_496),
        (MISTRAL_7B, 7_241_732_096),
        (MIXTRAL, 46_702_792_704),
        (QWEN2_7B, 7_615_616_512),
        (QWEN2_05B, 494_032_768),
        (QWEN15_MOE, 14_315_784_192),
        (QWEN3_06B, 596_049_920),
        (QWEN3_MOE, 30_532_122_624),
        # Never released: layers, both tables and the final norm, by hand ("175 billion").
        (GPT3, 96 * (12 * 12288**2 + 13 * 12288) + (50257 + 2048) * 12288 + 2 * 12288),
    ],
)
def test_parameter_counts(tmp_path: Path, config: Config, parameters: int) -> None:
    assert read_huggingface_config(write(tmp_path, config)).parameter_count == parameters


def test_fields_of_a_grouped_query_model(tmp_path: Path) -> None:
    model = read_huggingface_config(write(tmp_path, LLAMA3_8B, "llama.json"))
    assert model.name == "llama"
    assert (model.heads, model.kv_heads, model.head_dim, model.ffn) == (32, 8, 128, 14336)
    assert (model.gated, model.norm, model.position) == (True, "rms_norm", "rotary")
    assert model.attention_bias == "none"
    assert model.kv_bytes_per_token(2) == 131_072


def test_model_is_named_after_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()
    assert read_huggingface_config(write(folder, GPT2)).name == "my-model"


def test_variants_are_read(tmp_path: Path) -> None:
    biased = LLAMA3_8B | {"attention_bias": True, "mlp_bias": True}
    model = read_huggingface_config(write(tmp_path, biased))
    assert (model.attention_bias, model.ffn_bias) == ("all", True)
    assert read_huggingface_config(write(tmp_path, MISTRAL_7B)).sliding_window == 4096
    assert read_huggingface_config(write(tmp_path, MIXTRAL)).active_parameter_count < 13e9
    wide = LLAMA2_7B | {"head_dim": 256}
    assert read_huggingface_config(write(tmp_path, wide)).head_dim == 256
    old = {key: value for key, value in LLAMA2_7B.items() if key != "num_key_value_heads"}
    assert read_huggingface_config(write(tmp_path, old)).kv_heads == 32
    typed = {key: value for key, value in QWEN3_06B.items() if key != "architectures"}
    assert read_huggingface_config(write(tmp_path, typed)).qk_norm


def without(config: Config, *keys: str) -> Config:
    return {key: value for key, value in config.items() if key not in keys}


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ([], "is not a JSON object, found list"),
        ({}, "has neither architectures nor model_type; allowed: GPT2LMHeadModel"),
        (
            {"architectures": ["DeepseekV3ForCausalLM"], "hidden_size": 7168},
            "the architecture 'DeepseekV3ForCausalLM' is not supported, and it lacks"
            " num_hidden_layers, num_attention_heads, intermediate_size, vocab_size,"
            " max_position_embeddings; allowed: GPT2LMHeadModel",
        ),
        (
            LLAMA2_7B | {"architectures": ["LlamaForCausalLm"]},
            "did you mean LlamaForCausalLM?",
        ),
        ({"model_type": "t5"}, "the architecture 't5' is not supported"),
        ({"architectures": "LlamaForCausalLM"}, "has neither architectures nor model_type"),
        ({"architectures": [["a"]]}, "is not supported"),
        (
            without(LLAMA2_7B, "hidden_size", "vocab_size"),
            "the LlamaForCausalLM configuration lacks hidden_size, vocab_size",
        ),
        (without(MISTRAL_7B, "num_key_value_heads"), "lacks num_key_value_heads"),
        (without(MIXTRAL, "num_local_experts"), "lacks num_local_experts"),
        (without(OPT_13B, "ffn_dim"), "the OPTForCausalLM configuration lacks ffn_dim"),
        (
            LLAMA2_7B | {"hidden_size": "4096"},
            'hidden_size: bad value, found "4096"; allowed: whole numbers from 1 to 16777216',
        ),
        (LLAMA2_7B | {"num_hidden_layers": True}, "num_hidden_layers: bad value, found true"),
        (LLAMA2_7B | {"num_hidden_layers": 32.0}, "num_hidden_layers: bad value, found 32.0"),
        (LLAMA2_7B | {"vocab_size": -1}, "vocab_size: bad value, found -1"),
        (LLAMA2_7B | {"vocab_size": 0}, "vocab_size: bad value, found 0"),
        (LLAMA2_7B | {"hidden_size": [1]}, "hidden_size: bad value, found [1]"),
        (LLAMA2_7B | {"hidden_size": 10**30}, "hidden_size: bad value"),
        (LLAMA2_7B | {"hidden_size": 2**22, "head_dim": 1}, "hidden_size: "),
        (
            LLAMA2_7B | {"num_key_value_heads": 5},
            "num_key_value_heads: kv_heads must divide heads, found 5; allowed: a divisor of 32",
        ),
        (MIXTRAL | {"num_experts_per_tok": 9}, "num_experts_per_tok: each token needs at least"),
        (
            GPT2 | {"n_head": 7},
            "the 768 hidden features do not divide into 7 heads, and no head size is given",
        ),
        (LLAMA2_7B | {"hidden_act": "tanh"}, 'hidden_act: unknown activation, found "tanh"'),
        (LLAMA2_7B | {"hidden_act": "sillu"}, "did you mean silu?"),
        (LLAMA2_7B | {"hidden_act": None}, "hidden_act: unknown activation, found null"),
        (
            LLAMA2_7B | {"tie_word_embeddings": "no"},
            'tie_word_embeddings: bad value, found "no"; allowed: true or false',
        ),
        (LLAMA3_8B | {"attention_bias": 1}, "attention_bias: bad value, found 1"),
        (MISTRAL_7B | {"sliding_window": 0}, "sliding_window: bad value, found 0"),
    ],
)
def test_bad_configurations_are_one_sentence(tmp_path: Path, config: object, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        read_huggingface_config(write(tmp_path, config))
    assert sentence in str(caught.value)
    assert "config.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (OPT_125M | {"word_embed_proj_dim": 512}, "word_embed_proj_dim: a narrower token table"),
        (OPT_125M | {"do_layer_norm_before": False}, "norms after the residual sum"),
        (OPT_125M | {"enable_bias": False}, "OPT without biases"),
        (QWEN2_7B | {"use_sliding_window": True}, "windows in some layers only"),
        (QWEN15_MOE | {"decoder_sparse_step": 2}, "layers without experts"),
        (QWEN3_MOE | {"mlp_only_layers": [0]}, "mlp_only_layers: layers without experts"),
    ],
)
def test_uncovered_variants_are_named(tmp_path: Path, config: Config, sentence: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        read_huggingface_config(write(tmp_path, config))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "config.json:1: is not valid JSON: expecting value"),
        (b'{"a": 1,\n}', "config.json:2: is not valid JSON"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"hidden_size": 1, "hidden_size": 2}', "the key 'hidden_size' is given twice"),
        (b"\xff\xfe{}", "is not UTF-8 text"),
        (b"[" * 200_000, "nested too deep"),
        (b'{"a": ' + b"1" * 5000 + b"}", "is not valid JSON"),
        (b" " * (MAX_BYTES + 1), "is too large; allowed: 1048576 bytes"),
    ],
)
def test_bad_files_are_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_huggingface_config(path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_absent_file_folder_and_pipe(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"does not exist, found .*missing.json"):
        read_huggingface_config(tmp_path / "missing.json")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(InputError, match="is not a regular file"):
            read_huggingface_config(path)
