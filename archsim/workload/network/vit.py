"""Vision transformers."""

from __future__ import annotations

from archsim.errors import InputError
from archsim.workload.network.builder import Feature, NetworkBuilder
from archsim.workload.network.graph import Network


def vit(
    depth: int, hidden: int, heads: int, mlp: int, patch: int, input_size: int, classes: int
) -> Network:
    """Return a vision transformer (Dosovitskiy et al., ICLR 2021), classification token included.

    Args:
        depth: Layers.
        hidden: Features per token.
        heads: Attention heads.
        mlp: Features inside the feed-forward part.
        patch: Rows and columns of a patch.
        input_size: Rows and columns of the image, a multiple of ``patch``.
        classes: Outputs.

    Raises:
        InputError: Sizes do not divide.
    """
    if hidden % heads:
        raise InputError(
            "heads share the hidden features equally",
            key="heads",
            found=f"{heads} for {hidden}",
        )
    if input_size % patch:
        raise InputError(
            "the image is cut into whole patches",
            key="input_size",
            found=str(input_size),
            allowed=f"a multiple of {patch}",
        )
    net = NetworkBuilder("vit")
    image = net.conv("patch", Feature(3, input_size, input_size), hidden, patch, patch, padding=0)
    tokens, width = image.rows * image.columns + 1, hidden // heads
    feature = Feature(hidden, tokens, 1, image.source)
    for layer in range(1, depth + 1):
        name = f"layer{layer}"
        normed = net.vector(f"{name}.norm1", "norm", feature)
        qkv = net.linear(f"{name}.qkv", normed, 3 * hidden)
        logits = net.matmul(f"{name}.logits", tokens, width, tokens, heads, qkv)
        shares = net.vector(
            f"{name}.softmax", "softmax", Feature(heads, tokens, tokens, logits.source)
        )
        attended = net.matmul(f"{name}.attend", tokens, tokens, width, heads, shares, qkv)
        merged = Feature(hidden, tokens, 1, attended.source)
        projected = net.linear(f"{name}.projection", merged, hidden)
        feature = net.vector(f"{name}.add1", "elementwise", projected, feature)
        normed = net.vector(f"{name}.norm2", "norm", feature)
        inner = net.linear(f"{name}.mlp1", normed, mlp)
        inner = net.vector(f"{name}.gelu", "activation", inner)
        inner = net.linear(f"{name}.mlp2", inner, hidden)
        feature = net.vector(f"{name}.add2", "elementwise", inner, feature)
    last = net.vector("norm", "norm", feature)
    net.linear("head", Feature(hidden, 1, 1, last.source), classes)
    return net.build()
