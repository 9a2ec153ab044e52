"""XLIFF as a document to translate: 2.0 to 2.2 (core) and 1.0 to 1.2, read into units and given back with targets.

A unit is a <segment> (2.x) or a <trans-unit> (1.x). Elements of modules, skeletons, notes and everything that is no
target stay in the file; what was written `translate="no"` is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from importers import safexml
from importers.nesting import TextBuilder, pieces, worth_translating
from importers.units import Catalogue, Format, State, Translation, Unit, UnreadableFile
from importers.xliffinline import Content, Target, content_of, matched
from importers.xmlstream import local
from languages.tags import UnknownLanguage, normalise, same_language

NAME = "xliff"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# How far the file says a translation is: `state` of 2.x (§4.3.1.28) and of 1.2 (§2.3, `state`).
_STATES = {
    "initial": State.DRAFT, "translated": State.TRANSLATED, "reviewed": State.APPROVED, "final": State.APPROVED,
    "signed-off": State.APPROVED, "new": State.DRAFT,
}  # fmt: skip


@dataclass(slots=True)
class _Place:
    """A unit and where it stands: its element, its source, its target if it has one."""

    unit: Unit
    element: etree._Element
    source: etree._Element
    target: etree._Element | None
    content: Content = field(default_factory=Content)


def read(data: bytes, name: str) -> Catalogue:
    """The segments that may be translated, with what the file already has of them. Raises UnreadableFile."""
    root = _root(data)
    places = _places(root)
    if not places:
        raise UnreadableFile(NAME, "empty", "There is nothing to translate in this XLIFF file. Check that it is the right file.")
    source, target = _languages(root)
    return Catalogue(NAME, [place.unit for place in places], _known(source), _known(target))


def write(data: bytes, translations: Mapping[str, Translation], language: str, draft: str | None) -> bytes:
    """The file with its targets in `language`: approved ones final, others translated (2.x) or in need of review (1.x).
    Targets it had in another language are taken out. A draft gets a note on each <file>."""
    root = _root(data)
    _, now = _languages(root)
    known = _known(now)
    if known is not None and not same_language(known, language):
        _without_targets(root)
    places = _places(root)
    for place in places:
        translation = translations.get(place.unit.key)
        if translation is not None and translation.text.strip():
            _translate(place, translation, _version(root), language)
    _set_language(root, language)
    if draft:
        _say_draft(root, draft)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _root(data: bytes) -> etree._Element:
    root = safexml.parse(data, NAME, allow_doctype=True)
    if local(root.tag) != "xliff":
        raise UnreadableFile(
            NAME, "mislabelled", "This is an XML file, but not XLIFF: there is no <xliff> in it. Check that it is the right file."
        )
    return root


def _version(root: etree._Element) -> int:
    return 2 if (root.get("version") or "").startswith("2") or ":2." in (etree.QName(root).namespace or "") else 1


def _known(tag: str) -> str | None:
    try:
        return normalise(tag) if tag else None
    except UnknownLanguage:
        return None


def _languages(root: etree._Element) -> tuple[str, str]:
    if _version(root) == 2:
        return root.get("srcLang") or "", root.get("trgLang") or ""
    file = next((child for child in root if local(child.tag) == "file"), None)
    return ("", "") if file is None else (file.get("source-language") or "", file.get("target-language") or "")


# -- reading ---------------------------------------------------------------------------------------------------


def _places(root: etree._Element) -> list[_Place]:
    version = _version(root)
    places: list[_Place] = []
    for element, notes, context in _translatable(root, version):
        source = _child(element, "source")
        if source is None:
            continue
        target = _child(element, "target")
        builder = TextBuilder()
        content = content_of(source, builder, _keeps_space(source))
        text, codes = builder.build()
        if builder.overfull or not worth_translating(text):
            continue
        found = matched(target, content, codes, _keeps_space(target)) if target is not None else None
        said = found.text if found and found.text.strip() else None
        state = _state(element, target, version, found) if said else State.OPEN
        unit = Unit(str(len(places) + 1), text, codes, context, notes, said, state)
        places.append(_Place(unit, element, source, target, content))
    return places


def _translatable(root: etree._Element, version: int) -> Iterator[tuple[etree._Element, tuple[str, ...], str]]:
    """(segment or trans-unit, notes on it, what it is called), none of those marked translate="no"."""

    def walk(element: etree._Element, allowed: bool) -> Iterator[tuple[etree._Element, tuple[str, ...], str]]:
        allowed = {"yes": True, "no": False}.get(element.get("translate") or "", allowed)
        name = local(element.tag)
        if name == "trans-unit" or name == "unit":
            if allowed:
                context = element.get("name") or element.get("resname") or "body"
                inside = [element] if version == 1 else [c for c in element if local(c.tag) == "segment"]
                yield from ((child, _notes(element), context) for child in inside)
        elif name in ("xliff", "file", "body", "group"):
            for child in element:
                yield from walk(child, allowed)

    yield from walk(root, True)


def _notes(element: etree._Element) -> tuple[str, ...]:
    found = []
    for child in element:
        inside = child if local(child.tag) == "notes" else [child]
        found += [" ".join("".join(n.itertext()).split()) for n in inside if local(n.tag) == "note"]
    return tuple(note for note in found if note)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if local(child.tag) == name), None)


def _keeps_space(element: etree._Element | None) -> bool:
    while element is not None:
        told = element.get(_SPACE)
        if told:
            return told == "preserve"
        element = element.getparent()
    return False


def _state(element: etree._Element, target: etree._Element | None, version: int, found: Target | None) -> State:
    if found is not None and not found.whole:
        return State.DRAFT
    if version == 2:
        return _STATES.get(element.get("state") or "initial", State.DRAFT)
    if element.get("approved") == "yes":
        return State.APPROVED
    told = target.get("state") if target is not None else None
    if told and told.startswith("needs-"):
        return State.DRAFT
    return _STATES.get(told or "translated", State.TRANSLATED)


# -- writing ---------------------------------------------------------------------------------------------------


def _translate(place: _Place, translation: Translation, version: int, language: str) -> None:
    old = place.target
    target = etree.Element(etree.QName(etree.QName(place.source).namespace, "target"))
    if old is not None:
        target.attrib.update(old.attrib)
        target.tail = old.tail
        place.element.replace(old, target)
    else:
        space, place.source.tail = place.source.tail, None
        place.source.addnext(target)
        place.source.tail = target.tail = space
    place.content.fill(target, pieces(translation.text, place.unit.codes), copies=version == 2)
    if " ".join(translation.text.split()) != translation.text and not _keeps_space(target):
        target.set(_SPACE, "preserve")
    if version == 2:
        place.element.set("state", "final" if translation.approved else "translated")
        place.element.attrib.pop("subState", None)
        return
    place.element.set("approved", "yes" if translation.approved else "no")
    target.set("state", "final" if translation.approved else "needs-review-translation")
    target.attrib.pop("state-qualifier", None)
    if target.get(_LANG):
        target.set(_LANG, language)


def _without_targets(root: etree._Element) -> None:
    """Take out translations into another language; matches from memories (alt-trans, mtc:match) stay."""
    for element in list(root.iter()):
        if local(element.tag) not in ("segment", "ignorable", "trans-unit"):
            continue
        target = _child(element, "target")
        if target is not None:
            before = target.getprevious()
            if target.tail and before is not None:
                before.tail = (before.tail or "").rstrip() + target.tail
            element.remove(target)
        for name in ("state", "subState", "approved"):
            element.attrib.pop(name, None)


def _set_language(root: etree._Element, language: str) -> None:
    if _version(root) == 2:
        if _known(root.get("trgLang") or "") != language:
            root.set("trgLang", language)
        return
    for file in root:
        if local(file.tag) == "file" and _known(file.get("target-language") or "") != language:
            file.set("target-language", language)


def _say_draft(root: etree._Element, draft: str) -> None:
    namespace = etree.QName(root).namespace
    within = f"{{{namespace}}}" if namespace else ""
    for file in root:
        if local(file.tag) != "file":
            continue
        note = etree.Element(f"{within}note")
        note.text = safexml.writable(draft)
        if _version(root) == 2:
            note.set("id", "dragoman-draft")
            notes = _child(file, "notes")
            if notes is None:
                notes = etree.Element(f"{within}notes")
                first = next((c for c in file if local(c.tag) in ("unit", "group")), None)
                file.insert(file.index(first) if first is not None else len(file), notes)
            notes.insert(0, note)
        else:
            header = _child(file, "header")
            if header is None:
                header = etree.Element(f"{within}header")
                file.insert(0, header)
            header.append(note)


FORMAT = Format(NAME, "XLIFF", (".xlf", ".xliff"), "application/xliff+xml", read, write)
