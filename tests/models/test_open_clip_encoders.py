"""Encoders of open_clip: features of pictures, prepared as the folder says, weights from safetensors alone.

A stand-in takes the place of open_clip, whose torchvision fits one build of torch.
"""

import json
import sys

import numpy as np
import pytest
import torch

from unelib import load_encoder
from unelib.models.availability import HERE, MISSING, whereabouts
from unelib.models.prepared_pictures import Preparation

from ..helpers.little_open_clip import create_model, open_clip_stand_in, saved_open_clip


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "open_clip", open_clip_stand_in())
    return saved_open_clip(tmp_path / "saved")


def changed(folder, **preprocess):
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["preprocess_cfg"] |= preprocess
    (folder / "open_clip_config.json").write_text(json.dumps(config))


def test_features_are_those_of_the_network_whatever_the_batch_and_the_size(folder, faces):
    encoder = load_encoder(f"open_clip:{folder}", "cpu")
    X = encoder.embed(faces)
    assert X.shape == (8, encoder.dim) == (8, 6) and X.dtype == np.float32
    np.testing.assert_allclose(encoder.embed(faces, batch_size=3), X, atol=1e-6)
    assert encoder.embed(np.zeros((2, 90, 50, 3), np.uint8)).shape == (2, 6)
    values = torch.from_numpy(Preparation((24, 24), (0.4,) * 3, (0.3,) * 3).values(faces))
    with torch.no_grad():
        np.testing.assert_allclose(X, create_model(f"local-dir:{folder}").encode_image(values).numpy(), atol=1e-6)


def test_preparation_is_the_folder_s_own(folder, faces):
    before = load_encoder(f"open_clip:{folder}", "cpu")
    changed(folder, size=[16, 16], interpolation="bilinear", resize_mode="squash")
    after = load_encoder(f"open_clip:{folder}", "cpu")
    assert {k for k in before.settings if before.settings[k] != after.settings[k]} == {"preprocessing"}
    assert not np.allclose(before.embed(faces), after.embed(faces), atol=1e-6)
    changed(folder, resize_mode="longest")
    with pytest.raises(ValueError, match="unknown resize_mode of encoder .* 'longest'; choose one of shortest, squash"):
        load_encoder(f"open_clip:{folder}", "cpu")


def test_untrained_differs_is_the_same_each_time_and_needs_no_weights(folder, faces):
    trained = load_encoder(f"open_clip:{folder}", "cpu").embed(faces)
    (folder / "open_clip_model.safetensors").unlink()
    one, two = (load_encoder(f"untrained:open_clip:{folder}", "cpu").embed(faces) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - trained).max() > 1e-4


def test_without_safetensors_nothing_is_read(folder):
    assert whereabouts("encoder", f"open_clip:{folder}").state == HERE
    (folder / "open_clip_model.safetensors").rename(folder / "open_clip_pytorch_model.bin")
    with pytest.raises(FileNotFoundError, match="there is no open_clip_model.safetensors in .*such as .bin, are n"):
        load_encoder(f"open_clip:{folder}", "cpu")
    found = whereabouts("encoder", f"open_clip:{folder}")
    assert found.state == MISSING and "lacks open_clip_model.safetensors" in found.told


def test_names_that_lead_nowhere(folder):
    with pytest.raises(FileNotFoundError, match="'./nowhere' is neither a folder with open_clip_config.json and open"):
        load_encoder("open_clip:./nowhere", "cpu")
    with pytest.raises(FileNotFoundError, match="no open_clip model at 'owner/name'"):
        load_encoder("open_clip:owner/name", "cpu")
    with pytest.raises(FileNotFoundError, match="is of open_clip's format; write open_clip: before its name"):
        load_encoder(str(folder), "cpu")


def test_without_open_clip_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    monkeypatch.setattr("unelib.models.encoder_names.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"open_clip is not installed, .*pip install 'unelib\[open-clip\]'"):
        load_encoder("open_clip:owner/name", "cpu")
