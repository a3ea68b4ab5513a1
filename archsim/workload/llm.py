"""``LlmWorkload``: inference of a language model, and the traces it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import (
    Field,
    GetJsonSchemaHandler,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from archsim.config import PositiveInt, Seconds, StrictModel, WorkloadSpec
from archsim.errors import InputError, Side
from archsim.workload.arrivals import Arrivals, BacklogArrivals
from archsim.workload.length_csv import MAX_ROWS
from archsim.workload.lengths import CsvLengths, ListLengths, SampledLengths
from archsim.workload.llm_model import LlmModel
from archsim.workload.llm_pass import LlmPass, check_slices
from archsim.workload.llm_trace import write_pass
from archsim.workload.moe import expected_loads, sampled_loads
from archsim.workload.places import within
from archsim.workload.requests import RequestSet
from archsim.workload.trace import Int64Array, Trace


def _model(value: object, validate: ValidatorFunctionWrapHandler) -> LlmModel:
    """Check the model, with ``model`` in front of the keys that it complains of."""
    with within("model"):
        model: LlmModel = validate(value)
    return model


class Parallelism(StrictModel):
    """How many devices share the model."""

    tensor: Annotated[PositiveInt, Field(le=1024)] = Field(
        default=1, description="devices that share each layer"
    )
    pipeline: Annotated[PositiveInt, Field(le=1024)] = Field(
        default=1, description="stages that the layers are divided into"
    )


class Serving(StrictModel):
    """Traffic of a serving run; the workload's ``batch`` is the most requests in flight."""

    requests: Annotated[PositiveInt, Field(le=1_000_000)] = Field(
        description="requests that arrive in the whole run"
    )
    arrivals: Arrivals = Field(
        default_factory=BacklogArrivals, description="when they arrive; absent: all at the start"
    )
    max_iterations: Annotated[PositiveInt, Field(le=10_000_000)] | None = Field(
        default=None, description="stop after so many decode iterations; absent: at the last one"
    )
    time_to_first_token_s: Seconds | None = Field(
        default=None, description="latency target for goodput"
    )
    time_per_output_token_s: Seconds | None = Field(
        default=None, description="latency target for goodput"
    )


class LlmWorkload(WorkloadSpec):
    """Inference of one language model with one batch, or a serving run.

    The file names the model (``model: gpt3-13b``), writes it out, or points to a Hugging Face
    file (``config: path/to/config.json``); here it is always the model itself.
    """

    kind: Literal["llm"] = "llm"
    model: Annotated[LlmModel, WrapValidator(_model)] = Field(
        description="the model: a shipped name, or its sizes written out"
    )
    phase: Literal["decode", "prefill"] = Field(
        default="decode", description="one new token per request, or all its prompt tokens"
    )
    batch: Annotated[PositiveInt, Field(le=MAX_ROWS)] = Field(
        description="requests in a batch; in a serving run the most in flight"
    )
    lengths: Annotated[SampledLengths, Field(discriminator="distribution")] = Field(
        description="tokens per request"
    )
    parallel: Parallelism = Field(default_factory=Parallelism, description="devices")
    bytes_per_element: Annotated[PositiveInt, Field(le=8)] = Field(
        default=2, description="size of weights, activations and cache entries"
    )
    include_embedding: bool = Field(default=True, description="count the token table look-up")
    include_head: bool = Field(default=True, description="count the output head")
    generated_tokens: Annotated[PositiveInt, Field(le=1_000_000)] = Field(
        default=1, description="decode iterations of a run without serving section"
    )
    routing: Literal["expected", "sampled"] = Field(
        default="expected",
        description="experts reached: the expectation shared evenly, or one random routing",
    )
    serving: Serving | None = Field(default=None, description="traffic of a serving run")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the file, which may name what here is written out."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        fields = schema["properties"]
        fields["model"] = {
            "anyOf": [{"type": "string"}, fields["model"]],
            "description": "the model: a shipped name, a YAML file, or its sizes written out",
        }
        fields["config"] = {
            "type": "string",
            "description": "Hugging Face config.json, relative to this file; instead of model",
        }
        lengths = {key: value for key, value in fields["lengths"].items() if key != "description"}
        fields["lengths"] = {
            "anyOf": [lengths, CsvLengths.model_json_schema()],
            "description": fields["lengths"].get("description", ""),
        }
        schema["required"] = [
            key for key in schema["required"] if key not in ("model", "batch")
        ]  # batch may follow from a list of lengths
        schema["anyOf"] = [{"required": ["model"]}, {"required": ["config"]}]
        return schema

    @model_validator(mode="after")
    def _consistent(self) -> LlmWorkload:
        check_slices(self.model, self.parallel.tensor, self.parallel.pipeline)
        if self.phase == "prefill" and self.generated_tokens > 1:
            raise InputError(
                "prefill generates one token per request",
                key="generated_tokens",
                found=str(self.generated_tokens),
                allowed="1, or phase: decode",
                sides=[Side("phase", "'prefill'", "'decode', or generated_tokens: 1")],
            )
        if self.phase == "prefill" and self.serving is not None:
            raise InputError(
                "a serving run contains both phases", key="phase", found="'prefill'",
                allowed="'decode' when there is a serving section",
                sides=[Side("serving", "a mapping", "null when phase is 'prefill'")],
            )  # fmt: skip
        asked = self.batch if self.serving is None else self.serving.requests
        if isinstance(self.lengths, ListLengths) and asked > len(self.lengths.tokens):
            key = "batch" if self.serving is None else "serving.requests"
            raise InputError(
                "there are more requests than lengths",
                key=key,
                found=str(asked),
                allowed=f"at most {len(self.lengths.tokens)}",
                sides=[Side("lengths", f"{len(self.lengths.tokens)} lengths", f"{asked}")],
            )
        if not self.lengths.sampled:
            longest = int(self.lengths.contexts(0, asked).max())
            if longest > self.model.max_positions:
                raise InputError(
                    f"a request is longer than {self.model.name} can be",
                    key="lengths.tokens",
                    found=f"{longest} tokens",
                    allowed=f"at most {self.model.max_positions}",
                    sides=[
                        Side(
                            "model.max_positions",
                            str(self.model.max_positions),
                            f"at least {longest}, the longest request",
                        )
                    ],
                )
        if self.serving is None and self.generated_tokens > self.model.max_positions:
            raise InputError(
                f"no request of {self.model.name} can be so long",
                key="generated_tokens",
                found=str(self.generated_tokens),
                allowed=f"1 to {self.model.max_positions}",
                sides=[
                    Side(
                        "model.max_positions",
                        str(self.model.max_positions),
                        f"at least generated_tokens = {self.generated_tokens}",
                    )
                ],
            )
        if self.serving is not None:
            self.lengths.outputs(0, 1)  # refuses lengths that do not say
        return self

    def context_lengths(self, seed: int = 0) -> Int64Array:
        """Return the tokens that each request attends to in the first pass, shape (batch,).

        In decode the new token counts: its key and value are in the cache when it attends. In
        prefill it is the prompt. Random lengths are cut to ``model.max_positions``.
        """
        draw = self.lengths.contexts if self.phase == "decode" else self.lengths.prompts
        return np.minimum(draw(seed, self.batch), self.model.max_positions)

    def channel_indices(self) -> Int64Array | None:
        """Return the memory channel of each request if the file gave them, shape (batch,)."""
        lengths = self.lengths
        return lengths.channel_indices(self.batch) if isinstance(lengths, ListLengths) else None

    def requests(self, seed: int = 0) -> RequestSet:
        """Return the requests of a run.

        With a serving section they are new and arrive as it says; prompts and outputs are cut
        so that both fit in ``model.max_positions``. Without one they are the batch, in the
        middle of decoding (or before prefill), and generate ``generated_tokens`` each.
        """
        if self.serving is None:
            lengths = self.context_lengths(seed)
            return RequestSet(
                prompt_tokens=lengths,
                output_tokens=np.full(self.batch, self.generated_tokens, dtype=np.int64),
                arrival_s=np.zeros(self.batch),
                context_tokens=lengths if self.phase == "decode" else np.zeros_like(lengths),
            )
        count, room = self.serving.requests, self.model.max_positions
        prompts = np.minimum(self.lengths.prompts(seed, count), max(1, room - 1))
        outputs = np.minimum(self.lengths.outputs(seed, count), np.maximum(1, room - prompts))
        return RequestSet(
            prompt_tokens=prompts,
            output_tokens=outputs,
            arrival_s=self.serving.arrivals.times(seed, count),
            context_tokens=np.zeros(count, dtype=np.int64),
        )

    def trace(
        self,
        step: int = 0,
        *,
        seed: int = 0,
        lengths: Sequence[int] | Int64Array | None = None,
        stage: int | None = None,
    ) -> Trace:
        """Return one pass as one device of the tensor-parallel group sees it.

        Args:
            step: Decode iteration, from 0; every request's context has grown by so many
                tokens, up to ``model.max_positions``. A prefill has step 0 only.
            seed: Seed of random lengths and routing.
            lengths: Tokens per request instead of ``context_lengths(seed)``, e.g. those of a
                sub-batch; they are used as they are, before growth.
            stage: Pipeline stage, or ``None`` for all stages one after the other.

        Raises:
            InputError: ``step``, ``lengths`` or ``stage`` is out of range.
        """
        base = self.context_lengths(seed) if lengths is None else _checked(lengths)
        last_step = 0 if self.phase == "prefill" else self.model.max_positions
        if not 0 <= step <= last_step:
            raise InputError("step", found=str(step), allowed=f"0 to {last_step}")
        contexts = np.maximum(base, np.minimum(base + step, self.model.max_positions))
        new = np.ones_like(contexts) if self.phase == "decode" else contexts
        return write_pass(
            LlmPass(
                model=self.model,
                context_tokens=contexts,
                new_tokens=new,
                expert_loads=self._expert_loads(int(new.sum()), seed),
                tensor=self.parallel.tensor,
                pipeline=self.parallel.pipeline,
                stage=stage,
                bytes_per_element=self.bytes_per_element,
                include_embedding=self.include_embedding,
                include_head=self.include_head,
            )
        )

    def _expert_loads(self, tokens: int, seed: int) -> Int64Array:
        experts, top_k = self.model.experts, self.model.top_k
        if not experts:
            return np.zeros(0, dtype=np.int64)
        if self.routing == "sampled":
            return sampled_loads(tokens, experts, top_k, seed)
        return expected_loads(tokens, experts, top_k)


def _checked(lengths: Sequence[int] | Int64Array) -> Int64Array:
    array = np.asarray(lengths)
    if array.ndim != 1 or array.size == 0 or not np.issubdtype(array.dtype, np.integer):
        raise InputError("lengths must be a list of whole numbers, one per request")
    if array.min() < 1:
        raise InputError("lengths", found=str(int(array.min())), allowed="at least 1 token")
    return array.astype(np.int64)
