"""The text of an act, read from a file and compared with what concepts cite. Nothing is fetched from anywhere.

Two forms are read: Markdown with ``### Artikel 28`` headings and numbered paragraphs (the statengeneraal repositories'
form), and the XML of the Basiswettenbestand ("toestand", as wetten.overheid.nl offers it for download). A reference
that is compared for the first time takes the words over; later it is flagged when they differ, and keeps the old and
the new words until a person has looked.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

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
        if content.lstrip()[:1] == b"<" and b"<toestand" in content[:4000]:
            return read_xml(content)
        try:
            content = content.decode("utf-8-sig")
        except UnicodeDecodeError as trouble:
            raise UnreadableLaw("it is not UTF-8 text", content[: trouble.start].count(b"\n") + 1) from None
    if "<toestand" in content[:4000]:
        return read_xml(content.encode())
    return read_markdown(content, name)


# Markdown

_HEADING = re.compile(r"^\s*#{1,6}\s*(.*?)\s*#*\s*$")
_ARTICLE = re.compile(r"(?i)^artikel\s+([\w.:]+)")
_DIVISION = re.compile(r"(?i)^(hoofdstuk|afdeling|paragraaf|titel|boek|deel|bijlage|§)\b|^§")
_PARAGRAPH = re.compile(r"^\s*(\d+[a-z]?)\s*\.\s+(?=\S)")


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
    return Act(
        _cited_title(title, name),
        bwb[0] if bwb else None,
        None,
        {number: _article_of_lines(number, lines) for number, lines in articles.items()},
    )


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
    for element in root.iter("artikel"):
        if any(above.get("status") in _NOT_IN_FORCE for above in (element, *element.iterancestors())):
            continue
        number = "".join(element.findtext("kop/nr") or "").strip() or (element.get("label") or "")
        if number:
            article = _article_of_xml(article_number(number), element)
            before = articles.get(article.number)
            if before is not None:
                article = Article(
                    article.number, f"{before.text}\n{article.text}", before.paragraphs | article.paragraphs
                )
            articles[article.number] = article
    if not articles:
        raise UnreadableLaw("it has no article that is in force")
    title = next((_words(found) for name in ("citeertitel", "intitule") for found in root.iter(name)), "")
    return Act(title, root.get("bwb-id"), _day(root.get("inwerkingtreding")), articles)


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


@dataclass(frozen=True, slots=True)
class Compared:
    """One reference against an act. `kind`: "same", "changed", "gone" (the act no longer has the article), "first"
    (its words were not known before), "act" (it cites the act as a whole, or has no article)."""

    kind: Literal["same", "changed", "gone", "first", "act"]
    reference_id: int
    concept_id: int
    code: str
    article: str | None
    paragraph: str | None
    before: str | None
    after: str | None

    @property
    def diff(self) -> list[Piece]:
        """What changed, word by word."""
        return word_diff(self.before or "", self.after or "")


def word_diff(before: str, after: str) -> list[Piece]:
    """(same, gone or new; text) in reading order, to be set with a space between. The words of the "same" and "gone"
    pieces are those of `before`, of the "same" and "new" ones those of `after`; a line break is kept as a word."""
    old, new = (re.findall(r"\S+|\n", text) for text in (before, after))
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
    if not reference.article:
        kind = "act"
    elif after is None:
        kind = "gone"
    elif reference.quoted is None:
        kind = "first"
    elif text_hash(after) == (reference.hash or text_hash(reference.quoted)):
        kind = "same"
    else:
        kind = "changed"
    return Compared(
        kind, reference.id, reference.concept_id, reference.concept.code, reference.article, reference.paragraph,
        reference.quoted, after,
    )  # fmt: skip


def import_act(session: Session, act: Act, *, by: str, by_id: int | None = None) -> list[Compared]:
    """Compare, take over the words that were not known, and flag the references whose words changed or are gone.

    Importing the same act again changes nothing."""
    found = compare(session, act)
    changes = {
        compared.reference_id: compared for compared in found if compared.kind in ("first", "changed", "gone")
    }
    references = {
        reference.id: reference for reference in references_to(session, act) if reference.id in changes
    }
    by_concept: dict[int, list[LegalReference]] = {}
    for reference in references.values():
        by_concept.setdefault(reference.concept_id, []).append(reference)
    for some in by_concept.values():
        with recorded(session, [some[0].concept], "law compared", by=by, by_id=by_id, why=_name(act)):
            for reference in some:
                _note(reference, changes[reference.id], act)
    return found


def _note(reference: LegalReference, compared: Compared, act: Act) -> None:
    if compared.kind == "first":
        reference.quoted, reference.hash = compared.after, text_hash(compared.after or "")
        reference.valid_from = reference.valid_from or act.valid_from
    elif compared.after is None and reference.quoted is None:
        return  # nothing was known and nothing is there: the reference may be wrong, which `Compared` says
    elif reference.changed_text != (compared.after or ""):
        reference.changed_text, reference.flagged_at = compared.after or "", utc_now()


def _name(act: Act) -> str:
    return " ".join(
        part for part in (act.title, act.bwb, act.valid_from and act.valid_from.isoformat()) if part
    )


def flagged(session: Session) -> Iterator[LegalReference]:
    """References whose law changed and that nobody has looked at since, oldest first."""
    query = (
        select(LegalReference)
        .where(LegalReference.flagged_at.is_not(None))
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
) -> LegalReference:
    """A person looked: the new words are what the concept cites now. `why` says what it means for the concept."""
    with recorded(session, [reference.concept], "law looked at", by=by, by_id=by_id, why=why):
        if reference.changed_text is not None:
            reference.quoted = reference.changed_text or None
            reference.hash = text_hash(reference.changed_text) if reference.changed_text else None
        reference.changed_text = reference.flagged_at = None
        if valid_from is not None:
            reference.valid_from = valid_from
    return reference
