"""The judge: a classifier of attributes, trained on labelled images and no noise; it scores edits, never makes them."""

import numpy as np
import torch
from PIL import Image
from scipy.special import expit
from transformers import AutoImageProcessor, AutoModelForImageClassification

from .check import choice, same_columns
from .encoders import load_encoder
from .loading import find_model, pick_device
from .probe import LinearProbe
from .roc import auc

JUDGES = {"drawn-judge": "drawn-judge", "fashion-judge": "fashion-judge"}
PROBE = "probe:"  # before an encoder's name: a judge made of its embeddings


class Judge:
    """`.attributes` (a names) and `.probabilities(pixels)` -> (n, a)."""

    def __init__(self, name, model, processor, device):
        self.name, self.model, self.processor, self.device = name, model, processor, device
        self.attributes = [model.config.id2label[i] for i in range(model.config.num_labels)]

    @torch.inference_mode()
    def probabilities(self, pixels, batch_size=256):
        """Probability (n, a) of each attribute in pixels (n, h, w, 3) uint8, through the model's own preprocessing."""
        parts = []
        for start in range(0, len(pixels), batch_size):
            pictures = [Image.fromarray(p) for p in pixels[start : start + batch_size]]
            x = self.processor(images=pictures, return_tensors="pt")["pixel_values"].to(self.device)
            parts.append(self.model(x.contiguous(memory_format=torch.channels_last)).logits.sigmoid().cpu().numpy())
        return np.concatenate(parts)

    def auc(self, pixels, attributes):
        """AUC (a,) of the judge against known attributes (n, a)."""
        return auc(self.probabilities(pixels), np.asarray(attributes))


def load_judge(name="drawn-judge", device="auto"):
    """A judge by preset, local folder or hub id of a transformers image classifier with its image processor.

    Raises FileNotFoundError if there is none, ValueError if its classes exclude one another.
    """
    device, source = pick_device(device), find_model(name, JUDGES, "judge")
    try:
        model = AutoModelForImageClassification.from_pretrained(source, dtype=torch.float32, use_safetensors=True)
        processor = AutoImageProcessor.from_pretrained(source)
    except OSError as error:
        raise FileNotFoundError(f"judge {name!r}: no image classifier at {source!r} ({str(error)[:200]})") from error
    if model.config.problem_type != "multi_label_classification":
        raise ValueError(
            f"judge {name!r} gives each image one class; choose a classifier whose problem_type is"
            " multi_label_classification: one probability an attribute"
        )
    return Judge(name, model.to(device, memory_format=torch.channels_last).eval(), processor, device)


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


def judge_for(name, zoo, device="auto"):
    """A judge by name, as `load_judge`; "probe:" and an encoder's name makes one of that view's training images.

    Raises ValueError, listing the views, if the zoo does not have that one.
    """
    if not name.startswith(PROBE):
        return load_judge(name, device)
    view = name.removeprefix(PROBE)
    choice(view, zoo.views_of("embedding"), "view to judge by")
    learn = zoo.split == "train"
    probe = LinearProbe("logistic").fit(zoo.rows(view, learn), zoo.attributes[learn])
    return ProbeJudge(name, load_encoder(view, device), probe)
