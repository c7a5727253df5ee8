"""The command `python -m unelib edit`: one edit, applied to rows of a zoo or to files of pictures."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import numpy as np
from PIL import Image

from ..core.checks import choice, file_name
from ..core.files import make_folder, write_whole
from ..editing.edit_state import EditState, check_held_out
from .zoo import find_zoo

if TYPE_CHECKING:
    from ..store.zoo import NoiseZoo

FILE = click.Path(path_type=Path)
FRAMES = (0, 0.25, 0.5, 0.75, 1)  # of a film strip, in shares of the edit


class Given(NamedTuple):
    """A picture that is to be edited: what its files are called, its row in the zoo, or its file."""

    name: str
    row: int | None
    file: Path | None


@click.command("edit")
@click.argument("edit", metavar="EDIT.json", type=FILE)
@click.argument("images", metavar="IMAGE", nargs=-1)
@click.option(
    "--run", default="tour", show_default=True, help="The run, zoo's folder or recipe that it is learnt from."
)
@click.option("--out", type=FILE, metavar="FOLDER", help="Where it goes; by default a folder called as EDIT.json.")
@click.option("--judge", default="drawn-judge", show_default=True, help="Who scores it; or probe:ENCODER.")
def edit_command(edit, images, run, out, judge):
    """Apply the edit in EDIT.json to every IMAGE: the id of a row of the zoo, or a picture's file, inverted first.

    Without an IMAGE, the one that EDIT.json names is edited. FOLDER gets NAME-before.png, NAME-after.png and a film
    strip, NAME-strip.png, of each, and scores.csv, the judge's probabilities before and after. "Before" is what the
    generator makes of the noise that is not moved: the round trip.

    \b
        {"generator": "drawn-ldm", "method": "difference of class means", "strengths": {"Smiling": 6}, "kept": ["Male"]}
    """
    state, zoo = read_edit(edit), find_zoo(run)
    check_edit(state, zoo, edit)
    given = pictures_named(state, images, zoo)
    check_models(state, zoo, judge)
    folder = edit.with_suffix("") if out is None else out
    make_folder(folder)
    edit_all(state, zoo, given, judge, folder)


def read_edit(path):
    """The `EditState` in a file; ValueError and FileNotFoundError name the file."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; write the edit there as JSON, or name another file")
    try:
        return EditState.from_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: the edit is no text; write it as JSON in UTF-8") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def check_edit(state, zoo, path):
    """ValueError unless an edit does anything, and the zoo has its generator, its attributes and held-out images."""
    if not state.strengths:
        raise ValueError(f'{path} moves nothing; give it strengths, such as {{"Smiling": 6}}')
    choice(state.generator, zoo.views_of("noise"), f"generator in {zoo.path}")
    rare, free = zoo.rare, state.method in ("text", "principal components", "pullback vectors")
    if state.method == "text":
        choice(state.encoder, zoo.views_of("embedding"), f"encoder in {zoo.path}")
    for name in (*(() if free else state.strengths), *state.kept):
        choice(name, zoo.attributes.columns, f"attribute in {zoo.path}")
        if name in rare:
            raise ValueError(f"too few images of {zoo.path} tell about {name!r} ({rare[name]}); choose another")
    check_held_out(zoo, zoo.split == "train")


def check_models(state, zoo, judge):
    """An error unless the folder or hub id of the generator and of the judge, or the judge's view, can be told."""
    from ..models.encoder_names import find_encoder
    from ..models.presets import GENERATORS, JUDGES, PROBE, find_model

    settings = zoo.manifest(state.generator)["settings"]
    find_model(settings.get("model", state.generator), GENERATORS, "generator")
    if judge.startswith(PROBE):
        find_encoder(choice(judge.removeprefix(PROBE), zoo.views_of("embedding"), "view to judge by"))
    else:
        find_model(judge, JUDGES, "judge")


def pictures_named(state: EditState, images: tuple[str, ...], zoo: "NoiseZoo") -> list[Given]:
    """The pictures that are to be edited, checked; ValueError names one that is not there, or that comes twice."""
    if not images and state.image is None and state.seed is None:
        raise ValueError("no picture is named; give ids or files after EDIT.json, or an image or a seed in it")
    if not images and state.image is None:
        return [Given(f"seed-{state.seed}", None, None)]
    rows = {name: row for row, name in enumerate(zoo.ids.tolist())}
    given = [picture_named(text, rows, zoo) for text in images or [str(state.image)]]
    seen: dict[str, str] = {}
    for text, one in zip(images, given):
        if one.name in seen:
            raise ValueError(f"{seen[one.name]} and {text} would both be called {one.name}; leave out or rename one")
        seen[one.name] = text
    return given


def picture_named(text, rows, zoo):
    """`Given` of an id or a file; ValueError if it is neither or cannot be read."""
    from ..worlds.picture_files import picture_fault

    if text in rows:
        return Given(file_name(text.replace("/", "--"), "image"), rows[text], None)
    path = Path(text)
    if not path.is_file():
        raise ValueError(
            f"no image {text!r}: it is no id in {zoo.path}, which go from {next(iter(rows))!r} to {list(rows)[-1]!r},"
            " and no file"
        )
    if fault := picture_fault(path):
        raise ValueError(f"{path} cannot be read as a picture ({fault}); give another file")
    return Given(file_name(path.stem, "image"), None, path)


def edit_all(state, zoo, given, judge, folder):
    """Edit all pictures, write what comes of it, and print a line a picture."""
    import pandas as pd

    from ..editing.edit_methods import apply
    from ..editing.edited_pictures import pictures_of
    from ..editing.method_probes import probe_and_unit
    from ..editing.probe_judge import judge_for

    gen, scorer = zoo.generator(state.generator), judge_for(judge, zoo)
    for name in state.kept if state.needs_judge else ():
        choice(name, scorer.attributes, f"attribute to keep by {judge}")
    probe, unit = probe_and_unit(state, zoo, gen)
    noise, lost = noise_given(state, gen, zoo, given)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        moved = [apply(scaled(state, share), gen, probe, noise, unit, scorer) for share in FRAMES]
    films = np.stack([pictures_of(gen, rows, **state.how) for rows in moved], 1)
    tables = scores(state, [one.name for one in given], films[:, 0], films[:, -1], scorer)
    for one, film, error, table in zip(given, films, lost, tables):
        write_pictures(folder, one.name, state, film)
        click.echo(f"{one.name}: {in_words(table)}{error}")
    write_whole(folder / "scores.csv", lambda part: pd.concat(tables).to_csv(part, index=False))
    for warning in told[-1:]:  # of the longest step, the whole edit
        click.echo(f"note: {warning.message}", err=True)
    click.echo(f"{3 * len(given)} pictures and scores.csv in {folder}")


def scaled(state, share):
    """The same edit, a share of the way."""
    return state.with_(strengths={name: share * size for name, size in state.strengths.items()})


def noise_given(state, gen, zoo, given):
    """Noise (n, d) of the pictures, and of each what its round trip lost, as text: of files alone it is known."""
    from ..editing.edit_methods import noise_of
    from ..inversion.deterministic import generate, invert
    from ..worlds.fidelity import psnr
    from ..worlds.picture_files import Pictures

    rows, told = [], []
    for one in given:
        if one.file is not None:
            pixels = Pictures.of(one.file.parent, [one.file.name], gen.image_size)[:]
            rows.append(invert(gen, pixels, **state.how).noise.reshape(1, -1))
            again = psnr(pixels, generate(gen, rows[-1], **state.how)).item()
            told.append(f"; before the edit the round trip is {again:.1f} dB from the file")
        else:
            rows.append(noise_of(state, gen, zoo) if one.row is None else zoo.rows(state.generator, [one.row]))
            told.append("")
    return np.concatenate(rows), told


def scores(state, names, before, after, judge):
    """A DataFrame a picture, a row an attribute of the judge: its probability before and after, and what was asked."""
    import pandas as pd

    tables = []
    for name, p, q in zip(names, judge.probabilities(before), judge.probabilities(after)):
        table = pd.DataFrame({"image": name, "attribute": judge.attributes, "before": p, "after": q})
        table["change"], table["turned"] = table.after - table.before, (table.after > 0.5) != (table.before > 0.5)
        table["strength"] = [state.strengths.get(attribute, 0.0) for attribute in table.attribute]
        tables.append(table.assign(kept=table.attribute.isin(state.kept)))
    return tables


def in_words(table):
    """What a judge's table of one picture says: what was asked for, and what else turned, what was to be kept first."""
    from ..plots.figures import pretty

    asked = [f"{pretty(r.attribute)} {r.before:.0%} to {r.after:.0%}" for r in table[table.strength != 0].itertuples()]
    turned = table[table.turned & (table.strength == 0)].sort_values("kept", ascending=False)
    others = [f"{pretty(r.attribute)}{' (to be kept)' if r.kept else ''}" for r in turned.itertuples()]
    also = f"other verdicts that turned: {', '.join(others)}" if others else "no other verdict turned"
    return f"{', '.join(asked) or 'the judge knows nothing that was asked for'}; {also}"


def write_pictures(folder, name, state, film):
    """The first and the last picture of a film (s, h, w, 3), and its strip, as PNG files."""
    import matplotlib.pyplot as plt

    from ..explorer.captions import edit_told
    from ..plots.pictures import labelled_rows

    for when, image in (("before", film[0]), ("after", film[-1])):
        picture = Image.fromarray(image)
        write_whole(folder / f"{name}-{when}.png", lambda part, picture=picture: picture.save(part, "PNG"))
    title = f"{name}: {edit_told(state)}"
    ax = labelled_rows(film[None], [""], [f"{share:.0%}" for share in FRAMES], title=title)
    look = {"format": "png", "dpi": "figure", "bbox_inches": "tight"}
    write_whole(folder / f"{name}-strip.png", lambda part: ax.figure.savefig(part, **look))
    plt.close(ax.figure)
