"""``archsim.gpu``: functions of this family for people and for comparisons with its peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.gpu.cards import load_card, names
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.predicting import MODELS, predict_table
from archsim.architectures.gpu.table import read_table
from archsim.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd


def predict(kernels: pd.DataFrame, gpu: str | GpuHardware, *, model: str = "auto") -> pd.DataFrame:
    """Predict time and energy of one call of each kernel, caches warm.

    Args:
        kernels: Columns kernel, dtype, batch, m, n, k and, where a kernel needs options, extra:
            the layout of the measured tables. Further columns are ignored.
        gpu: Name of a shipped card, e.g. ``"h100_sxm"``, or a card of one's own.
        model: ``"physics"``; ``"hybrid"``, physics with the learned residual; or ``"auto"``,
            hybrid where the card ships a residual and physics elsewhere.

    Returns:
        Columns ``seconds`` and ``joules``, with the index of ``kernels``.

    Raises:
        InputError: A column, kernel, dtype, size, option, card or model is not allowed.
    """
    import pandas as pd

    if model not in MODELS:
        raise UnknownNameError("model", str(model), MODELS)
    card = gpu if isinstance(gpu, GpuHardware) else load_card(gpu)
    found = predict_table(card, read_table(kernels), model)
    joules = found.power_w * found.seconds
    return pd.DataFrame({"seconds": found.seconds, "joules": joules}, index=kernels.index)


__all__ = ["load_card", "names", "predict"]
