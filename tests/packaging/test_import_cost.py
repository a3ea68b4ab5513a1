"""Heavy packages are imported by what needs them, and by nothing else."""

import sys

import pytest

CORE = frozenset(
    {"numpy", "scipy", "pandas", "simpy", "numba", "pydantic", "yaml", "typer", "rich"}
)
EXTRAS = frozenset(
    {"matplotlib", "plotly", "jinja2", "torch", "ray", "sklearn", "onnx", "ortools", "optuna"}
)
"""Without pyarrow: pandas imports it by itself when it is installed."""

LOADED = "import sys; print(' '.join({name.partition('.')[0] for name in sys.modules}))"


@pytest.fixture
def loaded(run_program, tmp_path):
    """Return a function: the heavy packages that a program has imported when it ends."""

    def after(code):
        output = run_program(sys.executable, "-c", f"{code}\n{LOADED}", cwd=tmp_path).stdout
        return set(output.splitlines()[-1].split()) & (CORE | EXTRAS)

    return after


def test_importing_archsim_imports_nothing_heavy(loaded):
    assert loaded("import archsim") == set()


def test_asking_for_help_imports_no_science(loaded):
    code = "from archsim.cli.main import main; main(['--help'])"
    assert loaded(code) <= {"typer", "rich"}


def test_a_plain_run_needs_no_extra(loaded):
    code = (
        "from archsim.cli.main import main\n"
        "assert main(['run', 'neupims', 'gpt3-7b-alpaca', '--json']) == 0\n"
        "print()"
    )
    assert loaded(code).isdisjoint(EXTRAS | {"scipy", "numba"})


def test_a_package_that_is_imported_is_seen(loaded):
    assert loaded("import simpy") == {"simpy"}
