"""Small studies: clusters of engines (evaluated in batches) and a memory controller (ArchGym's)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archsim.space import Study, load_study

CLUSTERS = {
    "hardware.cluster.processors": {"values": [4, 8, 16, 32], "group": "cluster"},
    "hardware.cluster.frequency_hz": {"values": [0.6e9, 0.8e9, 1.0e9], "group": "cluster"},
    "hardware.encoding_engines.engines": {"values": [4, 8, 16], "group": "encoding"},
    "hardware.mlp_engine.rows": {"values": [32, 64], "group": "mlp"},
}
CONTROLLERS = {
    "hardware.controller.PagePolicy": {"values": ["Open", "Closed"]},
    "hardware.controller.RequestBufferSize": {"values": [1, 8, 64]},
    "hardware.controller.Arbiter": {"values": ["Simple", "Fifo"]},
    "hardware.controller.MaxActiveTransactions": {
        "values": [1, 8, 128],
        "inert_when": {"hardware.controller.Arbiter": "Simple"},
    },
}


@pytest.fixture
def clusters() -> Callable[..., Study]:
    """Return a function that makes a study of NGPC clusters, 72 designs."""

    def make(**more: object) -> Study:
        return load_study(
            {
                "kind": "study",
                "name": "clusters",
                "hardware": "ngpc-resident",
                "workload": "gia-hashgrid",
                "space": CLUSTERS,
                "objectives": ["minimise latency_s", "minimise cluster_area_mm2"],
                **more,
            }
        )

    return make


@pytest.fixture
def controllers() -> Callable[..., Study]:
    """Return a function that makes a study of DRAM controllers on a short trace, 24 designs."""

    def make(**more: object) -> Study:
        trace = {
            "kind": "memory_trace",
            "name": "short",
            "pattern": "random",
            "requests": 200,
            "gap_cycles": 1,
        }
        return load_study(
            {
                "kind": "study",
                "name": "controllers",
                "hardware": "dram-ddr3-1600",
                "workload": trace,
                "fidelity": "event",
                "space": CONTROLLERS,
                "objectives": ["minimise latency_s", "minimise dram_power_w"],
                **more,
            }
        )

    return make
