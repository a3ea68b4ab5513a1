"""Every command and every program of the documentation runs, and prints what the page shows."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from doc_blocks import Block, blocks, holds

from archsim.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if "generated" not in path.parts and blocks(path)
)
PACKAGE = ROOT / "tests" / "third_party" / "vector_chip"


class Reader:
    """Somebody who follows a page in an empty folder.

    Commands run in this process, which saves most of their time; those that need an installed
    package run in one of their own, as programs do.
    """

    def __init__(self, folder, monkeypatch, capsys):
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "80")
        self.folder = folder
        self.capsys = capsys
        self.path = [str(ROOT)]

    def program(self, *arguments):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(self.path)}
        done = subprocess.run(  # noqa: S603  # our own interpreter; commands of our own pages
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def command(self, line):
        program, *arguments = shlex.split(line)
        if program == "archsim" and len(self.path) == 1:
            code = main(arguments)
            return code, "".join(self.capsys.readouterr())
        if program == "archsim":
            return self.program("-W", "error", "-m", "archsim.cli", *arguments)
        assert line == "pip install ./vector_chip", f"a reader cannot run: {line}"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PACKAGE, self.folder / PACKAGE.name, ignore=ignored)
        site = self.folder / "site"
        self.path.insert(0, str(site))
        return self.program(
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--no-index", "--no-build-isolation", "--target", str(site), f"./{PACKAGE.name}",
        )  # fmt: skip

    def follow(self, block):
        if block.language == "python":
            (self.folder / "program.py").write_text(block.text, encoding="utf-8")
            code, output = self.program("-W", "error", "program.py")
            assert code == 0, output
        elif block.language == "yaml":
            assert block.caption, f"a file without a name:\n{block.text}"
            (self.folder / block.caption).write_text(block.text, encoding="utf-8")
        for command in block.commands if block.language == "console" else ():
            code, output = self.command(command.line)
            assert code == command.code, f"{command.line}\n{output}"
            assert "Traceback" not in output
            for line in command.shows:
                assert holds(output, line), f"{command.line}\nshould show: {line}\n{output}"


@pytest.fixture
def reader(tmp_path, monkeypatch, capsys):
    return Reader(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_a_reader_can_follow_the_page(page, reader):
    for block in blocks(page):
        reader.follow(block)


def test_every_fence_of_the_pages_is_run_or_only_shown():
    shown = {"sh", "text", "{toctree}", "{literalinclude}", "{math}", "{eval-rst}"}
    run = {"yaml", "console", "python", "{code-block}"}
    for path in DOCS.rglob("*.md"):
        if "generated" in path.parts:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        openings = [line[3:].split()[0] for line in lines if line.startswith("```") and line[3:]]
        assert set(openings) <= shown | run, path
        runs = sum(opening in run for opening in openings)
        assert runs == len(blocks(path)), path


def test_a_page_that_is_wrong_is_found(reader):
    wrong = (
        Block("console", "$ archsim list nothing\n"),
        Block("console", "$ archsim --version\narchsim 999\n"),
        Block("console", "$ rm something\n"),
        Block("python", "raise SystemExit(3)\n"),
        Block("yaml", "a: 1\n"),
    )
    for block in wrong:
        with pytest.raises(AssertionError):
            reader.follow(block)


def test_what_a_line_may_leave_out():
    output = "  latency_s        34.22 ms\nChecks   all hold\n"
    assert holds(output, "latency_s ...")
    assert holds(output, "Checks all hold")
    assert holds(output, "... ms")
    assert not holds(output, "latency_s")
    assert not holds(output, "hecks all hold")
    assert not holds(output, "latency.s ...")
