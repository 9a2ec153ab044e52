"""Translations go back into a DOCX."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from importers.docx.attributes import descriptions, rewrite, title
from importers.docx.building import rebuild
from importers.docx.changes import accept
from importers.docx.direction import reads_right_to_left, suit_all, turn, turn_styles
from importers.docx.draft import mark_as_draft
from importers.docx.dress import Dress, has_serifs
from importers.docx.names import ALTERNATE, CHOICE, FALLBACK, R_PR, TEXTBOX, W
from importers.docx.names import name as qualified
from importers.docx.package import Package, open_package
from importers.docx.reading import paragraphs, referenced_bookmarks
from importers.docx.scopes import Dissected
from importers.units import Translation


def write(data: bytes, translations: Mapping[str, Translation], language: str, draft: str | None) -> bytes:
    """The document in the target language. A unit without a translation, or with a blank one, keeps its source;
    tracked changes are written as accepted; a part in which nothing changes keeps its bytes.

    Raises UnreadableFile, or languages.tags.UnknownLanguage.
    """
    package = open_package(data)
    from_rtl = reads_right_to_left(package.root(package.main))
    dress = Dress.of(language, _document_has_serifs(package), from_rtl)
    given = {key: t.text for key, t in translations.items() if t.text.strip()}
    turning = bool(given) or draft is not None  # with nothing to say the document stays as it is
    parts = [part for part, _ in package.text_parts()]
    referenced = referenced_bookmarks(package)
    for part in parts:
        if accept(package.root(part)):
            package.changed(part)
    for part in parts:
        root = package.root(part)
        # all are taken apart before any is rebuilt: a text box inside a paragraph moves with it
        found: list[tuple[etree._Element, Dissected, str]] = [
            (paragraph, dissected, given[key])
            for key, paragraph, dissected in paragraphs(package, part, referenced)
            if key in given and dissected.translatable
        ]
        described = [(d, given[d.key]) for d in descriptions(part, root) if d.key in given]
        for paragraph, dissected, text in found:
            rebuild(paragraph, dissected, text, dress)
        for place, text in described:
            rewrite(place, text)
        turned = turning and turn(root, dress, [paragraph for paragraph, _, _ in found])
        if found or described or turned:
            _mirror(root)
            package.changed(part)
    if (place := title(package)) is not None and place.key in given:
        rewrite(place, given[place.key])
        package.changed(place.key.rpartition(":")[0])
    if turning:
        _turn_defaults(package, dress)
    if draft is not None:
        mark_as_draft(package, draft, dress)
    return package.to_bytes()


def _turn_defaults(package: Package, dress: Dress) -> None:
    for part in package.related(package.main, "styles"):
        turn_styles(package.root(part), dress)
        package.changed(part)
    for part in package.related(package.main, "numbering"):
        if suit_all(package.root(part), dress):
            package.changed(part)
    if dress.complex_script:
        for part in package.related(package.main, "settings"):
            # which font the theme takes for complex script
            found = package.root(part).find(W + "themeFontLang")
            if found is not None:
                found.set(W + "bidi", dress.office_language)
                package.changed(part)


def _mirror(root: etree._Element) -> None:
    """Text boxes are written twice, for Word and (mc:Fallback) for programs older than 2010: make both say the same."""
    for alternate in root.iter(ALTERNATE):
        choice, fallback = alternate.find(CHOICE), alternate.find(FALLBACK)
        if choice is None or fallback is None:
            continue
        ours, theirs = list(choice.iter(TEXTBOX)), list(fallback.iter(TEXTBOX))
        if len(ours) != len(theirs):
            continue
        for box, copy in zip(ours, theirs, strict=True):
            if next(box.iterancestors(FALLBACK), None) is None:
                copy[:] = [deepcopy(child) for child in box]


def _document_has_serifs(package: Package) -> bool:
    """Whether the font of ordinary text is one with serifs: the Normal style's, the defaults', or the theme's."""
    for part in package.related(package.main, "styles"):
        root = package.root(part)
        places = [
            *(
                s.find(R_PR)
                for s in root.iter(W + "style")
                if s.get(W + "default") and s.get(W + "type") == "paragraph"
            ),
            root.find(f"{W}docDefaults/{W}rPrDefault/{R_PR}"),
        ]
        for properties in places:
            fonts = properties.find(W + "rFonts") if properties is not None else None
            if fonts is None:
                continue
            if fonts.get(W + "ascii"):
                return has_serifs(fonts.get(W + "ascii", ""))
            if theme := fonts.get(W + "asciiTheme"):
                return has_serifs(_theme_font(package, "majorFont" if "major" in theme else "minorFont"))
    return False


def _theme_font(package: Package, kind: str) -> str:
    for part in package.related(package.main, "theme"):
        for font in package.root(part).iter(qualified(f"a:{kind}")):
            latin = font.find(qualified("a:latin"))
            return latin.get("typeface", "") if latin is not None else ""
    return ""
