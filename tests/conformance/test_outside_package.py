"""A family in a package of its own: installed, found by its entry point, and conforming."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "third_party" / "vector_chip"
ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import json
import archsim
from archsim.architectures import registry
from archsim.testing import assert_conforms, check_architecture
from archsim_vector_chip import profile

report = assert_conforms("vector_chip", profile.PROFILE)
bare = check_architecture("vector_chip", runs=[(profile.CHIP, profile.WORK)])
print(json.dumps({
    "names": registry.names(),
    "target": registry.targets()["vector_chip"],
    "file": registry.get("vector_chip").__class__.__module__,
    "report": str(report),
    "bare": bare.passed,
}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a folder that the package is really installed into."""
    source = tmp_path_factory.mktemp("source") / "vector_chip"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("site")
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--no-index", "--no-build-isolation", "--target", str(target), str(source),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert list(target.glob("archsim_vector_chip-1.0.dist-info"))
    return target


def run(site, *command):
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}
    return subprocess.run(  # noqa: S603
        [sys.executable, *command], capture_output=True, text=True, timeout=120, env=environment,
        cwd=site,
    )  # fmt: skip


def test_an_installed_package_is_found_and_conforms(site):
    done = run(site, "-W", "error", "-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "vector_chip" in found["names"]
    assert found["target"] == "archsim_vector_chip:ARCHITECTURE"
    assert found["file"] == "archsim_vector_chip.architecture"
    assert "broken" not in found["report"]
    for relation in ("contract", "agreement", "contention", "monotonicity", "clock", "copies"):
        (line,) = [text for text in found["report"].splitlines() if text.split()[0] == relation]
        assert " holds " in line
    assert found["bare"]


def test_the_command_line_knows_an_installed_package(site):
    done = run(site, "-m", "archsim.cli.main", "list", "architectures", "--json")
    if done.returncode or not done.stdout:
        done = run(site, "-c", "from archsim.cli.main import main; raise SystemExit(main("
                   "['list', 'architectures', '--json']))")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "vector_chip" in {item["name"] for item in json.loads(done.stdout)}
