"""Drawn faces a second on all cores, beside reading the same pictures back from PNG with Pillow."""

import io
import os
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from measured import promised
from PIL import Image

from unelib.worlds.faces import draw_faces, sample_factors


def draw(indices):
    return draw_faces(sample_factors(indices))


def encode(picture):
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def decode(files):
    return [np.asarray(Image.open(io.BytesIO(file))) for file in files]


def rate(pool, work, parts, count):
    """Items a second, best of three."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        list(pool.map(work, parts))
        seconds.append(time.perf_counter() - began)
    return count / min(seconds)


if __name__ == "__main__":
    n, cores = 2048, os.cpu_count()
    parts = np.split(np.arange(n), 16)
    with ProcessPoolExecutor(cores) as pool:
        files = [[encode(p) for p in draw(part)] for part in parts]
        drawn, read = rate(pool, draw, parts, n), rate(pool, decode, files, n)
    promised("faces/drawn", drawn, "a second on all cores", least=500, decoded=read)
