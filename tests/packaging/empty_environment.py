"""Installs the wheel and its dependencies in an empty environment, and runs every family there.

    python tests/packaging/empty_environment.py

Needs a package index. The source distribution is built from the checkout, the wheel from the
source distribution alone; the commands run in an empty folder, without any extra. Writes the
record of the trust page.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "trust"))
import records  # noqa: E402  # it is beside the page

LISTED = ("hardware", "workloads", "devices", "papers", "architectures")
RUNS = (
    ("neupims", "gpt3-13b-sharegpt"),
    ("dla-1024", "resnet50"),
    ("m3vit-zcu104", "m3vit-pascal"),
    ("ngpc-8", "nerf-hashgrid"),
    ("dram-ddr4-2400", "memory-random"),
    ("h100_sxm", "llama3-8b-sharegpt"),
)
"""A shipped hardware and workload of each family, by their names."""


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that can't see the checkout."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(  # noqa: S603  # our own programs and arguments
        [str(part) for part in command],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def install(folder: Path) -> tuple[Path, int]:
    """Build and install in a folder; return the folder of programs and the number of packages.

    Raises:
        RuntimeError: A step failed.
    """

    def step(*command: object, cwd: Path) -> str:
        done = run(*command, cwd=cwd)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
        return done.stdout

    dist = folder / "dist"
    step(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", dist, cwd=ROOT)
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        sdist.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    step(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", dist, cwd=source)
    (wheel,) = dist.glob("*.whl")
    venv.create(folder / "env", with_pip=True, symlinks=True)
    programs = folder / "env" / "bin"
    pip = (programs / "python", "-m", "pip", "--disable-pip-version-check")
    step(*pip, "install", "--quiet", wheel, cwd=folder)
    return programs, len(step(*pip, "list", "--format=freeze", cwd=folder).splitlines())


def main() -> int:
    """Install, run, and write the record; returns the exit code."""
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer)
        programs, packages = install(folder)
        elsewhere = folder / "elsewhere"
        elsewhere.mkdir()
        lines = [("list", what) for what in LISTED] + [("run", *names) for names in RUNS]
        details: list[object] = []
        for line in lines:
            done = run(programs / "archsim", *line, "--json", cwd=elsewhere)
            wrong = done.returncode or done.stderr or not done.stdout or any(elsewhere.iterdir())
            said = f"broken: exit code {done.returncode}: {done.stderr[-300:]}"
            details.append(
                {"command": " ".join(("archsim", *line)), "verdict": said if wrong else "works"}
            )
            sys.stdout.write(f"{details[-1]}\n")
    violations = sum(row["verdict"] != "works" for row in details)
    records.write(
        "packaging",
        kind=(
            "the wheel of the source distribution in an empty environment "
            f"({packages} packages, no extra), outside the checkout"
        ),
        tried=len(details),
        violations=violations,
        details=details,
    )
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
