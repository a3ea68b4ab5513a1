"""``MoeVitWorkload``: one image through a vision transformer with or without experts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.config import PositiveInt, StrictModel, WorkloadSpec
from archsim.errors import InputError
from archsim.workload.moe_vit_model import MoeVitModel
from archsim.workload.moe_vit_routing import (
    RecordedRouting,
    Routing,
    UniformRouting,
    check_choices,
    draw_routing,
)
from archsim.workload.moe_vit_trace import write_image
from archsim.workload.trace import Int64Array, Trace


class Image(StrictModel):
    """Size of the image in pixels; both sides are whole numbers of patches."""

    height_pixels: Annotated[PositiveInt, Field(le=16_384)] = Field(description="rows")
    width_pixels: Annotated[PositiveInt, Field(le=16_384)] = Field(description="columns")


class MoeVitWorkload(WorkloadSpec):
    """One forward pass of the backbone on one image, batch 1.

    Not part of it: the decoder head of the task.
    """

    kind: Literal["moe_vit"] = "moe_vit"
    model: MoeVitModel = Field(description="sizes of the model")
    image: Image = Field(description="the image")
    routing: Annotated[Routing, Field(discriminator="distribution")] = Field(
        default_factory=UniformRouting, description="which experts the tokens visit"
    )

    @model_validator(mode="after")
    def _consistent(self) -> MoeVitWorkload:
        for key in ("height_pixels", "width_pixels"):
            pixels: int = getattr(self.image, key)
            if pixels % self.model.patch_pixels:
                raise InputError(
                    "an image must be cut into whole patches",
                    key=f"image.{key}",
                    found=str(pixels),
                    allowed=f"a multiple of {self.model.patch_pixels}",
                )
        if isinstance(self.routing, RecordedRouting) and self.model.experts:
            check_choices(
                self.routing.choices,
                tokens=self.tokens,
                experts=self.model.experts,
                top_k=self.model.top_k,
            )
        return self

    @property
    def tokens(self) -> int:
        """Tokens of the image, the class token included."""
        side = self.model.patch_pixels
        return self.image.height_pixels // side * (self.image.width_pixels // side) + 1

    def choices(self, seed: int = 0) -> Int64Array:
        """Return the experts that each token visits, shape (MoE layers, tokens, top_k)."""
        return draw_routing(
            self.routing,
            layers=self.model.moe_layers,
            tokens=self.tokens,
            experts=self.model.experts,
            top_k=self.model.top_k,
            seed=seed,
        )

    def trace(self, *, seed: int = 0, bytes_per_element: int = 2) -> Trace:
        """Return the operations of the image.

        Args:
            seed: Seed of drawn routing.
            bytes_per_element: Size of weights and activations.
        """
        choices = self.choices(seed) if self.model.experts else None
        return write_image(self.model, self.tokens, choices, bytes_per_element)
