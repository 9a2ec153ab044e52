"""The inside of a Markdown paragraph: where each code stands in it, and how to write it again.

markdown-it says what a paragraph means but not where its parts stand, so the rules that make codes are wrapped
here to note it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from markdown_it import MarkdownIt, rules_inline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from importers.nesting import TextBuilder, pieces, worth_translating
from importers.units import Code

_Rule = Callable[[StateInline, bool], bool]
_PAIRS = {"em": "italic", "strong": "bold", "s": "format", "link": "link"}
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)(?:[^>]*?)(/?)>", re.S)
_TAG_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "a": "link", "br": "break",
    "img": "image", "s": "format", "del": "format",
}  # fmt: skip
_VOID = frozenset({"br", "img", "hr", "wbr", "input", "meta", "link", "source"})
_EMPHASIS = {"*": "em", "_": "em", "**": "strong", "__": "strong", "~~": "del"}


@dataclass(slots=True)
class Place:
    """What a code stands for: its opening (or only) part and its closing part, as places in the paragraph.
    `reference` replaces the closing part of ``[name]``, whose words are also the name of its address."""

    opening: tuple[int, int]
    closing: tuple[int, int] = (0, 0)
    markup: str = ""
    breaks: bool = False
    reference: str = ""


@dataclass(slots=True)
class Attached:
    """Text that hangs on a link or picture: the place it takes in the paragraph and how to write it there."""

    text: str
    context: str  # "title" or "alt"
    start: int
    end: int


@dataclass(slots=True)
class Inline:
    """The unit inside a paragraph: what of it is translated (`start` to `end`), with its codes' places."""

    text: str
    codes: tuple[Code, ...]
    start: int
    end: int
    places: dict[int, Place] = field(default_factory=dict)
    attached: list[Attached] = field(default_factory=list)


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables and strikethrough, its inline rules noting where they found what."""
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for name, rule in (
        ("backticks", rules_inline.backtick),
        ("autolink", rules_inline.autolink),
        ("html_inline", rules_inline.html_inline),
        ("newline", rules_inline.newline),
    ):
        md.inline.ruler.at(name, _whole(rule))
    md.inline.ruler.at("strikethrough", _delimiters(rules_inline.strikethrough.tokenize))
    md.inline.ruler.at("emphasis", _delimiters(rules_inline.emphasis.tokenize))
    md.inline.ruler.at("link", _labelled(rules_inline.link, 1, True))
    md.inline.ruler.at("image", _labelled(rules_inline.image, 2, False))
    return md


def _whole(rule: _Rule) -> _Rule:
    def placed(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent:
            for token in state.tokens[count:]:
                if token.type != "text":
                    token.meta["at"] = (start, state.pos)
        return found

    return placed


def _delimiters(rule: _Rule) -> _Rule:
    def placed(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent:
            at = state.pos
            for token in reversed(state.tokens[count:]):
                if at <= start:
                    break  # text that was waiting before the delimiters
                token.meta["at"] = (at - len(token.content), at)
                at -= len(token.content)
        return found

    return placed


def _labelled(rule: _Rule, opening: int, nested: bool) -> _Rule:
    def placed(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        label_end = -1
        if not silent and state.src.startswith("![" if opening == 2 else "[", start):
            label_end = state.md.helpers.parseLinkLabel(state, start + opening - 1, nested)
        found = rule(state, silent)
        if found and not silent:
            new = [token for token in state.tokens[count:] if "at" not in token.meta and token.type != "text"]
            for token in new:
                token.meta.update(at=(start, state.pos), label=(start + opening, label_end))
        return found

    return placed


def understand(token: Token) -> Inline:
    """The unit inside an inline token of markdown-it (positions are places in ``token.content``)."""
    children = _joined(token.children or [], token.content)
    first, last = _trimmed(children)
    start, end = 0, len(token.content)
    if first > 0:
        start = _place(children[first - 1])[1]
    if last < len(children) - 1:
        end = _place(children[last + 1])[0]
    attached = [a for child in children for a in _attached(child, token.content)]
    if first > last:
        return Inline("", (), start, start, {}, attached)
    piece = token.content[start:end]
    start += len(piece) - len(piece.lstrip())
    end = max(start, end - (len(piece) - len(piece.rstrip())))
    builder = TextBuilder()
    places: dict[int, Place] = {}
    opened: list[int] = []
    for index in range(first, last + 1):
        _add(children[index], builder, places, opened)
    text, codes = builder.build()
    if not worth_translating(text) or builder.overfull:
        return Inline("", (), start, start, {}, attached)
    return Inline(text.strip(), codes, start, end, places, attached)


def _add(child: Token, builder: TextBuilder, places: dict[int, Place], opened: list[int]) -> None:
    kind: str
    if child.type in ("text", "text_special"):
        builder.text(child.content)
    elif child.type == "softbreak":
        builder.text(" ")
    elif child.type == "hardbreak":
        places[builder.alone("break", "br")] = Place((0, 0), breaks=True)
    elif child.type == "pair_open":
        number = builder.open(child.meta["kind"], child.meta["shows"])
        places[number] = Place(_place(child), markup=child.markup)
        opened.append(number)
    elif child.type == "pair_close":
        number = opened.pop()
        places[number].closing = _place(child)
        places[number].reference = child.meta.get("reference", "")
        builder.close(number)
    else:
        kind, shows = child.meta["kind"], child.meta["shows"]
        places[builder.alone(kind, shows)] = Place(_place(child))


def _place(child: Token) -> tuple[int, int]:
    return child.meta["place"]


def _joined(children: list[Token], content: str) -> list[Token]:
    """The tokens as text, breaks, "pair_open", "pair_close" and "alone", each with its place, kind and chip."""
    out: list[Token] = []
    skipping = False
    html: list[tuple[int, str, int]] = []  # index in out, tag, depth
    depth = 0
    for child in children:
        if skipping:
            skipping = child.type != "link_close"
            continue
        at = child.meta.get("at")
        name = child.type.rpartition("_")[0]
        if child.type in ("text", "text_special", "softbreak", "hardbreak"):
            if child.content or "break" in child.type:
                out.append(child)
        elif child.type == "link_open" and child.markup == "autolink":
            out.append(_made("alone", at, "link", str(child.attrs.get("href", ""))[:40]))
            skipping = True
        elif child.type == "link_open":
            token = _made("pair_open", (at[0], at[0] + 1), "link", _target(child))
            token.attrs, token.meta["whole"], token.meta["label"] = child.attrs, at, child.meta["label"]
            out.append(token)
            depth += 1
        elif child.type == "link_close":
            out.append(_made("pair_close", (child.meta["label"][1], at[1]), "link", ""))
            label = content[slice(*child.meta["label"])]
            if content[child.meta["label"][1] : at[1]] in ("]", "][]"):
                out[-1].meta["reference"] = f"][{label}]"
            depth -= 1
        elif name in _PAIRS:
            strong = name == "strong"
            opens = child.nesting > 0
            place = (at[0] - 1, at[1]) if strong and opens else (at[0], at[1] + 1) if strong else at
            token = _made("pair_open" if opens else "pair_close", place, _PAIRS[name], child.markup)
            token.markup = child.markup
            out.append(token)
            depth += child.nesting
        elif child.type == "image":
            token = _made("alone", at, "image", _alt(child)[:24] or "image")
            token.attrs, token.meta["whole"], token.meta["label"] = child.attrs, at, child.meta["label"]
            token.content = _alt(child)
            out.append(token)
        elif child.type == "html_inline":
            _html(child.content, at, out, html, depth)
        else:
            out.append(_made("alone", at, "placeholder", child.content[:24]))
    return out


def _html(content: str, at: tuple[int, int], out: list[Token], opened: list[tuple[int, str, int]], depth: int) -> None:
    """An HTML tag in the text: half of a pair when its other half stands at the same depth, else alone."""
    found = _TAG.fullmatch(content)
    name = found[2].lower() if found else ""
    kind = _TAG_KINDS.get(name, "format" if name else "markup")
    shows = ("/" if found and found[1] else "") + (name or content[:12])
    token = _made("alone", at, kind if name in _VOID else "markup", shows)
    out.append(token)
    if not found or name in _VOID or found[3]:
        return
    if not found[1]:
        opened.append((len(out) - 1, name, depth))
        return
    while opened and opened[-1][2] > depth:
        opened.pop()
    match = next((i for i in range(len(opened) - 1, -1, -1) if opened[i][1] == name and opened[i][2] == depth), None)
    if match is None:
        return
    first = opened[match][0]
    # a Markdown pair that begins between the two must also end there
    if sum(t.type == "pair_open" for t in out[first:]) != sum(t.type == "pair_close" for t in out[first:]):
        return
    del opened[match:]
    out[first].type, token.type = "pair_open", "pair_close"
    out[first].meta["kind"] = token.meta["kind"] = kind


def _made(type: str, place: tuple[int, int], kind: str, shows: str) -> Token:
    token = Token(type, "", 0)
    token.meta = {"place": place, "kind": kind, "shows": shows}
    return token


def _target(link: Token) -> str:
    return "link: " + re.sub(r"^(https?://)?(www\.)?", "", str(link.attrs.get("href", "")))[:40]


def _alt(image: Token) -> str:
    def words(tokens: list[Token]) -> str:
        return "".join(
            words(t.children or []) if t.type == "image" else "\n" if "break" in t.type else t.content for t in tokens
        )

    return words(image.children or []).replace("\n", " ")


def _attached(child: Token, content: str) -> list[Attached]:
    """The words of a picture and the title of a link or picture that says it right there."""
    if "whole" not in child.meta:
        return []
    found = []
    start, end = child.meta["label"]
    if child.type == "alone" and worth_translating(child.content):
        by_name = content[end : child.meta["whole"][1]] in ("]", "][]")
        if not by_name:  # in ![name] the words are also the name that finds the picture's address
            found.append(Attached(child.content, "alt", start, end))
    title = str(child.attrs.get("title", "") or "")
    tail = content[end : child.meta["whole"][1]]
    if title and tail.startswith("](") and worth_translating(title):
        body = tail[:-1].rstrip()
        opener = {'"': '"', "'": "'", ")": "("}.get(body[-1:], "")
        at = len(body) - 2
        while opener and at > 0 and not (body[at] == opener and body[at - 1] != "\\"):
            at -= 1
        if opener and at > 0:
            found.append(Attached(title, "title", end + at, end + len(body)))
    return found


def _trimmed(children: list[Token]) -> tuple[int, int]:
    """The first and last token a translator needs, without pictures and breaks at the ends or a pair around all."""
    first, last = 0, len(children) - 1

    def idle(child: Token) -> bool:
        if child.type in ("text", "text_special"):
            return not child.content.strip() and "place" in child.meta
        return child.type == "alone" and child.meta["kind"] in ("image", "break", "markup")

    while first <= last:
        if idle(children[first]):
            first += 1
        elif idle(children[last]):
            last -= 1
        elif (
            children[first].type == "pair_open"
            and _closing(children, first) == last
            and "reference" not in children[last].meta  # ](…) can stay outside; [name] changes with its words
        ):
            first, last = first + 1, last - 1
        else:
            break
    return first, last


def _closing(children: list[Token], first: int) -> int:
    depth = 0
    for index in range(first, len(children)):
        depth += (children[index].type == "pair_open") - (children[index].type == "pair_close")
        if depth == 0:
            return index
    return -1


# -- writing ---------------------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[\\`*_\[\]<>~]|&(?=#?\w+;)|(?<=!)(?=\[)")
_ANY_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_BLOCK_START = re.compile(r"^(\s*)([#>+=|-]|\d+(?=[.)]))")


def escaped(text: str, level: int) -> str:
    """A translator's text for Markdown. Level 0 as typed, 1 what often means something, 2 all punctuation."""
    if level == 0:
        return text
    if level == 1:
        text = _SPECIAL.sub(lambda m: "\\" + m[0] if m[0] else "\\", text)
        return text
    return _ANY_PUNCTUATION.sub(lambda m: "\\" + m[0], text)


def rendered(text: str, inline: Inline, content: str, level: int, raw: Callable[[int, int], str]) -> str:
    """A translation as Markdown. `raw` gives a place of the paragraph as it goes out. At level 2 emphasis is written in
    HTML, because ``**`` next to a letter or quotation mark does not always mean what it should."""
    out: list[str] = []
    for piece in pieces(text, inline.codes):
        if piece.role == "text":
            chunk = re.sub(r"[ \t]*[\r\n]+[ \t]*", " ", piece.text)
            out.append(escaped(chunk, level))
            continue
        place = inline.places[piece.number]
        if place.breaks:
            out.append("\\\n")
        elif level == 2 and place.markup in _EMPHASIS:
            out.append(f"<{'/' if piece.role == 'close' else ''}{_EMPHASIS[place.markup]}>")
        elif place.reference and piece.role == "close":
            out.append(place.reference)
        else:
            out.append(raw(*(place.closing if piece.role == "close" else place.opening)))
    whole = "".join(out).strip()
    if level:
        whole = _BLOCK_START.sub(lambda m: m[1] + ("\\" + m[2] if not m[2].isdigit() else m[2]), whole, count=1)
        whole = re.sub(r"^(\d+)([.)])", r"\1\\\2", whole)
    return whole


def shape(text: str, codes: tuple[Code, ...]) -> list[Any]:
    """A text for comparing: its words with white space made one, and its codes by kind, whatever their numbers."""
    kinds = {code.number: code.kind for code in codes}
    out: list[Any] = []
    for piece in pieces(text, codes):
        if piece.role == "text":
            words = " ".join(piece.text.split())
            if words:
                out.append(words)
        else:
            out.append((piece.role, kinds[piece.number]))
    return out
