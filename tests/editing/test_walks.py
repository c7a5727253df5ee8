"""Edits: a step of zero is the round trip, steps undo each other, changes are told by target."""

import numpy as np
import pytest

from unelib.editing.walks import change_matrix, judged_changes, move, on_and_off_target, walk, walk_each
from unelib.inversion.deterministic import generate
from unelib.inversion.ode import solved_by
from unelib.linalg.direction_algebra import Direction
from unelib.models.generators import load_generator

pytestmark = pytest.mark.filterwarnings("ignore:a straight step")  # of noise as small as this, any step is long


FIRST = Direction("first", np.eye(1024)[0])


class BrightnessJudge:
    """A judge whose first attribute is brightness and whose second never changes."""

    name, attributes = "brightness", ["bright", "constant"]

    def probabilities(self, pixels):
        bright = pixels.reshape(len(pixels), -1).mean(1) / 255
        return np.stack([bright, np.full(len(pixels), 0.2)], 1)


@pytest.fixture
def noise():
    return np.random.default_rng(0).standard_normal((6, 1, 4, 4)).astype(np.float32)


@pytest.fixture
def brighter():
    return Direction("bright", np.full(16, 0.25), sigma=2.0)


def test_a_step_is_counted_in_standard_deviations(noise, brighter):
    step = move(noise, brighter, 1.5) - noise
    np.testing.assert_allclose(np.linalg.norm(step.reshape(6, -1), axis=1), 3.0, rtol=1e-5)


def test_there_and_back(noise, brighter):
    np.testing.assert_allclose(move(move(noise, brighter, 3), brighter, -3), noise, atol=1e-5)


def test_each_image_its_own_strength(noise, brighter):
    step = (move(noise, brighter, np.arange(6)) - noise).reshape(6, -1)
    np.testing.assert_allclose(step @ brighter.vector, 2.0 * np.arange(6), atol=1e-5)


def test_strength_zero_is_the_round_trip(gaussian, noise, brighter):
    images = walk(gaussian, noise, brighter, [-1, 0, 1], steps=10)
    assert images.shape[:2] == (3, 6)
    np.testing.assert_array_equal(images[1], generate(gaussian, noise, steps=10))


def test_each_image_walks_along_its_own_direction(gaussian, noise, brighter):
    how = solved_by(gaussian, 10, "ab2", "karras")
    before, ways = generate(how, noise), [brighter, brighter.aimed(-1)]
    images, reports = walk_each(how, noise[:2], before[:2], ways, [0, 1, 2], BrightnessJudge())
    assert images.shape == (2, 3, *before.shape[1:]) and [len(report.before) for report in reports] == [3, 3]
    for i, way in enumerate(ways):
        np.testing.assert_array_equal(images[i], walk(how, noise[[i]], way, [0, 1, 2])[:, 0])
        assert reports[i].sign == way.sign and (reports[i].before == reports[i].before[0]).all()
    with pytest.raises(ValueError, match="6 rows of noise, 6 images and 1 directions; give as many of each"):
        walk_each(how, noise, before, [brighter], [1], BrightnessJudge())


def test_a_walk_is_monotone_along_its_direction(gaussian, noise, brighter):
    images = walk(gaussian, noise, brighter, [-2, -1, 0, 1, 2], steps=10)
    assert (np.diff(images.reshape(5, 6, -1).mean(2), axis=0) > 0).all()


@pytest.mark.parametrize("path", ["norm", "geodesic"])
def test_a_walk_takes_the_path_that_a_move_takes(gaussian, noise, brighter, path):
    images = walk(gaussian, noise, brighter, [0, 0.4], steps=10, path=path)
    np.testing.assert_array_equal(images[0], generate(gaussian, noise, steps=10))
    np.testing.assert_array_equal(images[1], generate(gaussian, move(noise, brighter, 0.4, path), steps=10))


def on_shell(norm, n=6, d=1024):
    """Rows (n, d) of one norm, with nothing of them along the first column."""
    rows = np.random.default_rng(1).standard_normal((n, d)).astype(np.float32)
    rows[:, 0] = 0
    return norm * rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_long_straight_steps_are_warned_of_with_their_numbers():
    off = (np.hypot(32, 13) - 32) / 0.5**0.5  # sqrt(1,024) is 32
    told = f"strength 13 along first leads an image off its shell: it changes the norm by {off:.1f} standard deviations"
    with pytest.warns(UserWarning, match=told) as found:
        move(on_shell(32), FIRST, [13, 0, 13, 13, 1, 13])
    assert len(found) == 1 and found[0].filename == __file__
    assert "and 4 of 6 images by more than 3" in str(found[0].message)
    assert "path='norm' or path='geodesic', or a smaller strength" in str(found[0].message)


@pytest.mark.parametrize("norm, dtype", [(26, np.float32), (300, np.float16)])
def test_noise_has_its_own_shell_whatever_its_norm_and_precision(norm, dtype):
    rows = on_shell(norm).astype(dtype)
    with pytest.warns(UserWarning, match="off its shell"):
        move(rows, FIRST, norm / 1.5)


def test_a_walk_warns_once(gaussian, noise, brighter):
    with pytest.warns(UserWarning, match="strength 9 along bright .* and 6 of 6 images") as found:
        walk(gaussian, noise, brighter, [-4, 0, 4, 9], steps=2)
    assert len(found) == 1 and found[0].filename == __file__
    with pytest.warns(UserWarning, match="strength 8 along bright .* and 1 of 6 images"):
        walk(gaussian, noise, brighter, [[0, 0, 8, 0, 0, 0]], steps=2)


@pytest.mark.filterwarnings("error")
def test_steps_that_keep_to_the_shell_are_not_warned_of(noise):
    wide = np.random.default_rng(0).standard_normal((5, 1024)).astype(np.float32)
    d = Direction("d", np.full(1024, 1 / 32))
    for strength in (-4, 0, 4):
        move(wide, d, strength)
    for path in ("norm", "geodesic"):
        move(wide, d, 25, path)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 4, 8])
def test_among_other_strengths_zero_is_the_round_trip_within_the_rounding_of_batches(n):
    gen, d = load_generator("drawn-ldm", "cpu"), Direction("d", np.eye(1024)[3])
    noise = np.random.default_rng(n).standard_normal((n, 4, 16, 16)).astype(np.float32)
    made, plain = walk(gen, noise, d, [-2, 0, 3], steps=3)[1], generate(gen, noise, steps=3)
    assert np.abs(made.astype(int) - plain).max() <= 1 and (made != plain).mean() < 1e-3
    np.testing.assert_array_equal(walk(gen, noise, d, [0], steps=3)[0], plain)


def test_strengths_of_its_own_make_the_pictures_of_each_image_alone(gaussian, noise, brighter):
    own = np.random.default_rng(1).uniform(-3, 3, (2, 6))
    together = walk(gaussian, noise, brighter, own, steps=10).astype(int)
    alone = [walk(gaussian, noise[[i]], brighter, own[:, i], steps=10)[:, 0] for i in range(6)]
    assert np.abs(together - np.stack(alone, 1)).max() <= 1
    alike = walk(gaussian, noise, brighter, np.repeat([[-1.0], [2.0]], 6, 1), steps=10)
    np.testing.assert_array_equal(alike, walk(gaussian, noise, brighter, [-1, 2], steps=10))


def test_all_strengths_go_through_the_generator_together(gaussian, noise, brighter):
    sizes = []
    grey = lambda gen, noise: sizes.append(noise.shape) or np.zeros((len(noise), 2, 2, 3), np.uint8)
    assert walk(gaussian, noise, brighter, [-1, 0, 1], decode=grey).shape == (3, 6, 2, 2, 3)
    assert walk(gaussian, noise.reshape(6, 16), brighter, [[1] * 6], decode=grey).shape == (1, 6, 2, 2, 3)
    assert sizes == [(18, 1, 4, 4), (6, 16)]


def test_settings_are_those_of_what_makes_the_images(gaussian, noise, brighter):
    named = walk(gaussian, noise, brighter, [1], steps=8, solver="heun", grid="uniform", batch_size=2)
    own = solved_by(gaussian, 8, "heun", "uniform")
    np.testing.assert_array_equal(walk(own, noise, brighter, [1]), named)
    grey = lambda gen, noise, shade: np.full((len(noise), 2, 2, 3), shade, np.uint8)
    assert (walk(gaussian, noise, brighter, [0, 1], decode=grey, shade=7) == np.full((2, 6, 2, 2, 3), 7)).all()


def test_the_matrix_has_a_row_an_edit(gaussian, noise, brighter):
    changes = judged_changes(gaussian, noise, [brighter], BrightnessJudge(), strength=2, steps=8)
    assert changes.shape == (1, 6, 2)
    matrix = change_matrix(changes, ["bright"], BrightnessJudge())
    assert list(matrix.index) == ["bright"] and list(matrix) == ["bright", "constant"]
    assert matrix.loc["bright", "bright"] > 0


def test_on_and_off_target_split_the_changes_of_every_image():
    changes = np.array([[[0.5, -0.1], [0.3, 0.2]], [[0.1, 0.4], [0.0, 0.2]]])
    on, off = on_and_off_target(changes, ["bright", "constant"], BrightnessJudge())
    np.testing.assert_allclose(on, [0.45, 0.25])
    np.testing.assert_allclose(off, [0.1, 0.1])


def test_errors(gaussian, noise, brighter):
    with pytest.raises(ValueError, match="another view's direction"):
        move(noise, Direction("x", np.ones(5) / 5**0.5), 1)
    for strengths in ([0, np.inf], [], 3, [[0] * 5 + [np.nan]], np.zeros((0, 6))):
        with pytest.raises(ValueError, match="finite numbers"):
            walk(gaussian, noise, brighter, strengths)
    for gen, named in ((gaussian, {"solver": "bdia"}), (solved_by(gaussian, 8, "bdia", "karras"), {})):
        with pytest.raises(ValueError, match="'bdia' needs a second state beside the noise"):
            walk(gen, noise, brighter, [1], **named)
    with pytest.raises(ValueError, match=r"strengths are of 5 images, and there are 6; give \(s,\), or \(s, 6\)"):
        walk(gaussian, noise, brighter, np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"one image's is to be given as noise\[None\]"):
        move(np.zeros((4, 16, 16)), FIRST, 1)
    with pytest.raises(ValueError, match="unknown attribute 'Hat'; choose one of bright, constant"):
        on_and_off_target(np.zeros((1, 3, 2)), ["Hat"], BrightnessJudge())
    with pytest.raises(ValueError, match="unknown path 'round'"):
        walk(gaussian, noise, brighter, [1], path="round")
    with pytest.raises(ValueError, match="no noise was given"):
        walk(gaussian, noise[:0], brighter, [0])
