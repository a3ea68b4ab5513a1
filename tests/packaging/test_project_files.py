"""The files around the package agree with each other: extras, hooks, Makefile, README."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml

TOOLS_OF = {"ruff": "ruff", "mypy": "mypy", "lint-imports": "import-linter", "pytest": "pytest"}


@pytest.fixture(scope="module")
def project(checkout):
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(requirements):
    return {re.split(r"[^\w.-]", item, maxsplit=1)[0].lower() for item in requirements}


def test_all_holds_every_extra_but_test(project):
    extras = project["optional-dependencies"]
    (everything,) = extras["all"]
    listed = re.fullmatch(r"archsim\[(.*)\]", everything).group(1).split(",")
    assert set(listed) == set(extras) - {"all", "test"}


def test_the_tests_install_the_tools_they_use(project, checkout):
    provided = names(project["optional-dependencies"]["test"])
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    used = {tool for tool in re.findall(r"\$\(BIN\)/([\w-]+)", makefile) if tool in TOOLS_OF}
    hooks = yaml.safe_load((checkout / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    for repository in hooks["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            used.add(re.match(r"\.venv/bin/([\w-]+)", hook["entry"]).group(1))
    assert used == set(TOOLS_OF)
    assert {TOOLS_OF[tool] for tool in used} <= provided


def test_the_command_and_the_families_are_declared(project):
    script = project["scripts"]["archsim"]
    assert importlib.metadata.EntryPoint("archsim", script, "console_scripts").load()
    for name, target in project["entry-points"]["archsim.architectures"].items():
        family = importlib.metadata.EntryPoint(name, target, "archsim.architectures").load()
        assert family.kind == name


@pytest.fixture
def make(checkout, tmp_path):
    """Return a function that runs make in a folder with the Makefile and a Python of our choice."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(checkout / name, tmp_path / name)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("make", "sh", "sed", "rm", "echo"):
        (programs / name).symlink_to(shutil.which(name))

    def run(*arguments, python=""):
        if python:
            (programs / "python3").write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
            (programs / "python3").chmod(0o755)
        return subprocess.run(  # noqa: S603  # our own Makefile
            [str(programs / "make"), *arguments],
            cwd=tmp_path,
            env={"PATH": str(programs)},  # nothing of an outer make, which may run these tests
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_make_alone_says_what_it_can_do(make):
    done = make()
    assert done.returncode == 0
    for goal in ("make demo", "make test", "make bench", "lint", "format"):
        assert goal in done.stdout


def test_an_old_python_is_one_clear_sentence(make):
    done = make("demo", python='[ "$1" = --version ] && echo Python 3.9.1 && exit; exit 1')
    assert done.returncode == 2
    assert "archsim needs Python 3.11 or later, found Python 3.9.1" in done.stderr


def test_no_python_is_one_clear_sentence(make):
    done = make("demo")
    assert done.returncode == 2
    assert "archsim needs Python 3.11 or later, found none" in done.stderr


def test_python_without_venv_is_one_clear_sentence(make):
    done = make("demo", python='[ "$1" = -m ] && exit 1; [ "$1" = --version ] && echo 3.11; exit 0')
    assert done.returncode == 2
    assert "cannot make a virtual environment" in done.stderr


def test_the_links_of_the_readme_lead_somewhere(checkout):
    text = (checkout / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    local = [link for link in links if "://" not in link]
    assert local
    for link in local:
        assert (checkout / link).exists(), link


def test_the_python_of_the_readme_runs(checkout, run_program, tmp_path):
    text = (checkout / "README.md").read_text(encoding="utf-8")
    programs = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert programs
    for program in programs:
        (tmp_path / "program.py").write_text(program, encoding="utf-8")
        run_program(sys.executable, "-W", "error", "program.py", cwd=tmp_path)


def test_the_hardware_of_the_readme_is_valid(checkout, run_program, tmp_path):
    text = (checkout / "README.md").read_text(encoding="utf-8")
    files = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert files
    for number, content in enumerate(files):
        (tmp_path / f"{number}.yaml").write_text(content, encoding="utf-8")
        run_program(sys.executable, "-m", "archsim.cli", "check", f"{number}.yaml", cwd=tmp_path)
