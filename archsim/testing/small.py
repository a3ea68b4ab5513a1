"""Small runs of every shipped family: what the kit, the strategies and the hash table start from.

Hardware is named by its shipped file. Workloads are small enough for a run of about 10 to 50 ms
in either fidelity.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LLM_MODEL = {
    "kind": "llm_model", "schema_version": 1, "name": "small",
    "hidden": 256, "layers": 2, "heads": 8, "kv_heads": 4, "head_dim": 32, "ffn": 512,
    "gated": True, "activation": "silu", "norm": "rms_norm", "position": "rotary", "vocab": 1000,
    "max_positions": 2048, "tied_embeddings": False,
}  # fmt: skip

SMALL_WORKLOADS: Mapping[str, tuple[Mapping[str, object], ...]] = MappingProxyType(
    {
        "llm": (
            {
                "kind": "llm", "schema_version": 1, "name": "small-decode", "model": _LLM_MODEL,
                "batch": 6, "lengths": {"distribution": "list", "tokens": [5, 64, 700, 1, 31, 256]},
            },
            {
                "kind": "llm", "schema_version": 1, "name": "small-experts", "phase": "prefill",
                "model": {**_LLM_MODEL, "experts": 4, "top_k": 2}, "batch": 3,
                "lengths": {"distribution": "sharegpt"}, "routing": "sampled",
                "parallel": {"tensor": 2, "pipeline": 1},
            },
            {
                "kind": "llm", "schema_version": 1, "name": "small-serving", "model": _LLM_MODEL,
                "batch": 2,
                "lengths": {"distribution": "constant", "tokens": 9, "output_tokens": 2},
                "serving": {"requests": 3, "arrivals": {"process": "poisson", "rate_per_s": 900}},
            },
        ),
        "network": (
            {
                "kind": "network", "schema_version": 1, "name": "small-resnet9",
                "networks": {"one": {
                    "family": "resnet9", "stem_filters": 16, "input_size": 32, "classes": 10,
                    "blocks": [{"filters": 32, "residual_convolutions": 1}],
                }},
            },
            {
                "kind": "network", "schema_version": 1, "name": "small-pair", "batch": 2,
                "networks": {
                    "image": {"family": "unet", "filters": [8, 16], "input_size": 32},
                    "words": {
                        "family": "vit", "depth": 1, "hidden": 32, "heads": 2, "mlp": 64,
                        "patch": 16, "input_size": 64, "classes": 10,
                    },
                },
            },
        ),
        "ternary_lm": (
            {
                "kind": "ternary_lm", "schema_version": 1, "name": "small-ternary",
                "model": {"layers": 2, "hidden": 128, "ffn": 512, "vocab": 1000},
                "batch": 3, "generated_tokens": 2,
            },
        ),
        "moe_vit": (
            {
                "kind": "moe_vit", "schema_version": 1, "name": "small-moe",
                "model": {
                    "embed_dim": 64, "layers": 4, "heads": 2, "patch_pixels": 16, "channels": 3,
                    "mlp_hidden": 128, "experts": 4, "top_k": 2, "expert_hidden": 64,
                    "moe_layers": 2,
                },
                "image": {"height_pixels": 64, "width_pixels": 64},
                "routing": {"distribution": "uniform"},
            },
        ),
        "graphics": (
            {
                "kind": "graphics", "schema_version": 1, "name": "small-frame",
                "application": "other", "width": 320, "height": 200,
                "encoding": {
                    "grid": "hash", "dimensions": 2, "levels": 16, "features": 2,
                    "log2_entries": 14, "base_resolution": 16, "growth_factor": 1.26,
                    "feature_bytes": 2,
                },
                "networks": [[32, 64], [64, 16]], "input_bytes": 8, "output_bytes": 12,
                "sampling": {"method": "given", "samples_per_pixel": 1.0, "calls": 2},
                "gpu_baseline": {
                    "frame_time_s": 0.002, "encoding_share": 0.4, "mlp_share": 0.3,
                },
            },
        ),
        "memory_trace": (
            {
                "kind": "memory_trace", "schema_version": 1, "name": "small-mix",
                "pattern": "mix", "requests": 120, "write_share": 0.3,
            },
            {
                "kind": "memory_trace", "schema_version": 1, "name": "small-poisson",
                "pattern": "poisson", "requests": 120, "mean_gap_cycles": 12.0,
            },
        ),
    }
)  # fmt: skip
"""Kind of workload to workloads of that kind, as their files would hold them."""

_CARDS = ("h100_sxm", "a100_40gb", "rtx_4070")

SMALL_RUNS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "asic": {
            "network": (
                "dla-1024", "shi-1024", "rs-1024", "systolic-32x32", "heterogeneous", "nasaic-w1",
            ),
        },
        "dram": {"memory_trace": ("dram-ddr3-1600", "dram-ddr4-2400", "dram-hbm2-pc")},
        "fpga": {
            "ternary_lm": (
                "d5005-512bit", "d5005-multicore", "tereffic-u280-hbm", "kria-matmulfree",
            ),
            "moe_vit": ("m3vit-zcu104", "m3vit-zcu104-token-major", "edge-moe-zcu102"),
        },
        "gpu": dict.fromkeys(("graphics", "llm", "moe_vit", "network", "ternary_lm"), _CARDS),
        "neural_graphics": {"graphics": ("ngpc-8", "ngpc-64", "ngpc-resident")},
        "npu_pim": {"llm": ("npu-only", "npu-pim-naive", "neupims", "neupims-subbatch")},
    }
)  # fmt: skip
"""Family to the kinds of workload it runs, each with shipped designs of different structure."""

SMALL_SETTINGS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {"asic": {"scheduler.time_limit_s": 0.05}}  # CP-SAT: deterministic seconds, 10 by default
)
"""Family to settings that keep its runs small whatever else is drawn."""


def designs(kind: str) -> tuple[str, ...]:
    """Return the shipped designs of a family that ``SMALL_RUNS`` names."""
    return tuple(dict.fromkeys(name for names in SMALL_RUNS[kind].values() for name in names))
