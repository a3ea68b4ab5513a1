"""The reproduction of NASAIC: areas, arithmetic, flows; complete rows and a current report."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from archsim.papers.base import VERDICTS, Row
from archsim.papers.nasaic import PAPER, areas
from archsim.papers.nasaic.accuracy import accuracy
from archsim.papers.nasaic.evaluate import Cost, area_um2, cost
from archsim.papers.nasaic.published import (
    BANDWIDTH_BUDGET,
    DESIGNS,
    PE_BUDGET,
    SPECIFICATIONS,
    design,
)
from archsim.papers.nasaic.search import HardwareSpace, search, worst_case
from archsim.papers.nasaic.spaces import CIFAR, STL, WORKLOADS, tasks_of_both

COMMITTED = Path(__file__).parents[2] / "reports" / "nasaic"


@pytest.fixture(scope="module")
def nasaic_rows() -> list[Row]:
    return PAPER.run(True)


def test_every_row_is_complete(nasaic_rows: list[Row]) -> None:
    keys = {(row.item, row.configuration) for row in nasaic_rows}
    assert len(keys) == len(nasaic_rows)
    for row in nasaic_rows:
        assert row.paper == "nasaic"
        assert row.verdict in VERDICTS
        assert math.isfinite(row.measured)
        assert row.certainty in ("", "primary", "recalled")


def test_six_areas_and_the_headlines_are_reproduced() -> None:
    rows = areas.rows()
    assert sum(row.item == "area, um2" for row in rows) == 6
    assert [row.verdict for row in rows] == ["reproduced"] * 10


def test_networks_first_misses_and_together_keeps_the_specifications(
    nasaic_rows: list[Row],
) -> None:
    for item in (
        "NAS->ASIC misses a specification (1: yes)",
        "joint search keeps all specifications (1: yes)",
    ):
        found = [row for row in nasaic_rows if row.item == item]
        assert [row.measured for row in found] == [1.0, 1.0, 1.0]


def test_the_report_says_that_nothing_was_trained_and_is_current(
    nasaic_rows: list[Row], tmp_path: Path
) -> None:
    for path in PAPER.write(nasaic_rows, tmp_path):
        assert path.read_bytes() == (COMMITTED / path.name).read_bytes(), path.name
    assert "No network is trained" in (COMMITTED / "nasaic.md").read_text()


def test_the_recalled_network_costs_what_an_independent_run_of_the_rules_gave() -> None:
    """5.1e5 cycles and 2.2e9 nJ on dla,2112,48; 5.0e6 and 3.9e9 on shi,1984,16."""
    tasks = tasks_of_both((CIFAR,), (CIFAR.largest,))
    for chip, cycles, energy in (
        ((("dla", 2112, 48),), 5.1e5, 2.2e9),
        ((("shi", 1984, 16),), 5.0e6, 3.9e9),
    ):
        found = cost(tasks, chip, SPECIFICATIONS["W1"])
        assert found.cycles == pytest.approx(cycles, rel=0.02)
        assert found.energy_nj == pytest.approx(energy, rel=0.02)


def test_published_designs_keep_the_budgets() -> None:
    for each in DESIGNS:
        assert sum(pes for _, pes, _ in each.accelerators) <= PE_BUDGET
        assert sum(width for _, _, width in each.accelerators) <= BANDWIDTH_BUDGET
    assert design("W2", "NASAIC").cycles == 6.48e5


@pytest.mark.parametrize("space", [HardwareSpace(), HardwareSpace(2, True), HardwareSpace(1)])
def test_every_choice_of_hardware_keeps_the_budgets(space: HardwareSpace) -> None:
    last = [count - 1 for count in space.genes]
    for genes in ([0] * len(last), last, [count // 2 for count in last]):
        chip = space.chip(genes)
        assert sum(pes for _, pes, _ in chip) <= PE_BUDGET
        assert sum(width for _, _, width in chip) <= BANDWIDTH_BUDGET
        assert min(pes for _, pes, _ in chip) >= 64
        assert all(pes % 32 == 0 and width % 8 == 0 for _, pes, width in chip)


def test_penalties_count_only_what_is_missed() -> None:
    spec, bound = SPECIFICATIONS["W1"], Cost(16e5, 4e9, 8e9)
    assert Cost(8e5, 2e9, 4e9).penalty(spec, bound) == 0.0
    assert Cost(12e5, 1e9, 1e9).penalty(spec, bound) == pytest.approx(0.5)
    assert Cost(16e5, 4e9, 8e9).penalty(spec, bound) == pytest.approx(3.0)
    assert Cost(9e5, 1e9, 1e9).broken(spec) == 1


def test_a_chip_that_cannot_run_a_layer_costs_infinitely_much() -> None:
    """Maps of 6 x 6 padded to 8 have no cycles on ``shi`` in MAESTRO's rules; ``dla`` helps."""
    tasks = tasks_of_both((STL,), (STL.largest,))
    alone = cost(tasks, (("shi", 512, 8),), SPECIFICATIONS["W2"])
    beside = cost(tasks, (("shi", 512, 8), ("dla", 512, 8)), SPECIFICATIONS["W2"])
    assert math.isinf(alone.cycles)
    assert alone.area_um2 == area_um2((("shi", 512, 8),))
    assert math.isfinite(beside.cycles)
    assert math.isfinite(beside.energy_nj)


def test_the_surrogate_rises_from_the_smallest_to_the_largest() -> None:
    values = [
        accuracy(CIFAR, choice) for choice in (CIFAR.smallest, (1, 1, 1, 1, 1, 1, 1), CIFAR.largest)
    ]
    assert values[0] == pytest.approx(CIFAR.lowest)
    assert values[-1] == pytest.approx(CIFAR.highest)
    assert values == sorted(values)


def test_equal_seeds_give_equal_designs() -> None:
    spaces, spec = WORKLOADS["W3"], SPECIFICATIONS["W3"]
    bound, _ = worst_case(spaces, spec, HardwareSpace(), 20, 1)
    first, second = (search(spaces, spec, bound, HardwareSpace(), 3, 5) for _ in range(2))
    assert first == second
    assert first.evaluations == 33
