"""A glossary of two languages: what the term base says for a word, ready to print, to read on a phone or to put into
OmegaT. `bilingual` is what every such page is made from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from glossary.models import RANK, Concept, Term
from glossary.removal import BATCH, slices
from languages import tags


@dataclass(frozen=True, slots=True)
class BilingualConcept:
    """A concept for a reader of two languages. `words` and `others`: usable terms of each, best first; `avoid`: terms of
    the second language that must not be used. `meaning`, `differs`: (language, text), in the second language where
    there is one. `keep_source`: the first word stands in brackets behind the translation."""

    code: str
    subject: str | None
    words: list[Term]
    others: list[Term]
    avoid: list[Term]
    meaning: tuple[str, str] | None
    differs: tuple[str, str] | None
    keep_source: bool


def bilingual(
    session: Session,
    source: str,
    target: str,
    *,
    subject: str | None = None,
    concept_ids: Collection[int] | None = None,
    proposed: bool = False,
) -> Iterator[BilingualConcept]:
    """Every concept with a usable word in both languages, by the word in the first. With `proposed`, words that wait for
    a reviewer count too."""
    query = select(Concept.id)
    if subject is not None:
        query = query.where(Concept.subject == subject)
    if concept_ids is not None:
        query = query.where(Concept.id.in_(sorted(concept_ids)))
    usable = {"preferred", "admitted"} | ({"proposed"} if proposed else set())
    found: list[BilingualConcept] = []
    for some in slices(list(session.scalars(query.order_by(Concept.id))), BATCH):
        loaded = session.scalars(
            select(Concept)
            .where(Concept.id.in_(some))
            .options(selectinload(Concept.terms), selectinload(Concept.definitions), selectinload(Concept.equivalences))
        )
        found += [made for concept in loaded if (made := _made(concept, source, target, usable))]
    yield from sorted(found, key=lambda concept: (concept.words[0].text.casefold(), concept.code))


def _made(concept: Concept, source: str, target: str, usable: set[str]) -> BilingualConcept | None:
    words = _words(concept, source, usable)
    others = _words(concept, target, usable)
    if not words or not others:
        return None
    reading = (*tags.fallbacks(target), *tags.fallbacks(source), "nl", "en")
    definition = concept.definition(*reading)
    equivalence = concept.equivalence(*tags.fallbacks(target))
    differs = None
    if equivalence is not None:
        differs = next(((tag, equivalence.differs[tag]) for tag in reading if equivalence.differs.get(tag)), None)
    return BilingualConcept(
        code=concept.code,
        subject=concept.subject,
        words=words,
        others=others,
        avoid=_words(concept, target, {"forbidden", "deprecated"}),
        meaning=(definition.language, definition.plain or definition.text) if definition else None,
        differs=differs,
        keep_source=concept.keep_source,
    )


def _words(concept: Concept, language: str, statuses: set[str]) -> list[Term]:
    """Terms of a language, or of the nearest variety that has any; best first."""
    for tag in tags.fallbacks(language):
        found = [t for t in concept.terms if t.language == tag and t.status in statuses and t.replaces_id is None]
        if found:
            return sorted(found, key=lambda term: (RANK[term.status], term.id))
    same = [t for t in concept.terms if tags.same_language(t.language, language) and t.status in statuses]
    return sorted(same, key=lambda term: (RANK[term.status], term.id))


_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.55 system-ui, sans-serif; margin: 1.5rem auto; max-inline-size: 60rem; padding-inline: 1rem; }
:lang(ar), :lang(fa), :lang(prs), :lang(ps), :lang(ur), :lang(ckb) { font-family: "Noto Naskh Arabic", "Vazirmatn", serif; line-height: 1.8; }
:lang(ti), :lang(am) { font-family: "Noto Sans Ethiopic", "Noto Serif Ethiopic", serif; line-height: 1.7; }
table { border-collapse: collapse; inline-size: 100%; }
th, td { border-block-end: 1px solid #8886; padding: .5rem; text-align: start; vertical-align: top; }
.word { font-weight: 600; display: block; unicode-bidi: isolate; }
.small { font-size: .9em; opacity: .8; display: block; }
.avoid { text-decoration: line-through; }
@media (max-width: 30rem) { thead { display: none; } tr, td { display: block; border: 0; padding-block: .15rem; } tr { border-block-end: 1px solid #8886; padding-block: .5rem; } }
@media print { body { margin: 0; max-inline-size: none; } tr { break-inside: avoid; } }
"""


def as_html(
    concepts: Iterator[BilingualConcept], source: str, target: str, *, interface: str = "en", say: Callable[..., str] | None = None
) -> bytes:
    """The glossary as one page that stands alone: every text says its language and direction, nothing is loaded from
    elsewhere. `say` puts English words into the interface's language."""
    say = say or (lambda text, **fields: text % fields if fields else text)
    names = [tags.name(tag, interface) for tag in (source, target)]
    title = say("Glossary %(source)s – %(target)s", source=names[0], target=names[1])
    rows = [_row(concept, say) for concept in concepts]
    page = Markup(
        '<!doctype html>\n<html lang="{lang}" dir="{dir}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n<style>{style}</style>\n'
        "</head>\n<body>\n<h1>{title}</h1>\n<p>{told}</p>\n<table>\n<thead><tr><th scope=\"col\">{one}</th>"
        '<th scope="col">{other}</th><th scope="col">{meaning}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</body>\n</html>\n'
    ).format(
        lang=interface, dir=tags.direction(interface), title=title, style=Markup(_STYLE), one=names[0], other=names[1],
        meaning=say("Meaning"), rows=Markup("").join(rows),
        told=say("%(count)s concepts, %(day)s. Words marked with * wait for a reviewer.", count=len(rows), day=dt.datetime.now(dt.UTC).date().isoformat()),
    )  # fmt: skip
    return page.encode()


def _row(concept: BilingualConcept, say: Callable[..., str]) -> Markup:
    source, target, meaning = [], [], []
    source += [_text(t.text + (" *" if t.status == "proposed" else ""), t.language, "word") for t in concept.words]
    target += [_text(t.text + (" *" if t.status == "proposed" else ""), t.language, "word") for t in concept.others]
    if concept.keep_source:
        target.append(_text(f"({concept.words[0].text})", concept.words[0].language, "small"))
    target += [_text(t.text, t.language, "small avoid") for t in concept.avoid]
    if concept.meaning:
        meaning.append(_text(concept.meaning[1], concept.meaning[0]))
    if concept.differs:
        meaning.append(_text(concept.differs[1], concept.differs[0], "small"))
    cells = Markup("").join(Markup("<td>{}</td>").format(Markup("").join(part)) for part in (source, target, meaning))
    return Markup('<tr id="{id}">{cells}</tr>\n').format(id=concept.code, cells=cells)


def _text(text: str, language: str, look: str = "") -> Markup:
    shown = Markup("<br>").join(escape(line) for line in text.split("\n"))
    return Markup('<span class="{look}" lang="{tag}" dir="{dir}">{shown}</span> ').format(
        look=look, tag=language, dir=tags.direction(language), shown=shown
    )
