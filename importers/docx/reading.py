"""A DOCX becomes a catalogue of units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from importers.docx import fields
from importers.docx.attributes import descriptions, title
from importers.docx.changes import accept
from importers.docx.names import FALLBACK, P_PR, R_PR, TABLE, TEXTBOX, VAL, XML_SPACE, P, R, T, W, on
from importers.docx.package import FORMAT, Package, open_package
from importers.docx.paragraphs import Surroundings, dissect
from importers.docx.scopes import Dissected
from importers.inline import MAX_TAGS
from importers.units import Catalogue, Unit, Warning_


def read(data: bytes, name: str) -> Catalogue:
    """The document's text in reading order: body, notes, headers, footers, descriptions, title. Tracked changes are
    read as accepted. Raises UnreadableFile."""
    package = open_package(data)
    warnings = []
    units: list[Unit] = []
    languages: Counter[str] = Counter()
    headings = _heading_styles(package)
    default_language = _default_language(package)
    changes = 0
    referenced = referenced_bookmarks(package)
    for part, context in package.text_parts():
        root = package.root(part)
        changes += accept(root)
        for key, paragraph, found in paragraphs(package, part, referenced):
            if found.translatable:
                units.append(Unit(key, found.text, found.codes, _context(paragraph, context, headings)))
            elif len(found.codes) > MAX_TAGS:
                warnings.append(
                    Warning_(
                        "too-many-codes",
                        "One paragraph has more than %(allowed)s changes of formatting, tabs or line breaks. It is kept "
                        "as it is and cannot be translated here.",
                        part,
                        {"allowed": str(MAX_TAGS)},
                    )
                )
        units += [Unit(d.key, d.text, (), d.context) for d in descriptions(part, root)]
        _count_languages(root, default_language, languages)
    if (found_title := title(package)) is not None:
        units.append(Unit(found_title.key, found_title.text, (), found_title.context))
    warnings += _warnings(package, changes)
    language = languages.most_common(1)[0][0] if languages else default_language
    return Catalogue(FORMAT, units, language or None, None, warnings)


def paragraphs(
    package: Package, part: str, referenced: frozenset[str]
) -> Iterator[tuple[str, etree._Element, Dissected]]:
    """(key, w:p, what it says) of every paragraph of a part whose changes were accepted; the copies in mc:Fallback
    are left out. Keys count every paragraph, so they stay the same whatever is translated."""
    root = package.root(part)
    links = {r.id: r.target for r in package.relationships(part) if r.external}
    around = Surroundings(links, referenced, root.get(XML_SPACE) == "preserve")
    copies = {paragraph for fallback in root.iter(FALLBACK) for paragraph in fallback.iter(P)}
    found = [paragraph for paragraph in root.iter(P) if paragraph not in copies]
    for number, paragraph in enumerate(found):
        yield f"{part}:{number}", paragraph, dissect(paragraph, around)


def referenced_bookmarks(package: Package) -> frozenset[str]:
    """Names of the bookmarks whose text a REF field repeats somewhere in the document."""
    found: set[str] = set()
    for part, _ in package.text_parts():
        root = package.root(part)
        for element in root.iter(W + "instrText"):
            found.update(fields.referenced(element.text or ""))
        for element in root.iter(W + "fldSimple"):
            found.update(fields.referenced(element.get(W + "instr", "")))
    return frozenset(found)


def _context(paragraph: etree._Element, context: str, headings: frozenset[str]) -> str:
    if next(paragraph.iterancestors(TEXTBOX), None) is not None:
        return "textbox"
    if context != "body":
        return context
    if next(paragraph.iterancestors(TABLE), None) is not None:
        return "table"
    properties = paragraph.find(P_PR)
    if properties is not None:
        style = properties.find(W + "pStyle")
        if style is not None and style.get(VAL) in headings:
            return "heading"
        level = properties.find(W + "outlineLvl")
        if level is not None and level.get(VAL) != "9":  # 9 is "body text" (§17.3.1.20)
            return "heading"
    return "body"


def _heading_styles(package: Package) -> frozenset[str]:
    """Ids of the paragraph styles that are headings or titles, by their outline level or their name."""
    headings, based_on = set(), {}
    for part in package.related(package.main, "styles"):
        for style in package.root(part).iter(W + "style"):
            identifier = style.get(W + "styleId", "")
            called, parent = style.find(W + "name"), style.find(W + "basedOn")
            level = style.find(f"{P_PR}/{W}outlineLvl")
            label = (called.get(VAL) or "").lower() if called is not None else ""
            if (
                label.startswith("heading ")
                or label in ("title", "subtitle")
                or level is not None
                and level.get(VAL) != "9"
            ):
                headings.add(identifier)
            if parent is not None:
                based_on[identifier] = parent.get(VAL, "")
    for identifier in based_on:
        seen, at = {identifier}, identifier
        while at in based_on and based_on[at] not in seen:
            at = based_on[at]
            seen.add(at)
            if at in headings:
                headings.add(identifier)
                break
    return frozenset(headings)


def _default_language(package: Package) -> str:
    for part in package.related(package.main, "styles"):
        found = package.root(part).find(f"{W}docDefaults/{W}rPrDefault/{R_PR}/{W}lang")
        if found is not None and found.get(VAL):
            return found.get(VAL, "")
    return ""


def _count_languages(root: etree._Element, default: str, counted: Counter[str]) -> None:
    """How many letters of a part are marked as which language."""
    for run in root.iter(R):
        length = sum(len(text.text or "") for text in run.findall(T))
        if not length:
            continue
        properties = run.find(R_PR)
        language = properties.find(W + "lang") if properties is not None else None
        rtl = properties is not None and on(properties.find(W + "rtl"))
        marked = language.get(W + "bidi" if rtl else VAL) if language is not None else None
        if (marked or not rtl) and (claimed := marked or default) and claimed.lower() != "x-none":
            counted[claimed] += length


def _warnings(package: Package, changes: int) -> Iterator[Warning_]:
    if changes:
        yield Warning_(
            "tracked-changes",
            "This document has tracked changes (%(number)s). They are read, and written, as if all were accepted. If "
            "that is not meant, settle them in Word and upload the document again.",
            "",
            {"number": str(changes)},
        )
    parts = [package.main, *(part for part, _ in package.text_parts()[1:])]
    kinds = {r.kind.rpartition("/")[2] for part in parts for r in package.relationships(part)}
    comments = [
        c
        for part in package.related(package.main, "comments")
        for c in package.root(part).iter(W + "comment")
    ]
    if comments:
        yield Warning_(
            "comments-left-out",
            "This document has %(number)s comments. They are not offered for translation and stay in the file as they "
            "are. If the translation goes to a client, remove them in Word first.",
            "",
            {"number": str(len(comments))},
        )
    if kinds & {"diagramData"}:
        yield Warning_(
            "smartart",
            "Text inside SmartArt drawings is kept as it is. Translate it in Word after the document is finished.",
        )
    if kinds & {"chart", "chartEx"}:
        yield Warning_(
            "chart",
            "Text inside charts is kept as it is. Translate it in Word after the document is finished.",
        )
    if kinds & {"aFChunk", "subDocument"}:
        yield Warning_(
            "embedded-document",
            "This document includes another document, which is kept as it is. Upload that one separately if it must be "
            "translated too.",
        )
