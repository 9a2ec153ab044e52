"""`dragoman translate`: a file, translated as far as memory, terms and machine can, and marked DRAFT."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from app import db, delivery, intake, penalties, suggestions
from app.cli import CouldNot, opened, progress, unreadable, write_json
from app.config import Config
from app.mt.registry import Models
from importers import inline
from importers.units import Translation, UnreadableFile
from languages import tags

#: A match this good is taken as it is; below it the machine is asked first.
GOOD_ENOUGH = 95
#: Without a machine's suggestion, a match this good is better than nothing.
BETTER_THAN_NOTHING = 80


def run(config: Config, file: str, source: str, target: str, out: str, *, as_json: bool, force: bool) -> None:
    """Read, translate, write. Nothing is kept in the database. Raises CouldNot, UsageError."""
    try:
        source, target = tags.normalise(source), tags.normalise(target)
    except tags.UnknownLanguage as error:
        raise click.UsageError(f"{error.tag!r} is not a language we know. Use a code such as nl, ar or ti.") from error
    if tags.same_language(source, target):
        raise click.UsageError("--from and --to are the same language.")
    if Path(out).exists() and not force:
        raise CouldNot(f"{out} exists already. Choose another name, or add --force.")
    try:
        read = intake.read_file(Path(file).read_bytes(), Path(file).name)
    except UnreadableFile as error:
        raise CouldNot(unreadable(error, "Nothing was written.")) from error
    with opened(config, matching=True) as engine:
        translations, counts = _translate(engine, config, read, source, target)
    data = read.format.write(read.data, translations, target, delivery.draft_line(target))
    Path(out).write_bytes(data)
    if as_json:
        write_json({"out": out, "segments": sum(counts.values()), **counts})
    else:
        click.echo(
            f"{out}: {sum(counts.values())} segments; {counts['memory']} from memory, {counts['terms']} from terms, "
            f"{counts['machine']} by machine, {counts['untranslated']} not translated. DRAFT: nobody has reviewed it."
        )


def _translate(engine, config: Config, read: intake.ReadFile, source: str, target: str):
    blocks = {u.key: intake.cut(u, source, read.format.name) for u in read.catalogue.units}
    texts = list(dict.fromkeys(s.text for segments in blocks.values() for s in segments if s.text))
    done: dict[str, str] = {}
    fallback: dict[str, str] = {}
    counts = Counter(memory=0, terms=0, machine=0, untranslated=0)
    origin: dict[str, str] = {}
    with progress(len(texts), "Memory and terms") as step, db.new_session(engine, writes=False) as session:
        taken_off = penalties.in_force(session, config)
        for text in texts:
            offered = suggestions.for_text(
                session,
                text,
                source_language=source,
                target_language=target,
                threshold=config.memory_threshold,
                taken_off=taken_off,
            )
            best = offered.offers[0] if offered.offers else None
            if best is not None and best.match.score >= GOOD_ENOUGH:
                done[text], origin[text] = best.text, "memory"
            elif (word := _whole_term(text, offered.terms)) is not None:
                done[text], origin[text] = word, "terms"
            elif best is not None and best.match.score >= BETTER_THAN_NOTHING:
                fallback[text] = best.text
            if text not in done and not any(c.isalpha() for c in text):
                # "112", "€ 25": no machine translates it, and nobody wants it to
                done[text], origin[text] = text, "machine"
            step(1)
    left = [text for text in texts if text not in done]
    models = Models(config.models)
    with progress(len(left), "Machine") as step:
        for start in range(0, len(left), suggestions.BATCH):
            batch = left[start : start + suggestions.BATCH]
            answers, note = suggestions.ask_machine(models, batch, source, target)
            if note:
                break
            for text, found in zip(batch, answers, strict=True):
                if found:
                    done[text], origin[text] = found[0].text, "machine"
            step(len(batch))
    for text, match in fallback.items():
        if text not in done:
            done[text], origin[text] = match, "memory"
    translations = {}
    for key, segments in blocks.items():
        for segment in segments:
            if segment.text:
                counts[origin.get(segment.text, "untranslated")] += 1
        if any(s.text in done for s in segments):
            joined = inline.join(segments, [done.get(s.text, s.text) for s in segments])
            translations[key] = Translation(joined, approved=False)
    return translations, counts


def _whole_term(text: str, recognised) -> str | None:
    """The translation of a segment that is nothing but one term (a table cell, a heading)."""
    bare = text.strip()
    for hit in recognised:
        if hit.certainty == "exact" and text[hit.start : hit.end].strip() == bare:
            usable = [t for t in hit.targets if t.status in ("preferred", "admitted")]
            if usable:
                return usable[0].text
    return None
