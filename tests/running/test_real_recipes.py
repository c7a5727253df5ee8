"""Recipes of real models run to their end: CelebA's published files, pipelines and encoders of the real classes.

Everything is small, and the models' weights are random: nothing is to be found, and nothing is to fail. Each kernel
takes seconds to start, so the views are made here, as notebooks 01 and 02 of the recipe would make them.
"""

import nbformat
import pytest
import yaml

from unelib.running import findings
from unelib.running.views import build_recipe
from unelib.running.workspace import Workspace

from ..helpers.commands import said_by
from ..helpers.real_worlds import RARE, celeba_files, saved_models, small_recipe

MAKING = ["01_invert", "02_encode"]
TARGETS = {"Smiling": 1, "Pale_Skin": 1}  # the latter is rare
SMALL = {"n_train": 64, "n_test": 40, "image_size": 32, "steps": 2, "batch_size": 64, "n_check": 2, "n_edit": 4,
         "targets": TARGETS, "shared_dimensions": 3, "kind": "mean-difference"}  # fmt: skip
TRIED = {"numbers": [50], "n_learn": 60, "edits": {".": TARGETS}}
ONLY = {"notebooks/depth/10_une.ipynb": {"n_learn": 60}, "notebooks/depth/11_evidence.ipynb": TRIED}
OWN = {
    "celeba-sd15": {"encoders": ["clip-b16", "dinov2-b14"]},
    "celebahq-ddpm": {"image_size": 16},
    "paper": {"generators": ["sd15"], "encoders": ["clip-b16"]},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Folders of models by preset, and one with CelebA."""
    root = tmp_path_factory.mktemp("real")
    return saved_models(root), celeba_files(root / "celeba", {"train": 64, "valid": 104, "test": 40})


@pytest.fixture
def place_of(world, tmp_path, monkeypatch):
    """`Workspace` of some notebooks of a recipe, after they were executed on views that are made here."""
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))

    def executed(name, *notebooks):
        written = tmp_path / "recipe.yaml"
        for these in ((*MAKING, *notebooks), notebooks):
            written.write_text(yaml.safe_dump(small_recipe(name, *world, these, SMALL | OWN[name], ONLY)))
            if these != notebooks:
                build_recipe(written)
        said_by("run", written, "--jobs", 1)
        return Workspace(name)

    return executed


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
def test_stable_diffusion_on_celeba_runs_to_its_end(place_of):
    place = place_of("celeba-sd15", "10_une", "11_evidence")
    assert {"Blurry", "Pale_Skin"} <= set(place.zoo.rare) <= set(RARE)
    for stage in ("10_une", "11_evidence"):
        assert "set aside, too rare to be scored: Pale_Skin" in text_of(place, stage)
        edits, count = of_pictures(place, stage)
        assert edits and count > len(edits)


@pytest.mark.slow
def test_pixel_diffusion_runs_to_its_end(place_of):
    edits, count = of_pictures(place_of("celebahq-ddpm", "10_une"), "10_une")
    assert edits and count > len(edits)


@pytest.mark.slow
def test_without_a_judge_claims_of_pictures_are_left_out_and_it_is_said(place_of):
    place = place_of("paper", "10_une", "11_evidence")
    said = {"10_une": "no judge: no picture is drawn or edited here", "11_evidence": "paper: nobody judges pictures"}
    for stage, words in said.items():
        assert words in text_of(place, stage)
        edits, count = of_pictures(place, stage)
        assert not edits and count
