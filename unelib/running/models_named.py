"""Which models steps will load, by what their parameters name."""

from ..core import paths
from ..models.presets import PROBE
from . import parameters
from .notebooks import notebook_parameters, with_defaults

KINDS = {  # of parameters, by what they name
    "generator": (parameters.GeneratorName, parameters.GeneratorNames, parameters.OtherGenerator),
    "encoder": (
        parameters.EncoderName,
        parameters.EncoderNames,
        parameters.EmbeddingName,
        parameters.EmbeddingNames,
    ),
    "judge": (parameters.JudgeName, parameters.Scorer, parameters.JudgeModel),
}


def models_to_load(steps):
    """Models (kind, name) that the parameters of steps name, each once, in order; kind as `whereabouts` takes it."""
    found = {}
    for step in steps:
        ((notebook, values),) = with_defaults([(step.notebook, step.parameters)])
        for name, parameter in notebook_parameters(paths.ROOT / notebook).items():
            found |= dict.fromkeys(named_by(name, parameter.kind, values[name]))
    return list(found)


def named_by(parameter, kind, value):
    """Models (kind, name) that one parameter names; a probe that judges is the encoder that it reads."""
    if kind is parameters.Trials:
        return [model for generator, judge, _ in value.values()
                for model in (*model_in("generator", generator), *model_in("judge", judge))]  # fmt: skip
    what = next((what for what, kinds in KINDS.items() if any(kind is one for one in kinds)), None)
    if parameter == "judge":  # some notebooks take it as a text
        what = "judge"
    names = () if what is None else [value] if isinstance(value, str) else value
    return [model for name in names for model in model_in(what, name)]


def model_in(what, name):
    """(kind, name) of a model by its name in a parameter; nothing for an empty one."""
    if name.startswith(PROBE):
        return [("encoder", name.removeprefix(PROBE))]
    return [(what, name.removeprefix("untrained:"))] if name else []
