"""Images are dealt to parts by names alone."""

import numpy as np

from unelib.worlds.dealt_parts import SHARES, dealt_order, places


def test_shares_are_kept_and_no_image_is_in_two():
    found = places([f"{i}" for i in range(5000)])
    parts = {split: dealt_order(found, split) for split in SHARES}
    assert np.array_equal(np.sort(np.concatenate(list(parts.values()))), np.arange(5000))
    for split, (low, high) in SHARES.items():
        assert abs(len(parts[split]) / 5000 - (high - low)) < 0.02
    assert found[parts["train"]].argmin() == 0 and found[parts["test"]].argmax() == 0


def test_a_person_has_one_place():
    found = places(["a", "b", "c"], ["ann", "bob", "ann"])
    assert found[0] == found[2] != found[1]
