"""Image encoders behind one contract: pixels -> embedding, and text -> embedding where the model reads text.

transformers' own classes, configs and image processors, by preset, local folder or hub id.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    ViTImageProcessorPil,
)

from ..core.checks import at_once
from ..core.files import value_hash
from ..core.loops import told_slices
from .lite_encoders import is_lite, load_lite
from .loading import checked_images, first_line, pick_device, pick_dtype, weights_digest
from .packaged_weights import brought
from .presets import ENCODERS, find_model

READS_TEXT = ("clip", "siglip")
MODEL_TYPES = (*READS_TEXT, "dinov2", "dinov2_with_registers", "dinov3_vit", "vit_mae")


class Encoder:
    """An image encoder, and a text encoder too in CLIP's family: what `load_encoder` returns.

    Parameters
    ----------
    name : str
        As asked for.
    model : transformers model
        Of one of `MODEL_TYPES`.
    processor : transformers image processor
        The model's own preprocessing.
    tokenizer : transformers tokenizer or None
        None where the model reads no text.
    device, dtype : torch.device, torch.dtype
        Where and in what precision the model runs; what it returns is float32.

    Attributes
    ----------
    dim : int
        Length of an embedding.
    name, model, processor, tokenizer, device, dtype
        As given.

    Examples
    --------
    >>> from unelib import load_encoder, load_images
    >>> encoder = load_encoder("drawn-clip")
    >>> encoder.dim, encoder.embed(load_images("drawn-faces", n=2).pixels).shape
    (96, (2, 96))
    """

    def __init__(
        self,
        name: str,
        model: PreTrainedModel,
        processor: Any,
        tokenizer: PreTrainedTokenizerBase | None,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        self.name, self.model, self.processor, self.tokenizer = name, model, processor, tokenizer
        self.device, self.dtype = device, dtype
        self.dim = embedding_size(model.config)

    def __repr__(self) -> str:
        return f"Encoder({self.name!r}, dim {self.dim}, {self.dtype})"

    @property
    def settings(self) -> dict[str, Any]:
        """What an embedding depends on, for a view's manifest: model, weights, dtype and preprocessing."""
        return {
            "model": self.name,
            "weights": weights_digest(self.model),
            "dtype": str(self.dtype),
            "preprocessing": value_hash(self.processor.to_dict())[:16],
        }

    @property
    def longest_text(self) -> int:
        """Tokens of the longest text that is read: what the tokenizer says, or as many as the model has positions."""
        return min(
            getattr(self.tokenizer, "model_max_length", 0), self.model.config.text_config.max_position_embeddings
        )

    def embed(
        self, pixels: ArrayLike, batch_size: int | Literal["auto"] = 64, *, progress: bool = False
    ) -> NDArray[np.float32]:
        """Embeddings of images, not normalised.

        CLIP and SigLIP: the projected image feature; DINO and MAE: the class token after the last norm.

        Parameters
        ----------
        pixels : array-like (n, h, w, 3), uint8
            Images, 0 to 255. One grey channel, (n, h, w, 1), is taken as well.
        batch_size : int or "auto"
            Images at once; "auto" is 64.
        progress : bool
            Whether to show a bar.

        Returns
        -------
        ndarray (n, dim), float32
            One row an image.

        Raises
        ------
        ValueError
            On pixels of another shape or kind, or without any.
        """
        images = checked_images(pixels)
        label = f"embedding with {self.name}" if progress else None
        slices = told_slices(len(images), at_once(batch_size, 64), label)
        return np.concatenate([self.embed_batch(images[rows]) for rows in slices])

    @torch.inference_mode()
    def embed_batch(self, pixels):
        """Embeddings of one batch, through the model's own preprocessing."""
        given = self.inputs(pixels)
        if self.tokenizer is not None:
            return self.model.get_image_features(**given).pooler_output.float().cpu().numpy()
        return self.model(**given).last_hidden_state[:, 0].float().cpu().numpy()

    def inputs(self, pixels):
        """Keyword tensors that the model takes for one batch of images, by its own preprocessing."""
        pictures = [Image.fromarray(p.squeeze(-1) if p.shape[-1] == 1 else p).convert("RGB") for p in pixels]
        values = self.processor(images=pictures, return_tensors="pt")["pixel_values"].to(self.device, self.dtype)
        given = {"pixel_values": values}
        if self.model.config.model_type == "vit_mae":  # patches in their order
            given["noise"] = torch.arange(patch_count(self.model.config), device=self.device).expand(len(pixels), -1)
        return given

    @torch.inference_mode()
    def embed_text(self, texts: str | Iterable[str]) -> NDArray[np.float32]:
        """Embeddings of texts in the space of the images.

        Parameters
        ----------
        texts : str or iterable of str (m,)
            One text, or m of them.

        Returns
        -------
        ndarray (m, dim), float32
            One row a text, not normalised.

        Raises
        ------
        TypeError
            If the model reads no text.

        Examples
        --------
        >>> load_encoder("drawn-clip").embed_text(["a smile", "a hat"]).shape
        (2, 96)
        """
        if self.tokenizer is None:
            raise TypeError(f"{self.name} reads no text; choose a CLIP or SigLIP encoder")
        if isinstance(texts, str):
            texts = [texts]
        padding = "max_length" if self.model.config.model_type == "siglip" else True
        tokens = self.tokenizer(
            list(texts), padding=padding, truncation=True, max_length=self.longest_text, return_tensors="pt"
        ).to(self.device)
        return self.model.get_text_features(**tokens).pooler_output.float().cpu().numpy()


def load_encoder(
    name: str,
    device: str | torch.device = "auto",
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto",
    revision: str | None = None,
) -> Encoder:
    """An encoder by preset, local folder or hub id.

    Parameters
    ----------
    name : str
        A preset (`ENCODERS`), a local transformers folder or a hub id. `untrained:` before a name gives the same
        architecture with fresh weights (seed 0): the null model. "efficientnet-lite0" gives a `LiteEncoder`, with the
        weights of a package.
    device : str or torch.device
        "auto" takes a GPU if there is one; or "cpu", "cuda", "cuda:1", "mps".
    dtype : {"auto", "float32", "float16", "bfloat16"}
        Precision of the network. "auto" is float32 on a CPU and float16 on a GPU.
    revision : str, optional
        Branch, tag or commit of a hub id.

    Returns
    -------
    Encoder
        Its `embed` gives the embeddings of images, its `embed_text` those of texts.

    Raises
    ------
    FileNotFoundError
        If the model, or the package that its weights come in, cannot be had; it says what to do.
    ValueError
        If the model is none of `MODEL_TYPES`, on an unknown dtype, or on a device that this machine lacks.

    Examples
    --------
    >>> from unelib import load_encoder, load_images
    >>> load_encoder("drawn-clip").embed(load_images("drawn-faces", n=2).pixels).shape
    (2, 96)
    """
    place, untrained = pick_device(device), name.startswith("untrained:")
    source, precision = find_model(name.removeprefix("untrained:"), ENCODERS, "encoder"), pick_dtype(dtype, place)
    if is_lite(brought(source)):  # keeps the contract, which is what callers take
        return load_lite(name, source, place, precision, untrained)
    with missing_model(name, source):
        config = AutoConfig.from_pretrained(source, revision=revision)
    if config.model_type not in MODEL_TYPES:
        raise ValueError(f"encoder {name!r} is of type {config.model_type!r}; choose one of {', '.join(MODEL_TYPES)}")
    with missing_model(name, source):
        extra = {"mask_ratio": 0.0} if config.model_type == "vit_mae" else {}
        model = AutoModel.from_pretrained(source, revision=revision, dtype=precision, use_safetensors=True, **extra)
        # DINOv3's own class needs torchvision; ViT's does the same resize and normalisation, read from the same file
        processors = ViTImageProcessorPil if config.model_type == "dinov3_vit" else AutoImageProcessor
        processor = processors.from_pretrained(source, revision=revision)
        reads_text = config.model_type in READS_TEXT
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision) if reads_text else None
    if untrained:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = AutoModel.from_config(model.config, dtype=precision)
    return Encoder(name, model.to(place).eval().requires_grad_(False), processor, tokenizer, place, precision)


def reads_text(name: str) -> bool:
    """Whether an encoder, named as for `load_encoder`, reads text; False where its model cannot be had.

    >>> reads_text("drawn-clip"), reads_text("drawn-dino"), reads_text("nowhere")
    (True, False, False)
    """
    try:
        source = find_model(name.removeprefix("untrained:"), ENCODERS, "encoder")
        return AutoConfig.from_pretrained(source).model_type in READS_TEXT
    except (OSError, ValueError):
        return False


@contextmanager
def missing_model(name, source):
    """Inside, what goes wrong becomes one clear error: the model cannot be had."""
    try:
        yield
    except (OSError, ValueError, ConnectionError) as error:
        raise FileNotFoundError(
            f"encoder {name!r}: no transformers model at {source!r} ({first_line(error)}); put its folder there, or"
            " connect to the hub once so that it is cached, or choose one of " + ", ".join(ENCODERS)
        ) from error


def embedding_size(config):
    """Length of the embedding that `Encoder.embed` gives."""
    if config.model_type == "clip":
        return config.projection_dim
    return config.vision_config.hidden_size if config.model_type in READS_TEXT else config.hidden_size


def patch_count(config):
    """Number of patches a ViT cuts an image into."""
    return (config.image_size // config.patch_size) ** 2
