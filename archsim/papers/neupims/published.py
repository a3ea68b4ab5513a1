"""What the paper states, how sure that is, and how close counts as reproduced.

Only figures that the paper's text states are here; bars read off its charts are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from archsim.config import Certainty

TOLERANCES: dict[str, float] = {
    "average": 0.10,
    "range": 0.15,
    "utilisation": 0.10,
    "row-tile": 0.05,
    "energy": 0.02,
    "claim": 0.0,
}
"""Largest relative deviation that counts as reproduced, by kind of figure.

A claim in words ("always", "only from batch 256") is a share of cases, published as 1; it is
reproduced when it holds in every case.
"""


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure.

    Attributes:
        value: The figure, in the unit that its row names.
        kind: Key of ``TOLERANCES``.
        source: Where it stands.
        certainty: ``primary``: read in the paper or the authors' source; ``inferred``: follows
            from figures there; ``calibrated``: fitted to runs of the authors' simulator.
    """

    value: float
    kind: str
    source: str
    certainty: Certainty = "primary"

    @property
    def tolerance(self) -> float:
        """Largest relative deviation that counts as reproduced."""
        return TOLERANCES[self.kind]


_RUNS = "steady state of the authors' simulator, fitted to its runs"
_CURRENTS = "currents in the authors' simulator configuration"
_ABLATION = "ablation, Fig. 13"

PUBLISHED: dict[str, Published] = {
    "over gpu": Published(3.0, "average", "abstract"),
    "over npu": Published(2.4, "average", "abstract"),
    "over naive": Published(1.6, "average", "abstract"),
    "naive over npu": Published(1.5, "average", "text of the paper"),
    "gpu over npu": Published(
        1.0, "average", 'text of the paper: "marginal differences"', "inferred"
    ),
    "least over naive": Published(1.13, "range", "text of the paper"),
    "most over naive": Published(3.0, "range", "text of the paper"),
    "sharegpt gains more": Published(1.0, "claim", "text of the paper"),
    "gain grows": Published(1.0, "claim", "text of the paper"),
    "dual gain": Published(0.697, "average", _ABLATION),
    "greedy helps": Published(1.0, "claim", _ABLATION),
    "sub-batches hurt": Published(1.0, "claim", _ABLATION),
    "sub-batches help": Published(1.0, "claim", _ABLATION),
    "crossover": Published(256.0, "claim", "authors' instructions: interleave from batch 256"),
    "naive npu busy": Published(0.280, "utilisation", "Table 4"),
    "neupims npu busy": Published(0.649, "utilisation", "Table 4"),
    "naive pim busy": Published(0.17, "utilisation", "introduction"),
    "neupims pim busy": Published(0.264, "utilisation", "Table 4"),
    "tensor over pipeline": Published(1.0, "claim", "Fig. 14"),
    "over transpim": Published(228.0, "average", "Fig. 15"),
    "power": Published(1.8, "average", "text of the paper"),
    "energy": Published(0.75, "average", "text of the paper: 25 % less energy"),
    "area": Published(0.0311, "average", "text of the paper: CACTI 7.0 at 22 nm"),
    "key tile": Published(280.0, "row-tile", _RUNS, "calibrated"),
    "value tile": Published(190.0, "row-tile", _RUNS, "calibrated"),
    "vector load": Published(110.0, "row-tile", _RUNS, "calibrated"),
    "read": Published(804e-12, "energy", _CURRENTS, "inferred"),
    "write": Published(1068e-12, "energy", _CURRENTS, "inferred"),
    "activate": Published(828e-12, "energy", _CURRENTS, "inferred"),
    "group activate": Published(3312e-12, "energy", _CURRENTS, "inferred"),
    "dot product": Published(3216e-12, "energy", _CURRENTS, "inferred"),
    "vector load energy": Published(12.9e-9, "energy", _CURRENTS, "inferred"),
    "refresh": Published(60.8e-9, "energy", _CURRENTS, "inferred"),
}
