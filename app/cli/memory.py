"""`dragoman memory`."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from app import db, exchange, imports, memoryexport, memoryfiles, previewing
from app.cli import CouldNot, configuration, opened, progress, unreadable, write_json
from app.cli.forgetting import forget, made_with
from importers.units import UnreadableFile
from languages import tags
from memory import exchange as units
from memory.models import Quality


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


def columns(_context, _parameter, values: tuple[str, ...]) -> dict[str, str]:
    """What the columns of a table are: a name or number of a column -> a language, or what else it holds."""
    found = {}
    for value in values:
        column, equals, what = value.rpartition("=")
        if not equals or not column:
            raise click.BadParameter(f"write NAME=LANGUAGE, for example Nederlands=nl, not {value!r}")
        found[column.strip()] = what if what in memoryfiles.COLUMNS else language(None, None, what)
    return found


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "source", callback=language, metavar="LANGUAGE", help="Only pairs from this language.")
@click.option("--to", "target", callback=language, metavar="LANGUAGE", help="Only pairs into this language.")
@click.option("--quality", type=click.Choice([q.value for q in Quality]), default="unreviewed", show_default=True,
              help="How far these units can be trusted.")  # fmt: skip
@click.option("--approved", is_flag=True, help="A reviewer of yours approved these units: the same as --quality approved.")
@click.option("--believe", is_flag=True, help="The file is from a Dragoman of yours: keep what it says of quality and origin.")
@click.option("--project", help="The project these units belong to.")
@click.option("--subject", help="What these units are about.")
@click.option("--column", "named", multiple=True, callback=columns, metavar="NAME=LANGUAGE",
              help="Of a table: what a column is (a language, notes, subject, project or id). Can be repeated.")  # fmt: skip
@click.option("--keep-whole", is_flag=True, help="Of a TMX file that is cut short, keep the units that are whole.")
@click.option("--dry-run", is_flag=True, help="Only show the first units and what looks wrong; save nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(
    file: Path, source: str | None, target: str | None, quality: str, approved: bool, believe: bool, project: str | None,
    subject: str | None, named: dict[str, str], keep_whole: bool, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Import FILE: TMX, XLIFF, PO, CSV, TSV or XLSX.

    Importing it again changes nothing. After an interruption, repeat the command: it goes on where it stopped.
    """
    choices = memoryfiles.Choices(
        name=file.name, source=source, target=target, quality="approved" if approved else quality, believe=believe,
        project=project, subject=subject, keep_whole=keep_whole, columns=_places(file, named),
    )  # fmt: skip
    if dry_run:
        _show(file, choices, as_json=as_json)
        return
    size = file.stat().st_size
    with opened(configuration()) as engine, progress(3 * size, "Units") as step:
        try:
            done = exchange.import_units(
                engine, file, choices, checked=step, step=step, processes=min(os.cpu_count() or 1, 4) if size > _LARGE else 1
            )
        except UnreadableFile as error:
            raise CouldNot(_told(error)) from error
        except SQLAlchemyError as error:
            why = str(getattr(error, "orig", "") or type(error).__name__).splitlines()[0]
            raise CouldNot(
                f"The database stopped the import: {why}. What was imported before that is saved. Mend this (a full disk?) and "
                "repeat the command: it goes on where it stopped."
            ) from error
    left_out = {reason: number for reason, number in done.refused.items() if reason != imports.COPIES}
    if as_json:
        write_json({"new": done.new, "merged": done.merged, "unchanged": done.unchanged, "crowded": done.crowded,
                    "refused": left_out, "copies": done.refused.get(imports.COPIES, 0),
                    "warnings": [w["message"] % w["fields"] for w in done.warnings]})  # fmt: skip
        return
    click.echo(f"{done.new} new, {done.merged} found in a new place, {done.unchanged} known already.")
    if done.crowded:
        click.echo(f"{done.crowded} more places of pairs that have {units.MOST_PLACES} places already: counted, not kept.")
    for reason, number in sorted(left_out.items()):
        click.echo(f"{number} left out: {reason}")
    if copies := done.refused.get(imports.COPIES):
        click.echo(f"{copies} targets are the same as their source: perhaps they were never translated.")
    for warning in done.warnings:
        click.echo(warning["message"] % warning["fields"])


#: From this size on (bytes) other processes help: starting them costs a second.
_LARGE = 20_000_000


def _told(error: UnreadableFile) -> str:
    kept = getattr(error, "kept", 0)
    saved = f"{kept} units that stood before that place were saved." if kept else "Nothing was saved."
    more = " To keep the units before that place, add --keep-whole." if error.reason == "cut-short" and not kept else ""
    more += " Say --from and --to." if error.reason == "no-pair" else ""
    return f"{unreadable(error, saved)}{more}"


def _places(file: Path, named: dict[str, str]) -> dict[int, str]:
    """The places of the columns that were named, among those whose names say what they are."""
    if not named:
        return {}
    try:
        from importers import spreadsheet

        headers = spreadsheet.read_rows(file.read_bytes(), file.name).headers
    except UnreadableFile as error:
        raise CouldNot(_told(error)) from error
    found = memoryfiles.guessed_columns(headers)
    for column, what in named.items():
        known = [place for place, header in enumerate(headers) if header.casefold() == column.casefold()]
        if not known and column.isdecimal() and 0 < int(column) <= len(headers):
            known = [int(column) - 1]
        if not known:
            raise click.BadParameter(f"there is no column {column!r}; there are: {', '.join(headers)}", param_hint="--column")
        found[known[0]] = what
    return found


def _show(file: Path, choices: memoryfiles.Choices, *, as_json: bool) -> None:
    try:
        with file.open("rb") as stream:
            kind = memoryfiles.kind_of(stream.read(4096), file.name)
            stream.seek(0)
            seen = previewing.preview(memoryfiles.read(stream, kind, choices))
    except UnreadableFile as error:
        raise CouldNot(_told(error)) from error
    except memoryfiles.NoPair as error:
        raise CouldNot(_told(imports.no_pair(kind))) from error
    warnings = [w.message % w.fields for w in seen.warnings]
    if as_json:
        write_json({
            "units": [{"source_language": r.source_language, "source": r.source, "target_language": r.target_language,
                       "target": r.target} for r in seen.rows],
            "pairs": [{"source": s, "target": t, "units": n} for (s, t), n in seen.pairs.items()],
            "looked_at": seen.looked_at, "warnings": warnings,
        })  # fmt: skip
        return
    for row in seen.rows:
        click.echo(f"{row.source_language}: {row.source}\n{row.target_language}: {row.target}\n")
    for (one, other), number in seen.pairs.items():
        click.echo(f"{one} to {other}: {number} of the first {seen.looked_at} units")
    for warning in warnings:
        click.echo(warning)


@commands.command()
@click.argument("source_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "source", required=True, callback=language, metavar="LANGUAGE", help="The language of SOURCE_FILE.")
@click.option("--to", "target", required=True, callback=language, metavar="LANGUAGE", help="The language of TARGET_FILE.")
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write the pairs to this .csv, .xlsx or .tmx file, to be corrected and imported.")  # fmt: skip
@click.option("--save", is_flag=True, help="Keep the pairs in the memory as they are.")
@click.option("--quality", type=click.Choice([q.value for q in Quality]), default="unreviewed", show_default=True)
@click.option("--project", help="The project these units belong to.")
@click.option("--subject", help="What these units are about.")
@click.option("--force", is_flag=True, help="Write over an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def align(
    source_file: Path, target_file: Path, source: str, target: str, out: Path | None, save: bool, quality: str,
    project: str | None, subject: str | None, force: bool, as_json: bool,
) -> None:  # fmt: skip
    """Put the sentences of two documents side by side that are each other's translation.

    Shows the rows; nothing is saved unless you say --save. With --out they can be corrected first, in a spreadsheet or in
    another program, and imported.
    """
    from app import aligning
    from languages.alignment import TooLong

    if out is not None and out.exists() and not force:
        raise CouldNot(f"{out} exists already. Choose another name, or add --force.")
    if tags.same_language(source, target):
        raise click.UsageError("Choose two different languages.")
    read = []
    for file, tag in ((source_file, source), (target_file, target)):
        try:
            read.append(aligning.read_sentences(file.read_bytes(), file.name, tag))
        except UnreadableFile as error:
            raise CouldNot(f"{file.name}: {_told(error)}") from error
    try:
        rows = aligning.aligned(*read)
    except TooLong as error:
        raise CouldNot(f"{error}. Split both documents at the same place.") from error
    ready = list(
        aligning.to_rows(
            rows, source_language=source, target_language=target, quality=quality, project=project, subject=subject,
            name=aligning.origin_name(source_file.name, target_file.name),
        )
    )  # fmt: skip
    if out is not None:
        _write_pairs(out, ready, source, target)
    kept = None
    if save:
        with opened(configuration()) as engine, db.transaction(engine) as session:
            kept = units.take(session, ready)
    unsure = [at for at, row in enumerate(rows, 1) if row["sure"] < aligning.UNSURE]
    if as_json:
        write_json({"rows": [{"source": r["source"], "target": r["target"], "sure": r["sure"]} for r in rows],
                    "units": len(ready), "unsure": unsure, "new": kept.new if kept else None})  # fmt: skip
        return
    if out is None and not save:
        for at, row in enumerate(rows, 1):
            click.echo(f"{at}{' ?' if at in unsure else ''}\n  {' / '.join(row['source']) or '-'}\n  {' / '.join(row['target']) or '-'}")
    click.echo(f"{len(rows)} rows, {len(ready)} with both sides; unsure: {', '.join(map(str, unsure)) or 'none'}.")
    if out is not None:
        click.echo(f"{out}: {len(ready)} pairs.")
    if kept is not None:
        click.echo(f"{kept.new} new in the memory, {kept.merged} found in a new place, {kept.unchanged} known already.")


def _write_pairs(out: Path, ready: list, source: str, target: str) -> None:
    from importers import spreadsheet

    table = [source, target], [(row.source, row.target) for row in ready]
    match out.suffix.lower():
        case ".csv":
            out.write_bytes(spreadsheet.write_csv(*table))
        case ".xlsx":
            out.write_bytes(spreadsheet.write_xlsx(*table))
        case ".tmx":
            with out.open("wb") as stream:
                memoryexport.write_tmx(stream, map(memoryexport.to_file, ready), memoryexport.Filter(source=source))
        case other:
            raise CouldNot(f"{other or 'no ending'}: choose a file that ends in .csv, .xlsx or .tmx")


def moment(_context, _parameter, value: str | None) -> dt.datetime | None:
    """A day as the moment it begins, in UTC."""
    if value is None:
        return None
    try:
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise click.BadParameter(f"write the date as year-month-day, for example 2027-03-31, not {value!r}") from error


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--from", "source", callback=language, metavar="LANGUAGE", help="Only units from this language.")
@click.option("--to", "target", callback=language, metavar="LANGUAGE", help="Only units into this language.")
@click.option("--quality", type=click.Choice([q.value for q in Quality]), help="Only units of this quality or better.")
@click.option("--project", help="Only units of this project.")
@click.option("--subject", help="Only units about this subject.")
@click.option("--origin", type=click.Choice(["approved", "import", "starter", "alignment"]), help="Only units that came so.")
@click.option("--since", callback=moment, metavar="DATE", help="Only units vouched for on this day or later.")
@click.option("--until", callback=moment, metavar="DATE", help="Only units vouched for before this day.")
@click.option("--client-references", is_flag=True, help="Write whose cases the texts are from, too.")
@click.option("--force", is_flag=True, help="Write over an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export(
    file: Path, source: str | None, target: str | None, quality: str | None, project: str | None, subject: str | None,
    origin: str | None, since: dt.datetime | None, until: dt.datetime | None, client_references: bool, force: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Write the memory, or a part of it, to FILE as TMX 1.4b."""
    if file.exists() and not force:
        raise CouldNot(f"{file} exists already. Choose another name, or add --force.")
    wanted = memoryexport.Filter(source, target, project, subject, origin, quality, since, until, client_references)
    with opened(configuration()) as engine, db.new_session(engine, writes=False) as session, progress(None, "Units") as step:
        try:
            number = exchange.export_tmx(session, file, wanted, step=step)
        except OSError as error:
            raise CouldNot(f"{file} could not be written: {error.strerror}. Nothing was written.") from error
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
    from app import penalties
    from memory.matching import find_matches

    config = configuration()
    with opened(config, matching=True) as engine, db.new_session(engine, writes=False) as session:
        found = find_matches(
            session,
            text,
            source_language=source,
            target_language=target,
            threshold=threshold or config.memory_threshold,
            limit=limit,
            **penalties.in_force(session, config).arguments(),
        )
    rows = [
        {
            "source": match.source,
            "target": match.target,
            **({"repaired": match.repaired.text} if match.repaired else {}),
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
        if "repaired" in row:
            click.echo(f"  adjusted: {row['repaired']}")


commands.add_command(forget)
commands.add_command(made_with)
