"""Encoders of timm: pooled features of its folders, prepared as they say, weights from safetensors alone.

Where timm cannot be imported a stand-in takes its place, so that what is ours is tested everywhere.
"""

import json
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from unelib import load_encoder
from unelib.geometry import layer_activations
from unelib.models.prepared_pictures import Preparation

from ..helpers.little_timm import timm_or_stand_in


@pytest.fixture
def timm(monkeypatch):
    return timm_or_stand_in(monkeypatch)


@pytest.fixture
def folder(timm, tmp_path):
    library, save, architecture = timm
    torch.manual_seed(1)
    save(
        library.create_model(architecture, pretrained=False, num_classes=4), tmp_path / "saved", safe_serialization=True
    )
    return tmp_path / "saved"


def test_pooled_features_whatever_the_batch_and_the_size(timm, folder, faces):
    encoder = load_encoder(f"timm:{folder}", "cpu")
    X = encoder.embed(faces)
    assert X.shape == (8, encoder.dim) and X.dtype == np.float32 and np.abs(X[0] - X[1]).max() > 1e-6
    np.testing.assert_allclose(encoder.embed(faces, batch_size=3), X, atol=1e-5)
    np.testing.assert_allclose(encoder.embed(faces[::-1]), X[::-1], atol=1e-5)
    assert encoder.embed(np.zeros((2, 90, 50, 3), np.uint8)).shape == (2, encoder.dim)
    assert load_encoder(f"timm:{folder}", "cpu", "bfloat16").embed(faces[:2]).dtype == np.float32
    own = {"source": "", "file": str(folder / "model.safetensors")}
    model = timm[0].create_model(f"local-dir:{folder}", pretrained=True, pretrained_cfg_overlay=own, num_classes=0)
    asked = timm[0].data.resolve_model_data_config(model.eval())
    prepared = Preparation(*(asked[k] for k in ("input_size", "mean", "std", "interpolation", "crop_mode", "crop_pct")))
    x = torch.from_numpy(prepared._replace(size=tuple(asked["input_size"][1:])).values(faces))
    with torch.no_grad():
        np.testing.assert_allclose(X, model(x).numpy(), atol=1e-5)


def test_preparation_is_the_folder_s_own(folder, faces):
    before = load_encoder(f"timm:{folder}", "cpu")
    config = json.loads((folder / "config.json").read_text())
    config["pretrained_cfg"] |= {"mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6], "interpolation": "bilinear"}
    (folder / "config.json").write_text(json.dumps(config))
    after = load_encoder(f"timm:{folder}", "cpu")
    assert {k for k in before.settings if before.settings[k] != after.settings[k]} == {"preprocessing"}
    assert not np.allclose(before.embed(faces), after.embed(faces), atol=1e-5)


def test_it_prepares_as_timm_itself(timm):
    transforms = pytest.importorskip("timm.data.transforms_factory", exc_type=ImportError)
    picture = np.random.default_rng(0).integers(0, 256, (60, 83, 3), np.uint8)
    for crop in ("center", "squash", "border"):
        for size in ((32, 32), (33, 33), (32, 48)):
            made = transforms.transforms_imagenet_eval(size, 0.9, crop, interpolation="bicubic")
            ours = Preparation(size, crop=crop, share=0.9).values(picture[None])[0]
            np.testing.assert_allclose(made(Image.fromarray(picture)).numpy(), ours, atol=1e-5)


def test_untrained_differs_is_the_same_each_time_and_needs_no_weights(timm, folder, faces):
    trained = load_encoder(f"timm:{folder}", "cpu").embed(faces)
    (folder / "model.safetensors").unlink()
    names = [f"untrained:timm:{folder}", f"untrained:timm:{folder}", f"untrained:timm:{timm[2]}"]
    one, two, by_name = (load_encoder(name, "cpu").embed(faces) for name in names)
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - trained).max() > 1e-4 and by_name.shape[1] == one.shape[1]


def test_without_safetensors_nothing_is_read(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(FileNotFoundError, match="no timm model at .*there is no model.safetensors in .*; put a folder"):
        load_encoder(f"timm:{folder}", "cpu")


def test_models_that_timm_does_not_know(timm):
    with pytest.raises(FileNotFoundError, match=f"did you mean '{timm[2]}'.*timm.list_models"):
        load_encoder(f"timm:{timm[2]}x", "cpu")
    with pytest.raises(FileNotFoundError, match="is neither a folder with config.json and model.safetensors nor"):
        load_encoder("timm:./nowhere", "cpu")
    with pytest.raises(FileNotFoundError, match="no timm model at 'owner/name'"):
        load_encoder("timm:owner/name", "cpu")


def test_layers_of_timm_s_models_are_not_known(folder, faces):
    with pytest.raises(ValueError, match="does not show its layers; choose one in transformers' format"):
        layer_activations(load_encoder(f"timm:{folder}", "cpu"), faces)


def test_transformers_is_not_asked_for_timm_s_folders(folder):
    with pytest.raises(FileNotFoundError, match="is of timm's format; write timm: before"):
        load_encoder(str(folder), "cpu")


def test_without_timm_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    monkeypatch.setattr("unelib.models.encoder_names.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"timm is not installed, and this needs it: pip install 'unelib\[timm\]'"):
        load_encoder("timm:resnet18", "cpu")
