"""The learned residual: trees as data, the same as the library that grew them, and its limits."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import archsim
from archsim.architectures.gpu import retrain
from archsim.architectures.gpu.calibration import SECTIONS, fit_times
from archsim.architectures.gpu.cards import load_card
from archsim.architectures.gpu.physics import gemm_plan
from archsim.architectures.gpu.residual import (
    CLIP,
    FEATURES,
    correct_products,
    features_of,
    read_forest,
    shipped_forest,
)
from archsim.architectures.gpu.table import read_table
from archsim.architectures.gpu.training import flatten, grow, shape_folds
from archsim.errors import ArchsimError, InputError, UnsupportedError

ORACLES = Path(__file__).parent.parent / "oracles"
H100 = load_card("h100_sxm")


@pytest.fixture(scope="module")
def products():
    return pd.read_csv(ORACLES / "h100_gemm.csv", keep_default_na=False)


def test_flat_trees_give_what_the_library_gives():
    from sklearn.ensemble import HistGradientBoostingRegressor

    random = np.random.default_rng(0)
    features = random.normal(size=(600, len(FEATURES)))
    target = features[:, 0] * features[:, 1] + np.sin(3 * features[:, 2])
    model = HistGradientBoostingRegressor(max_iter=30, max_leaf_nodes=12, random_state=0)
    model.fit(features[:400], target[:400])
    forest = flatten(model, 1.0)
    assert np.allclose(forest.evaluate(features), model.predict(features), rtol=0, atol=1e-12)


def test_a_forest_survives_its_file(tmp_path, products):
    forest = grow(H100, products.iloc[:300], trees=5)
    forest.save(tmp_path / "trees.npz")
    again = read_forest(tmp_path / "trees.npz")
    table = read_table(products.iloc[:50])
    features = features_of(H100, table, gemm_plan(H100, table))
    assert features.shape == (50, len(FEATURES))
    assert np.array_equal(forest.evaluate(features), again.evaluate(features))
    assert again.largest_flops == forest.largest_flops


def test_files_that_are_no_forest_are_refused(tmp_path):
    forest = shipped_forest("h100_sxm")
    arrays = {name: getattr(forest, name) for name in vars(forest)}
    for change in (
        {"child": np.zeros_like(forest.child)},
        {"child": forest.child + 10**6},
        {"feature": forest.feature + 1000},
        {"roots": forest.roots - 1},
        {"value": forest.value[:-1]},
        {"depths": forest.depths[:-1]},
    ):
        np.savez(tmp_path / "bad.npz", **{**arrays, **change})
        with pytest.raises(ArchsimError, match="indices outside its trees"):
            read_forest(tmp_path / "bad.npz")
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("text.npz", "missing.npz"):
        with pytest.raises(ArchsimError, match="cannot be read"):
            read_forest(tmp_path / name)
    np.savez(tmp_path / "objects.npz", **{**arrays, "roots": np.array([{}], dtype=object)})
    with pytest.raises(ArchsimError, match="cannot be read"):
        read_forest(tmp_path / "objects.npz")


def test_the_correction_is_clipped_and_fades_beyond_the_training_rows():
    sizes = [64, 512, 2048, 8192, 32768, 131072]
    table = read_table(
        pd.DataFrame(
            {"kernel": "gemm", "dtype": "fp16", "batch": 1, "m": sizes, "n": sizes, "k": sizes}
        )
    )
    plan = gemm_plan(H100, table)
    moved = np.abs(np.log(correct_products(H100, table, plan) / plan.seconds))
    beyond = np.log10(np.maximum(2.0 * table.volume() / 2.4e10, 1.0))
    assert np.all(moved <= CLIP / (1.0 + 0.95 * beyond))


def test_prediction_needs_no_learning_library():
    program = (
        "import sys, archsim, pandas as pd\n"
        "row = {'kernel': 'gemm', 'dtype': 'fp16', 'batch': 1, 'm': 64, 'n': 64, 'k': 64}\n"
        "archsim.gpu.predict(pd.DataFrame([row]), 'h100_sxm', model='hybrid')\n"
        "assert 'sklearn' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603  # our own program


def test_only_calibrated_cards_have_a_hybrid():
    row = {"kernel": "gemm", "dtype": "fp16", "batch": 1, "m": 64, "n": 64, "k": 64}
    with pytest.raises(UnsupportedError, match="ships no learned residual"):
        archsim.gpu.predict(pd.DataFrame([row]), "rtx_4070", model="hybrid")


def test_a_changed_design_is_predicted_by_physics_alone():
    row = pd.DataFrame(
        [{"kernel": "gemm", "dtype": "fp16", "batch": 1, "m": 640, "n": 640, "k": 640}]
    )
    changed = archsim.load_hardware("h100_sxm", overrides={"chip.sms": 131})
    auto, physics = (archsim.gpu.predict(row, changed, model=m) for m in ("auto", "physics"))
    assert auto.equals(physics)
    with pytest.raises(UnsupportedError, match="differs from the measured card"):
        archsim.gpu.predict(row, changed, model="hybrid")
    renamed = archsim.load_hardware("h100_sxm", overrides={"power.base_w": 150.0})
    hybrid = archsim.gpu.predict(row, renamed, model="hybrid")
    assert hybrid.seconds[0] != archsim.gpu.predict(row, renamed, model="physics").seconds[0]


def test_folds_never_share_a_shape(products):
    folds = shape_folds(products)
    assert set(folds) == set(range(5))
    together = products.assign(fold=folds).groupby(["m", "n", "k"])["fold"].nunique()
    assert together.max() == 1


@pytest.mark.parametrize("section", ["attention", "streaming", "tiled", "hash_grid", "fused_mlp"])
def test_fitting_again_changes_little(section):
    """The shipped constants are where the shipped fit ends: another fit gains next to nothing."""
    files = {"attention": "h100_attention", "streaming": "h100_stream", "tiled": "h100_tiled",
             "hash_grid": "h100_hashgrid", "fused_mlp": "archsim_h100_fused_mlp"}  # fmt: skip
    rows = pd.read_csv(ORACLES / f"{files[section]}.csv", keep_default_na=False)
    card = fit_times(H100, rows, section)
    for name in SECTIONS[section][0]:
        before, after = (getattr(getattr(gpu, section), name) for gpu in (H100, card))
        assert after == pytest.approx(before, rel=0.02), name


def test_constants_stay_within_what_a_card_may_say():
    """At most 15 constants of matrix products, each marked as calibrated."""
    from archsim.config import constants

    found = {item.key: item.certainty for item in constants(H100)}
    fitted = [f"matmul.{name}" for name in SECTIONS["matmul"][0]]
    assert len(fitted) <= 15
    assert {found[key] for key in fitted} == {"calibrated"}


def test_the_script_says_what_is_missing(tmp_path):
    with pytest.raises(InputError, match=r"h100_gemm\.csv' does not exist"):
        retrain.main([str(tmp_path), str(tmp_path)])
    with pytest.raises(InputError, match="the target folder"):
        retrain.main([str(ORACLES), str(tmp_path / "nowhere")])


def test_the_model_card_is_current():
    from archsim.architectures.gpu import model_card

    page = (Path(__file__).parents[2] / "reports" / "gpu" / "model_card.md").read_text("utf-8")
    tables = {name: retrain.read(ORACLES, name) for name in (*retrain.TIMES, *retrain.OWN)}
    lines = model_card.shipped_lines(H100, tables)
    shown = model_card.to_markdown([("", lines)], {}).splitlines()
    missing = [line for line in shown if line.startswith("| ") and line not in page]
    assert missing == [], "run: python -m archsim.architectures.gpu.retrain tests/oracles TARGET"
