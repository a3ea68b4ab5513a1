"""Every dependency is in the lock file at a version that pyproject.toml allows, with its hashes.

Made by ``uv pip compile pyproject.toml --all-extras --generate-hashes --python-version 3.11
--no-header -o tests/packaging/requirements.lock``; installed by ``pip install --require-hashes``.
This is CI's audit: without its service of known faults, ``pip-audit -r`` leaves out every package
("could not be audited") and still ends with exit code 0.
"""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

LOCK = Path(__file__).with_name("requirements.lock")
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def blocks():
    """The lock file's text of each package."""
    text = LOCK.read_text(encoding="utf-8")
    starts = [match.start() for match in PINNED.finditer(text)]
    parts = [text[begin:end] for begin, end in zip(starts, [*starts[1:], None], strict=True)]
    return {plain(PINNED.match(part).group(1)): part for part in parts}


def test_every_dependency_is_locked_at_an_allowed_version(checkout, blocks):
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    asked = [Requirement(text) for texts in lists for text in texts]
    named = [item for item in asked if plain(item.name) != "archsim"]
    assert len(named) > 20
    for item in named:
        assert plain(item.name) in blocks, item
        version = PINNED.match(blocks[plain(item.name)]).group(2)
        assert Version(version) in item.specifier, item


def test_every_locked_package_has_hashes(blocks):
    assert len(blocks) > 50
    for name, block in blocks.items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), name
