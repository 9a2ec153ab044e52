"""`dragoman memory`."""

from __future__ import annotations

from pathlib import Path

import click

from app import db, exchange
from app.cli import CouldNot, configuration, opened, progress, write_json
from importers.units import UnreadableFile
from languages import tags


@click.group()
def commands() -> None:
    """Import, export and look up the translation memory."""


def language(_context, _parameter, value: str | None) -> str | None:
    """A language option as BCP 47; an unknown one is wrong usage."""
    if value is None:
        return None
    try:
        return tags.normalise(value)
    except tags.UnknownLanguage as error:
        raise click.BadParameter(f"{error.tag!r} is not a language we know; write for example nl, ar or ti") from error


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "source", callback=language, metavar="LANGUAGE", help="Only pairs from this language.")
@click.option("--to", "target", callback=language, metavar="LANGUAGE", help="Only pairs into this language.")
@click.option("--approved", is_flag=True, help="A reviewer of yours approved these units; otherwise they are unreviewed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(file: Path, source: str | None, target: str | None, approved: bool, as_json: bool) -> None:
    """Import the TMX file FILE. Importing it again changes nothing; after an interruption, simply repeat it."""
    with opened(configuration()) as engine, progress(file.stat().st_size, "Units") as step:
        try:
            done = exchange.import_tmx(engine, file, source=source, target=target, approved=approved, step=step)
        except UnreadableFile as error:
            place = f" ({error.where})" if error.where else ""
            raise CouldNot(f"{error.text()}{place}") from error
    if as_json:
        write_json({"new": done.new, "merged": done.merged, "unchanged": done.unchanged, "refused": done.refused})
        return
    click.echo(f"{done.new} new, {done.merged} found in a new place, {done.unchanged} known already.")
    for reason, number in sorted(done.refused.items()):
        click.echo(f"{number} left out: {reason}")


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--from", "source", callback=language, metavar="LANGUAGE", help="Only units from this language.")
@click.option("--to", "target", callback=language, metavar="LANGUAGE", help="Only units into this language.")
@click.option("--force", is_flag=True, help="Write over an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export(file: Path, source: str | None, target: str | None, force: bool, as_json: bool) -> None:
    """Write the memory to FILE as TMX 1.4b."""
    if file.exists() and not force:
        raise CouldNot(f"{file} exists already. Choose another name, or add --force.")
    with opened(configuration()) as engine, db.new_session(engine, writes=False) as session, progress(None, "Units") as step:
        number = exchange.export_tmx(session, file, source=source, target=target, step=step)
    if as_json:
        write_json({"out": str(file), "units": number})
    else:
        click.echo(f"{file}: {number} units.")


@commands.command()
@click.argument("text")
@click.option("--from", "source", required=True, callback=language, metavar="LANGUAGE", help="The language of TEXT.")
@click.option("--to", "target", required=True, callback=language, metavar="LANGUAGE", help="The language wanted.")
@click.option("--threshold", type=click.IntRange(50, 100), help="Lowest match in percent.")
@click.option("--limit", type=click.IntRange(1, 100), default=5, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, best first.")
def lookup(text: str, source: str, target: str, threshold: int | None, limit: int, as_json: bool) -> None:
    """Show what was translated before that is like TEXT, best first."""
    from memory.matching import find_matches

    config = configuration()
    with opened(config) as engine, db.new_session(engine, writes=False) as session:
        found = find_matches(
            session,
            text,
            source_language=source,
            target_language=target,
            threshold=threshold or config.memory_threshold,
            limit=limit,
        )
    rows = [
        {
            "source": match.source,
            "target": match.target,
            "score": round(match.score, 2),
            "reason": "; ".join(reason.text() for reason in match.reasons),
        }
        for match in found
    ]
    if as_json:
        write_json(rows)
        return
    if not rows:
        click.echo("Nothing in the memory is like this.")
    for row in rows:
        click.echo(f"{row['score']:g} %  {row['reason']}\n  {row['source']}\n  {row['target']}")
