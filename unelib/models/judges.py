"""The judge: a classifier of attributes, trained on labelled images and no noise; it scores edits, never makes them."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageClassification, PreTrainedModel

from ..stats.roc import auc
from .loading import pick_device
from .presets import JUDGES, find_model


class Judge:
    """A classifier of attributes, each with a probability of its own: what `load_judge` returns.

    Parameters
    ----------
    name : str
        As asked for.
    model : transformers model
        An image classifier whose `problem_type` is multi_label_classification.
    processor : transformers image processor
        The model's own preprocessing.
    device : torch.device
        Where the model runs.

    Attributes
    ----------
    attributes : list of str (a,)
        Names of the attributes, in the order of the probabilities.
    name, model, processor, device
        As given.

    Examples
    --------
    >>> from unelib import load_images, load_judge
    >>> judge = load_judge("drawn-judge")
    >>> judge.probabilities(load_images("drawn-faces", n=2).pixels).shape == (2, len(judge.attributes))
    True
    """

    def __init__(self, name: str, model: PreTrainedModel, processor: Callable, device: torch.device) -> None:
        self.name, self.model, self.processor, self.device = name, model, processor, device
        self.attributes = [model.config.id2label[i] for i in range(model.config.num_labels)]

    @torch.inference_mode()
    def probabilities(self, pixels: NDArray[np.uint8], batch_size: int = 256) -> NDArray[np.float32]:
        """Probability of each attribute in images, through the model's own preprocessing.

        Parameters
        ----------
        pixels : ndarray (n, h, w, 3), uint8
            Images, 0 to 255.
        batch_size : int
            Images at once.

        Returns
        -------
        ndarray (n, a), float32
            Probabilities, 0 to 1; columns as in `attributes`.

        Raises
        ------
        ValueError
            Without images.
        """
        parts = []
        for start in range(0, len(pixels), batch_size):
            pictures = [Image.fromarray(p) for p in pixels[start : start + batch_size]]
            x = self.processor(images=pictures, return_tensors="pt")["pixel_values"].to(self.device)
            parts.append(self.model(x.contiguous(memory_format=torch.channels_last)).logits.sigmoid().cpu().numpy())
        return np.concatenate(parts)

    def auc(self, pixels: NDArray[np.uint8], attributes: ArrayLike) -> NDArray[np.float64]:
        """AUC of the judge against known attributes.

        Parameters
        ----------
        pixels : ndarray (n, h, w, 3), uint8
            Images, 0 to 255.
        attributes : array-like (n, a) of 0/1
            What is true of them; columns as in `.attributes`.

        Returns
        -------
        ndarray (a,)
            Area under the ROC curve of each attribute, 0 to 1.
        """
        return auc(self.probabilities(pixels), np.asarray(attributes))


def load_judge(name: str = "drawn-judge", device: str | torch.device = "auto") -> Judge:
    """A judge by preset, local folder or hub id of a transformers image classifier with its image processor.

    Parameters
    ----------
    name : str
        A preset (`JUDGES`), a local folder or a hub id.
    device : str or torch.device
        "auto" takes a GPU if there is one; or "cpu", "cuda", "cuda:1", "mps".

    Returns
    -------
    Judge
        Its `attributes` name what it judges; `probabilities` judges images.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If its classes exclude one another, or on a device that this machine lacks.

    Examples
    --------
    >>> from unelib import load_images, load_judge
    >>> load_judge().probabilities(load_images("drawn-faces", n=2).pixels).shape
    (2, 24)
    """
    place, source = pick_device(device), find_model(name, JUDGES, "judge")
    try:
        model = AutoModelForImageClassification.from_pretrained(source, dtype=torch.float32, use_safetensors=True)
        processor = AutoImageProcessor.from_pretrained(source, backend="pil")
    except OSError as error:
        raise FileNotFoundError(f"judge {name!r}: no image classifier at {source!r} ({str(error)[:200]})") from error
    if model.config.problem_type != "multi_label_classification":
        raise ValueError(
            f"judge {name!r} gives each image one class; choose a classifier whose problem_type is"
            " multi_label_classification: one probability an attribute"
        )
    return Judge(name, model.to(place, memory_format=torch.channels_last).eval(), processor, place)
