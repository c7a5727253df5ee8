"""Image encoders behind one contract: pixels -> embedding, and text -> embedding where the model reads text.

transformers' own classes, configs and image processors, by preset, local folder or hub id. Others by `timm:`,
`open_clip:`, `onnx:` and `python:` before a name: models of timm and open_clip, ONNX files, functions of one's own.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import (
    MODEL_MAPPING,
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    ViTImageProcessorPil,
)

from ..core.files import read_json, value_hash
from .encoder_names import WRITTEN, find_encoder, name_parts, running_code
from .function_encoders import function_encoder
from .lite_encoders import is_lite, load_lite
from .loading import first_line, pick_device, pick_dtype, weights_digest
from .onnx_encoders import onnx_encoder
from .open_clip_encoders import open_clip_encoder
from .packaged_weights import brought
from .picture_encoder import PictureEncoder, embed_pictures
from .pooled_outputs import accepted, first_tokens, image_features, pooled_output, takes_pixels
from .presets import ENCODERS
from .timm_encoders import timm_encoder

READS_TEXT = ("clip", "siglip")


class Encoder:
    """An image encoder, and a text encoder too in CLIP's family: what `load_encoder` returns.

    An embedding is, of models of pictures and texts (CLIP, SigLIP), the projected image feature; else the pooled
    output, if the model has a trained one; else the class token after the last norm (MAE); else the mean of tokens or
    places.

    Parameters
    ----------
    name : str
        As asked for.
    model : transformers model
        Any that takes pixels.
    processor : transformers image processor
        The model's own preprocessing.
    tokenizer : transformers tokenizer or None
        None where the model reads no text.
    device, dtype : torch.device, torch.dtype
        Where and in what precision the model runs; what it returns is float32.
    pooler : bool
        Whether the model's own pooling may be used: not where its weights were left out of the file.

    Attributes
    ----------
    dim : int
        Length of an embedding.
    name, model, processor, tokenizer, device, dtype, pooler
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
        pooler: bool = True,
    ) -> None:
        self.name, self.model, self.processor, self.tokenizer = name, model, processor, tokenizer
        self.device, self.dtype, self.pooler = device, dtype, pooler
        self.dim = self.tried().shape[1]

    def __repr__(self) -> str:
        return f"Encoder({self.name!r}, dim {self.dim}, {self.dtype})"

    def tried(self):
        """The row of a grey picture; ValueError, before any long work, where none comes back."""
        try:
            return self.embed_batch(np.full((1, 64, 64, 3), 128, np.uint8))
        except Exception as error:
            raise ValueError(
                f"encoder {self.name!r} of type {self.model.config.model_type!r} makes no embedding of a picture"
                f" ({first_line(error)}); choose a model that looks at single pictures alone"
            ) from error

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

    embed = embed_pictures

    @torch.inference_mode()
    def embed_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings of one batch, through the model's own preprocessing."""
        if self.is_pair:
            rows = image_features(self.model.get_image_features(**self.inputs(pixels)))
        else:
            rows = pooled_output(self.model(**self.inputs(pixels)), self.pooler, self.class_token)
        return rows.float().cpu().numpy()

    @cached_property
    def is_pair(self):
        """Whether the model has a half for pictures and one for texts."""
        return hasattr(self.model, "get_image_features")

    @cached_property
    def class_token(self):
        """Whether the model has a class token."""
        return first_tokens(self.model)[0]

    @cached_property
    def taken(self):
        """Names of what the model takes for pictures."""
        return accepted(self.model.get_image_features if self.is_pair else self.model.forward)

    def inputs(self, pixels):
        """Keyword tensors that the model takes for one batch of images, by its own preprocessing."""
        pictures = [Image.fromarray(p.squeeze(-1) if p.shape[-1] == 1 else p).convert("RGB") for p in pixels]
        made = self.processor(images=pictures, return_tensors="pt")
        given = {name: value.to(self.device) for name, value in made.items() if name in self.taken}
        given["pixel_values"] = given["pixel_values"].to(self.dtype)
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
    *,
    run_code: bool = False,
) -> Encoder | PictureEncoder:
    """An encoder by preset, local folder or hub id, or of timm, open_clip, an ONNX file or a function of your own.

    Parameters
    ----------
    name : str
        A preset (`ENCODERS`), a local transformers folder or a hub id, of any vision model. Or `timm:` and a name that
        timm knows, a folder as its `save_for_hf` writes it or a hub id; `open_clip:` and a folder or hub id in its own
        format, whose pictures' half is taken; `onnx:` and a file, with `:OUTPUT` after it if another than the first is
        wanted; `python:MODULE:FUNCTION`, a function from pixels (n, h, w, 3) uint8 to rows (n, d). `untrained:` before
        a name gives the same architecture with fresh weights (seed 0): the null model.
        "efficientnet-lite0" gives a `LiteEncoder`, with the weights of a package.
    device : str or torch.device
        "auto" takes a GPU if there is one; or "cpu", "cuda", "cuda:1", "mps".
    dtype : {"auto", "float32", "float16", "bfloat16"}
        Precision of the network. "auto" is float32 on a CPU and float16 on a GPU. An ONNX file and a function have
        their own.
    revision : str, optional
        Branch, tag or commit of a hub id.
    run_code : bool
        Whether a `python:` name may run its code.

    Returns
    -------
    Encoder or PictureEncoder
        Its `embed` gives the embeddings of images; its `embed_text` those of texts, of an `Encoder` that reads text.

    Raises
    ------
    FileNotFoundError
        If the model, or the package that its weights come in, cannot be had; it names where it looked and what to do.
    ImportError
        If timm, open_clip or onnxruntime is needed and not installed.
    ValueError
        If the model takes no pixels or gives no row for each picture, on an unknown dtype, on a device that this
        machine lacks, where no untrained one can be had, and on code that may not run.

    Examples
    --------
    >>> from unelib import load_encoder, load_images
    >>> load_encoder("drawn-clip").embed(load_images("drawn-faces", n=2).pixels).shape
    (2, 96)
    """
    place, (untrained, kind, rest) = pick_device(device), name_parts(name)
    precision = pick_dtype(dtype, place)
    with running_code(run_code):
        source = find_encoder(name)
    if kind == "timm":
        return timm_encoder(name, source, untrained, place, precision, revision)
    if kind == "open_clip":
        return open_clip_encoder(name, source, untrained, place, precision, revision)
    if kind == "onnx":
        return onnx_encoder(name, source, rest, place)
    if kind == "python":
        return function_encoder(name, rest)
    if is_lite(brought(source)):
        return load_lite(name, source, place, precision, untrained)
    return transformers_encoder(name, source, untrained, place, precision, revision)


def transformers_encoder(name, source, untrained, place, precision, revision):
    """An `Encoder` of a transformers folder or hub id; errors as `load_encoder`."""
    refuse_other_format(name, source)
    with missing_model(name, source):
        config = AutoConfig.from_pretrained(source, revision=revision)
    refuse_without_pixels(name, config)
    with missing_model(name, source):
        extra = {"mask_ratio": 0.0} if config.model_type == "vit_mae" else {}
        options = {"revision": revision, "dtype": precision, "use_safetensors": True, "output_loading_info": True}
        model, loaded = AutoModel.from_pretrained(source, **options, **extra)
        # DINOv3's own class needs torchvision; ViT's does the same resize and normalisation, read from the same file
        processors = ViTImageProcessorPil if config.model_type == "dinov3_vit" else AutoImageProcessor
        # by Pillow, whether torchvision is installed or not: it rounds otherwise
        own = {} if processors is ViTImageProcessorPil else {"backend": "pil"}
        processor = processors.from_pretrained(source, revision=revision, **own)
        reads_text = config.model_type in READS_TEXT
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision) if reads_text else None
    if untrained:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = AutoModel.from_config(model.config, dtype=precision)
    model = model.to(place).eval().requires_grad_(False)
    pooler = not any("pooler" in key for key in loaded["missing_keys"])
    return Encoder(name, model, processor, tokenizer, place, precision, pooler)


def refuse_other_format(name, source):
    """FileNotFoundError for a folder that is of another library's format, with what to do."""
    config = Path(source) / "config.json"
    if config.is_file() and "architecture" in (says := read_json(config)) and "model_type" not in says:
        raise FileNotFoundError(
            f"encoder {name!r}: {source!r} is of timm's format; write timm: before its name, after any untrained:"
        )
    if (Path(source) / "open_clip_config.json").is_file() and not config.is_file():
        raise FileNotFoundError(
            f"encoder {name!r}: {source!r} is of open_clip's format; write open_clip: before its name, after any"
            " untrained:"
        )


def refuse_without_pixels(name, config):
    """ValueError for a model that takes no pixels, before its weights are read, and for one of timm's."""
    if config.model_type == "timm_wrapper":
        raise ValueError(f"encoder {name!r} is of timm's format; write timm: before its name, after any untrained:")
    found = MODEL_MAPPING.get(type(config), None)
    kinds = found if isinstance(found, tuple) else (found,)
    if found is None or not any(map(takes_pixels, kinds)):
        raise ValueError(
            f"encoder {name!r} is of type {config.model_type!r}, which takes no pixels; choose a model of pictures,"
            " such as a CLIP, SigLIP, DINO, ViT, ResNet or ConvNeXt"
        )


def reads_text(name: str) -> bool:
    """Whether an encoder, named as for `load_encoder`, reads text; False where its model cannot be had.

    >>> reads_text("drawn-clip"), reads_text("drawn-dino"), reads_text("nowhere"), reads_text("timm:resnet18")
    (True, False, False, False)
    """
    if name_parts(name).source:
        return False
    try:
        return AutoConfig.from_pretrained(find_encoder(name)).model_type in READS_TEXT
    except (OSError, ValueError, ImportError):
        return False


@contextmanager
def missing_model(name, source):
    """Inside, what goes wrong becomes one clear error: the model cannot be had."""
    try:
        yield
    except (OSError, ValueError, ImportError) as error:
        raise FileNotFoundError(
            f"encoder {name!r}: no transformers model at {source!r} ({first_line(error)}); put its folder there, or"
            f" connect to the hub once so that it is cached, or choose one of {', '.join(ENCODERS)}, or write {WRITTEN}"
        ) from error


def patch_count(config):
    """Number of patches a ViT cuts an image into."""
    return (config.image_size // config.patch_size) ** 2
