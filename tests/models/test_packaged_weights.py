"""Weights that come in a package: only the known file is read, tensors alone are admitted, and once is enough."""

import pickle
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from unelib import load_encoder, load_generator
from unelib.core.files import file_hash
from unelib.models import packaged_weights
from unelib.models.gan_generators import Dcgan
from unelib.models.packaged_weights import WEIGHTS, brought, unpacked
from unelib.models.presets import ENCODERS, GENERATORS, PACKAGED, find_model, packaged_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A package of one file with the weights of a small GAN, known for "known-latent"; its code may not run."""
    folder = tmp_path / "site" / "a_package_of_weights"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('the code of a package was run')")
    torch.save({"net": Dcgan(6, [4], 3).state_dict()}, folder / "weights.tar")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    know(monkeypatch, folder)
    return folder


def know(monkeypatch, folder, **changes):
    """Make the file of the package the one that is known."""
    known = {"module": folder.name, "file": "weights.tar", "entry": "net", "sha256": file_hash(folder / "weights.tar")}
    monkeypatch.setitem(WEIGHTS, "known-latent", WEIGHTS["known-latent"]._replace(**known | changes))


def test_the_file_becomes_safetensors_once_and_none_of_the_code_runs(module):
    gan = load_generator("known-latent", "cpu")
    assert gan.latent_dim == 6 and module.name not in sys.modules
    made = packaged_folder("known-latent") / "generator.safetensors"
    assert len(load_file(made)) == len(Dcgan(6, [4], 3).state_dict())
    (module / "weights.tar").unlink()
    assert load_generator("untrained:known-latent", "cpu").name == "untrained:known-latent"


def test_another_file_is_not_read(module, monkeypatch):
    know(monkeypatch, module, sha256="0" * 64)
    with pytest.raises(ValueError, match="not the one that is known"):
        load_generator("known-latent")
    assert not packaged_folder("known-latent").exists()


def test_what_is_more_than_tensors_is_not_unpickled(module, monkeypatch):
    class Spoilt:
        def __reduce__(self):
            return (Path.touch, (module / "it was run",))

    torch.save({"net": Spoilt()}, module / "weights.tar")
    know(monkeypatch, module)
    with pytest.raises(pickle.UnpicklingError, match="[Ww]eights"):
        unpacked("known-latent")
    assert not (module / "it was run").exists()


@pytest.mark.parametrize("name, load", [("known-latent", load_generator), ("efficientnet-lite0", load_encoder)])
def test_without_the_package_the_next_step_is_said(name, load, monkeypatch, tmp_path):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    monkeypatch.setattr(packaged_weights, "find_spec", lambda module: None)
    with pytest.raises(FileNotFoundError, match=f"package {WEIGHTS[name].package}, .*known-latent"):
        load(name)


def test_presets_of_packages_lead_to_their_folders_and_others_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    assert set(WEIGHTS) == set(PACKAGED) <= {*GENERATORS, *ENCODERS}
    assert find_model("known-latent", GENERATORS, "generator") == str(packaged_folder("known-latent"))
    assert brought("owner/name") == "owner/name"


def test_the_versions_that_are_installed_are_pinned_with_hashes():
    lines = [x for x in (ROOT / packaged_weights.REQUIREMENTS).read_text().splitlines() if not x.startswith("#")]
    assert [line.split("==")[0] for line in lines] == [known.package for known in WEIGHTS.values()]
    assert all("--hash=sha256:" in line for line in lines)


@pytest.mark.slow
@pytest.mark.skipif(not all(find_spec(known.module) for known in WEIGHTS.values()), reason="the packages are not here")
def test_the_real_packages_hold_what_is_known_of_them(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    assert load_generator("known-latent", "cpu").latent_dim == 100
    assert load_encoder("efficientnet-lite0", "cpu").dim == 1280
