"""A file or setting may make another choice than the one it inherits."""

import json

import pytest

from archsim import load_workload
from archsim.cli.main import main

BASE = "kind: llm\nschema_version: 1\nname: mine\n"


@pytest.mark.parametrize(
    ("setting", "process"),
    [("backlog", "backlog"), ("uniform", "uniform"), ("poisson", "poisson")],
)
def test_arrivals_of_a_shipped_workload(setting, process):
    loaded = load_workload("gpt3-13b-serving", {"serving.arrivals.process": setting})
    arrivals = loaded.serving.arrivals
    assert arrivals.process == process
    assert hasattr(arrivals, "rate_per_s") == (process != "backlog")


@pytest.mark.parametrize(
    "lengths", ["distribution: sharegpt", "distribution: csv, path: lengths.csv"]
)
def test_lengths_of_a_users_file(folder, capsys, lengths):
    (folder / "lengths.csv").write_text("seq_len\n5\n6\n7\n8\n", encoding="utf-8")
    text = f"{BASE}extends: good.yaml\nlengths: {{{lengths}}}\n"
    (folder / "child.yaml").write_text(text, encoding="utf-8")
    assert main(["run", "npu-only", "child.yaml", "--fidelity", "analytic", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["metrics"]


def test_keys_written_beside_the_choice_are_slips(refused, folder):
    text = f"{BASE}extends: good.yaml\nlengths: {{distribution: sharegpt, tokens: 5}}\n"
    (folder / "child.yaml").write_text(text, encoding="utf-8")
    sentence = refused("run", "neupims", "child.yaml")
    assert sentence.startswith("archsim: child.yaml:5: lengths.tokens: does not go with")
    settings = ("--set", "lengths.distribution=alpaca", "--set", "lengths.tokens=4")
    assert refused("run", "neupims", "good.yaml", *settings).startswith(
        "archsim: --set: lengths.tokens: does not go with distribution: 'alpaca'"
    )
    text = f"{BASE}extends: good.yaml\nlengths: {{distribution: csv, path: a.csv, sd_tokens: 5}}\n"
    (folder / "child.yaml").write_text(text, encoding="utf-8")
    assert "child.yaml:5: lengths.sd_tokens: unknown key" in refused("run", "neupims", "child.yaml")


def test_check_knows_devices(folder, capsys):
    assert main(["check", "ddr3-1600", "zcu104"]) == 0
    said = capsys.readouterr().out
    assert "good  ddr3-1600: device 'ddr3-1600'" in said
    assert "good  zcu104: device 'zcu104'" in said
    (folder / "part.yaml").write_text(
        "kind: fpga_board\nname: part\nextends: zcu104\nclok: 3\n", encoding="utf-8"
    )
    assert main(["check", "part.yaml"]) == 2
    assert "part.yaml:4: clok: unknown key" in capsys.readouterr().out


def test_a_device_is_no_whole_hardware(refused, folder):
    (folder / "part.yaml").write_text("kind: dram_device\nname: part\n", encoding="utf-8")
    sentence = refused("run", "part.yaml", "good.yaml")
    assert sentence.startswith("archsim: part.yaml:1: kind: this is a device, a part of hardware")
