"""The command line: `python -m unelib run`, `train`, `card`."""

from pathlib import Path

import click
import yaml

from .runs import ROOT, run


@click.group(help="The UNE workbook: run recipes, train and measure the embedded models.")
def app():
    """The group that the commands belong to."""


@app.command("run")
@click.argument("recipe", type=click.Path(path_type=Path), default=ROOT / "recipes" / "drawn.yaml")
@click.option("-p", "pairs", nargs=2, multiple=True, metavar="NAME VALUE", help="Set a notebook parameter; repeatable.")
@click.option("--force", is_flag=True, help="Execute steps again even if nothing changed.")
def run_command(recipe, pairs, force):
    """Execute the notebooks of RECIPE (recipes/drawn.yaml by default) into data/runs, figures into figures."""
    report = told(run, recipe, {name: yaml.safe_load(value) for name, value in pairs}, force)
    for row in report.itertuples():
        click.echo(f"{row.notebook:12s} {row.state:9s} {row.seconds:7.1f} s   {row.found}")
    click.echo(f"{'in all':12s} {'':9s} {report.seconds.sum():7.1f} s")


@app.command()
@click.argument("name")
def train(name):
    """Train the embedded model NAME (drawn-ldm, -ddpm, -clip, -dino or -judge); resumes after a kill."""
    from .training.train import train_model

    click.echo(told(train_model, name))


@app.command()
@click.argument("name")
def card(name):
    """Measure the embedded model NAME on held-out faces and write its model card."""
    from .training.cards import make_card

    click.echo(told(make_card, name))


def told(action, *arguments):
    """The action's result; a mistake in the input ends the program with one sentence instead of a traceback."""
    try:
        return action(*arguments)
    except (ValueError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    app()
