from __future__ import annotations

import os
from pathlib import Path

import pytest

from archsim.errors import InputError
from archsim.workload.length_csv import MAX_ROWS, read_request_csv


def write(folder: Path, content: bytes) -> Path:
    path = folder / "requests.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "tokens", "channels"),
    [
        (b"seq_len\n5\n7\n", (5, 7), None),
        (b"seq_len,ch_idx\n5,0\n7,31\n", (5, 7), (0, 31)),
        (b"\xef\xbb\xbfseq_len, ch_idx\r\n 5 , 0\r\n7,1\r\n\r\n\n", (5, 7), (0, 1)),
        (b"seq_len\n5", (5,), None),
    ],
)
def test_good_files(
    tmp_path: Path, content: bytes, tokens: tuple[int, ...], channels: tuple[int, ...] | None
) -> None:
    rows = read_request_csv(write(tmp_path, content))
    assert rows.tokens == tokens
    assert rows.channels == channels


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the request list has no requests"),
        (b"\n\n", "the request list has no requests"),
        (b"seq_len\n", "the request list has no requests"),
        (b"5\n7\n", "requests.csv:1: the first line must name the columns, found '5'"),
        (b"seqlen\n5\n", "did you mean seq_len?"),
        (b"ch_idx,seq_len\n0,5\n", "allowed: 'seq_len' or 'seq_len,ch_idx'"),
        (b"seq_len\n5\n0\n", "requests.csv:3: seq_len is not a whole number in range, found '0'"),
        (b"seq_len\n-5\n", "found '-5'; allowed: 1 to 4194304"),
        (b"seq_len\n5.0\n", "requests.csv:2: seq_len is not a whole number in range, found '5.0'"),
        (b"seq_len\n1e3\n", "found '1e3'"),
        (b"seq_len\nnan\n", "found 'nan'"),
        (b"seq_len\n1_000\n", "found '1_000'"),
        ("seq_len\n\u0663\n".encode(), "seq_len is not a whole number in range"),
        (b"seq_len\n" + b"9" * 400 + b"\n", "seq_len is not a whole number in range"),
        (b"seq_len,ch_idx\n5\n", "requests.csv:2: wrong number of columns, found 1; allowed: 2"),
        (b"seq_len\n5,1\n", "wrong number of columns, found 2; allowed: 1"),
        (b"seq_len,ch_idx\n5,-1\n", "ch_idx is not a whole number in range, found '-1'"),
        (b"seq_len,ch_idx\n5,\n", "ch_idx is not a whole number in range, found ''"),
        (b"seq_len\n5\n\n7\n", "requests.csv:3: blank line between requests"),
        (b"seq_len\n\xff\xfe\n", "is not UTF-8 text"),
        (b"seq_len\n" + b"1" * 5000, "requests.csv:2: line is longer than 1000 characters"),
        (b"\0\0\0\n", "the first line must name the columns"),
    ],
)
def test_bad_files_are_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        read_request_csv(write(tmp_path, content))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_too_many_rows(tmp_path: Path) -> None:
    path = write(tmp_path, b"seq_len\n" + b"1\n" * (MAX_ROWS + 1))
    with pytest.raises(InputError, match=f":{MAX_ROWS + 2}: more than {MAX_ROWS} requests"):
        read_request_csv(path)


def test_absent_file_folder_and_pipe(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the request list does not exist, found .*missing.csv"):
        read_request_csv(tmp_path / "missing.csv")
    with pytest.raises(InputError, match="is not a regular file"):
        read_request_csv(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="is not a regular file"):
        read_request_csv(pipe)
