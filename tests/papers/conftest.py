"""The quick reproduction, measured once per test process."""

import pytest

from archsim.papers.neupims import PAPER


@pytest.fixture(scope="session")
def rows():
    return PAPER.run(True)
