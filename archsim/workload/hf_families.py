"""How each Hugging Face architecture names its sizes: data for ``huggingface``."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

FixedValue = str | int | bool


@dataclass(frozen=True)
class HfFamily:
    """One architecture of the transformers library.

    Attributes:
        architectures: Values of ``architectures[0]``.
        model_types: Values of ``model_type``, used where ``architectures`` is absent.
        sizes: ``LlmModel`` field to the keys that may hold it, first match wins.
        defaults: What transformers assumes for a field whose keys are absent: a number, or the
            name of another field. A field without a default is required.
        fixed: Fields that the architecture itself settles.
        refused: Key to the only value this model of the family covers, with the reason.
        tied: Whether the head reuses the token table where the file does not say.
        activation: Activation where the file does not say.
        activation_key: Key of the activation.
        qkv_bias_key, ffn_bias_key: Keys of the bias switches, if the family has them.
        window_keys: Keys of a sliding window over all layers, if the family has one.
    """

    architectures: tuple[str, ...]
    model_types: tuple[str, ...]
    sizes: MappingProxyType[str, tuple[str, ...]]
    defaults: MappingProxyType[str, int | str]
    fixed: MappingProxyType[str, FixedValue]
    tied: bool
    activation: str
    activation_key: str = "hidden_act"
    refused: MappingProxyType[str, tuple[object, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    qkv_bias_key: str = ""
    ffn_bias_key: str = ""
    window_keys: tuple[str, ...] = ()


_LLAMA_SIZES = {
    "hidden": ("hidden_size",),
    "layers": ("num_hidden_layers",),
    "heads": ("num_attention_heads",),
    "kv_heads": ("num_key_value_heads",),
    "head_dim": ("head_dim",),
    "ffn": ("intermediate_size",),
    "vocab": ("vocab_size",),
    "max_positions": ("max_position_embeddings",),
}
_LLAMA_DEFAULTS: dict[str, int | str] = {"head_dim": "hidden/heads"}
_LLAMA_FIXED: dict[str, FixedValue] = {"gated": True, "norm": "rms_norm", "position": "rotary"}
_SPARSE = {
    "decoder_sparse_step": (1, "layers without experts are not supported"),
    "mlp_only_layers": ([], "layers without experts are not supported"),
}


def _llama_like(
    architecture: str,
    model_type: str,
    *,
    sizes: dict[str, tuple[str, ...]] | None = None,
    defaults: dict[str, int | str] | None = None,
    fixed: dict[str, FixedValue] | None = None,
    refused: dict[str, tuple[object, str]] | None = None,
    qkv_bias_key: str = "",
    ffn_bias_key: str = "",
    window_keys: tuple[str, ...] = (),
) -> HfFamily:
    return HfFamily(
        architectures=(architecture,),
        model_types=(model_type,),
        sizes=MappingProxyType(_LLAMA_SIZES | (sizes or {})),
        defaults=MappingProxyType(_LLAMA_DEFAULTS | (defaults or {})),
        fixed=MappingProxyType(_LLAMA_FIXED | (fixed or {})),
        tied=False,
        activation="silu",
        refused=MappingProxyType(refused or {}),
        qkv_bias_key=qkv_bias_key,
        ffn_bias_key=ffn_bias_key,
        window_keys=window_keys,
    )


FAMILIES: tuple[HfFamily, ...] = (
    HfFamily(
        architectures=("GPT2LMHeadModel", "GPT2Model"),
        model_types=("gpt2",),
        sizes=MappingProxyType(
            {
                "hidden": ("n_embd", "hidden_size"),
                "layers": ("n_layer", "num_hidden_layers"),
                "heads": ("n_head", "num_attention_heads"),
                "kv_heads": (),
                "head_dim": (),
                "ffn": ("n_inner",),
                "vocab": ("vocab_size",),
                "max_positions": ("n_positions", "n_ctx", "max_position_embeddings"),
            }
        ),
        defaults=MappingProxyType(
            {"kv_heads": "heads", "head_dim": "hidden/heads", "ffn": "4*hidden"}
        ),
        fixed=MappingProxyType(
            {
                "gated": False,
                "norm": "layer_norm",
                "position": "learned",
                "attention_bias": "all",
                "ffn_bias": True,
            }
        ),
        tied=True,
        activation="gelu_new",
        activation_key="activation_function",
    ),
    # GPT-3 was never released in this format: the keys are those of the paper's table of sizes.
    HfFamily(
        architectures=("GPT3LMHeadModel",),
        model_types=("gpt3", "gpt-3"),
        sizes=MappingProxyType(
            {
                "hidden": ("d_model", "n_embd", "hidden_size"),
                "layers": ("n_layers", "n_layer", "num_hidden_layers"),
                "heads": ("n_heads", "n_head", "num_attention_heads"),
                "kv_heads": (),
                "head_dim": ("d_head",),
                "ffn": ("d_ff", "n_inner"),
                "vocab": ("vocab_size",),
                "max_positions": ("n_ctx", "n_positions", "max_position_embeddings"),
            }
        ),
        defaults=MappingProxyType(
            {
                "kv_heads": "heads",
                "head_dim": "hidden/heads",
                "ffn": "4*hidden",
                "vocab": 50257,
                "max_positions": 2048,
            }
        ),
        fixed=MappingProxyType(
            {
                "gated": False,
                "norm": "layer_norm",
                "position": "learned",
                "attention_bias": "all",
                "ffn_bias": True,
            }
        ),
        tied=True,
        activation="gelu",
        activation_key="activation_function",
    ),
    HfFamily(
        architectures=("OPTForCausalLM", "OPTModel"),
        model_types=("opt",),
        sizes=MappingProxyType(
            {
                "hidden": ("hidden_size",),
                "layers": ("num_hidden_layers",),
                "heads": ("num_attention_heads",),
                "kv_heads": (),
                "head_dim": (),
                "ffn": ("ffn_dim",),
                "vocab": ("vocab_size",),
                "max_positions": ("max_position_embeddings",),
            }
        ),
        defaults=MappingProxyType({"kv_heads": "heads", "head_dim": "hidden/heads"}),
        fixed=MappingProxyType(
            {
                "gated": False,
                "norm": "layer_norm",
                "position": "learned",
                "position_offset": 2,
                "attention_bias": "all",
                "ffn_bias": True,
            }
        ),
        tied=True,
        activation="relu",
        activation_key="activation_function",
        refused=MappingProxyType(
            {
                "do_layer_norm_before": (True, "norms after the residual sum are not supported"),
                "word_embed_proj_dim": ("hidden", "a narrower token table is not supported"),
                "enable_bias": (True, "OPT without biases is not supported"),
            }
        ),
    ),
    _llama_like(
        "LlamaForCausalLM",
        "llama",
        defaults={"kv_heads": "heads"},
        qkv_bias_key="attention_bias",
        ffn_bias_key="mlp_bias",
    ),
    _llama_like("MistralForCausalLM", "mistral", window_keys=("sliding_window",)),
    _llama_like(
        "MixtralForCausalLM",
        "mixtral",
        sizes={"experts": ("num_local_experts",), "top_k": ("num_experts_per_tok",)},
        window_keys=("sliding_window",),
    ),
    _llama_like(
        "Qwen2ForCausalLM",
        "qwen2",
        fixed={"attention_bias": "qkv"},
        refused={"use_sliding_window": (False, "windows in some layers only are not supported")},
    ),
    _llama_like(
        "Qwen3ForCausalLM",
        "qwen3",
        defaults={"head_dim": 128},
        fixed={"qk_norm": True},
        refused={"use_sliding_window": (False, "windows in some layers only are not supported")},
        qkv_bias_key="attention_bias",
    ),
    _llama_like(
        "Qwen2MoeForCausalLM",
        "qwen2_moe",
        sizes={
            "ffn": ("moe_intermediate_size",),
            "experts": ("num_experts",),
            "top_k": ("num_experts_per_tok",),
            "shared_ffn": ("shared_expert_intermediate_size",),
        },
        fixed={"attention_bias": "qkv"},
        refused=_SPARSE
        | {"use_sliding_window": (False, "windows in some layers only are not supported")},
    ),
    _llama_like(
        "Qwen3MoeForCausalLM",
        "qwen3_moe",
        sizes={
            "ffn": ("moe_intermediate_size",),
            "experts": ("num_experts", "num_local_experts"),
            "top_k": ("num_experts_per_tok",),
        },
        fixed={"qk_norm": True},
        refused=_SPARSE
        | {"use_sliding_window": (False, "windows in some layers only are not supported")},
        qkv_bias_key="attention_bias",
    ),
)
"""Every architecture that ``read_huggingface_config`` understands."""

ACTIVATIONS = MappingProxyType(
    {
        "gelu": "gelu",
        "gelu_new": "gelu",
        "gelu_fast": "gelu",
        "gelu_pytorch_tanh": "gelu",
        "relu": "relu",
        "silu": "silu",
        "swish": "silu",
    }
)
"""Activation names of transformers to those of ``LlmModel``."""
