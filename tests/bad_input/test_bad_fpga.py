"""Bad files and settings of the FPGA family: one sentence with place, key and what is allowed."""

import pytest

HEAD = "kind: fpga\nschema_version: 1\nname: bad\nextends: d5005-512bit\n"
IMAGE_HEAD = "kind: fpga\nschema_version: 1\nname: bad\nextends: m3vit-zcu104\n"
MODEL = "kind: ternary_lm\nschema_version: 1\nname: bad\nextends: matmulfree-370m\n"
VISION = "kind: moe_vit\nschema_version: 1\nname: bad\nextends: m3vit-pascal\n"

CORES = [
    ("ternary_core: {lanes: 0}", "ternary_core.lanes", "found 0", "1 to 1048576"),
    ("ternary_core: {lane: 4}", "ternary_core.lane", "unknown key", "ternary_core.lanes?"),
    ("ternary_core: {cycles_per_beat: 0.5}", "ternary_core.cycles_per_beat", "found 0.5"),
    ("ternary_core: {cycles_per_beat: .nan}", "ternary_core.cycles_per_beat", "found .nan"),
    ("ternary_core: {memory_efficiency: 1.2}", "ternary_core.memory_efficiency", "found 1.2"),
    ("ternary_core: {weight_packing: base4}", "ternary_core.weight_packing", "two_bit, base3"),
    ("ternary_core: {frequency_hz: 60 GB}", "ternary_core.frequency_hz", "not a frequency"),
    ("ternary_core: {channels: 5}", "ternary_core.channels", "found 5", "at most 4"),
    ("ternary_core: {ports: 2}", "ternary_core.ports", "found 2", "at most channels = 1"),
    ("ternary_core: {state: ddr}", "ternary_core.state", "on_chip, memory"),
    ("ternary_core: {vector_registers: 4}", "ternary_core.vector_registers", "found 4"),
    ("ternary_core: {control_cells: {low: 30000}}", "ternary_core.control_cells.low", "26127"),
    ("energy: {byte: {low_j: 1 nJ}}", "energy.byte.low_j", "a range begins at its low end"),
    ("energy: {byte: {low_j: 1 W}}", "energy.byte.low_j", "is a power and not an energy"),
    ("energy: null", "energy", "needs energies of its work"),
    ("ternary_core: null", "ternary_core", "exactly one datapath", "found none"),
    ("board: {logic_kind: clb}", "board.logic_kind", "alm, lut"),
    ("board: {shell_share: 1.5}", "board.shell_share", "found 1.5"),
    (
        "board: {memory: {refresh_s: 1 us, refresh_interval_s: 1 us}}",
        "board.memory.refresh_s", "shorter than the interval",
    ),
    ("claimed_latency_s: 42 mW", "claimed_latency_s", "is a power and not a time"),
]  # fmt: skip

IMAGES = [
    ("vit_accelerator: {policy: reordered}", "vit_accelerator.policy", "did you mean reorder?"),
    ("vit_accelerator: {cache_experts: -1}", "vit_accelerator.cache_experts", "found -1"),
    ("vit_accelerator: {weight_bits: 0}", "vit_accelerator.weight_bits", "found 0"),
    ("vit_accelerator: {compute: {style: round}}", "vit_accelerator.compute", "flat"),
    ("vit_accelerator: {compute: {macs: 4}}", "compute", "unknown key"),
    ("vit_accelerator: {power_w: 10 J}", "vit_accelerator.power_w", "not a power"),
]

WORKLOADS = [
    (MODEL, "model: {ffn: 2700}", "model.ffn", "a multiple of 256", "did you mean 2816?"),
    (MODEL, "model: {layers: 0}", "model.layers", "found 0"),
    (MODEL, "batch: 1.5", "batch", "found 1.5"),
    (MODEL, "generated_token: 4", "generated_token", "did you mean generated_tokens?"),
    (VISION, "model: {top_k: 17}", "model.top_k", "found 17", "1 to 16"),
    (VISION, "model: {heads: 5}", "model.heads", "a divisor of 384"),
    (VISION, "image: {height_pixels: 100}", "image.height_pixels", "a multiple of 16"),
    (VISION, "routing: {distribution: zipff}", "routing", "zipf"),
    (VISION, "routing: {distribution: zipf, exponent: -2}", "exponent", "found -2"),
    (
        VISION, "routing: {distribution: recorded, choices: [[0, 1, 2, 3]]}",
        "routing.choices", "1025 tokens with 4",
    ),
]  # fmt: skip

COMMANDS = [
    (("run", "zcu104", "m3vit-pascal"), "this is a device", "hardware of kind"),
    (("run", "d5005-512bit", "m3vit-pascal"), "no accelerator of vision transformers"),
    (("run", "m3vit-zcu104", "matmulfree-370m"), "no ternary core"),
    (("run", "neupims", "matmulfree-370m"), "cannot run the workload", "ternary_lm"),
    (
        ("run", "m3vit-zcu104", "m3vit-pascal", "--set", "vit_accelerator.policy=resident"),
        "more on-chip memory than the XCZU7EV has",
    ),
    (
        ("run", "m3vit-zcu104", "m3vit-pascal", "--set", "vit_accelerator.cache_experts=4"),
        "only the policy token_major has a cache",
    ),
    (
        ("run", "m3vit-zcu104-token-major", "m3vit-pascal",
         "--set", "vit_accelerator.cache_experts=17"),
        "more experts than a layer has, found 17; allowed: at most 16",
    ),
    (
        ("run", "d5005-512bit", "matmulfree-2.7b", "--set", "board.memory.channel_bytes=100 MB"),
        "do not fit the memory",
    ),
    (
        ("run", "d5005-multicore", "matmulfree-370m", "--set", "ternary_core.cores=100"),
        "no room for so many cores",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "key", "parts"), [(a, b, c) for a, b, *c in CORES])
def test_bad_cores(folder, refused, line, key, parts):
    (folder / "bad.yaml").write_text(f"{HEAD}{line}\n", encoding="utf-8")
    sentence = refused("run", "bad.yaml", "matmulfree-370m")
    assert key in sentence
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(("line", "key", "parts"), [(a, b, c) for a, b, *c in IMAGES])
def test_bad_accelerators(folder, refused, line, key, parts):
    (folder / "bad.yaml").write_text(f"{IMAGE_HEAD}{line}\n", encoding="utf-8")
    sentence = refused("run", "bad.yaml", "m3vit-pascal")
    assert "bad.yaml:5" in sentence
    assert key in sentence
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(
    ("head", "line", "key", "parts"), [(a, b, c, d) for a, b, c, *d in WORKLOADS]
)
def test_bad_workloads(folder, refused, head, line, key, parts):
    (folder / "bad.yaml").write_text(f"{head}{line}\n", encoding="utf-8")
    hardware = "d5005-512bit" if head is MODEL else "m3vit-zcu104"
    sentence = refused("run", hardware, "bad.yaml")
    assert "bad.yaml:5" in sentence
    assert key in sentence
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(("arguments", "parts"), [(a, b) for a, *b in COMMANDS])
def test_bad_command_lines(refused, arguments, parts):
    sentence = refused(*arguments)
    for part in parts:
        assert part in sentence


def test_boards_can_be_checked(capsys, folder):
    from archsim.cli.main import main

    assert main(["check", "zcu104", "d5005"]) == 0
    assert capsys.readouterr().out.count("device") == 2
    (folder / "small.yaml").write_text(
        "kind: fpga_board\nname: small\nextends: zcu104\nboard: {dsps: -1}\n", encoding="utf-8"
    )
    assert main(["check", "small.yaml"]) == 2
    assert "board.dsps" in capsys.readouterr().out
