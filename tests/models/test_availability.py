"""Whether a model can be had is known from its files, without loading it."""

import json
import shutil
from pathlib import Path

import httpx
import pytest
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

from unelib.models import availability
from unelib.models.availability import HERE, HUB, MISSING, files_lacking, hub_refusal, whereabouts
from unelib.models.presets import ENCODERS as ENCODER_NAMES
from unelib.models.presets import GENERATORS, JUDGES

from ..helpers.little_timm import timm_or_stand_in
from ..helpers.tiny_models import ENCODERS, PIPELINES

OURS = [(kind, name) for kind, presets in (("generator", GENERATORS), ("encoder", ENCODER_NAMES), ("judge", JUDGES))
        for name in presets if name.startswith(("drawn", "fashion"))]  # fmt: skip


@pytest.mark.parametrize("kind, name", OURS)
def test_the_models_that_come_along_are_here(kind, name):
    assert whereabouts(kind, name).state == HERE


@pytest.mark.parametrize("name", [*PIPELINES, *ENCODERS])
def test_what_was_saved_lacks_nothing(model_folder, name):
    assert files_lacking(Path(model_folder(name))) == []


@pytest.mark.parametrize(
    "name, file",
    [
        ("sd", "unet/config.json"),
        ("sd", "vae/diffusion_pytorch_model.safetensors"),
        ("sd", "text_encoder/model.safetensors"),
        ("sd", "scheduler/scheduler_config.json"),
        ("sd", "tokenizer/tokenizer_config.json"),
        ("clip", "config.json"),
        ("clip", "model.safetensors"),
        ("clip", "tokenizer.json"),
        ("dinov2", "preprocessor_config.json"),
    ],
)
def test_a_file_that_is_lost_is_named(model_folder, tmp_path, name, file):
    folder = Path(shutil.copytree(model_folder(name), tmp_path / name))
    (folder / file).unlink()
    assert any(lost.startswith(file) for lost in files_lacking(folder))
    kind = "generator" if name == "sd" else "encoder"
    state, told = whereabouts(kind, str(folder))
    assert state == MISSING and file in told and "copy it whole again" in told


def test_weights_that_were_cut_or_lack_a_part_are_named(model_folder, tmp_path):
    folder = Path(shutil.copytree(model_folder("dinov2"), tmp_path / "cut"))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    assert files_lacking(folder) == ["model.safetensors (it is damaged)"]
    weights.unlink()
    parts = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(parts))
    assert files_lacking(folder) == ["model-1.safetensors", "model-2.safetensors"]


def test_a_name_that_is_nobodys_is_told_with_those_there_are():
    assert "no judge 'nowhere': it is neither a preset (drawn-judge" in whereabouts("judge", "nowhere").told


def refused(error):
    """A hub that answers with an error."""

    class Api:
        def auth_check(self, repo, repo_type):
            raise error

    return Api


RESPONSE = httpx.Response(401, request=httpx.Request("GET", "https://huggingface.co"))


@pytest.mark.parametrize(
    "error, told",
    [
        (GatedRepoError("no", response=RESPONSE), "accept its licence at https://huggingface.co/owner/name"),
        (RepositoryNotFoundError("no", response=RESPONSE), "the hub has no model owner/name"),
        (ConnectionError("no route"), "does not answer (no route); where it does, run: hf download owner/name"),
    ],
)
def test_what_the_hub_refuses_is_told_with_the_way_to_get_it(monkeypatch, error, told):
    monkeypatch.setattr("huggingface_hub.HfApi", refused(error))
    assert told in hub_refusal("owner/name")
    assert whereabouts("encoder", "owner/name").state == MISSING


def test_models_of_timm_are_looked_for_as_others_are(monkeypatch, tmp_path):
    library, save, architecture = timm_or_stand_in(monkeypatch)
    save(library.create_model(architecture, pretrained=False), tmp_path / "saved", safe_serialization=True)
    assert whereabouts("encoder", f"timm:{tmp_path / 'saved'}") == (HERE, str(tmp_path / "saved"))
    (tmp_path / "saved" / "model.safetensors").unlink()
    state, told = whereabouts("encoder", f"untrained:timm:{tmp_path / 'saved'}")
    assert state == MISSING and "lacks model.safetensors; copy it whole again" in told
    monkeypatch.setattr(availability, "hub_refusal", lambda repo: "the hub does not answer" if repo[0] == "o" else "")
    assert whereabouts("encoder", "timm:owner/name") == (
        MISSING,
        "encoder 'timm:owner/name': the hub does not answer",
    )
    assert whereabouts("encoder", "timm:timm/name") == (HUB, "timm/name")


@pytest.mark.parametrize("kind, name", [("generator", "known-latent"), ("encoder", "efficientnet-lite0")])
def test_a_model_in_a_package_is_missing_without_it_untrained_or_not(monkeypatch, tmp_path, kind, name):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    monkeypatch.setattr("unelib.models.packaged_weights.find_spec", lambda module: None)
    for called in (name, f"untrained:{name}"):
        state, told = whereabouts(kind, called)
        assert state == MISSING and f"the weights of '{name}' come in the package" in told


def test_what_the_hub_has_is_fetched(monkeypatch):
    monkeypatch.setattr(availability, "hub_refusal", lambda repo: "")
    assert whereabouts("encoder", "owner/name") == (HUB, "owner/name")
