"""``extends``: what is merged, where each value is from, and how far it may reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from archsim.config import load_document
from archsim.config.document import MAXIMUM_EXTENDS


def test_mappings_are_merged_and_everything_else_is_replaced(write):
    write("base.yaml", "name: base\ndescription: Base\na: {b: 1, c: [1, 2, 3], d: {e: 1}}\nf: 1\n")
    path = write("child.yaml", "extends: ./base.yaml\nname: child\na: {c: [9], d: 5}\nf: {g: 2}\n")
    document = load_document(path, "hw_configs")
    assert document.data == {
        "name": "child",
        "a": {"b": 1, "c": [9], "d": 5},
        "f": {"g": 2},
    }
    assert document.name == "child"
    assert document.locate("a.b") == "base.yaml:3"
    assert document.locate("a.c") == "child.yaml:3"
    assert document.locate("f.g") == "child.yaml:4"
    assert document.locate("a.d.not.there") == "child.yaml:3"
    assert document.locate("not.there") == "child.yaml"
    assert document.locate("") == "child.yaml"


def test_null_takes_a_section_away_and_a_mapping_brings_it_back(write):
    write("base.yaml", "name: base\npim: {banks: 4, row: 1}\n")
    write("child.yaml", "extends: base.yaml\nname: child\npim: null\n")
    path = write("grandchild.yaml", "extends: child.yaml\nname: g\npim: {banks: 8}\n")
    assert load_document("child.yaml", "hw_configs").data["pim"] is None
    assert load_document(path, "hw_configs").data["pim"] == {"banks": 8}


def test_a_file_needs_a_name_of_its_own(write, refusal, chip_text):
    write("chip.yaml", chip_text)
    assert refusal(write("child.yaml", "extends: ./chip.yaml\n")) == (
        "child.yaml: name: the key is missing; allowed: text"
    )


def test_errors_in_what_is_extended_name_that_file(write, refusal, chip_text):
    write("chip.yaml", chip_text.replace("lanes: 4", "lanes: 0"))
    path = write("child.yaml", "extends: chip.yaml\nname: child\n")
    assert refusal(path).startswith("chip.yaml:6: core.lanes: must be a whole number, found 0")


def test_a_users_file_extends_a_shipped_one(write):
    shipped = load_document("npu-only", "hw_configs")
    document = load_document(
        write("mine.yaml", "extends: npu-only\nname: mine\nnpu: {systolic_arrays: 3}\n"),
        "hw_configs",
    )
    assert document.data["npu"] == {**shipped.data["npu"], "systolic_arrays": 3}
    assert document.locate("npu.systolic_arrays") == "mine.yaml:3"
    assert document.locate("npu.frequency_hz").startswith("hw_configs/")


def test_data_from_python_extends_a_shipped_name(read_chip, refusal):
    document = load_document({"extends": "npu-only", "name": "mine"}, "hw_configs")
    assert document.data["kind"] == load_document("npu-only", "hw_configs").data["kind"]
    assert (document.path, document.label) == (None, "")
    assert refusal({"extends": "./x.yaml"}) == (
        "extends: data without a file can only extend a shipped name, found './x.yaml'"
    )


INSIDE = "allowed: a shipped name, or a file inside 'work'"


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("../secret.yaml", f"leaves the folder of the file, found '../secret.yaml'; {INSIDE}"),
        (
            "sub/../../secret.yaml",
            f"leaves the folder of the file, found 'sub/../../secret.yaml'; {INSIDE}",
        ),
        ("link.yaml", f"leaves the folder of the file, found 'link.yaml'; {INSIDE}"),
        (
            "sub/up/secret.yaml",
            f"leaves the folder of the file, found 'sub/up/secret.yaml'; {INSIDE}",
        ),
        (
            "/etc/passwd",
            f"must be a relative path with forward slashes, found '/etc/passwd'; {INSIDE}",
        ),
        (
            "'..\\secret.yaml'",
            f"must be a relative path with forward slashes, found '..\\\\secret.yaml'; {INSIDE}",
        ),
        ("none.yaml", f"this file does not exist, found 'none.yaml'; {INSIDE}"),
        ("[a.yaml, b.yaml]", "must be the name or path of one file, found a list of 2"),
        ("3", "must be the name or path of one file, found 3"),
        ("", "must be the name or path of one file, found null"),
        ("''", "must be the name or path of one file, found ''"),
        ('"a\\nb.yaml"', "must be the name or path of one file, found 'a\\nb.yaml'"),
        ("{a: 1}", "must be the name or path of one file, found a mapping"),
    ],
)
def test_extends_stays_inside_its_folder(write, refusal, target, sentence):
    write("secret.yaml", "kind: chip\nname: secret\n")
    write("work/sub/a.yaml", "kind: chip\nname: a\n")
    Path("work/link.yaml").symlink_to("../secret.yaml")
    Path("work/sub/up").symlink_to("../..")
    path = write("work/chip.yaml", f"name: chip\nextends: {target}\n")
    assert refusal(path) == f"work/chip.yaml:2: extends: {sentence}"


def test_extends_of_an_unknown_name_suggests(write, refusal):
    sentence = refusal(write("chip.yaml", "name: chip\nextends: npu-onlx\n"))
    assert sentence.startswith("chip.yaml:2: extends: unknown hardware, found 'npu-onlx'; allowed:")
    assert sentence.endswith("did you mean npu-only?")


def test_a_file_in_a_subfolder_may_reach_its_siblings(write):
    write("work/base.yaml", "name: base\na: 1\n")
    write("work/sub/mid.yaml", "extends: ../base.yaml\nname: mid\nb: 2\n")
    path = write("work/top.yaml", "extends: sub/mid.yaml\nname: top\nc: 3\n")
    document = load_document(path, "hw_configs")
    assert document.data == {"a": 1, "b": 2, "c": 3, "name": "top"}
    assert document.locate("a") == "work/sub/../base.yaml:2"


def test_circles_are_named(write, refusal):
    write("a.yaml", "extends: b.yaml\nname: a\n")
    write("b.yaml", "extends: ./c.yaml\nname: b\n")
    path = write("c.yaml", "name: c\nextends: a.yaml\n")
    assert refusal(path) == (
        "b.yaml:1: extends: files extend each other: c.yaml -> a.yaml -> b.yaml -> c.yaml"
    )
    own = write("own.yaml", "extends: own.yaml\nname: own\n")
    assert refusal(own) == "own.yaml:1: extends: files extend each other: own.yaml -> own.yaml"


def test_long_chains_are_refused(write, refusal):
    write("f0.yaml", "name: f0\n")
    for index in range(1, MAXIMUM_EXTENDS + 2):
        write(f"f{index}.yaml", f"extends: f{index - 1}.yaml\nname: f{index}\n")
    assert load_document(f"f{MAXIMUM_EXTENDS}.yaml", "hw_configs").name == f"f{MAXIMUM_EXTENDS}"
    assert refusal(f"f{MAXIMUM_EXTENDS + 1}.yaml") == (
        "f1.yaml:1: extends: too many files extend each other; allowed: at most 16"
    )


def test_a_section_is_a_document_of_its_own(write, chip_text):
    document = load_document(write("chip.yaml", chip_text), "hw_configs", {"core.lanes": 0})
    core = document.section("core")
    assert core.data == {"frequency_hz": "1 GHz", "lanes": 0}
    assert core.locate("frequency_hz") == "chip.yaml:5"
    assert core.locate("lanes") == "--set"
    assert core.locate("other") == core.locate("") == "chip.yaml:4"
    assert (core.prefix, core.settings) == ("core.", ("lanes",))
