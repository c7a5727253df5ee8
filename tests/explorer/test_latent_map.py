"""The map, driven through its traits: points, colours, what is looked at, the choice and the path."""

import numpy as np
import pandas as pd
import pytest

from unelib.explorer.latent_map import MOST_POINTS, LatentMap, score_classes
from unelib.explorer.map_planes import principal_plane


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 12))
    labels = pd.DataFrame({"Wearing_Hat": (X[:, 0] > 0).astype(float)})
    labels.iloc[7] = np.nan
    scores = pd.DataFrame({"Wearing_Hat": X[:, 0]})
    pixels = rng.integers(0, 256, (40, 8, 8, 3), np.uint8)
    return principal_plane(X), X, pixels, [f"face-{i}" for i in range(40)], labels, scores


@pytest.fixture
def drawn_map(parts):
    found = LatentMap(*parts)
    yield found
    found.close()


def test_the_points_are_those_of_the_plane_under_its_names(drawn_map, parts):
    np.testing.assert_allclose(drawn_map.view.points, parts[0].of(parts[1]), atol=1e-4)
    assert drawn_map.view.names == list(parts[0].names) and "of the variance" in drawn_map.told.value


def told_of_rows(drawn_map):
    return [drawn_map.view.classes[look]["told"] for look in drawn_map.view.looks]


def test_colours_say_what_each_image_has(drawn_map, parts):
    assert set(told_of_rows(drawn_map)) == {"image"} and drawn_map.legend.value == ""
    drawn_map.colour.value = "label Wearing_Hat"
    words = {0: "lacks Wearing Hat", 1: "has Wearing Hat"}
    assert told_of_rows(drawn_map) == [words.get(value, "not known") for value in parts[4].Wearing_Hat]
    assert "lacks Wearing Hat" in drawn_map.legend.value and "not known" in drawn_map.legend.value
    signs = [c["sign"] for c in drawn_map.view.classes]
    assert len(set(signs)) == 3  # they are told apart without colours


def test_scores_are_coloured_in_fifths(drawn_map, parts):
    drawn_map.colour.value = "score Wearing_Hat"
    looks = np.array(drawn_map.view.looks)
    assert np.bincount(looks).tolist() == [8] * 5
    score = parts[5].Wearing_Hat.to_numpy()
    assert all(score[looks == i].max() < score[looks == i + 1].min() for i in range(4))
    assert score_classes(pd.Series([1.0, 1.0]), "x")[0].tolist() == [0, 2]


def test_what_is_looked_at_is_told_and_not_yet_chosen(drawn_map):
    drawn_map.view.looked = 3
    assert drawn_map.view.shown["row"] == 3 and drawn_map.view.shown["told"].startswith("image face-3")
    assert drawn_map.view.shown["source"].startswith("data:image/png") and drawn_map.value is None
    drawn_map.view.looked = None
    assert drawn_map.view.shown == {}


def test_a_click_chooses_and_a_program_too(drawn_map):
    drawn_map.view.value = 5
    assert drawn_map.value == 5
    drawn_map.value = 6
    assert drawn_map.view.value == 6
    with pytest.raises(ValueError, match="no image 40; choose a row from 0 to 39"):
        drawn_map.value = 40


def test_a_path_is_that_of_its_rows(drawn_map, parts):
    drawn_map.draw_path(parts[1][:3])
    np.testing.assert_allclose(drawn_map.view.path, parts[0].of(parts[1][:3]))
    drawn_map.path = []
    assert drawn_map.view.path == []


def test_what_cannot_be_is_told(parts):
    plane, X, pixels, ids, labels, _ = parts
    with pytest.raises(ValueError, match="12 columns, and this map is of a view of|11 columns, and this map"):
        LatentMap(plane, X[:, 1:], pixels, ids, labels)
    with pytest.raises(ValueError, match="39 rows of the view and 40 images"):
        LatentMap(plane, X[1:], pixels, ids, labels)
    many = MOST_POINTS + 1
    with pytest.raises(ValueError, match="2001 images are more than the 2000"):
        LatentMap(
            plane,
            np.zeros((many, 12)),
            np.zeros((many, 1, 1, 3), np.uint8),
            range(many),
            pd.DataFrame(index=range(many)),
        )


def test_on_paper_every_image_is_there_and_the_path(drawn_map, closed):
    drawn_map.colour.value = "label Wearing_Hat"
    drawn_map.draw_path(np.zeros((4, 12)))
    ax = drawn_map.figure().axes[0]
    shown = sum(len(line.get_xdata()) for line in ax.lines[:3])
    assert shown == 40 and len(ax.lines) == 6
    assert ax.get_xlabel() == drawn_map.plane.names[0]
    assert [text.get_text() for text in ax.get_legend().get_texts()][:2] == ["lacks Wearing Hat", "has Wearing Hat"]
