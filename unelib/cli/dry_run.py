"""What a run would do and need, printed before it starts: `python -m unelib run RECIPE --dry-run`."""

import json

import click

from ..running.forecast import roughly


def print_prospects(found, jobs, every_parameter=False, as_json=False):
    """Print what `dry_run` found: as lines, or as JSON; exit with status 1 if the run could not start."""
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=1))
    else:
        for line in [*notebook_lines(found, every_parameter), *need_lines(found), *end_lines(found, jobs)]:
            click.echo(line)
    if found.missing:
        click.get_current_context().exit(1)


def notebook_lines(found, every_parameter):
    """A line a notebook, in order, with every parameter if asked for."""
    for row in found.notebooks.itertuples():
        what = f"about {roughly(row.seconds):7s} {row.why}" if row.why else "unchanged"
        yield f"{row.run}/{row.stage}: {what}" + (f"; needs {row.needs}" if row.needs else "")
        for name, (value, origin) in row.parameters.items() if every_parameter else ():
            yield f"    {name} = {value!r}" + (" (given)" if origin == "given" else "")


def need_lines(found):
    """Lines about models, images, rare attributes and whatever is worth knowing."""
    for row in found.models.itertuples():
        yield f"{row.kind} {row.name}: {row.state}" + (f", {row.where}" if row.state == "here" else "")
    for row in found.images.itertuples():
        yield f"images of {row.run}: {row.image_set}, {row.train} to learn from and {row.test} held out, " + (
            f"{row.attributes} attributes"
        )
    for row in found.rare.itertuples():
        yield f"too rare to be scored in {row.run}: {row.attribute}: {row.why}"
    yield from (f"note: {note}" for note in found.notes)


def end_lines(found, jobs):
    """Lines about disk and time, and whether the run could start."""
    if len(found.notebooks):
        unknown = ", ".join(found.unknown_sizes)
        beside = f", and {unknown}, of a size that is known once the model is loaded" if unknown else ""
        yield f"disk: {found.bytes_needed / 1e6:,.1f} MB of views{beside}; {found.bytes_free / 1e9:,.1f} GB free"
        todo = f"{(found.notebooks.why != '').sum()} of {len(found.notebooks)} notebooks"
        yield f"in all: {todo}, about {roughly(found.seconds)} with --jobs {jobs} ({found.estimate})"
    yield "it cannot start; missing:" if found.missing else "it can start"
    yield from (f"  - {reason}" for reason in found.missing)
