"""Searches find what was planted, stay on the shell, keep to their budget, and work on any generator."""

import numpy as np
import pytest
import torch

from unelib.editing.failure_search import climb, lacks, picture_score, search_failures, turned_uphill
from unelib.editing.planted_failures import PlantedFailure
from unelib.inversion.deterministic import generate
from unelib.inversion.ode import latents_along, pick_solver
from unelib.linalg.direction_algebra import Direction
from unelib.models.generators import load_generator

RUNS = 10


@pytest.mark.parametrize("d, rate, seen", [(64, 1e-5, np.inf), (1024, 1e-5, np.inf), (256, 1e-4, 2.5)])
def test_a_planted_failure_is_found_in_nine_of_ten_runs_where_plain_draws_find_none(d, rate, seen):
    """With as many calls, plain draws hold a failure in one run of a hundred or of ten."""
    found = [search_failures(PlantedFailure(d, rate, s, seen), d, seed=s) for s in range(RUNS)]
    assert sum(len(one) > 0 for one in found) >= 9
    calls = sum(one.calls for one in found)
    drawn = np.random.default_rng(0).standard_normal((calls // RUNS, d))
    assert sum((PlantedFailure(d, rate, s)(drawn) > 0).any() for s in range(RUNS)) <= 2


def test_what_is_found_fails_lies_on_the_shell_and_is_the_same_for_a_seed():
    planted = PlantedFailure(100, 1e-4)
    one, again = (search_failures(planted, 100, lines=3, seed=4) for _ in range(2))
    assert np.allclose(np.linalg.norm(one.noise, axis=1), 10) and (planted(one.noise) > 0).all()
    np.testing.assert_array_equal(one.noise, again.noise)
    assert len(set(one.lines)) == 3 and len(one) == len(one.scores) == len(one.lines)
    assert one.calls == 20 * len(one.best) and not np.array_equal(one.noise, search_failures(planted, 100).noise)


def test_nothing_is_found_where_nothing_fails_and_the_budget_is_kept():
    asked = []
    found = search_failures(lambda x: asked.append(len(x)) or -np.ones(len(x)), 10, budget=130)
    assert len(found) == 0 and found.noise.shape == (0, 10) and found.calls == sum(asked) == 130


def test_scores_count_by_their_order_alone():
    planted = PlantedFailure(50, 1e-3)
    plain, bent = search_failures(planted, 50), search_failures(lambda x: np.sinh(3 * planted(x)), 50)
    np.testing.assert_array_equal(plain.noise, bent.noise)


def test_a_gradient_leads_up_and_keeps_the_shell():
    start = np.random.default_rng(0).standard_normal((5, 40))
    noise, scores = climb(lambda x: x[:, 1] - 3, start, steps=15, angle=0.1)
    assert (scores > 0).all() and np.allclose(np.linalg.norm(noise, axis=1), np.sqrt(40), atol=1e-4)
    np.testing.assert_allclose(scores, noise[:, 1] - 3, atol=1e-5)
    flat = turned_uphill(noise, torch.zeros(5, 40), 0.1)
    np.testing.assert_allclose(
        flat / np.linalg.norm(flat, axis=1)[:, None], noise / np.linalg.norm(noise, axis=1)[:, None], atol=2e-2
    )


def test_the_best_of_a_way_is_kept():
    """Beyond the top of a hill that a long step passes, the score falls again."""
    start = np.zeros((1, 3))
    start[0, 0] = 1.0
    noise, scores = climb(lambda x: -(x[:, 1] - 0.5).abs(), start, steps=9, angle=0.4)
    assert scores[0] == pytest.approx(-abs(noise[0, 1] - 0.5), abs=1e-6) and scores[0] > -0.2


@pytest.fixture(scope="module")
def sd(model_folder):
    return load_generator(model_folder("sd"), "cpu", prompt="a hat")


def brightness(pixels):
    return pixels.mean((1, 2, 3)) / 255


def test_pictures_of_stable_diffusion_are_searched(sd):
    """Failures are those brighter than any of as many that are drawn."""
    noise = np.random.default_rng(0).standard_normal((100, sd.latent_dim))
    most = brightness(generate(sd, noise, steps=2)).max()
    found = search_failures(
        picture_score(sd, lambda p: brightness(p) - most - 1e-3, steps=2), sd.latent_dim, budget=400
    )
    assert len(found) and (brightness(generate(sd, found.noise, steps=2)) > most).all()


def test_the_gradient_of_stable_diffusions_pictures_is_climbed(sd):
    schedule, way = sd.schedule(1, "karras"), pick_solver("ddim")

    def bright(x):
        return sd.unclipped(latents_along(sd, x.reshape(-1, *sd.latent_shape), way, schedule)).mean((1, 2, 3))

    start = np.random.default_rng(0).standard_normal((2, sd.latent_dim))
    with torch.no_grad():
        before = bright(torch.from_numpy(start).float()).numpy()
    assert (climb(bright, start, steps=4)[1] > before).all()


class Judge:
    """Sees bright pictures."""

    name, attributes = "light", ["dark", "bright"]

    def probabilities(self, pixels):
        return np.stack([1 - brightness(pixels), brightness(pixels)], 1)


def test_what_was_asked_for_is_missed(gaussian):
    pixels = np.array([10, 240], np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    np.testing.assert_allclose(lacks(Judge(), "bright")(pixels), 0.5 - np.array([10, 240]) / 255)
    np.testing.assert_allclose(lacks(Judge(), "dark", -1)(pixels), 0.5 - np.array([10, 240]) / 255)
    noise = np.random.default_rng(0).standard_normal((3, 16)).astype(np.float32)
    d, value = Direction("up", np.full(16, 0.25)), lacks(Judge(), "bright")
    plain, still, up = (picture_score(gaussian, value, d, s, steps=4)(noise) for s in (0.0, 0.0, 1.0))
    np.testing.assert_array_equal(plain, value(generate(gaussian, noise, steps=4)))
    assert (up < still).all()


@pytest.mark.parametrize("options, message", [
    ({"d": 1}, "d is 1"), ({"lines": 0}, "lines is 0"), ({"population": 1}, "population is 1"),
    ({"budget": 0}, "budget is 0"), ({"parents": 20}, "parents is 20"), ({"angle": 2.0}, "angle is 2.0"),
    ({"score": lambda x: x}, "one finite number each"), ({"score": lambda x: np.full(len(x), np.nan)}, "finite"),
])  # fmt: skip
def test_bad_searches_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        search_failures(**{"score": lambda x: x[:, 0], "d": 5} | options)


def test_bad_climbs_and_scores_are_refused(gaussian):
    with pytest.raises(ValueError, match="steps is 0"):
        climb(lambda x: x[:, 0], np.ones((1, 4)), steps=0)
    with pytest.raises(ValueError, match="angle is 2"):
        climb(lambda x: x[:, 0], np.ones((1, 4)), angle=2)
    with pytest.raises(ValueError, match="gaussian's noise has 16"):
        picture_score(gaussian, brightness, Direction("d", np.eye(3)[0]))
    with pytest.raises(ValueError, match="bdia"):
        picture_score(gaussian, brightness, solver="bdia")
    with pytest.raises(ValueError, match="unknown attribute 'blue'; choose one of dark, bright"):
        lacks(Judge(), "blue")
    with pytest.raises(ValueError, match="unknown sign 0"):
        lacks(Judge(), "dark", 0)
