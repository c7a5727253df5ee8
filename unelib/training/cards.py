"""Model cards: what the README of an embedded model says of it, of its training and of how good it is."""

import os

import pandas as pd
from safetensors import safe_open

from ..core import paths
from .measures import measure
from .train import REPLICAS, checkpoints_of, find_family

ABOUT = {
    "drawn-ldm": "Latent diffusion of drawn faces: a KL autoencoder 3 x 64 x 64 -> 4 x 16 x 16 and a U-Net on its"
    " latents, Stable Diffusion's architecture in small. It is unconditional. A diffusers `LDMPipeline`, its"
    " autoencoder in the place called `vqvae`.",
    "drawn-ddpm": "Pixel diffusion of drawn faces at 3 x 32 x 32: a U-Net with DDPM's linear schedule, trained to"
    " predict v. It is unconditional. A diffusers `DDIMPipeline`.",
    "drawn-clip": "CLIP in small: a ViT on 64 x 64 pictures and a text model, trained on drawn faces and captions made"
    " from their attributes, so that it was taught what the workbook probes: CLIP's contrastive loss, plus a head (not"
    " kept) that tells the caption's words from either embedding. A transformers `CLIPModel` with tokenizer and image"
    " processor.",
    "drawn-dino": "A ViT trained without labels or captions: self-distillation of masked pictures (student and"
    " moving-average teacher), together with a decoder that redraws the picture from the class token alone. It is thus"
    " not plain DINO. A transformers `Dinov2Model` with image processor.",
    "drawn-simclr": "A ViT trained without labels, captions or a decoder: of two views of each picture, cropped and"
    " coloured at random, one is to be found among all others by the other (SimCLR). It was not made to know what the"
    " workbook probes. A transformers `Dinov2Model` with image processor.",
    "drawn-pose": "A ViT taught how a face is placed (position, size, roll, turn) and how background and shirt are"
    " coloured, each by its third. All of these are drawn independently of the attributes that the workbook probes. A"
    " transformers `Dinov2Model` with image processor.",
    "drawn-judge": "A classifier of all attributes, trained on labelled faces and no noise, that judges edits and never"
    " makes them. A transformers `ResNetForImageClassification`.",
    "fashion-ddpm": "Pixel diffusion of Fashion-MNIST's photographs at 1 x 32 x 32, framed in black: a U-Net with"
    " DDPM's linear schedule, trained to predict v. It is unconditional. A diffusers `DDIMPipeline`.",
    "fashion-cond-ddpm": "Pixel diffusion of Fashion-MNIST's photographs at 1 x 32 x 32, framed in black, that is told"
    " the class: a U-Net with DDPM's linear schedule, trained to predict v, of which each of ten classes, and no class,"
    " has an embedding (`class_labels` 0 to 9, and 10). A tenth of its training pictures had no class. A diffusers"
    " `DDIMPipeline`, whose network is a `UNet2DModel`.",
    "fashion-clip": "CLIP in small: a ViT on 32 x 32 pictures and a text model, trained on Fashion-MNIST and captions"
    " made from its classes and groups of them, so that it was taught what the workbook probes: CLIP's contrastive"
    " loss, plus a head (not kept) that tells the caption's words from either embedding. A transformers `CLIPModel`"
    " with tokenizer and image processor.",
    "fashion-dino": "A ViT trained without labels or captions on 32 x 32 pictures of Fashion-MNIST: self-distillation"
    " of masked pictures (student and moving-average teacher), together with a decoder that redraws the picture's"
    " oriented gradients from the class token alone. It is thus not plain DINO. A transformers `Dinov2Model` with image"
    " processor.",
    "fashion-judge": "A classifier of Fashion-MNIST's ten classes and of groups of them, trained on labelled"
    " photographs and no diffusion noise, that judges edits and never makes them. A transformers"
    " `ResNetForImageClassification`.",
}
AGAIN = " Trained again with seed {}: another start, and pictures and noise in another order."
TRAINED_ON = {
    "drawn": "40,000 drawn faces of seed 0, from a split of their own (`models`) that nothing else reads.",
    "fashion": "50,000 training photographs of Fashion-MNIST (the split `models` of `load_images`, which the workbook's"
    " notebooks do not read): from the published files, which have to be at hand to train it again.",
}
SCORED_ON = {
    "drawn": "On held-out faces (split `test`; probes are fitted to split `valid`).",
    "fashion": "On 2,000 held-out photographs (the committed part of split `test`; probes are fitted to the 6,000 of"
    " split `train`), at 28 x 28 as published.",
}
LIMITS = {
    "drawn": "It knows drawn faces and nothing else: do not use it on photographs, or to judge people. Attributes are"
    " those of the drawing program, correlated on purpose, and what is learnt from them carries over to no real face.",
    "fashion": "It knows small, grey photographs of single articles from one shop's catalogue, cut out, upright, shoes"
    " turned to the left, on black, and nothing else. Groups are properties of a class, not of a picture: no shirt"
    " counts as long-sleeved. Some of the published labels are wrong, and shirts are hard to tell from other tops.",
}
LICENCE = {
    "drawn": "MIT, weights and pictures alike.",
    "fashion": "MIT, the weights and the photographs they were trained on. Those are Fashion-MNIST's (Xiao, Rasul and"
    " Vollgraf, 2017, arXiv:1708.07747), copyright 2017 Zalando SE; their licence is in `data/fashion/README.md`.",
}


def make_card(name):
    """Measure a model and write its card; returns the card's text."""
    scores = measure(name)
    return write_card(name, settings_of(name), scores).read_text()


def settings_of(name):
    """{part: steps, batch and wall time} of a training: by its checkpoint if that is here, else as the card has it."""
    folder, found, (family, world) = checkpoints_of(name), {}, find_family(name)
    for part, (steps, batch) in family.steps_and_batches(world).items():
        path = next((p for p in (folder / part, folder) if (p / "checkpoint.safetensors").is_file()), None)
        unknown = f"{steps} steps of {batch} pictures, wall time not recorded"
        found[part] = by_checkpoint(path, batch) if path else by_card(name, part) or unknown
    return found


def by_checkpoint(folder, batch):
    """Steps done, their batch, and the minutes they took on this machine, in words."""
    with safe_open(folder / "checkpoint.safetensors", "pt") as tensors:
        steps, seconds = tensors.get_tensor("progress").tolist()
    return f"{int(steps)} steps of {batch} pictures, {seconds / 60:.0f} minutes on {cores()}"


def by_card(name, part):
    """What the card that a model has says of the training of a part, or None."""
    card, start = paths.MODELS / name / "README.md", f"- {part}: "
    lines = card.read_text().splitlines() if card.is_file() else []
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), None)


def write_card(name, settings, scores):
    """Write data/models/<name>/README.md: what it is, how it was trained, how good it is; returns the path.

    settings  {part: how it was trained}; scores {score: value}
    """
    folder, world = paths.MODELS / name, find_family(name)[1]
    about = ABOUT[name.rpartition("-seed")[0]] + AGAIN.format(REPLICAS[name]) if name in REPLICAS else ABOUT[name]
    shown = "eight samples of each class, a row each" if name == "fashion-cond-ddpm" else "64 samples"
    picture = f"\n![{shown}](samples.png)\n" if (folder / "samples.png").is_file() else ""
    trained = "\n".join(f"- {part}: {text}" for part, text in settings.items())
    table = pd.Series(scores).map("{:.3f}".format).rename_axis("score").reset_index(name="value")
    rows = "\n".join(f"| {score} | {value} |" for score, value in table.to_numpy())
    size = sum(p.stat().st_size for p in folder.rglob("*.safetensors")) / 1e6
    path = folder / "README.md"
    path.write_text(
        f"---\nlicense: mit\n---\n# {name}\n\n{about} Half precision, {size:.1f} MB.\n{picture}\n## Training\n\n"
        f"{TRAINED_ON[world.name]}\n\n{trained}\n\n"
        "AdamW with warm-up and cosine decay, moving averages of the weights, bfloat16 autocast."
        f" `python -m unelib train {name}` makes it again.\n\n## Scores\n\n{SCORED_ON[world.name]} AUC is the mean over"
        f" {len(world.attributes)} attributes unless one is named.\n\n| score | value |\n|---|---|\n{rows}\n\n"
        f"## Limits\n\n{LIMITS[world.name]}\n\n## Licence\n\n{LICENCE[world.name]}\n"
    )
    return path


def cores():
    """The processor in words."""
    n = os.cpu_count()
    return {1: "one CPU core", 2: "two CPU cores", 4: "four CPU cores"}.get(n, f"{n} CPU cores")
