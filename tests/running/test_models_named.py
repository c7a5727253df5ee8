"""Which models steps load is known by the kinds of their parameters."""

import pytest

from unelib.core import paths
from unelib.running.models_named import models_to_load, named_by
from unelib.running.parameters import OtherGenerator, Trials
from unelib.running.recipes import read_recipe
from unelib.running.steps import Step, recipe_steps


@pytest.mark.parametrize(
    "name, models",
    [
        ("celeba-sd15", {("generator", "sd15"), ("encoder", "clip-l14"), ("encoder", "dinov2-b14")}),
        ("replicas", {("generator", "fashion-ddpm-seed2"), ("encoder", "fashion-clip"), ("judge", "fashion-judge")}),
        ("encoders", {("encoder", "drawn-dino-seed1"), ("encoder", "drawn-pose"), ("generator", "drawn-ldm")}),
    ],
)
def test_all_that_a_recipe_names_is_found(name, models):
    found = models_to_load(recipe_steps(read_recipe(paths.ROOT / f"recipes/{name}.yaml")))
    assert models <= set(found) and len(set(found)) == len(found)


def test_a_trial_names_a_generator_and_a_judge_or_neither():
    trials = {"a": ["gen", "probe:enc", 3], "b": ["", "", "cv"]}
    assert named_by("trials", Trials, trials) == [("generator", "gen"), ("encoder", "enc")]


def test_other_generators_and_encoders_whose_embeddings_are_read_are_models():
    notebooks = [f"notebooks/depth/{name}.ipynb" for name in ("latents", "codes", "10_une")]
    given = {"other": "drawn-ddpm", "straightened": ["drawn-simclr"], "encoder": "drawn-pose", "judge": ""}
    found = models_to_load([Step("r", notebook, given) for notebook in notebooks])
    assert {("generator", "drawn-ddpm"), ("encoder", "drawn-simclr"), ("encoder", "drawn-pose")} <= set(found)
    assert named_by("other", OtherGenerator, "") == [] and ("judge", "") not in found
