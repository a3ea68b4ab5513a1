"""Whole runs: shipped pairs, capacity, claims, energy bounds, resources, many designs at once."""

import json

import numpy as np
import pytest

import archsim
from archsim.architectures import registry
from archsim.architectures.fpga.board import FpgaBoard
from archsim.architectures.fpga.resources import core_resources, fit
from archsim.cli.main import main
from archsim.config import build, list_named, load_document, numbers_without_source
from archsim.errors import InfeasibleError, InputError, UnsupportedError

FILES = list_named("hw_configs")
DESIGNS = sorted(item.name for item in FILES if item.kind == "fpga")
BOARDS = sorted(item.name for item in FILES if item.kind == "fpga_board")
CORES = [name for name in DESIGNS if archsim.load_hardware(name).ternary_core is not None]
IMAGES = [name for name in DESIGNS if name not in CORES]
WORKLOADS = {
    kind: sorted(item.name for item in list_named("workloads") if item.kind == kind)
    for kind in ("ternary_lm", "moe_vit")
}
PAIRS = [(d, w) for d in CORES for w in WORKLOADS["ternary_lm"] if d != "d5005-prototype"]
PAIRS += [(d, w) for d in IMAGES for w in WORKLOADS["moe_vit"]]
PAIRS += [("d5005-prototype", "matmulfree-block-512")]


def run(design, workload, fidelity="analytic", hardware=None, work=None):
    return archsim.simulate(
        archsim.load_hardware(design, overrides=hardware),
        archsim.load_workload(workload, overrides=work),
        fidelity=fidelity,
    )


def test_the_five_boards_are_devices():
    assert BOARDS == ["d5005", "kv260", "u280", "zcu102", "zcu104"]


@pytest.mark.parametrize("name", [*DESIGNS, *BOARDS])
def test_every_number_has_a_source(name):
    model = FpgaBoard if name in BOARDS else registry.get("fpga").hardware_model
    assert numbers_without_source(build(model, load_document(name, "hw_configs", None))) == []


@pytest.mark.parametrize(("design", "workload"), PAIRS)
def test_shipped_pairs_run_and_both_fidelities_agree(design, workload):
    closed, played = (run(design, workload, fidelity) for fidelity in ("analytic", "event"))
    assert not closed.failed_checks, closed.failed_checks
    assert not played.failed_checks, played.failed_checks
    assert played.latency_s >= closed.latency_s
    several = archsim.load_workload(workload).kind == "ternary_lm" and "batch" in workload
    if not (design == "d5005-multicore" and several):
        assert played.latency_s == closed.latency_s
    assert closed.energy_j == pytest.approx(played.energy_j, rel=1e-3)
    low, high = played.metrics["energy_low_j"], played.metrics["energy_high_j"]
    assert low * (1 - 1e-9) <= played.energy_j <= high * (1 + 1e-9)


def test_tokens_and_rounds_add_up():
    one = run("d5005-512bit", "matmulfree-370m")
    ten = run("d5005-512bit", "matmulfree-370m", work={"generated_tokens": 10})
    assert ten.latency_s == pytest.approx(10 * one.latency_s, rel=1e-12)
    assert ten.metrics["tokens_per_s"] == pytest.approx(one.metrics["tokens_per_s"])
    in_turn = run("d5005-512bit", "matmulfree-370m", work={"batch": 3})
    assert in_turn.latency_s == pytest.approx(3 * one.latency_s, rel=1e-12)
    shared = run(
        "d5005-512bit", "matmulfree-370m", work={"batch": 3},
        hardware={"ternary_core.broadcast_rows": 4},
    )  # fmt: skip
    assert one.latency_s < shared.latency_s < 1.1 * one.latency_s


def test_cores_work_side_by_side_until_the_memory_is_full():
    def tokens(cores):
        result = run(
            "d5005-multicore", "matmulfree-370m", "event",
            hardware={"ternary_core.cores": cores}, work={"batch": cores},
        )  # fmt: skip
        assert not result.failed_checks
        return result.metrics["tokens_per_s"], result.metrics["bandwidth_utilisation"]

    found = {cores: tokens(cores) for cores in (1, 4, 8, 16)}
    assert found[4][0] == pytest.approx(4 * found[1][0], rel=1e-4)
    assert found[16][0] < 9 * found[1][0]
    assert found[16][1] > 0.95


def test_the_42_ms_of_a_2048_wide_model_is_flagged_with_ways_out():
    work = {"include_head": False, "include_embedding": False}
    hardware = {"claimed_latency_s": "42 ms"}
    result = run("d5005-512bit", "matmulfree-1.3b", hardware=hardware, work=work)
    (broken,) = result.failed_checks
    assert broken.name == "the claimed latency is not below the roofline"
    for part in ("42 ms claimed", "at least 80.2", "2 ports of 512 bits", "114.7 MHz"):
        assert part in broken.detail
    fine = {**hardware, "claimed_latency_s": "81 ms"}
    assert not run("d5005-512bit", "matmulfree-1.3b", hardware=fine, work=work).failed_checks
    narrow = {**work, "model.hidden": 1024, "model.ffn": 2816}
    assert not run("d5005-512bit", "matmulfree-1.3b", hardware=hardware, work=narrow).failed_checks


def test_a_port_that_asks_for_more_than_the_memory_has_is_flagged_and_not_believed():
    hardware = {"ternary_core.frequency_hz": "400 MHz"}
    for fidelity in ("analytic", "event"):
        result = run("d5005-512bit", "matmulfree-370m", fidelity, hardware=hardware)
        (broken,) = result.failed_checks
        assert broken.name == "a port asks for no more than efficiency x peak"
        moved = result.components.set_index("component").loc["memory", "bytes"]
        assert moved / result.latency_s <= 19.2e9


def test_the_host_driven_design_meets_its_mean_compute_call():
    result = run("kria-matmulfree", "matmulfree-370m")
    products = result.operations[result.operations.kind == "gemm"]
    assert len(products) == 24 * 6 + 1
    assert (products.end_s - products.start_s).mean() == pytest.approx(72e-6, rel=0.02)
    assert result.metrics["tokens_per_s"] > 17.69  # measured, with the host's own work


def test_the_hbm_bound_lies_above_the_published_rate():
    result = run("tereffic-u280-hbm", "matmulfree-2.7b")
    assert 727 < result.metrics["tokens_per_s"] <= 878
    assert result.average_power_w == pytest.approx(46, rel=0.25)


def test_static_power_is_nearly_all_of_the_prototype():
    result = run("d5005-prototype", "matmulfree-block-512", "event")
    assert result.energy_j == pytest.approx(0.588, rel=0.01)
    assert result.metrics["static_energy_share"] > 0.99


def test_resources_by_hand():
    design = archsim.load_hardware("d5005-512bit")
    core, board = design.ternary_core, design.board
    taken = core_resources(core, board, widest=3072, state_bytes=1024)
    assert taken.logic_low == 20_000 + 5 * 256
    assert taken.logic_high == 26_127 + 9 * 256
    assert taken.dsps == 65
    # Eight registers of 64 lanes x 2 bytes on ports of 4 bytes, a FIFO of 64 bytes, one of state.
    assert taken.block_rams == 8 * 32 + 16 + 1
    room = fit(core, board, taken)
    assert room.by_resource["logic cells"] == int(933_120 * 0.784) // 28_431
    assert room.first_to_end == "logic cells"
    assert room.cores_fed == 20


@pytest.mark.parametrize(
    ("design", "workload", "hardware", "parts"),
    [
        ("d5005-512bit", "matmulfree-2.7b", {"board.memory.channel_bytes": "500 MB"},
         ("do not fit the memory", "at most 0.500 GB")),
        ("d5005-multicore", "matmulfree-370m", {"ternary_core.cores": 60},
         ("no room for so many cores", "found 60", "logic cells end first")),
        ("kria-matmulfree", "matmulfree-370m", {"ternary_core.weights": "on_chip"},
         ("do not fit the XCK26", "MiB")),
        ("m3vit-zcu104", "m3vit-pascal", {"vit_accelerator.policy": "resident"},
         ("resident needs more on-chip memory", "found 11.608 MiB")),
        ("m3vit-zcu104", "m3vit-pascal", {"vit_accelerator.compute.macs_per_cycle": 2048},
         ("fewer multipliers", "found 2048; allowed: at most 1728")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_infeasible(design, workload, hardware, parts):
    with pytest.raises(InfeasibleError) as caught:
        run(design, workload, hardware=hardware)
    for part in parts:
        assert part in str(caught.value)


def test_a_design_runs_what_its_datapath_is_for():
    with pytest.raises(UnsupportedError, match="no ternary core"):
        run("m3vit-zcu104", "matmulfree-370m")
    with pytest.raises(UnsupportedError, match="no accelerator of vision transformers"):
        run("d5005-512bit", "m3vit-pascal")


def columns(count, channels):
    random = np.random.default_rng(11)
    return {
        "ternary_core.frequency_hz": random.uniform(5e7, 4e8, count),
        "ternary_core.port_bytes": random.choice([8, 16, 64, 128], count),
        "ternary_core.lanes": random.choice([64, 256, 320, 1024], count),
        "ternary_core.weight_packing": random.choice(["two_bit", "base3"], count),
        "ternary_core.cores": random.integers(1, 9, count),
        "ternary_core.channels": random.integers(1, channels + 1, count),
        "ternary_core.ports": np.ones(count, dtype=np.int64),
        "ternary_core.broadcast_rows": random.integers(1, 6, count),
        "ternary_core.state": random.choice(["on_chip", "memory"], count),
        "ternary_core.vector_lanes": random.choice([1, 16, 64], count),
    }


@pytest.mark.parametrize(
    ("design", "batch"),
    [
        ("d5005-multicore", 1),
        ("d5005-multicore", 11),
        ("kria-matmulfree", 6),
        ("tereffic-u280-hbm", 9),
    ],
)
def test_many_designs_at_once_come_out_as_one_by_one(design, batch):
    base = archsim.load_hardware(design)
    work = archsim.load_workload("matmulfree-370m", overrides={"batch": batch})
    many = columns(25, base.board.memory.channels)
    found = registry.get("fpga").evaluate_batch(base, work, many)
    reasons = registry.get("fpga").infeasible_reasons(base, work, many)
    assert [not reason for reason in reasons] == (found["feasible"] == 1).tolist()
    feasible = 0
    for index in range(25):
        overrides = {key: values[index].item() for key, values in many.items()}
        hardware = archsim.load_hardware(design, overrides=overrides)
        try:
            one = archsim.simulate(hardware, work, fidelity="analytic")
        except InfeasibleError:
            assert found["feasible"][index] == 0
            assert found["latency_s"][index] == np.inf
            continue
        feasible += 1
        assert found["feasible"][index] == 1
        for name in ("latency_s", "energy_j", "average_power_w"):
            assert found[name][index] == pytest.approx(getattr(one, name), rel=1e-6)
        for name in ("tokens_per_s", "energy_low_j", "energy_high_j", "logic_cells_high"):
            assert found[name][index] == pytest.approx(one.metrics[name], rel=1e-6)
    assert feasible >= 5


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ternary_core.lane": np.array([1])}, "did you mean ternary_core.lanes"),
        ({"ternary_core.lanes": np.array([0, 4])}, "ternary_core.lanes.*found 0"),
        ({"ternary_core.lanes": np.array([1.5, 4.0])}, "ternary_core.lanes.*found 1.5"),
        ({"ternary_core.frequency_hz": np.array([np.nan])}, "finite"),
        ({"ternary_core.weight_packing": np.array(["base4"])}, "base3"),
        ({"ternary_core.lanes": np.ones(2), "ternary_core.cores": np.ones(3)}, "differ in length"),
        ({}, "at least one column"),
    ],
)
def test_bad_columns_are_one_sentence(given, sentence):
    base, work = archsim.load_hardware("d5005-multicore"), archsim.load_workload("matmulfree-370m")
    with pytest.raises(InputError, match=sentence):
        registry.get("fpga").evaluate_batch(base, work, given)


def test_the_command_line_runs_and_reports(capsys, tmp_path):
    timeline = tmp_path / "time.json.gz"
    arguments = ["run", "d5005-512bit", "matmulfree-block-512", "--timeline", str(timeline)]
    assert main([*arguments, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert all(check["passed"] for check in data["checks"])
    assert timeline.stat().st_size > 0
    assert main(["run", "m3vit-zcu104", "m3vit-nyud"]) == 0
    assert "frames_per_s" in capsys.readouterr().out
    claim = ["--set", "claimed_latency_s=1 us"]
    assert main(["run", "m3vit-zcu104", "vit-s-pascal", *claim]) == 1
    assert "the claimed latency" in capsys.readouterr().err
    assert main(["list", "devices", "--json"]) == 0
    assert {item["name"] for item in json.loads(capsys.readouterr().out)} >= set(BOARDS)


def test_many_accelerators_at_once_come_out_as_one_by_one():
    base, work = archsim.load_hardware("m3vit-zcu104"), archsim.load_workload("m3vit-pascal")
    many = {
        "vit_accelerator.frequency_hz": np.linspace(1e8, 4e8, 12),
        "vit_accelerator.policy": np.tile(["reorder", "token_major", "resident"], 4),
        "vit_accelerator.compute.macs_per_cycle": np.repeat([768, 1536], 6),
    }
    found = registry.get("fpga").evaluate_batch(base, work, many)
    assert found["feasible"].tolist() == [1.0, 1.0, 0.0] * 4
    for index in range(12):
        overrides = {key: values[index].item() for key, values in many.items()}
        if not found["feasible"][index]:
            assert found["latency_s"][index] == np.inf
            continue
        hardware = archsim.load_hardware("m3vit-zcu104", overrides=overrides)
        one = archsim.simulate(hardware, work, fidelity="analytic")
        assert found["latency_s"][index] == pytest.approx(one.latency_s, rel=1e-12)
        assert found["energy_j"][index] == pytest.approx(one.energy_j, rel=1e-12)
    with pytest.raises(InputError, match=r"did you mean vit_accelerator\.weight_bits"):
        registry.get("fpga").evaluate_batch(base, work, {"vit_accelerator.weight_bit": np.ones(2)})


def test_an_image_too_small_to_hide_the_weights_is_flagged():
    image = {"image.height_pixels": 16, "image.width_pixels": 32}
    for fidelity in ("analytic", "event"):
        (broken,) = run("m3vit-zcu104", "m3vit-pascal", fidelity, work=image).failed_checks
        assert broken.name == "dense and expert weights can stream in the time of the run"
    model = archsim.load_workload("m3vit-pascal").model
    square, mlp = 384 * 384, 384 * 1536
    assert model.dense_parameters == 768 * 384 + 48 * square + 12 * mlp + 6 * 384 * 16
