"""``RequestSet``: the requests of one run, by column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError
from archsim.workload.trace import Int64Array


@dataclass(frozen=True, eq=False)
class RequestSet:
    """Requests in order of arrival.

    Attributes:
        prompt_tokens: Tokens the user sends, shape (requests,), at least 1.
        output_tokens: Tokens the model is to generate, shape (requests,), at least 1.
        arrival_s: Arrival times in seconds, ascending, shape (requests,).
        context_tokens: Cached tokens at the start of the run; 0 for a request whose prompt is
            still to be processed. Shape (requests,).

    Raises:
        InputError: Columns differ in length or hold impossible values.
    """

    prompt_tokens: Int64Array
    output_tokens: Int64Array
    arrival_s: NDArray[np.float64]
    context_tokens: Int64Array

    def __post_init__(self) -> None:
        columns = (self.prompt_tokens, self.output_tokens, self.arrival_s, self.context_tokens)
        if any(column.shape != (len(self.prompt_tokens),) for column in columns):
            raise InputError("the columns of a request set differ in length")
        if np.any(self.prompt_tokens < 1) or np.any(self.output_tokens < 1):
            raise InputError("every request needs at least one prompt and one output token")
        if np.any(self.context_tokens < 0):
            raise InputError("a request cannot have a negative context")
        finite = bool(np.all(np.isfinite(self.arrival_s)))
        if not finite or np.any(self.arrival_s < 0) or np.any(np.diff(self.arrival_s) < 0):
            raise InputError("arrival times must be finite, not negative and ascending")
        for column in columns:
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.prompt_tokens)

    @property
    def total_tokens(self) -> int:
        """Prompt and output tokens of all requests."""
        return int(self.prompt_tokens.sum() + self.output_tokens.sum())
