"""Golden vectors of the ternary language model, worked out by hand and in float64."""

import numpy as np
import pytest

from archsim.errors import InputError
from archsim.workload.ternary_lm import (
    BLOCK_NORM_EPS,
    MlgruWeights,
    bit_linear,
    block,
    glu,
    lower_bounds,
    mlgru,
    pack_ternary,
    rms_norm,
    ternarise,
    unpack_ternary,
)

CLOSE = {"rtol": 0.0, "atol": 1e-6}

STREAM, STATE = [0.8, -0.3], [0.5, -0.25]
MIXER = MlgruWeights(
    input=np.array([[1, -0.8], [0.1, 0.9]]),
    forget=np.array([[-0.7, 0.6], [0.5, 0.05]]),
    gate=np.array([[0.25, 0.9], [-1, 0.2]]),
    output=np.array([[1.2, 0.1], [-0.4, 0.9]]),
    lower_bound=np.array([0, 0.2]),
)
GATE_UP = [[1, -0.3], [0.2, 0.8], [0.6, 0.6], [-0.9, 0.1]]
DOWN = [[0.7, -0.1], [0.3, -0.8]]


@pytest.mark.parametrize("rounding", ["half_even", "half_away"])
def test_bit_linear(rounding):
    weights = [[0.9, -0.2, 0.05, -1.1], [-0.6, 0.7, 0.3, 0.1], [0.02, -0.9, 1.2, 0.4]]
    found = bit_linear([1, -2, 0.5, 3], weights, rounding=rounding)
    assert found.quantised.tolist() == [42, -85, 21, 127]
    assert found.ternary.tolist() == [[1, 0, 0, -1], [-1, 1, 1, 0], [0, -1, 1, 1]]
    assert found.accumulated.tolist() == [-85, -106, 233]
    assert (found.additions, found.skips) == (8, 4)
    np.testing.assert_allclose(found.activation_scale, 79.902426, **CLOSE)
    np.testing.assert_allclose(found.weight_scale, 1.854714, **CLOSE)
    np.testing.assert_allclose(found.output, [-0.573564, -0.715268, 1.572241], **CLOSE)


def test_quantised_token_and_weights_of_the_mixer():
    normed = rms_norm(STREAM, BLOCK_NORM_EPS)
    np.testing.assert_allclose(normed, [1.324168, -0.496563], **CLOSE)
    products = [bit_linear(normed, w) for w in (MIXER.input, MIXER.forget, MIXER.gate)]
    assert [p.quantised.tolist() for p in products] == [[127, -48]] * 3
    np.testing.assert_allclose(products[0].activation_scale, 95.909225, **CLOSE)
    assert products[0].ternary.tolist() == [[1, -1], [0, 1]]
    assert products[1].ternary.tolist() == [[-1, 1], [1, 0]]
    assert products[2].ternary.tolist() == [[0, 1], [-1, 0]]
    outputs = ternarise(MIXER.output)
    assert outputs[0].tolist() == [[1, 0], [-1, 1]]
    scales = [product.weight_scale for product in products] + [outputs[1]]
    np.testing.assert_allclose(scales, [1.428571, 2.162162, 1.702128, 1.538462], **CLOSE)
    np.testing.assert_allclose(products[0].output, [1.277249, -0.350331], **CLOSE)
    np.testing.assert_allclose(products[1].output, [-0.843897, 0.612428], **CLOSE)
    np.testing.assert_allclose(products[2].output, [-0.294028, -0.777949], **CLOSE)


def test_mlgru_in_the_form_of_the_repository():
    found = mlgru(rms_norm(STREAM, BLOCK_NORM_EPS), STATE, MIXER, "repo")
    np.testing.assert_allclose(found.forget, [0.300715, 0.718796], **CLOSE)
    np.testing.assert_allclose(found.candidate, [0.698436, -0.040716], **CLOSE)
    np.testing.assert_allclose(found.state, [0.848793, -0.220415], **CLOSE)
    np.testing.assert_allclose(found.gated, [-0.297198, 0.129787], **CLOSE)
    np.testing.assert_allclose(found.output, [-0.842406, 1.207228], **CLOSE)
    np.testing.assert_allclose(found.output + STREAM, [-0.042406, 0.907228], **CLOSE)


def test_mlgru_in_the_form_of_the_paper():
    found = mlgru(rms_norm(STREAM, BLOCK_NORM_EPS), STATE, MIXER, "paper")
    np.testing.assert_allclose(found.gated, [0.362450, -0.069378], **CLOSE)
    np.testing.assert_allclose(found.output, [0.902841, -1.073457], **CLOSE)


def test_glu_and_the_whole_block():
    residual = np.array([-0.042406, 0.907228])
    normed = rms_norm(residual, BLOCK_NORM_EPS)
    np.testing.assert_allclose(normed, [-0.066032, 1.412669], **CLOSE)
    product = bit_linear(normed, GATE_UP)
    assert product.quantised.tolist() == [-6, 127]
    assert product.ternary.tolist() == [[1, -1], [0, 1], [1, 1], [-1, 0]]
    np.testing.assert_allclose(product.weight_scale, 1.777778, **CLOSE)
    np.testing.assert_allclose(product.output, [-0.832169, 0.794627, 0.757086, 0.037541], **CLOSE)
    last = bit_linear([-0.191015, 0.020549], DOWN)
    assert last.quantised.tolist() == [-127, 14]
    assert last.ternary.tolist() == [[1, 0], [1, -1]]
    np.testing.assert_allclose(glu(normed, GATE_UP, DOWN), [-0.667880, -0.741504], **CLOSE)
    output, state = block(STREAM, STATE, MIXER, GATE_UP, DOWN)
    np.testing.assert_allclose(output, [-0.710286, 0.165723], **CLOSE)
    np.testing.assert_allclose(state, [0.848793, -0.220415], **CLOSE)


@pytest.mark.parametrize(
    ("trits", "byte"), [([1, -1, 0, 1, 1], 227), ([-1] * 5, 0), ([0] * 5, 121), ([1] * 5, 242)]
)
def test_five_trits_are_one_byte(trits, byte):
    assert pack_ternary(trits).tolist() == [byte]
    assert unpack_ternary([byte], 5).tolist() == trits


def test_packing_round_trip_of_any_length():
    random = np.random.default_rng(3)
    for count in (0, 1, 4, 5, 6, 1003):
        trits = random.integers(-1, 2, count)
        packed = pack_ternary(trits)
        assert packed.size == -(-count // 5)
        assert unpack_ternary(packed, count).tolist() == trits.tolist()


def test_a_third_of_gaussian_weights_is_zero():
    random = np.random.default_rng(0)
    ternary, _ = ternarise(random.standard_normal((1024, 1024)))
    assert np.mean(ternary == 0) == pytest.approx(0.310064, abs=0.002)


def test_bounds_of_the_forget_gate_rise_from_zero_over_the_layers():
    bounds = lower_bounds(np.random.default_rng(1).standard_normal((6, 4)))
    assert (bounds[0] == 0).all()
    assert (np.diff(bounds, axis=0) > 0).all()
    assert (bounds < 1).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pack_ternary([0, 2]), "ternary weight, found 2; allowed: -1, 0, 1"),
        (lambda: unpack_ternary([243], 5), "packed byte, found 243"),
        (lambda: unpack_ternary([1], 6), "6 asked of 1 bytes"),
        (lambda: bit_linear([1, 2], [[1, 2, 3]]), "one token and a matrix of its width"),
        (lambda: mlgru(STREAM, STATE, MIXER, "papr"), "did you mean paper"),
        (lambda: bit_linear([1], [[1]], rounding="down"), "unknown rounding"),
    ],
)
def test_what_makes_no_sense_is_refused(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
