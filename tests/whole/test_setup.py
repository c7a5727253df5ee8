"""environment.yml, requirements.lock and pyproject.toml say the same thing."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import unelib

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
MAKEFILE = (ROOT / "Makefile").read_text()
LOCKED = re.search(r"^LOCKED := (.*)$", MAKEFILE, re.MULTILINE)[1].split()
WANTED = [Requirement(line) for line in PROJECT["dependencies"] + sum((EXTRAS[name] for name in LOCKED), [])]
LINES = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]


def locked():
    """Version of each package in the lock, by its canonical name."""
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in LINES)}


@pytest.mark.parametrize("requirement", WANTED, ids=str)
def test_lock_holds_every_dependency_within_its_range(requirement):
    assert requirement.specifier.contains(locked()[canonicalize_name(requirement.name)])


def test_every_extra_is_locked_but_those_of_torchvision():
    apart = set(EXTRAS) - set(LOCKED)
    assert apart == {"timm", "open-clip"} and all("torchvision" in EXTRAS[name] for name in apart)


def test_lock_pins_each_package_once_without_build_suffix():
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line) for line in LINES)
    assert len(locked()) == len(LINES)


def test_lock_leaves_the_accelerator_to_torch():
    assert locked()["torch"] == "2.13.0"
    assert not [name for name in locked() if re.match("torchvision|torchaudio|nvidia|triton|cuda", name)]


def test_hashes_are_of_the_locked_versions_for_every_system():
    lines = re.sub(r"\\\n\s*", "", (ROOT / "requirements.hashes").read_text()).splitlines()
    found = [re.fullmatch(r"([\w.-]+)==(\S+)(?: ; ([^-]+?))?((?: *--hash=sha256:[0-9a-f]{64})+)", x) for x in lines[1:]]
    assert all(found) and lines[0].startswith("#")
    hashed = {canonicalize_name(name): version for name, version, *_ in (match.groups() for match in found)}
    assert len(hashed) == len(found)
    assert {name: version for name, version in hashed.items() if name in locked()} == {
        name: version for name, version in locked().items() if name != "torch"
    }
    of_one_system = {canonicalize_name(match[1]) for match in found if match[3]}
    assert set(hashed) - set(locked()) <= of_one_system and "appnope" in of_one_system


def test_environment_installs_the_lock_and_this_package():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip,) = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    assert pip == ["-r requirements.lock", "-e ."]
    (python,) = [part for part in environment["dependencies"] if str(part).startswith("python=")]
    assert Requirement("python" + PROJECT["requires-python"]).specifier.contains(python.removeprefix("python="))


def test_licence_and_version():
    assert (ROOT / "LICENSE").read_text().startswith("MIT License") and PROJECT["license"] == "MIT"
    assert re.fullmatch(r"\d+\.\d+\.\d+", unelib.__version__)


def test_clean_removes_caches_and_nothing_else_whatever_their_names(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("a b/__pycache__/x", "a b/.ipynb_checkpoints/x", "b/kept", "data/kept"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {"Makefile", "a b", "b", "b/kept", "data", "data/kept"}


def test_the_notebooks_are_tested_away_from_the_users_runs():
    commands = subprocess.run(["make", "-n", "test"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    joined = commands.replace("\\\n", " ")
    (line,) = [line for line in joined.splitlines() if "--nbval-lax" in line]
    assert line.index('export UNELIB_ROOT="$scratch"') < line.index("unelib run") < line.index("--nbval-lax")
