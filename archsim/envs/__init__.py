"""Environments: a study's design space for agents, one or many.

env = archsim.envs.make("dram-controller")                    # Gymnasium, MultiDiscrete
env = archsim.envs.make(study, "box", decoder="three_value")  # Gymnasium, Box
env = archsim.envs.make(study, "discrete", num_envs=64)       # Gymnasium's VectorEnv
env = archsim.envs.make(study, "agents")                      # PettingZoo, one agent a parameter
env = archsim.envs.make(study, "groups", horizon=16)          # one agent a named group

Gymnasium and PettingZoo (the extra ``rl``) are imported by ``make``; ``DesignEvaluator`` and the
decoders need neither.
"""

from archsim.envs.design_evaluator import DesignEvaluator
from archsim.envs.evaluations import Evaluations
from archsim.envs.making import make

__all__ = ["DesignEvaluator", "Evaluations", "make"]
