"""Recipes of real models at small size: CelebA's published files full of drawn faces, and tiny random models."""

import numpy as np
import torch
import yaml
from diffusers import DDPMPipeline, DDPMScheduler
from PIL import Image

from unelib.core import paths
from unelib.running.notebooks import notebook_parameters
from unelib.worlds.celeba import CELEBA_ATTRIBUTES, CELEBA_SPLITS
from unelib.worlds.image_sets import load_images

from .tiny_models import autoencoder, clip, conditional_unet, dinov2, stable_diffusion, unconditional_unet

RARE = {"Blurry": 0, "Pale_Skin": 1, "Narrow_Eyes": 2}  # how many of each part have it, the first of them
CELEBA_SIZE = 178, 218  # pixels of a picture, across and down


def celeba_files(folder, counts):
    """CelebA's published files, with so many drawn faces of each part by its name, three of a person."""
    (folder / "img_align_celeba").mkdir(parents=True)
    rng, rows, parts, persons = np.random.default_rng(0), [], [], []
    for part, count in counts.items():
        faces = load_images("drawn-faces", n=count, split=part)
        for i, (pixels, known) in enumerate(zip(faces.pixels, faces.attributes.to_dict("records"))):
            name = f"{len(rows) + 1:06d}.jpg"
            has = dict(zip(CELEBA_ATTRIBUTES, rng.random(40) < 0.3)) | known
            has |= {rare: i < most for rare, most in RARE.items()}
            rows.append(" ".join([name, *(f"{1 if has[a] else -1:2d}" for a in CELEBA_ATTRIBUTES)]))
            parts.append(f"{name} {CELEBA_SPLITS[part]}")
            persons.append(f"{name} {len(rows) // 3 + 10_000 * CELEBA_SPLITS[part]}")
            Image.fromarray(pixels).resize(CELEBA_SIZE).save(folder / "img_align_celeba" / name)
    tables = {"list_eval_partition": parts, "identity_CelebA": persons}
    tables["list_attr_celeba"] = [f"{len(rows)}", " ".join(CELEBA_ATTRIBUTES), *rows]
    for name, lines in tables.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    return folder


def small_diffusion():
    """Stable Diffusion of 64 pixels, whose noise has 1,024 columns."""
    found = stable_diffusion(unet=conditional_unet(sample_size=16))
    found.vae = autoencoder(sample_size=64)
    return found


MODELS = {
    "sd": small_diffusion,
    "ddpm": lambda: DDPMPipeline(unconditional_unet(16, 3), DDPMScheduler()),
    "clip": clip,
    "dinov2": dinov2,
}
STANDS_FOR = {"sd15": "sd", "sd21": "sd-too", "lcm": "sd-also", "ddpm-celebahq": "ddpm", "dinov2-b14": "dinov2",
              "clip-b16": "clip", "clip-l14": "clip-too", "openclip-b16": "clip-also", "openclip-l14": "clip-four",
              "dinov3-l16": "dinov2"}  # fmt: skip


def saved_models(folder):
    """Folders of tiny random models by the presets that they stand for."""
    found = {}
    for seed, (preset, name) in enumerate(STANDS_FOR.items()):
        path = folder / name
        torch.manual_seed(seed)
        made = () if path.exists() else MODELS[name.split("-")[0]]()
        for part in made if isinstance(made, tuple) else [made]:
            if part is not None:
                part.save_pretrained(path)
        found[preset] = str(path)
    return found


def small_recipe(name, models, pictures, notebooks, parameters, only):
    """Some notebooks of a recipe of the workbook, whose presets and whose CelebA lie in folders.

    parameters, only  in place of the recipe's own; what none of the notebooks has is left out
    """
    found = yaml.safe_load((paths.ROOT / "recipes" / f"{name}.yaml").read_text())
    listed = [path for path in found["notebooks"] if path.split("/")[-1].removesuffix(".ipynb") in notebooks]
    known = set().union(*(notebook_parameters(paths.ROOT / path) for path in listed))
    asked = found["parameters"] | parameters
    own = {path: found["only"][path] | only.get(path, {}) for path in listed if path in found["only"]}
    changed = {"parameters": {key: value for key, value in asked.items() if key in known}, "only": own}
    return in_folders(found | changed | {"notebooks": listed}, models | {"celeba": str(pictures)})


def in_folders(value, folders):
    """A recipe's value with the folder of each name that has one, also of a probe that judges."""
    if isinstance(value, dict):
        return {key: in_folders(part, folders) for key, part in value.items()}
    if isinstance(value, list):
        return [in_folders(part, folders) for part in value]
    view = value.removeprefix("probe:") if isinstance(value, str) else None
    return value.replace(view, folders[view]) if view in folders else value
