"""`dragoman law`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from app import db
from app.cli import CouldNot, configuration, opened, write_json
from glossary import law, statutes

#: How a reference stands to the act, as the command prints it.
SAID = {
    "same": "unchanged",
    "changed": "CHANGED",
    "moved": "MOVED",
    "gone": "GONE",
    "first": "text taken over",
    "act": "cites the act as a whole",
}


@click.group()
def commands() -> None:
    """Compare the texts of acts with what concepts cite."""


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--bwb", metavar="BWBR0000000", help="Which act it is, where the file does not say.")
@click.option("--valid-from", type=click.DateTime(["%Y-%m-%d"]), help="From which day this text holds, where the file does not say.")
@click.option("--dry-run", is_flag=True, help="Compare and show; save nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(file: Path, bwb: str | None, valid_from: dt.datetime | None, dry_run: bool, as_json: bool) -> None:
    """Read the text of an act from FILE (XML of wetten.overheid.nl, or Markdown) and flag every concept whose cited
    article changed. Nothing is fetched from anywhere. Importing the same file again changes nothing.

    Exit codes: 0 compared (also when articles changed), 1 the file cannot be read, 2 wrong usage.
    """
    if bwb is not None and not statutes.BWB.fullmatch(bwb):
        raise click.UsageError(f"{bwb} is not an identifier of an act. It looks like BWBR0011823.")
    if file.stat().st_size > statutes.LONGEST:
        raise CouldNot(f"{file} is larger than any act ({statutes.LONGEST // 1024 // 1024} MB is the most). Nothing was changed.")
    try:
        act = statutes.read_act(file.read_bytes(), file.name)
    except statutes.UnreadableLaw as error:
        raise CouldNot(str(error)) from error
    act.bwb = bwb or act.bwb
    act.valid_from = valid_from.date() if valid_from else act.valid_from
    with opened(configuration()) as engine, db.new_session(engine, writes=not dry_run) as session:
        found = law.compare(session, act) if dry_run else law.import_act(session, act, by="command line")
        session.rollback() if dry_run else session.commit()
    if as_json:
        write_json(
            {
                "act": {
                    "title": act.title,
                    "bwb": act.bwb,
                    "valid_from": act.valid_from.isoformat() if act.valid_from else None,
                    "articles": len(act.articles),
                },
                "saved": not dry_run,
                "references": [_as_json(compared) for compared in found],
            }
        )
        return
    _print(act, found, dry_run=dry_run)


def _as_json(compared: law.Compared) -> dict:
    changed = compared.kind in ("changed", "moved", "gone")
    return {
        "concept": compared.code,
        "article": compared.article,
        "paragraph": compared.paragraph,
        "kind": compared.kind,
        "moved_to": compared.moved_to,
        "repealed": compared.repealed,
        "before": compared.before if changed else None,
        "after": compared.after if changed else None,
        "diff": [{"kind": kind, "text": text} for kind, text in compared.diff] if changed else [],
    }


def _print(act: statutes.Act, found: list[law.Compared], *, dry_run: bool) -> None:
    name = " ".join(part for part in (act.title, f"({act.bwb})" if act.bwb else "") if part)
    click.echo(f"{name}: {len(act.articles)} articles.")
    if not found:
        known = "" if act.bwb else " The file does not say which act it is: add --bwb."
        click.echo(f"No concept cites this act.{known}")
        return
    for compared in found:
        place = f"art. {compared.article}" if compared.article else "the act"
        place += f" lid {compared.paragraph}" if compared.paragraph else ""
        said = SAID[compared.kind]
        if compared.moved_to:
            said += f" to art. {compared.moved_to.replace(':', ' lid ')}"
        if compared.repealed:
            said += " (vervallen)"
        if compared.kind == "gone" and compared.before is None:
            said = "NOT FOUND in this act: is the reference right?"
        click.echo(f"{compared.code}\t{place}\t{said}")
        if compared.kind in ("changed", "moved"):
            click.echo("\t" + _diff_line(compared))
    flagged = sum(1 for c in found if c.kind in ("changed", "moved", "gone") and c.before is not None)
    if dry_run:
        click.echo(f"{flagged} to look at. Nothing was saved (--dry-run).")
    elif flagged:
        click.echo(f"{flagged} to look at: they are on the page “Law changes” (/law).")


def _diff_line(compared: law.Compared) -> str:
    """Old and new words in one line, long unchanged stretches cut."""
    out = []
    for kind, text in compared.diff:
        text = " ".join(text.split())
        if kind == "same" and len(text) > 60:
            text = f"{text[:25]} … {text[-25:]}"
        out.append({"same": text, "gone": f"[-{text}-]", "new": f"{{+{text}+}}"}[kind])
    return " ".join(out)


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """Concepts whose cited law changed and that nobody has looked at since, the oldest first."""
    with opened(configuration()) as engine, db.new_session(engine, writes=False) as session:
        rows = [
            {
                "id": reference.id,
                "concept": reference.concept.code,
                "act": reference.act,
                "bwb": reference.bwb,
                "article": reference.article,
                "paragraph": reference.paragraph,
                "change": reference.change,
                "moved_to": reference.moved_to,
                "flagged_at": reference.flagged_at.isoformat() if reference.flagged_at else None,
            }
            for reference in law.flagged(session)
        ]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(f"{row['concept']}\t{row['act']}\tart. {row['article']}\t{row['change']}")
    if not rows:
        click.echo("Nothing to look at.")
