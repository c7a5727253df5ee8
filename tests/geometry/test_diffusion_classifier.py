"""Verdicts are Bayes' where densities are known, and dropping what is clearly worse saves calls and keeps verdicts."""

import numpy as np
import pytest
import torch

from unelib.geometry.conditional_errors import pair_errors
from unelib.geometry.diffusion_classifier import accuracy_by_calls, classify, decide, worse
from unelib.models.closed_form import ExactClasses

from .test_conditional_errors import CLASSES, drawn

HOW = {"grid": "log-sigma", "batch_size": 200}


@pytest.fixture(scope="module")
def world():
    """A mixture, latents of it, their classes, and Bayes' verdicts."""
    gen = ExactClasses()
    z, y = drawn(gen)
    return gen, z, y, gen.log_p(torch.from_numpy(z)).argmax(1).numpy()


def test_all_pairs_give_bayes_verdicts(world):
    gen, z, y, bayes = world
    found = classify(gen, z, CLASSES, 400, None, **HOW)
    verdict = found.verdict.astype(int)
    assert (verdict == bayes).mean() > 0.95 and abs((verdict == y).mean() - (bayes == y).mean()) < 0.03
    assert (found.calls == 1200).all() and (found.left == 3).all()


def test_dropping_saves_calls_and_keeps_verdicts(world):
    gen, z, _, _ = world
    every, few = (classify(gen, z, CLASSES, 200, level, **HOW) for level in (None, 0.002))
    assert (every.verdict == few.verdict).mean() > 0.95
    assert few.calls.mean() < 0.7 * every.calls.mean() and (few.calls <= 600).all()
    assert (few.calls[few.left > 1] >= 400).all()  # who was not settled was asked to the end


def test_a_stricter_level_asks_more(world):
    gen, z, _, _ = world
    errors = pair_errors(gen, z, CLASSES, 60, **HOW)
    calls = [decide(errors, level).calls.mean() for level in (0.3, 0.1, 0.01, 0.001)] + [180.0]
    assert calls == sorted(calls)


def test_known_errors_decide_as_those_that_are_asked_for(world):
    gen, z, _, _ = world
    asked = classify(gen, z, CLASSES, 25, 0.1, **HOW)
    known = decide(pair_errors(gen, z, CLASSES, 25, **HOW), 0.1)
    np.testing.assert_array_equal(asked.verdict.astype(int), known.verdict)
    np.testing.assert_array_equal(asked[["calls", "left"]], known[["calls", "left"]])


def test_verdicts_do_not_depend_on_batches_or_on_the_order_of_conditions(world):
    gen, z, _, _ = world
    whole = classify(gen, z[:40], CLASSES, 20, **HOW)
    parts = classify(gen, z[:40], CLASSES, 20, grid="log-sigma", batch_size=7)
    turned = classify(gen, z[:40], CLASSES[::-1], 20, **HOW)
    assert whole.equals(parts) and whole.equals(turned)


def test_settled_pictures_are_asked_no_more():
    gen = ExactClasses()
    far = gen.classes[1].mean[None].numpy().astype(np.float32) + 30  # one class alone comes near: the widest
    before = [c.calls for c in gen.classes]
    found = classify(gen, far, CLASSES, 50, 0.3)
    assert sum(c.calls for c in gen.classes) - sum(before) == found.calls.sum() < 150


def test_what_is_worse_by_a_constant_is_dropped_at_once():
    rng = np.random.default_rng(0)
    errors = rng.normal(1, 0.1, (5, 1, 6)) + np.array([0.3, 0.0, 0.2])[:, None]
    found = decide(errors)
    assert found.to_dict("list") == {"verdict": [1] * 5, "calls": [6] * 5, "left": [1] * 5}


def test_equal_errors_drop_nothing():
    errors = np.ones((2, 3, 5))
    assert not worse(errors, np.ones((2, 3), bool), 0.1).any()
    assert decide(errors).calls.tolist() == [15, 15]


def test_the_test_is_students_on_paired_differences():
    from scipy.stats import ttest_rel

    errors = np.random.default_rng(0).normal(1, 1, (30, 2, 6))
    found = worse(errors, np.ones((30, 2), bool), 0.2)
    best = errors.mean(2).argmin(1)
    p = [ttest_rel(row[1 - b], row[b], alternative="greater").pvalue for row, b in zip(errors, best)]
    np.testing.assert_array_equal(found.any(1), np.array(p) < 0.2)
    assert not found[np.arange(30), best].any()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"level": 0.0}, "level is 0.0; it must be a number above 0 and at most 1"),
        ({"level": 1.0}, "level is 1, which drops by chance alone"),
        ({"least": 1}, "least is 1; choose a whole number from 2"),
    ],
)
def test_a_test_that_is_none_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        decide(np.ones((2, 3, 4)), **changes)
    with pytest.raises(ValueError, match=message):
        classify(ExactClasses(), np.zeros((1, 1, 4, 4), np.float32), CLASSES, **changes)


@pytest.mark.parametrize("errors", [np.ones((2, 3)), np.full((2, 3, 4), np.nan), np.ones((0, 3, 4))])
def test_errors_that_are_none_are_refused(errors):
    with pytest.raises(ValueError, match="errors must be finite numbers .n, conditions, pairs."):
        decide(errors)


def test_accuracy_is_that_of_verdicts_after_so_many_pairs(world):
    gen, z, y, _ = world
    errors = pair_errors(gen, z, CLASSES, 20, **HOW)
    found = accuracy_by_calls(errors, y, [1, 5, 20], None)
    assert found.calls.tolist() == [3, 15, 60] and found.pairs.tolist() == [1, 5, 20]
    wanted = [(errors[..., :p].mean(2).argmin(1) == y).mean() for p in (1, 5, 20)]
    np.testing.assert_allclose(found.accuracy, wanted)
    assert (found.low < found.accuracy).all() and (found.accuracy < found.high).all()
    assert accuracy_by_calls(errors, y, [20], 0.1).calls[0] == decide(errors, 0.1).calls.mean()


def test_pairs_that_there_are_not_are_refused():
    for pairs in ([0], [5], [2.5]):
        with pytest.raises(ValueError, match="choose whole numbers from 1 to 4"):
            accuracy_by_calls(np.ones((2, 3, 4)), [0, 1], pairs)
    with pytest.raises(ValueError, match="errors has 2 rows, truth has 3 rows"):
        accuracy_by_calls(np.ones((2, 3, 4)), [0, 1, 2], [1])


@pytest.mark.parametrize("truth", [[0, 1, 3], ["0", "1", "2"], [0, np.nan, 1], [-1, 0, 1]])
def test_a_truth_that_is_no_condition_is_refused(truth):
    with pytest.raises(ValueError, match="give each row the number of its condition"):
        accuracy_by_calls(np.random.default_rng(0).random((3, 3, 4)), truth, [2])
