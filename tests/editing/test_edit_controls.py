"""Directions without meaning, the share that a step edits, and side effects at an equal effect."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.directions import direction
from unelib.editing.edit_controls import control_directions, share_edited, side_effects_less
from unelib.linalg.direction_algebra import Direction
from unelib.probing.linear_probe import LinearProbe


class Linear:
    """A judge of two probabilities that a flat picture's first two channels give."""

    name, attributes = "linear", ["red", "green"]

    def probabilities(self, pixels):
        return np.asarray(pixels)[..., :2].mean((1, 2)) / 255


def rows(n=400, d=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    return X, pd.DataFrame({"red": X[:, 0] > 0, "green": X[:, 1] > 0}).astype(int)


def test_controls_are_as_long_and_mean_nothing():
    X, labels = rows()
    probe = LinearProbe("mean-difference").fit(X, labels)
    own = {name: direction(probe, name, X=X) for name in labels}
    controls = control_directions(own, X, labels)
    assert list(controls) == ["random", "shuffled labels"]
    for ways in controls.values():
        assert list(ways) == list(own)
        for name, d in ways.items():
            assert (
                d.sigma == own[name].sigma and np.isclose(np.linalg.norm(d.vector), 1) and abs(d.kept(own[name])) < 0.8
            )
    again = control_directions(own, X, labels)
    assert (again["random"]["red"].vector == controls["random"]["red"].vector).all()
    assert abs(controls["random"]["red"].kept(controls["random"]["green"])) < 0.99, "each has its own"


def painted(gen, noise, **how):
    """Flat pictures whose channels are the first three values of the noise, a grey level a hundredth."""
    level = np.clip(128 + 100 * np.asarray(noise).reshape(len(noise), -1)[:, :3], 0, 255)
    return np.broadcast_to(level[:, None, None], (len(noise), 2, 2, 3)).round().astype(np.uint8)


@pytest.fixture
def drawn(monkeypatch, gaussian):
    """A generator whose pictures are read off the noise, and directions of its first two values."""
    monkeypatch.setattr("unelib.editing.walks.generate", painted)
    monkeypatch.setattr("unelib.editing.edit_controls.walk", lambda gen, noise, d, s: np.stack(
        [painted(gen, noise.reshape(len(noise), -1) + x * d.sigma * d.vector) for x in s]))  # fmt: skip
    noise = np.random.default_rng(1).standard_normal((60, 12)).astype(np.float32) / 4
    axes = np.eye(12)
    return gaussian, noise, {"red": Direction("red", axes[0]), "green": Direction("green", axes[1])}


def test_a_step_along_an_attribute_edits_and_one_across_it_does_not(drawn):
    gen, noise, own = drawn
    across = {name: Direction(name, np.eye(12)[5]) for name in own}
    before = painted(gen, noise)
    table = share_edited(gen, noise, before, {"own": own, "across": across}, {"red": 1, "green": -1}, 3.0, Linear())
    assert table.value.to_dict() == {"own": 1.0, "across": 0.0}
    assert (table.low <= table.value).all() and table.of.nunique() == 1
    assert (table["off target low"] <= table["off target"]).all()
    assert (table["off target high"] >= table["off target"]).all()


def test_side_effects_are_compared_at_an_equal_effect(drawn, monkeypatch):
    """A direction that leans over to the other attribute has a side effect that its clean twin has not."""
    gen, noise, own = drawn
    noise = noise.reshape(60, 3, 2, 2)
    gen.latent_shape = (3, 2, 2)
    lean = {"red": Direction("red", np.array([0.8, 0.6, *np.zeros(10)])), "green": own["green"]}
    before = painted(gen, noise)
    table, less = side_effects_less(gen, noise, before, lean, own, Linear(), 0.4, resamples=200)
    assert less.low > 0 and less.low <= less.value <= less.high
    assert table.loc["other", "side effects"] == pytest.approx(0, abs=1e-6)
    assert table.loc["plain, at the same effect", "effect"] == table.loc["other", "effect"]
    none, nothing = side_effects_less(gen, noise, before, own, own, Linear(), 0.4, resamples=50)
    assert nothing.value == pytest.approx(0, abs=1e-6) and none.loc["plain"].equals(none.loc["other"])
