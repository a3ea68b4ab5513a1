"""A sweep on a real Ray cluster of three nodes, one of which dies in the middle."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

import archsim
from archsim.errors import InputError

ray = pytest.importorskip("ray", reason="needs the extra cluster")

PLUGIN = Path(__file__).parent / "plugin"
NODE_MEMORY = 80 * 2**20
# Ray leaves files and sockets to the garbage collector when a node is lost.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:.*:FutureWarning")


@pytest.fixture
def cluster(monkeypatch):
    """A head and two more nodes, one processor each, in processes of their own."""
    from ray.cluster_utils import Cluster

    paths = [str(PLUGIN), str(Path(archsim.__file__).parent.parent)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    options = {"num_cpus": 1, "object_store_memory": NODE_MEMORY}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nodes = Cluster(
            initialize_head=True, head_node_args={**options, "include_dashboard": False}
        )
        lost = nodes.add_node(**options)
        nodes.add_node(**options)
    nodes.to_lose = lost
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def test_a_cluster_that_loses_a_node_gives_the_same_table(cluster, make_study):
    space = {
        "hardware.lanes": {"minimum": 1, "maximum": 8, "step": 1},
        "hardware.ports": {"values": [1, 2, 3]},
        "hardware.mode": {"values": ["sound", "crash"]},
    }
    study = make_study(space, {"nap_s": 0.05})
    lost = []

    def lose_a_node(progress):
        if progress.new >= 8 and not lost:
            lost.append(progress.new)
            cluster.remove_node(cluster.to_lose, allow_graceful=False)

    on_cluster = archsim.sweep(study, ray=cluster.address, ledger="ray.sqlite", watcher=lose_a_node)
    assert lost
    assert lost[0] < len(on_cluster)
    here = archsim.sweep(study, ledger="here.sqlite", workers=2)
    assert on_cluster.to_csv(index=False) == here.to_csv(index=False)
    assert set(here["status"]) == {"done", "infeasible", "failed"}
    # With limits a trial runs in a process under its node; one that leaves is a failure.
    bad = make_study(
        {"hardware.mode": {"values": ["sound", "exit", "spin"]}}, limits={"wall_s": 3.0}
    )
    table = archsim.sweep(bad, ray=cluster.address, ledger="bad.sqlite")
    assert table["reason"].tolist() == [
        "", "its process ended with exit code 3", "passes its wall time limit of 3 s",
    ]  # fmt: skip


def test_no_cluster_at_an_address_is_one_sentence(make_study):
    with pytest.raises(InputError) as caught:
        archsim.sweep(make_study({"hardware.lanes": {"values": [1]}}), ray="nonsense")
    assert "there is no Ray cluster at 'nonsense'" in str(caught.value)
    assert "\n" not in str(caught.value)
