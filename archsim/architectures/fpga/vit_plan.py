"""Plans one image on one accelerator: what each layer does, and how long it takes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archsim.architectures.fpga.moe_layer import layer_cycles, layer_loads
from archsim.architectures.fpga.vit_config import FlatArray, VitAccelerator
from archsim.architectures.fpga.vit_costs import VitCosts, vit_costs
from archsim.errors import InputError
from archsim.kernel import Clock, fs_to_seconds
from archsim.workload.moe_vit_model import MoeVitModel
from archsim.workload.moe_vit_routing import queue_lengths
from archsim.workload.trace import Int64Array


@dataclass(frozen=True)
class LayerPlan:
    """One layer.

    Attributes:
        index: Layer, from 0.
        choices: Experts per token, shape (tokens, top_k); None in a dense layer.
        cycles: Cycles of the layer in closed form.
        expert_loads: Experts that it loads.
    """

    index: int
    choices: Int64Array | None
    cycles: int
    expert_loads: int


@dataclass(frozen=True)
class VitPlan:
    """One image.

    Attributes:
        accelerator: The accelerator.
        model: Sizes of the model.
        tokens: Tokens of the image.
        costs: Cycles and bytes of the pieces.
        layers: The layers in order.
    """

    accelerator: VitAccelerator
    model: MoeVitModel
    tokens: int
    costs: VitCosts
    layers: tuple[LayerPlan, ...]

    @property
    def cycles(self) -> int:
        """Cycles of the image in closed form."""
        return self.costs.patch + sum(layer.cycles for layer in self.layers)

    @property
    def seconds(self) -> float:
        """Latency in closed form, in whole femtoseconds."""
        return fs_to_seconds(Clock(self.accelerator.frequency_hz).fs(self.cycles))

    @property
    def expert_loads(self) -> int:
        """Experts loaded in all layers."""
        return sum(layer.expert_loads for layer in self.layers)

    @property
    def expert_bytes(self) -> int:
        """Bytes of experts loaded in all layers."""
        return self.expert_loads * self.costs.expert_bytes

    @property
    def visits(self) -> int:
        """Visits of tokens at experts in all layers."""
        return sum(int(layer.choices.size) for layer in self.layers if layer.choices is not None)

    @property
    def cache_hits(self) -> int:
        """Visits whose expert was in the cache (``token_major``)."""
        return self.visits - self.expert_loads if self.accelerator.policy == "token_major" else 0

    @property
    def compute_cycles(self) -> int:
        """Cycles in which the multipliers work; all others are waits for weights."""
        costs = self.costs
        dense = self.model.dense_layers * costs.mlp
        gates = self.model.moe_layers * costs.gate
        layers = self.model.layers * costs.before_mlp
        return costs.patch + layers + dense + gates + self.visits * costs.expert_visit

    @property
    def gate_macs(self) -> int:
        """Multiply-accumulates of one router on the multipliers.

        Tiled designs time the router by itself, apart from the linear and the attention unit.
        """
        flat = isinstance(self.accelerator.compute, FlatArray)
        return self.model.gate_macs(self.tokens) if flat else 0

    @property
    def before_mlp_macs(self) -> int:
        """Multiply-accumulates of a layer before its MLP or its router."""
        return self.model.projection_macs(self.tokens) + 2 * self.model.attention_macs(self.tokens)

    @property
    def on_chip_bytes(self) -> int:
        """On-chip memory: buffers, and the experts that stay."""
        accelerator = self.accelerator
        total = accelerator.buffer_bytes
        if not self.model.experts:
            return total
        kept = accelerator.cache_experts
        if accelerator.policy == "resident":
            kept = self.model.experts
        return total + accelerator.router_bytes + kept * self.costs.expert_bytes

    def queues(self) -> list[list[int]]:
        """Return the tokens that wait for each expert, per MoE layer."""
        return [
            queue_lengths(layer.choices, self.model.experts).tolist()
            for layer in self.layers
            if layer.choices is not None
        ]


def plan_image(
    accelerator: VitAccelerator, model: MoeVitModel, tokens: int, choices: Sequence[Int64Array]
) -> VitPlan:
    """Plan one image.

    Args:
        accelerator: The accelerator.
        model: Sizes.
        tokens: Tokens of the image, the class token included.
        choices: Experts per token for each MoE layer, each of shape (tokens, top_k).

    Raises:
        InputError: The cache is larger than the layer, or belongs to another policy.
    """
    if accelerator.cache_experts > model.experts > 0:
        raise InputError(
            "the cache keeps more experts than a layer has",
            key="vit_accelerator.cache_experts",
            found=str(accelerator.cache_experts),
            allowed=f"at most {model.experts}",
        )
    costs = vit_costs(accelerator, model, tokens)
    layers = []
    for index in range(model.layers):
        if not model.is_moe(index):
            layers.append(LayerPlan(index, None, costs.before_mlp + costs.mlp, 0))
            continue
        routed = choices[index // 2]
        moe = layer_cycles(
            routed,
            model.experts,
            costs,
            policy=accelerator.policy,
            cache_experts=accelerator.cache_experts,
            prefetch_first=accelerator.prefetch_first,
            double_buffer=accelerator.double_buffer,
        )
        loads = layer_loads(routed, model.experts, accelerator.policy, accelerator.cache_experts)
        layers.append(LayerPlan(index, routed, costs.before_mlp + moe, loads))
    return VitPlan(accelerator, model, tokens, costs, tuple(layers))
