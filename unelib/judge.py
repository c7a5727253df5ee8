"""The judge: an image classifier of attributes, trained on images only, that scores edits and never makes them."""

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from transformers import AutoModelForImageClassification

from .loading import find_model, pick_device

JUDGES = {"drawn-judge": "drawn-judge"}


class Judge:
    """`.attributes` (a names) and `.probabilities(pixels)` -> (n, a)."""

    def __init__(self, name, model, device):
        self.name, self.model, self.device = name, model, device
        self.attributes = [model.config.id2label[i] for i in range(model.config.num_labels)]

    @torch.inference_mode()
    def probabilities(self, pixels, batch_size=256):
        """Probability (n, a) of each attribute in pixels (n, 64, 64, 3) uint8."""
        parts = []
        for start in range(0, len(pixels), batch_size):
            x = torch.from_numpy(np.ascontiguousarray(pixels[start : start + batch_size])).to(self.device)
            x = x.permute(0, 3, 1, 2).float() / 127.5 - 1
            parts.append(self.model(x.contiguous(memory_format=torch.channels_last)).logits.sigmoid().cpu().numpy())
        return np.concatenate(parts)

    def auc(self, pixels, attributes):
        """AUC (a,) of the judge against known attributes (n, a)."""
        scores, known = self.probabilities(pixels), np.asarray(attributes)
        return np.array([roc_auc_score(known[:, j], scores[:, j]) for j in range(known.shape[1])])


def load_judge(name="drawn-judge", device="auto"):
    """A judge by preset, local folder or hub id of a multi-label transformers image classifier."""
    device, source = pick_device(device), find_model(name, JUDGES, "judge")
    try:
        model = AutoModelForImageClassification.from_pretrained(source, dtype=torch.float32, use_safetensors=True)
    except OSError as error:
        raise FileNotFoundError(f"judge {name!r}: no image classifier at {source!r} ({str(error)[:200]})") from error
    return Judge(name, model.to(device, memory_format=torch.channels_last).eval(), device)
