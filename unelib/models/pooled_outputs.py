"""Which part of a vision model's output is the embedding of a picture, whatever the model returns."""

import inspect

import torch


def takes_pixels(model_class) -> bool:
    """Whether a transformers class looks at pixels: alone, or as the image half of a pair."""
    return hasattr(model_class, "get_image_features") or "pixel_values" in accepted(model_class.forward)


def accepted(function):
    """Names of the arguments that a function takes."""
    return set(inspect.signature(function).parameters)


def first_tokens(model) -> tuple[bool, int]:
    """Whether the first token is the class's, and where those of the patches begin: after it and registers."""
    named = {name.rpartition(".")[2] for name, _ in model.named_parameters()}
    has_class = bool(named & {"cls_token", "class_embedding"})
    return has_class, has_class + ("distillation_token" in named) + getattr(model.config, "num_register_tokens", 0)


def pooled_output(output, pooler: bool, class_token: bool) -> torch.Tensor:
    """Rows (n, d) of what a vision model returns.

    The pooled output, if the model has one that was trained (`pooler`); else the class token, if there is one; else the
    mean of the tokens, or of the places of a feature map.

    >>> from types import SimpleNamespace
    >>> tokens = torch.arange(12.0).reshape(1, 3, 4)
    >>> pooled_output(SimpleNamespace(last_hidden_state=tokens), True, False).tolist()
    [[4.0, 5.0, 6.0, 7.0]]
    """
    given = getattr(output, "pooler_output", None)
    if pooler and isinstance(given, torch.Tensor) and given.numel() == given.shape[:2].numel():
        return given.flatten(1)
    states = getattr(output, "last_hidden_state", None)
    if not isinstance(states, torch.Tensor) or states.ndim not in (3, 4):
        raise ValueError("it returns no pooled output, tokens or feature map")
    if states.ndim == 4:
        return states.mean((2, 3))
    return states[:, 0] if class_token else states.mean(1)


def image_features(found) -> torch.Tensor:
    """Rows (n, d) of what `get_image_features` returns."""
    rows = found if isinstance(found, torch.Tensor) else getattr(found, "pooler_output", None)
    if not isinstance(rows, torch.Tensor) or rows.ndim != 2:
        raise ValueError("its image features are no row a picture")
    return rows
