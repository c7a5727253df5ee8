"""Where things lie, and what is said where they do not: a clone has them, an installed package does not."""

import pytest

from unelib.core import paths
from unelib.models.presets import find_model
from unelib.running.recipes import read_recipe
from unelib.training.train import find_family


def test_the_project_has_what_the_paths_name():
    assert paths.in_clone() and paths.DATA.is_dir() and paths.MODELS.is_dir()


def test_runs_lie_in_the_project_or_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.delenv("UNELIB_ROOT", raising=False)
    assert paths.home() == paths.ROOT
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    assert paths.home() == tmp_path


def test_runs_of_an_installed_package_lie_in_the_working_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("UNELIB_ROOT", raising=False)
    monkeypatch.setattr(paths, "ROOT", tmp_path / "site-packages")
    monkeypatch.chdir(tmp_path)
    assert paths.home() == tmp_path


def test_an_installed_package_trains_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    with pytest.raises(FileNotFoundError, match="clone the workbook's repository"):
        find_family("drawn-ldm")


def test_an_installed_package_says_that_a_clone_is_needed_and_gives_no_other_advice(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr("unelib.models.presets.MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match="clone the workbook's repository") as told:
        find_model("drawn-ldm", {"drawn-ldm": "drawn-ldm"}, "generator")
    assert "train" not in str(told.value)
    with pytest.raises(FileNotFoundError, match="clone the workbook's repository"):
        read_recipe("recipes/drawn.yaml")
