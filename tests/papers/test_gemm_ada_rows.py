"""The study of GEMM on an Ada card: its protocol, the honest one, and the tile sizes."""

from pathlib import Path

import pytest

from archsim.papers.base import rows_to_csv
from archsim.papers.gemm_ada import NAME, PAPER, tiles
from archsim.papers.gemm_ada.published import PUBLISHED, TEXTBOOK_S, TEXTBOOK_W

COMMITTED = Path(__file__).parents[2] / "reports" / NAME


@pytest.fixture(scope="module")
def found():
    return PAPER.run(True)


def value(rows, item, configuration=""):
    (row,) = [row for row in rows if row.item == item and configuration in row.configuration]
    return row.measured


def test_the_random_split_cannot_tell_a_model_from_a_look_up_table(found):
    table = value(found, "runtime of a look-up table: R2")
    forest = value(found, "runtime of the study's forest: R2", "random 80/20")
    unseen = value(found, "runtime of the study's forest: R2", "one fold only")
    assert table >= 0.98
    assert forest >= 0.98
    assert unseen < 0.9


def test_unseen_shapes_and_sizes_are_what_physics_is_for(found):
    for where in ("unseen shapes", "the largest 20% by work"):
        hybrid = value(found, "runtime of archsim, hybrid: mean error", where)
        physics = value(found, "runtime of archsim, physics: mean error", where)
        assert hybrid <= 0.09
        assert physics <= 0.155
    recipe = value(found, "runtime of the study's recipe: mean error", "unseen shapes")
    assert recipe > 4 * value(found, "runtime of archsim, hybrid: mean error", "unseen shapes")


def test_every_published_figure_has_a_row_and_none_is_its_own_measurement(found):
    published = {row.published for row in found if row.published is not None}
    stated = {figure.value for figure in PUBLISHED.values()}
    assert published == stated | set(TEXTBOOK_S.values()) | set(TEXTBOOK_W.values())
    # The best tile is a whole number, so it alone may be met exactly.
    assert [row.item for row in found if row.published == row.measured] == ["best tile"]


@pytest.mark.parametrize(
    ("card", "best"),
    [("rtx_4070", 16), ("rtx_4090", 16), ("rtx_3090", 16), ("h100_sxm", 32), ("a100_80gb", 32)],
)
def test_the_best_tile_follows_from_thread_slots_alone(card, best):
    assert int(tiles.textbook(card)["seconds"].idxmin()) == best


def test_the_committed_report_is_current(found):
    again = "run: archsim reproduce gemm-ada --output reports"
    assert (COMMITTED / f"{NAME}.csv").read_text(encoding="utf-8") == rows_to_csv(found), again
