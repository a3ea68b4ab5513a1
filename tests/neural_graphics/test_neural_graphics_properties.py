"""Properties of random designs: conservation, monotonicity, determinism, batches of designs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.neural_graphics import ARCHITECTURE
from archsim.architectures.neural_graphics.batch import RATE_KEYS
from archsim.errors import InputError

APPLICATIONS = ("nerf", "nsdf", "nvr", "gia")
ENCODINGS = ("hashgrid", "densegrid", "lowres-densegrid")


@st.composite
def designs(draw):
    """Return settings of a random cluster."""

    def pick(*values):
        return draw(st.sampled_from(values))

    return {
        "cluster.processors": draw(st.integers(1, 100)),
        "cluster.frequency_hz": pick(0.5e9, 1e9, 1.7e9),
        "encoding_engines.engines": pick(8, 16, 32),
        "encoding_engines.banks": pick(1, 2, 4, 8, 16),
        "encoding_engines.interleave": pick("low_order", "xor_fold", "parity"),
        "encoding_engines.coupling": pick("fifo", "lockstep"),
        "encoding_engines.sram_bytes": pick(64 * 1024, 1024 * 1024),
        "mlp_engine.rows": pick(16, 64, 128),
        "mlp_engine.columns": pick(16, 64, 128),
        "mlp_engine.precision": pick("int8", "fp16", "fp32"),
        "mlp_engine.weight_reload": pick("hidden", "exposed"),
        "mlp_engine.activation_samples": pick(16, 256),
        "ports.input_bytes_per_cycle": pick(2.0, 32.0),
        "memory.bandwidth_bytes_per_s": pick(1e11, 936e9, 1e14),
        "tables.mode": pick("assumed_resident", "capacity"),
        "tables.distribution": pick("broadcast", "copies"),
        "scheduler.buffers": pick(1, 2, 4),
        "scheduler.batch_bytes": pick(2**20, 2**25),
        "scheduler.ray_tiles": pick(1, 2, 5),
        "scheduler.dispatch_s": pick(0.0, 1e-6),
    }


workloads = st.builds(
    lambda application, encoding: f"{application}-{encoding}",
    st.sampled_from(APPLICATIONS), st.sampled_from(ENCODINGS),
)  # fmt: skip


def simulate(design, name, fidelity="event", **changes):
    return archsim.simulate(
        archsim.load_hardware("ngpc-64", overrides=design | changes),
        archsim.load_workload(name), fidelity=fidelity,
    )  # fmt: skip


@given(design=designs(), name=workloads)
@settings(deadline=None, max_examples=25)
def test_every_check_holds_and_both_fidelities_are_in_order(design, name):
    played, closed = simulate(design, name), simulate(design, name, "analytic")
    assert not played.failed_checks, played.failed_checks
    assert not closed.failed_checks, closed.failed_checks
    assert played.latency_s >= closed.latency_s
    assert played.metrics["speedup"] <= played.metrics["speedup_bound"] * (1 + 1e-9)
    assert simulate(design, name) == played


@given(design=designs(), name=workloads)
@settings(deadline=None, max_examples=12)
def test_without_contention_both_fidelities_are_equal(design, name):
    free = {"memory.bandwidth_bytes_per_s": 1e17, "tables.mode": "assumed_resident"}
    played, closed = (simulate(design, name, mode, **free) for mode in ("event", "analytic"))
    assert played.latency_s == closed.latency_s


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("cluster.processors", (4, 8, 32, 128)),
        ("cluster.frequency_hz", (0.5e9, 1e9, 2e9)),
        ("ports.input_bytes_per_cycle", (1.0, 4.0, 32.0)),
        ("memory.bandwidth_bytes_per_s", (1e10, 1e11, 1e12)),
        ("gpu.rest_fusion_speedup", (1.0, 9.94, 50.0)),
        ("mlp_engine.rows", (16, 32, 64)),
        ("scheduler.buffers", (1, 2)),
    ],
)
@pytest.mark.parametrize("name", ["nerf-hashgrid", "gia-densegrid"])
def test_more_of_a_part_is_never_slower(key, values, name):
    found = [simulate({key: value}, name, "analytic").latency_s for value in values]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("name", ["nerf-hashgrid", "nsdf-hashgrid"])
def test_more_samples_are_never_faster_and_twice_the_pixels_take_about_twice_as_long(name):
    workload = archsim.load_workload(name)
    taller = archsim.load_workload(name, overrides={"height": 2160})
    hardware = archsim.load_hardware("ngpc-8")
    short, long = (archsim.simulate(hardware, w).latency_s for w in (workload, taller))
    assert long / short == pytest.approx(2.0, rel=0.02)


@given(
    design=designs(), name=workloads,
    processors=st.lists(st.integers(1, 200), min_size=1, max_size=6), seed=st.integers(0, 99),
)  # fmt: skip
@settings(deadline=None, max_examples=15)
def test_designs_in_batches_equal_single_ones(design, name, processors, seed):
    count = len(processors)
    random = np.random.default_rng(seed)
    columns = {
        "cluster.processors": np.array(processors),
        "hardware.cluster.frequency_hz": random.uniform(0.4e9, 2e9, count),
        "encoding_engines.banks": random.choice([1, 4, 8], count),
        "memory.bandwidth_bytes_per_s": random.uniform(1e11, 2e12, count),
    }
    hardware = archsim.load_hardware("ngpc-8", overrides=design)
    workload = archsim.load_workload(name)
    found = ARCHITECTURE.evaluate_batch(hardware, workload, columns)
    for number in range(count):
        single = {key.removeprefix("hardware."): column[number].item()
                  for key, column in columns.items()}  # fmt: skip
        result = simulate(design, name, "analytic", **single)
        assert found["latency_s"][number] == pytest.approx(result.latency_s, rel=1e-6)
        assert found["energy_j"][number] == pytest.approx(result.energy_j, rel=1e-6)
        assert found["area_mm2"][number] == pytest.approx(result.area_mm2, rel=1e-9)
        assert found["speedup"][number] == pytest.approx(result.metrics["speedup"], rel=1e-6)
        assert found["feasible"][number] == 1.0


def test_infeasible_designs_are_marked():
    hardware = archsim.load_hardware("ngpc-8", overrides={"tables.mode": "resident"})
    sizes = {"encoding_engines.sram_bytes": np.array([2**20, 2**22])}
    found = ARCHITECTURE.evaluate_batch(hardware, archsim.load_workload("nerf-hashgrid"), sizes)
    assert found["feasible"].tolist() == [0.0, 1.0]
    assert found["latency_s"][0] == np.inf
    engines = {"encoding_engines.engines": np.array([16, 24])}
    plain = archsim.load_hardware("ngpc-8")
    found = ARCHITECTURE.evaluate_batch(plain, archsim.load_workload("nerf-hashgrid"), engines)
    assert found["feasible"].tolist() == [1.0, 0.0]


def test_rate_keys_are_keys():
    hardware = archsim.load_hardware("ngpc-8")
    for key in RATE_KEYS:
        section, name = key.split(".")
        assert isinstance(getattr(getattr(hardware, section), name), int | float)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({}, "at least one column"),
        ({"cluster.processors": np.array([1, 2]), "cluster.frequency_hz": np.array([1e9])},
         "differ in length"),
        ({"cluster.processors": np.array([[1]])}, "a flat array"),
        ({"cluster.processors": np.array([0, 4])}, "cluster.processors"),
        ({"cluster.processors": np.array([1.5])}, "must be a whole number"),
        ({"cluster.frequency_hz": np.array([np.nan])}, "finite"),
        ({"cluster.frequency_hz": np.array([-1.0])}, "cluster.frequency_hz"),
        ({"cluster.clock": np.array([1.0])}, "unknown key"),
        ({"encoding_engines.banks": np.array([3])}, "bits of the index"),
    ],
)  # fmt: skip
def test_bad_columns(columns, sentence):
    hardware, workload = archsim.load_hardware("ngpc-8"), archsim.load_workload("gia-hashgrid")
    with pytest.raises(InputError, match=sentence):
        ARCHITECTURE.evaluate_batch(hardware, workload, columns)
