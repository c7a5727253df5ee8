"""A trial of two images: how long views take, each computed as a run would, and nothing kept."""

import time

import numpy as np

from .views import views_of

SHORT = 5.0  # seconds: a trial that took less is made again, since the first call of a model does more
SEVERAL = 8  # images of that second trial, the same ones over and over: one of a batch takes less than one of two


def view_seconds(parameters, pixels, there=()):
    """Seconds to load what a notebook's views need, and seconds an image of all of its views; nothing is written.

    pixels  (n, h, w, 3) uint8, two of them at best
    there   names of views that are not made any more

    A network that is untrained takes as long as the same one trained, so it is not tried on its own.
    """
    loading, each = 0.0, {}
    views = views_of(parameters)
    wanted = [view for view in views if view.name not in there]
    tried = {view.of if view.role == "untrained" else view.name for view in wanted}
    for view in views:
        if view.name in tried:
            began = time.perf_counter()
            compute, _ = view.load()
            loading += time.perf_counter() - began
            each[view.name] = seconds_each(compute, pixels, parameters["batch_size"])
    return loading, sum(each[view.of if view.role == "untrained" else view.name] for view in wanted)


def seconds_each(compute, pixels, batch_size):
    """Seconds an image that a computation takes: of the images, and if that is short, of as many as a batch has."""
    for n in (len(pixels), max(len(pixels), min(batch_size, SEVERAL))):
        began = time.perf_counter()
        compute(np.resize(pixels, (n, *pixels.shape[1:])))
        taken = time.perf_counter() - began
        if taken > SHORT:
            break
    return taken / n
