"""What random pairs found once: each stays fixed."""

import pytest

import archsim
from archsim.errors import InputError
from archsim.testing.small import SMALL_WORKLOADS


def load(kind, name, **changes):
    (workload,) = [item for item in SMALL_WORKLOADS[kind] if item["name"] == name]
    return archsim.load_workload({**workload, **changes})


@pytest.mark.parametrize(
    ("settings", "key", "allowed"),
    [
        # The data bus was more than busy when commands followed each other faster than bursts.
        ({"timing.ccd_s": 1}, "timing.ccd_s", "at least burst_length / data_rate = 4"),
        # A burst of no clocks divided by zero.
        ({"organisation.data_rate": 3}, "organisation.burst_length", "multiple of data_rate = 3"),
        ({"organisation.burst_length": 2, "organisation.data_rate": 8}, "burst_length", "= 8"),
    ],
)
def test_bursts_fit_between_column_commands(settings, key, allowed):
    with pytest.raises(InputError, match=key) as found:
        archsim.load_hardware("dram-ddr3-1600", overrides=settings)
    assert allowed in str(found.value)


def test_the_roofline_of_one_byte_elements_is_that_of_the_rate_they_run_at():
    card = archsim.load_hardware("rtx_4070", overrides={"chip.tf32_flops": 2.9e10})
    result = archsim.simulate(card, load("network", "small-resnet9"))
    assert not result.failed_checks


def test_requests_never_come_after_the_last_clock():
    late = load("memory_trace", "small-poisson", mean_gap_cycles=1e18)
    with pytest.raises(InputError, match="mean_gap_cycles: the last request would come too late"):
        archsim.simulate(archsim.load_hardware("dram-ddr4-2400"), late)


def test_samples_of_a_frame_can_be_counted():
    sampling = {"method": "given", "samples_per_pixel": 1e20}
    many = load("graphics", "small-frame", sampling=sampling)
    for name in ("ngpc-8", "h100_sxm"):
        with pytest.raises(InputError, match="too many samples to count"):
            archsim.simulate(archsim.load_hardware(name), many)


def test_an_odd_number_of_layers_has_room_for_half_as_many_with_experts():
    """Layers 1, 3, 5 ... have experts; a third layer is no second place for them."""
    (start,) = SMALL_WORKLOADS["moe_vit"]
    model = {**start["model"], "layers": 3}
    with pytest.raises(InputError, match=r"model\.moe_layers: at most every second layer"):
        archsim.load_workload({**start, "model": model})
    work = archsim.load_workload({**start, "model": {**model, "moe_layers": 1}})
    result = archsim.simulate(archsim.load_hardware("edge-moe-zcu102"), work)
    assert not result.failed_checks


def test_pim_refuses_a_window_shorter_than_its_contexts():
    (start,) = [item for item in SMALL_WORKLOADS["llm"] if item["name"] == "small-decode"]
    for window, refused in ((1, True), (699, True), (700, False)):
        work = archsim.load_workload(
            {**start, "model": {**start["model"], "sliding_window": window}}
        )
        if refused:
            with pytest.raises(InputError, match=r"model\.sliding_window: PIM attends to whole"):
                archsim.simulate(archsim.load_hardware("neupims"), work)
        else:
            result = archsim.simulate(archsim.load_hardware("neupims"), work)
            assert not result.failed_checks
        npu = archsim.simulate(archsim.load_hardware("npu-only"), work)
        assert not npu.failed_checks
