"""Every kind of encoder behind the one contract."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from unelib.models.encoders import load_encoder

DIMS = {"clip": 12, "siglip": 16, "dinov2": 16, "dinov2-registers": 16, "dinov3": 16, "mae": 16}


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_encoder(model_folder(name), device="cpu", **options)


@pytest.mark.parametrize("name", DIMS)
def test_shape_and_type(load, faces, name):
    encoder = load(name)
    X = encoder.embed(faces)
    assert X.shape == (8, encoder.dim) == (8, DIMS[name]) and X.dtype == np.float32 and np.isfinite(X).all()
    assert "dim" in repr(encoder)
    assert load(name, dtype="bfloat16").embed(faces[:2]).dtype == np.float32


@pytest.mark.parametrize("name", DIMS)
def test_a_row_depends_on_its_image_alone(load, faces, name):
    encoder = load(name)
    X = encoder.embed(faces)
    np.testing.assert_allclose(encoder.embed(faces, batch_size=3), X, atol=1e-5)
    np.testing.assert_array_equal(encoder.embed(faces, batch_size="auto"), X)
    np.testing.assert_allclose(encoder.embed(faces[::-1]), X[::-1], atol=1e-5)
    same = encoder.embed(np.repeat(faces[:1], 4, 0))
    np.testing.assert_allclose(same, np.repeat(X[:1], 4, 0), atol=1e-5)
    assert np.abs(X[0] - X[1]).max() > 1e-4


@pytest.mark.parametrize("name", DIMS)
def test_follows_the_model_s_own_preprocessing(load, model_folder, faces, name, tmp_path):
    folder = shutil.copytree(model_folder(name), tmp_path / name)
    config = json.loads((folder / "preprocessor_config.json").read_text())
    seen = []
    encoder = load(name)
    vision = getattr(encoder.model, "vision_model", encoder.model)
    vision.register_forward_pre_hook(lambda _, args, kw: seen.append(kw["pixel_values"]), with_kwargs=True)
    before, settings = encoder.embed(faces), encoder.settings
    assert seen[0].shape == (8, 3, 16, 16)
    picture = Image.fromarray(faces[0])
    size = config["size"]
    side = size.get("shortest_edge", size.get("height"))
    edge = (side - 16) // 2
    resized = np.asarray(picture.resize((side, side), config["resample"]), np.float32)[
        edge : edge + 16, edge : edge + 16
    ]
    expected = (resized / 255 - config["image_mean"]) / config["image_std"]
    np.testing.assert_allclose(seen[0][0].permute(1, 2, 0).numpy(), expected, atol=1e-5)
    config |= {"image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}
    config |= {"image_processor_type": "DINOv3ViTImageProcessorFast"} if name == "dinov3" else {}  # as published
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    other = load_encoder(str(folder), "cpu")
    assert not np.allclose(other.embed(faces), before, atol=1e-4)
    assert {k for k in settings if other.settings[k] != settings[k]} == {"model", "preprocessing"}
    assert load(name).settings == settings


def test_embedding_is_the_projected_feature_or_the_class_token(load, faces):
    clip, dino = load("clip"), load("dinov2")
    inputs = clip.processor(images=[Image.fromarray(faces[0])], return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        projected = clip.model.visual_projection(clip.model.vision_model(pixel_values=inputs).pooler_output)
        inputs = dino.processor(images=[Image.fromarray(faces[0])], return_tensors="pt")["pixel_values"]
        token = dino.model(inputs).last_hidden_state[:, 0]
    np.testing.assert_allclose(clip.embed(faces[:1]), projected.numpy(), atol=1e-6)
    np.testing.assert_allclose(dino.embed(faces[:1]), token.numpy(), atol=1e-6)


def test_masked_autoencoder_sees_every_patch_in_order(load, faces):
    encoder = load("mae")
    assert encoder.model.config.mask_ratio == 0
    np.testing.assert_array_equal(encoder.embed(faces), encoder.embed(faces))


def test_grey_images_are_read_as_grey_colour(load, faces):
    encoder = load("clip")
    grey = faces[..., :1]
    np.testing.assert_allclose(encoder.embed(grey), encoder.embed(np.repeat(grey, 3, -1)), atol=1e-6)


@pytest.mark.parametrize("name", ["clip", "siglip"])
def test_text_lies_in_the_space_of_images(load, name):
    encoder = load(name)
    X = encoder.embed_text(["a face", "hat", "a face"])
    assert X.shape == (3, encoder.dim) and X.dtype == np.float32
    np.testing.assert_allclose(X[0], X[2], atol=1e-5)
    np.testing.assert_allclose(encoder.embed_text("a face")[0], X[0], atol=1e-5)
    assert np.abs(X[0] - X[1]).max() > 1e-4
    assert encoder.embed_text(["face " * 50]).shape == (1, encoder.dim)


@pytest.mark.parametrize("name", ["dinov2", "dinov3", "mae"])
def test_others_read_no_text(load, name):
    with pytest.raises(TypeError, match="reads no text; choose a CLIP or SigLIP"):
        load(name).embed_text(["a face"])


@pytest.mark.parametrize("name", ["clip", "dinov2", "mae"])
def test_untrained_differs_and_is_the_same_each_time(model_folder, faces, name):
    folder = model_folder(name)
    trained, one, two = (
        load_encoder(n, "cpu").embed(faces) for n in (folder, f"untrained:{folder}", f"untrained:{folder}")
    )
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - trained).max() > 1e-3


@pytest.mark.parametrize("bad", [
    np.zeros((2, 8, 8, 3)), np.zeros((8, 8, 3), np.uint8), np.zeros((2, 8, 8, 4), np.uint8),
    np.zeros((0, 8, 8, 3), np.uint8),
])  # fmt: skip
def test_images_of_another_kind_are_refused(load, bad):
    with pytest.raises(ValueError, match="images must be"):
        load("clip").embed(bad)


@pytest.mark.parametrize("name", ["no-such-encoder", "./nowhere", "owner/model"])
def test_missing_model_says_which_and_what_to_do(name):
    with pytest.raises(FileNotFoundError) as error:
        load_encoder(name, "cpu")
    message = str(error.value)
    assert repr(name) in message and "choose one of" in message and "\n" not in message


def test_folders_that_hold_no_encoder(tmp_path, model_folder):
    with pytest.raises(FileNotFoundError, match="no transformers model at"):
        load_encoder(str(tmp_path), "cpu")
    (tmp_path / "config.json").write_text('{"model_type": "abacus"}')
    with pytest.raises(FileNotFoundError, match="no transformers model at"):
        load_encoder(str(tmp_path), "cpu")
    bare = Path(shutil.copytree(model_folder("dinov2"), tmp_path / "bare"))
    (bare / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="no transformers model at"):
        load_encoder(str(bare), "cpu")


def test_models_that_take_no_pixels_are_refused_before_their_weights_are_read(tmp_path):
    for kind in ("bert", "gpt2", "wav2vec2"):
        (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))
        with pytest.raises(ValueError, match=f"is of type '{kind}', which takes no pixels; choose a model of pictures"):
            load_encoder(str(tmp_path), "cpu")


def test_models_that_give_no_row_a_picture_say_so_when_they_are_loaded(tmp_path):
    config = transformers.VideoMAEConfig(
        image_size=16, patch_size=8, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    transformers.VideoMAEModel(config).save_pretrained(tmp_path)
    transformers.ViTImageProcessorPil(size={"height": 16, "width": 16}).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="of type 'videomae' makes no embedding of a picture .*; choose a model"):
        load_encoder(str(tmp_path), "cpu")


def test_an_error_that_says_nothing_is_named_by_its_kind(monkeypatch, model_folder):
    def fail(*_, **options):
        raise OSError

    monkeypatch.setattr("unelib.models.encoders.AutoConfig.from_pretrained", fail)
    with pytest.raises(FileNotFoundError, match=r"no transformers model at .* \(OSError\); put"):
        load_encoder(model_folder("clip"), "cpu")


def test_missing_preset_names_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr("unelib.models.presets.MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match="encoder 'drawn-clip' is missing.*train drawn-clip"):
        load_encoder("drawn-clip", "cpu")


@pytest.mark.parametrize("name", ["clip", "siglip"])
def test_texts_are_cut_to_the_models_positions_where_the_tokenizer_says_no_length(load, name):
    encoder, long = load(name), "a face " * 40
    expected = encoder.embed_text(long)
    encoder.tokenizer.model_max_length = int(1e30)  # as transformers has it for a tokenizer that says nothing
    np.testing.assert_array_equal(encoder.embed_text(long), expected)


def test_a_batch_size_that_is_none_is_refused(load, faces):
    with pytest.raises(ValueError, match="batch_size is 0; give a whole number from 1 on"):
        load("clip").embed(faces, batch_size=0)
