"""EfficientNet-Lite: layers of the published sizes, rows that depend on their image alone, files that have to fit."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from unelib import load_encoder
from unelib.models import LiteEncoder
from unelib.models.lite_encoders import LITE0, LiteNetwork, SameConv2d, save_lite

TINY = str(Path(__file__).resolve().parents[1] / "whole" / "tiny-lite")
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), dtype=np.uint8)


def test_the_published_network_has_as_many_weights_as_it_is_said_to():
    """4.7 million with its classifier of 1280 x 1000 + 1000 (Liu, 2020)."""
    network = LiteNetwork(**LITE0)
    assert sum(p.numel() for p in network.parameters()) + 1281_000 == 4_652_008
    assert len(network._blocks) == 16


def test_a_row_depends_on_its_image_alone():
    encoder = load_encoder(TINY, "cpu")
    whole = encoder.embed(PIXELS)
    assert isinstance(encoder, LiteEncoder) and whole.shape == (3, encoder.dim) and whole.dtype == np.float32
    np.testing.assert_allclose(encoder.embed(PIXELS[1:2], batch_size=1), whole[1:2], atol=1e-5)
    grey = PIXELS[..., :1]
    np.testing.assert_allclose(encoder.embed(grey), encoder.embed(grey.repeat(3, -1)), atol=1e-5)


def test_a_convolution_gives_the_length_over_the_stride_framed_as_tensorflow_does():
    conv, x = SameConv2d(1, 1, 3, 2), torch.arange(16.0).reshape(1, 1, 4, 4)
    by_hand = F.conv2d(F.pad(x, (0, 1, 0, 1)), conv.weight, stride=2)
    assert conv(x).shape[-1] == 2 and torch.allclose(conv(x), by_hand)
    assert conv(torch.zeros(1, 1, 5, 5)).shape[-1] == 3


def test_untrained_differs_and_is_the_same_each_time():
    one, two = (load_encoder(f"untrained:{TINY}").embed(PIXELS) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, load_encoder(TINY).embed(PIXELS)) and one.std(0).max() > 1e-4


def test_it_reads_no_text_and_no_other_pictures():
    encoder = load_encoder(TINY)
    with pytest.raises(TypeError, match="reads no text"):
        encoder.embed_text("a hat")
    with pytest.raises(ValueError, match="images must be"):
        encoder.embed(PIXELS.astype(float))


def test_files_that_disagree_are_refused(tmp_path):
    config = json.loads((Path(TINY) / "config.json").read_text())
    folder = save_lite(tmp_path / "lite", LiteNetwork(**config).state_dict(), config)
    (folder / "config.json").write_text(json.dumps(config | {"head": 7}))
    with pytest.raises(ValueError, match="size mismatch"):
        load_encoder(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(ValueError, match="lacks stem, stages"):
        load_encoder(str(folder))


def test_the_classifier_is_left_out_and_others_are_refused(tmp_path):
    config = json.loads((Path(TINY) / "config.json").read_text())
    tensors = LiteNetwork(**config).state_dict()
    save_lite(tmp_path, tensors | {"_fc.weight": torch.zeros(2, 2)}, config)
    with pytest.raises(ValueError, match="not of the sizes"):
        save_lite(tmp_path, tensors | {"other": torch.zeros(1)}, config)


def test_settings_say_what_a_row_depends_on():
    assert set(load_encoder(TINY).settings) == {"model", "weights", "dtype", "preprocessing"}
