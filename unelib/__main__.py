"""The command line: `python -m unelib run`, `train`, `card`."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from .runs import ROOT, run

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The UNE workbook: run recipes, train the small models."
)


@app.command("run")
def run_command(
    recipe: Annotated[Path, typer.Argument(help="recipe to execute")] = ROOT / "recipes" / "drawn.yaml",
    p: Annotated[
        list[str] | None, typer.Option("-p", help="NAME=VALUE (or NAME VALUE): set a notebook parameter")
    ] = None,
    force: Annotated[bool, typer.Option(help="execute steps again even if nothing changed")] = False,
    rest: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
):
    """Execute the notebooks of a recipe in order into data/runs/NAME, figures into figures/NAME."""
    try:
        report = run(recipe, parse_parameters(p or [], rest or []), force)
    except (ValueError, FileNotFoundError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    for row in report.itertuples():
        typer.echo(f"{row.notebook:12s} {row.state:9s} {row.seconds:7.1f} s   {row.found}")


def parse_parameters(pairs, values):
    """{name: value} of `-p name=value` and `-p name value`; values are read as YAML."""
    values, found = list(values), {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            if not values:
                raise ValueError(f"-p {name} has no value; write -p {name} VALUE")
            value = values.pop(0)
        found[name] = yaml.safe_load(value)
    if values:
        raise ValueError(f"unexpected argument {values[0]!r}")
    return found


@app.command()
def train(name: Annotated[str, typer.Argument(help="drawn-ldm, drawn-ddpm, drawn-clip, drawn-dino or drawn-judge")]):
    """Train an embedded model again from its seed; resumes after a kill."""
    from .training.train import train_model

    try:
        typer.echo(train_model(name))
    except ValueError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error


@app.command()
def card(name: Annotated[str, typer.Argument(help="the embedded model to measure")]):
    """Measure an embedded model on held-out faces and write its model card."""
    from .training.cards import make_card

    typer.echo(make_card(name))


if __name__ == "__main__":
    app()
