"""What the wheel and the source distribution contain, and that the installed wheel works alone."""

import json
import zipfile

import pytest

from archsim.architectures.registry import BUILTIN

DATA = ("hw_configs", "workloads")


@pytest.fixture(scope="module")
def wheel_names(distributions):
    with zipfile.ZipFile(distributions[0]) as wheel:
        return set(wheel.namelist())


def test_the_wheel_has_every_module_and_every_shipped_file(wheel_names, checkout):
    modules = {f"archsim/{path.relative_to(checkout / 'archsim').as_posix()}"
               for path in (checkout / "archsim").rglob("*.py")}  # fmt: skip
    shipped = {
        f"archsim/data/{path.relative_to(checkout).as_posix()}"
        for folder in DATA
        for path in (checkout / folder).rglob("*")
        if path.is_file()
    }
    assert len(shipped) > 100
    schemas = {name for name in shipped if name.endswith(".schema.json")}
    assert {f"archsim/data/hw_configs/schemas/{kind}.schema.json" for kind in BUILTIN} < schemas
    assert modules | shipped | {"archsim/py.typed"} <= wheel_names


def test_the_wheel_has_nothing_else(wheel_names):
    rest = {name for name in wheel_names if not name.startswith("archsim/")}
    assert all(".dist-info/" in name for name in rest)
    assert any(name.endswith("LICENSE") for name in rest)
    assert not any("__pycache__" in name for name in wheel_names)


def test_the_source_distribution_alone_builds_the_same_wheel(distributions, wheel_of_sdist):
    def contents(path):
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}

    assert contents(wheel_of_sdist) == contents(distributions[0])


def test_the_installed_command_runs_outside_the_checkout(installed, run_program, tmp_path):
    command = ("run", "neupims", "gpt3-13b-sharegpt", "--json")
    result = json.loads(run_program(installed / "archsim", *command, cwd=tmp_path).stdout)
    assert result["latency_s"] > 0
    assert all(check["passed"] for check in result["checks"])
    assert list(tmp_path.iterdir()) == []


def test_the_installed_package_is_not_the_checkout(installed, run_program, tmp_path, checkout):
    code = "import archsim; print(archsim.__file__)"
    place = run_program(installed / "python", "-c", code, cwd=tmp_path).stdout
    assert place.startswith(str(installed.parent))
    assert not place.startswith(str(checkout))


@pytest.mark.parametrize("what", ["hardware", "workloads", "models", "architectures", "papers"])
def test_the_installed_command_lists_what_the_checkout_lists(
    installed, run_program, tmp_path, checkout, what
):
    import sys

    def names(program, *options):
        listed = run_program(program, *options, "list", what, "--json", cwd=tmp_path).stdout
        return [item["name"] for item in json.loads(listed)]

    ours = names(sys.executable, "-m", "archsim.cli")
    assert names(installed / "archsim") == ours
    assert ours


def test_the_family_is_found_through_its_entry_point(installed, run_program, tmp_path):
    code = (
        "from importlib.metadata import entry_points, version;"
        "(point,) = entry_points(group='archsim.architectures', name='npu_pim');"
        "print(point.load().kind, version('archsim'))"
    )
    found = run_program(installed / "python", "-c", code, cwd=tmp_path).stdout.split()
    version = run_program(installed / "archsim", "--version", cwd=tmp_path).stdout.split()
    assert found == ["npu_pim", version[1]]
