"""Functional reference of a MatMul-free language model: ternary weights, no matrix products.

Float64 NumPy code that says what the hardware has to compute, for tests and for checking RTL. The
arithmetic follows the authors' repository ridgerchu/matmulfreellm (arXiv 2406.02528); the gate form
of the paper is available too. Speed is no concern here.

The epsilons are those of the code path that is used there: 1e-6 in the norm of a BitLinear (the
module itself says 1e-8, its fused kernel does not take it) and in the norms of a block, 1e-5 in the
norm of the output gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]
Int8s = NDArray[np.int8]
Bytes = NDArray[np.uint8]

GateForm = Literal["paper", "repo"]
Rounding = Literal["half_even", "half_away"]

BIT_LINEAR_EPS = 1e-6
BLOCK_NORM_EPS = 1e-6
GATE_NORM_EPS = 1e-5
LEAST_SCALE = 1e-5
"""Smallest magnitude that a scale is computed from."""
TRITS_PER_BYTE = 5
_PLACES = 3 ** np.arange(TRITS_PER_BYTE)


@dataclass(frozen=True)
class BitLinearResult:
    """One BitLinear layer applied to one token.

    Attributes:
        output: ``accumulated / (activation_scale * weight_scale)``, shape (outputs,).
        accumulated: Sums of signed activations, exact integers, shape (outputs,).
        quantised: Activations as 8-bit integers, shape (inputs,).
        ternary: Weights in {-1, 0, 1}, shape (outputs, inputs).
        activation_scale: Scale of the token.
        weight_scale: Scale of the weight tensor.
    """

    output: Floats
    accumulated: NDArray[np.int64]
    quantised: Int8s
    ternary: Int8s
    activation_scale: float
    weight_scale: float

    @property
    def additions(self) -> int:
        """Additions and subtractions: weights that are not zero."""
        return int(np.count_nonzero(self.ternary))

    @property
    def skips(self) -> int:
        """Weights that are zero, for which nothing is added."""
        return int(self.ternary.size) - self.additions


@dataclass(frozen=True)
class MlgruWeights:
    """Weights of one MLGRU token mixer; each of shape (width, width) before quantisation.

    Attributes:
        input: Candidate projection (i).
        forget: Forget projection (f).
        gate: Output-gate projection (g).
        output: Output projection (o).
        lower_bound: Least forget gate, shape (width,); zeros in the first layer.
    """

    input: Floats
    forget: Floats
    gate: Floats
    output: Floats
    lower_bound: Floats


@dataclass(frozen=True)
class MlgruResult:
    """One MLGRU step. Attributes are named as in the paper: F forget, I candidate, h state."""

    forget: Floats
    candidate: Floats
    state: Floats
    gated: Floats
    output: Floats


def sigmoid(x: Floats) -> Floats:
    """Return ``1 / (1 + exp(-x))``."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


def silu(x: Floats) -> Floats:
    """Return ``x * sigmoid(x)``."""
    return np.asarray(x * sigmoid(x), dtype=np.float64)


def rms_norm(x: ArrayLike, eps: float, gain: ArrayLike = 1.0) -> Floats:
    """Return ``gain * x / sqrt(mean(x^2) + eps)``, shape as ``x``."""
    values = np.asarray(x, dtype=np.float64)
    return np.asarray(
        np.asarray(gain) * values / np.sqrt(np.mean(values * values) + eps), dtype=np.float64
    )


def ternarise(weights: ArrayLike, rounding: Rounding = "half_even") -> tuple[Int8s, float]:
    """Return weights in {-1, 0, 1} and their scale, ``1 / max(mean|W|, 1e-5)`` per tensor."""
    values = np.asarray(weights, dtype=np.float64)
    scale = 1.0 / max(float(np.mean(np.abs(values))), LEAST_SCALE)
    return np.clip(_round(values * scale, rounding), -1, 1).astype(np.int8), scale


def bit_linear(
    x: ArrayLike,
    weights: ArrayLike,
    *,
    gain: ArrayLike = 1.0,
    eps: float = BIT_LINEAR_EPS,
    rounding: Rounding = "half_even",
) -> BitLinearResult:
    """Apply one BitLinear layer without bias to one token.

    Args:
        x: Activations, shape (inputs,).
        weights: Latent weights, shape (outputs, inputs).
        gain: Gain of the layer's own RMS norm.
        eps: Epsilon of that norm.
        rounding: ``half_even`` as ``torch.round``, ``half_away`` as the fused kernel.

    Raises:
        InputError: The shapes do not fit.
    """
    token, matrix = np.asarray(x, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if token.ndim != 1 or matrix.ndim != 2 or matrix.shape[1] != token.size:
        raise InputError(
            "a BitLinear needs one token and a matrix of its width",
            found=f"shapes {token.shape} and {matrix.shape}",
            allowed="(inputs,) and (outputs, inputs)",
        )
    normed = rms_norm(token, eps, gain)
    activation_scale = 127.0 / max(float(np.max(np.abs(normed))), LEAST_SCALE)
    quantised = np.clip(_round(normed * activation_scale, rounding), -128, 127).astype(np.int8)
    ternary, weight_scale = ternarise(matrix, rounding)
    accumulated = ternary.astype(np.int64) @ quantised.astype(np.int64)
    output = accumulated / (activation_scale * weight_scale)
    return BitLinearResult(output, accumulated, quantised, ternary, activation_scale, weight_scale)


def lower_bounds(parameters: ArrayLike) -> Floats:
    """Return the least forget gate of every layer, shape (layers, width).

    Cumulative softmax over the layers, less its first row: the first layer may forget everything.
    """
    values = np.asarray(parameters, dtype=np.float64)
    share = np.exp(values - values.max(axis=0))
    total = np.cumsum(share / share.sum(axis=0), axis=0)
    return np.asarray(total - total[0], dtype=np.float64)


def mlgru(
    x: ArrayLike, state: ArrayLike, weights: MlgruWeights, gate_form: GateForm = "repo"
) -> MlgruResult:
    """Apply one MLGRU token mixer to one token whose block norm has been applied.

    Args:
        x: Normed token, shape (width,).
        state: State left by the token before, shape (width,).
        weights: The layer's weights.
        gate_form: ``paper``: ``sigmoid(g) * h``; ``repo``: ``rms_norm(g) * silu(h)``.

    Raises:
        UnknownNameError: There is no such gate form.
    """
    if gate_form not in get_args(GateForm):
        raise UnknownNameError("gate form", gate_form, get_args(GateForm))
    bound = np.asarray(weights.lower_bound, dtype=np.float64)
    raw_forget = sigmoid(bit_linear(x, weights.forget).output)
    forget = np.asarray(bound + (1.0 - bound) * raw_forget)
    candidate = silu(bit_linear(x, weights.input).output) * (1.0 - forget)
    new_state = forget * np.asarray(state, dtype=np.float64) + candidate
    gate = bit_linear(x, weights.gate).output
    if gate_form == "repo":
        gated = rms_norm(gate, GATE_NORM_EPS) * silu(new_state)
    else:
        gated = sigmoid(gate) * new_state
    output = bit_linear(gated, weights.output).output
    return MlgruResult(forget, candidate, new_state, gated, output)


def glu(x: ArrayLike, gate_up: ArrayLike, down: ArrayLike) -> Floats:
    """Apply the gated channel mixer to one normed token.

    Args:
        x: Normed token, shape (width,).
        gate_up: Gate rows above up rows, shape (2 hidden, width).
        down: Shape (width, hidden).
    """
    gate, up = np.split(bit_linear(x, gate_up).output, 2)
    return bit_linear(silu(gate) * up, down).output


def block(
    x: ArrayLike,
    state: ArrayLike,
    mixer: MlgruWeights,
    gate_up: ArrayLike,
    down: ArrayLike,
    gate_form: GateForm = "repo",
) -> tuple[Floats, Floats]:
    """Apply one block to one token; returns the residual stream and the new state."""
    stream = np.asarray(x, dtype=np.float64)
    mixed = mlgru(rms_norm(stream, BLOCK_NORM_EPS), state, mixer, gate_form)
    stream = stream + mixed.output
    return stream + glu(rms_norm(stream, BLOCK_NORM_EPS), gate_up, down), mixed.state


def pack_ternary(trits: Sequence[int] | NDArray[np.generic]) -> Bytes:
    """Pack ternary weights five to a byte, first weight in the lowest place (1.6 bits each).

    A digit is the weight plus one; the last byte is filled up with zero weights.

    Raises:
        InputError: A weight is not -1, 0 or 1.
    """
    values = np.asarray(trits).ravel()
    if values.size and not np.isin(values, (-1, 0, 1)).all():
        odd = values[~np.isin(values, (-1, 0, 1))][0]
        raise InputError("a ternary weight", found=str(odd), allowed="-1, 0, 1")
    padded = np.zeros(-(-values.size // TRITS_PER_BYTE) * TRITS_PER_BYTE, dtype=np.int64)
    padded[: values.size] = values
    digits = padded.reshape(-1, TRITS_PER_BYTE) + 1
    return (digits @ _PLACES).astype(np.uint8)


def unpack_ternary(packed: ArrayLike, count: int) -> Int8s:
    """Return the first ``count`` weights of packed bytes.

    Raises:
        InputError: There are not as many, or a byte stands for none.
    """
    values = np.asarray(packed, dtype=np.int64).ravel()
    if count < 0 or count > values.size * TRITS_PER_BYTE:
        raise InputError(
            "packed weights",
            found=f"{count} asked of {values.size} bytes",
            allowed=f"0 to {values.size * TRITS_PER_BYTE}",
        )
    if values.size and (values.min() < 0 or values.max() >= 3**TRITS_PER_BYTE):
        raise InputError("a packed byte", found=str(int(values.max())), allowed="0 to 242")
    digits = values[:, None] // _PLACES[None, :] % 3
    return (digits.ravel()[:count] - 1).astype(np.int8)


def _round(values: Floats, rounding: Rounding) -> Floats:
    if rounding == "half_even":
        return np.asarray(np.rint(values))
    if rounding == "half_away":
        return np.asarray(np.sign(values) * np.floor(np.abs(values) + 0.5))
    raise UnknownNameError("rounding", rounding, get_args(Rounding))
