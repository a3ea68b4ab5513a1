"""Cycles and bytes of each piece of a vision transformer on one accelerator."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.architectures.fpga.vit_config import FlatArray, TiledArray, VitAccelerator
from archsim.workload.moe_vit_model import MoeVitModel


@dataclass(frozen=True)
class VitCosts:
    """What the schedule of a forward pass is made of; whole cycles and bytes.

    A buffer unit is what one of the two weight buffers holds: an expert, or one of its matrices.

    Attributes:
        patch: Cycles of the patch embedding.
        projections: Cycles of queries, keys, values and output of one layer.
        attention: Cycles of one product of attention (logits or values) of one layer.
        mlp: Cycles of one dense MLP.
        gate: Cycles of the router of one layer.
        overhead: Further cycles of one layer: norms, additions, exposed loads.
        visit: Cycles of one token at one buffer unit.
        units: Buffer units of an expert.
        load: Cycles to load one buffer unit.
        unit_bytes: Bytes of one buffer unit.
    """

    patch: int
    projections: int
    attention: int
    mlp: int
    gate: int
    overhead: int
    visit: int
    units: int
    load: int
    unit_bytes: int

    @property
    def before_mlp(self) -> int:
        """Cycles of a layer before its MLP or its router."""
        return self.projections + 2 * self.attention + self.overhead

    @property
    def expert_visit(self) -> int:
        """Cycles of one token at one expert."""
        return self.units * self.visit

    @property
    def expert_load(self) -> int:
        """Cycles to load one expert."""
        return self.units * self.load

    @property
    def expert_bytes(self) -> int:
        """Bytes of one expert."""
        return self.units * self.unit_bytes


def vit_costs(accelerator: VitAccelerator, model: MoeVitModel, tokens: int) -> VitCosts:
    """Return the costs of a model on an accelerator.

    Args:
        accelerator: The accelerator.
        model: Sizes.
        tokens: Tokens of the image, the class token included.
    """
    units = 2 if accelerator.buffer_unit == "matrix" else 1
    weights = 2 * model.embed_dim * model.expert_hidden
    loaded = model.expert_parameters if accelerator.load_biases else weights
    unit_bytes = _up(loaded * accelerator.weight_bits, 8 * units)
    load = _up(unit_bytes, accelerator.load_bytes_per_cycle)
    compute = accelerator.compute
    if isinstance(compute, FlatArray):
        return _flat(compute, model, tokens, units, load, unit_bytes)
    return _tiled(compute, accelerator, model, tokens, units, load, unit_bytes)


def _flat(
    array: FlatArray, model: MoeVitModel, tokens: int, units: int, load: int, unit_bytes: int
) -> VitCosts:
    """Every product keeps all multipliers busy; the gate takes a few cycles more per token."""
    rate = array.macs_per_cycle
    gate = tokens * (_up(model.gate_macs(1), rate) + array.gate_extra_cycles)
    return VitCosts(
        patch=_up(model.patch_macs(tokens), rate),
        projections=_up(model.projection_macs(tokens), rate),
        attention=_up(model.attention_macs(tokens), rate),
        mlp=_up(model.mlp_macs(tokens), rate),
        gate=gate if model.experts else 0,
        overhead=0,
        visit=_up(model.expert_macs(1), units * rate),
        units=units,
        load=load,
        unit_bytes=unit_bytes,
    )


def _tiled(
    array: TiledArray,
    accelerator: VitAccelerator,
    model: MoeVitModel,
    tokens: int,
    units: int,
    load: int,
    unit_bytes: int,
) -> VitCosts:
    """Trip counts of the loop nests at an initiation interval of 1, without filling pipelines.

    The patch embedding is not counted.
    """
    wide = model.embed_dim

    def linear(outputs: int, inputs: int) -> int:
        return _up(outputs, array.tile_outputs) * _up(inputs, array.tile_inputs)

    queries = _up(tokens, array.attention_queries)
    overhead = gate = 0
    if array.count_overheads:
        streamed = tokens * _up(wide, array.stream_features)  # two norms and two additions
        matrix = _up(wide * wide * accelerator.weight_bits, 8 * accelerator.load_bytes_per_cycle)
        overhead = 4 * streamed + 4 * matrix
        gate = tokens * array.gate_cycles_per_expert * model.experts
    visit = linear(model.expert_hidden, wide) + linear(wide, model.expert_hidden)
    return VitCosts(
        patch=0,
        projections=4 * tokens * linear(wide, wide),
        attention=queries * tokens * _up(wide, array.attention_lanes),
        mlp=tokens * (linear(model.mlp_hidden, wide) + linear(wide, model.mlp_hidden)),
        gate=gate,
        overhead=overhead,
        visit=_up(visit, units),
        units=units,
        load=load,
        unit_bytes=unit_bytes,
    )


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
