"""Bad files for neural graphics clusters: one sentence with file, line, key and the allowed."""

import pytest

HARDWARE = "kind: neural_graphics\nschema_version: 1\nname: bad\nextends: ngpc-8\n"
WORKLOAD = "kind: graphics\nschema_version: 1\nname: bad\nextends: nsdf-hashgrid\n"
WHOLE = "must be a whole number"

# Line 5 of a hardware file, the key that is named, and further parts of the sentence.
CLUSTERS = [
    ("cluster: {processors: 0}", "cluster.processors", WHOLE, "found 0", "1 to 4096"),
    ("cluster: {processors: 8.5}", "cluster.processors", WHOLE, "found 8.5"),
    ("cluster: {processors: true}", "cluster.processors", WHOLE, "found true"),
    ("cluster: {frequency_hz: 1 GB}", "cluster.frequency_hz", "is a size in bytes"),
    ("cluster: {frequency_hz: .nan}", "cluster.frequency_hz", "found .nan"),
    ("cluster: {frequency: 1 GHz}", "cluster.frequency", "mean cluster.frequency_hz?"),
    ("encoding_engines: {engines: 0}", "encoding_engines.engines", WHOLE, "1 to 256"),
    ("encoding_engines: {banks: 6}", "encoding_engines.banks", "bits of the index", "found 6"),
    ("encoding_engines: {sram_bytes: 1 GHz}", "encoding_engines.sram_bytes", "is a frequency"),
    ("encoding_engines: {sram_bytes: 1 KiB}", "encoding_engines.sram_bytes", "256 bytes"),
    (
        "encoding_engines: {interleave: xorfold}", "encoding_engines.interleave",
        "low_order, xor_fold, parity", "did you mean xor_fold?",
    ),
    ("encoding_engines: {coupling: fifos}", "encoding_engines.coupling", "did you mean fifo?"),
    ("encoding_engines: {fifo_samples: 0}", "encoding_engines.fifo_samples", WHOLE),
    ("encoding_engines: {latency_cycles: -1}", "encoding_engines.latency_cycles", "found -1"),
    ("mlp_engine: {rows: 0}", "mlp_engine.rows", WHOLE, "1 to 4096"),
    ("mlp_engine: {precision: fp8}", "mlp_engine.precision", "int4, int8", "found 'fp8'"),
    ("mlp_engine: {weight_reload: hiden}", "mlp_engine.weight_reload", "did you mean hidden?"),
    ("ports: {input_bytes_per_cycle: 0}", "ports.input_bytes_per_cycle", "found 0"),
    ("memory: {bandwidth_bytes_per_s: 936 GHz}", "memory.bandwidth_bytes_per_s", "a frequency"),
    ("memory: {energy_kind: gddr6x}", "memory.energy_kind", "did you mean gddr6?"),
    ("tables: {mode: residents}", "tables.mode", "did you mean resident?"),
    ("tables: {distribution: multicast}", "tables.distribution", "broadcast, copies"),
    ("scheduler: {buffers: 0}", "scheduler.buffers", WHOLE, "1 to 64"),
    ("scheduler: {ray_tiles: 0}", "scheduler.ray_tiles", WHOLE),
    ("scheduler: {batch_bytes: 3 MHz}", "scheduler.batch_bytes", "is a frequency"),
    ("scheduler: {dispatch_s: -1 us}", "scheduler.dispatch_s", "found '-1 us'"),
    ("gpu: {rest_fusion_speedup: 0.5}", "gpu.rest_fusion_speedup", "found 0.5", "1 to 1000"),
    ("gpu: {die_area_mm2: 0}", "gpu.die_area_mm2", "found 0"),
    ("gpu: {sms: 82}", "gpu.sms", "unknown key"),
    ("node_nm: 0", "node_nm", WHOLE),
    ("scaling: {from_node_nm: 45}", "scaling.area_factor", "missing"),
    (
        "scaling: {from_node_nm: 45, area_factor: 0, energy_factor: 1}", "scaling.area_factor",
        "found 0",
    ),
]  # fmt: skip

# Line 5 of a workload file, the key, and further parts.
FRAMES = [
    ("width: 0", "width", WHOLE, "1 to 131072"),
    ("height: 1080.5", "height", WHOLE, "found 1080.5"),
    ("application: neerf", "application", "did you mean nerf?"),
    ("encoding: {grid: hashed}", "encoding.grid", "hash, dense, tiled", "did you mean hash?"),
    ("encoding: {grid: dense}", "encoding.grid", "need a table size"),
    ("encoding: {log2_entries: null}", "encoding.log2_entries", "need a table size"),
    ("encoding: {log2_entries: 31}", "encoding.log2_entries", "3 to 30"),
    ("encoding: {levels: 0}", "encoding.levels", WHOLE, "1 to 64"),
    ("encoding: {levels: 64}", "encoding.levels", "too many vertices", "2^40"),
    ("encoding: {dimensions: 4}", "encoding.dimensions", "found 4"),
    ("encoding: {features: 3}", "encoding.features", "found 3"),
    ("encoding: {growth_factor: 0.5}", "encoding.growth_factor", "found 0.5", "1 to 16"),
    ("encoding: {growth_factor: null}", "encoding.growth_factor", "needs one of", "neither"),
    ("encoding: {finest_resolution: 512}", "encoding.finest_resolution", "needs one of", "both"),
    (
        "encoding: {growth_factor: null, finest_resolution: 8}", "encoding.finest_resolution",
        "cannot be coarser", "at least base_resolution = 16",
    ),
    ("networks: []", "networks", "at least one matrix"),
    ("networks: [[16, 64]]", "networks.0", "found 16 inputs", "32 = levels x features"),
    ("networks: [[32]]", "networks.0.1", "missing"),
    ("input_bytes: 0", "input_bytes", WHOLE),
    ("sampling: {method: trace}", "sampling", "sphere_trace"),
    ("sampling: {scene: room2}", "sampling.scene", "solids, room", "did you mean room?"),
    ("sampling: {rays_across: 4}", "sampling.rays_across", WHOLE, "8 to 512"),
    ("sampling: {hit_distance: 0}", "sampling.hit_distance", "found 0"),
    ("gpu_baseline: {frame_time_s: 0 ms}", "gpu_baseline.frame_time_s", "found '0 ms'"),
    ("gpu_baseline: {mlp_share: 0.7}", "gpu_baseline.mlp_share", "found 0.4024 + 0.7"),
    ("gpu_baseline: {encoding_share: 1.2}", "gpu_baseline.encoding_share", "0 to 1"),
    ("gpu_baseline: {speedup: 39}", "gpu_baseline.speedup", "unknown key"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "key", "parts"), [(a, b, rest) for a, b, *rest in CLUSTERS])
def test_bad_clusters(refused, folder, line, key, parts):
    (folder / "bad.yaml").write_text(HARDWARE + line + "\n", encoding="utf-8")
    sentence = refused("run", "bad.yaml", "gia-hashgrid")
    assert "bad.yaml:5" in sentence
    for part in (key, *parts):
        assert part in sentence, sentence


@pytest.mark.parametrize(("line", "key", "parts"), [(a, b, rest) for a, b, *rest in FRAMES])
def test_bad_frames(refused, folder, line, key, parts):
    (folder / "bad.yaml").write_text(WORKLOAD + line + "\n", encoding="utf-8")
    sentence = refused("run", "ngpc-8", "bad.yaml")
    assert "bad.yaml:" in sentence
    for part in (key, *parts):
        assert part in sentence, sentence


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--set", "tables.mode=resident"),
         ("do not fit", "2097152 bytes in one engine", "at most 1048576 bytes", "capacity")),
        (("--set", "encoding_engines.engines=12"),
         ("do not divide into the engines", "16 levels on 12 engines")),
        (("--set", "encoding.levels=12", "--set", "networks=[[24, 64]]"),
         ("12 levels on 16 engines", "1, 2, 4, 8, 16, 32, 48, 64 levels")),
        (("--set", "node_nm=5"), ("unknown process node", "did you mean 7 nm?")),
        (("--set", "scheduler.batch_bytes=16"), ("too many batches",)),
        (("--set", "cluster.clock=1"), ("unknown key", "cluster.")),
        (("--set", "name=x"), ("is a key of both files",)),
        (("--fidelity", "cycle"), ("unknown fidelity",)),
        (("--set", "width=16", "--set", "height=8", "--set", "gpu_baseline.frame_time_s=0"),
         ("gpu_baseline.frame_time_s",)),
    ],
)  # fmt: skip
def test_designs_and_frames_that_do_not_fit_each_other(refused, arguments, parts):
    sentence = refused("run", "ngpc-8", "nsdf-hashgrid", *arguments)
    for part in parts:
        assert part in sentence, sentence


def test_no_sample_to_compute(refused, folder):
    text = (
        "kind: graphics\nschema_version: 1\nname: none\nextends: gia-hashgrid\nwidth: 1\n"
        "height: 1\nsampling: {method: given, samples_per_pixel: 0.1}\n"
    )
    (folder / "none.yaml").write_text(text, encoding="utf-8")
    assert "the frame has no sample to compute" in refused("run", "ngpc-8", "none.yaml")


def test_zero_samples_per_pixel(refused, folder):
    text = (
        "kind: graphics\nschema_version: 1\nname: none\nextends: gia-hashgrid\n"
        "sampling: {method: given, samples_per_pixel: 0}\n"
    )
    (folder / "none.yaml").write_text(text, encoding="utf-8")
    sentence = refused("run", "ngpc-8", "none.yaml")
    assert "none.yaml:5" in sentence
    assert "sampling.samples_per_pixel" in sentence


def test_other_families_refuse_frames_and_the_cluster_refuses_models(refused):
    assert "cannot run the workload" in refused("run", "neupims", "gia-hashgrid")
    assert "cannot run the workload" in refused("run", "ngpc-8", "gpt3-7b-alpaca")
