"""A view's folder by itself: what is there, what is whole, and rows in the order asked for."""

import numpy as np
import pytest

from unelib.store import NoiseZoo
from unelib.store.view_folder import ViewFolder, picked
from unelib.worlds import load_images

IMAGES = load_images("drawn-faces", n=12, size=16)
ROWS = np.random.default_rng(0).standard_normal((12, 6)).astype(np.float32)


@pytest.fixture
def view(tmp_path):
    zoo = NoiseZoo(tmp_path).add(IMAGES)
    made = {"dtype": "float32", "shard_rows": 5, "kind": "control", "role": "leak", "of": "noise"}
    zoo.fill("mine", lambda parts: ((shard, ROWS[rows]) for shard, rows in parts), {}, progress=False, **made)
    return ViewFolder(zoo.folder("mine"))


def test_a_folder_says_what_it_is(view):
    assert (view.name, view.kind, view.count, view.width) == ("mine", "control", 3, 6)
    assert (view.manifest["role"], view.manifest["of"]) == ("leak", "noise")
    assert view.done == [0, 1, 2] and view.is_complete and view.faulty(range(3)) == []
    assert view.record(2)["rows"] == 2


def test_rows_come_in_the_order_asked_for_over_shards(view):
    wanted = np.array([11, 0, 5, 5])
    np.testing.assert_array_equal(view.rows(wanted), ROWS[wanted])
    np.testing.assert_array_equal(view.rows(wanted, [3, 1]), ROWS[wanted][:, [3, 1]])
    assert view.rows(np.array([], int)).shape == (0, 6)


def test_a_shard_less_is_not_complete_and_is_named(view):
    view.shard_path(1).unlink()
    assert view.faults([0, 1]) == {0: None, 1: "missing"} and view.faulty(range(3)) == [1]
    with pytest.raises(FileNotFoundError, match="shard 1 of view 'mine' cannot be read"):
        view.map(1)
    view.shard_path(1).with_suffix(".json").unlink()
    assert view.done == [0, 2] and not view.is_complete


def test_progress_of_a_share_has_a_file_of_its_own(view):
    names = [view.progress_path(share).name for share in ((1, 1), (2, 3))]
    assert names == ["progress.json", "progress-2-of-3.json"]


def test_what_is_picked():
    assert picked(4, None, "rows").tolist() == [0, 1, 2, 3] and picked(4, slice(2), "rows").tolist() == [0, 1]
    assert picked(4, [True, False, True, False], "rows").tolist() == [0, 2] and picked(4, [], "rows").tolist() == []
    with pytest.raises(IndexError, match="rows must be numbers below 4 or a mask of 4 values"):
        picked(4, [4], "rows")
