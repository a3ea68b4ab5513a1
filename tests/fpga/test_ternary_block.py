"""The closed form of a block: hand-computed cycles, published checks, knee, limits, properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.fpga.matvec import Feed, product_cycles
from archsim.errors import InputError

ternary_block = archsim.fpga.ternary_block
PROTOTYPE = (512, 1536, 1, 3, 2, 4, 60e6)
MEMORY = {"memory_bytes_per_s": 19.2e9}


def test_the_prototype_by_hand():
    found = ternary_block(*PROTOTYPE)
    # Six products of 3,407,872 weights, four to a byte, three cycles each.
    assert found.stream_bytes == 851_968
    assert found.breakdown["tmatmul"] == 3 * 851_968 == 2_555_904
    assert found.breakdown["vector"] == 47 * 512 + 10 * 1536 == 39_424
    assert found.cycles == 2_555_904 + 39_424 == sum(found.breakdown.values())
    assert found.seconds == found.cycles / 60e6
    assert found.limits == {
        "handshake": 2_555_904, "memory": 0.0, "additions": 0.0, "drain": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize("overlap", [False, True])
def test_the_measured_block_is_met_and_products_dominate(overlap):
    found = ternary_block(*PROTOTYPE, overlap=overlap, issue_cycles=1)
    assert found.seconds == pytest.approx(43e-3, rel=0.02)
    assert found.tmatmul_share >= 0.98
    assert sum(found.breakdown.values()) == pytest.approx(found.cycles, rel=1e-12)


def test_overlap_leaves_only_the_serial_chain_exposed():
    plain = ternary_block(*PROTOTYPE)
    overlapped = ternary_block(*PROTOTYPE, overlap=True)
    assert plain.cycles - overlapped.cycles == -overlapped.breakdown["overlap"]
    # Exposed: two norms and quantisation before the first product (7 d), what follows the gate's
    # product (9 d) and the output's (9 d), the channel mixer (10 f), the last residual (2 d).
    assert overlapped.cycles - overlapped.breakdown["tmatmul"] == 27 * 512 + 10 * 1536


@pytest.mark.parametrize(
    ("width", "ffn", "layers", "milliseconds"),
    [
        (512, 1536, 24, 5.3),
        (1024, 2816, 24, 20.07),
        (2048, 5632, 24, 80.28),
        (2560, 6912, 32, 165.2),
    ],
)
def test_roofline_of_one_port_of_512_bits_at_60_mhz(width, ffn, layers, milliseconds):
    found = ternary_block(width, ffn, 64, 1, 2, 256, 60e6)
    assert layers * found.roofline_seconds * 1e3 == pytest.approx(milliseconds, rel=6e-3)
    assert found.seconds >= found.roofline_seconds


@pytest.mark.parametrize(
    ("width", "ffn", "milliseconds"), [(1024, 2816, 160.6), (2048, 5632, 642.3)]
)
def test_other_widths_with_the_same_handshake(width, ffn, milliseconds):
    found = ternary_block(width, ffn, 1, 3, 2, 4, 60e6)
    assert found.breakdown["tmatmul"] / 60e3 == pytest.approx(milliseconds, rel=1e-3)


def test_packing_five_weights_in_a_byte_needs_a_slower_handshake_for_the_same_time():
    assert ternary_block(512, 1536, 1, 3.79, 1.6, 5, 60e6).seconds == pytest.approx(43e-3, rel=0.02)


def test_wider_ports_help_until_lanes_or_memory_bind():
    ports = np.array([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])

    def products(lanes, memory=None):
        found = ternary_block(
            512, 1536, ports, 1, 2, lanes, 60e6, vector_lanes=1, memory_bytes_per_s=memory
        )
        return found.breakdown["tmatmul"]

    cycles = products(256)
    assert (np.diff(cycles) <= 0).all()
    assert cycles[0] / cycles[6] == 64.0  # 512 bits against 8, 256 lanes suffice
    assert (cycles[6:] == cycles[6]).all()  # beyond them nothing is gained
    assert products(128)[0] / products(128)[6] == 32.0
    supplied = products(256, memory=3.84e9)
    assert supplied[0] / supplied[6] == 64.0
    starved = products(256, memory=1.92e9)
    assert starved[0] / starved[6] == pytest.approx(32.0, rel=1e-3)


def test_sixty_four_times_faster_at_the_same_handshake():
    wide = ternary_block(512, 1536, 64, 3, 2, 256, 60e6)
    assert ternary_block(*PROTOTYPE).seconds / wide.seconds == pytest.approx(64.0, rel=1e-6)


@pytest.mark.parametrize(
    ("rows", "inputs", "hidden"), [(4, 1024, True), (8, 1024, False), (11, 2816, True)]
)
def test_the_drain_is_hidden_while_rows_times_lanes_fit_the_inputs(rows, inputs, hidden):
    numbers = [np.asarray(float(value)) for value in (64, 1, 2, 256, np.inf)]
    found = product_cycles(
        np.asarray(float(inputs)), np.asarray(1024.0), np.asarray(float(rows)), Feed(*numbers)
    )
    assert (float(found.drain) <= float(found.additions)) is hidden
    assert float(found.drain) == rows * 1024


def test_arrays_and_scalars_agree():
    widths = np.array([512, 1024, 2048])
    ffns = np.array([1536, 2816, 5632])
    many = ternary_block(widths, ffns, 64, 1, 2, 256, 60e6, overlap=True, **MEMORY)
    for index in range(3):
        one = ternary_block(widths[index], ffns[index], 64, 1, 2, 256, 60e6, overlap=True, **MEMORY)
        assert isinstance(one.cycles, float)
        assert many.cycles[index] == one.cycles
        assert many.breakdown["overlap"][index] == one.breakdown["overlap"]


def test_a_large_array_is_what_its_parts_are_and_keeps_its_shape():
    lanes = np.arange(1, 20_001).reshape(4, 5000)
    found = ternary_block(512, 1536, 64, 1, 2, lanes, 60e6, overlap=True)
    assert found.cycles.shape == found.limits["additions"].shape == lanes.shape
    part = ternary_block(512, 1536, 64, 1, 2, lanes[3, :10], 60e6, overlap=True)
    assert found.cycles[3, :10].tolist() == part.cycles.tolist()
    assert found.breakdown["overlap"][3, :10].tolist() == part.breakdown["overlap"].tolist()


DESIGNS = st.fixed_dictionaries(
    {
        "d": st.integers(1, 16).map(lambda n: 64 * n),
        "ffn": st.integers(1, 16).map(lambda n: 256 * n),
        "port_bytes": st.sampled_from([1, 2, 16, 64, 256]),
        "cycles_per_beat": st.floats(1.0, 5.0),
        "bits_per_weight": st.sampled_from([1.6, 2.0]),
        "lanes": st.sampled_from([4, 64, 256, 1000]),
        "frequency_hz": st.floats(1e7, 5e8),
        "batch": st.integers(1, 12),
        "memory_bytes_per_s": st.floats(1e8, 5e11),
        "vector_lanes": st.sampled_from([1, 16, 64]),
        "issue_cycles": st.integers(0, 5),
    }
)


@given(DESIGNS)
@settings(deadline=None, max_examples=80)
def test_no_design_beats_its_roofline_and_overlap_never_hurts(design):
    plain, overlapped = ternary_block(**design), ternary_block(**design, overlap=True)
    for found in (plain, overlapped):
        assert found.seconds >= found.roofline_seconds * (1 - 1e-9)
        rate = found.stream_bytes / found.seconds
        assert rate <= design["memory_bytes_per_s"] * (1 + 1e-9)
        assert sum(found.limits.values()) == found.breakdown["tmatmul"]
        assert sum(found.breakdown.values()) == pytest.approx(found.cycles, rel=1e-9)
    extra = 32 * design["issue_cycles"]  # instructions beside the products are issued too
    assert overlapped.cycles <= plain.cycles + extra


@given(DESIGNS, st.sampled_from(["lanes", "vector_lanes", "memory_bytes_per_s", "port_bytes"]))
@settings(deadline=None, max_examples=80)
def test_more_of_anything_is_never_slower(design, key):
    more = {**design, key: 2 * design[key]}
    for overlap in (False, True):
        slow, fast = (
            ternary_block(**design, overlap=overlap),
            ternary_block(**more, overlap=overlap),
        )
        assert fast.cycles <= slow.cycles


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ffn": 1500}, "ffn: out of range, found 1500; allowed: a multiple of 256"),
        ({"d": 0}, "d: out of range"),
        ({"d": 512.5}, "d: out of range"),
        ({"d": "wide"}, "d: not a number"),
        ({"port_bytes": -1}, "port_bytes: out of range"),
        ({"cycles_per_beat": 0.5}, "cycles_per_beat: out of range, found 0.5; allowed: at least 1"),
        ({"bits_per_weight": 1.5}, "bits_per_weight: out of range"),
        ({"lanes": float("nan")}, "lanes: out of range"),
        ({"frequency_hz": 0}, "frequency_hz: out of range"),
        ({"memory_efficiency": 1.2}, "memory_efficiency: out of range, found 1.2"),
        ({"memory_bytes_per_s": float("inf")}, "memory_bytes_per_s: out of range"),
        ({"lanes": [1, 2], "d": [512, 512, 512]}, "arrays of different shapes"),
    ],
)
def test_bad_arguments_are_one_sentence(changes, sentence):
    names = (
        "d", "ffn", "port_bytes", "cycles_per_beat", "bits_per_weight", "lanes", "frequency_hz",
    )  # fmt: skip
    with pytest.raises(InputError, match=sentence):
        ternary_block(**{**dict(zip(names, PROTOTYPE, strict=True)), **changes})
