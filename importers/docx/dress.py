"""Text in its own direction, script and font: what Word needs to be told run by run.

Word decides by w:rtl, run by run, where punctuation stands and in which order words of mixed direction come; so a
translated paragraph is cut into runs of one direction. Fonts: Arial and Times New Roman, which every Word has, hold
all letters of Arabic, Persian, Dari, Pashto, Urdu, Sorani and Hebrew. For Ethiopic it is Ebrima: part of every
Windows since 8 (Nyala is an optional download since Windows 10); elsewhere the system puts its own in its place.
"""

from __future__ import annotations

import re
import unicodedata
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from importers import safexml
from importers.docx.formatting import as_simple
from importers.docx.names import VAL, XML_SPACE, R, T, W, drop, on, put
from languages import tags

ETHIOPIC_FONT = "Ebrima"
SANS, SERIF = "Arial", "Times New Roman"
_SERIFS = re.compile(
    "times|cambria|georgia|garamond|antiqua|palatino|century|bodoni|serif|roman", re.IGNORECASE
)

#: Scripts for which Word (and LibreOffice for Ethiopic) takes bCs, iCs and szCs instead of b, i and sz.
_SIMPLE_SCRIPTS = frozenset(["Latn", "Cyrl", "Grek", "Hans", "Hant", "Jpan", "Kore", "Armn", "Geor", "Zyyy"])
_CURSIVE = frozenset(["Arab", "Syrc", "Mong", "Nkoo"])

# Where Office's name for a language is not the likely one of CLDR.
_OFFICE_NAMES = {
    "ar": "ar-SA",
    "en": "en-GB",
    "ckb": "ku-Arab-IQ",
    "prs": "prs-AF",
    "zh-Hans": "zh-CN",
    "zh-Hant": "zh-TW",
}

_SPECIAL = re.compile("[\t\n\u2011\u00ad]|\r\n?")
_ELEMENTS = {"\t": "tab", "\n": "br", "\u2011": "noBreakHyphen", "\u00ad": "softHyphen"}
_BRACKETS = {"(": ")", "[": "]", "{": "}", "«": "»", "“": "”"}


@dataclass(frozen=True, slots=True)
class Dress:
    """How text of one target language is written into runs."""

    language: str  # BCP 47, normalised
    script: str  # ISO 15924
    rtl: bool
    serif: bool = False  # whether the document's own font has serifs

    @classmethod
    def of(cls, language: str, serif: bool = False) -> Dress:
        """Raises languages.tags.UnknownLanguage."""
        language = tags.normalise(language)
        return cls(language, tags.script(language), tags.direction(language) == "rtl", serif)

    @property
    def complex_script(self) -> bool:
        return self.script not in _SIMPLE_SCRIPTS

    @property
    def ethiopic(self) -> bool:
        return self.script == "Ethi"

    @property
    def office_language(self) -> str:
        """The language as Office names it, region included: ``ar-SA``, ``ti-ET``, ``nl-NL``."""
        return _OFFICE_NAMES.get(self.language) or _with_region(self.language)

    def font(self, properties: etree._Element | None = None) -> str:
        """The complex-script font, with serifs where the run's own font or the document's has them; "" to leave it
        to Word's theme."""
        if self.ethiopic:
            return ETHIOPIC_FONT
        if self.script not in ("Arab", "Hebr"):
            return ""
        fonts = properties.find(W + "rFonts") if properties is not None else None
        own = fonts.get(W + "ascii") if fonts is not None else None
        return SERIF if (has_serifs(own) if own else self.serif) else SANS

    def runs(self, text: str, properties: etree._Element | None) -> list[etree._Element]:
        """The text as w:r elements with this look; what XML cannot hold is left out."""
        simple = as_simple(properties)
        made = []
        for chunk, rtl in self._by_direction(safexml.writable(text)):
            run = etree.Element(R)
            own = deepcopy(simple)
            self._dress(own, chunk, rtl)
            if len(own):
                run.append(own)
            run.extend(_contents(chunk))
            made.append(run)
        return made

    def mark(self, properties: etree._Element) -> None:
        """Dress the properties of a paragraph's end, which numbers and bullets follow."""
        if self.rtl:
            put(properties, "rtl")
        if self.complex_script:
            self.complete(properties)

    def complete(self, properties: etree._Element) -> bool:
        """Give bold, italic and size their complex-script halves in a w:rPr; says whether any was missing."""
        changed = False
        for simple, twin in (("b", "bCs"), ("i", "iCs"), ("sz", "szCs")):
            found = properties.find(W + simple)
            if found is None:
                continue
            wanted = found.get(VAL)
            there = properties.find(W + twin)
            if there is not None and there.get(VAL) == wanted:
                continue
            changed = True
            drop(properties, twin)
            put(properties, twin, **({"val": wanted} if wanted is not None else {}))
        return changed

    def _by_direction(self, text: str) -> list[tuple[str, bool]]:
        return by_direction(text) if self.rtl else [(text, False)] if text else []

    def _dress(self, properties: etree._Element, text: str, rtl: bool) -> None:
        own_script = rtl or (self.complex_script and not self.rtl and _has_letters_of(self.script, text))
        if own_script:
            self.complete(properties)
            if font := self.font(properties):
                slots = ("ascii", "hAnsi", "cs", "eastAsia") if self.ethiopic else ("cs",)
                fonts = put(properties, "rFonts", **dict.fromkeys(slots, font))
                for slot in slots:  # a theme's font would win over a named one
                    fonts.attrib.pop(W + ("cstheme" if slot == "cs" else slot + "Theme"), None)
            if self.script in _CURSIVE:
                drop(properties, "spacing", "w")  # space between letters tears joined letters apart
        if rtl:
            put(properties, "rtl")
            put(properties, "lang", bidi=self.office_language)
        elif self.rtl:
            return  # a Latin word keeps no language: it is a name or an abbreviation, not to be spell-checked as either
        elif self.script in ("Hans", "Hant", "Jpan", "Kore"):
            put(properties, "lang", eastAsia=self.office_language)
        else:
            put(properties, "lang", val=self.office_language)
            if self.complex_script:
                put(properties, "lang", bidi=self.office_language)


def has_serifs(font: str) -> bool:
    """Whether a Latin font's name is one of the well-known ones with serifs."""
    return bool(_SERIFS.search(font))


def strong_direction(text: str) -> str:
    """``"L"`` or ``"R"`` by the first letter with a direction (Unicode UAX #9, P2), ``""`` when there is none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return "L"
        if kind in ("R", "AL"):
            return "R"
    return ""


def by_direction(text: str) -> list[tuple[str, bool]]:
    """The text of a right-to-left paragraph in stretches: (stretch, whether it reads right to left).

    A stretch from left to right runs from one letter of such a script to the last one before a letter of the other
    direction, with the digits that follow it ("DigiD 2") and a bracket that closes one opened inside. Everything
    else (digits alone, punctuation, white space) reads from right to left.
    """
    stretches: list[tuple[int, int]] = []
    start = end = -1
    for at, character in enumerate(text):
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            start = at if start < 0 else start
            end = at + 1
        elif kind in ("EN", "NSM", "BN") and start >= 0:
            end = at + 1
        elif kind in ("R", "AL", "AN", "B") and start >= 0:
            stretches.append((start, end))
            start = -1
    if start >= 0:
        stretches.append((start, end))
    out: list[tuple[str, bool]] = []
    done = 0
    for start, end in stretches:
        end = _with_bracket(text, start, end)
        if text[done:start]:
            out.append((text[done:start], True))
        out.append((text[start:end], False))
        done = end
    if text[done:]:
        out.append((text[done:], True))
    return out


def _with_bracket(text: str, start: int, end: int) -> int:
    """Where the stretch ends when a bracket opened in it is closed right behind it."""
    waiting = []
    for character in text[start:end]:
        if character in _BRACKETS:
            waiting.append(_BRACKETS[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()
    while waiting and text[end : end + 1] == waiting[-1]:
        waiting.pop()
        end += 1
    return end


def _contents(text: str) -> list[etree._Element]:
    made = []
    at = 0

    def words(part: str) -> None:
        if part:
            element = etree.Element(T)
            element.text = part
            if part != part.strip() or "  " in part:
                element.set(XML_SPACE, "preserve")
            made.append(element)

    for found in _SPECIAL.finditer(text):
        words(text[at : found.start()])
        made.append(etree.Element(W + _ELEMENTS.get(found[0], "br")))
        at = found.end()
    words(text[at:])
    return made


def _has_letters_of(script: str, text: str) -> bool:
    if script == "Ethi":
        return any(
            "\u1200" <= c <= "\u139f" or "\u2d80" <= c <= "\u2ddf" or "\uab00" <= c <= "\uab2f" for c in text
        )
    return any(not c.isascii() for c in text)


def _with_region(language: str) -> str:
    parts = language.split("-")
    if len(parts[-1]) == 2 and len(parts) > 1:
        return language
    from babel.core import get_global

    likely = get_global("likely_subtags").get(language.replace("-", "_"))
    region = likely.split("_")[-1] if likely else ""
    return f"{parts[0]}-{region}" if len(region) == 2 and region.isupper() else language


def is_bidi(properties: etree._Element | None) -> bool:
    """Whether a w:pPr says right to left."""
    return properties is not None and on(properties.find(W + "bidi"))
