"""TMX (Translation Memory eXchange, LISA OSCAR 1.4b, 2005): read and written as a stream, a unit at a time.

Reads versions 1.1 to 1.4b: any encoding XML allows, `lang` as well as `xml:lang`, languages spelt as they are found
in the wild, inline codes of both levels. Writes 1.4b. What a unit knew when it was read, it still knows when it is
written; `read_tmx` and `write_tmx` name what they leave out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, BinaryIO

from lxml import etree

from importers import tmxinline
from importers.tmxinline import TmxCode
from importers.units import UnreadableFile, Warning_
from importers.xmlstream import elements, local
from languages.tags import UnknownLanguage, normalise

NAME = "tmx"
ALL_LANGUAGES = "*all*"

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)?(Z|[+-]00:?00)?")
_PARTS = frozenset({"tuv", "prop", "note"})
_KNOWN = frozenset({
    "tuid", "creationdate", "changedate", "creationid", "changeid", "usagecount", "lastusagedate", "lang", _LANG,
})  # fmt: skip
_ATTRIBUTE_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
)


_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class TmxNotes:
    """What a unit, or one language of it, has beside its text. Moments in UTC; `props` are (type, value) in order;
    `attributes` are the others the element has, as they are."""

    created: dt.datetime | None = None
    changed: dt.datetime | None = None
    created_by: str | None = None
    changed_by: str | None = None
    used: int | None = None
    last_used: dt.datetime | None = None
    notes: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(slots=True)
class TmxUnit:
    """One translation unit: its text in each language (BCP 47), inline codes as our numbered tags.

    `codes` say what the tags stand for; equal numbers are the same code in every language. Facts stand here when
    the file gives them for the whole unit, in `variants` when it gives them for one language. `props` may be
    given as a mapping; read ones are (type, value) pairs, for a type can occur twice.
    """

    tuid: str | None
    texts: Mapping[str, str]
    codes: tuple[TmxCode, ...] = ()
    created: dt.datetime | None = None
    changed: dt.datetime | None = None
    created_by: str | None = None
    changed_by: str | None = None
    used: int | None = None
    last_used: dt.datetime | None = None
    notes: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] | Mapping[str, str] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    variants: Mapping[str, TmxNotes] = field(default_factory=lambda: _NOTHING)

    def prop(self, type: str) -> str | None:
        """The first property of that type."""
        return next((value for name, value in _pairs(self.props) if name == type), None)

    def last_change(self) -> tuple[dt.datetime | None, str | None]:
        """When the unit or one of its languages was last changed (or made), and by whom."""
        known = [(f.changed or f.created, f.changed_by or f.created_by) for f in (self, *self.variants.values())]
        return max((pair for pair in known if pair[0] is not None), key=lambda pair: pair[0], default=(None, None))


@dataclass(frozen=True, slots=True)
class TmxHeader:
    """What the file says about itself. `source_language` is BCP 47, or "*all*", or None when nobody knows it."""

    source_language: str | None = None
    tool: str = ""
    tool_version: str = ""
    version: str = ""
    notes: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] = ()


class TmxReader(Iterator[TmxUnit]):
    """The units of a file one by one. `header` and `warnings` grow while it is read: a warning for each language tag
    nobody knows, each date that cannot be read, with how often; `units` is how many came so far."""

    def __init__(self, stream: BinaryIO) -> None:
        self.header = TmxHeader()
        self.units = 0
        self._unknown: Counter[str] = Counter()
        self._dates: Counter[str] = Counter()
        self._tags: dict[str, str | None] = {}
        self._more: list[TmxUnit] = []
        self._elements = elements(stream, ("tu", "header", "tmx"), NAME)
        self._seen_root = False

    def __iter__(self) -> TmxReader:
        return self

    def __next__(self) -> TmxUnit:
        if self._more:
            self.units += 1
            return self._more.pop()
        for element in self._elements:
            name = local(element.tag)
            if name == "tu":
                found = self._unit(element)
                if found:
                    self._more = found[:0:-1]
                    self.units += 1
                    return found[0]
            elif name == "header":
                self._head(element)
            else:
                self._seen_root = True
        if not self._seen_root:
            raise UnreadableFile(
                NAME,
                "mislabelled",
                "This is an XML file, but not a translation memory: there is no <tmx> in it. Check that it is the right file.",
            )
        raise StopIteration

    @property
    def warnings(self) -> list[Warning_]:
        """What a person should know of what was read so far."""
        found = [
            Warning_(
                "language-unknown",
                "Texts marked as “%(tag)s”, which is no language we know, were left out (%(count)s of them).",
                fields={"tag": tag, "count": str(count)},
            )
            for tag, count in self._unknown.items()
        ]
        found += [
            Warning_(
                "date-unreadable",
                "The date “%(date)s” cannot be read and was left out (%(count)s times).",
                fields={"date": date, "count": str(count)},
            )
            for date, count in self._dates.most_common(20)
        ]
        return found

    def _head(self, element: etree._Element) -> None:
        source = element.get("srclang") or ""
        root = element.getparent()
        notes, props = _notes_and_props(element)
        self.header = TmxHeader(
            ALL_LANGUAGES if source.lower() == ALL_LANGUAGES else self._language(source, count=False),
            element.get("creationtool") or "",
            element.get("creationtoolversion") or "",
            (root.get("version") or "") if root is not None else "",
            notes,
            props,
        )

    def _language(self, tag: str, *, count: bool = True) -> str | None:
        try:
            known = self._tags[tag]
        except KeyError:
            try:
                known = normalise(tag)
            except UnknownLanguage:
                known = None
            self._tags[tag] = known
        if known is None and count:
            self._unknown[tag] += 1
        return known

    def _unit(self, tu: etree._Element) -> list[TmxUnit]:
        """The unit; more than one when a language has several texts, so that none is lost."""
        segs: list[tuple[str, etree._Element]] = []
        variants: dict[str, TmxNotes] = {}
        notes: list[str] = []
        props: list[tuple[str, str]] = []
        plain = True
        languages = self._tags
        for child in tu:
            name = child.tag
            if name not in _PARTS:
                name = local(name)
            if name == "tuv":
                attributes = child.items()
                tag = attributes[0][1] if len(attributes) == 1 else child.get(_LANG) or child.get("lang") or ""
                language = languages.get(tag) or self._language(tag)
                size = len(child)
                if language is None or not size:
                    continue
                seg = child[-1]
                if seg.tag != "seg" and (seg := _seg(child)) is None:
                    continue
                if len(seg):
                    plain = False
                segs.append((language, seg))
                if size > 1 or len(attributes) > 1:
                    variants.setdefault(language, self._facts(child, attributes))
            elif name == "prop":
                props.append((child.get("type") or "", child.text or "" if not len(child) else "".join(child.itertext())))
            elif name == "note":
                notes.append("".join(child.itertext()))
        texts: dict[str, str] = {}
        again: list[tuple[str, str]] = []
        codes: tuple[TmxCode, ...] = ()
        if plain:
            for language, seg in segs:
                text = seg.text or ""
                if "<" in text:
                    plain = False
                    break
                if language in texts:
                    again.append((language, text))
                else:
                    texts[language] = text
        if not plain:
            texts, again, codes = tmxinline.read(segs, tu.get("srclang") or self.header.source_language)
        if not texts:
            return []
        attributes = tu.items()
        tuid = attributes[0][1] if len(attributes) == 1 and attributes[0][0] == "tuid" else tu.get("tuid")
        unit = TmxUnit(
            tuid, texts, codes, notes=tuple(notes), props=tuple(props), attributes=_NOTHING, variants=variants or _NOTHING
        )
        if len(attributes) > (tuid is not None):
            facts = self._facts(tu, attributes)
            for name in ("created", "changed", "created_by", "changed_by", "used", "last_used", "attributes"):
                setattr(unit, name, getattr(facts, name))
        return [unit, *(_with(unit, language, text) for language, text in again)] if again else [unit]

    def _facts(self, element: etree._Element, attributes: list[tuple[str, str]]) -> TmxNotes:
        notes, props = _notes_and_props(element)
        given = dict(attributes)
        used = given.get("usagecount")
        others = {name: value for name, value in attributes if name not in _KNOWN}
        return TmxNotes(
            self._moment(given.get("creationdate")),
            self._moment(given.get("changedate")),
            given.get("creationid"),
            given.get("changeid"),
            int(used) if used and used.isdecimal() and len(used) < 16 else None,
            self._moment(given.get("lastusagedate")),
            notes,
            props,
            others or _NOTHING,
        )

    def _moment(self, text: str | None) -> dt.datetime | None:
        if not text:
            return None
        found = _DATE.fullmatch(text.strip())
        try:
            if found:
                return dt.datetime(*(int(part or 0) for part in found.groups()[:6]), tzinfo=dt.UTC)
        except ValueError:
            pass
        if len(self._dates) < 1000:
            self._dates[text[:40]] += 1
        return None


def read_tmx(stream: BinaryIO) -> TmxReader:
    """The units of a TMX file, in constant memory. A text in a language nobody knows is left out with a warning; a
    language with several texts in one unit gives a unit for each further one, with the same `tuid`.

    Raises UnreadableFile while it is iterated ("empty", "entities", "mislabelled", "syntax", "too-large"): units that
    came before the error were whole.
    """
    return TmxReader(stream)


def _with(unit: TmxUnit, language: str, text: str) -> TmxUnit:
    return replace(unit, texts={**unit.texts, language: text})


def _seg(tuv: etree._Element) -> etree._Element | None:
    return next((child for child in tuv if local(child.tag) == "seg"), None)


def _notes_and_props(element: etree._Element) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    notes, props = [], []
    for child in element:
        name = local(child.tag)
        if name == "prop":
            props.append((child.get("type") or "", "".join(child.itertext())))
        elif name == "note":
            notes.append("".join(child.itertext()))
    return tuple(notes), tuple(props)


def _pairs(props: tuple[tuple[str, str], ...] | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return props.items() if isinstance(props, Mapping) else props


# -- writing ---------------------------------------------------------------------------------------------------


def write_tmx(
    stream: BinaryIO,
    units: Iterable[TmxUnit],
    *,
    source_language: str = ALL_LANGUAGES,
    tool_version: str = "",
    created: dt.datetime | None = None,
) -> int:
    """Write TMX 1.4b in UTF-8; returns how many units were written. `source_language` is the header's `srclang`, BCP 47
    or "*all*". Units without any text are left out. Characters XML cannot hold are kept in a text as placeholders
    (`<ph type="x-char">`) and become U+FFFD in notes and properties.
    """
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n<header creationtool="Dragoman" '
        f'creationtoolversion="{_attribute(tool_version or "0")}" segtype="sentence" o-tmf="Dragoman" adminlang="en" '
        f'srclang="{_attribute(source_language)}" datatype="plaintext"'
    )
    if created is not None:
        head += f' creationdate="{_date(created)}"'
    stream.write((head + "/>\n<body>\n").encode())
    count = 0
    lines: list[str] = []
    for unit in units:
        if not unit.texts:
            continue
        lines.append(_unit(unit, source_language))
        count += 1
        if len(lines) == 500:
            stream.write("".join(lines).encode())
            lines.clear()
    lines.append("</body>\n</tmx>\n")
    stream.write("".join(lines).encode())
    return count


def _unit(unit: TmxUnit, source_language: str) -> str:
    out = ["<tu"]
    if unit.tuid is not None:
        out.append(f' tuid="{_attribute(unit.tuid)}"')
    out.append(_fact_attributes(unit))
    out.append(">")
    out.append(_written_notes(unit.notes, unit.props))
    languages = sorted(unit.texts, key=lambda language: language != source_language)
    for language in languages:
        facts = unit.variants.get(language)
        out.append(f'<tuv xml:lang="{_attribute(language)}"')
        if facts is not None:
            out += [_fact_attributes(facts), ">", _written_notes(facts.notes, facts.props)]
        else:
            out.append(">")
        out += ["<seg>", tmxinline.written(unit.texts[language], unit.codes, language), "</seg></tuv>"]
    out.append("</tu>\n")
    return "".join(out)


def _fact_attributes(facts: TmxUnit | TmxNotes) -> str:
    out = []
    for name, value in (("creationdate", facts.created), ("changedate", facts.changed), ("lastusagedate", facts.last_used)):
        if value is not None:
            out.append(f' {name}="{_date(value)}"')
    for name, text in (("creationid", facts.created_by), ("changeid", facts.changed_by)):
        if text is not None:
            out.append(f' {name}="{_attribute(text)}"')
    if facts.used is not None:
        out.append(f' usagecount="{facts.used}"')
    out += [f' {name}="{_attribute(text)}"' for name, text in facts.attributes.items() if name in _WRITABLE]
    return "".join(out)


# The other attributes TMX 1.4b gives tu and tuv (DTD); what is none of them cannot be written.
_WRITABLE = frozenset({
    "o-encoding", "datatype", "creationtool", "creationtoolversion", "segtype", "o-tmf", "srclang",
})  # fmt: skip


def _written_notes(notes: Iterable[str], props: tuple[tuple[str, str], ...] | Mapping[str, str]) -> str:
    out = [f"<note>{tmxinline.escaped(note)}</note>" for note in notes]
    out += [f'<prop type="{_attribute(type)}">{tmxinline.escaped(value)}</prop>' for type, value in _pairs(props)]
    return "".join(out)


def _attribute(text: str) -> str:
    return tmxinline.FORBIDDEN.sub("\ufffd", text).translate(_ATTRIBUTE_ESCAPES)


def _date(moment: dt.datetime) -> str:
    """ISO 8601 basic in UTC, as TMX wants it; a moment without a zone is taken to be UTC."""
    return (moment if moment.tzinfo is None else moment.astimezone(dt.UTC)).strftime("%Y%m%dT%H%M%SZ")
