"""Layers of encoders: what the network holds on its way to the embedding, the same in any batch."""

import numpy as np
import pytest
import torch

from unelib.geometry.encoder_layers import CLASS, PATCHES, layer_activations
from unelib.models.encoders import load_encoder

KINDS = ["clip", "siglip", "dinov2", "dinov2-registers", "dinov3", "mae"]


@pytest.fixture(scope="module")
def load(model_folder):
    return lambda name: load_encoder(model_folder(name), "cpu")


@pytest.mark.parametrize("name", KINDS)
def test_every_layer_is_a_view_and_batches_change_nothing(load, faces, name):
    encoder = load(name)
    found, parts = layer_activations(encoder, faces), layer_activations(encoder, faces, batch_size=3)
    tokens = [PATCHES] if name == "siglip" else [CLASS, PATCHES]
    assert list(found) == [(0, PATCHES), *((layer, token) for layer in (1, 2) for token in tokens)]
    for key, rows in found.items():
        assert rows.shape == (8, 16) and rows.dtype == np.float32 and np.ptp(rows, 0).min() > 0
        np.testing.assert_allclose(parts[key], rows, atol=1e-5)


@pytest.mark.parametrize("name", ["dinov2", "dinov2-registers", "mae"])
def test_the_last_layers_class_token_becomes_the_embedding_by_the_final_norm(load, faces, name):
    encoder = load(name)
    last = torch.from_numpy(layer_activations(encoder, faces)[2, CLASS])
    np.testing.assert_allclose(encoder.model.layernorm(last), encoder.embed(faces), atol=1e-5)


def test_clips_last_class_token_becomes_its_embedding_by_norm_and_projection(load, faces):
    encoder = load("clip")
    last = torch.from_numpy(layer_activations(encoder, faces)[2, CLASS])
    projected = encoder.model.visual_projection(encoder.model.vision_model.post_layernorm(last))
    np.testing.assert_allclose(projected, encoder.embed(faces), atol=1e-5)


def test_patches_are_all_but_class_and_registers(load, faces):
    encoder = load("dinov2-registers")
    with torch.inference_mode():
        states = encoder.model(**encoder.inputs(faces), output_hidden_states=True).hidden_states
    assert states[1].shape[1] == 1 + 2 + 16
    np.testing.assert_allclose(layer_activations(encoder, faces)[1, PATCHES], states[1][:, 3:].mean(1), atol=1e-6)


def test_errors(load, faces):
    encoder = load("clip")
    with pytest.raises(ValueError, match="images must be"):
        layer_activations(encoder, faces / 255)
    with pytest.raises(ValueError, match="batch_size is 0"):
        layer_activations(encoder, faces, batch_size=0)
