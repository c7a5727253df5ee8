"""Two images are enough to say how long many take; what is there already takes nothing."""

import numpy as np

from unelib.running.two_images import seconds_each, view_seconds
from unelib.running.views import views_of

PIXELS = np.zeros((2, 64, 64, 3), np.uint8)


def test_a_short_trial_is_made_again_with_more_of_the_same_images():
    seen = []
    seconds_each(lambda pixels: seen.append(len(pixels)), PIXELS, 50)
    seconds_each(lambda pixels: seen.append(len(pixels)), PIXELS, 1)
    assert seen == [2, 8, 2, 2]


def test_views_that_are_there_take_no_time_and_an_untrained_network_as_long_as_the_trained_one(model_folder):
    parameters = {"encoders": [model_folder("dinov2")], "batch_size": 4}
    names = [view.name for view in views_of(parameters)]
    assert view_seconds(parameters, PIXELS, names) == (0.0, 0)
    loading, each = view_seconds(parameters, PIXELS, names[:1])
    assert loading > 0 and each > 0
