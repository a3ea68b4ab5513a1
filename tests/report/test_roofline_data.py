"""Rooflines: by hand, without the columns they need, and never beaten by a run."""

import pandas as pd
import pytest

import archsim
from archsim.report.html.roofline_chart import roofline_chart
from archsim.report.roofline import roofline
from archsim.result import COMPONENT_PEAKS, OPERATION_WORK, assemble


def run_of(*, with_peaks=True, with_work=True):
    components = pd.DataFrame(
        {
            "component": ["arrays", "memory", "pim"],
            "busy_s": [1.0, 1.0, 1.0],
            "dynamic_energy_j": [0.0, 0.0, 0.0],
            "static_energy_j": [0.0, 0.0, 0.0],
            "area_mm2": [0.0, 0.0, 0.0],
            "bytes": [0.0, 0.0, 0.0],
        }
    )
    if with_peaks:
        components["peak_operations_per_s"] = [100.0, 0.0, 20.0]
        components["peak_bytes_per_s"] = [0.0, 10.0, 40.0]
    rows = [
        ("product", "gemm", "arrays", 0.0, 1.0, 0.0),
        ("product", "gemm", "arrays", 1.0, 3.0, 0.0),
        ("copy", "copy", "memory", 0.0, 1.0, 0.0),
        ("logit", "attention", "pim", 0.0, 2.0, 0.0),
    ]
    names = ["operation", "kind", "component", "start_s", "end_s", "energy_j"]
    operations = pd.DataFrame(rows, columns=names)
    if with_work:
        operations["arithmetic_operations"] = [60.0, 60.0, 0.0, 20.0]
        operations["operand_bytes"] = [5.0, 15.0, 10.0, 40.0]
    return assemble(
        latency_s=3.0, components=components, operations=operations, metrics={}, provenance={}
    )


def test_points_and_roofs_by_hand():
    found = roofline(run_of())
    assert [(r.component, r.operations_per_s, r.bytes_per_s) for r in found.roofs] == [
        ("arrays", 100.0, 10.0),  # fed by the memory
        ("pim", 20.0, 40.0),  # has a bandwidth of its own
    ]
    assert found.roofs[0].ridge == 10.0
    product, logit = found.points  # the copy does no arithmetic
    assert (product.count, product.time_s, product.intensity) == (2, 3.0, 6.0)
    assert (product.achieved, product.attainable) == (40.0, 60.0)
    assert product.share == pytest.approx(2 / 3)
    assert (logit.intensity, logit.achieved, logit.attainable) == (0.5, 10.0, 20.0)


def run_with_cache(cache_rate=50.0):
    components = pd.DataFrame(
        {
            "component": ["kernels"],
            "busy_s": [8.0],
            "dynamic_energy_j": [0.0],
            "static_energy_j": [0.0],
            "area_mm2": [0.0],
            "bytes": [0.0],
            "peak_operations_per_s": [100.0],
            "peak_bytes_per_s": [10.0],
            "peak_cache_bytes_per_s": [cache_rate],
        }
    )
    rows = [
        # Operation, time, arithmetic, bytes from memory, bytes through the cache.
        ("streamed", 4.0, 80.0, 20.0, 25.0),  # 2 s of the memory, 0.5 s of the cache
        ("held", 4.0, 60.0, 0.0, 100.0),  # nothing leaves the cache
        ("mostly held", 4.0, 200.0, 5.0, 50.0),  # 0.5 s of the memory, 1 s of the cache
        ("register work", 4.0, 10.0, 0.0, 0.0),
    ]
    operations = pd.DataFrame(
        [(name, "gemm", "kernels", 0.0, time, 0.0, *work) for name, time, *work in rows],
        columns=["operation", "kind", "component", "start_s", "end_s", "energy_j",
                 "arithmetic_operations", "operand_bytes", "cache_bytes"],
    )  # fmt: skip
    return assemble(
        latency_s=8.0, components=components, operations=operations, metrics={}, provenance={}
    )


def test_a_cache_is_a_second_roof_by_hand():
    found = roofline(run_with_cache())
    memory, cache = found.roofs
    assert (memory.name, memory.bytes_per_s, memory.ridge) == ("kernels (memory)", 10.0, 10.0)
    assert (cache.name, cache.bytes_per_s, cache.ridge) == ("kernels (cache)", 50.0, 2.0)
    streamed, held, mostly = found.points  # work without bytes is nowhere
    assert (streamed.roof, streamed.bytes, streamed.intensity) == (memory, 20.0, 4.0)
    assert (streamed.achieved, streamed.attainable, streamed.share) == (20.0, 40.0, 0.5)
    assert (held.roof, held.bytes, held.intensity) == (cache, 100.0, 0.6)
    assert (held.achieved, held.attainable, held.share) == (15.0, 30.0, 0.5)
    assert (mostly.roof, mostly.intensity, mostly.attainable) == (cache, 4.0, 100.0)


def test_the_chart_draws_both_roofs_and_each_mark_under_its_own():
    chart = roofline_chart(roofline(run_with_cache()))
    drawn = {trace["name"]: trace for trace in chart.traces}
    assert list(drawn) == [
        "roof of kernels (memory)", "roof of kernels (cache)", "kernels (memory)",
        "kernels (cache)",
    ]  # fmt: skip
    assert drawn["roof of kernels (cache)"]["x"][1] == 2.0
    assert drawn["kernels (memory)"]["x"] == [4.0]
    assert drawn["kernels (cache)"]["x"] == [0.6, 4.0]
    assert "under the roof, of cache or memory" in chart.note
    assert "cache" not in roofline_chart(roofline(run_of())).note


def test_a_roof_that_no_operation_stands_under_has_no_marks():
    found = roofline(run_with_cache(cache_rate=1e-3))
    assert {point.roof.level for point in found.points} == {"cache"}
    names = [trace["name"] for trace in roofline_chart(found).traces]
    assert names == ["roof of kernels (memory)", "roof of kernels (cache)", "kernels (cache)"]


def test_a_component_without_a_cache_has_one_roof():
    found = roofline(run_with_cache(cache_rate=0.0))
    assert [roof.name for roof in found.roofs] == ["kernels"]
    assert [point.operation for point in found.points] == ["streamed", "mostly held"]


@pytest.mark.parametrize("columns", [{"with_peaks": False}, {"with_work": False}])
def test_there_is_no_roofline_without_what_it_needs(columns):
    assert roofline(run_of(**columns)) is None


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
@pytest.mark.parametrize("name", ["npu-only", "npu-pim-naive", "neupims", "neupims-subbatch"])
def test_no_operation_of_an_npu_pim_run_beats_its_roof(name, fidelity):
    hardware = archsim.load_hardware(name)
    workload = archsim.load_workload("gpt3-7b-sharegpt", {"batch": 48})
    run = archsim.simulate(hardware, workload, fidelity=fidelity)
    assert set(COMPONENT_PEAKS) <= set(run.components.columns)
    assert set(OPERATION_WORK) <= set(run.operations.columns)
    found = roofline(run)
    assert len(found.points) > 8
    for point in found.points:
        assert 0 < point.share <= 1 + 1e-9, point
    macs = workload.trace(seed=0).totals.macs * workload.parallel.tensor
    multiplying = run.operations[run.operations["component"].isin(["systolic arrays", "pim"])]
    arithmetic = multiplying["arithmetic_operations"].sum()
    if name == "npu-only":  # its attention carries the softmax of the vector units
        assert 2 * macs < arithmetic < 2.02 * macs
    else:
        assert arithmetic == 2 * macs


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
@pytest.mark.parametrize(
    ("name", "network"),
    [("heterogeneous", "resnet18"), ("shi-1024", "mobilenetv2"), ("systolic-32x32", "resnet9")],
)
def test_no_layer_of_an_asic_run_beats_its_roof(name, network, fidelity):
    run = archsim.simulate(
        archsim.load_hardware(name), archsim.load_workload(network), fidelity=fidelity
    )
    found = roofline(run)
    assert len(found.points) == len(run.operations["operation"].unique())
    for point in found.points:
        assert 0 < point.share <= 1 + 1e-9, point
    assert run.operations["arithmetic_operations"].sum() == 2 * run.metrics["macs"]
    assert run.operations["operand_bytes"].sum() == run.metrics["memory_bytes"]


def test_a_chip_without_a_memory_model_has_no_roofline():
    chip, work = archsim.load_hardware("nasaic-w1"), archsim.load_workload("cifar-and-nuclei")
    assert roofline(archsim.simulate(chip, work, fidelity="analytic")) is None
