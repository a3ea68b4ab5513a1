"""The wheel and the source distribution, built without a network, and the wheel installed."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PARTS = ("archsim", "hw_configs", "workloads", "pyproject.toml", "README.md", "LICENSE")


def run(*command, cwd, **variables):
    """Run a program without the variables that would let it see the checkout."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(  # noqa: S603  # programs of this test alone
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def copy_parts(source, target):
    target.mkdir()
    for name in PARTS:
        if (source / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source / name, target / name, ignore=ignored)
        else:
            shutil.copy(source / name, target / name)
    return target


@pytest.fixture(scope="session")
def checkout():
    """Return the top folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def run_program():
    """Return ``run``."""
    return run


@pytest.fixture(scope="session")
def distributions(tmp_path_factory):
    """Return the paths of the wheel and of the source distribution."""
    folder = tmp_path_factory.mktemp("build")
    source = copy_parts(CHECKOUT, folder / "source")
    target = folder / "dist"
    run(sys.executable, "-m", "hatchling", "build", "-d", target, cwd=source)
    (wheel,) = target.glob("*.whl")
    (sdist,) = target.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="session")
def wheel_of_sdist(distributions, tmp_path_factory):
    """Return the path of the wheel that the source distribution alone builds."""
    folder = tmp_path_factory.mktemp("again")
    with tarfile.open(distributions[1]) as sdist:
        sdist.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    target = folder / "dist"
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=source)
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def installed(wheel_of_sdist, tmp_path_factory):
    """Return the folder of programs of a new environment: the sdist's wheel, our dependencies.

    The environment sees the packages installed here as plain files: an editable install of the
    checkout, which is a ``.pth`` file, stays out of its sight.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    packages = run(
        programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
        cwd=folder,
    ).stdout.strip()  # fmt: skip
    (Path(packages) / "outside.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(
        sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet",
        "--no-deps", "--no-index", "--ignore-installed", wheel_of_sdist, cwd=folder,
    )  # fmt: skip
    return programs
