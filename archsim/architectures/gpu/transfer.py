"""Constants of a card that was not measured, from a calibrated card by data-sheet ratios.

Shares and counts stay. Times that a clock sets scale with one over the clock; bandwidths inside
the card with the SMs and the clock; energies so that the same share of the board's limit is drawn
at the same share of the peak. Launch floors, which drivers set, stay. Every number made here is an
``estimate``: nothing says that another generation keeps the shares.
"""

from __future__ import annotations

from archsim.architectures.gpu.config import Chip, GpuHardware

_CLOCKED = {
    "matmul": ("unaligned_latency_s", "tf32_latency_s", "fp32_latency_s"),
    "attention": ("block_latency_s",),
    "streaming": ("row_latency_s", "norm_element_s", "softmax_element_s", "warp_element_s"),
    "fused_mlp": ("layer_s",),
}
_PER_SM = {
    "matmul": ("sm_bytes_per_s",),
    "attention": ("block_bytes_per_s",),
}
_PER_CARD = {
    "matmul": ("cache_bytes_per_s",),
    "streaming": ("function_elements_per_s",),
}
_LOOKUPS = ("lookup_s", "cache_miss_s")


def transfer(known: GpuHardware, chip: Chip) -> dict[str, dict[str, float]]:
    """Return the sections of an unmeasured card, by section and constant.

    Args:
        known: A calibrated card.
        chip: Data sheet of the other card.
    """
    old = known.chip
    clock = chip.frequency_hz / old.frequency_hz
    card = clock * chip.sms / old.sms
    memory = chip.memory_bytes_per_s / old.memory_bytes_per_s
    limit = chip.board_power_w / old.board_power_w
    found = {
        name: dict(getattr(known, name).model_dump())
        for name in (
            "matmul", "attention", "streaming", "tiled", "hash_grid", "fused_mlp", "power",
        )
    }  # fmt: skip
    for factor, sections in ((1.0 / clock, _CLOCKED), (clock, _PER_SM), (card, _PER_CARD)):
        for section, names in sections.items():
            for name in names:
                found[section][name] *= factor
    for name in _LOOKUPS:
        found["hash_grid"][name] /= card
    found["hash_grid"]["memory_miss_s"] /= memory
    power = found["power"]
    for name in ("base_w", "active_w", "thread_w"):
        power[name] *= limit
    rates = {
        "half_j_per_flop": chip.half_flops / old.half_flops,
        "half_unaligned_j_per_flop": chip.half_flops / old.half_flops,
        "tf32_j_per_flop": chip.tf32_flops / old.tf32_flops,
        "tf32_unaligned_j_per_flop": chip.tf32_flops / old.tf32_flops,
        "fp32_j_per_flop": chip.fp32_flops / old.fp32_flops,
        "cache_j_per_byte": card,
        "operand_j_per_byte": card,
        "thread_j_per_byte": card,
        "memory_j_per_byte": memory,
    }
    for name, ratio in rates.items():
        power[name] *= limit / ratio
    return found
