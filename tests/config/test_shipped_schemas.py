"""The schemas that editors read: current, named by every shipped file, and true of it."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from archsim.api.schemas import file_name, kinds, schema_text
from archsim.config import list_named
from archsim.config.yaml_events import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "hw_configs" / "schemas"
SHIPPED = sorted(path.name.partition(".")[0] for path in SCHEMAS.glob("*.json"))
FILES = [item for tree in ("hw_configs", "workloads") for item in list_named(tree)]


def test_schemas_are_shipped_for_known_kinds_only():
    assert {"npu_pim", "llm", "llm_model", "dram_device"} <= set(SHIPPED) <= set(kinds())


@pytest.mark.parametrize("kind", SHIPPED)
def test_a_shipped_schema_is_current(kind):
    text = (SCHEMAS / file_name(kind)).read_text(encoding="utf-8")
    assert text == schema_text(kind), "regenerate it: archsim schema --all hw_configs/schemas"
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("kind", SHIPPED)
def test_files_of_a_kind_name_its_schema_and_fit_it(kind):
    validator = jsonschema.Draft202012Validator(
        json.loads((SCHEMAS / file_name(kind)).read_bytes())
    )
    files = [item.path for item in FILES if item.kind == kind]
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        target = Path(os.path.relpath(SCHEMAS / file_name(kind), path.parent)).as_posix()
        first = text.partition("\n")[0]
        assert first == f"# yaml-language-server: $schema={target}", path
        assert [error.message for error in validator.iter_errors(parse_yaml(text, "").value)] == []


@pytest.mark.parametrize(
    ("data", "good"),
    [
        ({"name": "x", "extends": "neupims", "memory": {"channels": 4}}, True),
        ({"name": "x", "extends": "neupims", "memory": {"chanels": 4}}, False),
        ({"name": "x", "extends": "neupims", "memory": {"channels": "4"}}, False),
        ({"name": "x", "memory": {"channels": 4}}, False),
    ],
)
def test_a_child_may_hold_part_of_a_section_but_nothing_wrong(data, good):
    schema = json.loads((SCHEMAS / "npu_pim.schema.json").read_bytes())
    assert jsonschema.Draft202012Validator(schema).is_valid({"kind": "npu_pim", **data}) is good


def test_schemas_of_all_kinds_are_written_into_a_folder(tmp_path, capsys):
    from archsim.cli.main import main

    assert main(["schema", "--all", str(tmp_path / "made")]) == 0
    written = json.loads(capsys.readouterr().out)
    assert [Path(path).name for path in written] == [file_name(kind) for kind in kinds()]
    assert (tmp_path / "made" / "llm.schema.json").read_text(encoding="utf-8") == schema_text("llm")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "schema needs either a kind or --all FOLDER; allowed: asic, dram, dram_device"),
        (["llm", "--all", "x"], "schema needs either a kind or --all FOLDER"),
        (["npu_pimm"], "did you mean npu_pim?"),
        (["--all", "none/deeper"], "cannot make the folder 'none/deeper'"),
    ],
)
def test_a_wrong_request_for_a_schema_is_one_sentence(
    arguments, sentence, tmp_path, monkeypatch, capsys
):
    from archsim.cli.main import main

    monkeypatch.chdir(tmp_path)
    assert main(["schema", *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
