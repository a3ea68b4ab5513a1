"""Design spaces, objectives and constraints: data about designs; nothing is run here.

study = load_study("pim-versus-arrays")
study.space.size, study.space.point(0)
levels = choose_designs(study)
"""

from archsim.space.archgym_reward import archgym_reward
from archsim.space.choosing import METHODS, choose_designs
from archsim.space.constraint import Constraint, read_constraint
from archsim.space.objective import Objective, read_objective, weighted_sum
from archsim.space.parameter import Parameter, ParameterKind, Value
from archsim.space.pareto import hypervolume, pareto_front
from archsim.space.reward import Reward, RewardSpec, Worth, make_reward
from archsim.space.space import Space
from archsim.space.study import Study, load_study
from archsim.space.study_file import LimitsSpec, StudySpec

__all__ = [
    "METHODS",
    "Constraint",
    "LimitsSpec",
    "Objective",
    "Parameter",
    "ParameterKind",
    "Reward",
    "RewardSpec",
    "Space",
    "Study",
    "StudySpec",
    "Value",
    "Worth",
    "archgym_reward",
    "choose_designs",
    "hypervolume",
    "load_study",
    "make_reward",
    "pareto_front",
    "read_constraint",
    "read_objective",
    "weighted_sum",
]
