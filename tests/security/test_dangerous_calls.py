"""No module of the package runs text, starts a shell or builds objects from data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "archsim"
MODULES = sorted(PACKAGE.rglob("*.py"))
BUILT_IN = {"eval", "exec", "compile", "__import__"}
MODULE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle"}
CALLS = {
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "yaml.load",
    "yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "torch.load", "pd.read_pickle",
    "pandas.read_pickle", "tempfile.mktemp",
}  # fmt: skip


def dangers(source: str) -> list[str]:
    """Return what is dangerous in a module, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        name = ""
        if isinstance(node, ast.Import):
            name = next((item.name for item in node.names if _top(item.name) in MODULE), "")
        elif isinstance(node, ast.ImportFrom) and _top(node.module or "") in MODULE:
            name = str(node.module)
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in BUILT_IN | CALLS or called.endswith((".to_pickle", ".read_pickle")):
                name = called
            for keyword in node.keywords:
                harmless = isinstance(keyword.value, ast.Constant) and not keyword.value.value
                if keyword.arg in ("shell", "allow_pickle") and not harmless:
                    name = f"{called}({keyword.arg}=...)"
        if name:
            found.append(f"line {node.lineno}: {name}")
    return found


def _top(module: str) -> str:
    return module.partition(".")[0]


def test_no_module_does_anything_dangerous():
    assert len(MODULES) > 300
    wrong = {
        str(path.relative_to(PACKAGE)): found
        for path in MODULES
        if (found := dangers(path.read_text(encoding="utf-8")))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')", "exec(text)", "import pickle", "from pickle import loads",
        "import dill.source",
        "os.system('ls')", "subprocess.run('ls', shell=True)", "subprocess.run(x, shell=flag)",
        "yaml.load(text)", "yaml.load(text, Loader=yaml.Loader)", "np.load(p, allow_pickle=True)",
        "frame.to_pickle('x')", "torch.load('x')", "__import__(name)",
    ],
)  # fmt: skip
def test_every_danger_is_seen(source):
    assert len(dangers(source)) == 1


@pytest.mark.parametrize(
    "source",
    ["yaml.safe_load(x)", "np.load(p, allow_pickle=False)", "re.compile('x')", "model.eval()"],
)
def test_what_is_harmless_is_not_seen(source):
    assert dangers(source) == []


def test_no_module_switches_the_rules_off():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert "ruff: noqa" not in text, path
        for line in text.splitlines():
            mark = line.partition("# noqa")[2]
            assert not mark or mark.startswith(": "), f"{path}: a bare noqa"
