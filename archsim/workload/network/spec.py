"""``NetworkWorkload``: inference of one or more networks, chosen by family or read from a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from archsim.config import PositiveInt, StrictModel, WorkloadSpec
from archsim.workload.network import convnets, resnet, vit
from archsim.workload.network.explicit import Graph
from archsim.workload.network.graph import Network
from archsim.workload.network.trace import write_trace
from archsim.workload.places import within
from archsim.workload.trace import Trace

Item = TypeVar("Item")
NetworkName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
MOST_NETWORKS = 16
Size = Annotated[PositiveInt, Field(le=8192)]
Channels = Annotated[PositiveInt, Field(le=65536)]
Count = Annotated[PositiveInt, Field(le=256)]


def _not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Refuse an empty list; checked last, so that a wrong item is reported as itself."""
    if not items:
        raise ValueError("must not be empty")
    return items


def _some_networks(items: dict[str, Generated]) -> dict[str, Generated]:
    if not 1 <= len(items) <= MOST_NETWORKS:
        raise ValueError(f"must name 1 to {MOST_NETWORKS} networks")
    return items


NotEmpty = AfterValidator(_not_empty)


class _Image(StrictModel):
    """A network that takes square images of three channels and gives class scores."""

    input_size: Size = Field(default=224, description="rows and columns of the image")
    classes: Channels = Field(default=1000, description="outputs")


class ResNet(_Image):
    """ResNet-18, -34 or -50."""

    family: Literal["resnet"]
    depth: Literal[18, 34, 50] = Field(description="layers with weights")

    def network(self) -> Network:
        """Return the network."""
        return resnet.resnet(self.depth, self.input_size, self.classes)


class Block(StrictModel):
    """One block of a ResNet-9."""

    filters: Channels = Field(description="filters of every convolution of the block")
    residual_convolutions: Annotated[int, Field(ge=0, le=16)] = Field(
        description="3 x 3 convolutions behind the pooling"
    )


class ResNet9(StrictModel):
    """ResNet-9 and what NASAIC's search space makes of it."""

    family: Literal["resnet9"]
    stem_filters: Channels = Field(default=64, description="filters of the first convolution")
    blocks: Annotated[tuple[Block, ...], NotEmpty, Field(max_length=8)] = Field(
        default=(
            Block(filters=128, residual_convolutions=2),
            Block(filters=256, residual_convolutions=0),
            Block(filters=512, residual_convolutions=2),
        ),
        description="blocks, each halving the image",
    )
    input_size: Size = Field(default=32, description="rows and columns of the image")
    classes: Channels = Field(default=10, description="outputs")

    def network(self) -> Network:
        """Return the network."""
        blocks = [
            resnet.ResNet9Block(block.filters, block.residual_convolutions) for block in self.blocks
        ]
        return resnet.resnet9(self.stem_filters, blocks, self.input_size, self.classes)


class Vgg16(_Image):
    """VGG-16."""

    family: Literal["vgg16"]

    def network(self) -> Network:
        """Return the network."""
        return convnets.vgg16(self.input_size, self.classes)


class MobileNetV2(_Image):
    """MobileNetV2."""

    family: Literal["mobilenetv2"]

    def network(self) -> Network:
        """Return the network."""
        return convnets.mobilenet_v2(self.input_size, self.classes)


class UNet(StrictModel):
    """U-Net."""

    family: Literal["unet"]
    filters: Annotated[tuple[Channels, ...], NotEmpty, Field(max_length=10)] = Field(
        default=(64, 128, 256, 512, 1024), description="filters per level, finest first"
    )
    input_size: Size = Field(default=256, description="rows and columns of the image")
    input_channels: Channels = Field(default=3, description="channels of the image")
    classes: Channels = Field(default=2, description="output channels")

    def network(self) -> Network:
        """Return the network."""
        return convnets.unet(self.filters, self.input_size, self.input_channels, self.classes)


class VisionTransformer(_Image):
    """A vision transformer; the defaults are ViT-S/16."""

    family: Literal["vit"]
    depth: Count = Field(default=12, description="layers")
    hidden: Channels = Field(default=384, description="features per token")
    heads: Count = Field(default=6, description="attention heads")
    mlp: Channels = Field(default=1536, description="features inside the feed-forward part")
    patch: Size = Field(default=16, description="rows and columns of a patch")

    def network(self) -> Network:
        """Return the network."""
        return vit.vit(
            self.depth, self.hidden, self.heads, self.mlp, self.patch, self.input_size,
            self.classes,
        )  # fmt: skip


Generated = Annotated[
    ResNet | ResNet9 | Vgg16 | MobileNetV2 | UNet | VisionTransformer | Graph,
    Field(discriminator="family"),
]
"""A network made by a generator, or written out."""


class OnnxFile(StrictModel):
    """A network in an ONNX file (extra ``import``); loading turns it into a graph."""

    family: Literal["onnx"]
    path: Annotated[str, Field(min_length=1)] = Field(description="the file, relative to this one")


class NetworkWorkload(WorkloadSpec):
    """Inference of one or more networks side by side, each on a batch of images."""

    kind: Literal["network"] = "network"
    networks: Annotated[dict[NetworkName, Generated], AfterValidator(_some_networks)] = Field(
        description="networks that run side by side, by name, each with images of its own"
    )
    batch: Annotated[PositiveInt, Field(le=65536)] = Field(
        default=1, description="images of each network"
    )
    bytes_per_element: Annotated[PositiveInt, Field(le=8)] = Field(
        default=1, description="size of weights and activations"
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the file, which may name an ONNX file for what here is written out."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        networks = schema["properties"]["networks"]["patternProperties"]
        for pattern, choice in networks.items():
            networks[pattern] = {"anyOf": [choice, OnnxFile.model_json_schema()]}
        return schema

    @model_validator(mode="after")
    def _shapes_fit(self) -> NetworkWorkload:
        self.graphs()
        return self

    def graphs(self) -> tuple[Network, ...]:
        """Return the networks.

        Raises:
            InputError: Sizes do not fit each other; the message says of which network.
        """
        found = []
        for name, choice in self.networks.items():
            with within(f"networks.{name}"):
                found.append(replace(choice.network(), name=name))
        return tuple(found)

    def trace(self) -> Trace:
        """Return all operations of all networks with their dependencies."""
        return write_trace(self.name, self.graphs(), self.batch, self.bytes_per_element)
