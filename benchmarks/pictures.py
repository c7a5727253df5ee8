"""Reading 10,000 JPEGs of CelebA's size, 178 x 218, and photographs as a telephone makes them."""

import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from measured import promised
from PIL import Image

from unelib.core.cpus import threads
from unelib.worlds.image_sets import load_images
from unelib.worlds.picture_files import Pictures

IMAGES, SIDES, DIFFERENT = 10_000, (178, 218), 200


def made(folder, images, sides, quality=90):
    """JPEGs of smooth random colours with some grain, and a table of one attribute; copies where they are many."""
    rng, files = np.random.default_rng(0), [f"{i:06d}.jpg" for i in range(images)]
    folder.mkdir()
    for i, file in enumerate(files):
        if i >= DIFFERENT:
            shutil.copy(folder / files[i % DIFFERENT], folder / file)
            continue
        smooth = Image.fromarray(rng.integers(0, 256, (14, 12, 3), np.uint8)).resize(sides, Image.Resampling.BICUBIC)
        grain = np.asarray(smooth, int) + rng.integers(-6, 7, (*sides[::-1], 1))
        Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(folder / file, quality=quality)
    (folder / "labels.csv").write_text("file,a\n" + "".join(f"{file},{i % 2}\n" for i, file in enumerate(files)))
    return files


def rates(work, images):
    """Pictures a second, and a CPU second, of some work."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return images / (time.perf_counter() - began), images / (time.process_time() - cpu)


def report(what, work, images, least=None):
    """Pictures a CPU second, which others on the machine do not lessen, beside those a second on as many threads."""
    wall, cpu = rates(work, images)
    promised(f"pictures/{what}", cpu, "pictures a CPU second", least=least, a_second=wall, threads=threads())


def bench(folder):
    files = made(folder / "celeba-like", IMAGES, SIDES)
    size = (folder / "celeba-like" / files[0]).stat().st_size
    print(f"pictures: {IMAGES:,} files of {size / 1e3:.0f} kB, {threads()} threads")
    report("JPEGs of 178 x 218, at 64", lambda: load_images(str(folder / "celeba-like"), None, size=64), IMAGES, 400)
    report("JPEGs of 178 x 218, at 178", lambda: load_images(str(folder / "celeba-like"), None, size=178), IMAGES, 400)
    few = Pictures.of(folder / "celeba-like", files[:1000], 512)
    report("JPEGs of 178 x 218, at 512", lambda: few[:], len(few))
    large = Pictures.of(folder / "photos", made(folder / "photos", 12, (4000, 3000)), 64)
    report("JPEGs of 4000 x 3000, at 64", lambda: large[:], len(large))


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp())
    try:
        bench(folder)
    finally:
        shutil.rmtree(folder)
