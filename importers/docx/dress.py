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
from dataclasses import dataclass, field

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
EAST_ASIAN = frozenset(["Hans", "Hant", "Jpan", "Kore"])

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


_TO_COMPLEX = (("b", "bCs"), ("i", "iCs"), ("sz", "szCs"))
_TO_SIMPLE = tuple((twin, simple) for simple, twin in _TO_COMPLEX)


@dataclass(frozen=True, slots=True)
class Dress:
    """How text of one target language is written into runs."""

    language: str  # BCP 47, normalised
    script: str  # ISO 15924
    rtl: bool
    serif: bool = False  # whether the document's own font has serifs
    from_rtl: bool = False  # whether the document was written from right to left already
    _made: dict[object, etree._Element] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, language: str, serif: bool = False, from_rtl: bool = False) -> Dress:
        """Raises languages.tags.UnknownLanguage."""
        language = tags.normalise(language)
        return cls(language, tags.script(language), tags.direction(language) == "rtl", serif, from_rtl)

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
        made = []
        known = _identity(properties)
        for chunk, rtl in by_direction(safexml.writable(text), self.rtl):
            look = self._made.get((known, rtl))
            if look is None:
                look = self._made[known, rtl] = self._dressed(as_simple(properties), rtl)
            run = etree.Element(R)
            if len(look):
                run.append(deepcopy(look))
            _fill(run, chunk)
            made.append(run)
        return made

    def mark(self, properties: etree._Element) -> None:
        """Dress the properties of a paragraph's end, which numbers and bullets follow."""
        if self.rtl:
            put(properties, "rtl")
        self.suit(properties)

    def suit(self, properties: etree._Element) -> bool:
        """Let the document's own properties (a style's, a numbering's) look in the new script as they did in the old;
        says whether anything changed. From one complex script to another they stay as their author set them."""
        if self.complex_script:
            return not self.from_rtl and self.complete(properties)
        return self.from_rtl and _copied(properties, _TO_SIMPLE)

    def complete(self, properties: etree._Element) -> bool:
        """Give bold, italic and size their complex-script halves in a w:rPr; says whether any was missing."""
        return _copied(properties, _TO_COMPLEX)

    def _dressed(self, properties: etree._Element, rtl: bool) -> etree._Element:
        """The w:rPr of one run of a translation, `rtl` when the run reads from right to left."""
        if rtl or (self.complex_script and not self.rtl):
            self.complete(properties)
            if font := self.font(properties):
                slots = ("ascii", "hAnsi", "cs", "eastAsia") if self.ethiopic else ("cs",)
                if (
                    rtl != self.rtl
                ):  # Arabic within Ethiopic: one look for the paragraph, its own font for the letters
                    slots = ("ascii", "hAnsi", "eastAsia")
                fonts = put(properties, "rFonts", **dict.fromkeys(slots, font))
                for slot in slots:  # a theme's font would win over a named one
                    fonts.attrib.pop(W + ("cstheme" if slot == "cs" else slot + "Theme"), None)
        if rtl:
            drop(properties, "spacing")  # space between letters tears joined letters apart
            put(properties, "rtl")
        if rtl != self.rtl:
            return properties  # a word of another language is not to be spell-checked as this one
        if rtl:
            put(properties, "lang", bidi=self.office_language)
        elif self.script in EAST_ASIAN:
            put(properties, "lang", eastAsia=self.office_language)
        else:
            put(properties, "lang", val=self.office_language)
            if self.complex_script:
                put(properties, "lang", bidi=self.office_language)
        return properties


def _identity(properties: etree._Element | None) -> object:
    """Something equal for run properties that say the same."""
    if properties is None:
        return ()
    if any(len(child) for child in properties):
        return etree.tostring(properties)
    return tuple((child.tag, tuple(child.attrib.items())) for child in properties)


def _copied(properties: etree._Element, halves: tuple[tuple[str, str], ...]) -> bool:
    """Make the second of each pair of properties say what the first says; whether anything changed."""
    changed = False
    for first, second in halves:
        found, there = properties.find(W + first), properties.find(W + second)
        if found is None or (there is not None and there.get(VAL) == found.get(VAL)):
            continue
        drop(properties, second)
        made = put(properties, second)
        if (value := found.get(VAL)) is not None:
            made.set(VAL, value)
        changed = True
    return changed


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


def by_direction(text: str, base_is_rtl: bool) -> list[tuple[str, bool]]:
    """The text of a paragraph in stretches of one direction: (stretch, whether it reads right to left).

    A stretch against the paragraph's direction runs from one letter of such a script to the last one before a letter
    of the other direction, with a bracket that closes one opened inside. In a right-to-left paragraph the digits that
    follow such a stretch ("DigiD 2") belong to it too. Everything else goes with the paragraph.
    """
    against = ("L",) if base_is_rtl else ("R", "AL")
    along = ("R", "AL", "AN", "B") if base_is_rtl else ("L", "B")
    follows = ("EN", "NSM", "BN") if base_is_rtl else ("NSM", "BN")
    stretches: list[tuple[int, int]] = []
    start = end = -1
    for at, character in enumerate(text):
        kind = unicodedata.bidirectional(character)
        if kind in against:
            start = at if start < 0 else start
            end = at + 1
        elif kind in follows and start >= 0:
            end = at + 1
        elif kind in along and start >= 0:
            stretches.append((start, end))
            start = -1
    if start >= 0:
        stretches.append((start, end))
    out: list[tuple[str, bool]] = []
    done = 0
    for start, end in stretches:
        end = _with_bracket(text, start, end)
        if text[done:start]:
            out.append((text[done:start], base_is_rtl))
        out.append((text[start:end], not base_is_rtl))
        done = end
    if text[done:]:
        out.append((text[done:], base_is_rtl))
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


def _fill(run: etree._Element, text: str) -> None:
    """Put text into a run, with elements for tabs, line ends and special hyphens."""
    at = 0

    def words(part: str) -> None:
        if part:
            element = etree.SubElement(run, T)
            element.text = part
            if part[0].isspace() or part[-1].isspace() or "  " in part:
                element.set(XML_SPACE, "preserve")

    for found in _SPECIAL.finditer(text):
        words(text[at : found.start()])
        etree.SubElement(run, W + _ELEMENTS.get(found[0], "br"))
        at = found.end()
    words(text[at:])


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
