"""What M3ViT's tables and neighbouring papers state, and how close counts as reproduced."""

from __future__ import annotations

from archsim.papers.figures import Figure

_TABLE = "Table 4"
_TEXT = "section 4.4"
_EDGE = "loop nests in the repository sharc-lab/Edge-MoE, evaluated"

PUBLISHED: dict[str, Figure] = {
    "vit-s pascal ms": Figure(68.931, 0.01, _TABLE, "primary"),
    "vit-s nyud ms": Figure(84.418, 0.01, _TABLE, "primary"),
    "reorder pascal ms": Figure(69.033, 0.01, _TABLE, "primary"),
    "reorder nyud ms": Figure(84.538, 0.01, _TABLE, "primary"),
    "token-major pascal ms": Figure(637.478, 0.001, _TABLE, "primary"),
    "token-major nyud ms": Figure(750.557, 0.001, _TABLE, "primary"),
    "vit-s pascal ws": Figure(0.689, 0.01, _TABLE, "primary"),
    "vit-s nyud ws": Figure(0.844, 0.01, _TABLE, "primary"),
    "reorder pascal ws": Figure(0.690, 0.01, _TABLE, "primary"),
    "reorder nyud ws": Figure(0.845, 0.01, _TABLE, "primary"),
    "token-major pascal ws": Figure(6.375, 0.01, _TABLE, "primary"),
    "token-major nyud ws": Figure(7.506, 0.01, _TABLE, "primary"),
    "memory vit-s mib": Figure(4.828, 0.001, _TABLE, "primary"),
    "memory moe mib": Figure(4.840, 0.001, _TABLE, "primary"),
    "memory resident mib": Figure(11.610, 0.001, _TEXT, "primary"),
    "memory ratio": Figure(2.40, 0.01, _TEXT, "primary"),
    "ratio pascal": Figure(9.23, 0.01, _TEXT, "primary"),
    "ratio nyud": Figure(8.88, 0.01, _TEXT, "primary"),
    "gpu moe pascal ws": Figure(7.446, 0.0, f"{_TABLE}, Quadro RTX 8000", "primary"),
    "gpu moe nyud ws": Figure(8.189, 0.0, f"{_TABLE}, Quadro RTX 8000", "primary"),
    "energy ratio pascal": Figure(10.79, 0.01, _TEXT, "primary"),
    "energy ratio nyud": Figure(9.69, 0.01, _TEXT, "primary"),
    "mac rate": Figure(1535.3, 0.001, f"{_TABLE}: PASCAL latency of ViT-S", "inferred"),
    "gate cycles": Figure(4.976, 0.01, f"{_TABLE}: PASCAL latency with reorder", "inferred"),
    "reload cycles": Figure(6932.3, 0.001, f"{_TABLE}: PASCAL latency without reorder", "inferred"),
    "edge projections 129": Figure(74_304, 0.0, _EDGE, "inferred"),
    "edge projections 197": Figure(113_472, 0.0, _EDGE, "inferred"),
    "edge logits 129": Figure(102_168, 0.0, _EDGE, "inferred"),
    "edge logits 197": Figure(236_400, 0.0, _EDGE, "inferred"),
    "edge ffn 129": Figure(148_608, 0.0, _EDGE, "inferred"),
    "edge ffn 197": Figure(226_944, 0.0, _EDGE, "inferred"),
    "edge load": Figure(4608, 0.0, _EDGE, "inferred"),
    "edge compute 129": Figure(17.09, 0.001, _EDGE, "inferred"),
    "edge compute 197": Figure(32.53, 0.001, _EDGE, "inferred"),
    "edge latency": Figure(
        34.64, 0.05, "Edge-MoE (arXiv 2305.18691) as quoted in UbiMoE's Table II", "primary"
    ),
}
