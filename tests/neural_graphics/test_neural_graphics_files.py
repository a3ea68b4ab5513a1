"""Shipped clusters and frames: every pair runs, every number has a source, figures make sense."""

import json

import numpy as np
import pytest

import archsim
from archsim.architectures.neural_graphics import ARCHITECTURE
from archsim.architectures.neural_graphics.config import NeuralGraphicsHardware
from archsim.architectures.neural_graphics.cost import processor_cost, weight_multiplies
from archsim.cli.main import main
from archsim.config import list_named, numbers_without_source

CLUSTERS = sorted(f.name for f in list_named("hw_configs") if f.kind == "neural_graphics")
FRAMES = sorted(f.name for f in list_named("workloads") if f.kind == "graphics")
NETWORKS = ((32, 64), (64, 64), (64, 16))


def test_the_family_ships_its_clusters_and_frames():
    assert CLUSTERS == ["ngpc-16", "ngpc-32", "ngpc-64", "ngpc-8", "ngpc-resident"]
    assert len(FRAMES) == 16
    assert {"nerf-hashgrid", "nsdf-densegrid", "gia-lowres-densegrid"} <= set(FRAMES)


@pytest.mark.parametrize("name", CLUSTERS)
def test_every_number_of_a_cluster_has_a_source(name):
    assert numbers_without_source(archsim.load_hardware(name)) == []


@pytest.mark.parametrize("name", FRAMES)
def test_every_number_of_a_frame_has_a_source(name):
    assert numbers_without_source(archsim.load_workload(name)) == []


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("cluster", ["ngpc-8", "ngpc-64"])
def test_every_frame_runs_on_every_cluster(cluster, name):
    result = archsim.simulate(
        archsim.load_hardware(cluster), archsim.load_workload(name), fidelity="analytic"
    )
    assert not result.failed_checks, result.failed_checks
    assert result.metrics["speedup"] > 1.0
    assert result.metrics["frames_per_s"] == pytest.approx(1.0 / result.latency_s)
    assert result.energy_j < result.metrics["gpu_energy_per_frame_j"]
    assert json.dumps(result.to_dict())


@pytest.mark.parametrize(
    ("name", "macs", "lookups", "utilisation"),
    [
        ("nerf-hashgrid", 10240, 128, 0.50), ("nsdf-hashgrid", 7168, 128, 0.58),
        ("nvr-hashgrid", 7168, 128, 0.58), ("gia-hashgrid", 7168, 64, 0.58),
        ("nerf-densegrid", 9216, 64, 0.45), ("nsdf-densegrid", 6144, 64, 0.50),
        ("nerf-lowres-densegrid", 9216, 16, 0.45), ("nvr-lowres-densegrid", 6144, 16, 0.50),
    ],
)  # fmt: skip
def test_work_per_sample(name, macs, lookups, utilisation):
    workload = archsim.load_workload(name)
    assert workload.macs == macs
    assert workload.encoding.lookups == lookups
    passes = len(workload.networks)
    assert macs / (passes * 64 * 64) == pytest.approx(utilisation, abs=0.005)
    found = archsim.simulate(archsim.load_hardware("ngpc-8"), workload, fidelity="analytic")
    assert found.metrics["mlp_interval_cycles"] == passes
    assert found.metrics["mlp_utilisation"] == pytest.approx(utilisation, rel=0.06)


@pytest.mark.parametrize(("scale", "scenes"), [("4k", ["nerf"]), ("8k", ["nsdf", "nvr", "gia"])])
def test_larger_frames_of_the_gpu_scale_with_their_pixels(scale, scenes):
    for name in scenes:
        small = archsim.load_workload(f"{name}-hashgrid")
        large = archsim.load_workload(f"{name}-hashgrid-{scale}")
        factor = 4 if scale == "4k" else 16
        assert large.pixels == factor * small.pixels
        assert large.gpu_baseline.frame_s(large.pixels) == pytest.approx(
            factor * small.gpu_baseline.frame_time_s
        )


def test_the_published_gaps_to_real_time():
    nerf = archsim.load_workload("nerf-hashgrid-4k")
    nvr = archsim.load_workload("nvr-hashgrid", overrides={"width": 3840, "height": 2160})
    gaps = [w.gpu_baseline.frame_s(w.pixels) * 60.0 for w in (nerf, nvr)]
    assert gaps == pytest.approx([55.5, 1.51], rel=0.01)


def test_dense_grids_take_the_gpu_the_published_shares():
    for encoding, share in (("densegrid", 0.600), ("lowres-densegrid", 0.5996)):
        for name in ("nerf", "nsdf", "nvr", "gia"):
            frame = archsim.load_workload(f"{name}-{encoding}")
            base, pixels = frame.gpu_baseline, frame.pixels
            assert base.kernel_s(pixels) / base.frame_s(pixels) == pytest.approx(share, abs=1e-4)


def test_costs_of_a_processor():
    hardware = archsim.load_hardware("ngpc-64")
    frame = archsim.load_workload("nerf-hashgrid")
    cost = processor_cost(hardware, frame.encoding, frame.networks)
    # 16 MiB of bare bit cells at 7 nm are 3.62 mm2; macros and arrays come on top.
    cells = 16 * 2**20 * 8 * 0.027e-6
    assert cells == pytest.approx(3.62, abs=0.01)
    assert 1.4 <= cost.tables.area_mm2 / cells <= 1.8
    assert 1.4 <= cost.area_mm2 / 3.55 <= 1.9
    assert 0.5 <= cost.sample_j / 6.0e-9 <= 1.5
    assert cost.area_mm2 == pytest.approx(sum(part.area_mm2 for part in cost.parts.values()))


def test_energy_follows_the_work():
    hardware = archsim.load_hardware("ngpc-64")
    hash_grid = archsim.load_workload("nsdf-hashgrid").encoding
    dense = archsim.load_workload("nsdf-densegrid").encoding
    costs = {name: processor_cost(hardware, grid, NETWORKS)
             for name, grid in (("hash", hash_grid), ("dense", dense))}  # fmt: skip
    assert costs["hash"].tables.sample_j == pytest.approx(2 * costs["dense"].tables.sample_j)
    assert costs["hash"].mlp.sample_j == costs["dense"].mlp.sample_j
    wider = processor_cost(hardware, hash_grid, (*NETWORKS, (64, 64)))
    assert wider.mlp.sample_j > costs["hash"].mlp.sample_j
    assert [weight_multiplies(d) for d in (1, 2, 3)] == [0, 4, 12]


@pytest.mark.parametrize("precision", ["int8", "fp16", "fp32"])
def test_narrower_numbers_are_smaller_and_cheaper(precision):
    hardware = archsim.load_hardware("ngpc-64", overrides={"mlp_engine.precision": precision})
    wide = archsim.load_hardware("ngpc-64", overrides={"mlp_engine.precision": "fp32"})
    assert isinstance(hardware, NeuralGraphicsHardware)
    grid = archsim.load_workload("nsdf-hashgrid").encoding
    cost, most = (processor_cost(item, grid, NETWORKS) for item in (hardware, wide))
    assert cost.mlp.area_mm2 <= most.mlp.area_mm2
    assert cost.mlp.sample_j <= most.mlp.sample_j


def test_scaling_multiplies_what_it_says():
    factors = {"scaling": {"from_node_nm": 45, "area_factor": 0.05, "energy_factor": 0.1}}
    twice = {"scaling": {"from_node_nm": 45, "area_factor": 0.1, "energy_factor": 0.2}}
    grid = archsim.load_workload("nsdf-hashgrid").encoding
    one, two = (
        processor_cost(archsim.load_hardware("ngpc-64", overrides=changes), grid, NETWORKS)
        for changes in (factors, twice)
    )
    assert two.area_mm2 == pytest.approx(2 * one.area_mm2)
    assert two.sample_j == pytest.approx(2 * one.sample_j)
    assert two.tables.leakage_w == one.tables.leakage_w


def test_a_run_on_the_command_line(capsys, tmp_path):
    timeline = tmp_path / "frame.json"
    arguments = ["run", "ngpc-16", "nsdf-hashgrid", "--set", "cluster.frequency_hz=1.2 GHz",
                 "--timeline", str(timeline), "--json"]  # fmt: skip
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metrics"]["speedup"] > 20.0
    assert all(check["passed"] for check in found["checks"])
    constants = {item["key"]: item for item in found["provenance"]["constants"]}
    assert constants["hardware.cluster.frequency_hz"]["certainty"] == "estimate"
    assert constants["hardware.gpu.rest_fusion_speedup"]["certainty"] == "primary"
    assert timeline.stat().st_size > 1000


def test_comparing_clusters(capsys):
    assert main(["compare", "gia-hashgrid", "ngpc-8", "ngpc-64"]) == 0
    assert "ngpc-64" in capsys.readouterr().out


def test_the_shipped_study_has_a_front_of_time_and_area_and_designs_whose_tables_do_not_fit():
    from archsim.space.study import load_study

    study = load_study("ngpc-front")
    assert [objective.metric for objective in study.objectives] == [
        "latency_s", "cluster_area_mm2",
    ]  # fmt: skip
    columns = {
        "cluster.processors": np.array([8, 8, 64]),
        "encoding_engines.engines": np.array([8, 16, 16]),
    }
    found = ARCHITECTURE.evaluate_batch(study.hardware, study.workload, columns)
    assert found["feasible"].tolist() == [0.0, 1.0, 1.0]
    assert found["latency_s"][2] < found["latency_s"][1]
    assert found["cluster_area_mm2"][2] > found["cluster_area_mm2"][1]


def test_metrics_are_explained(capsys):
    assert main(["explain", "speedup_over_fused_gpu"]) == 0
    assert "fused" in capsys.readouterr().out
