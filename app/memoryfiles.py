"""Units for the memory from TMX, XLIFF, PO and tables: where importers' shapes become the memory's rows. The way out is
`app.memoryexport`, a look before anything is kept `app.previewing`."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import BinaryIO

from importers import detect, tmx
from importers.units import Catalogue, State, UnreadableFile, Warning_
from languages import tags
from memory.exchange import UnitRow
from memory.models import Quality

#: Kinds of files: how they are read.
TMX, TABLE, BILINGUAL = "tmx", "table", "bilingual"
#: A whole file of these kinds is read at once (bytes).
LARGEST_AT_ONCE = 64 * 1024 * 1024

#: What a column of a table can be besides a language.
NOTES, SUBJECT, PROJECT, TUID = "notes", "subject", "project", "id"
COLUMNS = (NOTES, SUBJECT, PROJECT, TUID)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person says about a file. `source` and `target`: only units of that pair, where the file has more; the
    languages of a file that names none. `believe`: the file comes from a Dragoman of ours, so that its own word on
    quality, origin and approval counts. `whole_only_ok`: of a file that is cut short, keep what was whole. `columns`:
    of a table, the place of a column (from 0) -> a language or one of COLUMNS. `name`: the file's, as its units' origin."""

    name: str = ""
    source: str | None = None
    target: str | None = None
    quality: str = Quality.UNREVIEWED.value
    believe: bool = False
    project: str | None = None
    subject: str | None = None
    keep_whole: bool = False
    columns: Mapping[int, str] = field(default_factory=dict)

    def to_json(self) -> dict:
        return {**asdict(self), "columns": {str(place): what for place, what in self.columns.items()}}

    @classmethod
    def from_json(cls, values: dict) -> Choices:
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "columns": {int(k): v for k, v in (known.get("columns") or {}).items()}})


class NoPair(ValueError):
    """Two languages are needed to make units, and the file and the choices name fewer."""


@dataclass(slots=True)
class Rows:
    """The units of a file as they are read. `warnings` and `left_out` (reason -> how many) grow meanwhile."""

    units: Iterator[UnitRow]
    reader: tmx.TmxReader | None = None
    told: list[Warning_] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[UnitRow]:
        return self.units

    @property
    def warnings(self) -> list[Warning_]:
        return [*self.told, *(self.reader.warnings if self.reader else ())]


def kind_of(head: bytes, name: str) -> str:
    """TMX, TABLE or BILINGUAL, by the beginning of a file and its name. Raises UnreadableFile for anything else."""
    ending = name.lower().rpartition(".")[2]
    plain = head.replace(b"\0", b"")
    if ending in ("csv", "tsv", "xlsx"):
        return TABLE
    if b"<tmx" in plain or ending == "tmx":
        return TMX
    if b"<xliff" in plain or ending in ("xlf", "xliff", "po", "pot"):
        return BILINGUAL
    raise UnreadableFile(
        ending or "?",
        "unsupported",
        "This kind of file holds no pairs of texts that can be read. Use TMX, XLIFF, PO, CSV or XLSX; two documents that "
        "are each other's translation can be aligned.",
    )


def read(stream: BinaryIO, kind: str, choices: Choices) -> Rows:
    """The units of a file. Raises UnreadableFile (TMX: while they are iterated, the others at once) and NoPair."""
    if kind == TMX:
        reader = tmx.read_tmx(stream)
        rows = Rows(iter(()), reader)
        rows.units = _of_tmx(reader, choices)
        return rows
    data = stream.read(LARGEST_AT_ONCE + 1)
    if len(data) > LARGEST_AT_ONCE:
        raise UnreadableFile(
            kind,
            "too-large",
            "This file is larger than the %(allowed)s MB that can be read at once. Split it into smaller files.",
            allowed=LARGEST_AT_ONCE // 1024 // 1024,
        )
    if kind == TABLE:
        from importers import spreadsheet

        table = spreadsheet.read_rows(data, choices.name)
        rows = Rows(iter(()), told=list(table.warnings))
        rows.units = _of_table(table, choices)
        return rows
    catalogue = detect.detect(data, choices.name).read(data, choices.name)
    rows = Rows(iter(()), told=list(catalogue.warnings))
    rows.units = _of_catalogue(catalogue, choices, rows.left_out)
    return rows


# --- TMX in ---------------------------------------------------------------------------------

#: Who machines say they are, where other programs name the author.
_MACHINES = frozenset({"mt", "mt!", "machine translation", "machine"})
_MEMOQ_SEGMENT = re.compile(r"\A\s*<seg>(.*)</seg>\s*\Z", re.S)


def _of_tmx(reader: tmx.TmxReader, choices: Choices) -> Iterator[UnitRow]:
    believe, ours = choices.believe, None
    for unit in reader:
        if ours is None:  # the header is known now
            ours = reader.header.tool == tmx.OUR_TOOL
        props = dict(unit.props) if unit.props else {}
        pairs = list(_pairs(list(unit.texts), reader.header.source_language, choices.source, choices.target))
        for one, other in pairs:
            facts = unit.variants.get(other) if unit.variants else None
            translated_by = (facts.changed_by or facts.created_by if facts else None) or unit.changed_by or unit.created_by
            quality = choices.quality
            if translated_by and quality == Quality.UNREVIEWED and translated_by.strip().lower() in _MACHINES:
                quality = Quality.MACHINE.value
            more = {}
            if props:
                more = _neighbours(props)
                if believe:
                    quality = props["x-quality"] if props.get("x-quality") in set(Quality) else quality
                    more |= _believed(props)
            notes = unit.notes + (facts.notes if facts else ())
            yield UnitRow(
                source_language=one,
                target_language=other,
                source=unit.texts[one],
                target=unit.texts[other],
                origin_name=more.pop("origin_name", choices.name),
                project=choices.project or props.get("x-project") or None,
                subject=choices.subject or props.get("x-subject") or None,
                quality=quality,
                translated_by=translated_by,
                # other programs often write nothing but when a unit was made
                translated_at=(facts.changed or facts.created if facts else None)
                or unit.changed
                or (None if ours else unit.created),
                created_at=unit.created,
                used_count=unit.used or 0,
                last_used_at=unit.last_used,
                one_to_one=props.get("x-alignment") != "not-one-to-one",
                confidentiality=props.get("x-confidentiality") or "internal",
                client_reference=props.get("x-client-reference") or None,
                source_tuid=unit.tuid,
                notes="\n".join(notes) or None,
                **more,
            )


def _neighbours(props: Mapping[str, str]) -> dict:
    """What stood before and after: as OmegaT and we write it, or as memoQ does."""
    found = {}
    for name, ours, memoq in (("previous_source", "prev", "x-context-pre"), ("next_source", "next", "x-context-post")):
        if ours in props:
            found[name] = props[ours]
        elif memoq in props:
            inner = _MEMOQ_SEGMENT.match(props[memoq])
            found[name] = inner[1] if inner else props[memoq]
    return found


def _believed(props: Mapping[str, str]) -> dict:
    found = {}
    for name, prop in (("origin", "x-origin"), ("origin_name", "x-origin-name"), ("approved_by", "x-approved-by")):
        if prop in props:
            found[name] = props[prop]
    if "origin" in found:
        found["origin"] = found["origin"][:20]
    for name, prop in (("approved_at", "x-approved-at"),):
        moment = _moment(props.get(prop))
        if moment is not None:
            found[name] = moment
    return found


def _moment(text: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC) if text else None
    except ValueError:
        return None


def _pairs(
    languages: list[str], header: str | None, source: str | None, target: str | None
) -> Iterable[tuple[str, str]]:
    """Which pairs of a unit with several languages are units of the memory: from the header's language to each other
    one; without such a language each pair once, in the file's order, because the memory finds it both ways."""
    if source or target:
        return [
            (one, other)
            for one in languages
            for other in languages
            if one != other
            and (not source or tags.same_language(one, source))
            and (not target or tags.same_language(other, target))
        ]
    if header in languages:
        return [(header, other) for other in languages if other != header]
    return combinations(languages, 2)


# --- XLIFF, PO and tables in ------------------------------------------------------------------


def _of_catalogue(catalogue: Catalogue, choices: Choices, left_out: Counter[str]) -> Iterator[UnitRow]:
    """The pairs of a bilingual file. What the file itself calls unfinished (fuzzy, needs translation) is left out."""
    source = catalogue.source_language or choices.source
    target = catalogue.target_language or choices.target
    if not source or not target:
        raise NoPair
    flows = catalogue.format == "xliff"  # its units follow each other as in the document; messages of a program do not
    texts = [unit.text for unit in catalogue.units]

    def made() -> Iterator[UnitRow]:
        for at, unit in enumerate(catalogue.units):
            if not unit.target:
                left_out["untranslated"] += 1
                continue
            if unit.state == State.DRAFT:
                left_out["unfinished"] += 1
                continue
            quality = choices.quality
            if choices.believe and unit.state == State.APPROVED:
                quality = Quality.APPROVED.value
            yield UnitRow(
                source_language=source,
                target_language=target,
                source=texts[at],
                target=unit.target,
                previous_source=(texts[at - 1] if at else "") if flows else None,
                next_source=(texts[at + 1] if at + 1 < len(texts) else "") if flows else None,
                origin_name=choices.name,
                project=choices.project,
                subject=choices.subject,
                quality=quality,
                source_tuid=unit.key,
                notes="\n".join(unit.notes) or None,
            )

    return made()


def guessed_columns(headers: list[str]) -> dict[int, str]:
    """Which columns are what, by their names: a language's code or its name in that language, or one of COLUMNS."""
    names = {"notes": NOTES, "note": NOTES, "comment": NOTES, "subject": SUBJECT, "domain": SUBJECT, "project": PROJECT,
             "id": TUID, "tuid": TUID, "key": TUID}  # fmt: skip
    spoken = {}
    for tag in tags.OUR_LANGUAGES:
        spoken.setdefault(tags.native_name(tag).casefold(), tag)
        for interface in ("en", "nl", "ar"):
            spoken.setdefault(tags.name(tag, interface).casefold(), tag)
    found: dict[int, str] = {}
    for place, header in enumerate(headers):
        name = header.strip().casefold()
        if name in names:
            found[place] = names[name]
        elif name in spoken:
            found[place] = spoken[name]
        elif re.fullmatch(r"[a-z]{2,3}([-_][a-z0-9]{2,8})*", name):
            try:
                found[place] = tags.normalise(name)
            except tags.UnknownLanguage:
                continue
    return found


def _of_table(table, choices: Choices) -> Iterator[UnitRow]:
    """A unit for each row and each language but the source's: the asked one, or the first that is a language."""
    columns = dict(choices.columns) or guessed_columns(table.headers)
    texts = {place: what for place, what in sorted(columns.items()) if what not in COLUMNS and place < len(table.headers)}
    facts = {what: place for place, what in columns.items() if what in COLUMNS and place < len(table.headers)}
    sources = [p for p, tag in texts.items() if not choices.source or tags.same_language(tag, choices.source)]
    if not sources:
        raise NoPair
    source = sources[0]
    targets = [
        place
        for place, tag in texts.items()
        if place != source
        and not tags.same_language(tag, texts[source])
        and (not choices.target or tags.same_language(tag, choices.target))
    ]
    if not targets:
        raise NoPair

    def made() -> Iterator[UnitRow]:
        for row in table.rows:
            for place in targets:
                yield UnitRow(
                    source_language=texts[source],
                    target_language=texts[place],
                    source=row[source],
                    target=row[place],
                    origin_name=choices.name,
                    project=choices.project or (row[facts[PROJECT]] or None if PROJECT in facts else None),
                    subject=choices.subject or (row[facts[SUBJECT]] or None if SUBJECT in facts else None),
                    quality=choices.quality,
                    source_tuid=row[facts[TUID]] or None if TUID in facts else None,
                    notes=row[facts[NOTES]] or None if NOTES in facts else None,
                )

    return made()
