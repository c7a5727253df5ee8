"""Arrays become a zoo in one call; what is wrong with them is said by name."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml

from unelib import NoiseZoo, Workspace, run
from unelib.core import paths
from unelib.evidence import evidence
from unelib.running import dry_run
from unelib.store import add_labels

rng = np.random.default_rng(0)
Z = rng.standard_normal((300, 6))
VIEWS = {
    "z": Z @ rng.standard_normal((6, 20)) + rng.standard_normal((300, 20)),
    "mine": Z @ rng.standard_normal((6, 12)),
    "small": rng.standard_normal((300, 2, 3)),
}
LABELS = pd.DataFrame(Z[:, :2] > 0, columns=["one", "two"])


def test_rows_ids_and_kinds_are_kept(tmp_path):
    zoo = NoiseZoo.from_arrays(VIEWS, LABELS, kinds={"small": "pixels"}, path=tmp_path / "zoo")
    assert zoo.views == ["z", "mine", "small"] and zoo.controls("z") == {"pixels": "small"}
    np.testing.assert_array_equal(zoo["mine"], VIEWS["mine"].astype(np.float32))
    assert zoo["small"].shape == (300, 6) and zoo.ids[7] == "row-7"
    np.testing.assert_array_equal(zoo.attributes.to_numpy(), LABELS.to_numpy())
    assert zoo.verify().empty and len(NoiseZoo(tmp_path / "zoo").views) == 3


def test_the_same_arrays_are_taken_up_and_others_refused(tmp_path):
    for _ in range(2):
        NoiseZoo.from_arrays(VIEWS, LABELS, path=tmp_path)
    with pytest.raises(ValueError, match="z"):
        NoiseZoo.from_arrays(VIEWS | {"z": VIEWS["z"] + 1}, LABELS, path=tmp_path)


def test_persons_are_on_one_side_of_the_split():
    persons = np.repeat(np.arange(60), 5)
    zoo = NoiseZoo.from_arrays(VIEWS, LABELS, persons=persons)
    assert not set(zoo.groups[zoo.split == "train"]) & set(zoo.groups[zoo.split == "test"])
    assert (zoo.split == "test").mean() == pytest.approx(0.3, abs=0.01)


def test_minus_ones_a_tables_own_ids_and_a_split_are_read():
    table = (2 * LABELS.astype(int) - 1).set_axis([f"img{i}.png" for i in range(300)])
    split = np.where(np.arange(300) < 100, "test", "train")
    zoo = NoiseZoo.from_arrays(VIEWS, table, split=split)
    assert zoo.ids[2] == "img2.png" and (zoo.split == split).all()
    np.testing.assert_array_equal(zoo.attributes.to_numpy(), LABELS.to_numpy())


def test_the_trial_runs_on_it():
    table = evidence(NoiseZoo.from_arrays(VIEWS, LABELS, kinds={"small": "pixels"}), claims=("linear", "predictable"))
    found = table.set_index(["view", "null"]).verdict
    assert found["z to mine", "pixels"] == "supported" and found["z", "shuffled"] == "supported"


def test_a_table_of_labels_makes_a_zoo(tmp_path):
    table = LABELS.astype(int).assign(split=np.where(np.arange(300) < 90, "test", "train"), person=np.arange(300) // 3)
    table.rename_axis("id").set_axis([f"{i}.jpg" for i in range(300)]).to_csv(tmp_path / "labels.csv")
    zoo = add_labels(NoiseZoo(tmp_path / "zoo"), tmp_path / "labels.csv")
    assert list(zoo.attributes) == ["one", "two"] and zoo.ids[1] == "1.jpg" and zoo.groups[5] == "1"
    assert (zoo.split == "test").sum() == 90
    (tmp_path / "empty.csv").write_text("id,split\n")
    for name, error in {"none.csv": FileNotFoundError, "empty.csv": ValueError}.items():
        with pytest.raises(error, match=name):
            add_labels(NoiseZoo(tmp_path / "other"), tmp_path / name)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"views": VIEWS | {"mine": VIEWS["mine"][:-1]}}, "view 'mine' has 299 rows, and 'z' has 300"),
        ({"views": {}}, "views is empty"),
        ({"views": VIEWS | {"mine": np.where(VIEWS["mine"] > 2, np.nan, VIEWS["mine"])}}, "mine"),
        ({"attributes": LABELS[:-1]}, "attributes have 299 rows, and the views 300"),
        ({"attributes": LABELS.astype(int) + 1}, "is not 0/1 or -1/1"),
        ({"ids": ["a"] * 300}, "'a' is there twice"),
        ({"persons": ["a"]}, "persons have 1 rows"),
        ({"split": ["train"] * 299 + ["dev"]}, "split holds 'dev'"),
        ({"kinds": {"other": "noise"}}, "kinds names 'other'; the views are z, mine, small"),
    ],
)
def test_what_is_wrong_is_said(wrong, said):
    with pytest.raises(ValueError, match=said):
        NoiseZoo.from_arrays(**{"views": VIEWS, "attributes": LABELS} | wrong)


def test_images_of_one_person_are_held_out_one_by_one():
    with pytest.warns(UserWarning, match="all 300 rows are of one group; rows count by themselves"):
        zoo = NoiseZoo.from_arrays(VIEWS, LABELS, persons=["ann"] * 300)
    assert set(zoo.groups) == {"ann"} and (zoo.split == "test").sum() == 90


def test_missing_labels_stay_missing_and_are_not_counted():
    table = LABELS.astype(float)
    table.iloc[::2, 0], table["never"] = np.nan, np.nan
    zoo = NoiseZoo.from_arrays(VIEWS, table)
    np.testing.assert_array_equal(zoo.attributes.to_numpy(), table.to_numpy())
    assert zoo.rare == {
        "never": "0 of 0 that it is known of among 210 training images have it; more than 420 are needed"
    }
    found = evidence(zoo, claims=("linear",))
    assert (found.verdict[found.view != "small"] == "supported").all()


@pytest.fixture
def arrays_run(tmp_path, monkeypatch):
    """The recipe of the how-to, and the zoo that it is to read."""
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    page = (paths.ROOT / "docs/how-to/own-arrays.md").read_text()
    recipe = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.DOTALL).group(1))
    views = {"z": VIEWS["z"], "mine": VIEWS["mine"] + rng.standard_normal((300, 12))}
    NoiseZoo.from_arrays(views, LABELS, path=Workspace(recipe["name"]).zoo.path)
    return recipe


def test_the_recipe_of_the_how_to_could_start(arrays_run):
    assert len(arrays_run["notebooks"]) == 4 and dry_run(arrays_run).missing == []


@pytest.mark.slow
def test_notebooks_that_need_no_generator_run_on_arrays_alone(arrays_run):
    books = [*arrays_run["notebooks"][:2], "notebooks/depth/probing.ipynb"]
    report = run({"name": arrays_run["name"], "notebooks": books})
    assert set(report.state) == {"executed"}
    found = Workspace(arrays_run["name"]).result("03_probe")
    assert found["noise_auc"] > found["shuffled_auc"] and "pixels_auc" not in found
