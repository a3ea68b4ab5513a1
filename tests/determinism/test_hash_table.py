"""Equal runs give equal bytes: in another process, with any hash seed, with any workers."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archsim.architectures import registry

SCRIPT = Path(__file__).with_name("table.py")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def table():
    spec = importlib.util.spec_from_file_location("determinism_table", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def here(table):
    return table.runs() | {"dram, one trace under four controllers": table.dram_batch()}


def test_the_table_has_every_family_in_both_fidelities(here):
    for kind in registry.BUILTIN:
        for fidelity in ("analytic", "event"):
            assert any(key.startswith(kind) and key.endswith(fidelity) for key in here)
    assert len(set(here.values())) == len(here)


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_another_process_gives_the_same_table(here, hash_seed):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", str(SCRIPT), "--fast"],
        capture_output=True, text=True, timeout=300, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == here


def test_workers_change_no_table(table):
    assert table.sweep(1) == table.sweep(2)


def test_the_hash_notices_the_last_bit(table):
    assert table.digest([0.1 + 0.2]) != table.digest([0.3])
    assert table.digest({"a": 1, "b": 2}) == table.digest({"b": 2, "a": 1})
