"""Whole runs: shipped files, both fidelities, contention, invariants, and what is refused."""

from __future__ import annotations

import pytest

import archsim
from archsim.config import list_named, numbers_without_source
from archsim.errors import InfeasibleError, InputError, UnsupportedError

CHIPS = sorted(item.name for item in list_named("hw_configs") if item.kind == "asic")
NETWORKS = sorted(item.name for item in list_named("workloads") if item.kind == "network")
SMALL = {
    "kind": "network",
    "name": "small",
    "networks": {
        "first": {"family": "resnet9", "input_size": 16},
        "second": {"family": "unet", "filters": [8, 16], "input_size": 32},
    },
}


def chip(**changes: object) -> dict[str, object]:
    return {
        "kind": "asic",
        "name": "chip",
        "frequency_hz": 1e9,
        "accelerators": {
            "dla": {"template": "dla", "pes": 512, "noc_bandwidth_bytes_per_cycle": 32},
            "shi": {"template": "shi", "pes": 256, "noc_bandwidth_bytes_per_cycle": 32},
        },
        "dram": {"memory": "lpddr4", "bandwidth_bytes_per_s": 4e9},
        **changes,
    }


def run(
    hardware: object, workload: object = SMALL, fidelity: str = "event", **options: object
) -> archsim.Result:
    return archsim.simulate(
        archsim.load_hardware(hardware),  # type: ignore[arg-type]
        archsim.load_workload(workload),  # type: ignore[arg-type]
        fidelity=fidelity,
        **options,  # type: ignore[arg-type]
    )


def test_chips_and_networks_are_shipped() -> None:
    assert {"nasaic-w1", "heterogeneous", "dla-1024", "systolic-32x32"} <= set(CHIPS)
    assert {"resnet18", "mobilenetv2", "vit-s", "cifar-and-nuclei"} <= set(NETWORKS)


@pytest.mark.parametrize("name", CHIPS)
def test_every_number_of_a_chip_has_a_source(name: str) -> None:
    assert numbers_without_source(archsim.load_hardware(name)) == []


@pytest.mark.parametrize("name", NETWORKS)
def test_every_number_of_a_network_has_a_source(name: str) -> None:
    assert numbers_without_source(archsim.load_workload(name)) == []


@pytest.mark.parametrize("workload", ["resnet18", "mobilenetv2", "vit-s", "cifar-and-nuclei"])
@pytest.mark.parametrize("name", CHIPS)
def test_shipped_pairs_run_with_all_checks_passing(name: str, workload: str) -> None:
    result = run(name, workload)
    assert result.checks
    assert not result.failed_checks, result.failed_checks
    assert result.energy_j > 0
    assert result.area_mm2 > 0


@pytest.mark.parametrize("name", ["dla-1024", "shi-1024", "rs-1024", "systolic-32x32"])
def test_one_accelerator_alone_takes_exactly_the_closed_form(name: str) -> None:
    assert run(name).latency_s == run(name, fidelity="analytic").latency_s


def test_fixed_shares_of_the_memory_keep_the_schedule_exactly() -> None:
    dram = {"memory": "lpddr4", "bandwidth_bytes_per_s": 4e9, "sharing": "static"}
    played = run(chip(dram=dram))
    assert played.latency_s == run(chip(dram=dram), fidelity="analytic").latency_s
    assert played.latency_s == played.metrics["schedule_makespan_s"]


def test_compat_mode_keeps_the_schedule_exactly() -> None:
    hardware = chip(mode="compat", scheduler={"method": "cp_sat"})
    played = run(hardware, "cifar-and-nuclei")
    assert played.latency_s == played.metrics["schedule_makespan_s"]
    assert played.metrics["schedule_optimal"] == 1.0
    assert played.metrics["schedule_gap"] >= 0.0


@pytest.mark.parametrize("rate", [1e9, 4e9, 64e9, 1e13])
def test_contention_never_makes_a_run_faster(rate: float) -> None:
    hardware = chip(dram={"memory": "lpddr4", "bandwidth_bytes_per_s": rate})
    played, closed = run(hardware), run(hardware, fidelity="analytic")
    assert played.latency_s >= closed.latency_s
    assert not played.failed_checks
    assert not closed.failed_checks


def test_two_that_load_at_once_slow_each_other_down() -> None:
    """Two equal networks on two equal arrays, bound by memory: together twice as long."""
    array = {
        "template": "systolic",
        "rows": 64,
        "columns": 64,
        "noc_bandwidth_bytes_per_cycle": 4096,
    }
    accelerators = {"left": array, "right": array}
    dram = {"memory": "lpddr4", "bandwidth_bytes_per_s": 1e8}
    pair = {**SMALL, "networks": {key: {"family": "resnet9"} for key in ("a", "b")}}
    played = run(chip(accelerators=accelerators, dram=dram), pair)
    assert played.latency_s == pytest.approx(2 * played.metrics["schedule_makespan_s"], rel=0.05)


def test_more_memory_bandwidth_and_a_faster_clock_are_never_slower() -> None:
    latencies = [
        run(chip(dram={"memory": "lpddr4", "bandwidth_bytes_per_s": rate}), fidelity="analytic")
        for rate in (1e9, 2e9, 8e9, 1e12)
    ]
    found = [result.latency_s for result in latencies]
    assert found == sorted(found, reverse=True)
    assert run(chip(frequency_hz=2e9)).latency_s <= run(chip()).latency_s


def test_batches_take_proportionally_longer() -> None:
    one = run("dla-1024", SMALL, "analytic")
    four = run("dla-1024", {**SMALL, "batch": 4}, "analytic")
    assert four.latency_s == pytest.approx(4 * one.latency_s, rel=1e-9)
    assert four.metrics["macs"] == 4 * one.metrics["macs"]


def test_energy_objective_trades_time_for_energy() -> None:
    quick = run(chip(), fidelity="analytic").metrics
    cheap = run(chip(scheduler={"objective": "energy"}), fidelity="analytic").metrics
    assert cheap["schedule_energy_j"] <= quick["schedule_energy_j"]
    limit = 0.5 * (quick["schedule_makespan_s"] + cheap["schedule_makespan_s"])
    between = run(
        chip(scheduler={"objective": "energy", "method": "cp_sat", "latency_s": limit}),
        fidelity="analytic",
    ).metrics
    assert between["schedule_makespan_s"] <= limit
    assert cheap["schedule_energy_j"] <= between["schedule_energy_j"]
    assert between["schedule_energy_j"] <= quick["schedule_energy_j"] * (1 + 1e-6)


def test_equal_runs_give_equal_results_and_survive_a_file(tmp_path: object) -> None:
    first, second = run(chip()), run(chip())
    assert first == second
    assert archsim.Result.from_dict(first.to_dict()) == first


def test_a_timeline_shows_every_layer() -> None:
    from archsim.kernel import Timeline

    timeline = Timeline()
    result = run(chip(), timeline=timeline)
    shown = [span for span in timeline.spans if span.track in ("dla", "shi")]
    assert len(shown) == result.metrics["layers"]


ARRAY = {"template": "systolic", "rows": 8, "columns": 8, "noc_bandwidth_bytes_per_cycle": 8}


def dla(pes: int) -> dict[str, object]:
    return {"template": "dla", "pes": pes, "noc_bandwidth_bytes_per_cycle": 8}


BAD = [
    (chip(accelerators={}), InputError, "accelerators: a chip needs at least one accelerator"),
    (chip(accelerators={"one": {"template": "tpu"}}), InputError, "accelerators.one"),
    (
        chip(accelerators={"one": dla(0)}),
        InputError,
        "accelerators.one.*pes",
    ),
    (
        chip(accelerators={"one": {"template": "dla", "pes": 64}}),
        InputError,
        "noc_bandwidth_bytes_per_cycle",
    ),
    (
        chip(accelerators={"one": dla(32)}),
        InfeasibleError,
        "fewer PEs than one cluster of the template 'dla' has, found 32; allowed: at least 64",
    ),
    (chip(budget={"pes": 700}), InfeasibleError, "exceed the budget, found 768; allowed: at most"),
    (chip(budget={"area_mm2": 0.1}), InfeasibleError, "budget.area_mm2: the accelerators of"),
    (chip(budget={"pes": -1}), InputError, "budget.pes"),
    (chip(dram=None), InputError, "dram: physical mode charges traffic"),
    (chip(dram={"memory": "ddr9", "bandwidth_bytes_per_s": 1e9}), InputError, "dram.memory"),
    (chip(accelerators={"Big one": {}}), InputError, "accelerators.Big one"),
    (chip(node_nm=3), InputError, "unknown process node, found 3 nm"),
    (chip(mode="exact"), InputError, "mode.*found 'exact'.*physical, compat"),
    (
        chip(
            mode="compat",
            accelerators={"one": ARRAY},
        ),
        InputError,
        "accelerators.one.template: MAESTRO has no rules for systolic arrays",
    ),
    (chip(scheduler={"latency_s": 1e-3}), InputError, "scheduler.latency_s: a latency limit only"),
    (chip(scheduler={"method": "ilp"}), InputError, "scheduler.method.*greedy, cp_sat"),
    (
        chip(scheduler={"objective": "energy", "latency_s": 1e-9}),
        InfeasibleError,
        "scheduler.latency_s: the schedule found is longer than the latency limit",
    ),
    (chip(frequency_hz=1), UnsupportedError, "the layers take too long to be scheduled, found"),
    (
        chip(accelerators={"one": {**dla(64), "l2_bytes": 1024}}),
        InputError,
        "l2_bytes: must be at least 4096 bytes, found 1024",
    ),
    (chip(frequency_hz=0), InputError, "frequency_hz"),
    (chip(frequenzy_hz=1e9), InputError, "frequenzy_hz: unknown key.*did you mean frequency_hz"),
]  # fmt: skip


@pytest.mark.parametrize(("hardware", "kind", "message"), BAD)
def test_bad_chips_are_one_sentence(
    hardware: dict[str, object], kind: type[InputError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        run(hardware)
    assert "\n" not in str(caught.value)


def test_a_layer_that_no_accelerator_can_run_is_named() -> None:
    """A 7 x 7 map padded to 9 has no cycles on ``shi`` in MAESTRO's rules."""
    only = chip(
        mode="compat",
        accelerators={"one": {"template": "shi", "pes": 256, "noc_bandwidth_bytes_per_cycle": 32}},
    )
    with pytest.raises(UnsupportedError, match=r"no accelerator .* found conv5_1\.b"):
        run(only, "resnet18")
    assert run({**only, "mode": "physical"}, "resnet18").latency_s > 0


def test_absurd_batches_are_refused() -> None:
    large = {**SMALL, "batch": 65536, "networks": {"net": {"family": "unet", "input_size": 4096}}}
    with pytest.raises(UnsupportedError, match="too large to count"):
        run(chip(), large)


def test_elements_without_a_number_format_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="found bytes_per_element 3; allowed: 1, 2, 4"):
        run(chip(), {**SMALL, "bytes_per_element": 3})


def test_other_workloads_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="cannot run the workload"):
        run(chip(), "gpt3-7b-sharegpt")
