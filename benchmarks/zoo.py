"""Reading and verifying a view of 20,000 x 16,384 in half precision, each beside its peer measured in the same run."""

import hashlib
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from measured import peak_memory, promised, timed
from PIL import Image

from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

IMAGES, COLUMNS, ASKED = 20_000, 16_384, 1_000


def make(folder):
    """A zoo with one view of random rows and, beside it, the same rows in one raw file."""
    rng = np.random.default_rng(0)
    zoo = NoiseZoo(folder / "zoo")
    index = {"id": [f"{i:06d}" for i in range(IMAGES)], "sha256": "", "split": "train"}
    zoo.add_index(pd.DataFrame(index | {f"attribute {a}": 0 for a in range(40)}))
    raw = np.lib.format.open_memmap(folder / "raw.npy", "w+", np.float16, (IMAGES, COLUMNS))

    def results(parts):
        for shard, rows in parts:
            raw[rows] = rng.standard_normal((rows.stop - rows.start, COLUMNS), np.float32)
            yield shard, np.asarray(raw[rows])

    zoo.fill("noise", results, {}, progress=False)
    raw.flush()
    return zoo.path


def seconds(action, times=7):
    """The median time of an action."""
    return timed(action, times)[0]


def memory(action):
    """The most memory, in MB, that an action takes above what there was before it; Linux only."""
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_memory()
    action()
    return (peak_memory() - before) * 1e3


def report(what, ours, peer, unit, **target):
    promised(f"zoo/{what}", ours, unit, **target, peer=peer, ratio=ours / peer)


class Decoded:
    """Pictures that are read from PNG files when they are asked for."""

    def __init__(self, folder, images):
        self.files = [folder / f"{name}.png" for name in images.ids]
        for file, picture in zip(self.files, images.pixels):
            Image.fromarray(picture).resize((512, 512)).save(file)

    def __len__(self):
        return len(self.files)

    def __getitem__(self, rows):
        rows = np.arange(len(self))[rows]
        return np.stack([np.asarray(Image.open(self.files[row]).resize((64, 64), Image.NEAREST)) for row in rows])


def bench_overlap(folder):
    """A build whose model takes half a second a shard, as one on a GPU would; decoding and writing go on beside it."""
    images, model = load_images("drawn-faces", n=400, size=64), []
    pixels, noise = Decoded(folder, images), np.random.default_rng(0).standard_normal((40, COLUMNS), np.float32)
    zoo = NoiseZoo(folder / "overlap")
    index = {"id": images.ids, "sha256": "", "split": "train", "attribute": 0}
    zoo.add_index(pd.DataFrame(index))

    def compute(pixels):
        began = time.perf_counter()
        time.sleep(0.5)
        model.append(time.perf_counter() - began)
        return noise

    began = time.perf_counter()
    zoo.build("noise", compute, pixels, {}, shard_rows=40, progress=False)
    wall, decoding = time.perf_counter() - began, seconds(lambda: pixels[:40], 3) * 10
    report("ten shards beside their model", wall, sum(model), "s", most=1.05 * sum(model), floor=sum(model))
    print(f"zoo: decoding these pictures alone takes {decoding:.1f} s")


def bench(folder):
    path, raw = make(folder), folder / "raw.npy"
    asked = np.random.default_rng(1).choice(IMAGES, ASKED, replace=False)
    zoo = NoiseZoo(path)

    ours = memory(lambda: zoo.rows("noise", asked)) - ASKED * COLUMNS * 4 / 1e6
    stream = memory(lambda: [block.sum() for _, block in zoo.stream("noise", block=500)]) - 500 * COLUMNS * 4 / 1e6
    peer = memory(lambda: np.load(raw, mmap_mode="r")[asked]) - ASKED * COLUMNS * 2 / 1e6
    report("memory above 1,000 rows", ours, peer, "MB", most=200)
    print(f"zoo: memory above one block while all {IMAGES:,} rows stream by: {stream:.0f} MB")
    assert (zoo.rows("noise", asked) == np.load(raw, mmap_mode="r")[asked].astype(np.float32)).all()

    ours = seconds(lambda: zoo.rows("noise", asked))
    kept = seconds(lambda: zoo.rows("noise", asked, dtype="float16"))
    as_float = seconds(lambda: np.load(raw, mmap_mode="r")[asked].astype(np.float32))
    as_kept = seconds(lambda: np.load(raw, mmap_mode="r")[asked])
    report("1,000 random rows as float32", ours * 1e3, as_float * 1e3, "ms", most=2e3 * as_float)
    report("1,000 random rows as kept", kept * 1e3, as_kept * 1e3, "ms", most=2e3 * as_kept)

    opening = seconds(lambda: (NoiseZoo(path).views, NoiseZoo(path).rows("noise", [0])))
    raw_open = seconds(lambda: np.load(raw, mmap_mode="r")[[0]])
    report("opening and one row", opening * 1e3, raw_open * 1e3, "ms", most=50)

    total = sum(p.stat().st_size for p in path.rglob("*.safetensors")) / 1e6
    ours = total / seconds(lambda: zoo.verify(), 3)
    peer = total / seconds(lambda: hashlib.sha256(raw.read_bytes()).hexdigest(), 3)
    report("verifying", ours, peer, "MB/s", least=500)


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp())
    try:
        bench(folder)
        bench_overlap(folder)
    finally:
        shutil.rmtree(folder)
