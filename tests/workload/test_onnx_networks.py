"""ONNX files: made here with the helper, and models that ship with the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import archsim
from archsim.errors import InputError, MissingExtraError
from archsim.workload.network import Network, NetworkWorkload

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
FLOAT = TensorProto.FLOAT


def weights(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def save(
    path: Path, nodes: list[onnx.NodeProto], stored: list[onnx.TensorProto], *image: int
) -> Path:
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("image", FLOAT, list(image))],
        [helper.make_tensor_value_info("out", FLOAT, None)],
        stored,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)],
        ir_version=9,
    )
    onnx.save(model, str(path))
    return path


def load(path: Path, **more: object) -> NetworkWorkload:
    item = {"family": "onnx", "path": str(path), **more}
    found = archsim.load_workload({"kind": "network", "name": "t", "networks": {"net": item}})
    assert isinstance(found, NetworkWorkload)
    return found


def read(path: Path) -> Network:
    return load(path).graphs()[0]


def small(tmp_path: Path) -> Path:
    """A branch, a depthwise and a transposed convolution, a matrix product and an unknown one."""
    nodes = [
        helper.make_node(
            "Conv", ["image", "w1"], ["a"], "c1", kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]
        ),
        helper.make_node("Relu", ["a"], ["b"], "r1"),
        helper.make_node("Conv", ["b", "w2"], ["c"], "c2", kernel_shape=[3, 3], pads=[1] * 4,
                         group=8),
        helper.make_node("Add", ["b", "c"], ["d"], "add"),
        helper.make_node("Strange", ["d", "w2"], ["e"], "odd", domain="mine"),
        helper.make_node("ConvTranspose", ["d", "w3"], ["f"], "up", kernel_shape=[2, 2],
                         strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["f"], ["g"], "pool"),
        helper.make_node("Flatten", ["g"], ["h"], "flat"),
        helper.make_node("Gemm", ["h", "w4"], ["out"], "fc", transB=1),
    ]  # fmt: skip
    stored = [
        weights("w1", 8, 3, 3, 3), weights("w2", 8, 1, 3, 3), weights("w3", 8, 4, 2, 2),
        weights("w4", 10, 4),
    ]  # fmt: skip
    return save(tmp_path / "small.onnx", nodes, stored, 1, 3, 16, 16)


def test_hand_counted_file(tmp_path: Path) -> None:
    found = read(small(tmp_path))
    macs = {item.name: item.macs for item in found.operations if item.macs}
    assert macs == {
        "c1": 8 * 8 * 8 * 27,
        "c2": 8 * 8 * 8 * 9,
        "up": 8 * 8 * 8 * 4 * 4,
        "fc": 40,
    }
    assert found.weights == 8 * 27 + 8 * 9 + 8 * 4 * 4 + 40
    names = [item.name for item in found.operations]
    add = found.operations[names.index("add")]
    assert add.after == (names.index("r1"), names.index("c2"))
    up = found.operations[names.index("up")]
    assert (up.out_rows, up.out_columns) == (16, 16)


def test_unknown_operators_are_counted_by_name(tmp_path: Path) -> None:
    found = read(small(tmp_path))
    assert found.left_out == {"Strange": 1}
    result = archsim.simulate(archsim.load_hardware("dla-1024"), load(small(tmp_path)), "analytic")
    assert result.metrics["left_out_operators"] == 1.0
    assert 0.0 <= result.metrics["left_out_mac_share"] < 1.0
    assert result.provenance["left_out"] == {"net": {"Strange": 1}}


@pytest.mark.parametrize(
    ("name", "macs", "parameters"),
    [
        # Totals that model zoos list for these networks.
        ("resnet50", 4.089e9, 25.50e6),
        ("vgg19", 19.63e9, 143.65e6),
        ("squeezenet", 0.349e9, 1.23e6),
        ("densenet121", 2.834e9, 7.89e6),
    ],
)
def test_models_that_ship_with_the_package(name: str, macs: float, parameters: float) -> None:
    found = read(LIGHT / f"light_{name}.onnx")
    assert found.left_out == {}
    assert found.macs == pytest.approx(macs, rel=2e-3)
    assert found.weights == pytest.approx(parameters, rel=1e-2)


def test_an_imported_and_a_generated_resnet_cost_the_same() -> None:
    """Both lists of layers have the same loops, whatever the names."""
    from archsim.architectures.asic.tasks import tasks_of

    generated = archsim.load_workload("resnet50")
    assert isinstance(generated, NetworkWorkload)
    ours = sorted(str((each.layer, each.copies)) for each in tasks_of(generated.graphs(), 1))
    imported = tasks_of([read(LIGHT / "light_resnet50.onnx")], 1)
    macs = sum(each.layer.macs * each.copies for each in imported)
    assert len(imported) == len(ours)
    assert macs == sum(each.layer.macs * each.copies for each in tasks_of(generated.graphs(), 1))


def test_paths_are_relative_to_the_workload_file(tmp_path: Path) -> None:
    small(tmp_path)
    workload = tmp_path / "mine.yaml"
    workload.write_text(
        "kind: network\nname: mine\nnetworks:\n  net: {family: onnx, path: small.onnx}\n"
    )
    assert isinstance(archsim.load_workload(workload), NetworkWorkload)


def test_bad_files_are_one_sentence(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.onnx"
    garbage.write_bytes(b"\x93not a model at all" * 20)
    empty = tmp_path / "empty.onnx"
    empty.write_bytes(b"")
    shapeless = save(
        tmp_path / "free.onnx",
        [helper.make_node("Strange", ["image"], ["out"], domain="mine")], [], 1, 3, 8, 8,
    )  # fmt: skip
    for path, message in (
        (tmp_path / "none.onnx", "does not exist"),
        (tmp_path, "does not exist"),
        (garbage, "is not a readable ONNX file"),
        (empty, "is not a readable ONNX file"),
        (shapeless, "has no operation with known shapes"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            load(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"networks\.net\.depth: unknown key"):
        load(small(tmp_path), depth=3)
    with pytest.raises(InputError, match="needs the path of its file"):
        archsim.load_workload(
            {"kind": "network", "name": "t", "networks": {"net": {"family": "onnx"}}}
        )


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"archsim\[import\]"):
        load(path)


BAD_GRAPHS = [
    ([], "networks.net.operations: a network needs an operation"),
    ([{"name": "a"}], "networks.net"),
    ([{"after": [0]}], "waits for one that does not come before it, found 0; allowed: none"),
    ([{}, {}], "two operations have one name"),
    ([{"groups": 3}], "groups must divide the channels"),
    ([{"kernel_rows": 9}], "a filter is larger than its padded input, found 9 over 8"),
]


@pytest.mark.parametrize(("operations", "message"), BAD_GRAPHS)
def test_bad_graphs_are_one_sentence(operations: list[dict[str, object]], message: str) -> None:
    whole = {
        "name": "a", "type": "conv", "in_channels": 4, "out_channels": 4, "in_rows": 8,
        "in_columns": 8,
    }  # fmt: skip
    items = [item if set(item) == {"name"} else {**whole, **item} for item in operations]
    data = {"kind": "network", "name": "t",
            "networks": {"net": {"family": "graph", "operations": items}}}  # fmt: skip
    with pytest.raises(InputError, match=message):
        archsim.load_workload(data)
