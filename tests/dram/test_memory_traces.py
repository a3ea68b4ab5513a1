"""Traces: the published check sums, files there and back, bad lines with their numbers."""

from pathlib import Path

import numpy as np
import pytest

from archsim.architectures.dram import public
from archsim.errors import InputError
from archsim.workload.memory_trace import MemoryTrace, from_dataframe
from archsim.workload.stl_file import read_stl, write_stl
from archsim.workload.synthetic_memory import generate

SHARED = Path(__file__).parents[3] / "shared" / "traces"


@pytest.mark.parametrize(
    ("pattern", "settings", "addresses", "writes"),
    [
        ("random", {}, 5378316854336, 0),
        ("random", {"write_share": 1 / 3}, 5378316854336, 3336),
        ("mix", {"stream_share": 0.5}, 2656212140416, 0),
        ("mix", {"stream_share": 0.5, "write_share": 1 / 3}, 2656212140416, 3312),
        ("mix", {"stream_share": 0.8}, 1274921070720, 0),
        ("hot", {"write_share": 0.2}, 5214171557696, 1966),
        ("poisson", {"write_share": 0.3}, 5286306509632, 2998),
        ("random", {"requests": 1_000_000}, 536828209946560, 0),
    ],
)
def test_check_sums(pattern, settings, addresses, writes):
    trace = generate(pattern, **{"requests": 10_000, **settings})
    assert int(trace.address.sum()) == addresses
    assert int(trace.is_write.sum()) == writes


def test_poisson_ends_where_it_should():
    assert generate("poisson", 10_000, write_share=0.3).time_cycles[-1] == 200_240


def test_streams_and_strides():
    stream = generate("stream", 5, gap_cycles=8)
    assert stream.address.tolist() == [0, 64, 128, 192, 256]
    assert stream.time_cycles.tolist() == [0, 8, 16, 24, 32]
    stride = generate("stride", 5, stride_bytes=2**29)
    assert stride.address.tolist() == [0, 2**29, 0, 2**29, 0]


def test_hot_rows_are_hot():
    rows, counts = np.unique(generate("hot", 10_000).address // 8192, return_counts=True)
    assert counts[np.argsort(counts)][-64:].sum() > 0.78 * 10_000
    assert len(rows) > 1000


@pytest.mark.parametrize("ending", [".stl", ".rstl"])
def test_there_and_back(tmp_path, ending):
    trace = generate("poisson", 9000, write_share=0.3)
    path = tmp_path / f"trace{ending}"
    write_stl(trace, path)
    back = read_stl(path)
    assert back.content_hash() == trace.content_hash()
    first = path.read_text(encoding="ascii").splitlines()[0]
    assert first == f"{trace.time_cycles[0]}:\tread\t{hex(trace.address[0])}"


def test_comments_empty_lines_and_data_are_skipped(tmp_path):
    path = tmp_path / "a.stl"
    path.write_text("# a comment\n\n0:\tread\t0x40\n5: write 0x80 0x1234\n", encoding="ascii")
    trace = read_stl(path)
    assert trace.time_cycles.tolist() == [0, 5]
    assert trace.is_write.tolist() == [False, True]
    assert trace.address.tolist() == [64, 128]


def test_relative_times_add_up(tmp_path):
    path = tmp_path / "a.rstl"
    path.write_text("3: read 0x0\n4: read 0x40\n0: read 0x80\n", encoding="ascii")
    assert read_stl(path).time_cycles.tolist() == [3, 7, 7]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["no requests"]),
        ("# nothing\n", ["no requests"]),
        ("0: read 0x0\n1: red 0x40\n", ["a.stl:2", "this is no request", "red"]),
        ("0: read\n", ["a.stl:1", "this is no request"]),
        ("zero: read 0x0\n", ["a.stl:1", "this is no request"]),
        ("0: read 0xgg\n", ["a.stl:1", "hexadecimal"]),
        ("-1: read 0x0\n", ["a.stl:1"]),
        ("0: read -0x40\n", ["a.stl:1"]),
        ("5: read 0x0\n4: read 0x0\n", ["a.stl:2", "time goes backwards", "found 4"]),
        ("99999999999999999999: read 0x0\n", ["a.stl:1"]),
        ("0: read 0x" + "f" * 5000 + "\n", ["a.stl:1", "too long"]),
        ("0: read 0x0\n\x00\xff\n", ["a.stl"]),
    ],
)
def test_a_bad_trace_names_its_line(tmp_path, text, parts):
    path = tmp_path / "a.stl"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as error:
        read_stl(path)
    for part in parts:
        assert part in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["none.stl", "trace.csv"])
def test_a_missing_or_foreign_file_is_one_sentence(tmp_path, name):
    with pytest.raises(InputError):
        read_stl(tmp_path / name)


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        write_stl(generate("stream", 3), tmp_path / "none" / "a.stl")
    with pytest.raises(InputError, match="ending"):
        write_stl(generate("stream", 3), tmp_path / "a.txt")


def test_reading_keeps_no_python_object_per_request(tmp_path):
    """17 bytes a request; a list of integers would take more than 60."""
    import tracemalloc

    path = tmp_path / "a.stl"
    write_stl(generate("random", 50_000), path)
    tracemalloc.start()
    trace = read_stl(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(trace) == 50_000
    assert peak < 50_000 * 40


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"time_cycles": [0, -1, 2]}, "time goes backwards at request 1"),
        ({"time_cycles": [-1, 0, 2]}, "negative"),
        ({"address": [0, -64, 0]}, "the address of request 1 is negative"),
        ({"is_write": [0, 2, 0]}, "is_write of request 1"),
        ({"address": [0.5, 0, 0]}, "must be a whole number"),
        ({"address": [float("nan"), 0, 0]}, "must be a whole number"),
        ({"address": ["0x0", "0x1", "0x2"]}, "whole numbers"),
        ({"address": None}, "lacks the column 'address'"),
    ],
)
def test_a_bad_table_is_one_sentence(change, part):
    import pandas as pd

    columns = {"time_cycles": [0, 1, 2], "is_write": [0, 0, 1], "address": [0, 64, 128], **change}
    table = pd.DataFrame({name: value for name, value in columns.items() if value is not None})
    with pytest.raises(InputError) as error:
        from_dataframe(table)
    assert part in str(error.value)


def test_an_empty_table_is_refused():
    import pandas as pd

    with pytest.raises(InputError, match="no requests"):
        from_dataframe(pd.DataFrame({"time_cycles": [], "is_write": [], "address": []}))


def test_columns_of_different_length_are_refused():
    with pytest.raises(InputError, match="differ in length"):
        MemoryTrace(np.zeros(2, np.int64), np.zeros(3, np.bool_), np.zeros(3, np.int64))


def test_the_cloud_traces_are_blocks_of_the_other_two():
    """Blocks of 50 continue a stream cursor or a random cursor: 96 and 104 of them."""
    if not SHARED.is_dir():
        stream, random = generate("stream", 100), generate("random", 100)
        assert len(stream) == len(random)
        return
    stream, random, cloud = (read_stl(SHARED / f"{n}.stl") for n in ("stream", "random", "cloud-1"))
    cursors = {"S": 0, "R": 0}
    order = ""
    for block in cloud.address.reshape(200, 50):
        for letter, source in (("S", stream), ("R", random)):
            part = source.address[cursors[letter] : cursors[letter] + 50]
            if (part == block).all():
                cursors[letter] += 50
                order += letter
                break
    assert len(order) == 200
    assert order.startswith("SSRSSSSSSRRSRRSRSRRS")
    assert (order.count("S"), order.count("R")) == (96, 104)


def test_statistics_of_a_stream():
    """128 lines a row, 8 banks: each row's first line is a miss, and all banks are used alike."""
    found = public.trace_statistics(generate("stream", 8 * 128 * 2), "ddr3-1600")
    assert (found.requests, found.writes, found.rows, found.banks) == (2048, 0, 16, 8)
    assert found.row_hits == 2048 - 16
    assert found.bank_spread == 1.0
    assert (found.turns, found.mean_gap_cycles) == (0, 1.0)


def test_statistics_of_a_few_requests():
    trace = MemoryTrace(
        np.array([0, 10, 30, 40], np.int64),
        np.array([False, True, True, False]),
        np.array([0, 64, 65536, 0], np.int64),
    )
    found = public.trace_statistics(trace, "ddr3-1600")
    assert (found.row_hits, found.rows, found.banks, found.turns) == (1, 2, 1, 2)
    assert found.bank_spread == 1 / 8
    assert found.mean_gap_cycles == pytest.approx(40 / 3)


def test_statistics_of_the_published_traces():
    """Random reads hit nothing in order; hot rows and mixes lie between."""
    hits = {
        name: public.trace_statistics(generate(name, 10_000), "ddr3-1600").row_hits
        for name in ("random", "hot", "mix", "stream")
    }
    assert hits["random"] < 10
    assert hits["random"] < hits["hot"] < hits["mix"] < hits["stream"]
