"""Bad command lines: exit code 2, nothing on stdout, one sentence on stderr."""

import json

import pytest

RUN = ("run", "chip.yaml", "steps.yaml")

BAD = [
    # The command line itself.
    (("runn", "chip.yaml", "steps.yaml"), "no such command 'runn'", "did you mean 'run'?"),
    (("simulate",), "no such command 'simulate'", "--help"),
    ((*RUN, "--fidelty", "event"), "no such option '--fidelty'", "did you mean --fidelity?"),
    ((*RUN, "--josn"), "no such option '--josn'", "did you mean --json?"),
    (("run",), "missing argument 'HARDWARE'", "archsim run --help"),
    (("run", "chip.yaml"), "missing argument 'WORKLOAD'", "archsim run --help"),
    ((*RUN, "more.yaml"), "unexpected extra argument", "more.yaml"),
    ((*RUN, "--seed"), "--seed", "requires an argument"),
    ((*RUN, "--seed", "many"), "the seed must be a whole number", "found 'many'"),
    ((*RUN, "--seed", "1.5"), "the seed must be a whole number", "found '1.5'"),
    ((*RUN, "--seed", "-1"), "the seed must be a whole number", "found -1"),
    ((*RUN, "--seed", str(2**63)), "the seed must be a whole number", "allowed: 0 to"),
    ((*RUN, "--fidelity", "evnt"), "unknown fidelity", "did you mean event?"),
    ((*RUN, "--fidelity", ""), "unknown fidelity", "allowed: analytic, event"),
    # Files that are not there, or not what they should be.
    (("run", "no.yaml", "steps.yaml"), "no.yaml", ""),
    (("run", "chip.yaml", "no.yaml"), "no.yaml", ""),
    (("run", "no-such-chip", "steps.yaml"), "no-such-chip", ""),
    (
        ("run", "steps.yaml", "chip.yaml"),
        "expected a hardware file",
        "'steps' is a kind of workload",
    ),
    (("run", "chip.yaml", "chip.yaml"), "expected a workload file", "kind of hardware"),
    (("run", "kindless.yaml", "steps.yaml"), "the key 'kind' is missing", "fake_chip"),
    (("run", "odd_kind.yaml", "steps.yaml"), "odd_kind.yaml:1", "did you mean fake_chip?"),
    (("run", "number_kind.yaml", "steps.yaml"), "number_kind.yaml:1", "must be text"),
    (("run", "empty.yaml", "steps.yaml"), "empty.yaml", ""),
    (("run", "typo.yaml", "steps.yaml"), "typo.yaml:5", "lanes"),
    (("run", "syntax.yaml", "steps.yaml"), "syntax.yaml", ""),
    (("run", "binary.yaml", "steps.yaml"), "binary.yaml", ""),
    # Settings.
    ((*RUN, "--set", "core.lanes"), "core.lanes", "="),
    ((*RUN, "--set", "=4"), "=4", ""),
    ((*RUN, "--set", "core.lane=4"), "--set: core.lane: unknown key", "hardware.core.lanes?"),
    ((*RUN, "--set", "lanes=4"), "lanes: unknown key", "did you mean hardware.core.lanes?"),
    ((*RUN, "--set", "hardware.steps=4"), "hardware.steps: unknown key", ""),
    ((*RUN, "--set", "workload.core.lanes=4"), "workload.core.lanes: unknown key", ""),
    ((*RUN, "--set", "name=x"), "name: is a key of both files", "hardware.name or workload.name"),
    ((*RUN, "--set", "steps=1", "--set", "workload.steps=2"), "steps: is set twice", ""),
    ((*RUN, "--set", "core.lanes=zero"), "core.lanes", "zero"),
    ((*RUN, "--set", "core.lanes=0"), "core.lanes", "0"),
    ((*RUN, "--set", "core.lanes=true"), "core.lanes", "true"),
    ((*RUN, "--set", "core.frequency_hz=.nan"), "core.frequency_hz", ""),
    ((*RUN, "--set", "core.frequency_hz=1 GB"), "core.frequency_hz", "1 GB"),
    ((*RUN, "--set", "mode=brokn"), "mode", "broken"),
    ((*RUN, "--set", "steps=[1"), "steps", ""),
    ((*RUN, "--set", "elements=2000000"), "the elements do not fit", "found 2000000"),
    # Files to write.
    ((*RUN, "--output", "no/out.json"), "cannot write 'no/out.json'", "'no' does not exist"),
    ((*RUN, "--output", "."), "cannot write '.'", "it is a folder"),
    ((*RUN, "--timeline-window", "0 s:1 ms"), "a timeline window needs --timeline", "0 s:1 ms"),
    (
        (*RUN, "--timeline", "t.json", "--timeline-window", "1 ms"),
        "is not a timeline window",
        "two times such as '0 s:2 ms'",
    ),
    ((*RUN, "--timeline", "out.txt"), "a timeline file must have a JSON ending", "'out.txt'"),
    ((*RUN, "--timeline", "no/t.json"), "cannot write 'no/t.json'", "does not exist"),
    ((*RUN, "--timeline", "t.json", "--fidelity", "analytic"), "event fidelity", "analytic"),
    # The other commands.
    (("compare", "steps.yaml"), "missing argument 'HARDWARE...'", ""),
    (("compare", "steps.yaml", "chip.yaml", "no.yaml"), "no.yaml", ""),
    (("list",), "missing argument", ""),
    (("list", "hardwre"), "unknown list", "did you mean hardware?"),
    (("explain", "latencys"), "unknown name", "did you mean latency_s?"),
    (("explain", ""), "unknown name", "found ''"),
    (("diff", "a.json", "b.json"), "the result file 'a.json' does not exist", ""),
    (("diff", "chip.yaml", "chip.yaml"), "chip.yaml:1: not a JSON file", ""),
    (("diff", ".", "."), "is a folder", ""),
    (("reproduce", "neupim"), "unknown paper", "did you mean neupims?"),
    (("reproduce", "neupims", "neupims"), "the paper is named twice", "'neupims'"),
    (("reproduce", "neupims", "--output", "no"), "the output folder 'no' does not exist", ""),
    (("schema", "fake_chp"), "unknown kind", "did you mean fake_chip?"),
]


@pytest.fixture
def more_files(files):
    chip = (files / "chip.yaml").read_text()
    (files / "kindless.yaml").write_text(chip.replace("kind: fake_chip\n", ""))
    (files / "odd_kind.yaml").write_text(chip.replace("fake_chip", "fake_chp"))
    (files / "number_kind.yaml").write_text(chip.replace("fake_chip", "3"))
    (files / "empty.yaml").write_text("")
    (files / "typo.yaml").write_text(chip.replace("lanes: 4", "lane: 4"))
    (files / "syntax.yaml").write_text(chip + "core: [1, 2\n")
    (files / "binary.yaml").write_bytes(b"kind: \x00\xff\xfe")
    return files


@pytest.mark.parametrize(("arguments", "first", "second"), BAD)
def test_a_bad_command_line_gets_one_sentence_and_exit_code_2(
    cli, more_files, arguments, first, second
):
    before = sorted(path.name for path in more_files.iterdir())
    code, out, err = cli(*arguments)
    assert (code, out) == (2, ""), err
    assert err.startswith("archsim: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert "internal error" not in err
    assert first in err
    assert second in err
    assert sorted(path.name for path in more_files.iterdir()) == before


def test_check_names_every_bad_file_and_exits_with_2(cli, more_files):
    code, out, err = cli("check", "chip.yaml", "typo.yaml", "odd_kind.yaml", "--json")
    assert (code, err) == (2, "")
    problems = [item["problem"] for item in json.loads(out)]
    assert problems[0] == ""
    assert "typo.yaml:5" in problems[1]
    assert "odd_kind.yaml:1: kind: unknown kind" in problems[2]
    code, out, err = cli("check", "chip.yaml", "typo.yaml")
    assert (code, err) == (2, "")
    assert out.startswith("good  chip.yaml")
    assert "bad   typo.yaml" in out
