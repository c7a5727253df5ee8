"""Self-attention across pictures: the second half of a batch also looks at the first, row by row."""

from contextlib import contextmanager

import torch
from diffusers.models.attention_processor import Attention


@contextmanager
def second_half_looks_at_first(gen, only=False):
    """Within it, self-attention of the generator's U-Net gives each row of a batch's second half keys and values.

    They are those of its partner in the first half, followed by its own, or the partner's alone (`only`). The first
    half, and attention to text, stay as they are (Zhang et al., 2023). ValueError for a denoiser without such layers.
    """
    layers = self_attention(gen)
    before = [layer.processor for layer in layers]
    try:
        for layer, plain in zip(layers, before):
            layer.processor = AcrossHalves(plain, only)
        yield
    finally:
        for layer, plain in zip(layers, before):
            layer.processor = plain


def self_attention(gen):
    """The self-attention layers of a generator's U-Net; ValueError if it has none."""
    modules = getattr(gen, "unet", torch.nn.Identity()).modules()
    layers = [m for m in modules if isinstance(m, Attention) and not m.is_cross_attention and m.add_k_proj is None]
    if not layers:
        raise ValueError(f"{gen.name} has no U-Net with self-attention to share; choose attend=False")
    return layers


class AcrossHalves:
    """diffusers' processor of an attention layer, given more to look at than the picture itself."""

    def __init__(self, plain, only):
        self.plain, self.only = plain, only

    def __call__(self, layer, hidden_states, encoder_hidden_states=None, attention_mask=None, temb=None, **kwargs):
        """The layer's output (2n, ...) for hidden states of the same shape."""
        kwargs |= {"attention_mask": attention_mask, "temb": temb}
        if encoder_hidden_states is not None:  # text
            return self.plain(layer, hidden_states, encoder_hidden_states, **kwargs)
        if len(hidden_states) % 2:
            raise ValueError(f"the batch has {len(hidden_states)} rows; give each of the second half a partner before")
        first, second = tokens_of(layer, hidden_states).chunk(2)
        seen = [first, first] if self.only else [first.repeat(1, 2, 1), torch.cat([first, second], 1)]
        return self.plain(layer, hidden_states, torch.cat(seen), **kwargs)


def tokens_of(layer, hidden_states):
    """What a layer makes keys and values of, (n, places, channels): flat, and after the layer's own norm."""
    tokens = hidden_states.flatten(2).mT if hidden_states.ndim == 4 else hidden_states
    return tokens if layer.group_norm is None else layer.group_norm(tokens.mT).mT
