"""Hypothesis strategies for small devices and workloads of every sort (loaded by the tests)."""

from hypothesis import strategies as st

import archsim

SYSTEMS = ("npu-only", "npu-pim-naive", "neupims", "neupims-round-robin", "neupims-subbatch")


@st.composite
def hardware_settings(draw, systems=SYSTEMS):
    """Return the name of a shipped device and settings that shrink or change it."""
    name = draw(st.sampled_from(systems))
    settings = {
        "mode": draw(st.sampled_from(("physical", "compat"))),
        "npu.systolic_arrays": draw(st.sampled_from((1, 2, 3, 8))),
        "npu.systolic_rows": draw(st.sampled_from((32, 128))),
        "npu.systolic_columns": draw(st.sampled_from((32, 64, 128))),
        "npu.vector_units": draw(st.integers(1, 8)),
        "npu.frequency_hz": draw(st.sampled_from((0.7e9, 1e9, 1.5e9))),
        "npu.scratchpad_bytes": draw(st.sampled_from((2**20, 2**23))),
        "memory.channels": draw(st.integers(1, 12)),
        "memory.channel_bytes": 2**32,
        "memory.frequency_hz": draw(st.sampled_from((0.6e9, 1e9, 1.2e9))),
        "memory.timing.trefi": draw(st.sampled_from((2000, 3900))),
        "memory.timing.tfaw": draw(st.integers(10, 40)),
    }
    if name.startswith("neupims"):
        settings["scheduler.head_overlap"] = draw(st.booleans())
    return name, settings


@st.composite
def models(draw):
    """Return the sizes of a small model: GPT- or Llama-like, grouped queries, experts."""
    kv_heads = draw(st.sampled_from((2, 4)))
    head_dim = draw(st.sampled_from((32, 64, 128)))
    heads = kv_heads * draw(st.sampled_from((1, 2, 4)))
    llama = draw(st.booleans())
    experts = draw(st.sampled_from((0, 0, 4))) if llama else 0
    return {
        "kind": "llm_model", "schema_version": 1, "name": "small",
        "hidden": draw(st.sampled_from((256, 512, 800))), "layers": draw(st.sampled_from((2, 4))),
        "heads": heads, "kv_heads": kv_heads, "head_dim": head_dim,
        "ffn": draw(st.sampled_from((512, 1536))), "gated": llama,
        "activation": "silu" if llama else "gelu", "norm": "rms_norm" if llama else "layer_norm",
        "position": "rotary" if llama else "learned", "vocab": 1000, "max_positions": 2048,
        "tied_embeddings": not llama, "experts": experts, "top_k": min(2, experts),
    }  # fmt: skip


@st.composite
def workload_mappings(draw, phases=("decode", "decode", "prefill")):
    """Return a workload: a list of lengths on one to four devices."""
    tokens = draw(st.lists(st.integers(1, 1100), min_size=1, max_size=20))
    phase = draw(st.sampled_from(phases))
    return {
        "kind": "llm", "schema_version": 1, "name": "small-run", "model": draw(models()),
        "phase": phase, "batch": len(tokens),
        "lengths": {"distribution": "list", "tokens": tokens},
        "parallel": {
            "tensor": draw(st.sampled_from((1, 2))), "pipeline": draw(st.sampled_from((1, 2))),
        },
        "generated_tokens": 1 if phase == "prefill" else draw(st.sampled_from((1, 1, 3))),
        "routing": draw(st.sampled_from(("expected", "sampled"))),
    }  # fmt: skip


@st.composite
def servings(draw):
    """Return a serving run of up to a dozen requests."""
    mapping = draw(workload_mappings(phases=("decode",)))
    arrivals = draw(
        st.sampled_from(
            (
                {"process": "backlog"},
                {"process": "poisson", "rate_per_s": 2000.0},
                {"process": "uniform", "rate_per_s": 50.0},
            )
        )
    )
    serving = {"requests": draw(st.integers(1, 12)), "arrivals": arrivals}
    if draw(st.booleans()):
        serving["max_iterations"] = draw(st.integers(1, 8))
    lengths = {
        "distribution": "log_normal",
        "mean_tokens": draw(st.sampled_from((20, 300))),
        "sd_tokens": 100,
        "max_tokens": 900,
        "output_mean_tokens": draw(st.sampled_from((2, 6))),
        "output_sd_tokens": 4,
    }
    return {
        **mapping, "batch": draw(st.integers(1, 6)), "lengths": lengths, "generated_tokens": 1,
        "serving": serving,
    }  # fmt: skip


def load(hardware, workload, **changes):
    """Return hardware and workload objects; ``changes`` are further settings of the hardware."""
    name, settings = hardware
    dotted = {key.replace("__", "."): value for key, value in changes.items()}
    return archsim.load_hardware(name, overrides=settings | dotted), archsim.load_workload(workload)
