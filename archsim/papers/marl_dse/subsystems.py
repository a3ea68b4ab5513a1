"""The wider spaces: designs of several subsystems, each a group of parameters that an agent sets.

A study has one hardware and one workload, so that none spans a DRAM controller and a chip of
another family. ``joined`` makes such a space from two problems: every design of the one with every
design of the other. Its reward is the sum of theirs. Both are sums of logarithms of ratios, so that
the sum stands for the product of the ratios. Nothing couples the two sides: they are independent by
construction, which is the most that the paper's hypothesis can ask for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from archsim.envs import DesignEvaluator
from archsim.papers.marl_dse import controllers
from archsim.papers.marl_dse.contest import Problem
from archsim.papers.marl_dse.traces import table_of
from archsim.search.algorithm import Scores
from archsim.space import Parameter, Space, Study, load_study, make_reward
from archsim.space.reward import RewardSpec

CHIP, SERVER, JOINT = "two-accelerator chip", "NPU+PIM server", "DRAM and chip together"
NAMES = (CHIP, SERVER, JOINT)
CHIP_STUDY, SERVER_STUDY = "asic-chip-search", "npu-pim-server-search"
JOINT_TRACE = "random"
"""Trace of the DRAM side: that of the study ``dram-controller-search``."""


@contextmanager
def problem(name: str) -> Iterator[Problem]:
    """Make one of the wider problems.

    Args:
        name: One of ``NAMES``.
    """
    study = load_study(SERVER_STUDY if name == SERVER else CHIP_STUDY)
    with DesignEvaluator(study) as evaluator:
        alone = _of_study(name, study, evaluator)
        yield joined(JOINT, memory_problem(), alone) if name == JOINT else alone


def _of_study(name: str, study: Study, evaluator: DesignEvaluator) -> Problem:
    """Return the problem of a study with its own reward."""

    def evaluate(levels: NDArray[np.int64]) -> Scores:
        found = evaluator.evaluate(levels)
        return Scores(found.rewards, found.costs, found.violations)

    return Problem(name, study.space, evaluate, floor=-study.spec.reward.penalty)


def memory_problem() -> Problem:
    """Return the controllers of the repository's agents as one subsystem.

    The reward is the sum of the logarithms by which time and average power are below those of the
    study's base design; figures come from the outcome table of the trace.
    """
    study, table = load_study(controllers.STUDY), table_of(JOINT_TRACE)
    spec = RewardSpec(form="log_ratio")
    with DesignEvaluator(study) as evaluator:
        reward = make_reward(spec, study.objectives, study.constraints, evaluator.base_figures)
    figures = {"latency_s": table.time_ps / 1e12, "dram_power_w": table.power_w}
    worth = reward.of(figures, np.ones(len(table.time_ps), dtype=bool))

    def evaluate(levels: NDArray[np.int64]) -> Scores:
        rows = table.rows(levels)
        return Scores(worth.rewards[rows], worth.costs[rows], worth.violations[rows])

    grouped = [replace(item, group="dram") for item in study.space.parameters]
    return Problem("memory", Space(grouped), evaluate, floor=-spec.penalty)


def joined(name: str, first: Problem, second: Problem) -> Problem:
    """Return the product of two problems; its designs are rows of the one beside the other.

    Args:
        name: What rows call it.
        first: Its parameters come first, with ``first.`` before their keys.
        second: Its parameters follow, with ``second.`` before their keys.
    """
    width = len(first.space.shape)

    def evaluate(levels: NDArray[np.int64]) -> Scores:
        one, other = first.evaluate(levels[:, :width]), second.evaluate(levels[:, width:])
        return Scores(
            one.rewards + other.rewards,
            np.concatenate([one.costs, other.costs], axis=1),
            one.violations + other.violations,
        )

    parameters = [
        *map(partial(_prefixed, "first"), first.space.parameters),
        *map(partial(_prefixed, "second"), second.space.parameters),
    ]
    return Problem(name, Space(parameters), evaluate, floor=first.floor + second.floor)


def _prefixed(side: str, parameter: Parameter) -> Parameter:
    """Return a parameter whose keys say of which side it is."""
    rules = tuple((f"{side}.{key}", values) for key, values in parameter.inert_when)
    return replace(parameter, key=f"{side}.{parameter.key}", inert_when=rules)
