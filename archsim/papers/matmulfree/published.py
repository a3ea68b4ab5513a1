"""What the MatMul-free paper and neighbouring designs state, and how close counts as reproduced.

``recalled`` figures are unconfirmed, many of them weakly; they must not be quoted as the paper's.
"""

from __future__ import annotations

from archsim.papers.figures import Figure

_FPGA = "FPGA section"
_TABLE2 = "Table 2, unconfirmed"
_REPO = "repository ridgerchu/matmulfreellm, formula evaluated"
_KRIA = "repository aebarthyi/matmulfree_KRIA, board run"

PUBLISHED: dict[str, Figure] = {
    "block 512 ms": Figure(43.0, 0.02, _FPGA, "primary"),
    "block 1024 ms": Figure(112.0, 0.02, _TABLE2, "recalled"),
    "block 2048 ms": Figure(456.0, 0.02, _TABLE2, "recalled"),
    "tmatmul share": Figure(0.99, 0.01, f"{_FPGA}, unconfirmed", "recalled"),
    "speed-up 512 bit": Figure(64.0, 0.01, f"{_FPGA}, unconfirmed projection", "recalled"),
    "projected 370m ms": Figure(16.08, 0.02, f"{_FPGA}, unconfirmed projection", "recalled"),
    "projected 1.3b ms": Figure(42.0, 0.02, f"{_FPGA}, unconfirmed projection", "recalled"),
    "projected 1.3b tokens": Figure(23.8, 0.02, "press coverage; a projection", "recalled"),
    "power": Figure(13.67, 0.02, _TABLE2, "recalled"),
    "cores": Figure(26.0, 0.1, _TABLE2, "recalled"),
    "weights 370m": Figure(308_281_344, 0.0, _REPO, "inferred"),
    "weights 1.3b": Figure(1_233_125_376, 0.0, _REPO, "inferred"),
    "weights 2.7b": Figure(2_537_553_920, 0.0, _REPO, "inferred"),
    "weights head 370m": Figure(341_049_344, 0.0, _REPO, "inferred"),
    "weights head 1.3b": Figure(1_298_661_376, 0.0, _REPO, "inferred"),
    "weights head 2.7b": Figure(2_619_473_920, 0.0, _REPO, "inferred"),
    "kria call us": Figure(72.2, 0.02, f"{_KRIA}: 30.2 % of 239 us", "inferred"),
    "kria tokens": Figure(17.69, 0.0, _KRIA, "primary"),
    "kria batch tokens": Figure(34.5, 0.0, _KRIA, "primary"),
    "kria drain": Figure(1.0, 0.0, "the same repository: hidden when rows x 256 <= N", "primary"),
    "tereffic v2": Figure(727.0, 0.0, "TerEffic (arXiv 2502.16473) v2, abstract", "recalled"),
    "tereffic v1": Figure(521.0, 0.0, "TerEffic (arXiv 2502.16473) v1, abstract", "recalled"),
    "tereffic power": Figure(46.0, 0.25, "TerEffic (arXiv 2502.16473) v2, abstract", "recalled"),
    "tereffic on chip": Figure(
        16_300.0, 0.0, "TerEffic (arXiv 2502.16473) v2, abstract", "recalled"
    ),
    "tereffic on chip w": Figure(
        455.0, 0.0, "TerEffic (arXiv 2502.16473) v2, abstract: tokens/s/W", "recalled"
    ),
    "tellme v1": Figure(9.0, 0.0, "TeLLMe (arXiv 2504.16266), abstract", "recalled"),
    "tellme v2": Figure(25.0, 0.0, "TeLLMe v2 (arXiv 2510.15926), abstract", "recalled"),
}
