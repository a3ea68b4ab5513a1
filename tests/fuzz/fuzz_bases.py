"""Good inputs of every kind, small enough that a run takes a few hundredths of a second."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]

LLM = {
    "kind": "llm",
    "schema_version": 1,
    "name": "small",
    "model": "gpt3-7b",
    "batch": 3,
    "lengths": {"distribution": "list", "tokens": [5, 64, 700], "channels": [0, 1, 1]},
    "parallel": {"tensor": 4},
}
SERVING = {
    "kind": "llm",
    "name": "served",
    "model": {"extends": "gpt3-7b", "name": "shallow", "layers": 2},
    "batch": 2,
    "lengths": {"distribution": "constant", "tokens": 9, "output_tokens": 2},
    "serving": {"requests": 3, "arrivals": {"process": "poisson", "rate_per_s": 9}},
}
MEMORY = {
    "kind": "memory_trace",
    "schema_version": 1,
    "name": "requests",
    "pattern": "mix",
    "requests": 300,
    "gap_cycles": 2,
    "write_share": 0.5,
    "stream_share": 0.5,
}
NETWORK = {
    "kind": "network",
    "schema_version": 1,
    "name": "two",
    "networks": {
        "first": {
            "family": "resnet9",
            "stem_filters": 8,
            "blocks": [{"filters": 16, "residual_convolutions": 1}],
            "input_size": 16,
            "classes": 10,
        },
        "second": {"family": "unet", "filters": [4, 8], "input_size": 16, "classes": 1},
    },
    "batch": 2,
    "bytes_per_element": 1,
}
STUDY = {
    "kind": "study",
    "schema_version": 1,
    "name": "few",
    "hardware": "neupims",
    "workload": LLM,
    "fidelity": "analytic",
    "space": {
        "hardware.npu.systolic_arrays": {"values": [2, 4], "group": "compute"},
        "hardware.npu.frequency_hz": {"minimum": "0.6 GHz", "maximum": "1 GHz", "step": "0.2 GHz"},
        "hardware.pim.row_buffers": {"values": ["single", "dual"]},
        "workload.batch": {"values": [3]},
    },
    "objectives": ["minimise latency_s", "maximise tokens_per_s"],
    "constraints": ["area_mm2 <= 14000", "average_power_w <= 400 W"],
    "method": {"name": "grid"},
}
LISTED = {
    "name": "listed",
    "hardware": "dla-1024",
    "workload": NETWORK,
    "designs": [{"hardware.bits": 8}, {"hardware.bits": 16}],
    "method": {"name": "list"},
}
HUGGING_FACE = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 512,
    "intermediate_size": 1024,
    "num_hidden_layers": 2,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "vocab_size": 1000,
    "max_position_embeddings": 2048,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
}
CSV = b"seq_len,ch_idx\n" + b"".join(b"%d,%d\n" % (5 + 40 * i, i % 4) for i in range(8))
STL = b"".join(
    b"%d:\t%s\t%#x\n" % (7 * i, b"write" if i % 3 else b"read", 64 * 37 * i) for i in range(60)
)
RELATIVE_STL = b"".join(b"%d: read %#x 0011\n" % (i % 5, 8192 * i) for i in range(60))

PAIRS = (
    ("npu_pim", LLM),
    ("npu_pim", SERVING),
    ("asic", NETWORK),
    ("fpga/kria-matmulfree", "matmulfree-370m"),
    ("fpga/d5005", "matmulfree-block-512"),
    ("fpga/m3vit", "m3vit-pascal"),
    ("fpga/edge-moe", "edge-moe-224"),
    ("neural_graphics", "nerf-hashgrid"),
    ("neural_graphics", "nsdf-hashgrid-8k"),
    ("gpu", LLM),
    ("gpu", NETWORK),
    ("dram/dram-", MEMORY),
)
"""Start of the hardware files' place below ``hw_configs`` and a workload that they can run."""


@cache
def shipped(folder: str) -> dict[str, Path]:
    """Return the files of a tree by their place in it, without the ending."""
    top = ROOT / folder
    files = sorted(top.rglob("*.yaml"))
    return {path.relative_to(top).with_suffix("").as_posix(): path for path in files}


@cache
def content(path: Path) -> str:
    """Return a file's data as JSON text, to be read anew by everyone who changes it."""
    return json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")))


def pair(dice: random.Random) -> tuple[str, dict[str, object] | str]:
    """Return the place of a hardware file and a workload that it runs: data or a name."""
    start, workload = dice.choice(PAIRS)
    places = [place for place in shipped("hw_configs") if place.startswith(start)]
    return dice.choice([place for place in places if "/studies/" not in place]), workload


def workload_data(workload: dict[str, object] | str) -> object:
    """Return the data of a workload."""
    if not isinstance(workload, str):
        return workload
    (path,) = [path for path in shipped("workloads").values() if path.stem == workload]
    return json.loads(content(path))


@cache
def onnx_model() -> bytes:
    """Return a small network as an ONNX file."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    def stored(name: str, *shape: int) -> object:
        return numpy_helper.from_array(np.zeros(shape, np.float32), name)

    nodes = [
        helper.make_node("Conv", ["image", "w1"], ["a"], "c1", kernel_shape=[3, 3], pads=[1] * 4,
                         strides=[2, 2]),
        helper.make_node("Relu", ["a"], ["b"], "r1"),
        helper.make_node("Add", ["b", "b"], ["d"], "add"),
        helper.make_node("ConvTranspose", ["d", "w3"], ["f"], "up", kernel_shape=[2, 2],
                         strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["f"], ["g"], "pool"),
        helper.make_node("Flatten", ["g"], ["h"], "flat"),
        helper.make_node("Gemm", ["h", "w4"], ["out"], "fc", transB=1),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 16, 16])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [stored("w1", 8, 3, 3, 3), stored("w3", 8, 4, 2, 2), stored("w4", 10, 4)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


@cache
def result_file(name: str) -> bytes:
    """Return a result as 'archsim run --output' writes it."""
    import archsim

    hardware, workload = archsim.load_hardware(name), archsim.load_workload(LLM)
    return json.dumps(archsim.simulate(hardware, workload, fidelity="analytic").to_dict()).encode()
