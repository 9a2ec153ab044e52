"""SKOS and SKOS-XL concept schemes, with the Dutch profile NL-SBB (docs.geostandaarden.nl/nl-sbb): Turtle, TriG,
N-Triples, RDF/XML and JSON-LD in.

Nothing is fetched: not what `owl:imports` names, not a DTD, not a context of JSON-LD.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import warnings as python_warnings
from collections import Counter, defaultdict
from typing import Any
from urllib.parse import unquote

from lxml import etree

from importers import safexml
from importers.concepts import ConceptDefinition, ConceptEntry, ConceptNote, ConceptTerm, TermFile
from importers.termlanguages import language_of
from importers.textfile import decode
from importers.units import UnreadableFile, Warning_
from languages.tags import UnknownLanguage, normalise

__all__ = ["NAME", "read_skos"]

NAME = "skos"
MAX_BYTES = 20 * 1024 * 1024
MAX_TRIPLES = 1_000_000

SKOS = "http://www.w3.org/2004/02/skos/core#"
XL = "http://www.w3.org/2008/05/skos-xl#"
ISOTHES = "http://purl.org/iso25964/skos-thes#"
DCT = "http://purl.org/dc/terms/"
DC = "http://purl.org/dc/elements/1.1/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWL = "http://www.w3.org/2002/07/owl#"
FOAF = "http://xmlns.com/foaf/0.1/"
#: Ours: what SKOS has no place for, and how the addresses of our concepts begin.
OURS = "urn:x-dragoman:skos#"
CONCEPT = "urn:x-dragoman:concept:"
#: What addresses that are relative to the file are completed with: no host has such a name (RFC 2606).
BASE = "http://file.invalid/"

_RELATIONS = {
    SKOS + "broader": "broader", SKOS + "broaderTransitive": "", SKOS + "narrower": "narrower", SKOS + "related": "related",
    ISOTHES + "broaderGeneric": "broader", ISOTHES + "broaderInstantial": "broader", ISOTHES + "narrowerGeneric": "narrower",
    ISOTHES + "narrowerInstantial": "narrower", ISOTHES + "broaderPartitive": "part_of", ISOTHES + "narrowerPartitive": "has_part",
    SKOS + "closeMatch": "near", SKOS + "exactMatch": "near", SKOS + "relatedMatch": "related", SKOS + "broadMatch": "broader",
    SKOS + "narrowMatch": "narrower", OURS + "opposite": "opposite", OURS + "falseFriend": "false_friend",
    OURS + "related": "related",
}  # fmt: skip
_NOTES = {
    SKOS + "scopeNote": "", SKOS + "note": "", SKOS + "editorialNote": "editorialNote", SKOS + "example": "example",
    SKOS + "historyNote": "historyNote", SKOS + "changeNote": "changeNote",
}  # fmt: skip
_LABELS = {"prefLabel": "preferred", "altLabel": "admitted", "hiddenLabel": "hidden"}


def read_skos(data: bytes, name: str) -> TermFile:
    """The concepts of a SKOS file, in the order of their addresses in it. Raises UnreadableFile ("too-large", "empty",
    "entities", "syntax", "unsupported", "mislabelled")."""
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            NAME, "too-large", "This file is larger than %(allowed)s MB. Split it into smaller ones.",
            allowed=MAX_BYTES // 1024 // 1024,
        )  # fmt: skip
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(NAME, "empty", "This file is empty. Check that it was saved completely and upload it again.")
    return _Scheme(_triples(data, name)).file()


def _triples(data: bytes, name: str) -> list[tuple[Any, Any, Any]]:
    """Every triple of the file, in the order in which rdflib met them."""
    kind = _kind(data, name)
    if kind == "xml":
        # parsed here first: no DTD, no entities; rdflib gets what lxml understood
        root = safexml.parse(data, NAME)
        return _parsed(etree.tostring(root, encoding="UTF-8"), "xml")
    text = decode(data, NAME).text
    if kind == "json-ld":
        _refuse_remote(text)
    return _parsed(text.encode("utf-8", "replace"), kind)


def _kind(data: bytes, name: str) -> str:
    start = data[:4000].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if start.startswith(b"<") and (b"<rdf" in start.lower() or start.startswith(b"<?xml") or start.startswith(b"<!")):
        return "xml"
    if start.startswith((b"{", b"[")) and not re.match(rb"\[\s*\]?\s*(a\b|\w*:|;|\.)", start):
        return "json-ld"
    return "trig" if name.lower().endswith((".trig", ".nq")) else "turtle"


def _parsed(data: bytes, kind: str) -> list[tuple[Any, Any, Any]]:
    import rdflib
    from rdflib.plugins.stores.memory import Memory

    class Bounded(Memory):
        """Only keeps what it is given, in order, and stops a file that never ends: nobody asks it anything."""

        def __init__(self) -> None:
            super().__init__()
            self.met: dict[tuple[Any, Any, Any], None] = {}

        def add(self, triple, context, quoted=False) -> None:
            self.met[triple] = None
            if len(self.met) > MAX_TRIPLES:
                raise UnreadableFile(
                    NAME, "too-large", "This file makes more than %(most)s statements. Split it into smaller ones.",
                    most=MAX_TRIPLES,
                )  # fmt: skip

    store = Bounded()
    graph = rdflib.Dataset(store=store, default_union=True) if kind in ("trig", "json-ld") else rdflib.Graph(store=store)
    quiet = logging.getLogger("rdflib")
    level = quiet.level
    # rdflib logs the literals it cannot convert: they are somebody's text
    quiet.setLevel(logging.CRITICAL)
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # rdflib's own deprecations, nothing about the file
            graph.parse(data=data, format=kind, publicID=BASE)
    except UnreadableFile:
        raise
    except RecursionError as error:
        raise _broken("", "") from error
    except Exception as error:  # each parser of rdflib raises its own
        line = re.search(r"at line (\d+)|^line (\d+)|:(\d+):\d+", str(error))
        number = next((group for group in line.groups() if group), "") if line else ""
        if number == "" and hasattr(error, "lines"):
            number = str(error.lines + 1)
        raise _broken(number, "") from error
    finally:
        quiet.setLevel(level)
    return list(store.met)


def _broken(line: str, _problem: str) -> UnreadableFile:
    if line:
        return UnreadableFile(
            NAME,
            "syntax",
            "Around line %(line)s this file cannot be read as RDF. Nothing was saved. Save it again, as Turtle, in the program that made it.",
            f"line {line}",
            line=line,
        )
    return UnreadableFile(
        NAME,
        "syntax",
        "This file cannot be read as RDF. Nothing was saved. Save it again, as Turtle, in the program that made it.",
    )


def _refuse_remote(text: str) -> None:
    """A context of JSON-LD that lies elsewhere would have to be fetched; what it says would change the file's meaning."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _broken(str(getattr(error, "lineno", "")), "") from error
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            contexts = part.get("@context")
            for context in contexts if isinstance(contexts, list) else [contexts]:
                if isinstance(context, str) or (isinstance(context, dict) and "@import" in context):
                    raise UnreadableFile(
                        NAME,
                        "unsupported",
                        "This JSON-LD points to a context on another server (%(address)s). Nothing is fetched from the network: "
                        "export it with its context inside, or as Turtle.",
                        address=str(context if isinstance(context, str) else context["@import"])[:200],
                    )
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


class _Scheme:
    """Triples, asked for by subject."""

    def __init__(self, triples: list[tuple[Any, Any, Any]]) -> None:
        self.of: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value in triples:
            self.of[subject][str(predicate)].append(value)
        self.own = any(str(subject).startswith(CONCEPT) for subject in self.of)
        self.unknown: Counter[str] = Counter()
        self.without: list[Any] = []
        self.language: str | None = None
        self.warnings: list[Warning_] = []

    def file(self) -> TermFile:
        concepts = [subject for subject in list(self.of) if self._is_concept(subject)]
        if not concepts:
            raise UnreadableFile(
                NAME,
                "mislabelled",
                "There is no skos:Concept in this file. Check that it is the right file: it may describe a vocabulary rather than "
                "hold its concepts.",
            )
        self._language_of_the_rest(concepts)
        self.ids = {str(concept): self._id(concept) for concept in concepts}
        parts: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for concept in concepts:
            for value in self.of[concept].get(ISOTHES + "narrowerPartitive", ()):
                parts[str(value)].append(("part_of", self.ids[str(concept)]))
        entries = [self._entry(concept, parts[str(concept)]) for concept in concepts]
        self.warnings += [
            Warning_(
                "language-unknown",
                "Labels marked as “%(tag)s”, which is no language we know, were left out (%(count)s of them).",
                fields={"tag": tag, "count": str(count)},
            )
            for tag, count in self.unknown.items()
        ]
        title = next(
            (
                str(value)
                for subject in self.of
                if self._has_type(subject, "ConceptScheme")
                for name in (DCT + "title", SKOS + "prefLabel", RDFS + "label", DC + "title")
                for value in self.of[subject].get(name, ())
            ),
            "",
        )
        return TermFile(entries, self.language, title, self.own, self.warnings)

    def _has_type(self, subject: Any, *names: str) -> bool:
        return any(str(value) == SKOS + name for value in self.of[subject].get(RDF + "type", ()) for name in names)

    def _is_concept(self, subject: Any) -> bool:
        if self._has_type(subject, "ConceptScheme", "Collection", "OrderedCollection"):
            return False
        facts = self.of[subject]
        named = any(ns + "prefLabel" in facts for ns in (SKOS, XL))
        return self._has_type(subject, "Concept") or (named and RDF + "type" not in facts)

    def _id(self, concept: Any) -> str:
        address = str(concept)
        if address.startswith(CONCEPT):
            return unquote(address.removeprefix(CONCEPT))
        return address.removeprefix(BASE)

    def _language_of_the_rest(self, concepts: list[Any]) -> None:
        """Labels that name no language are taken to be in the one they look like, which is told."""
        bare = [
            str(label) for concept in concepts for label, _, _ in self._labels(concept) if not getattr(label, "language", None)
        ]
        declared = {
            str(value).rsplit("/", 1)[-1].lower()
            for subject in self.of
            if self._has_type(subject, "ConceptScheme")
            for value in self.of[subject].get(DCT + "language", ())
        }
        if len(declared) == 1:
            self.language = self._known(declared.pop())
        if not bare:
            return
        self.language = self.language or language_of(bare)
        if self.language:
            self.warnings.append(
                Warning_(
                    "language-guessed",
                    "%(count)s labels name no language; they were taken to be “%(language)s”. Check some of them.",
                    fields={"count": str(len(bare)), "language": self.language},
                )
            )
        else:
            self.warnings.append(
                Warning_(
                    "language-missing",
                    "%(count)s labels name no language (for example “%(label)s”) and were left out. Add one, such as @nl, in the file.",
                    fields={"count": str(len(bare)), "label": bare[0][:80]},
                )
            )

    def _known(self, tag: str) -> str | None:
        try:
            return normalise(tag)
        except UnknownLanguage:
            return None

    def _tag(self, value: Any) -> str | None:
        tag = getattr(value, "language", None)
        if not tag:
            return self.language
        known = self._known(tag)
        if known is None:
            self.unknown[tag] += 1
        return known

    def _labels(self, concept: Any) -> list[tuple[Any, str, Any]]:
        """(literal, preferred | admitted | hidden, the XL label or None) of a concept; each word once."""
        facts = self.of[concept]
        found: list[tuple[Any, str, Any]] = []
        for name, status in _LABELS.items():
            for resource in facts.get(XL + name, ()):
                for literal in self.of[resource].get(XL + "literalForm", ()) if resource in self.of else ():
                    found.append((literal, status, resource))
            for literal in facts.get(SKOS + name, ()):
                found.append((literal, status, None))
        if not any(status == "preferred" for _, status, _ in found):
            # NL-SBB's own examples name concepts with rdfs:label only
            found = [(literal, "preferred", None) for literal in facts.get(RDFS + "label", ())] + found
        once: dict[tuple[str, str | None], tuple[Any, str, Any]] = {}
        for literal, status, resource in found:
            key = (str(literal).strip(), getattr(literal, "language", None))
            if key[0] and (key not in once or (resource is not None and once[key][2] is None)):
                once[key] = (literal, once[key][1] if key in once else status, resource)

        def place(label: tuple[Any, str, Any]) -> int:
            number = re.search(r":label:(\d+)$", str(label[2])) if str(label[2]).startswith(CONCEPT) else None
            return int(number[1]) if number else 0

        return sorted(once.values(), key=place)

    def _entry(self, concept: Any, parts: list[tuple[str, str]]) -> ConceptEntry:
        facts = self.of[concept]
        deprecated = any(str(value).lower() in ("true", "1") for value in facts.get(OWL + "deprecated", ()))
        terms, hidden = self._terms(concept, deprecated)
        notes: list[ConceptNote] = []
        definitions: dict[str, ConceptDefinition] = {}
        sources: dict[str | None, list[str]] = defaultdict(list)
        for value in facts.get(DCT + "source", ()):
            tag, said = self._source(value)
            if said:
                sources[tag].append(said)

        def source_of(tag: str) -> str:
            return "; ".join([*sources.get(tag, ()), *sources.get(None, ())])

        plain: dict[str, str] = {}
        for value in facts.get(RDFS + "comment", ()):
            if tag := self._tag(value):
                plain.setdefault(tag, str(value).strip())
        for value in facts.get(SKOS + "definition", ()):
            for text in self._texts(value):
                tag = self._tag(text)
                if tag is None or not str(text).strip():
                    continue
                if tag in definitions:
                    notes.append(ConceptNote(f"[definition] {str(text).strip()}", tag))
                else:
                    definitions[tag] = ConceptDefinition(str(text).strip(), source_of(tag), plain.pop(tag, ""))
        for tag, text in plain.items():
            definitions.setdefault(tag, ConceptDefinition(text, source_of(tag), text))
        for name, kind in _NOTES.items():
            for value in facts.get(name, ()):
                for text in self._texts(value):
                    said = str(text).strip()
                    tag = self._tag(text)
                    if said:
                        notes.append(ConceptNote(f"[{kind}] {said}" if kind else said, tag))
        notes += [ConceptNote(f"[notation] {value}") for value in facts.get(SKOS + "notation", ())]
        details = tuple((what, str(value)) for what, name in (("dragoman", OURS + "entry"),) for value in facts.get(name, ()))
        subject = next((str(v) for name in (DCT + "subject", DC + "subject") for v in facts.get(name, ()) if hasattr(v, "value")), None)
        relations, links = self._relations(concept)
        dates = {name: self._date(facts.get(DCT + name, ())) for name in ("created", "modified")}
        if hidden:
            notes += [ConceptNote(f"[hiddenLabel] {text}", tag) for tag, text in hidden]
        return ConceptEntry(
            self.ids[str(concept)], tuple(terms), subject, definitions, tuple(notes), (), tuple(links),
            created=dates["created"], changed=dates["modified"], details=details,
            relations=tuple(dict.fromkeys((*relations, *parts))), place=str(concept).removeprefix(BASE),
        )  # fmt: skip

    def _terms(self, concept: Any, deprecated: bool) -> tuple[list[ConceptTerm], list[tuple[str, str]]]:
        terms: list[ConceptTerm] = []
        hidden: list[tuple[str, str]] = []
        for literal, status, resource in self._labels(concept):
            tag = self._tag(literal)
            text = " ".join(str(literal).split("\n")).strip()
            if tag is None or not text:
                continue
            facts = self.of[resource] if resource is not None else {}
            exact = next((str(v) for v in facts.get(OURS + "status", ())), None)
            if status == "hidden" and exact is None:
                hidden.append((tag, text))
                continue
            details = tuple(("dragoman", str(value)) for value in facts.get(OURS + "entry", ()))
            terms.append(
                ConceptTerm(
                    tag, text, (exact or None) if resource is not None and OURS + "status" in facts else "deprecated" if deprecated else status,
                    details=details,
                )
            )  # fmt: skip
        left: list[tuple[str, str]] = []
        for tag, text in hidden:
            place = next((n for n, term in enumerate(terms) if term.language == tag), None)
            if place is None:
                left.append((tag, text))
            else:
                term = terms[place]
                terms[place] = ConceptTerm(term.language, term.text, term.status, details=(*term.details, ("variant", text)))
        return terms, left

    def _texts(self, value: Any) -> list[Any]:
        """A literal, or what a note as a resource says (rdf:value)."""
        if hasattr(value, "value"):
            return [value]
        return self.of[value].get(RDF + "value", []) if value in self.of else []

    def _source(self, value: Any) -> tuple[str | None, str]:
        """(language of the definition that was taken from it or None, what it is called)."""
        if hasattr(value, "value") or value not in self.of:
            return None, str(value).strip()
        facts = self.of[value]
        cited = [
            text
            for name in (DCT + "bibliographicCitation", RDFS + "label", DCT + "title", FOAF + "page")
            for text in facts.get(name, ())
        ]
        tag = getattr(cited[0], "language", None) if self.own and cited else None
        named = ", ".join(dict.fromkeys(str(text) for text in cited))
        return (self._known(tag) if tag else None), named or ("" if type(value).__name__ == "BNode" else str(value))

    def _relations(self, concept: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        facts = self.of[concept]
        found: list[tuple[str, str]] = []
        links: list[tuple[str, str]] = []
        exact = {str(v) for name in (OURS + "opposite", OURS + "falseFriend") for v in facts.get(name, ())}
        for name, kind in _RELATIONS.items():
            for value in facts.get(name, ()):
                target = str(value)
                if kind in ("", "has_part") or target == str(concept) or (name == SKOS + "related" and target in exact):
                    continue
                if target in self.ids:
                    found.append((kind, self.ids[target]))
                elif target.startswith(("http://", "https://")) and not target.startswith(BASE):
                    links.append((target, kind))
        return found, links

    def _date(self, values: Any) -> dt.date | None:
        for value in values:
            try:
                return dt.date.fromisoformat(str(value)[:10])
            except ValueError:
                continue
        return None
