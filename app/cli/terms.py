"""`dragoman terms`."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from app import db
from app.cli import CouldNot, configuration, opened, progress, unreadable, write_json
from app.cli.memory import language
from importers.units import UnreadableFile

BY = "command line"
SHOWN = 20


@click.group()
def commands() -> None:
    """Import, export and look up the term base."""


def _column(_context, _parameter, values: tuple[str, ...]) -> dict[int, tuple[str, str | None] | None]:
    """"3=terms:ar", "1=code", "4=-": the column's number, what it holds and in which language."""
    from importers.termcolumns import LANGUAGE_NEEDED, MEANINGS, OF_LANGUAGE
    from languages import tags

    found = {}
    for value in values:
        number, _, meant = value.partition("=")
        meaning, _, tag = meant.partition(":")
        if not number.isdecimal() or int(number) < 1 or (meaning not in MEANINGS and meaning != "-"):
            raise click.BadParameter(f"{value!r}: write for example 2=terms:nl, 3=definition:nl, 1=code, or 4=- to leave it out")
        if meaning in LANGUAGE_NEEDED and not tag:
            raise click.BadParameter(f"{value!r}: say the language, for example {number}={meaning}:nl")
        if tag and meaning not in (*LANGUAGE_NEEDED, *OF_LANGUAGE):
            raise click.BadParameter(f"{value!r}: a column of this kind belongs to no language")
        try:
            found[int(number) - 1] = None if meaning == "-" else (meaning, tags.normalise(tag) if tag else None)
        except tags.UnknownLanguage as error:
            raise click.BadParameter(f"{value!r}: {error.tag!r} is not a language we know") from error
    return found


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would be new, changed, in conflict or rejected. Writes nothing.")
@click.option("--column", "columns", multiple=True, callback=_column, metavar="N=WHAT[:LANGUAGE]", help="What a column of a table holds, for example 2=terms:nl; N=- leaves it out. Repeatable.")
@click.option("--no-names", is_flag=True, help="The first row of the table is a concept, not the names of the columns.")
@click.option("--trust-columns", is_flag=True, help="Import a table although its columns look like other languages than they say.")
@click.option("--on-conflict", type=click.Choice(["leave", "add", "replace", "apart"]), default="leave", show_default=True, help="A concept whose code is taken by another: leave it out, add what is missing to the other, also replace what differs, or keep it apart under a code of its own.")
@click.option("--skip-rejected", is_flag=True, help="Import the rest when some concepts cannot come in.")
@click.option("--approved", is_flag=True, help="You decide on the statuses that the file gives; otherwise every term is proposed.")
@click.option("--licence", default=None, help="Under which licence the file may be used.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(
    file: Path, dry_run: bool, columns: dict, no_names: bool, trust_columns: bool, on_conflict: str, skip_rejected: bool,
    approved: bool, licence: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Import concepts from FILE: TBX (v2 or v3), SKOS (Turtle, RDF/XML, JSON-LD), a table (CSV, TSV, XLSX, OmegaT's
    glossary, HXLTM), or JSON as `export` writes it.

    All of it or nothing. Importing the same file again changes nothing. `terms undo` takes an import back.
    """
    from app import termfiles, termimports

    data, name = file.read_bytes(), file.name
    with opened(configuration()) as engine:
        try:
            mapping = _mapping(data, name, columns, no_names, trust_columns or dry_run)
            with db.new_session(engine, writes=False) as session, progress(None, "Concepts") as step:
                shown = termimports.show(
                    session, data, name, mapping=mapping, keep_status=approved, on_conflict=on_conflict,
                    step=lambda _done, _total: step(),
                )  # fmt: skip
            load = shown.load
            stopped = bool(load.rejected) and not skip_rejected
            if not dry_run and not stopped:
                entries = termfiles.read(data, name, mapping).entries
                with db.transaction(engine) as session:
                    load = termimports.apply(
                        session, entries, name, by=BY, keep_status=approved, on_conflict=on_conflict, licence=licence,
                        digest=load.digest,
                    )  # fmt: skip
                    termimports.record(
                        session, name, shown.format, load, by=BY, keep_status=approved, on_conflict=on_conflict,
                        once=secrets.token_urlsafe(16),
                    )  # fmt: skip
        except UnreadableFile as error:
            raise CouldNot(unreadable(error, "Nothing was saved.")) from error
        except termimports.ChangedMeanwhile as error:
            raise CouldNot("The term base changed while the file was read. Nothing was saved: import it again.") from error
    counts = termimports.counts(load)
    if as_json:
        told = {"added": counts["new"], "changed": counts["changed"], "unchanged": counts["same"]}
        told |= {"batch": None if dry_run or stopped else load.batch, "kept": load.kept, "stayed_away": load.stayed_away}
        write_json(told | {"conflicts": load.conflicts, "rejected": load.rejected, "warnings": [_warned(w) for w in shown.warnings]})
    else:
        for warning in shown.warnings[:SHOWN]:
            click.echo(_warned(warning), err=True)
        _tell("in conflict", load.conflicts)
        if not stopped:
            would = "would be " if dry_run else ""
            click.echo(
                f"{counts['new']} concepts {would}added, {counts['changed']} {would}changed, {counts['same']} known already, "
                f"{counts['conflict']} in conflict and left out, {counts['away']} removed here and left out."
            )
        if not dry_run and not stopped:
            click.echo(f"To take it back: dragoman terms undo {load.batch}")
    if load.rejected and not as_json:
        _tell("rejected", load.rejected)
    if stopped:
        raise CouldNot(
            f"{len(load.rejected)} entries cannot be imported. Nothing was saved: mend them and import again, or add --skip-rejected."
        )


def _mapping(data: bytes, name: str, columns: dict, no_names: bool, trust: bool):
    """How the table is read; None for other files. A table nobody understands, or whose columns look like other languages,
    stops with what to say."""
    from dataclasses import replace

    from app import termfiles
    from importers import termtable

    read = termfiles.read(data, name)
    if read.table is None or read.mapping is None:
        if columns or no_names:
            raise click.UsageError("This file is no table: --column and --no-names say nothing about it.")
        return None
    mapping = read.mapping
    if no_names:
        mapping = replace(mapping, names=False)
    if columns:
        if max(columns) >= len(mapping.columns):
            raise click.UsageError(f"This table has {len(mapping.columns)} columns.")
        mapping = replace(mapping, columns=tuple(columns.get(n, column) for n, column in enumerate(mapping.columns)))
    understood = ", ".join(
        f"{n}={':'.join(part for part in column if part) if column else '-'} ({header or 'no name'})"
        for n, (column, header) in enumerate(zip(mapping.columns, read.table.headers, strict=True), 1)
    )
    if read.guessed and not columns and not trust:
        raise CouldNot(
            f"The names of the columns do not say what they hold. A guess: {understood}. Nothing was saved: say it with --column, "
            "or add --trust-columns to take the guess."
        )
    found = termtable.doubts(read.table, mapping)
    if found:
        for doubt in found:
            click.echo(doubt.message % {**doubt.fields, **doubt.languages}, err=True)
        if not trust and any(doubt.key != "cells" for doubt in found):
            raise CouldNot(f"Columns as understood: {understood}. Nothing was saved: correct them with --column, or add --trust-columns.")
    return mapping


def _warned(warning) -> str:
    text = warning.message % warning.fields if warning.fields else warning.message
    return f"{text} ({warning.where})" if warning.where else text


def _tell(what: str, rows: list) -> None:
    for place, reason in rows[:SHOWN]:
        click.echo(f"{what}: {place}: {reason}", err=True)
    if len(rows) > SHOWN:
        click.echo(f"{what}: {len(rows) - SHOWN} more", err=True)


@commands.command()
@click.argument("batch")
@click.option("--leave-changed", is_flag=True, help="Leave concepts that people worked on since as they are; otherwise nothing is taken back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def undo(batch: str, leave_changed: bool, as_json: bool) -> None:
    """Take the import BATCH back: what it added goes, what it changed is as it was."""
    from sqlalchemy import select

    from app.models import TermImport
    from glossary.exchange import undo_load
    from glossary.history import ChangedSince, NothingToUndo
    from storage.columns import utc_now

    with opened(configuration()) as engine, db.transaction(engine) as session:
        try:
            undone = undo_load(session, batch, by=BY, leave_changed=leave_changed)
        except NothingToUndo as error:
            raise CouldNot("There is no such import, or it was taken back already. Nothing was changed.") from error
        except ChangedSince as error:
            raise CouldNot(
                f"People worked on what this import brought ({error.where} and perhaps more). Nothing was changed: add --leave-changed to "
                "leave those concepts as they are."
            ) from error
        row = session.scalar(select(TermImport).where(TermImport.batch == batch))
        if row is not None:
            row.state, row.undone_at, row.undone_by_name = "undone", utc_now(), BY
    if as_json:
        write_json({"removed": undone.removed, "put_back": undone.put_back, "left": undone.left})
    else:
        click.echo(f"{undone.removed} concepts taken out, {undone.put_back} put back, {len(undone.left)} left as people changed them.")


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--format", "kind", type=click.Choice(["tbx", "skos", "csv", "xlsx", "json", "omegat", "html"]), help="What to write; by default the ending of FILE says it (.ttl, .rdf and .jsonld are SKOS).")
@click.option("--from", "source", callback=language, metavar="LANGUAGE", help="For omegat and html: the first language (default nl).")
@click.option("--to", "target", callback=language, metavar="LANGUAGE", help="For omegat and html: the second language.")
@click.option("--proposed", is_flag=True, help="For omegat and html: also words that wait for a reviewer.")
@click.option("--subject", help="Only concepts of this subject.")
@click.option("--force", is_flag=True, help="Write over an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export(
    file: Path, kind: str | None, source: str | None, target: str | None, proposed: bool, subject: str | None, force: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Write the term base to FILE: TBX-Basic v3, SKOS, a table, JSON, a glossary for OmegaT, or a page of two languages."""
    from app import termfiles
    from app.glossaries import as_html, bilingual
    from glossary.exchange import export_entries

    if file.exists() and not force:
        raise CouldNot(f"{file} exists already. Choose another name, or add --force.")
    ending = file.suffix.lower().removeprefix(".")
    written = ending if kind is None else {"skos": ending if ending in ("ttl", "rdf", "jsonld") else "ttl"}.get(kind, kind)
    written = {"htm": "html", "utf8": "omegat"}.get(written, written)
    if written in ("omegat", "html") and target is None:
        raise click.UsageError("Say the second language with --to, for example --to ar.")
    source = source or "nl"
    with opened(configuration()) as engine, db.new_session(engine, writes=False) as session:
        if written == "html":
            concepts = list(bilingual(session, source, target or "", subject=subject, proposed=proposed))
            number, out = len(concepts), as_html(iter(concepts), source, target or "")
        elif written == "omegat":
            concepts = list(bilingual(session, source, target or "", subject=subject, proposed=proposed))
            number, out = len(concepts), termfiles.omegat(concepts)
        else:
            entries = list(export_entries(session, subject=subject))
            number = len(entries)
            try:
                out = termfiles.write(entries, written)
            except ValueError as error:
                raise click.UsageError(str(error)) from error
    file.write_bytes(out)
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
