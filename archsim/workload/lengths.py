"""How long requests are: one small model per distribution, told apart by ``distribution``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from archsim.config import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, StrictModel
from archsim.errors import InputError
from archsim.workload.distributions import ClippedLogNormal, QuantileTable
from archsim.workload.length_csv import MAX_CHANNEL, MAX_ROWS, MAX_TOKENS, read_request_csv
from archsim.workload.seeds import generator
from archsim.workload.trace import Int64Array

Tokens = Annotated[PositiveInt, Field(le=MAX_TOKENS)]
"""A number of tokens."""

MeanTokens = Annotated[PositiveFloat, Field(gt=1, le=MAX_TOKENS)]
SpreadTokens = Annotated[NonNegativeFloat, Field(le=MAX_TOKENS)]

_DEFAULT_OUTPUT = Field(
    default=None, description="tokens to generate per request; serving runs need it"
)


class Lengths(StrictModel, ABC):
    """Contract of every length distribution.

    All three methods return int64 arrays of shape (count,), at least 1, that depend on the seed,
    the count and the distribution alone.
    """

    sampled: ClassVar[bool] = False
    """True where lengths are drawn at random: they are then cut to what the model can hold."""

    @abstractmethod
    def contexts(self, seed: int, count: int) -> Int64Array:
        """Return cached tokens per request of a batch in the middle of decoding."""

    def prompts(self, seed: int, count: int) -> Int64Array:
        """Return prompt tokens per new request."""
        return self.contexts(seed, count)

    @abstractmethod
    def outputs(self, seed: int, count: int) -> Int64Array:
        """Return tokens to generate per new request.

        Raises:
            InputError: The distribution does not say.
        """


class ConstantLengths(Lengths):
    """Every request has the same length."""

    distribution: Literal["constant"] = "constant"
    tokens: Tokens = Field(description="context (decode) or prompt (prefill, serving) tokens")
    output_tokens: Tokens | None = _DEFAULT_OUTPUT

    def contexts(self, seed: int, count: int) -> Int64Array:
        """Return ``tokens`` for each request."""
        return np.full(count, self.tokens, dtype=np.int64)

    def outputs(self, seed: int, count: int) -> Int64Array:
        """Return ``output_tokens`` for each request."""
        return _constant_outputs(self.output_tokens, count)


class ListLengths(Lengths):
    """One length per request, written out; the first ones are used."""

    distribution: Literal["list"] = "list"
    tokens: Annotated[tuple[Tokens, ...], Field(min_length=1, max_length=MAX_ROWS)] = Field(
        description="context (decode) or prompt (prefill, serving) tokens of each request"
    )
    channels: (
        Annotated[
            tuple[Annotated[NonNegativeInt, Field(le=MAX_CHANNEL)], ...], Field(max_length=MAX_ROWS)
        ]
        | None
    ) = Field(default=None, description="memory channel of each request")
    output_tokens: Tokens | None = _DEFAULT_OUTPUT

    @model_validator(mode="after")
    def _equal_lengths(self) -> ListLengths:
        if self.channels is not None and len(self.channels) != len(self.tokens):
            raise InputError(
                "every request needs one channel",
                key="lengths.channels",
                found=f"{len(self.channels)} channels",
                allowed=f"{len(self.tokens)}",
            )
        return self

    def contexts(self, seed: int, count: int) -> Int64Array:
        """Return the first ``count`` lengths.

        Raises:
            InputError: There are fewer.
        """
        return self._first(self.tokens, count)

    def outputs(self, seed: int, count: int) -> Int64Array:
        """Return ``output_tokens`` for each request."""
        return _constant_outputs(self.output_tokens, count)

    def channel_indices(self, count: int) -> Int64Array | None:
        """Return the first ``count`` channels, or ``None`` without channels."""
        return None if self.channels is None else self._first(self.channels, count)

    def _first(self, values: tuple[int, ...], count: int) -> Int64Array:
        if count > len(values):
            raise InputError(
                "more requests than lengths",
                key="batch",
                found=str(count),
                allowed=f"at most {len(values)}",
            )
        return np.array(values[:count], dtype=np.int64)


class CsvLengths(StrictModel):
    """One length per request, from a file with the columns ``seq_len[,ch_idx]``.

    It is read once, when the workload is made, and becomes a ``ListLengths``: results then hold
    the lengths themselves.
    """

    distribution: Literal["csv"] = "csv"
    path: Annotated[str, Field(min_length=1, max_length=4096)] = Field(
        description="file, relative to the workload file"
    )
    output_tokens: Tokens | None = _DEFAULT_OUTPUT

    def read(self, path: Path) -> ListLengths:
        """Return what the file says.

        Args:
            path: Where the file is, seen from the current folder.

        Raises:
            InputError: The file is bad; see ``read_request_csv``.
        """
        rows = read_request_csv(path)
        return ListLengths(
            tokens=rows.tokens, channels=rows.channels, output_tokens=self.output_tokens
        )


class LogNormalLengths(Lengths):
    """Log-normal lengths, clipped; the means are those after clipping."""

    sampled: ClassVar[bool] = True

    distribution: Literal["log_normal"] = "log_normal"
    mean_tokens: MeanTokens = Field(description="mean context or prompt, after clipping")
    sd_tokens: SpreadTokens = Field(description="standard deviation before clipping")
    max_tokens: Tokens = Field(default=2048, description="longest context, prompt or output")
    output_mean_tokens: MeanTokens | None = Field(
        default=None, description="mean tokens to generate; serving runs need it"
    )
    output_sd_tokens: SpreadTokens | None = Field(
        default=None, description="their standard deviation before clipping; absent: the mean"
    )

    @model_validator(mode="after")
    def _reachable(self) -> LogNormalLengths:
        for key in ("mean_tokens", "output_mean_tokens"):
            mean = getattr(self, key)
            if mean is not None and mean >= self.max_tokens:
                raise InputError(
                    "a clipped mean lies below the longest length",
                    key=f"lengths.{key}",
                    found=f"{mean:g}",
                    allowed=f"less than max_tokens = {self.max_tokens}",
                )
        return self

    def contexts(self, seed: int, count: int) -> Int64Array:
        """Return random lengths around ``mean_tokens``."""
        shape = ClippedLogNormal(self.mean_tokens, self.sd_tokens, self.max_tokens)
        return shape.sample(generator(seed, "contexts"), count)

    def outputs(self, seed: int, count: int) -> Int64Array:
        """Return random lengths around ``output_mean_tokens``."""
        mean = self.output_mean_tokens
        if mean is None:
            raise _no_outputs("lengths.output_mean_tokens")
        spread = mean if self.output_sd_tokens is None else self.output_sd_tokens
        shape = ClippedLogNormal(mean, spread, self.max_tokens)
        return shape.sample(generator(seed, "outputs"), count)


class DatasetLengths(Lengths):
    """Lengths drawn from published statistics of a data set."""

    sampled: ClassVar[bool] = True
    context_shape: ClassVar[QuantileTable]
    prompt_shape: ClassVar[ClippedLogNormal]
    output_shape: ClassVar[ClippedLogNormal]

    def contexts(self, seed: int, count: int) -> Int64Array:
        """Return contexts drawn from ``context_shape``."""
        return self.context_shape.sample(generator(seed, "contexts"), count)

    def prompts(self, seed: int, count: int) -> Int64Array:
        """Return prompts drawn from ``prompt_shape``."""
        return self.prompt_shape.sample(generator(seed, "prompts"), count)

    def outputs(self, seed: int, count: int) -> Int64Array:
        """Return outputs drawn from ``output_shape``."""
        return self.output_shape.sample(generator(seed, "outputs"), count)


_PROBABILITIES = (0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 0.99, 1.0)


class ShareGptLengths(DatasetLengths):
    """ShareGPT-like: chats with long answers.

    Contexts have the statistics of a 512-request decode batch of the NeuPIMs artefact (mean
    296.8, standard deviation 291.7, the quantiles below; primary). Prompts and outputs have the
    means of the whole data set, 80.3 and 295.0 tokens over 391,726 pairs, and the prompts'
    deviation of 569 before clipping at 2048 (primary); that both are log-normal, and that the
    outputs' deviation equals their mean, are estimates. Prompt and output are drawn
    independently.
    """

    distribution: Literal["sharegpt"] = "sharegpt"

    context_shape: ClassVar[QuantileTable] = QuantileTable(
        _PROBABILITIES, (5, 51, 108, 235, 395, 603, 1936, 2048), 296.8, 291.7
    )
    prompt_shape: ClassVar[ClippedLogNormal] = ClippedLogNormal(80.3, 569.0, 2048)
    output_shape: ClassVar[ClippedLogNormal] = ClippedLogNormal(295.0, 295.0, 2048)


class AlpacaLengths(DatasetLengths):
    """Alpaca-like: short instructions with short answers.

    Contexts have the statistics of a 256-request decode batch made to match the data set (mean
    67.0, standard deviation 56.1, the quantiles below; inferred). Prompts and outputs have the
    means of the whole data set, 12.13 and 55.76 tokens over 52,002 pairs (primary); their
    log-normal shape, deviations (equal to the means) and the clipping at 2048 are estimates.
    Prompt and output are drawn independently.
    """

    distribution: Literal["alpaca"] = "alpaca"

    context_shape: ClassVar[QuantileTable] = QuantileTable(
        _PROBABILITIES, (6, 19, 28, 52, 89, 136, 305, 367), 67.0, 56.1
    )
    prompt_shape: ClassVar[ClippedLogNormal] = ClippedLogNormal(12.13, 12.13, 2048)
    output_shape: ClassVar[ClippedLogNormal] = ClippedLogNormal(55.76, 55.76, 2048)


SampledLengths = ConstantLengths | ListLengths | LogNormalLengths | ShareGptLengths | AlpacaLengths
"""Every distribution that lengths can be taken from (a CSV file has become a list)."""

DISTRIBUTIONS = ("constant", "list", "csv", "log_normal", "sharegpt", "alpaca")
"""Values of ``distribution`` that a file may hold."""


def _constant_outputs(output_tokens: int | None, count: int) -> Int64Array:
    if output_tokens is None:
        raise _no_outputs("lengths.output_tokens")
    return np.full(count, output_tokens, dtype=np.int64)


def _no_outputs(key: str) -> InputError:
    return InputError("a serving run needs to know how many tokens to generate", key=key)
