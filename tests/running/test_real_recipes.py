"""Recipes of real models run to their end: CelebA's published files, pipelines and encoders of the real classes.

Everything is small, and the models' weights are random: nothing is to be found, and nothing is to fail. Each kernel
takes seconds to start, so the views are made here, as notebooks 01 and 02 of the recipe would make them.
"""

from pathlib import Path

import nbformat
import pytest
import yaml

from unelib.core import paths
from unelib.running import findings
from unelib.running.views import build_recipe
from unelib.running.workspace import Workspace

from ..helpers.commands import said_by
from ..helpers.real_worlds import RARE, celeba_files, saved_models, small_recipe

MAKING = ["01_invert", "02_encode"]
TARGETS = {"Smiling": 1, "Young": -1, "Pale_Skin": 1}  # the last is rare
SMALL = {  # parameters of any of the notebooks
    "n_train": 200, "n_test": 100, "image_size": 64, "steps": 4, "batch_size": 100, "n_check": 2, "n_edit": 16,
    "targets": TARGETS, "kind": "mean-difference", "shared_dimensions": 3, "components": 4, "view_components": 32,
    "dimensions_shared": [4], "dimensions": [4], "sizes": [1.0], "shuffles": 1, "anchors": 20, "images_compared": 40,
    "frontier_steps": [2], "simulations": 40, "projections": 40, "axes": 8, "columns": 8, "leading": 6, "repeats": 2,
    "rows": 50, "noise_components": 20, "embedding_components": 8, "n_bottleneck": 60, "n_images": 2, "k": 2,
    "timesteps": [600], "edit_timesteps": [600], "lengths": [-0.3, 0, 0.3], "walk_strengths": [-3, 0, 3], "n_pairs": 2,
    "frames": 3, "strengths": {"noise": [3], "h": [4], "state": [0.1]}, "texts": ["a man", "a woman"],
}  # fmt: skip
TRIED = {"numbers": [50], "n_learn": 60, "edits": {".": TARGETS}}
ONLY = {
    "notebooks/depth/10_une.ipynb": {"n_learn": 60},
    "notebooks/depth/11_evidence.ipynb": TRIED,
    "notebooks/depth/hspace.ipynb": {"n_learn": 60, "n_test": 40},
    "notebooks/depth/latents.ipynb": {"n_learn": 60, "n_test": 40},
}
OWN = {
    "celeba-sd15": {"encoders": ["clip-b16", "dinov2-b14"], "reader": "clip-b16"},
    "celebahq-ddpm": {"image_size": 16},
    "paper": {"generators": ["sd15", "sd21"], "encoders": ["clip-b16", "openclip-b16"]},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Folders of models by preset, and one with CelebA."""
    root = tmp_path_factory.mktemp("real")
    return saved_models(root), celeba_files(root / "celeba", {"train": 200, "valid": 300, "test": 100})


@pytest.fixture
def place_of(world, tmp_path, monkeypatch):
    """`Workspace` of a recipe, or of some of its notebooks on views that are made here, after it was executed."""
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))

    def executed(name, *notebooks):
        written, every = tmp_path / "recipe.yaml", notebooks_of(name)
        for these in ((*MAKING, *notebooks), notebooks) if notebooks else (every,):
            written.write_text(yaml.safe_dump(small_recipe(name, *world, these, SMALL | OWN[name], ONLY)))
            if these not in (notebooks, every):
                build_recipe(written)
        said_by("run", written, "--jobs", 1)
        return Workspace(name)

    return executed


def notebooks_of(name):
    """Names of all notebooks of a recipe."""
    recipe = yaml.safe_load((paths.ROOT / "recipes" / f"{name}.yaml").read_text())
    return [Path(notebook).stem for notebook in recipe["notebooks"]]


def text_of(place, stage):
    """All that an executed notebook printed."""
    cells = nbformat.read(place.folder / f"{stage}.ipynb", 4).cells
    return "".join(out.text for cell in cells for out in cell.get("outputs", ()) if out.output_type == "stream")


def of_pictures(place, stage):
    """Claims about pictures that a notebook has recorded, and how many claims in all."""
    found = findings(place.run)
    claims = found.claim[found.stage == stage]
    return claims[claims.str.contains("edits|Edits|Images drawn")].tolist(), len(claims)


@pytest.mark.slow
def test_stable_diffusion_on_celeba_runs_to_its_end_with_every_notebook(place_of):
    place = place_of("celeba-sd15")
    assert {"Blurry", "Pale_Skin"} <= set(place.zoo.rare) <= set(RARE)
    assert set(notebooks_of("celeba-sd15")) - {"06_explore"} <= set(findings(place.run).stage)
    for stage in ("05_edit", "10_une", "11_evidence"):
        assert "set aside, too rare to be scored: Pale_Skin" in text_of(place, stage)
    for stage in ("10_une", "11_evidence"):
        edits, count = of_pictures(place, stage)
        assert edits and count > len(edits)


@pytest.mark.slow
def test_pixel_diffusion_runs_to_its_end(place_of):
    place = place_of("celebahq-ddpm", "05_edit", "10_une", "side_by_side", "hspace", "pullback", "latents")
    edits, count = of_pictures(place, "10_une")
    assert edits and count > len(edits)


@pytest.mark.slow
def test_without_a_judge_claims_of_pictures_are_left_out_and_it_is_said(place_of):
    place = place_of("paper", "03_probe", "04_align", "09_paper", "alignment", "10_une", "11_evidence")
    said = {"10_une": "no judge: no picture is drawn or edited here", "11_evidence": "paper: nobody judges pictures"}
    for stage, words in said.items():
        assert words in text_of(place, stage)
        edits, count = of_pictures(place, stage)
        assert not edits and count
