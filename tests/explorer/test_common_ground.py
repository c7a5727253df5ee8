"""The shared latent of a zoo: of noise and embeddings, of its training images alone, as large as there is room for."""

import numpy as np

from unelib.explorer.common_ground import SHARED, shared_latent
from unelib.running.workspace import Workspace
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

from ..editing.test_method_probes import small_zoo


def test_the_tours_latent_is_of_noise_and_embeddings():
    zoo = Workspace("tour").zoo
    une = shared_latent(zoo, "drawn-ldm")
    assert set(une.loadings_) == {"drawn-ldm", "drawn-clip"} and une.loadings_["drawn-ldm"].shape[1] == SHARED
    new = zoo.split != "train"
    by_noise, by_clip = (une.latent({view: zoo.rows(view, new)}) for view in ("drawn-ldm", "drawn-clip"))
    alike = [np.corrcoef(a, b)[0, 1] for a, b in zip(by_noise.T, by_clip.T)]
    shuffled = [np.corrcoef(a, np.roll(b, 1))[0, 1] for a, b in zip(by_noise.T, by_clip.T)]
    assert np.mean(alike) > 0.4 > 0.1 > np.abs(np.mean(shuffled))


def test_a_small_zoo_has_a_small_one_and_noise_alone_none(tmp_path):
    zoo = small_zoo(tmp_path)
    assert shared_latent(zoo, "gaussian").loadings_["gaussian"].shape[1] == 8
    images = load_images("drawn-faces", n=30, size=16)
    alone = NoiseZoo(tmp_path / "alone").add(images)
    alone.build("gaussian", lambda pixels: zoo.rows("gaussian", slice(0, 30)), images.pixels, {}, progress=False)
    assert shared_latent(alone, "gaussian") is None
