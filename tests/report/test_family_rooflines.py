"""One point of the roofline of each family by hand, and no point above its roof."""

import pytest

import archsim
from archsim.report.html.bandwidth_chart import bandwidth_chart
from archsim.report.html.run_page import run_page
from archsim.report.roofline import roofline, streams

SMALL = {
    "kind": "llm_model", "schema_version": 1, "name": "small", "hidden": 512, "layers": 2,
    "heads": 4, "kv_heads": 4, "head_dim": 128, "ffn": 1024, "gated": False, "activation": "gelu",
    "norm": "layer_norm", "position": "learned", "vocab": 1000, "max_positions": 1024,
    "tied_embeddings": True,
}  # fmt: skip
SERVED = {
    "kind": "llm", "schema_version": 1, "name": "served", "model": SMALL, "batch": 4,
    "lengths": {"distribution": "constant", "tokens": 40, "output_tokens": 5},
    "serving": {"requests": 6},
}  # fmt: skip


def run_of(hardware, workload, fidelity="analytic", **settings):
    design = archsim.load_hardware(hardware, settings)
    return archsim.simulate(design, archsim.load_workload(workload), fidelity=fidelity)


def point_of(run, operation):
    found = roofline(run)
    for point in found.points:
        assert 0 < point.share <= 1 + 1e-6, point
    point = next(point for point in found.points if point.operation == operation)
    assert point.roof in found.roofs
    return point, point.roof


def test_a_convolution_that_the_cache_of_a_card_holds():
    run = run_of("h100_sxm", "resnet50")
    point, roof = point_of(run, "conv1")
    m, n, k = 112 * 112, 64, 3 * 7 * 7
    assert point.operations == 2 * m * n * k
    assert point.bytes == 2 * (m * k + k * n + m * n)  # 5.3 MB of 50 MB
    assert (roof.level, roof.operations_per_s, roof.bytes_per_s) == ("cache", 989.4e12, 6.405e12)
    assert point.attainable == pytest.approx(6.405e12 * point.operations / point.bytes, rel=1e-12)
    assert len(roofline(run).points) == len(run.operations["operation"].unique())
    page = run_page(run, {})
    assert "roof of kernels (cache)" in page
    assert "roof of kernels (memory)" in page


def test_a_product_on_four_cards():
    point, roof = point_of(run_of("h100_sxm", "gpt3-7b-sharegpt"), "ffn_down")
    # 256 x 4096 x 4096 on each of four cards, in each of 32 layers.
    assert point.count == 32
    assert point.operations == 32 * 4 * 2 * 256 * 4096 * 4096
    operands = 2 * (256 * 4096 + 4096 * 4096 + 256 * 4096)
    kept = (0.85 - operands / 50e6) / 0.25  # by the second-level cache, between 0.6 and 0.85 of it
    assert point.bytes == pytest.approx(32 * 4 * operands * (1 - kept), rel=1e-12)
    assert (roof.operations_per_s, roof.bytes_per_s) == (4 * 989.4e12, 4 * 3.35e12)


def test_fused_attention_of_a_card_has_the_arithmetic_of_its_three_operations():
    run = run_of("a100_40gb", "gpt3-7b-sharegpt")
    work = archsim.load_workload("gpt3-7b-sharegpt")
    totals = work.trace(seed=0).totals
    asked = work.parallel.tensor * (2 * totals.macs + totals.vector_elements)
    assert run.operations["arithmetic_operations"].sum() == pytest.approx(asked, rel=1e-12)


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
def test_ternary_products_of_an_fpga(fidelity):
    run = run_of("kv260-ternary", "matmulfree-370m", fidelity)
    point, roof = point_of(run, "lm_head")
    # Five weights of 1.6 bits in a byte, each accumulated once.
    assert (point.operations, point.bytes) == (1024 * 32000, 1024 * 32000 / 5)
    assert point.intensity == 5.0
    core = archsim.load_hardware("kv260-ternary").ternary_core
    assert roof.operations_per_s == core.lanes * core.frequency_hz
    assert run.operations["operand_bytes"].sum() == run.components["bytes"].sum()


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
def test_experts_loaded_token_by_token(fidelity):
    run = run_of("m3vit-zcu104-token-major", "m3vit-pascal", fidelity)
    point, roof = point_of(run, "layer1.experts")
    visits, gate = 1025 * 4, 1025 * 384 * 16
    assert point.operations == 2 * (
        visits * 2 * 384 * 384 + (gate if fidelity == "analytic" else 0)
    )
    assert point.bytes == visits * (2 * 384 * 384 + 2 * 384) * 12 / 8
    assert (roof.operations_per_s, roof.bytes_per_s) == (2 * 1536 * 300e6, 64 * 300e6)


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
@pytest.mark.parametrize("name", ["m3vit-zcu104", "edge-moe-zcu102"])
def test_experts_in_order_load_beside_stages_and_none_beats_its_roof(name, fidelity):
    run = run_of(name, "edge-moe-224", fidelity)
    point_of(run, roofline(run).points[0].operation)
    table = run.operations
    arriving = table[table["component"] == "multipliers"]["operand_bytes"].sum()
    loaded = run.components["bytes"].sum()
    assert 0 < arriving <= loaded * (1 + 1e-9)
    if fidelity == "analytic":  # its stages leave no gap
        assert arriving == pytest.approx(loaded, rel=1e-12)


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
def test_a_batch_of_a_graphics_cluster(fidelity):
    point, roof = point_of(run_of("ngpc-8", "gia-hashgrid", fidelity), "call 0 tile 0")
    samples = 1920 * 1080 // 16
    assert point.operations == 2 * samples * (32 * 64 + 64 * 64 + 64 * 16)
    assert point.bytes == samples * (8 + 12)
    assert (roof.operations_per_s, roof.bytes_per_s) == (2 * 8 * 64 * 64 * 1e9, 936e9)


@pytest.mark.parametrize("prefill", ["standalone", "shared"])
@pytest.mark.parametrize("system", ["npu-only", "neupims"])
def test_passes_of_a_serving_run(system, prefill):
    run = run_of(system, SERVED, **{"scheduler.prefill": prefill})
    point, roof = point_of(run, "prefill")
    assert point.component == {"standalone": "prefill NPUs", "shared": "npu"}[prefill]
    assert point.count == 6
    prompt = archsim.load_workload({**SERVED, "phase": "prefill", "serving": None, "batch": 1})
    macs = prompt.trace(seed=0).totals.macs
    assert 2 * macs < point.operations / 6 < 2.1 * macs  # and some vector work
    npu = archsim.load_hardware(system).npu
    arrays = 2 * npu.systolic_arrays * npu.systolic_rows * npu.systolic_columns
    lanes = npu.vector_units * npu.vector_lanes
    assert roof.operations_per_s == (arrays + lanes) * npu.frequency_hz
    decode, _ = point_of(run, "decode")
    assert decode.component == "npu and pim"
    table = run.components.set_index("component")["bytes"]
    if system == "npu-only":
        assert point.bytes + decode.bytes == table.get("prefill NPUs", 0.0) + table["memory"]


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
def test_a_memory_has_its_bandwidth_alone(fidelity):
    run = run_of("dram-ddr3-1600", "memory-mix", fidelity)
    assert roofline(run) is None
    found = {stream.operation: stream for stream in streams(run)}
    # 64 bits at 1600 MT/s; reads and writes share the bus.
    assert [s.peak_bytes_per_s for s in found.values()] == pytest.approx([12.8e9, 12.8e9])
    assert sum(s.bytes for s in found.values()) == run.metrics["requests"] * 64
    used = sum(stream.share for stream in found.values())
    assert used == pytest.approx(run.metrics["bandwidth_utilisation"], rel=1e-3)
    assert [trace["name"] for trace in bandwidth_chart(streams(run)).traces] == ["peak", "achieved"]
    page = run_page(run, {})
    assert 'data-chart="bandwidth"' in page
    assert "the bandwidth is the only roof" in page


def test_streams_are_for_runs_without_arithmetic():
    run = run_of("h100_sxm", "resnet18")
    assert streams(run) == ()
    assert (run.operations["arithmetic_operations"] > 0).any()
