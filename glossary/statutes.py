"""The text of an act, read from a file. Nothing is fetched from anywhere.

Two forms are read: Markdown with ``### Artikel 28`` headings and numbered paragraphs (the statengeneraal repositories'
form), and the XML of the Basiswettenbestand ("toestand", as wetten.overheid.nl offers it for download).
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
from dataclasses import dataclass, field

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
