"""Attention across the halves of a batch, against the formula, with real layers, and put back afterwards."""

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention, AttnProcessor

from unelib.models.generators import load_generator
from unelib.models.shared_attention import AcrossHalves, second_half_looks_at_first, self_attention


def layer():
    torch.manual_seed(0)
    return Attention(8, heads=2, dim_head=4, norm_num_groups=2, residual_connection=True, bias=True)


def attended(x, seen, of):
    """The layer's output (places, channels) of x, which looks at `seen`, both after the norm, by the formula."""
    q, k, v = (
        part(y).unflatten(-1, (2, 4)).transpose(0, 1) for part, y in ((of.to_q, x), (of.to_k, seen), (of.to_v, seen))
    )
    weights = torch.softmax(q @ k.mT / 2, -1)
    return of.to_out[0]((weights @ v).transpose(0, 1).flatten(1))


@pytest.mark.parametrize("only", [False, True])
@torch.inference_mode()
def test_each_row_looks_at_its_partner_and_the_partners_stay_as_they_are(only):
    of, x = layer(), torch.randn(4, 8, 3, 3, generator=torch.Generator().manual_seed(1))
    plain, shared = of(x), AcrossHalves(AttnProcessor(), only)(of, x)
    torch.testing.assert_close(shared[:2], plain[:2])
    normed = of.group_norm(x.flatten(2)).mT
    seen = normed[1] if only else torch.cat([normed[1], normed[3]])
    expected = attended(normed[3], seen, of).mT.view(8, 3, 3) + x[3]
    torch.testing.assert_close(shared[3], expected)


@torch.inference_mode()
def test_beside_itself_a_row_sees_nothing_new():
    of, x = layer(), torch.randn(2, 8, 3, 3)
    twice = torch.cat([x, x])
    torch.testing.assert_close(AcrossHalves(AttnProcessor(), False)(of, twice), of(twice))


def test_text_is_left_alone_and_odd_batches_are_refused():
    seen = []
    shared = AcrossHalves(lambda layer, x, text, **kwargs: seen.append(text), False)
    shared(None, torch.zeros(3, 4, 8), torch.ones(3, 2, 8))
    assert seen[0].shape == (3, 2, 8)
    with pytest.raises(ValueError, match="the batch has 3 rows"):
        shared(layer(), torch.zeros(3, 4, 8))


@torch.inference_mode()
def test_a_generator_looks_across_within_and_is_itself_after():
    gen = load_generator("drawn-ddpm", device="cpu")
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((2, 3, 32, 32), np.float32))
    plain, before = gen.eps(x, 500.0), [one.processor for one in self_attention(gen)]
    with pytest.raises(RuntimeError), second_half_looks_at_first(gen):
        across = gen.eps(x, 500.0)
        raise RuntimeError
    torch.testing.assert_close(across[0], plain[0])
    assert (across[1] - plain[1]).abs().max() > 1e-3
    assert [one.processor for one in self_attention(gen)] == before
    torch.testing.assert_close(gen.eps(x, 500.0), plain)


@torch.inference_mode()
def test_a_network_with_text_shares_its_self_attention_alone(model_folder):
    gen = load_generator(model_folder("sd"), device="cpu", prompt="a")
    assert all(not one.is_cross_attention for one in self_attention(gen))
    x = torch.randn(2, *gen.latent_shape)
    with second_half_looks_at_first(gen, only=True):
        assert torch.isfinite(gen.eps(x, 500.0)).all()


def test_no_attention_to_share(gaussian, model_folder):
    for gen in (gaussian, load_generator(model_folder("sd3"), device="cpu")):
        with pytest.raises(ValueError, match="has no U-Net with self-attention to share; choose attend=False"):
            self_attention(gen)
