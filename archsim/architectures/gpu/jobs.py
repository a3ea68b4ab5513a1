"""Which job a workload is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.base import expect
from archsim.architectures.gpu import language, vision
from archsim.architectures.gpu.job import Job
from archsim.workload.graphics.workload import GraphicsWorkload
from archsim.workload.llm import LlmWorkload
from archsim.workload.moe_vit import MoeVitWorkload
from archsim.workload.network import NetworkWorkload
from archsim.workload.ternary_lm_workload import TernaryLmWorkload

if TYPE_CHECKING:
    from archsim.config import WorkloadSpec


def job_of(workload: WorkloadSpec, seed: int) -> Job:
    """Return what a workload asks of cards.

    Args:
        workload: A workload of a kind that the family runs.
        seed: Seed of lengths, routing and sampling.

    Raises:
        UnsupportedError: The workload is a serving run, or of another kind.
    """
    if isinstance(workload, GraphicsWorkload):
        return vision.frame_job(workload, seed)
    if isinstance(workload, NetworkWorkload | MoeVitWorkload):
        return vision.images_job(workload, seed)
    if isinstance(workload, TernaryLmWorkload):
        return language.ternary_job(workload, seed)
    return language.language_job(expect(LlmWorkload, workload), seed)
