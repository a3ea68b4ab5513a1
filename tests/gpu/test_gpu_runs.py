"""Language models on cards, end to end: both fidelities, checks, totals, refusals."""

import json

import pytest

import archsim
from archsim.architectures.gpu.lowering import im2col
from archsim.cli.main import main
from archsim.config import list_named, numbers_without_source
from archsim.errors import InfeasibleError, UnsupportedError

CARDS = sorted(item.name for item in list_named("hw_configs") if item.kind == "gpu")
CHAIN = {
    "kind": "llm",
    "schema_version": 1,
    "name": "chain",
    "model": "gpt3-7b",
    "batch": 8,
    "lengths": {"distribution": "constant", "tokens": 300},
}


def workload(**changes):
    return archsim.load_workload({**CHAIN, **changes})


def run(card="h100_sxm", fidelity="event", **changes):
    return archsim.simulate(archsim.load_hardware(card), workload(**changes), fidelity=fidelity)


def test_the_family_ships_its_cards():
    assert {"h100_sxm", "a100_40gb", "a100_80gb", "rtx_3090", "rtx_4070", "rtx_4090"} <= set(CARDS)


@pytest.mark.parametrize("card", CARDS)
def test_every_number_of_a_card_has_a_source(card):
    assert numbers_without_source(archsim.load_hardware(card)) == []


@pytest.mark.parametrize("card", ["h100_sxm", "a100_80gb"])
@pytest.mark.parametrize("phase", ["decode", "prefill"])
def test_a_chain_takes_the_same_time_in_both_fidelities(card, phase):
    played = run(card, phase=phase)
    closed = run(card, "analytic", phase=phase)
    assert played.latency_s == closed.latency_s
    assert played.energy_j == closed.energy_j
    assert not played.failed_checks
    assert not closed.failed_checks


def test_side_branches_wait_for_the_stream_when_played():
    experts = {"model": "mixtral-8x7b", "batch": 16, "parallel": {"tensor": 2}}
    played, closed = run(**experts), run(fidelity="analytic", **experts)
    assert played.latency_s >= closed.latency_s
    assert not played.failed_checks


def outcome(name):
    """Return the result of a shipped workload, or the sentence that says why it does not fit."""
    hardware = archsim.load_hardware("h100_sxm")
    try:
        return archsim.simulate(hardware, archsim.load_workload(name), fidelity="analytic")
    except InfeasibleError as error:
        return str(error)


@pytest.mark.parametrize(
    "name",
    sorted(
        item.name
        for item in list_named("workloads")
        if item.kind == "llm" and not item.name.endswith("serving")
    ),
)
def test_every_shipped_language_model_runs_or_says_why_not(name):
    result = outcome(name)
    if isinstance(result, str):
        assert "do not fit the card" in result
        return
    assert not result.failed_checks, result.failed_checks
    assert result.metrics["tokens_per_s"] > 0.0


def test_decode_reads_the_weights_at_memory_speed():
    """One request reads 7e9 weights of two bytes: at 3.35 TB/s at least 4 ms, and not 6 ms."""
    result = run(batch=1)
    least = result.metrics["weight_bytes"] / 3.35e12
    assert least <= result.latency_s <= 1.45 * least


def test_more_steps_and_more_cards():
    one, three = run(generated_tokens=1), run(generated_tokens=3)
    assert 3.0 * one.latency_s <= three.latency_s <= 3.1 * one.latency_s
    assert three.metrics["iterations"] == 3.0
    two = run(parallel={"tensor": 2})
    assert two.latency_s < one.latency_s
    assert two.area_mm2 == 2 * one.area_mm2 == 2 * 814.0
    assert two.components.set_index("component").busy_s["link"] > 0.0
    staged = run(parallel={"pipeline": 2})
    assert staged.latency_s > one.latency_s
    assert staged.metrics["devices"] == 2.0


def test_energy_is_power_times_time_and_never_above_the_limit():
    result = run(batch=64)
    assert 162.0 < result.average_power_w <= 700.0
    per_operation = result.operations.energy_j.sum()
    assert per_operation == pytest.approx(result.components.dynamic_energy_j.sum())


def test_runs_are_deterministic_and_round_trip():
    first, second = run(), run()
    assert first.to_dict() == second.to_dict()
    assert archsim.Result.from_dict(first.to_dict()).to_dict() == first.to_dict()


def test_what_a_card_cannot_run_is_refused():
    with pytest.raises(InfeasibleError, match=r"do not fit the card.*raise parallel\.tensor"):
        run("rtx_4070")
    with pytest.raises(UnsupportedError, match="found a serving section"):
        archsim.simulate(
            archsim.load_hardware("h100_sxm"), archsim.load_workload("gpt3-13b-serving")
        )
    with pytest.raises(UnsupportedError, match="no rate for elements of this size"):
        run(bytes_per_element=8)


def test_the_command_line(capsys):
    assert main(["run", "h100_sxm", "gpt3-13b-prefill", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["latency_s"] > 0.0


BAD_CARDS = [
    ({"chip.sms": 0}, "chip.sms"),
    ({"chip.board_power_w": 100}, "power.base_w: the base power must leave room"),
    ({"matmul.tensor_efficiency": 1.2}, "matmul.tensor_efficiency"),
    ({"matmul.half_paired_share": 0.01}, "cannot be slower than rows on odd ones"),
    ({"residual": "h200"}, "residual"),
    ({"chip.frequncy_hz": "1 GHz"}, "did you mean chip.frequency_hz?"),
    ({"chip.memory_bytes_per_s": "3 GHz"}, "chip.memory_bytes_per_s"),
    ({"hash_grid.coherent_cells": float("nan")}, "hash_grid.coherent_cells"),
]


@pytest.mark.parametrize(("overrides", "sentence"), BAD_CARDS)
def test_bad_cards_are_one_clear_sentence(overrides, sentence):
    with pytest.raises(archsim.InputError) as caught:
        archsim.load_hardware("h100_sxm", overrides=overrides)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("resnet50", "frames_per_s"),
        ("cifar-and-nuclei", "frames_per_s"),
        ("vit-s", "frames_per_s"),
        ("m3vit-pascal", "frames_per_s"),
        ("matmulfree-1.3b", "tokens_per_s"),
        ("nerf-hashgrid", "frames_per_s"),
        ("gia-lowres-densegrid", "frames_per_s"),
    ],
)
@pytest.mark.parametrize("card", ["h100_sxm", "rtx_3090"])
def test_other_kinds_of_workload_run_with_all_checks_passing(card, name, figure):
    hardware, load = archsim.load_hardware(card), archsim.load_workload(name)
    played = archsim.simulate(hardware, load, fidelity="event")
    closed = archsim.simulate(hardware, load, fidelity="analytic")
    assert played.latency_s >= closed.latency_s
    for result in (played, closed):
        assert not result.failed_checks, result.failed_checks
        assert result.metrics[figure] > 0.0


def test_convolutions_become_products_of_unfolded_images():
    """ResNet's first layer: 64 filters of 3 x 7 x 7 over 112 x 112 results."""
    assert im2col(3, 64, (7, 7), (112, 112)) == (12544, 64, 147)
    assert im2col(3, 64, (7, 7), (112, 112), images=8) == (100352, 64, 147)
