"""An embedded model measured on held-out pictures of its world: what its card says, and the 64 samples it shows."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from ..core import paths
from ..geometry.conditional_errors import denoising_errors
from ..geometry.diffusion_classifier import classify
from ..inversion.deterministic import generate, invert, leak, to_latents
from ..models.encoders import load_encoder
from ..models.generators import load_generator
from ..models.judges import load_judge
from ..probing.linear_probe import LinearProbe
from ..stats.roc import auc
from ..worlds.fidelity import psnr
from ..worlds.image_sets import load_images
from . import class_diffusion, clip, contrastive, dino, judge, latent_diffusion, pixel_diffusion, pose
from .scores import class_accuracy, class_shares, mean_auc
from .train import REPLICAS, find_family

SEED, SAMPLES, SOLVER_STEPS = 0, 2000, 25
PICTURES, ROUND_TRIPS, REPLICA_SAMPLES = 2000, 200, 500


SAMPLES_A_CLASS, CLASSIFIED, PAIRS, NULL_PAIRS, SPAN = 20, 200, 32, 5, (0.0, 0.7)


class Probing(NamedTuple):
    """Where a world's probes are fitted, and the numbers (training, test) of pictures they get."""

    split: str
    noise: tuple
    embedding: tuple


PROBING = {  # fashion's split `valid` is only there with the published files
    "drawn": Probing("valid", (6000, 1000), (4000, 2000)),
    "fashion": Probing("train", (6000, 2000), (6000, 2000)),
}


def held_out(world, n, split="test"):
    """Pictures that no model was trained on: pixels (n, h, w, 3) uint8 and attributes (n, a)."""
    images = load_images(world.image_set, n=n, split=split, seed=SEED)
    return images.pixels, images.attributes.to_numpy()


def probed(world, represent, sizes):
    """Attributes (n, a) of `test` pictures and what a linear probe fitted to `represent(pixels)` (n, d) reads there."""
    (train, known), (test, truth) = held_out(world, sizes[0], PROBING[world.name].split), held_out(world, sizes[1])
    probe = LinearProbe().fit(represent(train), known)
    return truth, probe.decision_function(represent(test))


def reading(world, what, truth, scores, likeness=None):
    """{score: value} of scores (n, a): AUC, and where classes exclude one another how often the highest is right."""
    table = {f"{what} AUC": mean_auc(truth, scores)}
    if world.classes:
        highest = class_accuracy(truth, scores if likeness is None else likeness, world.classes)
        table[f"{what} accuracy, {world.classes} classes"] = highest
    return table


def world_judge(world):
    """The judge of a world."""
    return load_judge(f"{world.name}-judge")


def through_latent(gen, pixels, batch_size=100):
    """Pictures as the generator's own latent keeps them: its autoencoder's reconstruction, or its size."""
    starts = range(0, len(pixels), batch_size)
    return np.concatenate([gen.to_image(gen.to_latent(pixels[i : i + batch_size])) for i in starts])


def samples(gen, n=SAMPLES):
    """n pictures the generator makes of noise of seed SEED."""
    noise = np.random.default_rng(SEED).standard_normal((n, *gen.latent_shape)).astype(np.float32)
    return generate(gen, noise, steps=SOLVER_STEPS, progress=True)


def save_grid(path, pictures, columns=8):
    """Pictures (64, h, w, 3) uint8 as one PNG of 8 x 8."""
    n, h, w, c = pictures.shape
    sheet = pictures.reshape(n // columns, columns, h, w, c).swapaxes(1, 2).reshape(n // columns * h, columns * w, c)
    Image.fromarray(sheet).save(path, optimize=True)


def rates_difference(critic, real, made):
    """Mean absolute difference over attributes of how often the judge sees each, in real and in made pictures."""

    def rate(pixels):
        return (critic.probabilities(pixels) > 0.5).mean(0)

    return float(np.abs(rate(real) - rate(made)).mean())


def variety(world, gen, made):
    """{score: value} of samples: how far the judge's shares of the classes, or else its rates, are from the world's."""
    critic = world_judge(world)
    if world.classes:
        shares = class_shares(critic.probabilities(made), world.classes)
        what = f"shares of the classes, {len(made)} samples, by the judge: mean absolute difference from even"
        return {what: float(np.abs(shares - 1 / world.classes).mean())}
    real = through_latent(gen, held_out(world, PICTURES)[0])
    what = f"attribute rates, {len(made)} samples against faces: mean absolute difference"
    return {what: rates_difference(critic, real, made)}


def round_trip(gen, pixels, steps):
    """Median PSNR in dB of image -> noise -> image against the picture as the latent keeps it."""
    back = generate(gen, invert(gen, pixels, steps=steps).noise, steps=steps)
    return float(np.median(psnr(through_latent(gen, pixels), back)))


def controls(world, gen):
    """{score: value} of what its noise is to be compared with: clean pictures, and what leaks through the noising."""
    sigma = gen.schedule(SOLVER_STEPS, grid="karras").sigmas[-1]
    views = {
        "pixels": lambda pixels: to_latents(gen, pixels),
        "leak": lambda pixels: leak(to_latents(gen, pixels), sigma, SEED, pixels),
    }
    table = {}
    for name, view in views.items():

        def flat(pixels, view=view):
            return view(pixels).reshape(len(pixels), -1)

        table[f"{name}: linear-probe AUC"] = mean_auc(*probed(world, flat, PROBING[world.name].noise))
    return table


def measure_generator(name, world):
    """Scores of samples, round trips and noise, common to all generators; writes samples.png on the way.

    What the noise of a replica holds is asked in notebook replicas, beside the first training.
    """
    gen = load_generator(name)
    made = samples(gen, REPLICA_SAMPLES) if name in REPLICAS else samples(gen)
    save_grid(paths.MODELS / name / "samples.png", made[:64])
    few = held_out(world, ROUND_TRIPS)[0]

    def noise(p):
        return invert(gen, p, steps=SOLVER_STEPS, progress=True).noise.reshape(len(p), -1)

    found = variety(world, gen, made) | {
        "round trip, 25 calls: median PSNR (dB)": round_trip(gen, few, 25),
        "round trip, 50 calls: median PSNR (dB)": round_trip(gen, few, 50),
    }
    if name in REPLICAS:
        return found
    return found | reading(world, "noise: linear-probe", *probed(world, noise, PROBING[world.name].noise))


def measure_pixel_diffusion(name, world):
    """The scores of a generator, and in the world of photographs those of what its noise is to be compared with."""
    controlled = controls(world, load_generator(name)) if world.classes and name not in REPLICAS else {}
    return measure_generator(name, world) | controlled


def samples_of_classes(gen, classes, n):
    """Pictures (classes, n, h, w, 3) of each class, all of the same noise of seed SEED."""
    noise = np.random.default_rng(SEED).standard_normal((n, *gen.latent_shape)).astype(np.float32)
    return np.stack([generate(gen.told(str(c)), noise, steps=SOLVER_STEPS) for c in range(classes)])


def measure_class_diffusion(name, world):
    """What the judge sees in samples of each class, and how well the denoiser tells classes; writes samples.png."""
    gen, null, classes = load_generator(name), load_generator(f"untrained:{name}"), range(world.classes)
    made = samples_of_classes(gen, world.classes, SAMPLES_A_CLASS)
    save_grid(paths.MODELS / name / "samples.png", made[:, :8].reshape(-1, *made.shape[2:]))
    seen = world_judge(world).probabilities(made.reshape(-1, *made.shape[2:]))[:, : world.classes].argmax(1)
    (pixels, truth), told = held_out(world, CLASSIFIED), [str(c) for c in classes]
    truth, found = truth[:, : world.classes].argmax(1), classify(gen, pixels, told, PAIRS, 0.05, span=SPAN)
    chance = denoising_errors(null, pixels, told, NULL_PAIRS, span=SPAN).argmin(1)
    asked = np.repeat(classes, SAMPLES_A_CLASS)
    what = f"class of least denoising error, {CLASSIFIED} photographs"
    return {
        f"samples in which the judge sees the class that was told, {len(seen)}": share_of(seen, asked),
        f"{what}: accuracy": share_of(found.verdict.astype(int), truth),
        f"{what}: mean calls of the denoiser": float(found.calls.mean()),
        f"{what}: accuracy, untrained": share_of(chance, truth),
    }


def share_of(verdicts, truth):
    """How often two agree."""
    return float((np.asarray(verdicts) == truth).mean())


def measure_latent_diffusion(name, world):
    """What the autoencoder keeps, and the scores of a generator."""
    gen, critic = load_generator(name), world_judge(world)
    pixels, truth = held_out(world, PICTURES)
    rebuilt = through_latent(gen, pixels)
    quality = psnr(pixels, rebuilt)
    return {
        "autoencoder: median PSNR (dB)": float(np.median(quality)),
        "autoencoder: mean PSNR (dB)": float(quality.mean()),
        "judge's AUC on faces": float(critic.auc(pixels, truth).mean()),
        "judge's AUC on reconstructions": float(critic.auc(rebuilt, truth).mean()),
    } | measure_generator(name, world)


def measure_clip(name, world):
    """Attributes read from text alone, and by a linear probe."""
    encoder, prompts, sizes = load_encoder(name), world.captions.PROMPTS, PROBING[world.name].embedding
    pixels, truth = held_out(world, sizes[1])
    embedding, embed_text = encoder.embed(pixels), encoder.embed_text
    scores = clip.zero_shot_scores(embedding, embed_text, prompts)
    likeness = clip.zero_shot_likeness(embedding, embed_text, prompts)
    by_name = {f"zero-shot {score}": value for score, value in by_attribute(world, truth, scores).items()}
    zero_shot = reading(world, "zero-shot", truth, scores, likeness)
    return zero_shot | reading(world, "linear-probe", *probed(world, encoder.embed, sizes)) | by_name


def measure_vit(name, world):
    """Attributes read by a linear probe of the class token, beside the same network untrained."""
    table, sizes = {}, PROBING[world.name].embedding
    for encoder, untrained in ((name, ""), (f"untrained:{name}", ", untrained")):
        found = reading(world, "linear-probe", *probed(world, load_encoder(encoder).embed, sizes))
        table |= {score + untrained: value for score, value in found.items()}
    return table


def measure_judge(name, world):
    """AUC by attribute, and accuracy where there are classes."""
    critic, (pixels, truth) = load_judge(name), held_out(world, PICTURES)
    scores = critic.probabilities(pixels)
    table = {score.strip(): value for score, value in reading(world, "", truth, scores).items()}
    return table | by_attribute(world, truth, scores)


def by_attribute(world, truth, scores):
    """{"AUC, attribute": value} of scores (n, a)."""
    return {f"AUC, {a}": float(value) for a, value in zip(world.attributes, auc(scores, truth))}


MEASURES = {
    latent_diffusion: measure_latent_diffusion,
    pixel_diffusion: measure_pixel_diffusion,
    class_diffusion: measure_class_diffusion,
    clip: measure_clip,
    dino: measure_vit,
    contrastive: measure_vit,
    pose: measure_vit,
    judge: measure_judge,
}


def measure(name):
    """{score: value} of an embedded model on the split `test` of its world; ValueError lists the models there are."""
    family, world = find_family(name)
    return MEASURES[family](name, world)
