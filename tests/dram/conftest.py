"""What the tests of the DRAM family share: devices, and the runs of its peer."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from archsim.architectures.dram import public


@pytest.fixture(scope="session")
def peer():
    """The runs of DRAMSys 4.0, their traces and their controllers."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("peer_runs.py"))))


@pytest.fixture(scope="session")
def ddr3():
    return public.load_device("ddr3-1600")


@pytest.fixture(scope="session")
def ddr4():
    return public.load_device("ddr4-2400")


@pytest.fixture(scope="session")
def hbm2():
    return public.load_device("hbm2-pc")
