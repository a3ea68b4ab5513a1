"""VGG-16, MobileNetV2 and U-Net."""

from __future__ import annotations

from collections.abc import Sequence

from archsim.errors import InputError
from archsim.workload.network.builder import Feature, NetworkBuilder
from archsim.workload.network.graph import Network

_VGG16 = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
# Expansion, output channels, repetitions, first stride.
_MOBILENET_V2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def vgg16(input_size: int, classes: int) -> Network:
    """Return VGG-16 (Simonyan and Zisserman, ICLR 2015, configuration D).

    Raises:
        InputError: The image is too small.
    """
    net = NetworkBuilder("vgg16")
    feature = Feature(3, input_size, input_size)
    for stage, (width, count) in enumerate(_VGG16, start=1):
        for index in range(1, count + 1):
            feature = net.conv(f"conv{stage}_{index}", feature, width, 3)
            feature = net.vector(f"conv{stage}_{index}.relu", "activation", feature)
        feature = net.pool(f"pool{stage}", feature, 2, 2)
    pixels = feature.rows * feature.columns
    feature = Feature(feature.channels * pixels, 1, 1, feature.source)
    for index in (1, 2):
        feature = net.linear(f"fc{index}", feature, 4096)
        feature = net.vector(f"fc{index}.relu", "activation", feature)
    net.linear("fc3", feature, classes)
    return net.build()


def mobilenet_v2(input_size: int, classes: int) -> Network:
    """Return MobileNetV2 (Sandler et al., CVPR 2018, table 2).

    Raises:
        InputError: The image is too small.
    """
    net = NetworkBuilder("mobilenetv2")
    feature = net.conv("conv1", Feature(3, input_size, input_size), 32, 3, 2)
    feature = net.vector("conv1.relu", "activation", feature)
    number = 0
    for expansion, channels, count, first_stride in _MOBILENET_V2:
        for index in range(count):
            number += 1
            stride = first_stride if index == 0 else 1
            name, start = f"bottleneck{number}", feature
            if expansion > 1:
                feature = net.conv(f"{name}.expand", feature, expansion * feature.channels, 1)
                feature = net.vector(f"{name}.expand.relu", "activation", feature)
            wide = feature.channels
            feature = net.conv(f"{name}.depthwise", feature, wide, 3, stride, groups=wide)
            feature = net.vector(f"{name}.depthwise.relu", "activation", feature)
            feature = net.conv(f"{name}.project", feature, channels, 1)
            if stride == 1 and start.channels == channels:
                feature = net.vector(f"{name}.add", "elementwise", feature, start)
    feature = net.conv("conv9", feature, 1280, 1)
    feature = net.vector("conv9.relu", "activation", feature)
    net.linear("fc", net.global_pool("pool", feature), classes)
    return net.build()


def unet(filters: Sequence[int], input_size: int, input_channels: int, classes: int) -> Network:
    """Return a U-Net (Ronneberger et al., MICCAI 2015) with padding, so that sizes are kept.

    Two 3 x 3 convolutions per level, 2 x 2 pooling down, 2 x 2 transposed convolution up, and the
    features of the way down beside those of the way up.

    Args:
        filters: Filters per level, from the finest to the coarsest.
        input_size: Rows and columns of the image, a multiple of 2^(levels - 1).
        input_channels: Channels of the image.
        classes: Output channels.

    Raises:
        InputError: The image cannot be halved so often.
    """
    halvings = 1 << (len(filters) - 1)
    if input_size % halvings:
        raise InputError(
            "the image of a U-Net is halved between levels",
            key="input_size",
            found=str(input_size),
            allowed=f"a multiple of {halvings} for {len(filters)} levels",
        )
    net = NetworkBuilder("unet")
    feature = Feature(input_channels, input_size, input_size)
    kept: list[Feature] = []
    for level, width in enumerate(filters, start=1):
        if kept:
            feature = net.pool(f"down{level}.pool", feature, 2, 2)
        feature = _double(net, f"down{level}", feature, width)
        kept.append(feature)
    for level in range(len(filters) - 1, 0, -1):
        width = filters[level - 1]
        feature = net.up_conv(f"up{level}.enlarge", feature, width)
        feature = _double(net, f"up{level}", net.concat(kept[level - 1], feature), width)
    net.conv("head", feature, classes, 1)
    return net.build()


def _double(net: NetworkBuilder, name: str, feature: Feature, width: int) -> Feature:
    for index in (1, 2):
        feature = net.conv(f"{name}.conv{index}", feature, width, 3)
        feature = net.vector(f"{name}.conv{index}.relu", "activation", feature)
    return feature
