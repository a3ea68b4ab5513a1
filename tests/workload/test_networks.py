"""Networks: sizes against published totals, shapes, dependencies, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.errors import InputError
from archsim.workload.network import Network, NetworkWorkload
from archsim.workload.network.builder import Feature, NetworkBuilder

SHIPPED = ("resnet18", "resnet50", "resnet9", "vgg16", "mobilenetv2", "unet", "vit-s")


def network(**choice: object) -> Network:
    return workload(choice).graphs()[0]


def workload(*choices: dict[str, object]) -> NetworkWorkload:
    networks = dict(zip(("net", "other"), choices, strict=False))
    found = archsim.load_workload({"kind": "network", "name": "test", "networks": networks})
    assert isinstance(found, NetworkWorkload)
    return found


@pytest.mark.parametrize(
    ("choice", "macs", "parameters"),
    [
        # Totals of multiply-accumulates and of weights (without biases and normalisation) that
        # the model zoos list.
        ({"family": "resnet", "depth": 18}, 1.814e9, 11.68e6),
        ({"family": "resnet", "depth": 34}, 3.664e9, 21.78e6),
        ({"family": "resnet", "depth": 50}, 4.089e9, 25.50e6),
        ({"family": "vgg16"}, 15.47e9, 138.34e6),
        ({"family": "mobilenetv2"}, 0.3008e9, 3.47e6),
        ({"family": "vit"}, 4.599e9, 21.91e6),
    ],
)
def test_sizes_are_the_known_ones(
    choice: dict[str, object], macs: float, parameters: float
) -> None:
    found = network(**choice)
    assert found.macs == pytest.approx(macs, rel=1e-3)
    assert found.weights == pytest.approx(parameters, rel=1e-3)


def test_a_network_of_nasaic() -> None:
    """The recalled network <32,128,2,256,2,256,2> has 3.22e8 multiply-accumulates."""
    blocks = [{"filters": width, "residual_convolutions": 2} for width in (128, 256, 256)]
    found = network(family="resnet9", stem_filters=32, blocks=blocks)
    assert found.macs == pytest.approx(3.22e8, rel=2e-3)


def test_unet_keeps_the_size_and_joins_both_ways() -> None:
    found = network(family="unet", filters=[8, 16], input_size=32, classes=3)
    head = found.operations[-1]
    assert (head.out_channels, head.out_rows, head.out_columns) == (3, 32, 32)
    joined = next(item for item in found.operations if item.name == "up1.conv1")
    assert joined.in_channels == 16
    enlarged = next(item for item in found.operations if item.type == "transposed_conv")
    assert (enlarged.in_rows, enlarged.out_rows) == (16, 32)
    assert enlarged.macs == 16 * 16 * 16 * 8 * 4


def test_hand_counted_convolution() -> None:
    net = NetworkBuilder("one")
    out = net.conv("c", Feature(3, 7, 7), 4, 3, 2)
    (operation,) = net.build().operations
    assert (out.rows, out.columns) == (4, 4)
    assert operation.macs == 4 * 4 * 4 * 3 * 9
    assert operation.weights == 4 * 3 * 9
    assert (operation.input_elements, operation.output_elements) == (147, 64)


def test_waiting_passes_through_vector_work() -> None:
    found = network(family="resnet", depth=18)
    chosen, waits = found.matrix_operations()
    names = [found.operations[index].name for index in chosen]
    shortcut, second = names.index("conv3_1.shortcut"), names.index("conv3_1.b")
    assert waits[names.index("conv3_2.a")] == tuple(sorted((shortcut, second)))
    assert all(before < place for place, all_before in enumerate(waits) for before in all_before)


@pytest.mark.parametrize("name", SHIPPED)
def test_traces_hold_the_same_work(name: str) -> None:
    found = archsim.load_workload(name, {"batch": 3})
    assert isinstance(found, NetworkWorkload)
    trace = found.trace()
    assert trace.totals.macs == 3 * sum(net.macs for net in found.graphs())
    assert trace.totals.weight_bytes == sum(net.weights for net in found.graphs())
    kinds = set(trace.operations["kind"].tolist())
    assert kinds <= {"gemm", "pool", "elementwise", "activation", "norm", "softmax"}


def test_several_networks_do_not_wait_for_each_other() -> None:
    trace = workload({"family": "resnet9"}, {"family": "resnet9"}).trace()
    half = len(trace) // 2
    assert all((trace.dependencies(index) >= half).all() for index in range(half, len(trace)))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 300), st.lists(st.integers(1, 64), min_size=1, max_size=4))
def test_wider_networks_work_more(stem: int, widths: list[int]) -> None:
    blocks = [{"filters": width, "residual_convolutions": 1} for width in widths]
    narrow = network(family="resnet9", stem_filters=stem, blocks=blocks)
    wide = network(family="resnet9", stem_filters=stem + 1, blocks=blocks)
    assert wide.macs > narrow.macs
    assert wide.weights > narrow.weights


BAD = [
    ({"family": "resnet", "depth": 19}, "networks.net"),
    ({"family": "resnext"}, "networks.net"),
    ({"family": "vgg16", "input_size": 16}, "smaller than its window.*found 1 x 1"),
    ({"family": "vgg16", "input_size": 0}, "networks.net"),
    ({"family": "vit", "heads": 7}, "networks.net.heads: heads share the hidden features"),
    (
        {"family": "vit", "patch": 15},
        "networks.net.input_size: the image is cut into whole patches",
    ),
    ({"family": "unet", "input_size": 100}, "networks.net.input_size.*multiple of 16"),
    ({"family": "unet", "filters": []}, "networks.net.*filters"),
    ({"family": "unet", "filters": [8, -1]}, "networks.net.*filters"),
    ({"family": "resnet9", "blocks": [{"filters": 8}]}, "residual_convolutions"),
    ({"family": "resnet9", "input_size": 4}, "smaller than its window"),
    ({"family": "mobilenetv2", "clases": 10}, "clases"),
]


@pytest.mark.parametrize(("choice", "message"), BAD)
def test_bad_networks_are_one_sentence(choice: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        workload(choice)
    assert "\n" not in str(caught.value)


def test_a_workload_needs_a_network() -> None:
    with pytest.raises(InputError, match="networks"):
        archsim.load_workload({"kind": "network", "name": "none", "networks": {}})
