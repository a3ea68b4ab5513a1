"""What is mutated, and the tests that have to notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEED = "archsim-3"
PER_MODULE = 5


@dataclass(frozen=True)
class Group:
    """Modules of one folder of the package, and the test files or folders for them.

    Attributes:
        folder: Folder of the package.
        modules: Modules of the folder.
        tests: Test files, folders or functions that have to notice a change.
        per_module: Mutants of each module, unless told otherwise: fewer where tests are slow.
        limit_s: Tests that take longer are left out at first.
    """

    folder: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    per_module: int = PER_MODULE
    limit_s: float = 1.0

    def paths(self) -> list[Path]:
        """Return the files of the modules."""
        return [ROOT / "archsim" / self.folder / f"{name}.py" for name in self.modules]


GROUPS = {
    "kernel": Group(
        "kernel",
        ("clock", "server", "store", "shared_bandwidth", "round_robin", "processor_sharing",
         "paced_work", "simulation", "steady_state", "reuse", "timeline", "statistics", "events"),
        ("tests/kernel",),
    ),
    "dram": Group(
        "architectures/dram",
        ("timing", "controller", "policies", "refresh", "selection", "front", "buffer", "mapping",
         "responses", "uncontended", "energy", "power", "legality"),
        (
            "tests/dram/test_controller_rules.py",
            "tests/dram/test_dramsys_exactness.py::"
            "test_one_run_is_the_peers_in_time_commands_energy_and_latency",
            "tests/dram/test_legality.py::test_ddr3_is_illegal_one_clock_earlier",
            "tests/dram/test_legality.py::test_ddr4_tells_bank_groups_apart",
            "tests/dram/test_legality.py::test_hbm2_activates_take_two_clocks_of_their_bus",
            "tests/dram/test_legality.py::test_rows_have_to_be_open_or_closed",
            "tests/dram/test_legality.py::test_injected_faults_are_caught",
            "tests/dram/test_dram_energy.py",
            "tests/dram/test_dram_devices.py",
        ),
        per_module=3,
        limit_s=20.0,
    ),
    "maestro": Group(
        "architectures/asic/maestro",
        ("dla", "shi", "rs", "levels", "volumes", "table", "layers", "energy", "silicon"),
        (
            "tests/asic/test_maestro_edges.py",
            "tests/asic/test_maestro_forms.py",
            "tests/asic/test_maestro_layer_limits.py",
            "tests/asic/test_maestro_oracle.py",
        ),
    ),
    "npu_pim": Group(
        "architectures/npu_pim",
        ("gemm", "gemv", "row_tile", "operations", "npu_attention", "stages", "cost"),
        (
            "tests/npu_pim/test_products_and_stages.py",
            "tests/npu_pim/test_row_tile_figures.py",
            "tests/npu_pim/test_attention_jobs_and_schedule.py",
            "tests/npu_pim/test_dram_energy_figures.py",
            "tests/npu_pim/test_npu_attention_by_hand.py",
        ),
    ),
    "fpga": Group(
        "architectures/fpga",
        ("core_timing", "ternary_time", "matvec", "vit_costs", "roofline", "energy"),
        (
            "tests/fpga/test_ternary_block.py",
            "tests/fpga/test_ternary_reference.py",
            "tests/fpga/test_moe_vit.py",
            "tests/fpga/test_core_and_costs_by_hand.py",
            "tests/fpga/test_event_models.py",
            "tests/fpga/test_fpga_runs.py::test_shipped_pairs_run_and_both_fidelities_agree",
        ),
    ),
    "neural_graphics": Group(
        "architectures/neural_graphics",
        ("timing", "banks", "cost"),
        (
            "tests/neural_graphics/test_bank_conflicts.py",
            "tests/neural_graphics/test_frame_timing.py",
            "tests/neural_graphics/test_processor_cost_by_hand.py",
        ),
    ),
    "blocks": Group(
        "blocks",
        ("systolic", "systolic_cost", "vector", "dram_channel", "link", "sram", "double_buffer"),
        ("tests/blocks",),
    ),
    "technology": Group(
        "technology",
        ("arithmetic", "dram", "sram", "nodes", "interconnect"),
        ("tests/technology",),
    ),
}  # fmt: skip
