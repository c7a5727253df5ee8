"""The command line: `python -m unelib run`, `results`, `report`, `schema`, `edit`, `explore`, `zoo`, `train`, ..."""

import json
from pathlib import Path

import click

from .. import __version__
from ..core.cpus import cores
from ..core.paths import ROOT
from ..running.execute import StepsFailed, run
from ..running.html_report import report
from ..running.runs_as_data import results, write_table
from ..running.schema import recipe_schema
from .dry_run import print_prospects
from .edit import edit_command
from .explore import explore_command
from .zoo import app as zoo
from .zoo import settings, share_named


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
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Notebooks at once; one a CPU unless given.")
@click.option("--limit", type=click.IntRange(1), metavar="SECONDS", help="Time that one cell may take.")
@click.option("--shards", metavar="I/N", help="Of a sweep: every N-th run, from the I-th on (for job arrays).")
@click.option("--ray", metavar="ADDRESS", help="Execute on a Ray cluster that shares this folder; 'local' for here.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be executed, what it needs, how long it takes and "
              "what is missing; stop, with status 1 if it could not start.")  # fmt: skip
@click.option("--explain", is_flag=True, help="The same with every parameter, and without a trial; stop.")
@click.option("--no-trial", is_flag=True, help="With --dry-run: no inversion of two images to estimate the time.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: as JSON.")
def run_command(recipe, pairs, force, jobs, limit, shards, ray, dry, explain, no_trial, as_json):
    """Execute the notebooks of RECIPE (recipes/drawn.yaml by default) into data/runs, figures into figures."""
    given, share = settings(pairs), share_named(shards)
    if dry or explain:
        from ..running.rehearsal import dry_run  # brings the models' libraries, which take seconds

        options = {"force": force, "jobs": jobs, "share": share, "trial": not (no_trial or explain)}
        return print_prospects(dry_run(recipe, given, **options), jobs or cores(), explain, as_json)
    if no_trial or as_json:
        raise click.UsageError("--no-trial and --json go with --dry-run")
    try:
        report = run(recipe, given, force=force, jobs=jobs, limit=limit, share=share, ray=ray)
    except StepsFailed as error:
        listed(error.report)
        raise click.ClickException(str(error)) from error
    listed(report)


def listed(report):
    """Print the report on a run, a line a notebook."""
    wide = max(len(f"{row.run}/{row.notebook}") for row in report.itertuples())
    for row in report.itertuples():
        name = f"{row.run}/{row.notebook}"
        click.echo(
            f"{name:{wide}s}  {row.state:9s} {row.seconds:7.1f} s   {row.found if row.state != 'failed' else ''}"
        )


@app.command("results")
@click.argument("runs", nargs=-1)
@click.option("-o", "out", type=click.Path(path_type=Path), metavar="FILE", help="Write .csv, .parquet or .json.")
def results_command(runs, out):
    """Print every number that RUNS recorded (all runs by default; patterns such as 'drawn,*'), with its interval."""
    table = results(*runs)
    if out is None:
        click.echo(table.to_csv(index=False), nl=False)
    else:
        write_table(table, out)
        click.echo(f"{len(table)} numbers in {out}")


@app.command("report")
@click.argument("run_name", metavar="RUN")
@click.argument("other", required=False)
@click.option(
    "-o", "out", type=click.Path(path_type=Path), metavar="FILE", help="data/runs/RUN/report.html by default."
)
def report_command(run_name, other, out):
    """Write one HTML page on RUN, or on RUN beside OTHER: findings, figures, evidence, numbers, provenance."""
    path = report(run_name, other, out)
    click.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


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


app.add_command(edit_command)
app.add_command(explore_command)
app.add_command(zoo)
