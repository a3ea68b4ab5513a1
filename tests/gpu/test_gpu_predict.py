"""The public function: layout, bad input, and limits that hold for every kernel."""

import numpy as np
import pandas as pd
import pytest

import archsim
from archsim.errors import InputError

CARD = "h100_sxm"


def frame(**columns):
    row = {"kernel": "gemm", "dtype": "fp16", "batch": 1, "m": 512, "n": 512, "k": 512, "extra": ""}
    return pd.DataFrame([{**row, **columns}])


def test_the_result_keeps_the_rows_of_the_table():
    kernels = pd.concat([frame(m=size) for size in (64, 128, 4096)], ignore_index=True)
    kernels.index = [7, 3, 5]
    found = archsim.gpu.predict(kernels, CARD)
    assert list(found.columns) == ["seconds", "joules"]
    assert list(found.index) == [7, 3, 5]
    assert np.all(found.to_numpy() > 0.0)
    assert found.seconds.is_monotonic_increasing


def test_predictions_do_not_depend_on_the_other_rows():
    kernels = pd.concat(
        [
            frame(),
            frame(kernel="copy", m=4096, n=1, k=1),
            frame(kernel="sdpa", batch=4, m=32, n=1024, k=128, extra="heads=32;requests=4"),
            frame(kernel="tiled", dtype="fp32", extra="tile=16"),
        ],
        ignore_index=True,
    )
    whole = archsim.gpu.predict(kernels, CARD)
    for row in range(len(kernels)):
        alone = archsim.gpu.predict(kernels.iloc[[row]], CARD)
        pd.testing.assert_frame_equal(alone, whole.iloc[[row]])


BAD = [
    (frame(dtype="fp8"), CARD, "auto", "unknown dtype, found 'fp8'"),
    (frame(dtype="fp61"), CARD, "auto", "did you mean fp16?"),
    (frame(kernel="gem"), CARD, "auto", "did you mean gemm?"),
    (frame(kernel="sdpa", dtype="fp32"), CARD, "auto", "not modelled for this dtype"),
    (frame(m=0), CARD, "auto", "column 'm' in row 0, found 0"),
    (frame(n=-4), CARD, "auto", "column 'n' in row 0, found -4"),
    (frame(k=1.5), CARD, "auto", "column 'k' in row 0, found 1.5"),
    (frame(batch=float("nan")), CARD, "auto", "column 'batch' in row 0, found nan"),
    (frame(m="64"), CARD, "auto", "column 'm', found values of type"),
    (frame(m=2**39, n=2**39, k=2**39), CARD, "auto", "batch x m x n x k of a kernel"),
    (frame().drop(columns="dtype"), CARD, "auto", "lack the column 'dtype'"),
    (frame().rename(columns={"batch": "batches"}), CARD, "auto", "did you mean 'batches'?"),
    ([1, 2], CARD, "auto", "kernels must be a data frame"),
    (frame(), "h100", "auto", "did you mean h100_sxm?"),
    (frame(), CARD, "magic", "unknown model, found 'magic'"),
    (frame(kernel="tiled", dtype="fp32"), CARD, "auto", "needs tile=... in the column extra"),
    (frame(kernel="tiled", dtype="fp32", extra="tile=64"), CARD, "auto", "1 to 32"),
    (frame(kernel="tiled", dtype="fp32", extra="tile=x"), CARD, "auto", "a whole number"),
    (frame(kernel="tiled", dtype="fp32", extra="16"), CARD, "auto", "key=value pairs"),
    (frame(kernel="gemv_qk", m=2), CARD, "auto", "1 (one row per instance)"),
    (
        frame(kernel="encode3d", m=8, n=14, k=2, extra="order=sorted;growth=2.0"),
        CARD,
        "auto",
        "random, rays",
    ),
    (
        frame(kernel="encode3d", m=8, n=14, k=2, extra="order=rays;growth=-1"),
        CARD,
        "auto",
        "a number from 1 to 16",
    ),
    (
        frame(kernel="encode3d", m=8, n=60, k=2, extra="order=rays;growth=2"),
        CARD,
        "auto",
        "1 to 32",
    ),
]


@pytest.mark.parametrize(("kernels", "gpu", "model", "sentence"), BAD)
def test_bad_input_is_one_clear_sentence(kernels, gpu, model, sentence):
    with pytest.raises(InputError) as caught:
        archsim.gpu.predict(kernels, gpu, model=model)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
