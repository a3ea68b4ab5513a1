"""``archsim.fpga.moe_vit``: one image on the accelerators of M3ViT and Edge-MoE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from archsim.architectures.base import FIDELITIES, expect
from archsim.architectures.fpga.config import FpgaHardware
from archsim.architectures.fpga.vit_config import Policy, TiledArray, VitAccelerator
from archsim.architectures.fpga.vit_plan import VitPlan, plan_image
from archsim.architectures.fpga.vit_system import play_image
from archsim.config import build, load_document
from archsim.errors import InputError, UnknownNameError, UnsupportedError
from archsim.kernel import fs_to_seconds
from archsim.workload.moe_vit import MoeVitWorkload
from archsim.workload.moe_vit_model import MoeVitModel
from archsim.workload.moe_vit_routing import (
    BalancedRouting,
    Routing,
    UniformRouting,
    ZipfRouting,
    check_choices,
    draw_routing,
)
from archsim.workload.trace import Int64Array

MODELS: dict[str, tuple[str, str]] = {
    "m3vit": ("m3vit-zcu104", "m3vit-pascal"),
    "vit-s": ("m3vit-zcu104", "vit-s-pascal"),
    "edge-moe": ("edge-moe-zcu102", "edge-moe-cityscapes"),
}
"""Shipped hardware and workload behind each model."""

IMAGES: dict[str, int] = {
    "pascal": (512 // 16) * (512 // 16) + 1,
    "nyud": (480 // 16) * (640 // 16) + 1,
}
"""Tokens of the images of two data sets: patches of 16 x 16 pixels and the class token."""

MOST_TOKENS = 65_536
ROUTINGS: dict[str, Routing] = {
    "uniform": UniformRouting(),
    "balanced": BalancedRouting(),
    "zipf": ZipfRouting(),
}


@dataclass(frozen=True)
class MoeVit:
    """One image on one accelerator.

    Attributes:
        latency_s: Time of the image.
        energy_j: Power of the board times the time.
        memory_bytes: On-chip memory.
        bytes_moved: Bytes of experts loaded from memory; dense weights are not counted.
        cycles: Clock cycles of the image.
        compute_cycles: Cycles in which the multipliers work.
        expert_loads: Experts loaded, all layers together.
        cache_hits: Visits that found their expert on chip (``token_major``).
        trip_counts: Cycles per layer of each piece, and of the load of a buffer unit.
        moe_cycles: Cycles of each MoE layer's router and experts.
        queues: Tokens that wait for each expert, per MoE layer.
    """

    latency_s: float
    energy_j: float
    memory_bytes: float
    bytes_moved: int
    cycles: float
    compute_cycles: int
    expert_loads: int
    cache_hits: int
    trip_counts: dict[str, int]
    moe_cycles: list[int]
    queues: list[list[int]]


def moe_vit(
    model: str,
    image: str | int = "pascal",
    policy: str = "reorder",
    cache_experts: int = 0,
    routing: str | Mapping[str, object] | ArrayLike | None = None,
    *,
    fidelity: str = "analytic",
    seed: int = 0,
    overheads: bool = False,
    overrides: Mapping[str, object] | None = None,
) -> MoeVit:
    """Time one image.

    Args:
        model: ``"m3vit"``, ``"vit-s"`` or ``"edge-moe"``.
        image: ``"pascal"``, ``"nyud"``, or a number of tokens, the class token included.
        policy: ``"reorder"``, ``"token_major"`` or ``"resident"``.
        cache_experts: Experts that a least-recently-used cache keeps (``token_major`` only).
        routing: ``"uniform"`` (the default), ``"balanced"``, ``"zipf"``, a mapping as in a
            workload file, or expert numbers of shape (tokens, top_k), or (MoE layers, tokens,
            top_k).
        fidelity: ``"analytic"`` or ``"event"``; they agree exactly.
        seed: Seed of drawn routing.
        overheads: Edge-MoE: also count norms, additions, gates and loads of attention weights.
        overrides: Dotted keys of the accelerator to values, e.g. ``{"prefetch_first": False}``.

    Raises:
        InputError: An argument is unknown or out of range.
    """
    if model not in MODELS:
        raise UnknownNameError("model", str(model), MODELS)
    if policy not in get_args(Policy):
        raise UnknownNameError("policy", str(policy), get_args(Policy))
    if fidelity not in FIDELITIES:
        raise UnknownNameError("fidelity", str(fidelity), FIDELITIES)
    changes = {**(overrides or {}), "policy": policy, "cache_experts": cache_experts}
    accelerator = _accelerator(model, changes, overheads)
    sizes = model_sizes(model)
    tokens = _tokens(image)
    plan = plan_image(accelerator, sizes, tokens, _choices(sizes, tokens, routing, seed))
    latency_s = plan.seconds
    if fidelity == "event":
        latency_s = fs_to_seconds(play_image(plan).latency_fs)
    return _as_result(plan, latency_s)


def _as_result(plan: VitPlan, latency_s: float) -> MoeVit:
    costs, accelerator = plan.costs, plan.accelerator
    moe = [layer for layer in plan.layers if layer.choices is not None]
    return MoeVit(
        latency_s=latency_s,
        energy_j=latency_s * accelerator.power_w,
        memory_bytes=float(plan.on_chip_bytes),
        bytes_moved=plan.expert_bytes,
        cycles=latency_s * accelerator.frequency_hz,
        compute_cycles=plan.compute_cycles,
        expert_loads=plan.expert_loads,
        cache_hits=plan.cache_hits,
        trip_counts={
            "patch_embedding": costs.patch,
            "qkv_projection": costs.projections,
            "qk": costs.attention,
            "av": costs.attention,
            "dense_ffn": costs.mlp,
            "moe_compute": plan.tokens * plan.model.top_k * costs.expert_visit,
            "gate": costs.gate,
            "overhead": costs.overhead,
            "unit_load": costs.load,
            "unit_visit": costs.visit,
        },
        moe_cycles=[layer.cycles - costs.before_mlp for layer in moe],
        queues=plan.queues(),
    )


def _accelerator(model: str, changes: Mapping[str, object], overheads: bool) -> VitAccelerator:
    name, _ = MODELS[model]
    overrides = {f"vit_accelerator.{key}": value for key, value in changes.items()}
    hardware = build(FpgaHardware, load_document(name, "hw_configs", overrides))
    accelerator = hardware.vit_accelerator
    if accelerator is None:  # the shipped files have one
        raise UnsupportedError(f"{name} has no accelerator of vision transformers")
    if isinstance(accelerator.compute, TiledArray):
        compute = accelerator.compute.model_copy(update={"count_overheads": overheads})
        return accelerator.model_copy(update={"compute": compute})
    return accelerator


@lru_cache(maxsize=8)
def model_sizes(model: str) -> MoeVitModel:
    """Return the sizes of one of ``MODELS``."""
    from archsim.workload import load_workload

    return expect(MoeVitWorkload, load_workload(MODELS[model][1])).model


def _tokens(image: str | int) -> int:
    if isinstance(image, str):
        if image not in IMAGES:
            raise UnknownNameError("image", image, IMAGES)
        return IMAGES[image]
    allowed = f"{', '.join(IMAGES)}, or 1 to {MOST_TOKENS} tokens"
    if isinstance(image, bool) or not isinstance(image, int | np.integer):
        raise InputError("an image is a name or a number of tokens", found=repr(image),
                         allowed=allowed)  # fmt: skip
    if not 1 <= image <= MOST_TOKENS:
        raise InputError("tokens of an image", found=str(image), allowed=allowed)
    return int(image)


def _choices(
    model: MoeVitModel,
    tokens: int,
    routing: str | Mapping[str, object] | ArrayLike | None,
    seed: int,
) -> list[Int64Array]:
    if not model.experts:
        return []
    how: Routing
    if routing is None:
        how = UniformRouting()
    elif isinstance(routing, str):
        if routing not in ROUTINGS:
            raise UnknownNameError("routing", routing, ROUTINGS)
        how = ROUTINGS[routing]
    elif isinstance(routing, Mapping):
        how = _described(routing)
    else:
        return _recorded(model, tokens, routing)
    drawn = draw_routing(
        how,
        layers=model.moe_layers,
        tokens=tokens,
        experts=model.experts,
        top_k=model.top_k,
        seed=seed,
    )
    return list(drawn)


def _described(routing: Mapping[str, object]) -> Routing:
    document = load_document(
        {
            "kind": "moe_vit", "schema_version": 1, "name": "routing",
            "extends": "m3vit-pascal", "routing": dict(routing),
        },
        "workloads",
        None,
    )  # fmt: skip
    return build(MoeVitWorkload, document).routing


def _recorded(model: MoeVitModel, tokens: int, routing: ArrayLike) -> list[Int64Array]:
    array = np.asarray(routing)
    shape = {"tokens": tokens, "experts": model.experts, "top_k": model.top_k}
    if array.ndim == 3 and len(array) == model.moe_layers:
        return [check_choices(layer, **shape) for layer in array]
    return [check_choices(array, **shape)] * model.moe_layers
