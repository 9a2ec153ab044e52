"""The text of an act, read from a file and compared with what concepts cite. Nothing is fetched from anywhere.

Two forms are read: Markdown with ``### Artikel 28`` headings and numbered paragraphs (the statengeneraal repositories'
form), and the XML of the Basiswettenbestand ("toestand", as wetten.overheid.nl offers it for download). A reference
that is compared for the first time takes the words over; later it is flagged when they differ, and keeps the old and
the new words until a person has looked.
"""

from __future__ import annotations

import codecs
import datetime as dt
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from glossary.history import recorded
from glossary.models import Concept, LegalReference, text_hash, utc_now

BWB = re.compile(r"BWB[RVW]\d{7}")
#: The longest act in force has about ten million characters of XML; more than this is not an act.
LONGEST = 64 * 1024 * 1024


class UnreadableLaw(Exception):
    """The file is not the text of an act that can be compared. `where` is a line, or None."""

    def __init__(self, reason: str, where: int | None = None):
        self.reason, self.where = reason, where
        place = f" (line {where})" if where else ""
        super().__init__(
            f"This is not the text of an act that can be read{place}: {reason}. Nothing was changed. "
            "Use the XML of wetten.overheid.nl, or Markdown with headings such as “### Artikel 28”."
        )


@dataclass(slots=True)
class Article:
    """One article: its whole text, and its numbered paragraphs (leden)."""

    number: str
    text: str
    paragraphs: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Act:
    """An act as a file has it: `title` as it is cited, BWB identifier, and the day from which this text holds."""

    title: str
    bwb: str | None
    valid_from: dt.date | None
    articles: dict[str, Article]
    #: Numbers of articles ("28") and paragraphs ("28:2") that the text names as repealed ("vervallen").
    repealed: set[str] = field(default_factory=set)

    def text_of(self, article: str | None, paragraph: str | None = None) -> str | None:
        """The words a reference cites; None when the act does not have them. A reference to the act as a whole has
        no words of its own."""
        found = self.articles.get(article_number(article)) if article else None
        if found is None:
            return None
        return found.paragraphs.get(paragraph.strip().rstrip(".")) if paragraph else found.text


def article_number(written: str) -> str:
    """``Artikel 28``, ``art. 28`` and ``28`` are one article; ``83.0A`` is 83.0a."""
    return re.sub(r"(?i)^\s*art(ikel|\.)?\s*", "", written).strip().rstrip(".").lower()


def read_act(content: bytes | str, name: str = "") -> Act:
    """Read an act from the content of a file; its name helps where the text does not say which act it is.

    Raises UnreadableLaw."""
    if len(content) > LONGEST:
        raise UnreadableLaw("it is larger than any act")
    if isinstance(content, bytes):
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or content.lstrip()[:5] in (b"<?xml", b"<toes"):
            return read_xml(content)
        try:
            content = content.decode("utf-8-sig")
        except UnicodeDecodeError as trouble:
            raise UnreadableLaw("it is not UTF-8 text", content[: trouble.start].count(b"\n") + 1) from None
    if content.lstrip()[:5] in ("<?xml", "<toes"):
        return read_xml(content.encode())
    return read_markdown(content, name)


# Markdown

_HEADING = re.compile(r"^\s*#{1,6}\s*(.*?)\s*#*\s*$")
_ARTICLE = re.compile(r"(?i)^artikel\s+([\w.:]+)")
_DIVISION = re.compile(r"(?i)^(hoofdstuk|afdeling|paragraaf|titel|boek|deel|bijlage|§)\b|^§")
_PARAGRAPH = re.compile(r"^\s*(\d+[a-z]?)\s*\.\s+(?=\S)")
#: "[Vervallen.]", "Vervallen per 01-01-2020", "Dit artikel is vervallen."
_REPEALED = re.compile(r"(?i)\W*(dit (artikel|lid) is )?vervallen\b[^;:]{0,60}")


def read_markdown(text: str, name: str = "") -> Act:
    """An act in Markdown. `name` is the file's: ``Vreemdelingenwet-2000_BWBR0011823.md``."""
    articles: dict[str, list[str]] = {}
    title = ""
    current: list[str] | None = None
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            words = heading[1]
            found = _ARTICLE.match(words)
            if found:
                # An article that stands twice has two wordings for different cases: both are its text.
                current = articles.setdefault(article_number(found[1]), [])
            else:
                current = None
                title = title or ("" if _DIVISION.match(words) else words)
        elif current is not None and line.strip():
            current.append(line.strip())
    if not articles:
        raise UnreadableLaw("it has no heading such as “### Artikel 1”")
    bwb = BWB.search(name) or BWB.search(text[:2000])
    act = Act(_cited_title(title, name), bwb[0] if bwb else None, None, {})
    for number, lines in articles.items():
        if _REPEALED.fullmatch(" ".join(lines)):
            act.repealed.add(number)
            continue
        article = act.articles[number] = _article_of_lines(number, lines)
        for key in [key for key, words in article.paragraphs.items() if _REPEALED.fullmatch(words)]:
            del article.paragraphs[key]
            act.repealed.add(f"{number}:{key}")
    return act


def _cited_title(title: str, name: str) -> str:
    """``Wet van 23 november 2000 tot … (Vreemdelingenwet 2000)`` is cited by what stands in brackets."""
    cited = re.search(r"\(([^()]+)\)\s*$", title)
    if cited:
        return cited[1]
    from_name = (
        BWB.sub("", name.rpartition("/")[2].rpartition(".")[0])
        .strip("_- ")
        .replace("-", " ")
        .replace("_", " ")
    )
    return from_name or title


def _article_of_lines(number: str, lines: list[str]) -> Article:
    paragraphs: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        start = _PARAGRAPH.match(line)
        if start:
            current = paragraphs.setdefault(start[1], [])
            line = line[start.end() :]
        if current is not None:
            current.append(line)
    return Article(number, "\n".join(lines), {key: "\n".join(value) for key, value in paragraphs.items()})


# XML of the Basiswettenbestand

#: Not words of the law: when what changed, editors' remarks, headings.
_NOT_LAW = ("meta-data", "redactie", "kop", "lidnr", "bwb-wijzigingen", "noot")
_NOT_IN_FORCE = ("vervallen", "nogniet")
_BLOCKS = ("al", "li", "lid", "lijst", "tussenkop", "row", "entry")


def read_xml(content: bytes) -> Act:
    """An act in the XML of the Basiswettenbestand; parts that are repealed or not in force yet are left out."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as trouble:
        raise UnreadableLaw(f"the XML is broken: {trouble.msg}", trouble.lineno) from None
    internal = root.getroottree().docinfo.internalDTD
    if internal is not None and list(internal.iterentities()):
        raise UnreadableLaw("it defines entities of its own")
    if root.tag != "toestand":
        raise UnreadableLaw("it is XML, but not of the Basiswettenbestand")
    articles: dict[str, Article] = {}
    repealed: set[str] = set()
    for element in root.iter("artikel"):
        number = "".join(element.findtext("kop/nr") or "").strip() or (element.get("label") or "")
        status = next(
            (above.get("status") for above in (element, *element.iterancestors()) if above.get("status") in _NOT_IN_FORCE),
            None,
        )
        if number and status == "vervallen":
            repealed.add(article_number(number))
        elif number and status is None:
            article = _article_of_xml(article_number(number), element)
            repealed |= {
                f"{article.number}:{(lid.findtext('lidnr') or '').strip().rstrip('.')}"
                for lid in element.iter("lid")
                if lid.get("status") == "vervallen"
            }
            before = articles.get(article.number)
            if before is not None:
                article = Article(
                    article.number, f"{before.text}\n{article.text}", before.paragraphs | article.paragraphs
                )
            articles[article.number] = article
    if not articles:
        raise UnreadableLaw("it has no article that is in force")
    title = next((_words(found) for name in ("citeertitel", "intitule") for found in root.iter(name)), "")
    return Act(title, root.get("bwb-id"), _day(root.get("inwerkingtreding")), articles, repealed - articles.keys())


def _article_of_xml(number: str, element) -> Article:
    paragraphs: dict[str, str] = {}
    for lid in element.iter("lid"):
        if lid.get("status") not in _NOT_IN_FORCE:
            key = (lid.findtext("lidnr") or "").strip().rstrip(".")
            words = _words(lid)
            paragraphs[key] = f"{paragraphs[key]}\n{words}" if key in paragraphs else words
    return Article(number, _words(element), paragraphs)


def _words(element) -> str:
    """The text of an element, a line for each block, without what is not law."""
    pieces: list[str] = []
    _gather(element, pieces, top=True)
    lines = ("".join(pieces)).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _gather(element, pieces: list[str], *, top: bool = False, inline: bool = False) -> None:
    tag = element.tag
    if not isinstance(tag, str) or (not top and (tag in _NOT_LAW or element.get("status") in _NOT_IN_FORCE)):
        return
    block = tag in _BLOCKS and not inline
    if block:
        pieces.append("\n")
    if tag == "lid" and not top:
        number = (element.findtext("lidnr") or "").strip()
        pieces.append(f"{number.rstrip('.')}. " if number else "")
    pieces.append(_spaced(element.text))
    if tag == "li.nr":
        pieces.append(" ")
    first = tag in ("li", "lid")  # the first line belongs beside the number
    for child in element:
        _gather(child, pieces, inline=first and child.tag == "al")
        first = first and child.tag != "al"
        pieces.append(_spaced(child.tail))
    if tag in _BLOCKS:
        pieces.append("\n")


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _day(written: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(written or "")
    except ValueError:
        return None


# Comparing

Piece = tuple[Literal["same", "gone", "new"], str]


Kind = Literal["same", "changed", "moved", "gone", "first", "act"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One reference against an act. `kind`: "same" (also when a person has looked at this text already), "changed",
    "moved" (its words stand under another number: `moved_to`, "29" or "29:2"), "gone" (the act has neither the article
    nor its words; `repealed` when it says so), "first" (its words were not known before), "act" (it cites the act as a
    whole, or has no article)."""

    kind: Kind
    reference_id: int
    concept_id: int
    code: str
    article: str | None
    paragraph: str | None
    before: str | None
    after: str | None
    moved_to: str | None = None
    repealed: bool = False

    @property
    def diff(self) -> list[Piece]:
        """What changed, word by word."""
        return word_diff(self.before or "", self.after or "")


#: Words of one text times words of the other that are compared one by one: more takes many seconds.
MOST_COMPARED = 40_000_000


def word_diff(before: str, after: str) -> list[Piece]:
    """(same, gone or new; text) in reading order, to be set with a space between. The words of the "same" and "gone"
    pieces are those of `before`, of the "same" and "new" ones those of `after`; a line break is kept as a word."""
    old, new = (re.findall(r"\S+|\n", text) for text in (before, after))
    if len(old) * len(new) > MOST_COMPARED:
        return [("gone", " ".join(old)), ("new", " ".join(new))]
    found: list[Piece] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(("same", " ".join(new[c:d])))
            continue
        if b > a:
            found.append(("gone", " ".join(old[a:b])))
        if d > c:
            found.append(("new", " ".join(new[c:d])))
    return found


def references_to(session: Session, act: Act) -> list[LegalReference]:
    """References to an act: by its identifier, or where they have none by its title."""
    by_title = LegalReference.bwb.is_(None) & (func.lower(LegalReference.act) == act.title.lower())
    same = (
        or_(LegalReference.bwb == act.bwb, by_title)
        if act.bwb
        else func.lower(LegalReference.act) == act.title.lower()
    )
    query = (
        select(LegalReference)
        .where(same)
        .options(selectinload(LegalReference.concept))
        .order_by(LegalReference.id)
    )
    return list(session.scalars(query))


def compare(session: Session, act: Act) -> list[Compared]:
    """Every reference to the act against its text; changes nothing."""
    return [_compare(reference, act) for reference in references_to(session, act)]


def _compare(reference: LegalReference, act: Act) -> Compared:
    after = act.text_of(reference.article, reference.paragraph)
    known, moved, kind = reference.quoted, None, "same"
    if not reference.article:
        kind = "act"
    elif after is not None and known is None:
        kind = "first"
    elif after is None or text_hash(after) != (reference.hash or text_hash(known or "")):
        kind = "gone" if after is None else "changed"
        moved = _moved_to(reference, act, after) if known else None
        if moved is not None:
            kind, (place, after) = "moved", moved
        if reference.seen_hash and reference.seen_hash == text_hash(after or ""):
            kind = "same"
    return Compared(
        kind, reference.id, reference.concept_id, reference.concept.code, reference.article, reference.paragraph,
        known, after, place if moved is not None else None, kind == "gone" and _is_repealed(reference, act),
    )  # fmt: skip


def _is_repealed(reference: LegalReference, act: Act) -> bool:
    number = article_number(reference.article or "")
    return number in act.repealed or f"{number}:{(reference.paragraph or '').strip().rstrip('.')}" in act.repealed


#: From this likeness on (0 to 100, rapidfuzz's ratio) another article is the old one with a new number.
ALIKE = 85


def _moved_to(reference: LegalReference, act: Act, here: str | None) -> tuple[str, str] | None:
    """(place, words) where the words that a reference quotes stand now, when that is not where it says: the same words,
    or nearly, and nearer than what stands in the old place."""
    old = " ".join((reference.quoted or "").split())
    old_place = article_number(reference.article or "")
    if len(old) < 40:
        return None  # "Vervallen.", "Deze wet treedt in werking": words that stand anywhere
    best, found = max(ALIKE, fuzz.ratio(old, " ".join((here or "").split())) + 5), None
    for article in act.articles.values():
        places = article.paragraphs.items() if reference.paragraph else [("", article.text)]
        for key, words in places:
            place = f"{article.number}:{key}" if key else article.number
            if place == (f"{old_place}:{(reference.paragraph or '').strip().rstrip('.')}" if key else old_place):
                continue
            if not 0.7 < (len(words) + 1) / (len(old) + 1) < 1.5:
                continue
            score = fuzz.ratio(old, " ".join(words.split()), score_cutoff=best)
            if score >= best and (found is None or score > best):
                best, found = score, (place, words)
    return found


def import_act(session: Session, act: Act, *, by: str, by_id: int | None = None) -> list[Compared]:
    """Compare, take over the words that were not known, and flag the references whose words changed, moved or are gone.
    A flag goes when the act says again what the concept quotes.

    Importing the same act again changes nothing."""
    found = compare(session, act)
    by_reference = {compared.reference_id: compared for compared in found}
    by_concept: dict[int, list[LegalReference]] = {}
    for reference in references_to(session, act):
        compared = by_reference[reference.id]
        if compared.kind in ("first", "changed", "moved", "gone") or (
            compared.kind == "same" and reference.flagged_at is not None
        ):
            by_concept.setdefault(reference.concept_id, []).append(reference)
    for some in by_concept.values():
        with recorded(session, [some[0].concept], "law compared", by=by, by_id=by_id, why=_name(act)):
            for reference in some:
                _note(reference, by_reference[reference.id], act)
    return found


def _note(reference: LegalReference, compared: Compared, act: Act) -> None:
    if compared.kind == "same":
        _unflag(reference)
    elif compared.kind == "first":
        reference.quoted, reference.hash = compared.after, text_hash(compared.after or "")
        reference.valid_from = reference.valid_from or act.valid_from
    elif compared.after is None and reference.quoted is None:
        return  # nothing was known and nothing is there: the reference may be wrong, which `Compared` says
    elif (reference.changed_text, reference.moved_to) != (compared.after or "", compared.moved_to):
        reference.changed_text, reference.flagged_at = compared.after or "", utc_now()
        reference.change = "repealed" if compared.repealed else compared.kind
        reference.moved_to, reference.changed_valid_from = compared.moved_to, act.valid_from


def _unflag(reference: LegalReference) -> None:
    reference.changed_text = reference.flagged_at = reference.change = None
    reference.moved_to = reference.changed_valid_from = None


def _name(act: Act) -> str:
    return " ".join(
        part for part in (act.title, act.bwb, act.valid_from and act.valid_from.isoformat()) if part
    )


def count_flagged(session: Session) -> int:
    """How many references wait for somebody to look."""
    return session.scalar(select(func.count(LegalReference.id)).where(LegalReference.flagged_at.is_not(None))) or 0


def flagged(session: Session, *, limit: int | None = None, offset: int = 0) -> Iterator[LegalReference]:
    """References whose law changed and that nobody has looked at since, oldest first."""
    query = (
        select(LegalReference)
        .where(LegalReference.flagged_at.is_not(None))
        .limit(limit)
        .offset(offset)
        .options(selectinload(LegalReference.concept).selectinload(Concept.terms))
        .order_by(LegalReference.flagged_at, LegalReference.id)
    )
    return iter(session.scalars(query))


def settle(
    session: Session,
    reference: LegalReference,
    *,
    by: str,
    by_id: int | None = None,
    why: str,
    valid_from: dt.date | None = None,
    take_over: bool = True,
) -> LegalReference:
    """A person looked. With `take_over` the new words are what the concept cites now, under their new number; without,
    it keeps quoting the old ones, and the same new text is not flagged again. `why` says what it means for the
    concept."""
    with recorded(session, [reference.concept], "law looked at", by=by, by_id=by_id, why=why):
        if reference.changed_text is not None and take_over:
            reference.quoted = reference.changed_text or None
            reference.hash = text_hash(reference.changed_text) if reference.changed_text else None
            reference.valid_from = reference.changed_valid_from or reference.valid_from
            if reference.moved_to:
                article, _colon, paragraph = reference.moved_to.partition(":")
                reference.article, reference.paragraph = article, paragraph or reference.paragraph
        reference.seen_hash = text_hash(reference.changed_text or "") if reference.changed_text is not None else None
        _unflag(reference)
        if valid_from is not None:
            reference.valid_from = valid_from
    return reference
