"""Training resumes where it was killed; captions say what is in the picture; cards are written whole."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig

from unelib.core import paths
from unelib.models.encoders import load_encoder
from unelib.models.generators import load_generator
from unelib.models.judges import load_judge
from unelib.probing.linear_probe import LinearProbe
from unelib.training import (
    cards,
    class_diffusion,
    clip,
    contrastive,
    data,
    dino,
    face_captions,
    fashion_captions,
    judge,
    measures,
    pixel_diffusion,
    pose,
)
from unelib.training.loop import rate_at, train_loop
from unelib.training.train import MODELS, REPLICAS, train_model
from unelib.training.worlds import FACES, FASHION
from unelib.worlds import fashion
from unelib.worlds.faces import ATTRIBUTES
from unelib.worlds.image_sets import load_images


def model():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))


def loss(network, step, generator):
    x = torch.randn(16, 4, generator=generator)
    return (network(x) - x.sum(1, keepdim=True)).square().mean()


def trained(folder, steps=40, loss=loss, lr=1e-2, **others):
    return train_loop(model(), loss, steps, folder, lr, save_every=10, warmup=5, bfloat16=False, **others)[0]


@pytest.mark.slow
def test_a_killed_training_goes_on_as_if_nothing_had_happened(tmp_path):
    def dies(network, step, generator):
        if step == 27:
            raise KeyboardInterrupt
        return loss(network, step, generator)

    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "a", loss=dies)
    resumed, whole = trained(tmp_path / "a"), trained(tmp_path / "b")
    for key, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[key])


def test_a_checkpoint_of_other_settings_is_refused_by_name(tmp_path):
    trained(tmp_path, batch=16)
    with pytest.raises(ValueError, match="checkpoint.safetensors .* .lr: 0.01 there, 0.1 now.; .*remove it"):
        trained(tmp_path, lr=0.1, batch=16)
    with pytest.raises(ValueError, match=".batch: 16 there, 8 now; steps: 40 there, 60 now."):
        trained(tmp_path, 60, batch=8)
    path = tmp_path / "checkpoint.safetensors"
    save_file(load_file(path), path)
    with pytest.raises(ValueError, match="steps: None there, 40 now"):
        trained(tmp_path, batch=16)


def test_a_training_leaves_one_whole_checkpoint(tmp_path):
    trained(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.safetensors"]


def test_training_pictures_are_drawn_once_and_kept_whole(tmp_path, monkeypatch):
    pixels, attributes = data.training_faces(3, cache=tmp_path)
    assert pixels.shape == (3, 64, 64, 3) and len(attributes) == 3
    assert [path.suffix for path in tmp_path.iterdir()] == [".npy"]
    monkeypatch.setattr(data, "draw_in_parallel", None)
    np.testing.assert_array_equal(data.training_faces(3, cache=tmp_path)[0], pixels)


@pytest.mark.slow
def test_training_lowers_the_loss(tmp_path):
    generator = torch.Generator().manual_seed(9)
    after = loss(trained(tmp_path, 300), 0, generator)
    assert after < 0.5 * loss(model(), 0, torch.Generator().manual_seed(9))


def test_the_rate_rises_then_falls():
    rates = [rate_at(step, 100, 10) for step in range(100)]
    assert rates[9] == 1 and max(rates) == 1
    assert rates[-1] < 0.03


def test_captions_tell_what_is_there():
    rng = np.random.default_rng(0)
    bald_man = np.array([name in ("Bald", "Male", "Eyeglasses") for name in ATTRIBUTES], np.uint8)
    texts = " | ".join(face_captions.caption(bald_man, rng) for _ in range(60))
    assert "man" in texts and "glasses" in texts and "bald" in texts
    assert "woman" not in texts and "wearing a hat" not in texts


def fashion_texts(name, n=300):
    rng, row = np.random.default_rng(0), fashion.fashion_attributes(np.array([fashion.CLASSES.index(name)]))[0]
    return [fashion_captions.caption(row, rng) for _ in range(n)]


def said(text):
    """What a caption says there is, and what not: lists of phrases."""
    opening = max((o for o in fashion_captions.OPENINGS if text.startswith(o)), key=len)
    present, _, absent = text.removeprefix(opening).partition("not ")
    return present.rstrip(", ").split(", "), absent.split(" or ")


def test_captions_of_clothes_name_class_or_group():
    texts = fashion_texts("Sneaker")
    assert {"a sneaker", "a pair of sneakers", "a closed shoe", "footwear that is closed"} <= set(texts)
    assert any(text.endswith("a sneaker, footwear") for text in texts) and "a photo of a sneaker" in texts
    assert not any(text.startswith("not") or text != text.strip(" ,") for text in texts)


@pytest.mark.parametrize("name", fashion.CLASSES)
def test_captions_of_clothes_say_nothing_false(name):
    for text in fashion_texts(name):
        for attribute, names in fashion_captions.NAMES.items():
            there = attribute == name or name in fashion.GROUPS.get(attribute, ())
            assert not set(names) & set(said(text)[there]), text


@pytest.mark.parametrize("name", fashion.CLASSES)
def test_an_item_may_be_of_any_class(name):
    """Else "an item" would come to mean a bag, which is in no group that could be named instead."""
    nouns = [text for text in fashion_texts(name) if set(fashion_captions.NOUNS) & set(said(text)[0])]
    assert 0.05 < len(nouns) / 300 < 0.4


def test_oriented_gradients_do_not_depend_on_brightness():
    images = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    known = dino.oriented_gradients(images)
    assert known.shape == (4, 9, 8, 8) and (known >= 0).all() and (known.norm(dim=1) <= 1).all()
    torch.testing.assert_close(dino.oriented_gradients(images + 0.5), known)
    turned = dino.oriented_gradients(-images)
    torch.testing.assert_close(turned, known)
    steps = torch.zeros(1, 3, 32, 32)
    steps[..., 18:] = 1.0  # an edge across which brightness grows: all votes for the first direction
    assert dino.oriented_gradients(steps)[0, 0, :, 4].min() > 0.9


def test_shirts_are_not_denied_long_sleeves():
    assert not any("sleeve" in text for text in fashion_texts("Shirt"))
    assert any("not a long-sleeved top" in text for text in fashion_texts("T-shirt"))


def test_one_sentence_joins_what_is_and_what_is_not():
    text = fashion_captions.sentence(["a sneaker", "a shoe"], ["not a bag", "not a coat"], "a photo of ")
    assert text == "a photo of a sneaker, a shoe, not a bag or a coat"


@pytest.mark.slow
@pytest.mark.parametrize("world", [FACES, FASHION], ids=lambda world: world.name)
def test_every_attribute_has_prompts_of_known_words(world):
    assert tuple(world.captions.PROMPTS) == world.attributes
    tokenizer = clip.build_tokenizer(world.captions)
    texts = [text for pair in world.captions.PROMPTS.values() for some in pair for text in some]
    assert all(text and text == text.strip() and text[0] != "," for text in texts)
    assert all(len(tokens) <= clip.LENGTH for tokens in tokenizer(texts)["input_ids"])
    assert tokenizer.get_vocab() == clip.build_tokenizer(world.captions).get_vocab()


def test_every_model_has_a_measure_and_a_card():
    assert {family for family, _ in MODELS.values()} == set(measures.MEASURES)
    assert set(cards.ABOUT) == set(MODELS) - set(REPLICAS)
    assert all(steps and batch for family, world in MODELS.values() for steps, batch in plan_of(family, world))


def plan_of(family, world):
    return family.steps_and_batches(world).values()


@pytest.mark.slow
def test_the_world_of_faces_is_that_of_the_committed_models():
    assert FACES.attributes == tuple(ATTRIBUTES) and FACES.pictures.args == (40_000, 0)
    built = {
        "drawn-clip": clip.build(clip.build_tokenizer(face_captions), FACES),
        "drawn-dino": dino.build(FACES),
        "drawn-simclr": contrastive.build(FACES),
        "drawn-pose": pose.Classifier(FACES).vit,
        "drawn-judge": judge.build(FACES),
        "drawn-ddpm": pixel_diffusion.build(FACES),
    }
    for name, network in built.items():
        (path,) = (paths.MODELS / name).rglob("*.safetensors")
        assert numbers_in(load_file(path)) == numbers_in(network.state_dict())


def numbers_in(state):
    return sum(tensor.numel() for tensor in state.values())


@pytest.fixture
def few(monkeypatch, tmp_path):
    """Two steps of training on 40 photographs, four of each class, saved where presets are looked for."""
    images = load_images("fashion", n=200, size=32)
    known = images.attributes.to_numpy()
    rows = np.concatenate([np.flatnonzero(known[:, j])[:4] for j in range(10)]).reshape(10, 4).T.ravel()
    world = replace(FASHION, pictures=lambda: (images.pixels[rows], known[rows]))
    for name, (family, there) in MODELS.items():
        if there is FASHION:
            monkeypatch.setitem(MODELS, name, (family, world))
    for family in (clip, dino, judge):
        monkeypatch.setitem(family.PLANS, "fashion", family.PLANS["fashion"]._replace(steps=2))
    monkeypatch.setitem(judge.PLANS, "fashion", judge.PLANS["fashion"]._replace(batch=16))
    for module, changes in {clip: {"BATCH": 16}, dino: {"BATCH": 8, "WATCH_TRAIN": 20, "WATCH_TEST": 20},
                            pixel_diffusion: {"STEPS": 2, "BATCH": 8},
                            class_diffusion: {"STEPS": 2, "BATCH": 8}}.items():  # fmt: skip
        for name, value in changes.items():
            monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(paths, "MODELS", tmp_path / "models")
    return images.pixels[rows]


def weights_size(name):
    return sum(path.stat().st_size for path in (paths.MODELS / name).rglob("*.safetensors"))


@pytest.mark.slow
def test_a_small_generator_of_grey_pictures_is_trained(few):
    assert set(train_model("fashion-ddpm")) == {"denoiser"}
    gen = load_generator("fashion-ddpm")
    assert gen.latent_shape == (1, 32, 32) and gen.prediction == "v_prediction"
    np.testing.assert_array_equal(gen.to_image(gen.to_latent(few)), few)
    assert weights_size("fashion-ddpm") < 3.5e6


@pytest.mark.slow
def test_a_small_generator_of_classes_is_trained_and_measured(few, monkeypatch):
    assert set(train_model("fashion-cond-ddpm")) == {"denoiser"}
    gen = load_generator("fashion-cond-ddpm")
    assert gen.latent_shape == (1, 32, 32) and gen.condition["class_labels"].item() == 10
    assert weights_size("fashion-cond-ddpm") < 5e6
    train_model("fashion-judge")
    for name, value in {"SAMPLES_A_CLASS": 8, "SOLVER_STEPS": 2, "CLASSIFIED": 4, "PAIRS": 3, "NULL_PAIRS": 1}.items():
        monkeypatch.setattr(measures, name, value)
    scores = measures.measure("fashion-cond-ddpm")
    assert 0 <= scores["class of least denoising error, 4 photographs: accuracy"] <= 1
    assert (paths.MODELS / "fashion-cond-ddpm/samples.png").is_file()


def test_a_tenth_of_the_labels_is_kept_back():
    labels, generator = torch.arange(10).repeat(1000), torch.Generator().manual_seed(0)
    told = class_diffusion.some_untold(labels, 10, generator)
    assert 0.09 < (told == 10).float().mean() < 0.11
    assert (told[told != 10] == labels[told != 10]).all()


def test_labels_go_with_their_pictures():
    labels, told = torch.arange(10).repeat(4), []

    class Network(torch.nn.Module):
        config = SimpleNamespace(num_class_embeds=11)

        def forward(self, x, t, known):
            told.append(known)
            return SimpleNamespace(sample=x)

    scheduler = pixel_diffusion.build_scheduler()
    loss = class_diffusion.class_velocity_loss(torch.zeros(40, 1, 4, 4), labels, scheduler, 16, 0)
    loss(Network(), 3, torch.Generator().manual_seed(0))
    known = told[0] != 10
    assert (told[0][known] == labels[data.rows_of_step(40, 16, 3, 0)][known]).all() and known.sum() > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fashion-clip", "fashion-dino"])
def test_small_encoders_of_grey_pictures_are_trained(name, few):
    train_model(name)
    enc = load_encoder(name)
    assert enc.embed(few[:3]).shape == (3, enc.dim)
    config = AutoConfig.from_pretrained(paths.MODELS / name)
    assert getattr(config, "vision_config", config).patch_size == 4
    assert weights_size(name) < 3.1e6
    if name == "fashion-clip":
        scores = clip.zero_shot_scores(enc.embed(few), enc.embed_text, fashion_captions.PROMPTS)
        assert scores.shape == (40, 15) and np.isfinite(scores).all()


@pytest.mark.slow
def test_a_judge_of_grey_pictures_is_trained(few):
    train_model("fashion-judge")
    critic = load_judge("fashion-judge")
    assert critic.attributes == list(fashion.ATTRIBUTES)
    assert critic.probabilities(few).shape == (40, 15)
    assert weights_size("fashion-judge") < 1.6e6


def test_training_on_photographs_needs_the_published_files(monkeypatch, tmp_path):
    monkeypatch.setattr(fashion, "FOLDERS", (tmp_path,))
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match="split 'models' of fashion needs train-images.*dataset-fashion-mnist"):
        train_model("fashion-judge")


def measure_quickly(monkeypatch):
    monkeypatch.setitem(measures.PROBING, "fashion", measures.Probing("train", (60, 40), (60, 40)))
    monkeypatch.setattr(measures, "LinearProbe", partial(LinearProbe, "ridge"))


@pytest.mark.slow
def test_a_generator_of_grey_pictures_is_measured(few, monkeypatch):
    train_model("fashion-ddpm")
    train_model("fashion-judge")
    monkeypatch.setattr(measures, "samples", lambda gen: few[np.arange(64) % 40])
    monkeypatch.setattr(measures, "SOLVER_STEPS", 2)
    monkeypatch.setattr(measures, "ROUND_TRIPS", 2)
    measure_quickly(monkeypatch)
    scores = measures.measure("fashion-ddpm")
    assert {"noise: linear-probe AUC", "pixels: linear-probe AUC", "leak: linear-probe AUC"} <= set(scores)
    assert "noise: linear-probe accuracy, 10 classes" in scores
    assert (paths.MODELS / "fashion-ddpm/samples.png").is_file()


@pytest.mark.slow
def test_encoders_of_grey_pictures_are_measured(few, monkeypatch):
    train_model("fashion-clip")
    measure_quickly(monkeypatch)
    scores = measures.measure("fashion-clip")
    assert {"zero-shot accuracy, 10 classes", "linear-probe accuracy, 10 classes"} <= set(scores)
    assert 0 <= scores["zero-shot accuracy, 10 classes"] <= 1


def test_shares_of_classes_are_of_the_highest_score():
    scores = np.array([[0.2, 0.1, 0.9], [0.1, 0.3, 0.9], [0.4, 0.3, 0.9], [0.5, 0.0, 0.9]])
    assert measures.class_shares(scores, 2).tolist() == [0.75, 0.25]
    assert measures.class_accuracy(np.eye(4)[[0, 1, 0, 1]][:, :3], scores, 2) == 0.75


def test_unknown_models_are_named():
    with pytest.raises(ValueError, match="unknown model 'drawn-cat'; choose one of drawn-ldm"):
        train_model("drawn-cat")
    with pytest.raises(ValueError, match="unknown model 'drawn-cat'"):
        measures.measure("drawn-cat")


def test_a_card_says_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(cards.paths, "MODELS", tmp_path)
    (tmp_path / "drawn-judge").mkdir()
    text = cards.write_card("drawn-judge", {"judge": "10 steps"}, {"AUC": 0.98765}).read_text()
    assert "| AUC | 0.988 |" in text and "10 steps" in text and "license: mit" in text
    (tmp_path / "fashion-judge").mkdir()
    text = cards.write_card("fashion-judge", {"judge": "10 steps"}, {"AUC": 0.98765}).read_text()
    assert "Zalando SE" in text and "15 attributes" in text and "face" not in text


def test_the_time_of_a_training_stays_with_its_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(cards.paths, "MODELS", tmp_path / "models")
    (tmp_path / "models/drawn-judge").mkdir(parents=True)
    assert cards.settings_of("drawn-judge")["judge"].endswith("wall time not recorded")
    trained(cards.checkpoints_of("drawn-judge"))
    here = cards.settings_of("drawn-judge")
    assert here["judge"] == f"40 steps of 64 pictures, 0 minutes on {cards.cores()}"
    cards.write_card("drawn-judge", here, {"AUC": 0.9})
    (cards.checkpoints_of("drawn-judge") / "checkpoint.safetensors").unlink()
    monkeypatch.setattr(cards.os, "cpu_count", lambda: 99)
    assert cards.settings_of("drawn-judge") == here
    assert "99" not in cards.write_card("drawn-judge", here, {"AUC": 0.9}).read_text()
