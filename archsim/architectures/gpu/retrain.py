"""Fits a card anew: ``python -m archsim.architectures.gpu.retrain FOLDER TARGET``.

FOLDER holds the measured tables (``h100_gemm.csv`` and its neighbours); TARGET gets the constants
(``constants.yaml``), the trees (``h100_sxm.npz``; ``h100_sxm_small.npz`` without the large products
that archsim measured itself) and the model card (``model_card.md``). Nothing in the package is
overwritten.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.architectures.gpu import calibration, model_card
from archsim.architectures.gpu.cards import load_card
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.residual import shipped_forest
from archsim.architectures.gpu.training import grow
from archsim.errors import InputError
from archsim.paths import is_file, is_folder

if TYPE_CHECKING:
    import pandas as pd

CARD = "h100_sxm"
FUSED = "archsim_h100_fused_mlp"
"""Small fused networks that archsim measured itself; the constants of ``fused_mlp`` are theirs."""
TIMES = ("h100_gemm", "h100_attention", "h100_stream", "h100_tiled", "h100_hashgrid", FUSED)
ENERGIES = ("h100_energy_2s", "h100_gemm_energy", "h100_tiled")
LAYERS = "h100_decode_layer"
OWN = ("archsim_h100_gemm", "archsim_h100_small_gemm", "archsim_h100_energy_2s")
"""Products that archsim measured itself: up to 200 times larger than those of ``h100_gemm``, and
of its sizes. The shipped trees have seen these two files, the trees of ``SMALL`` and constants of
times none."""
SMALL = f"{CARD}_small"
"""Trees grown on ``h100_gemm`` alone, which show what extrapolation is worth."""
DIGITS = 4


def read(folder: Path, name: str) -> pd.DataFrame:
    """Return a measured table.

    Raises:
        InputError: The file is not there.
    """
    import pandas as pd

    path = folder / f"{name}.csv"
    if not is_file(path):
        raise InputError(f"the measured table {str(path)!r} does not exist")
    return pd.read_csv(path, keep_default_na=False)


def fitted_card(folder: Path) -> GpuHardware:
    """Return the shipped card with every calibrated constant fitted anew."""
    import pandas as pd

    times = pd.concat([read(folder, name) for name in TIMES], ignore_index=True)
    energies = pd.concat([read(folder, name) for name in ENERGIES], ignore_index=True)
    return calibration.calibrate(load_card(CARD), times, energies)


def constants_yaml(gpu: GpuHardware) -> str:
    """Return the calibrated constants as the sections of a card's file."""
    lines: list[str] = []
    sections = {name: names for name, (names, _) in calibration.SECTIONS.items()}
    sections["power"] = (*calibration.POWER, *calibration.THREAD_POWER)
    for section, names in sections.items():
        lines.append(f"{section}:")
        for name in names:
            value = getattr(getattr(gpu, section), name)
            text = str(value) if isinstance(value, int) else f"{value:.{DIGITS}g}"
            mantissa, exponent, power = text.partition("e")
            if not isinstance(value, int) and "." not in mantissa:
                mantissa += ".0"
            lines.append(f"  {name}: {mantissa}{exponent}{power}")
    return "\n".join(lines) + "\n"


def card_page(folder: Path) -> str:
    """Return the model card of the shipped card against the tables of a folder."""
    import pandas as pd

    gpu = load_card(CARD)
    times = {name: read(folder, name) for name in (*TIMES, LAYERS)}
    others = {name: read(folder, name) for name in (*ENERGIES[:2], *OWN)}
    layers = {LAYERS: times[LAYERS]}
    energies = {name: others[name] for name in (*ENERGIES[:2], OWN[-1])}
    fitted = pd.concat([others[name] for name in ENERGIES[:2]], ignore_index=True)
    products = {name: {**times, **others}[name] for name in ("h100_gemm", *OWN[:-1])}
    seen = {**{name: times[name] for name in TIMES}, **{name: others[name] for name in OWN}}
    unseen = {name: table for name, table in others.items() if name not in OWN}
    sections = (
        ("Rows it was fitted to", model_card.shipped_lines(gpu, seen)),
        ("Rows no fit saw", model_card.shipped_lines(gpu, {**unseen, **layers})),
        (
            "Held-out shapes and sizes",
            [
                *model_card.held_out_lines(gpu, times["h100_gemm"]),
                *model_card.grown_lines(gpu, products, shipped_forest(SMALL)),
            ],
        ),
        (
            "Power and energy",
            [
                *model_card.energy_lines(gpu, {**energies, **layers}),
                model_card.power_folds_line(gpu, fitted),
            ],
        ),
    )
    rows = {name: len(table) for name, table in {**times, **others}.items()}
    return model_card.to_markdown(sections, rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, grow and write.

    Raises:
        InputError: A table is missing, or the target is no folder.
        MissingExtraError: scikit-learn is not installed.
    """
    import pandas as pd

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the measured tables")
    parser.add_argument("target", type=Path, help="existing folder for the results")
    chosen = parser.parse_args(arguments)
    if not is_folder(chosen.target):
        raise InputError(f"the target folder {str(chosen.target)!r} does not exist")
    gpu = fitted_card(chosen.folder)
    (chosen.target / "constants.yaml").write_text(constants_yaml(gpu), encoding="utf-8")
    products = [read(chosen.folder, name) for name in ("h100_gemm", *OWN[:-1])]
    card = load_card(CARD)
    grow(card, pd.concat(products, ignore_index=True)).save(chosen.target / f"{CARD}.npz")
    grow(card, products[0]).save(chosen.target / f"{SMALL}.npz")
    page = card_page(chosen.folder)
    (chosen.target / "model_card.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
