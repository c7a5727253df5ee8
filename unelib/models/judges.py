"""The judge: a classifier of attributes, trained on labelled images and no noise; it scores edits, never makes them."""

import numpy as np
import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageClassification

from ..stats.roc import auc
from .loading import find_model, pick_device

JUDGES = {"drawn-judge": "drawn-judge", "fashion-judge": "fashion-judge"}


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
