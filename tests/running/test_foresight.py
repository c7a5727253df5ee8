"""What later notebooks would not find is told before the first one starts."""

import pandas as pd
import pytest

from unelib.core import paths
from unelib.running import Workspace, execute, plan, read_recipe
from unelib.running.foresight import check_names
from unelib.running.recipes import with_defaults

RECIPES = sorted((paths.ROOT / "recipes").glob("*.yaml"))
WORLD = {"image_set": "drawn-faces", "train_split": "train", "generators": ["gen"], "encoders": ["enc"], "run": "r"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))


@pytest.mark.parametrize("world", ["drawn", "fashion"])
def test_the_worlds_own_recipes_find_what_they_name(world):
    check_names(with_defaults(plan(read_recipe(paths.ROOT / f"recipes/{world}.yaml"))))


@pytest.mark.parametrize(
    "values, message",
    [
        ({"targets": {"Smilling": 1}}, "b: targets names 'Smilling'.*did you mean 'Smiling'"),
        ({"attributes": ["Smiling", "xyz"]}, "names 'xyz', and there is no such attribute; there are Bald, Bangs"),
        ({"pair": ["Young", "young"]}, "pair names 'young'.*did you mean 'Young'"),
        ({"others": "Male Beard"}, "others names 'Beard'"),
        ({"generator": "gem"}, "b: generator names 'gem', and there is no such view; did you mean 'gen'"),
    ],
)
def test_what_is_not_there_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        check_names([("a", WORLD), ("b", values | {"run": "r"})])


def test_noise_that_the_run_has_already_will_do():
    zoo = Workspace("r").zoo
    zoo.add_index(pd.DataFrame({"id": ["a"], "sha256": [""], "split": ["train"]}))
    zoo.fill("of mine", lambda parts: ((shard, [[1.0]]) for shard, _ in parts), {}, progress=False)
    check_names([("a", WORLD), ("b", {"generator": "of mine", "run": "r"})])


def test_an_image_set_that_is_nowhere_is_told_and_one_of_the_hub_is_not_fetched():
    with pytest.raises(FileNotFoundError, match="no image set 'celebb'"):
        check_names([("a", WORLD | {"image_set": "celebb"})])
    check_names([("a", WORLD | {"image_set": "owner/name"}), ("b", {"targets": {"anything": 1}})])


@pytest.mark.parametrize("given", [{"steps": "ten"}, {"targets": {"Smilling": 1}}, {"judge": "drawn-jugde"}])
def test_a_run_with_a_typo_leaves_nothing(tmp_path, given):
    with pytest.raises((ValueError, FileNotFoundError)):
        execute.run(paths.ROOT / "recipes/drawn.yaml", given)
    assert not list(tmp_path.iterdir())
