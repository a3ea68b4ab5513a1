"""Bad files and command lines of the ASIC family: one sentence with file, line and key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]

CHIP = "kind: asic\nschema_version: 1\nname: bad\nextends: heterogeneous\n"
NETWORK = "kind: network\nschema_version: 1\nname: bad\n"

# Line 5 of a hardware file, the key that is named, and further parts of the sentence.
CHIPS = [
    ("accelerators: {dla: {pes: 0}}", "accelerators.dla", "pes", "found 0"),
    ("accelerators: {dla: {pes: -64}}", "accelerators.dla", "pes", "found -64"),
    ("accelerators: {dla: {pes: 64.5}}", "accelerators.dla", "pes", "found 64.5"),
    ("accelerators: {dla: {pes: many}}", "accelerators.dla", "pes", "found 'many'"),
    ("accelerators: {dla: {template: dlaa}}", "accelerators.dla", "found 'dlaa'", "dla, "),
    ("accelerators: {dla: {simd: 65}}", "accelerators.dla", "simd", "found 65", "1 to 64"),
    ("accelerators: {dla: {l1_bytes: 1 GHz}}", "accelerators.dla", "is a frequency"),
    ("accelerators: {dla: {rows: 8}}", "accelerators.dla.rows", "does not go with template: 'dla'"),
    ("accelerators: {dla: 5}", "accelerators.dla", "found 5"),
    ("accelerators: null", "accelerators", "must be a mapping"),
    ("frequency_hz: 0", "frequency_hz", "found 0", "1 Hz"),
    ("node_nm: 0", "node_nm", "found 0"),
    ("dram: {sharing: greedy}", "dram.sharing", "found 'greedy'", "dynamic, static"),
    ("dram: {bandwidth_bytes_per_s: 25 GHz}", "dram.bandwidth_bytes_per_s", "is a frequency"),
    ("scheduler: {method: cpsat}", "scheduler.method", "found 'cpsat'", "cp_sat"),
    ("scheduler: {objective: area}", "scheduler.objective", "found 'area'", "latency, energy"),
    ("scheduler: {latency_s: 1 ms}", "scheduler.latency_s", "only applies when energy is"),
    ("maestro_version: 2020", "maestro_version", "feb2020"),
    ("budget: {pes: none}", "budget.pes", "found 'none'"),
    ("acelerators: {}", "acelerators", "unknown key", "did you mean accelerators?"),
]

# Networks of a workload file, the key that is named, and further parts of the sentence.
NETWORKS = [
    ("{net: {family: resnet, depth: 19}}", "networks.net", "19"),
    ("{net: {family: resnet}}", "networks.net", "depth"),
    ("{net: {family: alexnet}}", "networks.net", "found 'alexnet'"),
    ("{net: {family: unet, input_size: -3}}", "networks.net", "input_size", "found -3"),
    ("{net: {family: vgg16, input_size: 8}}", "networks.net", "smaller than its"),
    ("{net: {family: onnx, path: nothing.onnx}}", "networks.net.path", "does not exist"),
    ("{}", "networks", "must name 1 to 16 networks"),
    ("[1]", "networks", "must be a mapping"),
    ("{Big: {family: vgg16}}", "networks", "Big"),
]


@pytest.mark.parametrize("case", CHIPS, ids=[case[0] for case in CHIPS])
def test_a_bad_chip(refused: Refused, folder: Path, case: tuple[str, ...]) -> None:
    line, key, *parts = case
    (folder / "bad.yaml").write_text(CHIP + line + "\n", encoding="utf-8")
    sentence = refused("run", "bad.yaml", "resnet9")
    assert "bad.yaml:5: " in sentence
    for part in (key, *parts):
        assert part in sentence


@pytest.mark.parametrize("case", NETWORKS, ids=[case[0] for case in NETWORKS])
def test_a_bad_network(refused: Refused, folder: Path, case: tuple[str, ...]) -> None:
    networks, key, *parts = case
    (folder / "bad.yaml").write_text(f"{NETWORK}networks: {networks}\n", encoding="utf-8")
    sentence = refused("run", "dla-1024", "bad.yaml")
    for part in (key, *parts):
        assert part in sentence


INFEASIBLE = [
    (["--set", "accelerators.dla.pes=32"], "fewer PEs than one cluster of the template 'dla'"),
    (["--set", "budget.pes=100"], "exceed the budget, found 2368; allowed: at most 100"),
    (["--set", "budget.area_mm2=1"], "exceed the budget"),
    (["--set", "node_nm=5"], "unknown process node, found 5 nm"),
    (
        ["--set", "scheduler.objective=energy", "--set", "scheduler.latency_s=1e-9"],
        "longer than the latency limit",
    ),
]


@pytest.mark.parametrize(("settings", "part"), INFEASIBLE)
def test_an_infeasible_chip(refused: Refused, settings: list[str], part: str) -> None:
    assert part in refused("run", "heterogeneous", "resnet9", *settings)


def test_a_language_model_does_not_run_on_a_chip_for_networks(refused: Refused) -> None:
    sentence = refused("run", "dla-1024", "gpt3-7b-sharegpt")
    assert "cannot run the workload" in sentence
    assert "allowed: network" in sentence
