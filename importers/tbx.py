"""TBX (TermBase eXchange): v2 (martif, with tig and ntig) and v3 (ISO 30042:2019, DCA and DCT) in, v3 out.

What is written is TBX-Basic in DCA style. What TBX-Basic has no place for is written as notes of the form
"[what] value" and read back from them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from importers import safexml
from importers.concepts import (
    RELATIONS,
    ConceptDefinition,
    ConceptEntry,
    ConceptNote,
    ConceptTerm,
    TermFile,
)
from importers.tbxwriting import DETAIL, MAKER, NAMESPACE, PLAIN, THEN, kept, write_tbx
from importers.units import UnreadableFile, Warning_
from importers.xmlstream import local
from languages.tags import UnknownLanguage, normalise

__all__ = ["NAME", "NAMESPACE", "kept", "read_tbx", "write_tbx"]

NAME = "tbx"

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_GROUPS = frozenset({"descripGrp", "adminGrp", "termNoteGrp", "transacGrp", "termGrp"})
# administrativeStatus of TBX-Basic v3, of v2 and of the hand-made files between them -> our statuses
_STATUSES = {
    "preferredterm": "preferred", "preferred": "preferred", "standardizedterm": "preferred",
    "legalterm": "preferred", "regulatedterm": "preferred",
    "admittedterm": "admitted", "admitted": "admitted", "approved": "admitted",
    "deprecatedterm": "deprecated", "deprecated": "deprecated", "supersededterm": "deprecated",
    "superseded": "deprecated", "obsolete": "deprecated",
    "forbidden": "forbidden", "forbiddenterm": "forbidden", "notrecommended": "forbidden",
    "notrecommendedterm": "forbidden", "prohibited": "forbidden",
    "proposed": "proposed", "proposedterm": "proposed", "new": "proposed",
}  # fmt: skip
# data categories of ISO 12620 (TBX default, TBX-Linguist) -> our relations
_RELATIONS = {
    "relatedConceptBroader": "broader", "superordinateConceptGeneric": "broader", "broaderConceptGeneric": "broader",
    "relatedConceptNarrower": "narrower", "subordinateConceptGeneric": "narrower", "subordinateConcept": "narrower",
    "superordinateConceptPartitive": "part_of", "broaderConceptPartitive": "part_of", "antonymConcept": "opposite",
    "associatedConcept": "related", "coordinateConcept": "related",
}  # fmt: skip


def read_tbx(data: bytes) -> TermFile:
    """The concepts of a TBX file of version 2 or 3.

    Left out: who changed a term when (of a concept, it is kept) and the inside of groups about a term's components.
    A section in a language nobody knows is left out with a warning. Raises UnreadableFile ("too-large", "empty",
    "entities", "syntax", "mislabelled").
    """
    root = safexml.parse(data, NAME, allow_doctype=True)
    if local(root.tag) not in ("tbx", "martif"):
        raise UnreadableFile(
            NAME,
            "mislabelled",
            "This is an XML file, but not a term base: there is no <tbx> or <martif> in it. Check that it is the right file.",
        )
    reader = _Reader(root)
    entries = [reader.entry(element) for element in root.iter() if local(element.tag) in ("conceptEntry", "termEntry")]
    if not entries:
        raise UnreadableFile(NAME, "empty", "There are no concepts in this file. Check that it is the right file.")
    header = next((e for e in root if local(e.tag).endswith("eader")), None)
    titles = [_text(e) for e in header.iter() if local(e.tag) == "title"] if header is not None else []
    own = header is not None and any(_text(e) == MAKER for e in header.iter() if local(e.tag) == "p")
    return TermFile(entries, reader.language, titles[0] if titles else "", own, reader.warnings(entries))


class _Reader:
    def __init__(self, root: etree._Element) -> None:
        self._unknown: Counter[str] = Counter()
        #: Lines of sections that name no language.
        self._without: list[int] = []
        self.language = self._known(root.get(_LANG) or "")

    def warnings(self, entries: list[ConceptEntry]) -> list[Warning_]:
        """What a person should know of the whole file."""
        found = [
            Warning_(
                "language-unknown",
                "Sections marked as “%(tag)s”, which is no language we know, were left out (%(count)s of them).",
                fields={"tag": tag, "count": str(count)},
            )
            for tag, count in self._unknown.items()
        ]
        if self._without:
            found.append(
                Warning_(
                    "language-missing",
                    "Sections that name no language (xml:lang), the first in line %(line)s, were left out (%(count)s of them).",
                    f"line {self._without[0]}",
                    {"line": str(self._without[0]), "count": str(len(self._without))},
                )
            )
        for id_, count in Counter(entry.id for entry in entries if entry.id).items():
            if count > 1:
                found.append(
                    Warning_(
                        "identifier-repeated",
                        "%(count)s concepts have the same identifier “%(id)s”.",
                        fields={"id": id_, "count": str(count)},
                    )
                )
        if without := sum(not entry.terms for entry in entries):
            found.append(
                Warning_("without-terms", "%(count)s concepts have no term.", fields={"count": str(without)})
            )
        return found

    def _known(self, tag: str) -> str | None:
        try:
            return normalise(tag) if tag else None
        except UnknownLanguage:
            return None

    def entry(self, element: etree._Element) -> ConceptEntry:
        subject: str | None = None
        definitions: dict[str, ConceptDefinition] = {}
        notes: list[ConceptNote] = []
        references: list[tuple[str, str]] = []
        relations: list[tuple[str, str]] = []
        links: list[tuple[str, str]] = []
        terms: list[ConceptTerm] = []
        details: list[tuple[str, str]] = []
        plain: dict[str, str] = {}
        acts: dict[str, tuple[dt.date | None, str | None]] = {}
        for child in element:
            if local(child.tag) in ("langSec", "langSet"):
                tag = child.get(_LANG) or child.get("lang") or ""
                language = self._known(tag)
                if language is None:
                    if not tag:
                        self._without.append(child.sourceline or 1)
                    else:
                        self._unknown[tag] += 1
                    continue
                self._section(child, language, terms, definitions, notes, details)
            elif local(child.tag) == "transacGrp":
                _act(child, acts)
            else:
                for what, value, source, found in _facts(child):
                    own = self._known(found.get(_LANG) or "")
                    if what == "subjectField" and subject is None:
                        subject = value
                    elif what == "definition":
                        language = own or self.language or "und"
                        if language in definitions:
                            details.append((what, value))
                        else:
                            definitions[language] = ConceptDefinition(value, source)
                    elif what == "note":
                        detail, value = _detail(value)
                        if detail == PLAIN and own:
                            plain[own] = value
                        elif detail:
                            details.append((detail, value))
                        else:
                            notes.append(ConceptNote(value, own))
                    elif what in _RELATIONS:
                        relations.append((_RELATIONS[what], found.get("target") or value))
                    elif what == "crossReference" and value in RELATIONS and found.get("target"):
                        relations.append((value, found.get("target")))
                    elif what == "crossReference" or what.startswith("relatedConcept"):
                        references.append((found.get("target") or value, value))
                    elif local(found.tag) == "xref" or what in ("xGraphic", "externalCrossReference"):
                        links.append((found.get("target") or value, value))
                    else:
                        details.append((what, value))
        for language, words in plain.items():
            if language in definitions:
                definitions[language] = replace(definitions[language], plain=words)
        identifier = element.get("id")
        rest: list[tuple[str, str]] = []
        for what, value in details:
            first, _, words = value.partition(THEN)
            if what == "id":
                identifier = value
            elif what == "crossReference" and words in RELATIONS:
                relations.append((words, first))
            elif what == "crossReference":
                references.append((first, words or first))
            elif what == "link":
                links.append((first, words or first))
            else:
                rest.append((what, value))
        created, changed = acts.get("origination", (None, None)), acts.get("modification", (None, None))
        return ConceptEntry(
            identifier, tuple(terms), subject, definitions, tuple(notes), tuple(references), tuple(links),
            *created, *changed, tuple(rest), tuple(relations), f"line {element.sourceline}",
        )  # fmt: skip

    def _section(
        self,
        section: etree._Element,
        language: str,
        terms: list[ConceptTerm],
        definitions: dict[str, ConceptDefinition],
        notes: list[ConceptNote],
        details: list[tuple[str, str]],
    ) -> None:
        for child in section:
            name = local(child.tag)
            if name in ("termSec", "tig", "ntig"):
                term = _term(child, language, definitions)
                if term:
                    terms.append(term)
            elif name != "transacGrp":
                for what, value, source, _ in _facts(child):
                    if what == "definition" and language not in definitions:
                        definitions[language] = ConceptDefinition(value, source)
                    elif what == "note" and _detail(value)[0] == PLAIN and language in definitions:
                        definitions[language] = replace(definitions[language], plain=_detail(value)[1])
                    elif what == "note":
                        notes.append(ConceptNote(_detail(value)[1] if value.startswith("[note] ") else value, language))
                    else:
                        details.append((f"{what} ({language})", value))


def _term(section: etree._Element, language: str, definitions: dict[str, ConceptDefinition]) -> ConceptTerm | None:
    text = ""
    known: dict[str, str] = {}
    context = ("", "")
    notes: list[str] = []
    details: list[tuple[str, str]] = []
    for what, value, source, element in _facts(section, inside=True):
        if local(element.tag) == "term":
            text = text or value.replace("\n", " ")
        elif what in ("administrativeStatus", "normativeAuthorization"):
            key = re.sub(r"-?admn-?sts$", "", value.lower()).replace("-", "").replace(" ", "")
            status = _STATUSES.get(key)
            if status:
                known["status"] = status
            else:
                details.append((what, value))
        elif what in ("partOfSpeech", "grammaticalGender", "termType", "geographicalUsage") and what not in known:
            known[what] = value
        elif what == "context" and not context[0]:
            context = (value, source)
        elif what == "source" and "source" not in known:
            known["source"] = value
        elif what == "definition" and language not in definitions:
            definitions[language] = ConceptDefinition(value, source)
        elif what == "note":
            detail, value = _detail(value)
            if detail == "status" and value in ("forbidden", "proposed"):
                known["status"] = value
            elif detail in ("partOfSpeech", "grammaticalGender", "termType") and detail not in known:
                known[detail] = value
            elif detail:
                details.append((detail, value))
            else:
                notes.append(value)
        else:
            details.append((what, value))
    if not text:
        return None
    return ConceptTerm(
        language, text, known.get("status"), known.get("partOfSpeech"), known.get("grammaticalGender"), known.get("termType"),
        known.get("geographicalUsage"), *context, known.get("source", ""), tuple(notes), tuple(details),
    )  # fmt: skip


def _facts(element: etree._Element, *, inside: bool = False) -> Iterator[tuple[str, str, str, etree._Element]]:
    """(data category, value, its source, the element) of an element or of everything in a group. Sources stand beside
    what they are about (descripGrp); in DCT style the element's name is the data category."""
    name = local(element.tag)
    if not name or name in ("termCompList", "termCompGrp", "transacGrp"):
        return
    if inside or name in _GROUPS:
        sources = [_text(child) for child in element if _category(child) == "source"] if name in _GROUPS else []
        first = True
        for child in element:
            for what, value, source, found in _facts(child):
                if what == "source" and name == "descripGrp" and sources:
                    continue
                about = first and name == "descripGrp"
                yield what, value, source or (sources[0] if about and sources else ""), found
                first = False
        return
    value = _text(element)
    if value:
        yield _category(element), value, "", element


def _detail(note: str) -> tuple[str, str]:
    """(what, value) of a note that holds what TBX has no place for; ("", note) of any other."""
    found = DETAIL.fullmatch(note)
    if not found:
        return "", note
    return ("", found[2]) if found[1] == "note" else (found[1], found[2])


def _category(element: etree._Element) -> str:
    name = local(element.tag)
    if name in ("note", "term"):
        return name
    return element.get("type") or name


def _act(group: etree._Element, acts: dict[str, tuple[dt.date | None, str | None]]) -> None:
    kind, date, who = "", None, None
    for child in group:
        name, what = local(child.tag), _category(child)
        if name == "date":
            try:
                date = dt.date.fromisoformat(_text(child)[:10])
            except ValueError:
                date = None
        elif what == "responsibility":
            who = _text(child) or None
        elif name in ("transac", "transactionType"):
            kind = {"creation": "origination", "input": "origination"}.get(_text(child), _text(child))
    if kind == "origination" and kind in acts:
        return
    acts[kind] = (date, who)


def _text(element: etree._Element) -> str:
    """An element's words. A line break with the indentation of the file after it is a space; one without is meant."""
    words = "".join(element.itertext(tag=etree.Element))
    return re.sub(r"[ \t\r\n]*\n[ \t\r]+", " ", words).strip(" \t\r\n")
