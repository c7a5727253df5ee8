"""The views that a recipe asks for, made as notebooks 01 and 02 make them: here, in job arrays, or by Ray's workers."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import AutoConfig

from ..inversion.deterministic import invert, leak, to_latents
from ..inversion.ode import noise_settings
from ..models.availability import files_lacking, folder_of, read_config
from ..models.denoiser_families import latent_shape_of
from ..models.encoder_names import code_may_run, find_encoder, has_untrained, name_parts, running_code
from ..models.encoders import load_encoder
from ..models.generators import load_generator
from ..models.lite_encoders import is_lite
from ..models.presets import GENERATORS, find_model
from ..store.image_index import pixels_of
from ..store.zoo import NoiseZoo
from ..worlds.image_sets import joined_pixels, load_parts, thumbnails
from .notebooks import makes_own_views, with_defaults
from .ray_workers import on_ray
from .recipes import near, plan, read_recipe, swept
from .workspace import Workspace

SIDE = 16  # pixels of the small pictures
NEEDED = {  # beside the names of models, with an example of each
    "generators": {"steps": 25, "solver": "ab2", "grid": "karras", "batch_size": 8},
    "encoders": {"batch_size": 8},
}
SIZED = ("siglip", "dinov2", "dinov2_with_registers", "dinov3_vit", "vit_mae")  # as long as their hidden states

generator, encoder = lru_cache(1)(load_generator), lru_cache(1)(load_encoder)


@dataclass(frozen=True)
class View:
    """A view to be made: `load()` fetches its model and returns (compute, settings) for `NoiseZoo.build`."""

    name: str
    load: Callable
    kind: str
    dtype: str = "float16"
    role: str | None = None
    of: str | None = None

    @property
    def made_of(self):
        """What `NoiseZoo.build` is told of it beside its settings."""
        return {"kind": self.kind, "role": self.role, "of": self.of, "dtype": self.dtype}


def views_of(parameters, only=()):
    """The views that a notebook with these parameters makes, in its order, or `only` some; nothing is loaded yet."""
    p, views = parameters, []
    if "generators" in p:
        views += [View(name, partial(inversion, name, p), "noise") for name in p["generators"]]
        views.append(View("pixels", small_pictures, "control", role="pixels"))
        for i, name in enumerate(p["generators"]):
            of = f" of {name}" if i else ""  # the first generator's controls keep plain names
            for role, load in (("clean latent", clean_latent), ("leak", leak_control)):
                views.append(View(role + of, partial(load, name, p), "control", role=role, of=name))
        views.append(untrained(p["generators"][0], inversion, p, "float16"))
    if "encoders" in p:
        views += [View(name, partial(embedding, name, p), "embedding", "float32") for name in p["encoders"]]
        views += [untrained(name, embedding, p, "float32") for name in p["encoders"] if has_untrained(name)]
    return [view for view in views if not only or view.name in only]


def untrained(name, load, p, dtype):
    """The control of a model's view that the same network with fresh weights gives."""
    null = f"untrained:{name}"  # as `load_generator` and `load_encoder` call it
    return View(null, partial(load, null, p), "control", dtype, "untrained", name)


def inversion(name, p):
    """Noise of a generator."""
    gen, how = generator(name), {key: p[key] for key in ("steps", "solver", "grid")}
    return lambda pixels: invert(gen, pixels, batch_size=p["batch_size"], **how).noise, noise_settings(gen, **how)


def clean_latent(name, p):
    """What inversion starts from."""
    gen = generator(name)
    return lambda pixels: to_latents(gen, pixels, p["batch_size"]), gen.settings


def leak_control(name, p):
    """What the highest noise level leaves of the picture, under fresh noise."""
    gen = generator(name)
    sigma = gen.schedule(p["steps"], grid=p["grid"]).sigmas[-1]

    def rows(pixels):
        return leak(to_latents(gen, pixels, p["batch_size"]), sigma, pixels=pixels)

    return rows, gen.settings | {"sigma": sigma}


def small_pictures():
    """The pictures themselves, `SIDE` pixels a side."""
    return lambda pixels: thumbnails(pixels, SIDE), {"side": SIDE}


def embedding(name, p):
    """Embedding of an encoder."""
    find_encoder(name)  # may its code run here, whoever had it loaded before?
    enc = encoder(name)
    return lambda pixels: enc.embed(pixels, batch_size=p["batch_size"]), enc.settings


def view_sizes(p: dict[str, Any]) -> dict[str, int | None]:
    """Bytes an image of each view that a notebook with these parameters makes; None while its model is not here."""
    return {view.name: size_of(view, p) for view in views_of(p)}


def size_of(view, p):
    """Bytes of one row of a view; None if its model would have to be fetched to know."""
    if view.role == "pixels":
        return SIDE * SIDE * 3 * 2
    model = view.of or view.name
    columns = noise_columns(model) if model in p.get("generators", ()) else embedding_columns(model)
    return None if columns is None else columns * (2 if view.dtype == "float16" else 4)


def noise_columns(name):
    """Columns of a generator's noise by the configuration in its folder; None if that is not here."""
    shape = latent_shape(name)
    return None if shape is None else math.prod(shape)


def latent_shape(name):
    """Shape of a generator's latents by the configuration in its folder; None if that is not here."""
    folder = folder_of(find_model(name.removeprefix("untrained:"), GENERATORS, "generator"))
    if folder is None or files_lacking(folder):
        return None
    denoiser, other, autoencoder = (
        read_config(folder / part / "config.json") for part in ("unet", "transformer", "vae")
    )
    config = denoiser or other
    return tuple(latent_shape_of(config, autoencoder) if config else generator(name).latent_shape)


def embedding_columns(name):
    """Columns of an encoder's view; None if it is not here, or is a function, whose code would run."""
    _, kind, _ = name_parts(name)
    source = None if kind == "python" else find_encoder(name)
    if kind:
        return encoder(name).dim if source and Path(source).exists() else None
    folder = folder_of(source)
    if folder is None or files_lacking(folder):
        return None
    if is_lite(folder):
        return read_config(folder / "config.json")["head"]
    size = embedding_size(AutoConfig.from_pretrained(folder))
    return encoder(name).dim if size is None else size


def embedding_size(config):
    """Length of an embedding by its model's configuration, where that tells it."""
    if config.model_type == "clip":
        return config.projection_dim
    own = getattr(config, "vision_config", config)
    return own.hidden_size if config.model_type in SIZED else None


def build_views(
    zoo: NoiseZoo,
    pixels: Any,
    views: Collection[str] = (),
    share: tuple[int, int] = (1, 1),
    **asked: Any,
) -> pd.DataFrame:
    """Make the views of some generators or encoders, and the controls of each, that a zoo does not have yet.

    Parameters
    ----------
    zoo : NoiseZoo
        That knows the images.
    pixels : ndarray (n, h, w, 3), uint8, or what is read by rows
        Its images.
    views : collection of str
        Only these; all if it is empty.
    share : (int, int)
        (i, n): only every n-th shard of each view, from the i-th on.
    **asked
        `generators` (names), with `steps`, `solver`, `grid` and `batch_size`: their noise, small pictures, and of each
        its clean latent and the signal that remains at its highest noise level; of the first what the same network
        gives untrained. `encoders` (names), with `batch_size`: their embeddings, and those of the same networks
        untrained, where an encoder is more than a file of weights or a function.

    Returns
    -------
    DataFrame
        One row a view, with columns `view` and `made`: how many of its shards were made.

    Raises
    ------
    ValueError
        Where generators or encoders are asked for without what is needed to make their views, and as `NoiseZoo.build`.
    """
    check_complete(asked)
    made = []
    for view in views_of(asked, views):
        compute, settings = view.load()
        made.append((view.name, zoo.build(view.name, compute, pixels, settings, share=share, **view.made_of)))
    return pd.DataFrame(made, columns=["view", "made"])


def build_recipe(
    recipe: str | Path | dict[str, Any],
    overrides: dict[str, Any] | None = None,
    share: tuple[int, int] = (1, 1),
    ray: str | None = None,
    workers: int | None = None,
    views: Collection[str] = (),
) -> pd.DataFrame:
    """Make the views of a recipe that are not there yet.

    Parameters
    ----------
    recipe : str, Path or dict
        A YAML file, or what one holds; see `Recipe`.
    overrides : dict, optional
        Parameters in place of the recipe's.
    share : (int, int)
        (i, n): only every n-th shard of each view, from the i-th on.
    ray : str, optional
        None: in this process; "local": by workers on this machine; else the address of a Ray cluster.
    workers : int, optional
        How many workers of Ray; by default one for each GPU, or as many as the CPUs hold.
    views : collection of str
        Only these views; all of the recipe's if it is empty.

    Returns
    -------
    DataFrame
        One row a view, with columns `view` and `made`: how many of its shards were made.

    Raises
    ------
    FileNotFoundError, ValueError
        As `view_parameters`; ValueError also for views that the recipe does not make, and if there is no room for so
        many workers.
    ImportError, ConnectionError
        If Ray is not installed, or there is no cluster at the address.
    """
    tables, read = [], read_recipe(recipe)
    asked = view_parameters(recipe, overrides)
    check_views(views, [view.name for parameters in asked for view in views_of(parameters)])
    for parameters in asked:
        zoo = Workspace(parameters["run"]).zoo
        parts = image_parts(parameters)
        zoo.add(*parts)
        with running_code(read.run_code):
            if ray is None:
                made = build_views(zoo, joined_pixels(*parts), views, share, **parameters)
            else:
                made = built_by_ray(zoo, parameters, views, share, ray, workers)
        tables.append(made)
    return pd.concat(tables, ignore_index=True)


def built_by_ray(zoo, parameters, views, share, address, workers):
    """`build_views` by the workers of a cluster, which load the models and read the images themselves."""
    made, rows = [], zoo.index_columns(["id", "sha256"])
    for view in views_of(parameters, views):
        _, settings = view.load()
        load = partial(worker_view, parameters, view.name, settings, rows, code_may_run())
        results, options = on_ray(load, address, workers), view.made_of | {"share": share}
        made.append((view.name, zoo.fill(view.name, results, settings, **options)))
    return pd.DataFrame(made, columns=["view", "made"])


def check_complete(asked):
    """ValueError naming what `build_views` was not told of the way to make views, with an example."""
    for models, needed in NEEDED.items():
        missing = [name for name in needed if name not in asked]
        if models in asked and missing:
            example = ", ".join(f"{name}={value!r}" for name, value in needed.items())
            raise ValueError(f"views of {models} need {', '.join(missing)} as well; give for example {example}")


def check_views(views, known):
    """ValueError naming a view that a recipe does not make, and those that it does."""
    for view in views:
        if view not in known:
            raise ValueError(
                f"the recipe makes no view {view!r}; {near(view, known)}it makes {list(dict.fromkeys(known))}"
            )


def view_parameters(
    recipe: str | Path | dict[str, Any], overrides: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Parameters, defaults included, of those notebooks of a recipe that make views.

    Parameters
    ----------
    recipe : str, Path or dict
        A YAML file, or what one holds; see `Recipe`.
    overrides : dict, optional
        Parameters in place of the recipe's.

    Returns
    -------
    list of dict
        One a notebook that has `generators` or `encoders`, in the recipe's order.

    Raises
    ------
    FileNotFoundError, ValueError
        As `read_recipe` and `plan`; ValueError also if no notebook makes views.
    """
    read = read_recipe(recipe)
    planned = [step for point in swept(read, overrides) for step in plan(read, point)]
    steps = [step for _, step in with_defaults(planned) if "generators" in step or "encoders" in step]
    if not steps:
        own = [Path(notebook).stem for notebook in read.notebooks if makes_own_views(notebook)]
        told = f"; {', '.join(own)} makes its views itself: run the recipe" if own else ""
        raise ValueError(f"recipe {read.name!r} makes no views: none of its notebooks has generators or encoders{told}")
    return steps


def image_parts(p):
    """The training and held-out images of a recipe."""
    names = ("image_set", "n_train", "n_test", "train_split", "test_split")
    return load_parts(*(p[name] for name in names), size=p["image_size"], on_error=p["on_error"])


def worker_view(parameters, name, settings, index, run_code=False):
    """What a worker elsewhere needs for a view: `compute` and `rows -> pixels`, checked against the index.

    ValueError if the model is another one there, or runs in another precision.
    """
    with running_code(run_code):
        compute, there = next(view for view in views_of(parameters) if view.name == name).load()
    if there != settings:
        raise ValueError(f"view {name!r}: a worker has the settings {there}, not {settings} as here; make them agree")
    return compute, partial(pixels_of, index, joined_pixels(*image_parts(parameters)))
