"""The committed models do what their cards say, on fewer images."""

from functools import cache

import numpy as np
import pytest

from unelib.core.paths import MODELS
from unelib.geometry.diffusion_classifier import classify
from unelib.inversion.deterministic import generate, invert, reconstruct
from unelib.models.encoders import load_encoder
from unelib.models.generators import load_generator
from unelib.models.judges import load_judge
from unelib.probing.linear_probe import LinearProbe
from unelib.probing.scores import probe_scores
from unelib.stats.roc import auc
from unelib.training.clip import zero_shot_likeness, zero_shot_scores
from unelib.training.fashion_captions import PROMPTS
from unelib.worlds.fidelity import psnr
from unelib.worlds.image_sets import load_images


@pytest.fixture(scope="module")
def faces():
    return load_images("drawn-faces", n=300, split="test")


@cache
def embedded(name, world, n, split):
    """An encoder, and its embeddings of a world's pictures."""
    enc = load_encoder(name)
    return enc, enc.embed(load_images(world, n=n, split=split).pixels)


@pytest.mark.parametrize("world, most", [("drawn", 35e6), ("fashion", 25e6)])  # replicas and neutral encoders included
def test_all_weights_are_small(world, most):
    assert sum(p.stat().st_size for p in MODELS.glob(f"{world}-*/**/*.safetensors")) < most
    assert all(p.name.startswith(("drawn-", "fashion-")) for p in MODELS.iterdir())


def test_the_judge_sees_every_attribute(faces):
    auc = load_judge().auc(faces.pixels, faces.attributes)
    assert auc.mean() > 0.98 and auc.min() > 0.9


def test_the_judge_resizes_pictures_itself(faces):
    judge, large = load_judge(), faces.pixels[:20].repeat(2, 1).repeat(2, 2)
    assert np.abs(judge.probabilities(large) - judge.probabilities(faces.pixels[:20])).mean() < 0.05


@pytest.mark.slow
def test_attributes_survive_the_autoencoder(faces):
    judge, few = load_judge(), faces[:200]
    rebuilt = reconstruct(load_generator("drawn-ldm"), few.pixels)
    assert judge.auc(rebuilt, few.attributes).mean() > judge.auc(few.pixels, few.attributes).mean() - 0.03


@pytest.mark.slow
@pytest.mark.parametrize("name", ["drawn-ldm", "drawn-ddpm"])
def test_images_come_back_from_their_noise(name, faces):
    gen, few = load_generator(name), faces.pixels[:6]
    again = generate(gen, invert(gen, few, steps=25).noise, steps=25)
    assert np.median(psnr(reconstruct(gen, few), again)) > 38


@pytest.mark.slow
def test_noise_does_not_depend_on_the_batch(faces):
    gen = load_generator("drawn-ldm")
    whole, parts = (invert(gen, faces.pixels[:6], steps=6, batch_size=size).noise for size in (6, 4))
    np.testing.assert_allclose(whole, parts, atol=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["drawn-clip", "drawn-dino"])
def test_encoders_carry_the_attributes(name, faces):
    enc, seen = embedded(name, "drawn-faces", 300, "test")
    train = load_images("drawn-faces", n=500)
    probe = LinearProbe().fit(enc.embed(train.pixels), train.attributes)
    assert probe_scores(probe, seen, faces.attributes, intervals=False).auc.mean() > 0.8


@pytest.mark.slow
def test_text_and_pictures_meet(faces):
    enc, seen = embedded("drawn-clip", "drawn-faces", 300, "test")
    with_, without = enc.embed_text(["a person with glasses", "a person without glasses"])
    scores = seen @ (with_ / np.linalg.norm(with_) - without / np.linalg.norm(without))
    known = faces.attributes["Eyeglasses"].to_numpy() == 1
    assert scores[known].mean() > scores[~known].mean()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [load_generator, load_encoder])
def test_null_models_are_other_models(kind, faces):
    name = "drawn-ldm" if kind is load_generator else "drawn-clip"
    trained, null = kind(name), kind(f"untrained:{name}")
    run = (
        (lambda m: invert(m, faces.pixels[:2], steps=2).noise)
        if kind is load_generator
        else (lambda m: m.embed(faces.pixels[:2]))
    )
    assert np.abs(run(trained) - run(null)).max() > 0.1
    np.testing.assert_array_equal(run(null), run(kind(f"untrained:{name}")))


@pytest.fixture(scope="module")
def photographs():
    return load_images("fashion", n=500, split="test")


def accuracy(images, scores):
    """How often the highest score (n, 10 or more) is that of the picture's class."""
    return (scores[:, :10].argmax(1) == images.attributes.to_numpy()[:, :10].argmax(1)).mean()


@pytest.mark.slow
def test_the_judge_of_photographs_knows_their_classes(photographs):
    assert accuracy(photographs, load_judge("fashion-judge").probabilities(photographs.pixels)) > 0.88


@pytest.mark.slow
def test_photographs_come_back_from_their_noise(photographs):
    gen, few = load_generator("fashion-ddpm"), photographs.pixels[:6]
    assert gen.latent_shape == (1, 32, 32) and few.shape[1] == 28
    again = generate(gen, invert(gen, few, steps=25).noise, steps=25)
    assert np.median(psnr(reconstruct(gen, few), again)) > 40


@pytest.mark.slow
def test_photographs_are_made_of_the_class_that_is_told():
    gen, critic = load_generator("fashion-cond-ddpm"), load_judge("fashion-judge")
    noise = np.random.default_rng(0).standard_normal((6, 1, 32, 32)).astype(np.float32)
    for name in (1, 7, 8):
        made = generate(gen.told(str(name)), noise, steps=12)
        assert (critic.probabilities(made)[:, :10].argmax(1) == name).mean() > 0.7


@pytest.mark.slow
def test_the_class_of_a_photograph_is_that_of_the_least_error(photographs):
    gen, classes = load_generator("fashion-cond-ddpm"), [str(number) for number in range(10)]
    few, truth = photographs.pixels[:40], photographs.attributes.to_numpy()[:40, :10].argmax(1)
    found = classify(gen, few, classes, 24, 0.05, span=(0.0, 0.7))
    assert (found.verdict.astype(int) == truth).mean() > 0.7 and found.calls.mean() < 100


@pytest.mark.slow
def test_photographs_are_made_of_every_class():
    noise = np.random.default_rng(0).standard_normal((100, 1, 32, 32)).astype(np.float32)
    made = generate(load_generator("fashion-ddpm"), noise, steps=8)
    shares = np.bincount(load_judge("fashion-judge").probabilities(made)[:, :10].argmax(1), minlength=10) / 100
    assert np.abs(shares - 0.1).mean() < 0.05 and (made[..., 0] == made[..., 2]).all()


@pytest.mark.slow
@pytest.mark.parametrize("name, least", [("fashion-clip", 0.84), ("fashion-dino", 0.80)])
def test_classes_are_linear_in_the_embeddings_of_photographs(name, least, photographs):
    enc, seen = embedded(name, "fashion", 500, "test")
    train = load_images("fashion", n=1500)
    probe = LinearProbe().fit(enc.embed(train.pixels), train.attributes)
    assert accuracy(photographs, probe.decision_function(seen)) > least


@pytest.mark.slow
def test_text_alone_finds_every_class_of_photographs(photographs):
    (enc, seen), truth = embedded("fashion-clip", "fashion", 500, "test"), photographs.attributes.to_numpy()
    likeness = zero_shot_likeness(seen, enc.embed_text, PROMPTS)
    assert accuracy(photographs, likeness) > 0.82
    assert auc(zero_shot_scores(seen, enc.embed_text, PROMPTS), truth).min() > 0.85
