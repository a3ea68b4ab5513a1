"""A way to run a bad command line in an empty folder and to judge its one sentence."""

import pytest

from archsim.cli.main import main

GOOD_WORKLOAD = """\
kind: llm
schema_version: 1
name: good
model: gpt3-7b
batch: 4
lengths: {distribution: constant, tokens: 64}
parallel: {tensor: 4}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in an empty folder with one good workload."""
    (tmp_path / "good.yaml").write_text(GOOD_WORKLOAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(folder, capsys):
    """Return a function that runs a bad command line and returns its sentence on stderr."""

    def run(*arguments):
        before = sorted(folder.iterdir())
        code = main(list(arguments))
        output = capsys.readouterr()
        assert code == 2, output.err
        assert output.out == ""
        assert output.err.startswith("archsim: ")
        assert output.err.count("\n") == 1
        assert output.err.endswith("\n")
        for sign in ("Traceback", "internal error", "pydantic", "<class", "nan,", "Error("):
            assert sign not in output.err
        assert sorted(folder.iterdir()) == before
        return output.err

    return run
