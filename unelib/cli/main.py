"""The command line: `python -m unelib run`, `schema`, `zoo`, `train`, `card`."""

import json
from pathlib import Path

import click

from .. import __version__
from ..core.paths import ROOT
from ..running.execute import run
from ..running.recipes import recipe_schema
from .zoo import app as zoo
from .zoo import settings


class PlainErrors(click.Group):
    """Commands whose mistakes in the input end the program with one sentence instead of a traceback."""

    def invoke(self, ctx):
        """Run a command; `click.ClickException` with one sentence for what is wrong in the input."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("stopped; the same command goes on from here", err=True)
            ctx.exit(130)
        except (ValueError, OSError, ImportError) as error:
            raise click.ClickException(sentence(error)) from error


def sentence(error):
    """What an error says, without Python's decoration."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return str(error)


@click.group(cls=PlainErrors, help="The UNE workbook: run recipes, keep noise, train and measure the embedded models.")
@click.version_option(__version__, prog_name="unelib")
def app():
    """The group that the commands belong to."""


@app.command("run")
@click.argument("recipe", type=click.Path(path_type=Path), default=ROOT / "recipes" / "drawn.yaml")
@click.option("-p", "pairs", nargs=2, multiple=True, metavar="NAME VALUE", help="Set a notebook parameter; repeatable.")
@click.option("--force", is_flag=True, help="Execute steps again even if nothing changed.")
def run_command(recipe, pairs, force):
    """Execute the notebooks of RECIPE (recipes/drawn.yaml by default) into data/runs, figures into figures."""
    report = run(recipe, settings(pairs), force=force)
    for row in report.itertuples():
        click.echo(f"{row.notebook:12s} {row.state:9s} {row.seconds:7.1f} s   {row.found}")
    click.echo(f"{'in all':12s} {'':9s} {report.seconds.sum():7.1f} s")


@app.command("schema")
def schema_command():
    """Print the JSON schema of recipes, which recipes/schema.json holds, for editors that complete and check them."""
    click.echo(json.dumps(recipe_schema(), indent=1))


@app.command()
@click.argument("name")
def train(name):
    """Train the embedded model NAME (drawn-ldm, fashion-ddpm, ...: those of data/models); resumes after a kill."""
    from ..training.train import train_model

    click.echo(train_model(name))


@app.command()
@click.argument("name")
def card(name):
    """Measure the embedded model NAME on held-out pictures and write its model card."""
    from ..training.cards import make_card

    click.echo(make_card(name))


app.add_command(zoo)
