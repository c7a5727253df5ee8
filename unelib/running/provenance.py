"""Where a result comes from: revision, versions, machine."""

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .. import __version__
from ..core import paths
from ..core.cpus import cores

PACKAGES = ("torch", "diffusers", "transformers", "scikit-learn", "numpy", "scipy", "pandas", "papermill")


@cache
def versions_here() -> dict[str, Any]:
    """What a result of this process depends on, beside its parameters.

    Returns
    -------
    dict
        `revision` of git and whether it is `dirty` (None outside a repository), `unelib`, `python`, `packages` by name,
        `machine` (system, processor) and its `cpus`.

    Examples
    --------
    >>> sorted(versions_here())
    ['cpus', 'dirty', 'machine', 'packages', 'python', 'revision', 'unelib']
    """
    changed = git("status", "--porcelain", "--untracked-files=no")
    return {
        "revision": git("rev-parse", "HEAD"),
        "dirty": None if changed is None else bool(changed),
        "unelib": __version__,
        "python": platform.python_version(),
        "packages": {name: installed for name in PACKAGES if (installed := version_of(name))},
        "machine": f"{platform.system()} {platform.machine()}",
        "cpus": cores(),
    }


def git(*asked):
    """What git says of the project, None where there is no git or no repository."""
    try:
        told = subprocess.run(["git", *asked], cwd=paths.ROOT, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() if told.returncode == 0 else None


def version_of(package):
    """A package's version; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
