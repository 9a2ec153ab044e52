"""Reading TMX: units out of a file, one by one."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from lxml import etree

from importers import tmxinline, tmxquick
from importers.tmxunits import NOTHING, TmxHeader, TmxNotes, TmxUnit
from importers.units import UnreadableFile, Warning_
from importers.xmlstream import local
from languages.tags import UnknownLanguage, normalise

NAME = "tmx"
ALL_LANGUAGES = "*all*"
OUR_TOOL = "Dragoman"

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)?(Z|[+-]00:?00)?")
_PARTS = frozenset({"tuv", "prop", "note"})
_KNOWN = frozenset({
    "tuid", "creationdate", "changedate", "creationid", "changeid", "usagecount", "lastusagedate", "lang", _LANG,
})  # fmt: skip


_NO_FACTS = TmxNotes()


class TmxReader(Iterator[TmxUnit]):
    """The units of a file one by one. `header` and `warnings` grow while it is read: a warning for each language tag
    nobody knows, each date that cannot be read, with how often; `units` is how many came so far."""

    def __init__(self, stream: BinaryIO) -> None:
        self.header = TmxHeader()
        self.units = 0
        self._unknown: Counter[str] = Counter()
        self._dates: Counter[str] = Counter()
        self._languages_of: dict[str, str | None] = {}
        self._by_attributes: dict[str, str] = {}
        self._facts_by_attributes: dict[str, tuple[str | None, TmxNotes]] = {}
        self._more: list[TmxUnit] = []
        self._elements = tmxquick.units(stream, NAME)
        self._seen_root = False

    def __iter__(self) -> TmxReader:
        return self

    def __next__(self) -> TmxUnit:
        if self._more:
            self.units += 1
            return self._more.pop()
        for element in self._elements:
            if isinstance(element, tmxquick.PlainUnit):
                found = self._plain_unit(element)
                if found:
                    self._more = found[:0:-1]
                    self.units += 1
                    return found[0]
                continue
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
            known = self._languages_of[tag]
        except KeyError:
            try:
                known = normalise(tag)
            except UnknownLanguage:
                known = None
            self._languages_of[tag] = known
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
        languages = self._languages_of
        for child in tu:
            name = child.tag
            if name not in _PARTS:
                name = local(name)
            if name == "tuv":
                attributes = child.items()
                tag = child.get(_LANG) or child.get("lang") or ""
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
                    variants.setdefault(language, self._facts(attributes, *_notes_and_props(child)))
            elif name == "prop":
                props.append((child.get("type") or "", child.text or "" if not len(child) else "".join(child.itertext())))
            elif name == "note":
                notes.append("".join(child.itertext()))
        texts: dict[str, str] = {}
        again: list[tuple[str, str]] = []
        codes: tuple[tmxinline.TmxCode, ...] = ()
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
            texts, again, codes = tmxinline.read(
                segs, tu.get("srclang") or self.header.source_language, ours=self.header.tool == OUR_TOOL
            )
        unit = self._made(texts, tu.items(), tuple(notes), tuple(props), variants)
        unit.codes = codes
        return _all(unit, again)

    def _plain_unit(self, found: tmxquick.PlainUnit) -> list[TmxUnit]:
        """The same from a unit without inline codes, taken apart already."""
        texts: dict[str, str] = {}
        again: list[tuple[str, str]] = []
        variants: dict[str, TmxNotes] = {}
        for written, facts, text in found.variants:
            language = self._by_attributes.get(written)
            if language is None or facts:
                attributes = tmxquick.attributes_of(written)
                given = dict(attributes)
                language = self._language(given.get(_LANG) or given.get("lang") or "")
                if language is None:
                    continue
                if facts or len(attributes) > 1:
                    variants.setdefault(language, self._facts(attributes, *tmxquick.facts_of(facts)))
                elif len(self._by_attributes) < 500:
                    self._by_attributes[written] = language
            if language in texts:
                again.append((language, text))
            else:
                texts[language] = text
        tuid, f = found.tuid, _NO_FACTS
        if found.attributes:
            known = self._facts_by_attributes.get(found.attributes)
            if known is None:
                known = self._facts_as_written(found.attributes)
            f = known[1]
            tuid = known[0] if tuid is None else tuid
        unit = TmxUnit(
            tuid, texts, (), f.created, f.changed, f.created_by, f.changed_by, f.used, f.last_used, found.notes, found.props,
            f.attributes, variants or NOTHING,
        )  # fmt: skip
        return _all(unit, again)

    def _facts_as_written(self, attributes: str) -> tuple[str | None, TmxNotes]:
        """(the tuid among them, the others); remembered for the next unit that has the same, but for dates that cannot be
        read, which are counted each time."""
        given = tmxquick.attributes_of(attributes)
        unread = self._dates.total()
        known = dict(given).get("tuid"), self._facts(given, (), ())
        if len(self._facts_by_attributes) < 5000 and self._dates.total() == unread:
            self._facts_by_attributes[attributes] = known
        return known

    def _made(
        self,
        texts: dict[str, str],
        attributes: list[tuple[str, str]],
        notes: tuple[str, ...],
        props: tuple[tuple[str, str], ...],
        variants: dict[str, TmxNotes],
    ) -> TmxUnit:
        if not attributes:
            return TmxUnit(None, texts, notes=notes, props=props, attributes=NOTHING, variants=variants or NOTHING)
        if len(attributes) == 1 and attributes[0][0] == "tuid":
            tuid = attributes[0][1]
            return TmxUnit(tuid, texts, notes=notes, props=props, attributes=NOTHING, variants=variants or NOTHING)
        f = self._facts(attributes, notes, props)
        return TmxUnit(
            dict(attributes).get("tuid"), texts, (), f.created, f.changed, f.created_by, f.changed_by, f.used, f.last_used,
            notes, props, f.attributes, variants or NOTHING,
        )  # fmt: skip

    def _facts(
        self, attributes: list[tuple[str, str]], notes: tuple[str, ...], props: tuple[tuple[str, str], ...]
    ) -> TmxNotes:
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
            others or NOTHING,
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


def _all(unit: TmxUnit, again: list[tuple[str, str]]) -> list[TmxUnit]:
    """The unit, and one for each further text of a language; none when it has no text at all."""
    if not unit.texts:
        return []
    if not again:
        return [unit]
    return [unit, *(replace(unit, texts={**unit.texts, language: text}) for language, text in again)]


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
