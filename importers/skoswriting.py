"""Writing SKOS with SKOS-XL labels after NL-SBB: Turtle, RDF/XML and JSON-LD.

A label that may be used is a prefLabel (one for each language) or altLabel; one that may not is a hiddenLabel, so that a
reader finds it and is not offered it. The exact status is on the SKOS-XL label. Written by hand and not with rdflib,
which takes 40 ms a concept; the tests let rdflib read all three and compare.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from importers import safexml
from importers.concepts import ConceptEntry, ConceptTerm
from importers.skos import CONCEPT, DCT, ISOTHES, OURS, RDF, RDFS, SKOS, XL

KINDS = ("ttl", "rdf", "jsonld")
PREFIXES = {
    "rdf": RDF, "rdfs": RDFS, "skos": SKOS, "skosxl": XL, "isothes": ISOTHES, "dct": DCT, "dragoman": OURS,
}  # fmt: skip
_SCHEME = "urn:x-dragoman:scheme"
_RANK = {"preferred": 0, "admitted": 1, None: 2, "proposed": 2, "deprecated": 3, "forbidden": 4}
_RELATIONS = {
    "broader": "skos:broader", "narrower": "skos:narrower", "related": "skos:related", "part_of": "isothes:broaderPartitive",
    "near": "skos:closeMatch", "opposite": "dragoman:opposite", "false_friend": "dragoman:falseFriend",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Literal:
    text: str
    language: str | None = None


@dataclass(slots=True)
class _Node:
    """A resource with what is said of it: (predicate with prefix, address, literal or node without an address)."""

    address: str | None
    type: str = ""
    facts: list[tuple[str, str | _Literal | _Node]] = field(default_factory=list)


def write_skos(entries: Iterable[ConceptEntry], kind: str = "ttl", *, title: str = "Dragoman") -> bytes:
    """A concept scheme in UTF-8; `kind` is one of KINDS. Relations to concepts that are not among the entries are left
    out."""
    kept = list(entries)
    there = {entry.id for entry in kept}
    nodes = [_Node(_SCHEME, "skos:ConceptScheme", [("dct:title", _Literal(title)), ("rdfs:label", _Literal(title))])]
    for entry in kept:
        nodes += _concept(entry, there)
    return {"ttl": _turtle, "rdf": _rdf_xml, "jsonld": _json_ld}[kind](nodes)


def concept_address(code: str | None) -> str:
    """The address of a concept: its code behind our own name, since codes are unique only within one term base."""
    return CONCEPT + quote(code or "", safe="-._~")


def _concept(entry: ConceptEntry, there: set[str | None]) -> list[_Node]:
    concept = _Node(concept_address(entry.id), "skos:Concept", [("skos:inScheme", _SCHEME)])
    labels = []
    say = concept.facts.append
    if not any(kind in ("broader", "part_of") for kind, _ in entry.relations):
        say(("skos:topConceptOf", _SCHEME))
    if entry.subject:
        say(("dct:subject", _Literal(entry.subject)))
    for number, name, term in _labels(entry.terms):
        label = _Node(f"{concept.address}:label:{number}", "skosxl:Label")
        word = _Literal(term.text, term.language)
        say((f"skos:{name}", word))
        say((f"skosxl:{name}", label.address or ""))
        label.facts += [("skosxl:literalForm", word), ("dragoman:status", _Literal(term.status or ""))]
        label.facts += [("dragoman:entry", _Literal(value)) for what, value in term.details if what == "dragoman"]
        labels.append(label)
    for language, definition in entry.definitions.items():
        say(("skos:definition", _Literal(definition.text, language)))
        if definition.plain:
            say(("rdfs:comment", _Literal(definition.plain, language)))
        if definition.source:
            say(("dct:source", _Node(None, "", [("dct:bibliographicCitation", _Literal(definition.source, language))])))
    for note in entry.notes:
        say(("skos:scopeNote", _Literal(note.text, note.language)))
    opposites = {target for kind, target in entry.relations if kind == "opposite"}
    for kind, target in entry.relations:
        if target in there:
            say((_RELATIONS[kind], concept_address(target)))
            # others know an opposite as related; what is both says so
            if kind == "opposite":
                say(("skos:related", concept_address(target)))
            elif kind == "related" and target in opposites:
                say(("dragoman:related", concept_address(target)))
    for target, _ in entry.links:
        if target.startswith(("http://", "https://")):
            say(("rdfs:seeAlso", quote(target, safe=":/?#[]@!$&'()*+,;=%~")))
    for what, value in entry.details:
        if what == "dragoman":
            say(("dragoman:entry", _Literal(value)))
    return [concept, *labels]


def _labels(terms: Iterable[ConceptTerm]) -> list[tuple[int, str, ConceptTerm]]:
    """(place, prefLabel, altLabel or hiddenLabel, term): SKOS allows one prefLabel for each language (S14)."""
    preferred: set[str] = set()
    found = []
    for number, term in sorted(enumerate(terms), key=lambda pair: _RANK.get(pair[1].status, 2)):
        if term.status in ("deprecated", "forbidden"):
            found.append((number, "hiddenLabel", term))
        elif term.language in preferred:
            found.append((number, "altLabel", term))
        else:
            preferred.add(term.language)
            found.append((number, "prefLabel", term))
    return found


# --- three ways to write the same ------------------------------------------------------------


_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _turtle(nodes: list[_Node]) -> bytes:
    out = [f"@prefix {prefix}: <{address}> .\n" for prefix, address in PREFIXES.items()]
    for node in nodes:
        out.append(f"\n<{node.address}> a {node.type}")
        out += [f" ;\n  {name} {_in_turtle(value)}" for name, value in node.facts]
        out.append(" .\n")
    return "".join(out).encode()


def _in_turtle(value: str | _Literal | _Node) -> str:
    if isinstance(value, str):
        return f"<{value}>"
    if isinstance(value, _Node):
        return "[ " + " ; ".join(f"{name} {_in_turtle(inner)}" for name, inner in value.facts) + " ]"
    text = re.sub(r'[\\"\n\r\t]', lambda found: _ESCAPED[found[0]], _holdable(value.text))
    return f'"{text}"' + (f"@{value.language}" if value.language else "")


def _rdf_xml(nodes: list[_Node]) -> bytes:
    names = "".join(f'\n  xmlns:{prefix}="{address}"' for prefix, address in PREFIXES.items())
    out = [f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{names}>\n']
    for node in nodes:
        out.append(f'<{node.type} rdf:about="{_in_xml(node.address or "")}">\n')
        out += [_property(name, value) for name, value in node.facts]
        out.append(f"</{node.type}>\n")
    out.append("</rdf:RDF>\n")
    return "".join(out).encode()


def _property(name: str, value: str | _Literal | _Node) -> str:
    if isinstance(value, str):
        return f'  <{name} rdf:resource="{_in_xml(value)}"/>\n'
    if isinstance(value, _Node):
        inside = "".join(_property(inner, part) for inner, part in value.facts)
        return f'  <{name} rdf:parseType="Resource">\n{inside}  </{name}>\n'
    language = f' xml:lang="{value.language}"' if value.language else ""
    return f"  <{name}{language}>{_in_xml(value.text)}</{name}>\n"


def _in_xml(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _holdable(text).replace("\r", "&#13;")


def _json_ld(nodes: list[_Node]) -> bytes:
    value = {"@context": dict(PREFIXES), "@graph": [_in_json(node) for node in nodes]}
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _in_json(value: str | _Literal | _Node):
    if isinstance(value, str):
        return {"@id": value}
    if isinstance(value, _Literal):
        text = _holdable(value.text)
        return {"@value": text, "@language": value.language} if value.language else {"@value": text}
    made: dict = {"@id": value.address} if value.address else {}
    if value.type:
        made["@type"] = value.type
    for name, fact in value.facts:
        made.setdefault(name, []).append(_in_json(fact))
    return made


def _holdable(text: str) -> str:
    """RDF/XML holds no control characters; every format gets the same text."""
    return safexml.FORBIDDEN.sub("\ufffd", text)
