"""``make``: the environment of a study in the form that an agent needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from archsim.envs.design_evaluator import DesignEvaluator
from archsim.errors import InputError, MissingExtraError, UnknownNameError
from archsim.space import Study, load_study

if TYPE_CHECKING:
    from archsim.envs.agents_env import AgentsEnv
    from archsim.envs.design_env import DesignEnv
    from archsim.envs.observing import Scale
    from archsim.envs.vector_env import VectorDesignEnv

Source = Study | DesignEvaluator | str | Path | Mapping[str, object]
SingleForm = Literal["multi_discrete", "box", "discrete"]
AgentsForm = Literal["agents", "groups"]

FORMS = ("multi_discrete", "box", "discrete", "agents", "groups")
_AGENTS = ("agents", "groups")


@overload
def make(
    study: Source, form: SingleForm = ..., *, num_envs: None = ..., decoder: str | None = ...,
    horizon: int = ..., observe: Sequence[str] = ..., scale: Scale = ..., workers: int = ...,
) -> DesignEnv: ...  # fmt: skip


@overload
def make(
    study: Source, form: SingleForm = ..., *, num_envs: int, decoder: str | None = ...,
    horizon: int = ..., observe: Sequence[str] = ..., scale: Scale = ..., workers: int = ...,
) -> VectorDesignEnv: ...  # fmt: skip


@overload
def make(
    study: Source, form: AgentsForm, *, num_envs: None = ..., decoder: None = ...,
    horizon: int = ..., observe: Sequence[str] = ..., scale: Scale = ..., workers: int = ...,
) -> AgentsEnv: ...  # fmt: skip


def make(
    study: Source,
    form: SingleForm | AgentsForm = "multi_discrete",
    *,
    num_envs: int | None = None,
    decoder: str | None = None,
    horizon: int = 1,
    observe: Sequence[str] = (),
    scale: Scale = "base",
    workers: int = 1,
) -> DesignEnv | VectorDesignEnv | AgentsEnv:
    """Return an environment of a study.

    Args:
        study: A study, what ``load_study`` takes, or an evaluator that environments share.
        form: One agent with actions ``multi_discrete`` (levels), ``box`` (numbers from -1 to 1)
            or ``discrete`` (number of the point, small spaces); or ``agents`` (one a parameter)
            or ``groups`` (one a named group).
        num_envs: Number of environments that step together, for one agent; ``None``: no vector.
        decoder: Form ``box``: ``gap_free`` (default) or ArchGym's ``three_value``.
        horizon: Designs of an episode.
        observe: Metrics to observe; empty: those of the objectives and constraints.
        scale: ``"base"``: relative to the base design; ``"raw"``: in the metrics' units.
        workers: Designs that are evaluated at the same time.

    Raises:
        MissingExtraError: Gymnasium or PettingZoo is not installed.
        InputError: A name or number is wrong, or the study is.
    """
    if form not in FORMS:
        raise UnknownNameError("form of the environment", form, FORMS)
    if decoder is not None and form != "box":
        raise InputError("a decoder is a setting of the form box alone", found=decoder)
    if num_envs is not None and form in _AGENTS:
        raise InputError("only environments of one agent form a vector", found=f"form {form}",
                         allowed="multi_discrete, box, discrete")  # fmt: skip
    try:
        import gymnasium  # noqa: F401  # only its presence matters
        import pettingzoo  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("rl", "an environment for agents") from error
    from archsim.envs.actions import ActionDecoder
    from archsim.envs.agents_env import AgentsEnv
    from archsim.envs.design_env import DesignEnv
    from archsim.envs.observing import Observer
    from archsim.envs.vector_env import VectorDesignEnv

    evaluator = _evaluator(study, workers, observe)
    observer = Observer(evaluator, observe, scale)
    if form == "agents" or form == "groups":
        by: Literal["parameter", "group"] = "parameter" if form == "agents" else "group"
        return AgentsEnv(evaluator, by, observer, horizon)
    actions = ActionDecoder(evaluator.study.space, form, decoder or "gap_free")
    if num_envs is None:
        return DesignEnv(evaluator, actions, observer, horizon)
    return VectorDesignEnv(evaluator, actions, num_envs, observer, horizon)


def _evaluator(study: Source, workers: int, observe: Sequence[str]) -> DesignEvaluator:
    if isinstance(study, DesignEvaluator):
        return study
    loaded = study if isinstance(study, Study) else load_study(study)
    return DesignEvaluator(loaded, workers, metrics=observe)
