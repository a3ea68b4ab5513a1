"""Measures the figures of M3ViT and, for the same datapath style, of Edge-MoE."""

from __future__ import annotations

from functools import lru_cache

from archsim.architectures.fpga.vit_public import IMAGES as IMAGES_TOKENS
from archsim.architectures.fpga.vit_public import MoeVit, model_sizes, moe_vit
from archsim.papers.base import Row
from archsim.papers.figures import Judge
from archsim.papers.m3vit.published import PUBLISHED

NAME = "m3vit"
MIB = 2.0**20
CACHES = (0, 1, 2, 4, 8, 12, 16)
ROUTINGS = ("uniform", "zipf")

_FITTED = (
    "The accelerator's constants are fitted to the PASCAL latencies, so this figure tests nothing."
)
_IDENTITY = "An identity: the paper's energies are 10 W times its latencies, and so are these."
_INPUT = "An input here: the paper's breakdown of on-chip memory is not known."
_GPU = "The GPU's energy is the paper's own measurement, 295 W times its latency; "
_EDGE = (
    "The paper states 128 x 256 images (129 tokens), while 72.15 GOPS times this latency is the"
    " work of 197 tokens; which of them was measured is not known."
)

IMAGES = ("pascal", "nyud")
JUDGE = Judge(NAME, PUBLISHED)
SYSTEMS: dict[str, tuple[str, str, str]] = {
    "vit-s": ("vit-s", "reorder", "ViT-S"),
    "reorder": ("m3vit", "reorder", "MoE ViT-S reordered"),
    "token-major": ("m3vit", "token_major", "MoE ViT-S not reordered"),
}


@lru_cache(maxsize=64)
def image(
    model: str, size: str | int, policy: str, cache: int = 0, routing: str = "uniform"
) -> MoeVit:
    """Return one image, played with SimPy."""
    return moe_vit(model, size, policy, cache, routing, fidelity="event")


def latency_rows() -> list[Row]:
    """Return latencies and energies of Table 4: PASCAL is fitted, NYUD is predicted."""
    found = []
    for size in IMAGES:
        fitted = size == "pascal"
        for key, (model, policy, title) in SYSTEMS.items():
            one = image(model, size, policy)
            where = "ZCU104 at 300 MHz; " + ("fitted" if fitted else "predicted")
            what = f"{size.upper()}, {title}"
            found.append(
                JUDGE.judged(
                    f"{key} {size} ms", f"{what}: latency (ms)", where, one.latency_s * 1e3,
                    cause=_FITTED if fitted else "", comparable=not fitted,
                )
            )  # fmt: skip
            found.append(
                JUDGE.judged(
                    f"{key} {size} ws", f"{what}: energy (W s)", where, one.energy_j,
                    cause=_IDENTITY, comparable=False,
                )
            )  # fmt: skip
    return found


def ratio_rows() -> list[Row]:
    """Return what the paper claims reordering gains, and the on-chip memory."""
    found = []
    for size in IMAGES:
        fitted = size == "pascal"
        slow, fast = image("m3vit", size, "token_major"), image("m3vit", size, "reorder")
        where, what = "MoE ViT-S", size.upper()
        cause = _FITTED if fitted else ""
        found.append(
            JUDGE.judged(
                f"ratio {size}", f"{what}: latency, not reordered over reordered",
                where, slow.latency_s / fast.latency_s, cause=cause, comparable=not fitted,
            )
        )  # fmt: skip
        gpu_j = PUBLISHED[f"gpu moe {size} ws"].value
        found.append(
            JUDGE.judged(
                f"energy ratio {size}", f"{what}: energy of the GPU over the FPGA", where,
                gpu_j / fast.energy_j, cause=_GPU + "the FPGA's is an estimate.", comparable=False,
            )
        )  # fmt: skip
    resident = image("m3vit", "pascal", "resident")
    moe, dense = image("m3vit", "pascal", "reorder"), image("vit-s", "pascal", "reorder")
    memory = "on-chip memory (MiB)"
    return [
        *found,
        JUDGE.judged(
            "memory vit-s mib", f"ViT-S: {memory}", "ViT-S", dense.memory_bytes / MIB,
            cause=_INPUT, comparable=False,
        ),
        JUDGE.judged(
            "memory moe mib", f"MoE ViT-S reordered: {memory}", "MoE ViT-S", moe.memory_bytes / MIB,
            cause=_INPUT, comparable=False,
        ),
        JUDGE.judged(
            "memory resident mib", f"all experts on chip: {memory}", "MoE ViT-S",
            resident.memory_bytes / MIB,
        ),
        JUDGE.judged(
            "memory ratio", "memory, all experts on chip over reordered",
            "MoE ViT-S", resident.memory_bytes / moe.memory_bytes,
        ),
    ]  # fmt: skip


def constant_rows() -> list[Row]:
    """Return the constants that PASCAL's latencies imply, and what the model uses."""
    counts = image("m3vit", "pascal", "reorder").trip_counts
    where = "PASCAL; the rounded value is what the accelerator uses"
    rate = image("vit-s", "pascal", "reorder")
    macs = model_sizes("vit-s").backbone_macs(IMAGES_TOKENS["pascal"])
    return [
        JUDGE.judged(
            "mac rate", "multiply-accumulates per cycle", where, macs / rate.compute_cycles,
            cause=_FITTED, comparable=False,
        ),
        JUDGE.judged(
            "gate cycles", "gate cycles per token and MoE layer", where,
            counts["gate"] / IMAGES_TOKENS["pascal"], cause=_FITTED, comparable=False,
        ),
        JUDGE.judged(
            "reload cycles", "cycles to load an expert",
            where, counts["unit_load"], cause=_FITTED, comparable=False,
        ),
    ]  # fmt: skip


def edge_rows() -> list[Row]:
    """Return trip counts and latency of Edge-MoE."""
    found = []
    for tokens in (129, 197):
        one = image("edge-moe", tokens, "reorder", routing="balanced")
        where = "Edge-MoE, per layer"
        for key, item, count in (
            ("projections", "projections (cycles)", "qkv_projection"),
            ("logits", "logits, or values (cycles)", "qk"),
            ("ffn", "MLP, or experts (cycles)", "dense_ffn"),
        ):
            measured = float(one.trip_counts[count])
            what = f"Edge-MoE, {tokens} tokens: {item}"
            found.append(JUDGE.judged(f"edge {key} {tokens}", what, where, measured))
        found.append(
            JUDGE.judged(
                f"edge compute {tokens}", f"Edge-MoE, {tokens} tokens: loop nests alone (ms)",
                "Edge-MoE, 12 layers", one.compute_cycles / 300e3,
            )
        )  # fmt: skip
    found.append(
        JUDGE.judged(
            "edge load", "Edge-MoE: load of one matrix (cycles)", "Edge-MoE",
            float(image("edge-moe", 129, "reorder").trip_counts["unit_load"]),
        )
    )  # fmt: skip
    for tokens in (129, 197):
        full = moe_vit("edge-moe", tokens, routing="balanced", overheads=True, fidelity="event")
        found.append(
            JUDGE.judged(
                "edge latency", f"Edge-MoE, {tokens} tokens: latency (ms)",
                "with norms, additions, gates and loads of attention weights",
                full.latency_s * 1e3, cause=_EDGE, comparable=False,
            )
        )  # fmt: skip
    return found


def cache_rows(quick: bool) -> list[Row]:
    """Return what a least-recently-used cache would gain, which the paper does not have."""
    sizes = IMAGES[:1] if quick else IMAGES
    return [
        JUDGE.predicted(
            f"{size.upper()}, {routing} routing, {cache} experts cached: latency (ms)",
            "MoE ViT-S not reordered, least recently used",
            one.latency_s * 1e3,
            f"{one.cache_hits} of {sum(map(sum, one.queues))} visits hit;"
            f" {one.memory_bytes / MIB:.2f} MiB on chip",
        )
        for size in sizes
        for routing in ROUTINGS
        for cache in CACHES
        for one in [image("m3vit", size, "token_major", cache, routing)]
    ]
