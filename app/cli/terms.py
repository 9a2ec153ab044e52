"""`dragoman terms`."""

from __future__ import annotations

from pathlib import Path

import click

from app import db, exchange
from app.cli import CouldNot, configuration, opened, write_json
from app.cli.memory import language
from importers.units import UnreadableFile


@click.group()
def commands() -> None:
    """Import, export and look up the term base."""


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--approved", is_flag=True, help="Keep the statuses that the file gives; otherwise every term is proposed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(file: Path, approved: bool, as_json: bool) -> None:
    """Import concepts from FILE: TBX (v2 or v3), JSON as `export` writes it, or CSV/XLSX with a column for each language.

    All of it or nothing: when an entry is rejected, nothing is saved. Importing the same file again changes nothing.
    """
    with opened(configuration()) as engine, db.transaction(engine) as session:
        try:
            done = exchange.import_terms(session, file.read_bytes(), file.name, keep_status=approved, by="command line")
        except UnreadableFile as error:
            place = f" ({error.where})" if error.where else ""
            raise CouldNot(f"{error.text()}{place} Nothing was saved.") from error
        if done.rejected:
            session.rollback()
    if as_json:
        write_json({"added": done.added, "changed": done.changed, "unchanged": done.unchanged, "rejected": done.rejected})
    elif not done.rejected:
        click.echo(f"{done.added} concepts added, {done.changed} changed, {done.unchanged} known already.")
    if done.rejected:
        for place, reason in done.rejected[:20]:
            click.echo(f"{place}: {reason}", err=True)
        raise CouldNot(f"{len(done.rejected)} entries cannot be imported. Nothing was saved: mend them and import again.")


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--force", is_flag=True, help="Write over an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export(file: Path, force: bool, as_json: bool) -> None:
    """Write the term base to FILE: .tbx (TBX-Basic v3), .csv or .json, by its ending."""
    if file.exists() and not force:
        raise CouldNot(f"{file} exists already. Choose another name, or add --force.")
    with opened(configuration()) as engine, db.new_session(engine, writes=False) as session:
        try:
            number = exchange.export_terms(session, file)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    if as_json:
        write_json({"out": str(file), "concepts": number})
    else:
        click.echo(f"{file}: {number} concepts.")


@commands.command()
@click.argument("query")
@click.option("--language", "wanted", callback=language, metavar="LANGUAGE", help="Only concepts with a term in this language that answers.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, best first.")
def lookup(query: str, wanted: str | None, limit: int, as_json: bool) -> None:
    """Look QUERY up, in any language and spelling."""
    from sqlalchemy import select
    from sqlalchemy.orm import selectinload

    from app import terms
    from glossary import lookup as looking
    from glossary.models import Concept

    config = configuration()
    with opened(config) as engine, db.new_session(engine, writes=False) as session:
        index = terms.index_in(config.index / "terms")
        hits = looking.search(session, index, query, language=wanted, limit=limit)
        query_ = (
            select(Concept)
            .where(Concept.id.in_([hit.concept_id for hit in hits]))
            .options(selectinload(Concept.terms), selectinload(Concept.definitions))
        )
        concepts = {concept.id: concept for concept in session.scalars(query_)}
        rows = []
        for hit in hits:
            concept = concepts[hit.concept_id]
            meaning = terms.meaning(concept, "nl")
            rows.append(
                {
                    "id": concept.code,
                    "definition": meaning[1] if meaning else None,
                    "terms": [
                        {"language": t.language, "text": t.text, "status": t.status}
                        for t in sorted(concept.terms, key=lambda t: (t.language != "nl", t.language, t.id))
                    ],
                }
            )
    if as_json:
        write_json(rows)
        return
    if not rows:
        click.echo("Nothing found. Try another language, a shorter word, or the Dutch word.")
    for row in rows:
        click.echo(f"{row['id']}\n  {row['definition'] or ''}")
        for term in row["terms"]:
            click.echo(f"  {term['language']}\t{term['text']}\t{term['status']}")
