"""The command line of the store: `python -m unelib zoo build|verify|repair|info|import|export|push|pull`."""

import logging
from pathlib import Path

import click

from ..running.recipes import read_recipe, read_yaml, shared_parameters
from ..running.workspace import Workspace, runs_with_zoo
from ..store.manifest import KINDS
from ..store.zoo import NoiseZoo, kind_in_words

FOLDER = click.Path(path_type=Path)
recipe_argument = click.argument("recipe", type=FOLDER)
zoo_argument = click.argument("zoo", metavar="ZOO")
set_option = click.option(
    "-p", "pairs", nargs=2, multiple=True, metavar="NAME VALUE", help="Set a notebook parameter; repeatable."
)
view_option = click.option("--view", "views", multiple=True, help="Only this view; repeatable. All by default.")


@click.group("zoo")
def app():
    """Make, check, move and describe a NoiseZoo.

    A NoiseZoo is a folder with one row an image: the noise that each generator and the embedding that each encoder
    gives it, with its attributes. Where a command takes ZOO, name that folder, a run (its zoo lies in data/zoo/RUN),
    or a recipe.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("unelib").setLevel(logging.INFO)


@app.command()
@recipe_argument
@set_option
@click.option("--shards", metavar="I/N", help="Only every N-th shard from the I-th (1 to N): one job of an array.")
@click.option("--ray", is_flag=False, flag_value="local", metavar="[ADDRESS]", help="Spread over Ray workers, here or "
              "on the cluster at ADDRESS (auto: the one this machine belongs to).")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), help="How many Ray workers; by default as many as fit.")
@view_option
def build(recipe, pairs, shards, ray, workers, views):
    """Make every view that RECIPE asks for, as notebooks 01 and 02 would.

    What is there already is not made again, so a build that was stopped or killed goes on where it was. Several builds
    of one recipe may run at once, on any machines that share the folder. In a job array of 8 jobs:

    \b
        python -m unelib zoo build recipes/paper.yaml --shards $SLURM_ARRAY_TASK_ID/8

    --ray takes OMP_NUM_THREADS threads a worker, all cores by default.
    """
    from ..running.views import build_recipe

    if workers and not ray:
        raise ValueError("--workers goes with --ray")
    for row in build_recipe(recipe, settings(pairs), share_named(shards), ray, workers, views).itertuples():
        click.echo(f"{row.view:28s} {row.made:4d} shards made")


@app.command()
@zoo_argument
@click.option("--repair", "mend", is_flag=True, help="Also remove unsound shards; the next build makes them again.")
def verify(zoo, mend):
    """Read every byte of ZOO and list what is damaged, missing or made with other settings, with the rows concerned.

    The exit status is 1 if there is anything to list.
    """
    found = find_zoo(zoo)
    faults = found.repair() if mend else found.verify()
    for fault in faults.itertuples():
        where = "the whole view" if fault.shard < 0 else f"shard {fault.shard}, rows {fault.first_row}-{fault.last_row}"
        click.echo(f"{fault.view}: {where}: {fault.problem}")
    if len(faults):
        cleared = "unsound shards were removed; make them again" if mend else "make those shards again"
        raise ValueError(f"{len(faults)} faults in {found.path}; {cleared} with: python -m unelib zoo repair RECIPE")
    click.echo(f"{found.path} is sound: {len(found)} images, views {', '.join(found.views) or 'none'}")


@app.command()
@recipe_argument
@set_option
def repair(recipe, pairs):
    """Remove the unsound shards of RECIPE's zoo and make just these again."""
    from ..running.views import build_recipe, view_parameters

    zoo = Workspace(view_parameters(recipe, settings(pairs))[0]["run"]).zoo
    click.echo(f"{len(zoo.repair())} faults found")
    made = build_recipe(recipe, settings(pairs))
    click.echo(f"{made.made.sum()} shards made again, {len(zoo.verify())} faults left")


@app.command()
@zoo_argument
def info(zoo):
    """Say what ZOO holds: images, splits, attributes, and of each view how far it is, its size, loss and settings."""
    found = find_zoo(zoo)
    counts = found.index["split"].value_counts(sort=False)
    splits = ", ".join(f"{n} {split}" for split, n in counts.items())
    click.echo(f"{found.path}: {len(found)} images ({splits}), {found.attributes.shape[1]} attributes")
    for v in found.info().itertuples():
        click.echo(f"\n{v.view}: {kind_in_words(v)}, {v.done} of {v.shards} shards")
        click.echo(f"  {v.columns} columns of {v.dtype}, {v.megabytes:.1f} MB, rounding error {v.rounding:.1e}")
        click.echo("  " + ", ".join(f"{key} {value}" for key, value in v.settings.items()))
        click.echo("  made with " + " and ".join(v.versions))


@app.command("import")
@click.argument("zoo", type=FOLDER)
@click.argument("file", type=FOLDER)
@click.option("--view", help="Name of the view; by default MODEL of a file called noises_MODEL.npy.")
@click.option(
    "--celeba", metavar="SOURCE", help="Labels for a new ZOO: the folder with CelebA's files, or a hub data set."
)
@click.option("--labels", type=FOLDER, help="Labels for a new ZOO: a CSV with ids, then attributes; see the how-to.")
@click.option("--split", type=click.Choice(["train", "valid", "test"]), help="CelebA's part; told by the rows if left.")
@click.option("--dtype", type=click.Choice(["float16", "float32"]), default="float16", show_default=True)
@click.option("--kind", type=click.Choice(KINDS), default="noise", show_default=True, help="What the rows are.")
@click.option("--role", help="What a control is, such as pixels, leak or untrained; by default its view's name.")
@click.option("--of", help="The view that a control is of; all views if left.")
@click.option(
    "--setting", "pairs", multiple=True, metavar="NAME=VALUE", help="What the rows depend on, read as YAML; repeatable."
)
def import_command(zoo, file, view, celeba, labels, split, dtype, kind, role, of, pairs):
    """Take FILE, an .npy file with one row an image such as a published noises_MODEL.npy, into the folder ZOO.

    The rows must be in the order of ZOO's images. A new ZOO gets its labels from a CSV, with --labels, or from CelebA,
    with --celeba. Files with pickled objects, or with another number of rows than there are labels, are refused. So is
    a view that is there already with other settings.

    \b
        python -m unelib zoo import ZOO embedding.npy --kind embedding --setting model=my-encoder
    """
    from ..store.npy_layout import add_celeba
    from ..store.own_arrays import add_labels

    found, depends = NoiseZoo(zoo), named_settings(pairs)
    if celeba and labels:
        raise click.UsageError("--celeba and --labels both name labels; choose one")
    if celeba:
        add_celeba(found, celeba, file, split)
    if labels:
        add_labels(found, labels)
    name = view or file.stem.removeprefix("noises_")
    found.import_npy(name, file, depends, kind=kind, role=role, of=of, dtype=dtype)
    click.echo(f"{found.path} has views {', '.join(found.views)}")


@app.command()
@zoo_argument
@click.argument("folder", type=FOLDER)
@view_option
@click.option("--as", "layout", type=click.Choice(["npy", "table"]), default="npy", show_default=True)
def export(zoo, folder, views, layout):
    """Write ZOO's views into FOLDER: npy, the published layout data/noises_VIEW.npy with labels.csv; or table, Parquet
    files that Hugging Face's `datasets.load_dataset(FOLDER)` reads."""
    from ..store.npy_layout import export_npy
    from ..store.parquet_export import export_table

    found = find_zoo(zoo)
    views = list(views) or found.views
    unknown = [view for view in views if view not in found.views]
    if unknown:
        raise ValueError(f"no complete view {unknown[0]!r} in {found.path}; it has {', '.join(found.views) or 'none'}")
    paths = [export_npy(found, v, folder) for v in views] if layout == "npy" else export_table(found, folder, views)
    for path in paths:
        click.echo(path)


@app.command()
@zoo_argument
@click.argument("repo", metavar="OWNER/NAME")
@click.option("--private", is_flag=True, help="Nobody else may see it.")
def push(zoo, repo, private):
    """Verify ZOO and upload it with a data card as the hub data set OWNER/NAME; log in first with: hf auth login."""
    from ..store.hub import push as push_zoo

    click.echo(push_zoo(find_zoo(zoo), repo, private=private))


@app.command()
@click.argument("repo", metavar="OWNER/NAME")
@click.argument("folder", type=FOLDER)
@click.option("--revision", help="Branch, tag or commit of the data set.")
def pull(repo, folder, revision):
    """Download the hub data set OWNER/NAME into the new folder FOLDER and verify every shard."""
    from ..store.hub import pull as pull_zoo

    click.echo(pull_zoo(repo, folder, revision))


def find_zoo(name):
    """The zoo that a folder, a run or a recipe stands for; FileNotFoundError lists the runs that have one."""
    if name.endswith((".yaml", ".yml")):
        name = shared_parameters(read_recipe(name))["run"]
    if NoiseZoo(name).has_index:
        return NoiseZoo(name)
    if name in runs_with_zoo():
        return Workspace(name).zoo
    there = ", ".join(runs_with_zoo()) or "none yet"
    raise FileNotFoundError(f"no NoiseZoo {name!r}: name its folder, or a run that has one ({there})")


def settings(pairs):
    """Parameters from NAME VALUE pairs, the values read as YAML; ValueError names one that cannot be read."""
    return {name: read_yaml(value, f"-p {name} {value}") for name, value in pairs}


def named_settings(pairs):
    """Settings of a view from texts NAME=VALUE, the values read as YAML; ValueError says how one is written."""
    for text in pairs:
        if not text.partition("=")[0] or "=" not in text:
            raise ValueError(f"--setting {text}: write NAME=VALUE, such as steps=25")
    split = (text.partition("=") for text in pairs)
    return {name: read_yaml(value, f"--setting {name}={value}") for name, _, value in split}


def share_named(text):
    """(i, n) of "i/n", the whole if None; ValueError says how it is written."""
    i, _, n = (text or "1/1").partition("/")
    if not (i.isdigit() and n.isdigit() and 1 <= int(i) <= int(n)):
        raise ValueError(f"--shards {text}: write I/N with I from 1 to N, such as 1/4")
    return int(i), int(n)
