"""The documentation builds without a warning and knows the whole program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of a site built from a copy of what it is made of, nothing cached."""
    source = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("generated", "_build", "__pycache__")
    shutil.copytree(ROOT / "docs", source / "docs", ignore=ignored)
    for name in ("archsim", "reports", "tests/third_party", "hw_configs", "workloads"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).symlink_to(ROOT / name)
    command = ["-W", "--keep-going", "-q", "-b", "html", str(source / "docs"), str(source / "site")]
    done = subprocess.run(  # noqa: S603  # our own interpreter and arguments
        [sys.executable, "-m", "sphinx", *command],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return source / "site"


def page(site, name):
    return (site / f"{name}.html").read_text(encoding="utf-8")


def test_every_source_is_a_page_in_the_contents(site):
    contents = page(site, "index")
    for source in (ROOT / "docs").rglob("*.md"):
        name = source.relative_to(ROOT / "docs").with_suffix("").as_posix()
        assert (site / f"{name}.html").exists()
        if "generated" not in name and name != "index":
            assert f"{name}.html" in contents


def test_every_command_with_its_options_is_in_the_reference(site):
    from typer.main import get_command

    from archsim.cli.main import app

    text = page(site, "generated/commands")
    for name, command in get_command(app).commands.items():
        assert f"archsim {name}" in text
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.opts[0] in text


def test_every_key_of_every_kind_is_in_the_reference(site):
    from archsim.api.keys import explained_keys
    from archsim.api.schemas import kinds, model_of

    text = page(site, "generated/configuration")
    for kind in kinds():
        for key in explained_keys(model_of(kind)):
            assert f">{key.path}<" in text.replace('<span class="pre">', ">").replace(
                "</span>", "<"
            )


def test_every_metric_and_public_name_is_in_the_reference(site):
    import archsim
    from archsim.architectures import registry

    text = page(site, "generated/names")
    for family in map(registry.get, registry.names()):
        for metric in family.metrics:
            assert metric.name in text
    text = page(site, "reference/python")
    families = set(archsim._MODULES)
    for name in set(archsim.__all__) - families - {"__version__"}:
        assert name in text
    for name in families:
        assert f"archsim.architectures.{name}.public" in text


def test_every_report_is_in_the_site(site):
    reports = list((ROOT / "reports").rglob("*.md"))
    assert reports
    for path in reports:
        name = path.relative_to(ROOT / "reports").with_suffix("").as_posix()
        assert (site / "generated" / "reports" / f"{name}.html").exists()
