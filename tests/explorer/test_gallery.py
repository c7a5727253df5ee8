"""The gallery, driven through its traits: filters, pages, and the choice."""

import numpy as np
import pandas as pd
import pytest

from unelib.explorer.gallery import A_PAGE, WHICH, Gallery, first_page, rows_where


@pytest.fixture(scope="module")
def images():
    """60 images, their ids and labels; of every tenth it is not known whether it is dark."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (60, 8, 8, 3), np.uint8)
    labels = pd.DataFrame({"Dark": rng.integers(0, 2, 60).astype(float), "Wearing_Hat": np.arange(60) % 3 == 0})
    labels.loc[::10, "Dark"] = np.nan
    return pixels, [f"face-{i}" for i in range(60)], labels.astype(float)


@pytest.fixture
def gallery(images):
    gallery = Gallery(*images)
    yield gallery
    gallery.close()


def shown(gallery):
    return [cell["row"] for cell in gallery.thumbnails.cells]


def test_pages_hold_every_image_once_in_order(gallery):
    seen = []
    for page in range(gallery.thumbnails.pages):
        assert gallery.thumbnails.page == page and len(shown(gallery)) <= A_PAGE
        seen += shown(gallery)
        gallery.forth.click()
    assert seen == list(range(60))
    assert gallery.forth.disabled and not gallery.back.disabled
    gallery.back.click()
    assert shown(gallery)[0] == A_PAGE and "25 to 48 of 60 images" in gallery.status.value


def test_what_has_and_what_lacks_an_attribute_are_apart_and_unknown_in_neither(gallery, images):
    labels = images[2]
    found = {which: set(gallery.filter("Dark", which).rows.tolist()) for which in WHICH}
    assert found["any"] == set(range(60))
    assert not found["has"] & found["lacks"]
    assert found["any"] - found["has"] - found["lacks"] == set(np.flatnonzero(labels.Dark.isna()).tolist())
    assert gallery.filter().which.value == "any"


def test_a_filter_starts_at_its_first_page(gallery):
    gallery.thumbnails.page = 2
    gallery.filter("Wearing_Hat")
    assert gallery.thumbnails.page == 0 and shown(gallery) == list(range(0, 60, 3))
    gallery.which.value = "lacks"
    assert len(gallery.rows) == 40 and gallery.thumbnails.pages == 2


def test_a_click_chooses_and_a_program_too(gallery):
    gallery.thumbnails.value = 5
    assert gallery.value == 5 and "chosen: image face-5" in gallery.chosen.value
    gallery.value = 50
    assert gallery.thumbnails.value == 50 and gallery.thumbnails.page == 2 and 50 in shown(gallery)
    gallery.value = None
    assert "no image is chosen" in gallery.chosen.value


def test_the_choice_outlives_a_filter_that_hides_it(gallery):
    gallery.value = 1
    gallery.filter("Wearing_Hat", "has")
    assert gallery.value == 1 and 1 not in shown(gallery)


def test_each_thumbnail_tells_id_and_labels(gallery):
    told = gallery.thumbnails.cells[0]["told"]
    assert told == "image face-0: Wearing Hat; not known: Dark"


def test_names_from_data_are_text_and_nothing_else(images):
    pixels, _, labels = images
    gallery = Gallery(pixels[:1], ["<img src=x>"], labels[:1])
    gallery.value = 0
    assert "<img" not in gallery.chosen.value
    gallery.close()


def test_nothing_passes_is_said(images):
    pixels, ids, labels = images
    gallery = Gallery(pixels[:3], ids[:3], labels[:3].assign(Dark=1.0))
    gallery.filter("Dark", "lacks")
    assert shown(gallery) == [] and "no image lacks Dark" in gallery.status.value
    gallery.close()


def test_images_without_labels_have_no_filter(images):
    gallery = Gallery(images[0], images[1], pd.DataFrame(index=range(60)))
    assert gallery.which.disabled and gallery.thumbnails.cells[0]["told"] == "image face-0"
    gallery.close()


def test_what_cannot_be_is_said(gallery, images):
    pixels, ids, labels = images
    with pytest.raises(ValueError, match="no image 60; choose a row from 0 to 59"):
        gallery.value = 60
    with pytest.raises(ValueError, match="unknown attribute 'Old'; choose one of Dark, Wearing_Hat"):
        gallery.filter("Old")
    with pytest.raises(ValueError, match="unknown filter 'had'"):
        gallery.filter("Dark", "had")
    with pytest.raises(ValueError, match="59 images, 60 ids and 60 rows"):
        Gallery(pixels[1:], ids, labels)
    with pytest.raises(ValueError, match="no image to show"):
        Gallery(pixels[:0], [], labels[:0])


def test_on_paper_it_is_the_first_page(gallery, images, closed):
    pixels, _, labels = images
    sheet = gallery.filter("Wearing_Hat").figure().axes[0]
    assert sheet.get_title(loc="left") == "The first 20 of 20 images that have Wearing Hat"
    first = sheet.images[0].get_array()[:8, :8]
    np.testing.assert_array_equal(first, pixels[rows_where(labels, "Wearing_Hat", "has")[0]])
    none = first_page(pixels, labels.assign(Dark=0), "Dark", "has").axes[0]
    assert none.get_title(loc="left") == "The first 0 of 0 images that have Dark" and not none.images
