"""A probe of stored rows is the probe of the same rows in memory; nothing but blocks is read; errors name the row."""

import numpy as np
import pandas as pd
import pytest

from unelib.linalg import stored_rows
from unelib.linalg.stored_rows import StoredRows, as_rows
from unelib.probing.linear_probe import SOLVERS, LinearProbe
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

from ..helpers.stored import stored

RNG = np.random.default_rng(0)
X = (RNG.standard_normal((2500, 30)) * np.linspace(3, 0.3, 30)) @ RNG.standard_normal((30, 30)) + 5
Y = pd.DataFrame({f"a{i}": (X[:, i] + RNG.standard_normal(2500) > X[:, i].mean() + i).astype(int) for i in range(3)})


@pytest.mark.parametrize("kind", SOLVERS)
@pytest.mark.parametrize("columns", [4096, 8])
def test_stored_rows_give_the_probe_of_the_rows_in_memory(kind, columns, monkeypatch):
    monkeypatch.setattr(stored_rows, "GRAM_COLUMNS", columns)  # 8: by subspace iteration
    there = LinearProbe(kind, components=12).fit(X, Y)
    asked = []
    here = LinearProbe(kind, components=12).fit(stored(X, asked), Y)
    assert max(asked) <= stored_rows.BLOCK
    np.testing.assert_allclose(here.coef_, there.coef_, rtol=1e-3, atol=1e-3 * np.abs(there.coef_).max())
    np.testing.assert_allclose(here.pattern_, there.pattern_, rtol=1e-3, atol=1e-3 * np.abs(there.pattern_).max())
    np.testing.assert_allclose(here.decision_function(stored(X)), here.decision_function(X), rtol=1e-4, atol=1e-4)


def test_the_plain_mean_difference_needs_no_components():
    here, there = (LinearProbe("mean-difference").fit(rows, Y) for rows in (stored(X), X))
    np.testing.assert_allclose(here.coef_, there.coef_, rtol=1e-5, atol=1e-5)


def test_missing_labels_leave_stored_rows_out():
    table = Y.astype(float)
    table.iloc[:700, 1] = np.nan
    here, there = (LinearProbe("ridge", components=12).fit(rows, table) for rows in (stored(X), X))
    np.testing.assert_allclose(here.coef_, there.coef_, rtol=1e-3, atol=1e-4)


def test_subspace_iteration_finds_the_leading_components_where_they_stand_out(monkeypatch):
    monkeypatch.setattr(stored_rows, "GRAM_COLUMNS", 8)
    monkeypatch.setattr(stored_rows, "SPARE", 6)
    Z = (X - X.mean(0)) / X.std(0)
    space = stored_rows.stored_space(stored(X), X.mean(0), X.std(0), 3)
    U = np.linalg.svd(Z, full_matrices=False)[0][:, :3]
    cosines = np.linalg.svd(U.T @ space.rows)[1] / np.sqrt(len(X))
    np.testing.assert_allclose(cosines, 1, atol=3e-3)


def test_a_large_memory_map_is_read_block_by_block(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", X.astype(np.float32))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert isinstance(as_rows(mapped), np.ndarray)
    monkeypatch.setattr(stored_rows, "IN_MEMORY", 1000)
    assert isinstance(as_rows(mapped), StoredRows)
    here, there = LinearProbe("lda", components=5).fit(mapped, Y), LinearProbe("lda", components=5).fit(X, Y)
    np.testing.assert_allclose(here.coef_, there.coef_, rtol=1e-3, atol=1e-5)


def test_a_view_of_the_store(tmp_path):
    images = load_images("drawn-faces", n=20, size=16)
    zoo = NoiseZoo(tmp_path).add(images)
    zoo.build("v", lambda p: p.reshape(len(p), -1)[:, :50].astype(float), images.pixels, {}, shard_rows=7)
    rows = np.arange(len(images))[::-2]
    view = zoo.stored("v", rows)
    assert view.shape == (len(rows), 50)
    np.testing.assert_array_equal(view[3:9], zoo["v"][rows[3:9]])
    np.testing.assert_array_equal(view.take([2, 0])[:], zoo["v"][rows[[2, 0]]])
    np.testing.assert_array_equal(view.ids, np.array(images.ids)[rows])
    np.testing.assert_array_equal(view.take(slice(3, 9)).take([2, 0]).ids, view.ids[[5, 3]])


def test_errors():
    spoilt = X.copy()
    spoilt[1300, 4] = np.inf
    with pytest.raises(ValueError, match="X holds inf at row 1300, column 4"):
        LinearProbe("lda", components=5).fit(stored(spoilt), Y)
    table = Y.astype(float)
    table.iloc[:700] = np.nan
    with pytest.raises(ValueError, match="X holds inf at row 1300, column 4"):
        LinearProbe("lda", components=5).fit(stored(spoilt), table)
    with pytest.raises(ValueError, match="set components"):
        LinearProbe("lda").fit(stored(X), Y)
    with pytest.raises(ValueError, match="components is 31; .* take 1 to 30"):
        LinearProbe("lda", components=31).fit(stored(X), Y)
    with pytest.raises(ValueError, match="X has 9 stored rows"):
        LinearProbe("lda", components=2).fit(stored(X[:9]), Y[:9])
