"""Small studies of one chip family, evaluated in batches, and a folder of its own for each test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SPACE = {
    "hardware.cluster.processors": {"values": [4, 8, 16, 32], "group": "cluster"},
    "hardware.cluster.frequency_hz": {"values": [0.6e9, 0.8e9, 1.0e9], "group": "cluster"},
    "hardware.encoding_engines.engines": {"values": [4, 8, 16], "group": "encoding"},
    "hardware.mlp_engine.rows": {"values": [32, 64], "group": "mlp"},
}


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch, tmp_path):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def study_data() -> Callable[..., dict[str, object]]:
    """Return a function that makes a study of NGPC clusters, 72 designs, as data."""

    def make(**more: object) -> dict[str, object]:
        return {
            "kind": "study",
            "name": "clusters",
            "hardware": "ngpc-resident",
            "workload": "gia-hashgrid",
            "space": SPACE,
            "objectives": ["minimise latency_s", "minimise cluster_area_mm2"],
            "methods": [{"name": "random", "options": {"designs": 8}}, {"name": "ga"}],
            "budget": {"evaluations": 24},
            "seeds": 3,
            **more,
        }

    return make
