"""Writing TBX-Basic v3 (ISO 30042:2019) in DCA style."""

from __future__ import annotations

import re
from collections.abc import Iterable

from importers import safexml
from importers.concepts import ConceptEntry, ConceptTerm, Details
from languages.tags import normalise

NAMESPACE = "urn:iso:std:iso:30042:ed-2"

#: What stands in the header of a file that we wrote.
MAKER = "Written by Dragoman."
#: Between the two halves of a reference or link that became a note.
THEN = " → "
#: A note that holds what TBX has no place for.
DETAIL = re.compile(r"\[([^\[\]\n]{1,60})\] ?(.*)", re.S)
#: The note that says a definition in plain words.
PLAIN = "plain definition"
_WRITTEN_STATUSES = {
    "preferred": "preferredTerm-admn-sts", "admitted": "admittedTerm-admn-sts", "deprecated": "deprecatedTerm-admn-sts",
    "forbidden": "deprecatedTerm-admn-sts",
}  # fmt: skip
_PARTS_OF_SPEECH = ("noun", "verb", "adjective", "adverb", "other")
_GENDERS = ("masculine", "feminine", "neuter", "other")
_TYPES = ("fullForm", "acronym", "abbreviation", "shortForm", "variant", "phrase")


def write_tbx(entries: Iterable[ConceptEntry], *, title: str = "", language: str = "en") -> bytes:
    """TBX-Basic v3 in DCA style, UTF-8. Concepts without a term are left out, for TBX knows none. Raises ValueError when
    no concept is left."""
    kept = [entry for entry in entries if entry.terms]
    if not kept:
        raise ValueError("a TBX file needs a concept with a term")
    ids = _identifiers(kept)
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<tbx type="TBX-Basic" style="dca" xml:lang="{normalise(language)}" xmlns="{NAMESPACE}">\n<tbxHeader><fileDesc>'
    ]
    if title:
        out.append(f"<titleStmt><title>{_escaped(title)}</title></titleStmt>")
    out.append(f"<sourceDesc><p>{MAKER}</p></sourceDesc></fileDesc></tbxHeader>\n<text><body>\n")
    known = {entry.id: id_ for entry, id_ in zip(kept, ids, strict=True) if entry.id is not None}
    for entry, id_ in zip(kept, ids, strict=True):
        out.append(_entry(entry, id_, known))
    out.append("</body></text>\n</tbx>\n")
    return "".join(out).encode()


def _identifiers(entries: list[ConceptEntry]) -> list[str]:
    """An XML identifier for each entry: its own where that can be one and is the first of its kind."""
    taken: set[str] = set()
    ids = []
    for number, entry in enumerate(entries, 1):
        id_ = entry.id or f"c{number}"
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9._-]*", id_) or id_ in taken:
            id_ = f"c{number}"
            while id_ in taken or any(other.id == id_ for other in entries):
                id_ += "_"
        taken.add(id_)
        ids.append(id_)
    return ids


def _entry(entry: ConceptEntry, id_: str, known: dict[str, str]) -> str:
    out = [f'<conceptEntry id="{id_}">\n']
    for kind, date, who in (("origination", entry.created, entry.created_by), ("modification", entry.changed, entry.changed_by)):
        if date or who:
            out.append(f'<transacGrp><transac type="transactionType">{kind}</transac>')
            if date:
                out.append(f"<date>{date:%Y-%m-%d}</date>")
            if who:
                out.append(f'<transacNote type="responsibility">{_escaped(who)}</transacNote>')
            out.append("</transacGrp>\n")
    details = list(entry.details)
    if entry.id is not None and entry.id != id_:
        details.insert(0, ("id", entry.id))
    if entry.subject:
        out.append(f'<descrip type="subjectField">{_escaped(entry.subject)}</descrip>\n')
    languages = list(dict.fromkeys(term.language for term in entry.terms))
    for language, definition in entry.definitions.items():
        if language not in languages:
            out.append(_described("definition", definition.text, definition.source, "" if language == "und" else language))
            if definition.plain:
                out.append(_plain(definition.plain, language))
    relations = [(target, kind) for kind, target in entry.relations]
    for target, words in (*relations, *entry.cross_references):
        if target in known:
            out.append(f'<ref type="crossReference" target="{known[target]}">{_escaped(words or target)}</ref>\n')
        else:
            details.append(("crossReference", target if words in ("", target) else target + THEN + words))
    for target, words in entry.links:
        if re.fullmatch(r"https?://[^\s\"<>\\^`{|}]+", target):
            out.append(f'<xref type="externalCrossReference" target="{_attribute(target)}">{_escaped(words or target)}</xref>\n')
        else:
            details.append(("link", target if words in ("", target) else target + THEN + words))
    out += [_note(note.text) for note in entry.notes if note.language is None]
    out += [_note(note.text, note.language) for note in entry.notes if note.language and note.language not in languages]
    out += _details(tuple(details))
    for language in languages:
        out.append(f'<langSec xml:lang="{language}">\n')
        if language in entry.definitions:
            definition = entry.definitions[language]
            out.append(_described("definition", definition.text, definition.source))
            if definition.plain:
                out.append(_plain(definition.plain))
        out += [_note(note.text) for note in entry.notes if note.language == language]
        out += [_term_section(term) for term in entry.terms if term.language == language]
        out.append("</langSec>\n")
    out.append("</conceptEntry>\n")
    return "".join(out)


def _term_section(term: ConceptTerm) -> str:
    out = [f"<termSec><term>{_escaped(term.text)}</term>"]
    details = list(term.details)
    if term.status in ("proposed", "forbidden"):
        details.insert(0, ("status", term.status))
    for what, value, allowed in (
        ("administrativeStatus", _WRITTEN_STATUSES.get(term.status or ""), None),
        ("partOfSpeech", term.part_of_speech, _PARTS_OF_SPEECH),
        ("grammaticalGender", term.gender, _GENDERS),
        ("termType", term.type, _TYPES),
        ("geographicalUsage", term.region, None),
    ):
        if value and (allowed is None or value in allowed):
            out.append(f'<termNote type="{what}">{_escaped(value)}</termNote>')
        elif value:
            details.append((what, value))
    if term.context:
        out.append(_described("context", term.context, term.context_source))
    if term.source:
        out.append(f'<admin type="source">{_escaped(term.source)}</admin>')
    out += [_note(note) for note in term.notes]
    out += _details(tuple(details))
    out.append("</termSec>\n")
    return "".join(out)


def _described(what: str, text: str, source: str, language: str = "") -> str:
    own = f' xml:lang="{language}"' if language else ""
    descrip = f'<descrip type="{what}"{own}>{_escaped(text)}</descrip>'
    return f'<descripGrp>{descrip}<admin type="source">{_escaped(source)}</admin></descripGrp>\n' if source else descrip + "\n"


def _note(text: str, language: str | None = None) -> str:
    own = f' xml:lang="{language}"' if language else ""
    text = "[note] " + text if DETAIL.fullmatch(text) else text
    return f"<note{own}>{_escaped(text)}</note>\n"


def _plain(text: str, language: str = "") -> str:
    own = f' xml:lang="{language}"' if language else ""
    return f"<note{own}>{_escaped(f'[{PLAIN}] {text}')}</note>\n"


def _details(details: Details) -> list[str]:
    named = ((re.sub(r"[\[\]\s]+", " ", what)[:60].strip() or "detail", value) for what, value in details)
    return [f"<note>{_escaped(f'[{what}] {value}')}</note>\n" for what, value in named]


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safexml.FORBIDDEN.sub("�", text)


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;")


def kept(text: str, *, line: bool = False) -> str:
    """What `read_tbx` gives of a text that `write_tbx` wrote; `line` for a term, which is one line."""
    text = safexml.FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"[ \t\n]*\n[ \t]+", " ", text).strip(" \t\n")
    return text.replace("\n", " ") if line else text
