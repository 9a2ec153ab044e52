"""The term base's own vocabulary in words: statuses, grammar, degrees, subjects, and what somebody did to a concept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_babel import gettext as _

#: As `app.web.termproposing` writes where a sentence is from, in every language the same.
_FROM_A_DOCUMENT = re.compile(r"document (\d+) · (\d+)")


def term_status(value: str) -> str:
    return {
        "proposed": _("proposed"),
        "preferred": _("preferred"),
        "admitted": _("admitted"),
        "deprecated": _("deprecated"),
        "forbidden": _("forbidden"),
    }.get(value, value)


def term_action(value: str) -> str:
    """What somebody did to a concept, as its history says it."""
    return {
        "created": _("wrote the concept"),
        "loaded": _("loaded"),
        "loaded again": _("changed by a newer file"),
        "joined": _("joined from a file"),
        "changed": _("changed"),
        "removed": _("removed"),
        "merged": _("merged"),
        "proposed": _("proposed a term"),
        "approved": _("approved a term"),
        "refused": _("refused a term"),
        "forbade": _("forbade a term"),
        "forbidden": _("forbade a term"),
        "deprecated": _("deprecated a term"),
        "undone": _("took back"),
        "undo": _("took back"),
        "approved a change": _("approved a change"),
        "changed a proposal": _("changed a proposal"),
        "described": _("described how it differs"),
        "related": _("related two concepts"),
        "unrelated": _("ended a relation"),
        "became own": _("made it our own"),
        "origin removed": _("removed with its file"),
        "seen": _("read a definition as second person"),
        "waived": _("waived the two-person rule for a word"),
        "law compared": _("compared with the law"),
        "law looked at": _("looked at a change of the law"),
    }.get(value, value)


def register(value: str | None) -> str:
    """To whom a word belongs."""
    return {"official": _("official"), "everyday": _("everyday"), "plain": _("plain")}.get(value or "", value or "")


def gender(value: str | None) -> str:
    """The grammatical gender of a word."""
    return {
        "f": _("feminine"),
        "m": _("masculine"),
        "n": _("neuter"),
        "c": _("common gender (de)"),
        "fm": _("feminine or masculine"),
        "other": _("other"),
    }.get(value or "", value or "")


def part_of_speech(value: str | None) -> str:
    """What kind of word it is."""
    return {
        "noun": _("noun"),
        "proper noun": _("proper noun"),
        "verb": _("verb"),
        "adjective": _("adjective"),
        "adverb": _("adverb"),
        "phrase": _("phrase"),
        "other": _("other"),
    }.get(value or "", value or "")


def waiting_kind(value: str) -> str:
    """What somebody asks for (glossary.proposing)."""
    return {
        "new": _("A new word"),
        "term": _("A change of a word"),
        "definition": _("What it means"),
        "equivalence": _("How it differs"),
    }.get(value, value)


def column_name(value: str) -> str:
    """A column of the term base, as a form names it."""
    return {
        "status": _("Status"),
        "register": _("Register"),
        "gender": _("Gender"),
        "part_of_speech": _("Part of speech"),
        "variants": _("Other spellings and forms"),
        "transliteration": _("In Latin letters"),
        "abbreviation_of": _("Short for"),
        "note": _("Note"),
        "text": _("Definition"),
        "plain": _("In plain words"),
        "source": _("Source"),
        "degree": _("How far it is the same"),
        "strategy": _("What to do"),
        "differs": _("How it differs"),
        "context": _("The sentence it stands in"),
    }.get(value, value)


def column_value(value: object, name: str) -> str:
    """A value of such a column in words; texts as they are."""
    said = {
        "status": term_status, "register": register, "gender": gender, "part_of_speech": part_of_speech,
        "degree": degree, "strategy": strategy,
    }.get(name)  # fmt: skip
    if value is None or value == "" or value == []:
        return "–"
    if said is not None:
        return said(str(value))
    return " | ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def degree(value: str) -> str:
    """How far a word of the reader's language is the Dutch concept."""
    return {
        "full": _("the same"),
        "partial": _("partly the same"),
        "functional": _("does the same job, works differently"),
        "none": _("does not exist there"),
        "false friend": _("looks the same, means something else"),
    }.get(value, value)


def strategy(value: str | None) -> str:
    return {
        "borrow": _("use the Dutch word"),
        "describe": _("describe it"),
        "functional equivalent": _("use the word for what does the same job"),
        "coin": _("a new word"),
    }.get(value or "", value or "")


def subject(value: str | None) -> str:
    """A subject field of the term base."""
    return subject_names().get(value or "", value or "")


def subject_names() -> dict[str, str]:
    """Every subject field by its code, in the interface's language."""
    return {
        "asylum": _("asylum"),
        "migration": _("migration"),
        "integration": _("integration"),
        "authorities": _("authorities"),
        "asylum-procedure": _("asylum procedure"),
        "reception": _("reception"),
        "residence": _("residence"),
        "return": _("return"),
        "naturalisation": _("naturalisation"),
        "civic-integration": _("civic integration"),
        "law": _("law"),
        "rights": _("rights"),
        "criminal-law": _("criminal law"),
        "government": _("government"),
        "registration": _("registration"),
        "taxes": _("taxes"),
        "living": _("living"),
        "income": _("income"),
        "benefits": _("benefits"),
        "children": _("children"),
        "procedure": _("procedure"),
        "housing": _("housing"),
        "money": _("money"),
        "health": _("health"),
        "work": _("work"),
        "family": _("family"),
        "identity": _("identity"),
        "education": _("education"),
    }


def terms_of(hits: Iterable) -> list:
    """Recognised terms for the panel: each concept once, in reading order, words that only stand inside another term
    last."""
    seen: dict[int, object] = {}
    for hit in sorted(hits, key=lambda h: (h.within, h.start, -(h.end - h.start))):
        seen.setdefault(hit.concept_id, hit)
    return list(seen.values())


def term_words(hit) -> list[tuple[str, str]]:
    """The words a recognised term can be translated with: (text, status)."""
    return [(t.text, term_status(t.status)) for t in hit.targets]


def differs_note(hit, interface: str) -> str:
    """How the concept differs for the reader, in the words of the interface's language if there are any."""
    said = hit.differs.get(interface) or hit.differs.get("en") or hit.differs.get("nl") or ""
    head = degree(hit.degree) if hit.degree and hit.degree != "full" else ""
    return ": ".join(part for part in (head, said) if part)


def source_of_context(value: str) -> str:
    """Where a sentence that was kept with a word is from: the editor names the document by number and place."""
    found = _FROM_A_DOCUMENT.fullmatch(value)
    if found is None:
        return value
    return _("document %(number)s, sentence %(place)s", number=found[1], place=found[2])
