"""Small models and workloads that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archsim.workload.llm import LlmWorkload
from archsim.workload.llm_model import LlmModel

ModelFactory = Callable[..., LlmModel]
WorkloadFactory = Callable[..., LlmWorkload]


def make_gpt(**changes: object) -> LlmModel:
    fields: dict[str, object] = {
        "name": "tiny-gpt", "hidden": 64, "layers": 3, "heads": 4, "kv_heads": 4, "head_dim": 16,
        "ffn": 256, "gated": False, "activation": "gelu", "norm": "layer_norm",
        "position": "learned", "vocab": 1000, "max_positions": 512, "tied_embeddings": True,
        "attention_bias": "all", "ffn_bias": True,
    }  # fmt: skip
    return LlmModel.model_validate(fields | changes)


def make_llama(**changes: object) -> LlmModel:
    fields: dict[str, object] = {
        "name": "tiny-llama", "hidden": 64, "layers": 4, "heads": 8, "kv_heads": 2, "head_dim": 8,
        "ffn": 96, "gated": True, "activation": "silu", "norm": "rms_norm",
        "position": "rotary", "vocab": 1000, "max_positions": 512, "tied_embeddings": False,
    }  # fmt: skip
    return LlmModel.model_validate(fields | changes)


def make_workload(model: LlmModel, **changes: object) -> LlmWorkload:
    fields: dict[str, object] = {
        "name": "test", "model": model, "batch": 3,
        "lengths": {"distribution": "list", "tokens": (5, 7, 11)},
    }  # fmt: skip
    return LlmWorkload.model_validate(fields | changes)


@pytest.fixture
def gpt() -> ModelFactory:
    return make_gpt


@pytest.fixture
def llama() -> ModelFactory:
    return make_llama


@pytest.fixture
def workload() -> WorkloadFactory:
    return make_workload
