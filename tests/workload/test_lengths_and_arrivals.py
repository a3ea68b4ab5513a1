from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from archsim.errors import InputError
from archsim.workload.arrivals import BacklogArrivals, PoissonArrivals, UniformArrivals
from archsim.workload.distributions import ClippedLogNormal, QuantileTable
from archsim.workload.lengths import (
    AlpacaLengths,
    ConstantLengths,
    DatasetLengths,
    Lengths,
    ListLengths,
    LogNormalLengths,
    ShareGptLengths,
)
from archsim.workload.llm import LlmWorkload
from archsim.workload.llm_model import LlmModel
from archsim.workload.requests import RequestSet
from archsim.workload.seeds import generator

COUNT = 40_000
SHAREGPT, ALPACA = ShareGptLengths(), AlpacaLengths()


def assert_mean(values: np.ndarray, mean: float) -> None:
    """Four standard errors and half of what rounding to whole tokens can shift."""
    error = 4 * values.std() / math.sqrt(len(values)) + 0.05
    assert abs(values.mean() - mean) < error


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        (SHAREGPT.contexts(1, COUNT), 296.8),
        (SHAREGPT.prompts(1, COUNT), 80.3),
        (SHAREGPT.outputs(1, COUNT), 295.0),
        (ALPACA.contexts(1, COUNT), 67.0),
        (ALPACA.prompts(1, COUNT), 12.13),
        (ALPACA.outputs(1, COUNT), 55.76),
    ],
)
def test_data_sets_have_the_published_means(values: np.ndarray, mean: float) -> None:
    assert_mean(values, mean)
    assert values.dtype == np.int64
    assert values.min() >= 1
    assert values.max() <= 2048


@pytest.mark.parametrize(
    ("lengths", "deviation", "quantiles"),
    [
        (SHAREGPT, 291.7, {10: 51, 25: 108, 50: 235, 75: 395, 90: 603}),
        (ALPACA, 56.1, {10: 19, 25: 28, 50: 52, 75: 89, 90: 136}),
    ],
)
def test_contexts_have_the_published_spread(
    lengths: DatasetLengths, deviation: float, quantiles: dict[int, int]
) -> None:
    values = lengths.contexts(2, COUNT)
    assert values.std() == pytest.approx(deviation, rel=0.02)
    for percent, tokens in quantiles.items():
        assert np.percentile(values, percent) == pytest.approx(tokens, rel=0.05)


def test_quantile_table_is_exact_before_rounding() -> None:
    for table in (SHAREGPT.context_shape, ALPACA.context_shape):
        points = (np.arange(1_000_000) + 0.5) / 1_000_000
        values = table.quantile(points)
        assert np.all(np.diff(values) >= 0)
        assert values.mean() == pytest.approx(table.mean_tokens, rel=1e-4)
        assert values.std() == pytest.approx(table.sd_tokens, rel=1e-3)
        knots = table.quantile(np.array(table.probabilities))
        assert knots == pytest.approx(np.array(table.tokens))


def test_impossible_quantile_table_is_refused() -> None:
    table = QuantileTable((0.0, 0.5, 0.9, 1.0), (1, 10, 20, 30), 29.0, 5.0)
    with pytest.raises(InputError, match="no distribution has these quantiles"):
        table.sample(generator(0, "x"), 1)


@pytest.mark.parametrize(
    ("mean", "deviation", "longest"),
    [(300.0, 300.0, 2048), (300.0, 3000.0, 2048), (50.0, 0.0, 100), (2.0, 50.0, 4000)],
)
def test_clipped_log_normal_keeps_its_mean(mean: float, deviation: float, longest: int) -> None:
    shape = ClippedLogNormal(mean, deviation, longest)
    values = shape.sample(generator(4, "x"), COUNT)
    assert abs(values.mean() - mean) < 4 * values.std() / math.sqrt(COUNT) + 0.25
    assert values.min() >= 1
    assert values.max() <= longest


def test_unclipped_log_normal_keeps_its_deviation() -> None:
    values = ClippedLogNormal(200.0, 100.0, 1_000_000).sample(generator(5, "x"), COUNT)
    assert values.std() == pytest.approx(100.0, rel=0.05)


@pytest.mark.parametrize("mean", [0.5, 1.0, 100.0, 1000.0])
def test_unreachable_mean_is_refused(mean: float) -> None:
    with pytest.raises(InputError, match="between 1 and the longest length of 100"):
        ClippedLogNormal(mean, 1.0, 100).sample(generator(0, "x"), 1)


@pytest.mark.parametrize(
    "lengths",
    [
        SHAREGPT,
        ALPACA,
        ConstantLengths(tokens=9, output_tokens=4),
        ListLengths(tokens=(1, 2, 3, 4), output_tokens=2),
        LogNormalLengths(mean_tokens=80, sd_tokens=40, output_mean_tokens=20),
    ],
)
def test_same_seed_same_lengths(lengths: Lengths) -> None:
    for draw in (lengths.contexts, lengths.prompts, lengths.outputs):
        assert np.array_equal(draw(7, 4), draw(7, 4))
        assert draw(7, 4).shape == (4,)
    if lengths.sampled:
        assert not np.array_equal(lengths.contexts(7, 50), lengths.contexts(8, 50))
        assert not np.array_equal(lengths.contexts(7, 50), lengths.outputs(7, 50))


def test_outputs_must_be_stated() -> None:
    for lengths in (
        ConstantLengths(tokens=3),
        ListLengths(tokens=(3,)),
        LogNormalLengths(mean_tokens=80, sd_tokens=40),
    ):
        with pytest.raises(InputError, match="how many tokens to generate"):
            lengths.outputs(0, 1)


def test_list_lengths_are_bounded() -> None:
    with pytest.raises(InputError, match="more requests than lengths, found 3; allowed: at most 2"):
        ListLengths(tokens=(4, 5)).contexts(0, 3)
    with pytest.raises(InputError, match="every request needs one channel, found 1 channels"):
        ListLengths(tokens=(4, 5), channels=(0,))


def test_log_normal_mean_must_fit() -> None:
    with pytest.raises(InputError, match="less than max_tokens = 2048"):
        LogNormalLengths(mean_tokens=3000, sd_tokens=1)


@pytest.mark.parametrize("seed", [-1, 2**63, True, 1.0, "0"])
def test_bad_seed_is_one_sentence(seed: object) -> None:
    with pytest.raises(InputError, match=r"seed, found .*; allowed: whole numbers from 0"):
        generator(seed, "x")  # type: ignore[arg-type]  # on purpose wrong


def test_poisson_arrivals() -> None:
    times = PoissonArrivals(rate_per_s=20.0).times(3, COUNT)
    gaps = np.diff(times, prepend=0.0)
    assert np.all(gaps >= 0)
    assert gaps.mean() == pytest.approx(0.05, rel=4 / math.sqrt(COUNT))
    assert gaps.std() == pytest.approx(0.05, rel=0.03)
    assert np.array_equal(times, PoissonArrivals(rate_per_s=20.0).times(3, COUNT))


def test_other_arrivals() -> None:
    assert UniformArrivals(rate_per_s=4.0).times(0, 3).tolist() == [0.0, 0.25, 0.5]
    assert BacklogArrivals().times(0, 3).tolist() == [0.0, 0.0, 0.0]


def test_request_set_refuses_what_cannot_be() -> None:
    one, zero = np.array([1]), np.array([0])
    good = RequestSet(one, one, np.array([0.5]), zero)
    assert (len(good), good.total_tokens) == (1, 2)
    bad: list[tuple[tuple[np.ndarray, ...], str]] = [
        ((np.array([1, 2]), one, np.zeros(1), zero), "differ in length"),
        ((zero, one, np.zeros(1), zero), "at least one prompt and one output"),
        ((one, zero, np.zeros(1), zero), "at least one prompt and one output"),
        ((one, one, np.zeros(1), np.array([-1])), "negative context"),
        ((one, one, np.array([np.nan]), zero), "finite"),
        ((np.ones(2, int), np.ones(2, int), np.array([2.0, 1.0]), np.zeros(2, int)), "ascending"),
    ]
    for columns, sentence in bad:
        with pytest.raises(InputError, match=sentence):
            RequestSet(*columns)


def test_serving_requests_fit_the_model(
    gpt: Callable[..., LlmModel], workload: Callable[..., LlmWorkload]
) -> None:
    serving = {"requests": 500, "arrivals": {"process": "poisson", "rate_per_s": 10.0}}
    work = workload(gpt(max_positions=256), lengths={"distribution": "sharegpt"}, serving=serving)
    requests = work.requests(seed=1)
    assert len(requests) == 500
    assert np.all(requests.prompt_tokens + requests.output_tokens <= 256)
    assert np.all(requests.context_tokens == 0)
    assert requests.arrival_s[-1] == pytest.approx(50.0, rel=0.2)


def test_requests_of_a_batch(
    gpt: Callable[..., LlmModel], workload: Callable[..., LlmWorkload]
) -> None:
    decode = workload(gpt(), generated_tokens=5).requests()
    assert decode.context_tokens.tolist() == [5, 7, 11]
    assert decode.output_tokens.tolist() == [5, 5, 5]
    assert workload(gpt(), phase="prefill").requests().context_tokens.tolist() == [0, 0, 0]


def test_drawn_contexts_are_cut_to_the_model(
    gpt: Callable[..., LlmModel], workload: Callable[..., LlmWorkload]
) -> None:
    work = workload(gpt(), batch=400, lengths={"distribution": "sharegpt"})
    assert work.context_lengths(0).max() == 512
    assert work.channel_indices() is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"batch": 4}, "batch: there are more requests than lengths, found 4; allowed: at most 3"),
        (
            {"serving": {"requests": 4}},
            "serving.requests: there are more requests than lengths, found 4",
        ),
        ({"serving": {"requests": 2}}, "how many tokens to generate"),
        (
            {"lengths": {"distribution": "constant", "tokens": 513}},
            "a request is longer than tiny-gpt can be, found 513 tokens; allowed: at most 512",
        ),
        ({"phase": "prefill", "generated_tokens": 2}, "prefill generates one token per request"),
        ({"phase": "prefill", "serving": {"requests": 2}}, "contains both phases"),
    ],
)
def test_contradicting_workloads_are_refused(
    gpt: Callable[..., LlmModel],
    workload: Callable[..., LlmWorkload],
    changes: dict[str, object],
    sentence: str,
) -> None:
    with pytest.raises(InputError, match=sentence):
        workload(gpt(), **changes)
