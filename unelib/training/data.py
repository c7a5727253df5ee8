"""Training pictures: drawn faces, drawn once and memory-mapped from then on; batches and crops of any pictures."""

import hashlib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm.auto import tqdm

from ..core.files import make_folder, write_whole
from ..core.paths import MODELS
from ..worlds import canvas, face_painter, faces
from ..worlds.faces import NUISANCES, draw_faces, sample_factors
from ..worlds.image_sets import SPLIT_START

CACHE = MODELS.parent / "cache"


def training_faces(n, seed=0, cache=CACHE):
    """Faces (n, 64, 64, 3) uint8 and attributes (n, a) uint8 of the split `models`, which no notebook ever reads.

    They are drawn again when the program that draws them has changed.
    """
    indices = np.arange(n) + SPLIT_START["models"]
    path = Path(cache) / f"faces-{seed}-{n}-{drawing_digest()}.npy"
    if not path.exists():
        make_folder(path.parent)
        write_whole(path, partial(save_array, draw_in_parallel(indices, seed)))
    return np.load(path, mmap_mode="r", allow_pickle=False), sample_factors(indices, seed).attributes


def training_nuisances(n, seed, names):
    """Nuisances (n, names) float32 in -1..1 of the faces of `training_faces`."""
    drawn = sample_factors(np.arange(n) + SPLIT_START["models"], seed).nuisance
    return drawn[:, [NUISANCES.index(name) for name in names]]


def save_array(values, path):
    """Save an array under exactly this path, where `np.save` would add a suffix."""
    with open(path, "wb") as file:
        np.save(file, values)


def drawing_digest():
    """Eight characters that change with the code that draws faces."""
    code = b"".join(Path(module.__file__).read_bytes() for module in (canvas, faces, face_painter))
    return hashlib.sha256(code).hexdigest()[:8]


def draw_in_parallel(indices, seed, chunk=1000):
    """Draw faces on every core, with a progress bar."""
    chunks = [indices[i : i + chunk] for i in range(0, len(indices), chunk)]
    with ProcessPoolExecutor() as pool:
        drawn = pool.map(draw_chunk, chunks, [seed] * len(chunks))
        return np.concatenate(list(tqdm(drawn, total=len(chunks), desc="drawing faces", unit="k")))


def draw_chunk(indices, seed):
    """Faces (len(indices), 64, 64, 3) uint8 of one chunk."""
    return draw_faces(sample_factors(indices, seed))


def to_signal(pixels):
    """Pixels (n, h, w, c) uint8 -> float32 tensor (n, c, h, w) in -1..1."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float() / 127.5 - 1


def rows_of_step(n, batch_size, step, seed):
    """Row numbers of one training step: drawn from (seed, step) alone, so that a resumed run repeats them."""
    return np.random.default_rng([seed, step]).integers(0, n, batch_size)


def crops(images, generator, smallest):
    """One square crop an image, of `smallest`..1 of its side at a random place, enlarged to full size again."""
    n = len(images)
    side = smallest + (1 - smallest) * torch.rand(n, generator=generator)
    centre = (1 - side)[:, None] * (2 * torch.rand(n, 2, generator=generator) - 1)
    placed = torch.cat([torch.eye(2) * side[:, None, None], centre[..., None]], 2)
    grid = F.affine_grid(placed, images.shape, align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
