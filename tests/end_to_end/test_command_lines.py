"""Good command lines: what they print, as tables and as JSON, and the files they write."""

import gzip
import json

import pytest

from archsim.result import Result


def test_run_prints_a_report_of_at_most_80_columns(cli):
    code, out, err = cli("run", "chip.yaml", "steps.yaml")
    assert (code, err) == (0, "")
    for part in (
        "two-steps on chip",
        "latency_s",
        "8.5 us",
        "Where time goes",
        "load",
        "Components",
    ):
        assert part in out
    assert "all 8 invariants hold" in out
    assert "2 of 5 numbers are primary; 3 estimate" in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_run_json_is_the_result(cli):
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--json", "--seed", "3")
    assert (code, err) == (0, "")
    result = Result.from_dict(json.loads(out))
    assert result.latency_s == pytest.approx(8.5e-6)
    assert result.provenance["seed"] == 3
    assert result.provenance["hardware"]["name"] == "chip"
    assert {item["certainty"] for item in result.provenance["constants"]} == {"primary", "estimate"}


def test_fidelities_differ_and_repeat(cli):
    outputs = {
        fidelity: cli("run", "chip.yaml", "steps.yaml", "--json", "--fidelity", fidelity)[1]
        for fidelity in ("event", "analytic")
    }
    latency = {name: json.loads(text)["latency_s"] for name, text in outputs.items()}
    assert latency["analytic"] == pytest.approx(8.0e-6)
    assert latency["event"] == pytest.approx(8.5e-6)
    again = cli("run", "chip.yaml", "steps.yaml", "--json", "--fidelity", "event")[1]
    assert again == outputs["event"]


@pytest.mark.parametrize(
    "settings",
    [
        ["steps=4", "lanes_are_not_a_top_key"],
        ["workload.steps=4"],
        ["hardware.core.frequency_hz=2 GHz", "core.lanes=8"],
        ["core={frequency_hz: 2 GHz, lanes: 8}"],
    ],
)
def test_settings_reach_the_file_that_knows_them(cli, settings):
    arguments = [part for text in settings if "=" in text for part in ("--set", text)]
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--json", *arguments)
    assert (code, err) == (0, "")
    facts = json.loads(out)["provenance"]
    if "steps" in settings[0]:
        assert facts["workload"]["configuration"]["steps"] == 4
        assert facts["hardware"]["configuration"]["core"]["lanes"] == 4
    else:
        core = facts["hardware"]["configuration"]["core"]
        assert core == {"frequency_hz": 2e9, "lanes": 8}
        assert facts["workload"]["configuration"]["steps"] == 2


def test_run_writes_the_result_and_the_timeline(cli, files):
    code, _, err = cli(
        *("run", "chip.yaml", "steps.yaml"),
        *("--output", "out.json", "--timeline", "time.json.gz"),
    )
    assert (code, err) == (0, "")
    assert Result.load(files / "out.json").latency_s == pytest.approx(8.5e-6)
    timeline = json.loads(gzip.decompress((files / "time.json.gz").read_bytes()))
    assert any(event.get("name") == "work" for event in timeline["traceEvents"])


def test_compare_shows_figures_and_ratios(cli):
    code, out, err = cli("compare", "steps.yaml", "chip.yaml", "fast.yaml")
    assert (code, err) == (0, "")
    assert "Relative to chip.yaml" in out
    assert "0.294x" in out
    assert max(len(line) for line in out.splitlines()) <= 80
    code, out, err = cli("compare", "steps.yaml", "chip.yaml", "fast.yaml", "--json")
    rows = json.loads(out)
    assert [row["hardware"] for row in rows] == ["chip.yaml", "fast.yaml"]
    assert rows[1]["latency_s"] == pytest.approx(2.5e-6)


def test_compare_keeps_infeasible_designs_as_data(cli, files):
    small = (files / "chip.yaml").read_text().replace("lanes: 4", "lanes: 1")
    (files / "small.yaml").write_text(small)
    command = ("compare", "steps.yaml", "chip.yaml", "small.yaml", "--set", "elements=900000")
    code, out, err = cli(*command, "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert [row["status"] for row in rows] == ["ok", "infeasible"]
    assert rows[1] == {
        "hardware": "small.yaml",
        "status": "infeasible",
        "reason": "--set: elements: the elements do not fit, found 900000",
    }
    code, out, err = cli(*command)
    assert (code, err) == (0, "")
    assert "infeasible  small.yaml: --set: elements: the elements do not fit, found 900000" in out


def test_diff_names_the_changed_key_and_where_time_went(cli):
    cli("run", "chip.yaml", "steps.yaml", "--output", "a.json")
    cli("run", "chip.yaml", "steps.yaml", "--output", "b.json", "--set", "core.lanes=8")
    code, out, err = cli("diff", "a.json", "b.json")
    assert (code, err) == (0, "")
    assert "hardware.core.lanes" in out
    assert "Latency by components at work" in out
    code, out, err = cli("diff", "a.json", "b.json", "--json")
    found = json.loads(out)
    assert found["settings"] == [{"key": "hardware.core.lanes", "before": "4", "after": "8"}]
    assert [item["name"] for item in found["time"]] == ["work"]
    assert found["time"][0]["difference"] == pytest.approx(-0.25e-6)


def test_diff_of_equal_results_says_so(cli):
    cli("run", "chip.yaml", "steps.yaml", "--output", "a.json")
    code, out, _ = cli("diff", "a.json", "a.json")
    assert code == 0
    assert out.count("the same") == 5


def test_check_prints_one_verdict_a_file(cli, files):
    code, out, err = cli("check", "chip.yaml", "steps.yaml")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "good  chip.yaml: hardware 'chip'",
        "good  steps.yaml: workload 'two-steps'",
    ]
    code, out, _ = cli("check", "chip.yaml", "steps.yaml", "--json")
    assert code == 0
    assert [item["role"] for item in json.loads(out)] == ["hardware", "workload"]


@pytest.mark.parametrize("section", ["hardware", "workloads", "models", "devices", "architectures"])
def test_lists_are_objects_with_names(cli, section):
    code, out, err = cli("list", section, "--json")
    assert (code, err) == (0, "")
    assert all(item["name"] for item in json.loads(out))
    code, out, err = cli("list", section)
    assert (code, err) == (0, "")
    assert out.strip()


def test_list_architectures_shows_outside_packages_and_broken_ones(cli):
    items = {item["name"]: item for item in json.loads(cli("list", "architectures", "--json")[1])}
    assert items["fake_chip"]["description"] == "A fake chip for tests"
    assert "cannot be loaded: ModuleNotFoundError" in items["fake_broken"]["description"]
    assert "calls itself 'fake_chip'" in items["fake_liar"]["description"]
    assert "is a int, not an Architecture" in items["fake_number"]["description"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("latency_s", ["figure of every result", "unit", "s"]),
        ("steps_per_s", ["metric of fake_chip", "Steps divided by latency."]),
        ("utilisation", ["column of Result.components"]),
        ("start_s", ["column of Result.operations"]),
        ("core.lanes", ["hardware key of kind fake_chip", "default", "4"]),
        ("hardware.core.lanes", ["hardware key of kind fake_chip"]),
        ("lanes", ["hardware.core.lanes"]),
        ("workload.steps", ["workload key of kind steps", "default", "2"]),
        ("core", ["The lanes."]),
        ("softmax", ["operation kind"]),
        ("arithmetic.multiply.fp16.45nm", ["constant", "certainty"]),
        ("fake_chip", ["architecture", "A fake chip for tests"]),
        ("GiB", ["unit"]),
    ],
)
def test_explain_knows_every_sort_of_name(cli, name, parts):
    code, out, err = cli("explain", name)
    assert (code, err) == (0, "")
    for part in parts:
        assert part in out
    entries = json.loads(cli("explain", name, "--json")[1])
    assert entries
    assert all(entry["name"] == name or entry["name"].endswith("." + name) for entry in entries)


@pytest.mark.parametrize("kind", ["fake_chip", "steps"])
def test_schema_is_json_schema(cli, kind):
    import jsonschema

    code, out, err = cli("schema", kind)
    assert (code, err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(out))
    assert cli("schema", kind, "--json")[1] == out


def test_version_help_and_no_command(cli):
    assert cli("--version") == (0, "archsim 0.1.0\n", "")
    code, out, err = cli()
    assert (code, err) == (0, "")
    for command in ("run", "compare", "list", "explain", "check", "diff", "reproduce", "schema"):
        assert command in out
        code, text, err = cli(command, "--help")
        assert (code, err) == (0, "")
        assert "--json" in text


def test_a_broken_invariant_is_reported_and_fails_the_command(cli):
    code, out, err = cli("run", "chip.yaml", "steps.yaml", "--set", "mode=broken")
    assert code == 1
    assert "1 of 8 invariants FAIL" in out
    assert "bytes in = bytes out: memory to core: 8000 bytes and 7999 bytes" in out
    assert err == (
        "archsim: this run broke an invariant, so do not trust it: "
        "bytes in = bytes out: memory to core\n"
    )


@pytest.mark.parametrize("section", ["hardware", "workloads", "models"])
def test_every_shipped_file_is_good_under_its_name(cli, section):
    names = [item["name"] for item in json.loads(cli("list", section, "--json")[1])]
    code, out, err = cli("check", *names)
    assert (code, err) == (0, "")
    assert len(names) > 3
    assert [line.split()[:2] for line in out.splitlines()] == [["good", f"{n}:"] for n in names]
