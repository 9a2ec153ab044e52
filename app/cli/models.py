"""`dragoman models`."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli import CouldNot, configuration, write_json
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
        "pairs": [f"{source}-{target}" for source, target in sorted(model.pairs)],
        "version": model.version,
        "bytes": model.size,
        "licence": model.licence,
    }


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
        pairs = ", ".join(row["pairs"][:6]) + (f" and {len(row['pairs']) - 6} more" if len(row["pairs"]) > 6 else "")
        click.echo(f"{row['id']}\t{row['engine']}\t{pairs}\t{row['bytes'] / 1e6:.0f} MB\t{row['licence'] or 'licence unknown'}")


@commands.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def install(path: Path, as_json: bool) -> None:
    """Install PATH: an .argosmodel file, or a CTranslate2 folder of NLLB-200, OPUS-MT or MADLAD."""
    config = configuration()
    config.models.mkdir(parents=True, exist_ok=True)
    try:
        model = Models(config.models).install(path)
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
