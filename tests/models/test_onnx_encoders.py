"""Encoders in ONNX files: sizes, kinds and normalisation as file and JSON say, whatever the batch."""

import json
import sys
import warnings

import numpy as np
import pytest
import torch

from unelib import load_encoder
from unelib.models.prepared_pictures import Preparation

from ..helpers.tiny_onnx import WEIGHTS, conv_and_mean

SAID = {"mean": "[0.5, 0.4, 0.3]", "std": "0.25"}


def expected(faces, prepared):
    x = torch.from_numpy(prepared.values(faces))
    return torch.nn.functional.conv2d(x, torch.from_numpy(WEIGHTS), padding=1).mean((2, 3)).numpy()


@pytest.mark.parametrize("shape", [("n", 3, 16, 16), (1, 3, 16, 16), (3, 3, 16, 16), ("n", 16, 16, 3)], ids=str)
@pytest.mark.parametrize("kind", ["float", "float16"])
def test_rows_are_what_the_graph_makes_whatever_the_batch(tmp_path, faces, shape, kind):
    path = conv_and_mean(tmp_path / "a.onnx", shape, kind, SAID)
    encoder = load_encoder(f"onnx:{path}", "cpu")
    X = encoder.embed(faces)
    assert X.shape == (8, encoder.dim) == (8, 5) and X.dtype == np.float32
    wanted = expected(faces, Preparation((16, 16), (0.5, 0.4, 0.3), (0.25, 0.25, 0.25)))
    np.testing.assert_allclose(X, wanted, atol=1e-4 if kind == "float" else 5e-2)
    for size in (1, 3, 5):
        np.testing.assert_allclose(encoder.embed(faces, batch_size=size), X, atol=1e-5)
    grey = faces[..., :1]
    np.testing.assert_allclose(encoder.embed(grey), encoder.embed(np.repeat(grey, 3, -1)), atol=1e-6)
    assert encoder.embed(np.zeros((2, 40, 70, 3), np.uint8)).shape == (2, 5)


def test_a_file_that_takes_bytes_normalises_itself(tmp_path, faces):
    path = conv_and_mean(tmp_path / "a.onnx", kind="uint8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X = load_encoder(f"onnx:{path}", "cpu").embed(faces)
    np.testing.assert_allclose(X, 255 * expected(faces, Preparation((16, 16), (0.0,) * 3, (1.0,) * 3)), rtol=1e-3)


def test_json_beside_takes_the_place_of_metadata(tmp_path, faces):
    path = conv_and_mean(tmp_path / "a.onnx", ("n", 3, "h", "w"), metadata=SAID)
    beside = {"size": [16, 24], "mean": 0.1, "interpolation": "bilinear", "crop": "squash"}
    (tmp_path / "a.json").write_text(json.dumps(beside))
    encoder = load_encoder(f"onnx:{path}", "cpu")
    prepared = Preparation((16, 24), (0.1,) * 3, (0.25,) * 3, "bilinear", "squash")
    np.testing.assert_allclose(encoder.embed(faces), expected(faces, prepared), atol=1e-4)
    before = encoder.settings
    (tmp_path / "a.json").write_text(json.dumps(beside | {"mean": 0.2}))
    after = load_encoder(f"onnx:{path}", "cpu").settings
    assert {key for key in before if before[key] != after[key]} == {"preprocessing"}


def test_what_nobody_says_is_supposed_in_a_sentence(tmp_path):
    path = conv_and_mean(tmp_path / "a.onnx", ("n", 3, "h", "w"))
    with pytest.warns(UserWarning, match=r"does not say how pictures are prepared; supposed: mean .*std .*size \(224"):
        load_encoder(f"onnx:{path}", "cpu")


def test_the_first_output_with_rows_or_the_named_one(tmp_path, faces):
    path = conv_and_mean(tmp_path / "a.onnx", metadata=SAID, outputs=("map", "rows", "twice"))
    X, twice = (load_encoder(f"onnx:{path}{end}", "cpu") for end in ("", ":twice"))
    np.testing.assert_allclose(2 * X.embed(faces), twice.embed(faces), rtol=1e-5)
    assert X.settings != twice.settings
    with pytest.raises(ValueError, match=r"has no output 'nothing'; choose one of map .*rows"):
        load_encoder(f"onnx:{path}:nothing", "cpu")
    with pytest.raises(ValueError, match="fails on two grey pictures"):
        load_encoder(f"onnx:{path}:map", "cpu")


def test_weights_beside_the_file_belong_to_it(tmp_path):
    path = conv_and_mean(tmp_path / "a.onnx", metadata=SAID)
    before = load_encoder(f"onnx:{path}", "cpu").settings["weights"]
    (tmp_path / "a.onnx.data").write_bytes(b"other weights")
    assert load_encoder(f"onnx:{path}", "cpu").settings["weights"] != before


def test_threads_are_those_that_the_process_may_use(tmp_path, monkeypatch):
    import onnxruntime

    seen, session = [], onnxruntime.InferenceSession
    keep = lambda path, options, **rest: seen.append(options.intra_op_num_threads) or session(path, options, **rest)
    monkeypatch.setattr(onnxruntime, "InferenceSession", keep)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    load_encoder(f"onnx:{conv_and_mean(tmp_path / 'a.onnx', metadata=SAID)}", "cpu")
    assert seen == [3]


@pytest.mark.parametrize(
    "made, message",
    [
        ({"kind": "int64"}, r"takes tensor\(int64\) .*export it for pictures"),
        ({"shape": ("n", 1, 16, 16)}, "export it for pictures"),
        ({"outputs": ("map",)}, r"has no output of \(n, d\), a row a picture, but map"),
        ({"metadata": {"size": "32"}}, r"takes pictures of \(16, 16\), and beside it stands \(32, 32\)"),
        ({"metadata": {"interpolation": "cubic"}}, "unknown interpolation of encoder .* 'cubic'; choose one of"),
        ({"metadata": {"mean": "[1, 2]"}}, "mean of encoder .*give one number, or one for each"),
        ({"metadata": {"std": "0"}}, "std of encoder"),
        ({"metadata": {"mean": "grey"}}, "mean of encoder"),
        ({"metadata": {"share": "2"}}, "share above 0 and up to 1"),
    ],
)
def test_files_that_do_not_fit(tmp_path, made, message):
    path = conv_and_mean(tmp_path / "a.onnx", **made)
    with pytest.raises(ValueError, match=message):
        load_encoder(f"onnx:{path}", "cpu")


def test_files_that_are_none(tmp_path):
    (tmp_path / "a.onnx").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="is no ONNX model that onnxruntime can run"):
        load_encoder(f"onnx:{tmp_path / 'a.onnx'}", "cpu")
    (tmp_path / "b.onnx").write_bytes((tmp_path / "a.onnx").read_bytes())
    path = conv_and_mean(tmp_path / "b.onnx")
    (tmp_path / "b.json").write_text('{"deviation": 1}')
    with pytest.raises(ValueError, match="b.json says 'deviation'; it may say size, mean, std"):
        load_encoder(f"onnx:{path}", "cpu")
    with pytest.raises(FileNotFoundError, match="no file '.*c.onnx' that ends in .onnx"):
        load_encoder(f"onnx:{tmp_path / 'c.onnx'}", "cpu")
    with pytest.raises(ValueError, match="cannot be had untrained"):
        load_encoder(f"untrained:onnx:{path}", "cpu")


def test_without_onnxruntime_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    path = conv_and_mean(tmp_path / "a.onnx")
    with pytest.raises(ImportError, match=r"onnxruntime is not installed.*unelib\[onnx\]"):
        load_encoder(f"onnx:{path}", "cpu")
