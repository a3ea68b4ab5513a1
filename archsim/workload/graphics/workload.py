"""``GraphicsWorkload``: one frame of a neural graphics application."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.config import (
    Fraction01,
    PositiveFloat,
    PositiveInt,
    Seconds,
    StrictModel,
    WorkloadSpec,
)
from archsim.errors import InputError
from archsim.workload.graphics.grid import GridEncoding
from archsim.workload.graphics.profile import SampleProfile
from archsim.workload.graphics.sampling import Sampling, render

Side = Annotated[PositiveInt, Field(le=131_072)]
Neurons = Annotated[PositiveInt, Field(le=4096)]
Record = Annotated[PositiveInt, Field(le=4096)]
Matrix = tuple[Neurons, Neurons]


class GpuBaseline(StrictModel):
    """A measured frame of the application on a GPU, and where its time goes.

    Frame time and shares are inputs, as in the NGPC authors' emulator; speed-ups are results.
    """

    frame_time_s: Seconds = Field(description="measured frame time, hash grid, unfused kernels")
    width: Side = Field(default=1920, description="pixels across of the measured frame")
    height: Side = Field(default=1080, description="pixels down of the measured frame")
    encoding_share: Fraction01 = Field(description="share of the frame time in encoding kernels")
    mlp_share: Fraction01 = Field(description="share of the frame time in MLP kernels")
    kernel_time_factor: PositiveFloat = Field(
        default=1.0,
        description="encoding and MLP time of this encoding relative to the measured one",
    )

    @model_validator(mode="after")
    def _shares_fit(self) -> GpuBaseline:
        if self.encoding_share + self.mlp_share >= 1.0:
            raise InputError(
                "encoding and MLP leave no time for the other kernels",
                key="gpu_baseline.mlp_share",
                found=f"{self.encoding_share:g} + {self.mlp_share:g}",
                allowed="shares that sum to less than 1",
            )
        return self

    def kernel_s(self, pixels: int) -> float:
        """Return the encoding and MLP time of a frame of so many pixels."""
        share = self.encoding_share + self.mlp_share
        return self._scaled(share * self.kernel_time_factor, pixels)

    def encoding_s(self, pixels: int) -> float:
        """Return the encoding time of a frame."""
        return self._scaled(self.encoding_share * self.kernel_time_factor, pixels)

    def rest_s(self, pixels: int) -> float:
        """Return the time of the other kernels of a frame, unfused."""
        return self._scaled(1.0 - self.encoding_share - self.mlp_share, pixels)

    def frame_s(self, pixels: int) -> float:
        """Return the whole time of a frame."""
        return self.kernel_s(pixels) + self.rest_s(pixels)

    def _scaled(self, share: float, pixels: int) -> float:
        return self.frame_time_s * share * pixels / (self.width * self.height)


class GraphicsWorkload(WorkloadSpec):
    """One frame of a neural graphics application (``kind: graphics``)."""

    kind: Literal["graphics"] = "graphics"
    application: Literal["nerf", "nsdf", "nvr", "gia", "other"] = Field(
        description="NeRF, signed distance, volume, gigapixel image, or another one"
    )
    width: Side = Field(description="pixels across")
    height: Side = Field(description="pixels down")
    encoding: GridEncoding
    networks: Annotated[tuple[Matrix, ...], Field(max_length=64)] = Field(
        description="weight matrices in order of use, each [inputs, outputs]"
    )
    input_bytes: Record = Field(description="bytes of one sample into the cluster")
    output_bytes: Record = Field(description="bytes of one sample out of the cluster")
    sampling: Annotated[Sampling, Field(discriminator="method")] = Field(
        description="how many samples a frame needs, and in which calls"
    )
    gpu_baseline: GpuBaseline

    @model_validator(mode="after")
    def _consistent(self) -> GraphicsWorkload:
        if not self.networks:
            raise InputError(
                "a network needs at least one matrix", key="networks", found="an empty list"
            )
        if self.networks[0][0] != self.encoding.outputs:
            raise InputError(
                "the first matrix takes what the encoding makes",
                key="networks.0",
                found=f"{self.networks[0][0]} inputs",
                allowed=f"{self.encoding.outputs} = levels x features",
            )
        flat = self.encoding.dimensions == 2
        if flat != (self.sampling.method == "image") and self.sampling.method != "given":
            raise InputError(
                "pictures have two dimensions and scenes three",
                key="sampling.method",
                found=f"{self.sampling.method!r} with {self.encoding.dimensions} dimensions",
                allowed="image or given" if flat else "march, sphere_trace, delta_track or given",
            )
        return self

    @property
    def pixels(self) -> int:
        """Pixels of the frame."""
        return self.width * self.height

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the networks for one sample."""
        return sum(inputs * outputs for inputs, outputs in self.networks)

    def profile(self, seed: int = 0) -> SampleProfile:
        """Return samples per pixel, calls and positions of the frame."""
        return render(self.sampling, self.encoding.dimensions, seed)
