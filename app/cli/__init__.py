"""The `dragoman` command: the same work without a browser.

Exit codes: 0 done, 1 could not, 2 wrong usage. Progress bars only on a terminal; `--json` where a program would read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.config import Config, WrongSetting


class CouldNot(click.ClickException):
    """The command was understood and could not be carried out: exit code 1."""

    exit_code = 1


def configuration() -> Config:
    """The installation's settings. A wrong one is wrong usage."""
    try:
        return Config.from_environment()
    except WrongSetting as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def opened(config: Config, *, matching: bool = False) -> Iterator:
    """The installation's engine, its database brought up to date; with the memory's index for a command that looks
    texts up in it, which would else read every unit."""
    from app import db

    engine = db.make_engine(config.database_url)
    try:
        prepare(engine, config)
        if matching:
            from memory import index

            index.attach(engine, config.index / "memory")
        yield engine
    finally:
        engine.dispose()


def prepare(engine, config: Config) -> None:
    """Create or upgrade the database; a new one gets the starter pack unless that is switched off."""
    from sqlalchemy.exc import OperationalError

    from app import db, starter

    try:
        fresh = db.upgrade(engine)
    except OperationalError as error:
        raise CouldNot(f"The database cannot be opened: {error.orig}") from error
    if fresh and config.starter:
        with db.transaction(engine) as session:
            concepts, units = starter.load(session)
        click.echo(f"Starter pack: {concepts} concepts (all proposed), {units} memory units.", err=True)


def unreadable(error, outcome: str) -> str:
    """What is wrong with a file, where, and what became of it; not twice what its own words say already."""
    words = error.text()
    place = "" if not error.where or error.where in words.lower() else f" ({error.where})"
    return f"{words}{place}" if outcome in words else f"{words}{place} {outcome}"


def write_json(value: object) -> None:
    """One JSON document on standard output, other scripts readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress(length: int | None, label: str):
    """A bar on standard error when a person watches; otherwise something that takes the same calls and says nothing."""
    if sys.stderr.isatty():
        with click.progressbar(length=length or 0, label=label, file=sys.stderr) as bar:
            yield bar.update
    else:
        yield lambda _steps=1: None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dragoman", message="%(version)s")
def main() -> None:
    """Dragoman: translation memory, legal terms, offline machine translation and review."""


class Lazy(click.Group):
    """A group whose commands are imported when they are needed, so that `--help` answers at once."""

    def __init__(self, module: str, **attributes) -> None:
        super().__init__(**attributes)
        self.module = module

    def _load(self) -> click.Group:
        import importlib

        return importlib.import_module(self.module).commands

    def list_commands(self, ctx):
        return self._load().list_commands(ctx)

    def get_command(self, ctx, name):
        return self._load().get_command(ctx, name)


for _name, _help in (
    ("user", "Invite people and list them."),
    ("memory", "Import, export and look up the translation memory."),
    ("terms", "Import, export and look up the term base."),
    ("law", "Compare the texts of acts with what concepts cite."),
    ("models", "List, install and remove machine-translation models."),
):
    main.add_command(Lazy(f"app.cli.{_name}", name=_name, help=_help))


@main.command()
@click.option("--host", help="Address to listen on (DRAGOMAN_HOST, default 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (DRAGOMAN_PORT, default 8000).")
def serve(host: str | None, port: int | None) -> None:
    """Start the service. The first time: create the database, load the starter pack, print a sign-in link."""
    import dataclasses

    config = configuration()
    config = dataclasses.replace(config, host=host or config.host, port=port or config.port)
    from app.cli.serving import run

    run(config)


@main.command()
def migrate() -> None:
    """Bring the database to this version, and stop."""
    config = configuration()
    with opened(config):
        click.echo("The database is up to date.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True))
@click.option("--from", "source", required=True, metavar="LANGUAGE", help="The file's language, for example nl.")
@click.option("--to", "target", required=True, metavar="LANGUAGE", help="The language to translate into, for example ar.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True), help="Where to write the result.")
@click.option("--json", "as_json", is_flag=True, help="Say what was done as JSON.")
@click.option("--force", is_flag=True, help="Write over an existing file.")
def translate(file: str, source: str, target: str, out: str, as_json: bool, force: bool) -> None:
    """Pre-translate FILE from memory, terms and machine. The result says DRAFT: nobody has reviewed it."""
    from app.cli.pretranslate import run

    run(configuration(), file, source, target, out, as_json=as_json, force=force)
