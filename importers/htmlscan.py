"""HTML in tokens that know their place, so that a page can be changed here and there and kept everywhere else.

This follows the tokenisation of the WHATWG HTML standard (§13.2.5) where it decides what is text and what is
markup; every character of the page belongs to exactly one token.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_NAME = re.compile(r"[a-zA-Z][^\s/>\0]*")
_ATTRIBUTE = re.compile(
    r"""[\s/]*(?:(?P<name>[^\s/>=][^\s/>=]*)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s>"'][^\s>]*)?)?)?"""
)
_COMMENT_END = re.compile(r"--!?>")
# What stands inside these is no markup: raw text, or (title, textarea) text with entities.
RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes"})
TEXT_ONLY = frozenset({"title", "textarea"})


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute; `start` and `end` enclose its value with quotes (both the end of the name when it has none)."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of the page: "text", "comment" (with doctypes and processing instructions), "raw" (the inside of a
    script), "open" or "close" with the tag's lower-case `name`."""

    kind: str
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()
    self_closing: bool = False

    def attribute(self, name: str) -> Attribute | None:
        """The first attribute of that name."""
        return next((a for a in self.attributes if a.name == name), None)

    def value(self, name: str) -> str:
        """An attribute's value, "" when it is missing."""
        found = self.attribute(name)
        return found.value if found else ""


def scan(page: str) -> list[Token]:
    """The page's tokens, without a gap, in order."""
    tokens: list[Token] = []
    at = text_from = 0
    while (at := page.find("<", at)) >= 0:
        token = _markup(page, at)
        if token is None:
            at += 1
            continue
        if text_from < at:
            tokens.append(Token("text", text_from, at))
        tokens.append(token)
        at = text_from = token.end
        if token.kind == "open" and token.name in RAW | TEXT_ONLY:
            closing = re.compile(rf"</{token.name}(?=[\s/>])", re.IGNORECASE).search(page, at)
            end = closing.start() if closing else len(page)
            if end > at:
                tokens.append(Token("raw" if token.name in RAW else "text", at, end))
            at = text_from = end
    if text_from < len(page):
        tokens.append(Token("text", text_from, len(page)))
    return tokens


def _markup(page: str, at: int) -> Token | None:
    """The tag or comment that starts here, or None when this "<" is a character of the text."""
    if page.startswith("<!--", at):
        if page.startswith(("<!-->", "<!--->"), at):
            return Token("comment", at, page.index(">", at) + 1)
        found = _COMMENT_END.search(page, at + 4)
        return Token("comment", at, found.end() if found else len(page))
    if page.startswith("<![CDATA[", at):
        end = page.find("]]>", at)
        return Token("comment", at, end + 3 if end >= 0 else len(page))
    bogus = page.startswith("</", at) and not page[at + 2 : at + 3].isalpha() and page[at + 2 : at + 3] not in ("", ">")
    if bogus or page.startswith(("<!", "<?"), at):
        end = page.find(">", at)
        return Token("comment", at, end + 1 if end >= 0 else len(page))
    closing = page.startswith("</", at)
    name = _NAME.match(page, at + (2 if closing else 1))
    if not name:
        return None
    attributes, end = _attributes(page, name.end())
    self_closing = page[end - 2 : end] == "/>"
    kind = "close" if closing else "open"
    return Token(kind, at, end, name[0].lower(), () if closing else tuple(attributes), self_closing)


def _attributes(page: str, at: int) -> tuple[list[Attribute], int]:
    """Attributes from here to the tag's ">", and the place after it. A tag that never ends takes the rest."""
    attributes: list[Attribute] = []
    while at < len(page) and page[at] != ">":
        found = _ATTRIBUTE.match(page, at)
        if not found or found.end() == at:
            at += 1  # a stray quote or "=": a parse error browsers skip
            continue
        at = found.end()
        if found["name"]:
            value = found["value"] or ""
            start = found.start("value") if value else found.end("name")
            bare = value[1:-1] if value[:1] in ('"', "'") else value
            attributes.append(
                Attribute(found["name"].lower(), html.unescape(bare), start, start + len(value))
            )
    return attributes, min(at + 1, len(page))
