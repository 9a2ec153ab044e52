"""`dragoman memory forget` and `dragoman memory made-with`."""

from __future__ import annotations

import sys

import click

from app import db
from app.cli import CouldNot, configuration, opened, write_json


@click.command()
@click.option("--document", type=int, metavar="NUMBER", help="A document, by the number in its address.")
@click.option("--reference", metavar="TEXT", help="Everything under the reference of a client or case.")
@click.option("--phrase", "phrases", multiple=True, metavar="TEXT", help="A name or phrase; once for each spelling; - reads lines.")
@click.option("--yes", is_flag=True, help="Erase. Without it only what would go is counted.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def forget(document: int | None, reference: str | None, phrases: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Erase a person's text from everywhere, and say what was searched afterwards. Exit code 1 when something is left.

    What you type on a command line stays in your shell's history: --phrase - reads it from the input instead.
    """
    from app import forgetting
    from app.models import Erasure

    if "-" in phrases:
        typed = sys.stdin.read().splitlines()
        phrases = tuple(p for p in (*phrases, *typed) if p.strip() and p != "-")
    wanted = forgetting.Wanted(document, reference, phrases)
    config = configuration()
    with opened(config, matching=yes) as engine:
        try:
            wanted.check()
            if not yes:
                with db.new_session(engine, writes=False) as session:
                    found = forgetting.look(session, wanted)
                    told = {"erased": False, "counts": dict(found.counts), "kept": dict(found.kept)}
            else:
                number = forgetting.forget(engine, config.index, wanted, by="dragoman memory forget")
                with db.new_session(engine, writes=False) as session:
                    report = session.get_one(Erasure, number)
                    told = {
                        "erased": True,
                        "report": number,
                        "counts": report.counts,
                        "searched": report.searched,
                        "left": report.left,
                    }
        except forgetting.NothingAsked as error:
            raise click.UsageError(
                "say --document, --reference or --phrase, one of them; a phrase needs at least three letters"
            ) from error
    if as_json:
        write_json(told)
    else:
        _tell(told)
    if told.get("left"):
        raise CouldNot("Something is left, see above. In the term base and in people's names it is left on purpose.")


def _tell(told: dict) -> None:
    click.echo("Erased:" if told["erased"] else "Would go (add --yes to erase it):")
    for kind, number in told["counts"].items() or {"nothing": 0}.items():
        click.echo(f"  {kind}: {number}")
    for place, number in (told.get("kept") or told.get("left") or {}).items():
        click.echo(f"  left: {place}: {number}")
    if told["erased"]:
        click.echo(f"Searched again afterwards: {len(told['searched'])} places. Report {told['report']}.")
        click.echo("Not reached: backups, downloaded files. Erase backups too.")


@click.command("made-with")
@click.argument("unit", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def made_with(unit: int, as_json: bool) -> None:
    """List what was made with UNIT of the memory: segments and units to look at when it is wrong."""
    from app import recalling
    from memory.models import Unit

    with opened(configuration()) as engine, db.new_session(engine, writes=False) as session:
        wrong = session.get(Unit, unit)
        if wrong is None:
            raise CouldNot(f"There is no unit {unit}. It may have been forgotten.")
        found = recalling.built_on(session, wrong)
        rows = [
            {
                "document": made.segment.translation.document_id,
                "translation": made.segment.translation_id,
                "segment": made.segment.position + 1,
                "state": made.segment.state,
                "inserted": made.inserted,
                "same": made.same,
            }
            for made in found.segments
        ]
        units = [{"unit": other.id, "withdrawn": other.recalled_at is not None} for other in found.units]
    if as_json:
        write_json({"segments": rows, "units": units, "more": found.more})
        return
    if not rows and not units:
        click.echo("Nothing was made with this unit.")
    for row in rows:
        how = "inserted" if row["inserted"] else "the same text"
        changed = "" if row["same"] else ", changed since"
        click.echo(f"document {row['document']}, segment {row['segment']}: {row['state']} ({how}{changed})")
    for other in units:
        click.echo(f"unit {other['unit']}{': withdrawn' if other['withdrawn'] else ''}")
