"""`dragoman models`."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli import CouldNot, configuration, write_json
from app.cli.memory import language
from app.mt.engine import EngineUnavailable, ModelRefused
from app.mt.registry import Models


@click.group()
def commands() -> None:
    """List, install and remove machine-translation models."""


def _row(model) -> dict:
    return {
        "id": model.id,
        "engine": model.engine,
        "name": model.name,
        "sources": sorted(model.sources),
        "targets": sorted(model.targets),
        "version": model.version,
        "bytes": model.size,
        "licence": model.licence,
    }


def _few(languages: list[str]) -> str:
    """At most six languages by name; a model may know two hundred."""
    more = f" and {len(languages) - 6} more" if len(languages) > 6 else ""
    return ", ".join(languages[:6]) + more


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the installed models."""
    rows = [_row(model) for model in Models(configuration().models).installed()]
    if as_json:
        write_json(rows)
        return
    if not rows:
        click.echo("No model is installed. Install one with: dragoman models install FILE.argosmodel")
    for row in rows:
        pairs = f"{_few(row['sources'])} to {_few(row['targets'])}"
        click.echo(f"{row['id']}\t{row['engine']}\t{pairs}\t{row['bytes'] / 1e6:.0f} MB\t{row['licence'] or 'licence unknown'}")


@commands.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--from", "source", callback=language, metavar="LANGUAGE", help="For an OPUS-MT folder whose name does not say it.")
@click.option("--to", "target", callback=language, metavar="LANGUAGE", help="For an OPUS-MT folder whose name does not say it.")
@click.option("--licence", help="The model's licence, to be shown with its suggestions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def install(path: Path, source: str | None, target: str | None, licence: str | None, as_json: bool) -> None:
    """Install PATH: an .argosmodel file, or a CTranslate2 folder of NLLB-200, OPUS-MT or MADLAD."""
    config = configuration()
    config.models.mkdir(parents=True, exist_ok=True)
    try:
        model = Models(config.models).install(path, source=source, target=target, licence=licence)
    except (ModelRefused, EngineUnavailable) as error:
        raise CouldNot(str(error)) from error
    if as_json:
        write_json(_row(model))
    else:
        click.echo(f"Installed {model.id} ({model.engine}). Running services use it from the next suggestion on.")


@commands.command()
@click.argument("model_id", metavar="ID")
def remove(model_id: str) -> None:
    """Remove the model ID, as `dragoman models list` shows it."""
    try:
        Models(configuration().models).remove(model_id)
    except KeyError as error:
        raise CouldNot(f"No model {model_id!r} is installed. See: dragoman models list") from error
    except ModelRefused as error:
        raise CouldNot(str(error)) from error
    click.echo(f"Removed {model_id}.")
