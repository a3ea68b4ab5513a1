"""ResNets: the ImageNet ones of He et al. and the small ResNet-9 of CIFAR-10 speed runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archsim.workload.network.builder import Feature, NetworkBuilder
from archsim.workload.network.graph import Network

_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
_WIDTHS = (64, 128, 256, 512)


def resnet(depth: int, input_size: int, classes: int) -> Network:
    """Return ResNet-18, -34 or -50 (He et al., CVPR 2016, table 1).

    Args:
        depth: 18, 34 or 50.
        input_size: Rows and columns of the image.
        classes: Outputs.

    Raises:
        InputError: The image is too small.
    """
    net = NetworkBuilder(f"resnet{depth}")
    feature = net.conv("conv1", Feature(3, input_size, input_size), 64, 7, 2)
    feature = net.vector("conv1.relu", "activation", feature)
    feature = net.pool("pool1", feature, 3, 2, 1)
    for stage, (count, width) in enumerate(zip(_BLOCKS[depth], _WIDTHS, strict=True), start=2):
        for block in range(count):
            stride = 2 if block == 0 and stage > 2 else 1
            name = f"conv{stage}_{block + 1}"
            if depth >= 50:
                feature = _bottleneck(net, name, feature, width, stride)
            else:
                feature = _basic(net, name, feature, width, stride)
    feature = net.global_pool("pool5", feature)
    net.linear("fc", feature, classes)
    return net.build()


def _basic(net: NetworkBuilder, name: str, feature: Feature, width: int, stride: int) -> Feature:
    inner = net.conv(f"{name}.a", feature, width, 3, stride)
    inner = net.vector(f"{name}.a.relu", "activation", inner)
    inner = net.conv(f"{name}.b", inner, width, 3)
    return _join(net, name, feature, inner, stride)


def _bottleneck(
    net: NetworkBuilder, name: str, feature: Feature, width: int, stride: int
) -> Feature:
    inner = net.conv(f"{name}.a", feature, width, 1)
    inner = net.vector(f"{name}.a.relu", "activation", inner)
    inner = net.conv(f"{name}.b", inner, width, 3, stride)
    inner = net.vector(f"{name}.b.relu", "activation", inner)
    inner = net.conv(f"{name}.c", inner, 4 * width, 1)
    return _join(net, name, feature, inner, stride)


def _join(net: NetworkBuilder, name: str, feature: Feature, inner: Feature, stride: int) -> Feature:
    if feature.channels != inner.channels or stride > 1:
        feature = net.conv(f"{name}.shortcut", feature, inner.channels, 1, stride)
    return net.vector(f"{name}.add", "elementwise", inner, feature)


@dataclass(frozen=True, slots=True)
class ResNet9Block:
    """A widening convolution, a pooling, and residual convolutions behind it."""

    filters: int
    residual_convolutions: int


def resnet9(
    stem_filters: int, blocks: Sequence[ResNet9Block], input_size: int, classes: int
) -> Network:
    """Return a ResNet-9-like network, the search space of NASAIC for classification.

    A stem convolution; per block a 3 x 3 convolution, a 2 x 2 pooling and residual 3 x 3
    convolutions; global pooling and a classifier.

    Args:
        stem_filters: Filters of the first convolution.
        blocks: Blocks, at least one.
        input_size: Rows and columns of the image.
        classes: Outputs.

    Raises:
        InputError: The image is too small for so many blocks.
    """
    net = NetworkBuilder("resnet9")
    feature = net.conv("stem", Feature(3, input_size, input_size), stem_filters, 3)
    feature = net.vector("stem.relu", "activation", feature)
    for number, block in enumerate(blocks, start=1):
        feature = net.conv(f"block{number}", feature, block.filters, 3)
        feature = net.vector(f"block{number}.relu", "activation", feature)
        feature = net.pool(f"block{number}.pool", feature, 2, 2)
        inner = feature
        for index in range(1, block.residual_convolutions + 1):
            inner = net.conv(f"block{number}.residual{index}", inner, block.filters, 3)
            inner = net.vector(f"block{number}.residual{index}.relu", "activation", inner)
        if block.residual_convolutions:
            feature = net.vector(f"block{number}.add", "elementwise", inner, feature)
    net.linear("fc", net.global_pool("pool", feature), classes)
    return net.build()
