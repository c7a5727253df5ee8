"""A judge that is a probe of an encoder's embeddings, where no classifier of attributes comes along."""

from typing import Any

import numpy as np
from scipy.special import expit

from ..core.checks import choice, same_columns
from ..models.contracts import JudgeLike
from ..models.encoders import load_encoder
from ..models.judges import load_judge
from ..models.presets import PROBE
from ..probing.linear_probe import LinearProbe


class ProbeJudge:
    """A judge where no classifier is at hand: a fitted linear probe of an encoder's embeddings.

    `.attributes` (a names) and `.probabilities(pixels)` -> (n, a). It sees what the encoder sees, so directions that
    were found in that encoder's view should not be judged by it. ValueError if the probe was fitted to another view.
    """

    def __init__(self, name, encoder, probe):
        same_columns(np.empty((0, encoder.dim)), probe.n_features_in_, f"what {encoder.name} gives")
        self.name, self.encoder, self.probe = name, encoder, probe
        self.attributes = [str(attribute) for attribute in probe.attributes_]

    def probabilities(self, pixels):
        """Probability (n, a) of each attribute in pixels (n, h, w, 3) uint8."""
        return expit(self.probe.decision_function(self.encoder.embed(pixels)))


def seen_by(judge):
    """The view by which a judge sees, whose directions it is not to score; "" of one that is no probe."""
    return judge.encoder.name if isinstance(judge, ProbeJudge) else ""


def judge_for(name: str, zoo: Any, device: Any = "auto") -> JudgeLike:
    """A judge by name.

    Parameters
    ----------
    name : str
        As `load_judge` takes it; or "probe:" and an encoder's name: a probe of that view's training images. Where the
        zoo knows persons, each is on one side only when the probe's penalty is chosen.
    zoo : NoiseZoo
        Where the view lies.
    device : str or torch.device
        As `load_judge` takes it.

    Returns
    -------
    JudgeLike
        Its `attributes` and `probabilities`.

    Raises
    ------
    ValueError
        Listing the views, if the zoo does not have that one.
    """
    if not name.startswith(PROBE):
        return load_judge(name, device)
    view = name.removeprefix(PROBE)
    choice(view, zoo.views_of("embedding"), "view to judge by")
    learn = zoo.split == "train"
    probe = LinearProbe("logistic").fit(zoo.rows(view, learn), zoo.labels[learn], zoo.groups[learn])
    return ProbeJudge(name, load_encoder(view, device), probe)
