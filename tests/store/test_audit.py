"""The audit finds what is wrong with a zoo, shard by shard, and `repair` clears away just that."""

import numpy as np
import pytest

from unelib.store import NoiseZoo
from unelib.worlds import load_images

IMAGES = load_images("drawn-faces", n=12, size=16)


@pytest.fixture
def zoo(tmp_path):
    zoo = NoiseZoo(tmp_path).add(IMAGES)
    features = lambda pixels: pixels.reshape(len(pixels), -1)[:, :8].astype(np.float32)
    zoo.build("view", features, IMAGES.pixels, {}, shard_rows=5, progress=False)
    return zoo


def test_a_sound_zoo_has_no_faults(zoo):
    assert zoo.verify().empty and zoo.repair().empty and zoo.views == ["view"]


def test_a_changed_byte_is_found_with_its_rows_and_only_its_shard_goes(zoo):
    path = zoo.shard_path("view", 1)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    (fault,) = zoo.verify().itertuples()
    assert (fault.view, fault.shard, fault.first_row, fault.last_row) == ("view", 1, 5, 9)
    zoo.repair()
    assert not path.exists() and zoo.shard_path("view", 0).is_file() and zoo.views == []


def test_a_manifest_that_is_damaged_is_a_fault_of_the_view_as_a_whole(zoo):
    (zoo.folder("view") / "manifest.json").write_text("{")
    (fault,) = zoo.verify().itertuples()
    assert fault.shard == -1 and "damaged" in fault.problem
