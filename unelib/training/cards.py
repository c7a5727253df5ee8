"""Model cards: an embedded model measured on held-out faces, and what its README says of it."""

import os

import numpy as np
import pandas as pd
from PIL import Image
from safetensors import safe_open
from sklearn.metrics import roc_auc_score

from .. import loading
from ..diagnostics import psnr
from ..encoders import load_encoder
from ..faces import ATTRIBUTES
from ..generators import load_generator
from ..images import load_images
from ..invert import generate, invert
from ..judge import load_judge
from . import clip, dino, judge, latent_diffusion, pixel_diffusion
from .train import checkpoints_of

SEED, SAMPLES, SOLVER_STEPS = 0, 2000, 25
PICTURES, ROUND_TRIPS = 2000, 200
NOISE_TRAIN, NOISE_TEST, PROBE_TRAIN, PROBE_TEST = 6000, 1000, 4000, 2000

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
    "drawn-judge": "A classifier of all attributes, trained on labelled faces and no noise, that judges edits and never"
    " makes them. A transformers `ResNetForImageClassification`.",
}
STEPS_AND_BATCHES = {
    "drawn-ldm": {
        "autoencoder": (latent_diffusion.AUTOENCODER_STEPS, latent_diffusion.AUTOENCODER_BATCH),
        "decoder": (latent_diffusion.DECODER_STEPS, latent_diffusion.AUTOENCODER_BATCH),
        "denoiser": (latent_diffusion.DENOISER_STEPS, latent_diffusion.DENOISER_BATCH),
    },
    "drawn-ddpm": {"denoiser": (pixel_diffusion.STEPS, pixel_diffusion.BATCH)},
    "drawn-clip": {"clip": (clip.STEPS, clip.BATCH)},
    "drawn-dino": {"dino": (dino.STEPS, dino.BATCH)},
    "drawn-judge": {"judge": (judge.STEPS, judge.BATCH)},
}


def held_out(n, split="test"):
    """Faces that no model was trained on: pixels (n, 64, 64, 3) uint8 and attributes (n, a)."""
    images = load_images("drawn-faces", n=n, split=split, seed=SEED)
    return images.pixels, images.attributes.to_numpy()


def mean_auc(truth, scores):
    """Mean AUC over attributes of scores (n, a)."""
    return float(np.mean([roc_auc_score(t, s) for t, s in zip(truth.T, scores.T)]))


def probe_auc(represent, n_train, n_test):
    """Mean AUC on `test` faces of a linear probe fitted to `represent(pixels)` (n, d) of `valid` faces."""
    from ..probe import LinearProbe

    (train, known), (test, truth) = held_out(n_train, "valid"), held_out(n_test)
    probe = LinearProbe().fit(represent(train), known)
    return mean_auc(truth, probe.decision_function(represent(test)))


def through_latent(gen, pixels, batch_size=100):
    """Pictures as the generator's own latent keeps them: its autoencoder's reconstruction, or its size."""
    starts = range(0, len(pixels), batch_size)
    return np.concatenate([gen.to_image(gen.to_latent(pixels[i : i + batch_size])) for i in starts])


def samples(gen, n=SAMPLES):
    """n pictures the generator makes of noise of seed SEED."""
    noise = np.random.default_rng(SEED).standard_normal((n, *gen.latent_shape)).astype(np.float32)
    return generate(gen, noise, steps=SOLVER_STEPS, progress=True)


def rates_difference(real, made):
    """Mean absolute difference over attributes of how often the judge sees each, in real and in made pictures."""
    rate = lambda pixels: (load_judge().probabilities(pixels) > 0.5).mean(0)
    return float(np.abs(rate(real) - rate(made)).mean())


def round_trip(gen, pixels, steps):
    """Median PSNR in dB of image -> noise -> image against the picture as the latent keeps it."""
    back = generate(gen, invert(gen, pixels, steps=steps).noise, steps=steps)
    return float(np.median(psnr(through_latent(gen, pixels), back)))


def measure_generator(name):
    """Scores of samples, round trips and noise, common to both generators; writes samples.png on the way."""
    gen = load_generator(name)
    pixels, _ = held_out(PICTURES)
    made = samples(gen)
    save_grid(loading.MODELS / name / "samples.png", made[:64])
    noise = lambda p: invert(gen, p, steps=SOLVER_STEPS, progress=True).noise.reshape(len(p), -1)
    return {
        f"attribute rates, {SAMPLES} samples against faces: mean absolute difference": rates_difference(
            through_latent(gen, pixels), made
        ),
        "round trip, 25 calls: median PSNR (dB)": round_trip(gen, pixels[:ROUND_TRIPS], 25),
        "round trip, 50 calls: median PSNR (dB)": round_trip(gen, pixels[:ROUND_TRIPS], 50),
        "noise: linear-probe AUC": probe_auc(noise, NOISE_TRAIN, NOISE_TEST),
    }


def measure_latent_diffusion(name):
    """What the autoencoder keeps, and the scores of a generator."""
    gen, critic = load_generator(name), load_judge()
    pixels, truth = held_out(PICTURES)
    rebuilt = through_latent(gen, pixels)
    quality = psnr(pixels, rebuilt)
    return {
        "autoencoder: median PSNR (dB)": float(np.median(quality)),
        "autoencoder: mean PSNR (dB)": float(quality.mean()),
        "judge's AUC on faces": float(critic.auc(pixels, truth).mean()),
        "judge's AUC on reconstructions": float(critic.auc(rebuilt, truth).mean()),
    } | measure_generator(name)


def measure_clip(name):
    """Attributes read from text alone, and by a linear probe."""
    encoder = load_encoder(name)
    pixels, truth = held_out(PROBE_TEST)
    scores = clip.zero_shot_scores(encoder.embed(pixels), encoder.embed_text)
    by_name = {f"zero-shot AUC, {a}": float(roc_auc_score(t, s)) for a, t, s in zip(ATTRIBUTES, truth.T, scores.T)}
    return {
        "zero-shot AUC": mean_auc(truth, scores),
        "linear-probe AUC": probe_auc(encoder.embed, PROBE_TRAIN, PROBE_TEST),
    } | by_name


def measure_dino(name):
    """Attributes read by a linear probe of the class token, beside the same network untrained."""
    return {
        "linear-probe AUC": probe_auc(load_encoder(name).embed, PROBE_TRAIN, PROBE_TEST),
        "linear-probe AUC, untrained": probe_auc(load_encoder(f"untrained:{name}").embed, PROBE_TRAIN, PROBE_TEST),
    }


def measure_judge(name):
    """AUC by attribute."""
    pixels, truth = held_out(PICTURES)
    auc = load_judge(name).auc(pixels, truth)
    return {"AUC": float(auc.mean())} | {f"AUC, {a}": float(value) for a, value in zip(ATTRIBUTES, auc)}


MEASURES = {
    "drawn-ldm": measure_latent_diffusion,
    "drawn-ddpm": measure_generator,
    "drawn-clip": measure_clip,
    "drawn-dino": measure_dino,
    "drawn-judge": measure_judge,
}


def measure(name):
    """{score: value} of an embedded model on faces of the split `test`; ValueError lists the models there are."""
    if name not in MEASURES:
        raise ValueError(f"unknown model {name!r}; choose one of {', '.join(MEASURES)}")
    return MEASURES[name](name)


def settings_of(name):
    """{part: steps, batch and wall time} of a training: by its checkpoint if that is here, else as the card has it."""
    folder, found = checkpoints_of(name), {}
    for part, (steps, batch) in STEPS_AND_BATCHES[name].items():
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
    card, start = loading.MODELS / name / "README.md", f"- {part}: "
    lines = card.read_text().splitlines() if card.is_file() else []
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), None)


def save_grid(path, pictures, columns=8):
    """Pictures (64, h, w, 3) uint8 as one PNG of 8 x 8."""
    n, h, w, c = pictures.shape
    sheet = pictures.reshape(n // columns, columns, h, w, c).swapaxes(1, 2).reshape(n // columns * h, columns * w, c)
    Image.fromarray(sheet).save(path, optimize=True)


def write_card(name, settings, scores):
    """Write data/models/<name>/README.md: what it is, how it was trained, how good it is; returns the path.

    settings  {part: how it was trained}; scores {score: value}
    """
    folder = loading.MODELS / name
    picture = "\n![64 samples](samples.png)\n" if (folder / "samples.png").is_file() else ""
    trained = "\n".join(f"- {part}: {text}" for part, text in settings.items())
    table = pd.Series(scores).map("{:.3f}".format).rename_axis("score").reset_index(name="value")
    rows = "\n".join(f"| {score} | {value} |" for score, value in table.to_numpy())
    size = sum(p.stat().st_size for p in folder.rglob("*.safetensors")) / 1e6
    path = folder / "README.md"
    path.write_text(
        f"---\nlicense: mit\n---\n# {name}\n\n{ABOUT[name]} Half precision, {size:.1f} MB.\n{picture}\n## Training\n\n"
        f"40,000 drawn faces of seed 0, from a split of their own (`models`) that nothing else reads.\n\n{trained}\n\n"
        f"AdamW with warm-up and cosine decay, moving averages of the weights, bfloat16 autocast."
        f" `python -m unelib train {name}` makes it again.\n\n## Scores\n\nOn held-out faces (split `test`; probes are"
        f" fitted to split `valid`). AUC is the mean over {len(ATTRIBUTES)} attributes unless one is named.\n\n"
        f"| score | value |\n|---|---|\n{rows}\n\n## Limits\n\nIt knows drawn faces and nothing else: do not use it on"
        " photographs, or to judge people. Attributes are those of the drawing program, correlated on purpose, and what"
        " is learnt from them carries over to no real face.\n\n## Licence\n\nMIT, weights and pictures alike.\n"
    )
    return path


def cores():
    """The processor in words."""
    n = os.cpu_count()
    return {1: "one CPU core", 2: "two CPU cores", 4: "four CPU cores"}.get(n, f"{n} CPU cores")


def make_card(name):
    """Measure a model and write its card; returns the card's text."""
    scores = measure(name)
    return write_card(name, settings_of(name), scores).read_text()
