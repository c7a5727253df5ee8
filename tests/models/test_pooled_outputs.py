"""Which part of a vision model's output is the embedding: of every family, whatever it returns."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from unelib.geometry import layer_activations
from unelib.models.encoders import load_encoder
from unelib.models.pooled_outputs import image_features, pooled_output

POOLED = ("swin", "vit-pooled", "resnet", "convnext", "regnet", "mobilenet", "efficientnet")
OTHERS = {
    "vit": lambda out: out.last_hidden_state[:, 0],  # its pooler was not saved
    "segformer": lambda out: out.last_hidden_state.mean((2, 3)),
    "ijepa": lambda out: out.last_hidden_state.mean(1),
}
PARTS = dict.fromkeys(POOLED, lambda out: out.pooler_output.flatten(1)) | OTHERS


@pytest.mark.parametrize("name", PARTS)
def test_pooled_output_then_class_token_then_mean(model_folder, faces, name):
    encoder = load_encoder(model_folder(name), "cpu")
    with torch.inference_mode():
        wanted = PARTS[name](encoder.model(**encoder.inputs(faces))).numpy()
    X = encoder.embed(faces)
    assert X.shape == (8, encoder.dim) and X.dtype == np.float32
    np.testing.assert_allclose(X, wanted, rtol=1e-4, atol=1e-6)
    scale = np.abs(X).max()
    np.testing.assert_allclose(encoder.embed(faces, batch_size=3), X, rtol=1e-3, atol=1e-4 * scale)
    assert encoder.embed(np.zeros((1, 50, 90, 3), np.uint8)).shape == (1, encoder.dim)
    assert type(encoder.processor).__name__.endswith("Pil")  # with torchvision beside it or not


@pytest.mark.parametrize("name", ["vit", "resnet"])
def test_untrained_is_pooled_alike_and_the_same_each_time(model_folder, faces, name):
    folder = model_folder(name)
    trained, one, two = (load_encoder(n, "cpu") for n in (folder, *2 * [f"untrained:{folder}"]))
    assert one.pooler == trained.pooler and one.dim == trained.dim
    np.testing.assert_array_equal(one.embed(faces), two.embed(faces))
    assert not np.allclose(one.embed(faces), trained.embed(faces))


def test_layers_of_networks_without_tokens_have_means_alone(model_folder, faces):
    found = layer_activations(load_encoder(model_folder("resnet"), "cpu"), faces)
    assert {token for _, token in found} == {"mean of patches"} and all(len(rows) == 8 for rows in found.values())


def test_outputs_of_which_no_row_can_be_made():
    with pytest.raises(ValueError, match="no pooled output, tokens or feature map"):
        pooled_output(SimpleNamespace(last_hidden_state=None), True, False)
    with pytest.raises(ValueError, match="no row a picture"):
        image_features(SimpleNamespace(pooler_output=[torch.zeros(2)]))
    assert image_features(torch.zeros(2, 3)).shape == (2, 3)
