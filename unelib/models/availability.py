"""Whether a model can be had, before it is loaded: here, with all of its files, or from the hub."""

import json
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError, safe_open

from ..core.paths import MODELS
from .encoder_names import OPEN_CLIP_CONFIG, OPEN_CLIP_WEIGHTS, UNTRAINED, find_encoder, name_parts, timm_library
from .lite_encoders import is_lite
from .packaged_weights import WEIGHTS as PACKAGES
from .packaged_weights import known_file
from .presets import ENCODERS, GAN_WEIGHTS, GENERATORS, JUDGES, find_model, is_gan, packaged_folder
from .timm_encoders import hub_id_of

PRESETS = {"generator": GENERATORS, "encoder": ENCODERS, "judge": JUDGES}
WEIGHTS = {"diffusers": "diffusion_pytorch_model.safetensors"}  # by library; all others' are the next
TRANSFORMERS_WEIGHTS = "model.safetensors"
CONFIGS = {  # by a part of a class's name; networks have config.json
    "Scheduler": "scheduler_config.json",
    "Extractor": "preprocessor_config.json",
    "Processor": "preprocessor_config.json",
    "Tokenizer": "tokenizer_config.json",
}
WORDS = ("tokenizer.json", "vocab.json", "spiece.model")  # one of them lists what a text encoder reads
TEXT_TYPES = ("clip", "siglip")
HERE, HUB, MISSING = "here", "to be fetched from the hub", "missing"


class Whereabouts(NamedTuple):
    """Where a model is: "here", "to be fetched from the hub" or "missing"; and its place, or why not and what to do."""

    state: str
    told: str


def whereabouts(kind: str, name: str) -> Whereabouts:
    """Where a "generator", "encoder" or "judge" is, named as for loading it. Weights are not loaded.

    >>> whereabouts("encoder", "drawn-clip").state, whereabouts("judge", "nowhere").state
    ('here', 'missing')
    """
    plain = name.removeprefix(UNTRAINED)
    other = name_parts(name).source if kind == "encoder" else ""
    try:
        source = find_encoder(name) if kind == "encoder" else find_model(plain, PRESETS[kind], kind)
        if source == str(packaged_folder(plain)) and not Path(source).is_dir():
            return Whereabouts(HERE, str(known_file(plain, PACKAGES[plain])))
        if other == "timm" and not Path(source).is_dir():
            source = hub_id_of(timm_library(), source)
    except (FileNotFoundError, ImportError, ValueError) as error:
        return Whereabouts(MISSING, str(error))
    if other in ("onnx", "python"):
        return Whereabouts(HERE, source)
    folder = folder_of(source)
    if folder is not None and not (lost := lacking_of(folder, other)):
        return Whereabouts(HERE, str(folder))
    if Path(source).is_dir():
        own = f"restore it from the repository, or make it with: python -m unelib train {name}"
        way = own if Path(source).parent == MODELS else "copy it whole again"
        return Whereabouts(MISSING, f"{kind} {name!r}: {source} lacks {', '.join(lost)}; {way}")
    refused = hub_refusal(source)
    return Whereabouts(MISSING, f"{kind} {name!r}: {refused}") if refused else Whereabouts(HUB, source)


def lacking_of(folder, other):
    """Files that the folder of a model lacks: of timm's or open_clip's, named by `other`, or of any format of ours."""
    if other == "open_clip":
        return network_lacking(folder, weights=OPEN_CLIP_WEIGHTS, config=OPEN_CLIP_CONFIG)
    return network_lacking(folder) if other else files_lacking(folder)


def folder_of(source):
    """The folder of what `find_model` gives: itself, or where the hub's cache has it; None if it is not here."""
    from huggingface_hub import snapshot_download

    if Path(source).is_dir():
        return Path(source)
    try:
        return Path(snapshot_download(source, local_files_only=True))
    except (OSError, ValueError):
        return None


def files_lacking(folder):
    """Files that a model's folder, of any format that is loaded, should have, and has not, or not whole."""
    if is_gan(folder) or is_lite(folder):
        name = GAN_WEIGHTS if is_gan(folder) else "encoder.safetensors"
        return network_lacking(folder, weights=name)
    if (folder / "model_index.json").is_file():
        parts = read_config(folder / "model_index.json").items()
        named = [(name, *value) for name, value in parts if isinstance(value, list) and len(value) == 2 and value[1]]
        return [file for name, library, kind in named for file in part_lacking(folder, name, library, kind)]
    lacking = network_lacking(folder)
    if not any((folder / name).is_file() for name in ("preprocessor_config.json", "processor_config.json")):
        lacking.append("preprocessor_config.json")
    reads = read_config(folder / "config.json").get("model_type") in TEXT_TYPES
    return lacking + ([WORDS[0]] if reads and not any((folder / name).is_file() for name in WORDS) else [])


def part_lacking(folder, name, library, kind):
    """Files that a part of a pipeline, of a library's class, lacks."""
    config = next((file for part, file in CONFIGS.items() if part in kind), None)
    if config is None:
        return [f"{name}/{file}" for file in network_lacking(folder / name, library)]
    return [] if (folder / name / config).is_file() else [f"{name}/{config}"]


def network_lacking(folder, library="transformers", weights=None, config="config.json"):
    """Files that a network's folder lacks: its configuration, and its weights, in one file or in several."""
    weights = weights or WEIGHTS.get(library, TRANSFORMERS_WEIGHTS)
    index, names = folder / f"{weights}.index.json", [weights]
    if index.is_file():
        names = sorted(set(read_config(index).get("weight_map", {}).values()))
    lacking = [] if (folder / config).is_file() else [config]
    for name in names:
        if not is_whole(folder / name):
            lacking.append(f"{name} (it is damaged)" if (folder / name).is_file() else name)
    return lacking


def is_whole(path):
    """Whether a safetensors file is as long as its header says; the weights are not read."""
    try:
        with safe_open(path, "np"):
            return True
    except (SafetensorError, OSError):
        return False


def read_config(path):
    """A JSON file's object; an empty one if it cannot be read."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def hub_refusal(repo, repo_type="model"):
    """Why the hub does not give a model or a data set, and what to do; empty if it does."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        HfApi().auth_check(repo, repo_type=repo_type)
        return ""
    except GatedRepoError:
        page = f"https://huggingface.co/{'datasets/' if repo_type == 'dataset' else ''}{repo}"
        return f"accept its licence at {page} and log in with: hf auth login"
    except RepositoryNotFoundError:
        return f"the hub has no {repo_type} {repo}, or not for you; correct the name, or log in with: hf auth login"
    except Exception as error:  # of the network: each layer below has kinds of its own
        reason = (str(error).strip() or type(error).__name__).split("\n")[0][:120]
        fetch = f"hf download {repo}" + (" --repo-type dataset" if repo_type == "dataset" else "")
        return (
            f"it is not in the cache, and the hub does not answer ({reason}); where it does, run: {fetch} --local-dir"
            " FOLDER, and name that folder in the recipe"
        )
