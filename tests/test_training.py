"""Training resumes where it was killed; captions say what is in the picture; cards are written whole."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from unelib.faces import ATTRIBUTES
from unelib.training import cards, clip, data
from unelib.training.loop import rate_at, train_loop
from unelib.training.train import MODELS, train_model


def model():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))


def loss(network, step, generator):
    x = torch.randn(16, 4, generator=generator)
    return (network(x) - x.sum(1, keepdim=True)).square().mean()


def trained(folder, steps=40, loss=loss, lr=1e-2, **others):
    return train_loop(model(), loss, steps, folder, lr, save_every=10, warmup=5, bfloat16=False, **others)[0]


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
    texts = " | ".join(clip.caption(bald_man, rng) for _ in range(60))
    assert "man" in texts and "glasses" in texts and "bald" in texts
    assert "woman" not in texts and "wearing a hat" not in texts


def test_every_attribute_has_prompts_and_a_measure():
    assert set(clip.PROMPTS) == set(ATTRIBUTES)
    assert set(cards.MEASURES) == set(MODELS)


def test_unknown_models_are_named():
    with pytest.raises(ValueError, match="unknown model 'drawn-cat'; choose one of drawn-ldm"):
        train_model("drawn-cat")
    with pytest.raises(ValueError, match="unknown model 'drawn-cat'"):
        cards.measure("drawn-cat")


def test_a_card_says_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(cards.loading, "MODELS", tmp_path)
    (tmp_path / "drawn-judge").mkdir()
    text = cards.write_card("drawn-judge", {"judge": "10 steps"}, {"AUC": 0.98765}).read_text()
    assert "| AUC | 0.988 |" in text and "10 steps" in text and "license: mit" in text


def test_the_time_of_a_training_stays_with_its_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(cards.loading, "MODELS", tmp_path / "models")
    (tmp_path / "models/drawn-judge").mkdir(parents=True)
    assert cards.settings_of("drawn-judge")["judge"].endswith("wall time not recorded")
    trained(cards.checkpoints_of("drawn-judge"))
    here = cards.settings_of("drawn-judge")
    assert here["judge"] == f"40 steps of {cards.judge.BATCH} pictures, 0 minutes on {cards.cores()}"
    cards.write_card("drawn-judge", here, {"AUC": 0.9})
    (cards.checkpoints_of("drawn-judge") / "checkpoint.safetensors").unlink()
    monkeypatch.setattr(cards.os, "cpu_count", lambda: 99)
    assert cards.settings_of("drawn-judge") == here
    assert "99" not in cards.write_card("drawn-judge", here, {"AUC": 0.9}).read_text()
