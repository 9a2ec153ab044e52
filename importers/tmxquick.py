"""The usual TMX unit, taken apart without a tree, which takes half the time; what is unusual goes to lxml.

Most units of most memories are alike: languages, plain text, perhaps properties and dates. Those are recognised as
a whole, only in UTF-8, one right behind the other. A unit with inline codes goes to lxml by itself; at anything else
(comments, CDATA, characters XML does not have, errors) the rest of the file goes there, with its line numbers. So every
file is read, or refused, as lxml alone would.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from importers.safexml import FORBIDDEN
from importers.units import UnreadableFile
from importers.xmlstream import Again, elements, local, opened

Attributes = list[tuple[str, str]]
Props = tuple[tuple[str, str], ...]

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CHUNK = 256 * 1024
_LONGEST_HEAD = 256 * 1024
_LONGEST_UNIT = 8 * 1024 * 1024
_NAMES = ("tu", "header", "tmx")

_S = r"[ \t\n]"
_ATTRIBUTE = rf"""(?:{_S}++(?:xml:)?[a-zA-Z][a-zA-Z0-9_.-]*+{_S}*+=(?:{_S}*+)(?:"[^"<\n\t]*+"|'[^'<\n\t]*+'))"""
_FACT = (
    rf"(?:{_S}*+<prop{_ATTRIBUTE}*+{_S}*+>[^<]*+</prop{_S}*+>|{_S}*+<note{_ATTRIBUTE}*+{_S}*+>[^<]*+</note{_S}*+>)"
)
_TUV = rf"{_S}*+<tuv({_ATTRIBUTE}*+){_S}*+>({_FACT}*+){_S}*+<seg{_S}*+>([^<]*+)</seg{_S}*+>{_S}*+</tuv{_S}*+>"
_VARIANT = re.compile(_TUV)
_UNIT = re.compile(
    rf"{_S}*+<tu({_ATTRIBUTE}*+){_S}*+>({_FACT}*+)((?:{_TUV.replace('(' + _ATTRIBUTE, '(?:' + _ATTRIBUTE).replace('(' + _FACT, '(?:' + _FACT).replace('([^<]', '(?:[^<]')})++){_S}*+</tu>"
)
_TWO = re.compile(rf"{_S}*+<tu({_ATTRIBUTE}*+){_S}*+>({_FACT}*+){_TUV}{_TUV}{_S}*+</tu>")  # most units have two languages
_FACTS = re.compile(rf"<(prop|note)({_ATTRIBUTE}*+){_S}*+>([^<]*+)<")
_PAIR = re.compile(rf"""((?:xml:)?[a-zA-Z][a-zA-Z0-9_.-]*+){_S}*+={_S}*+(?:"([^"]*+)"|'([^']*+)')""")
_HEAD = re.compile(r"[^<]*(?:<\?xml[^<>]*\?>\s*)?(?:<!DOCTYPE[^<>\[\]]*>\s*)?<tmx\b[^<>]*>.*?<body(?:\s[^<>]*)?>", re.S)
_DECLARED = re.compile(r"<\?xml[^<>]*?encoding\s*=\s*[\"']([^\"']*)")
_ODD = re.compile(r"\]\]>|\r|" + FORBIDDEN.pattern)  # lxml counts no line at a carriage return alone
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_TUID = ' tuid="'
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6});|#([0-9]{1,7});|(amp|lt|gt|quot|apos);)?")
_START = re.compile(rf"{_S}*+<tu[ \t\n>]")
_END = re.compile(r"\s*</body\s*>\s*</tmx\s*>\s*")


@dataclass(slots=True)
class PlainUnit:
    """A unit without inline codes: its `tuid` where that stands first, its other attributes as they are written (see
    `attributes_of`), notes and properties, and of each language in order its attributes and facts as they are written (see
    `facts_of`) and its text."""

    tuid: str | None
    attributes: str
    notes: tuple[str, ...]
    props: Props
    variants: list[tuple[str, str, str]]


class _Unusual(Exception):
    """This unit is not as plain as it looked."""


def units(stream: BinaryIO, format: str) -> Iterator[PlainUnit | etree._Element]:
    """Plain units, other <tu> elements, the <header> and at the end the <tmx> element, in order. Raises UnreadableFile as
    `importers.xmlstream.elements` does."""
    source = opened(stream, format)
    head, rest = _head(source)
    if not head:
        yield from elements(Again(rest, source), _NAMES, format)
        return
    try:
        ahead = list(elements(io.BytesIO(head.encode() + b"</body></tmx>"), _NAMES, format))
    except UnreadableFile:
        ahead = []
    if [local(element.tag) for element in ahead] != ["header", "tmx"]:
        yield from elements(Again(head.encode() + rest, source), _NAMES, format)
        return
    # they were emptied when the next one came: read once more for the one that is wanted
    yield from (e for e in elements(io.BytesIO(head.encode() + b"</body></tmx>"), ("header",), format))
    yield from _body(head, rest, source, format)


def _head(source: BinaryIO) -> tuple[str, bytes]:
    """Everything up to the start of <body>, and what was read beyond it; "" when the file is not for the quick way."""
    seen = b""
    while len(seen) < _LONGEST_HEAD:
        chunk = source.read(_CHUNK)
        seen += chunk
        if b"<body" in seen and b">" in seen.partition(b"<body")[2] or not chunk:
            break
    plain = seen.removeprefix(codecs.BOM_UTF8)
    if seen.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)) or b"<!--" in plain.partition(b"<body")[0]:
        return "", seen
    try:
        text = plain[: plain.find(b"<body") + 1000].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return "", seen
    declared = _DECLARED.search(text[:1000])
    if declared and declared[1].lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        return "", seen
    found = _HEAD.match(text)
    if not found or "\0" in found[0] or "\r" in found[0] and "\r" in found[0].replace("\r\n", ""):
        return "", seen
    head = found[0]
    size = len(head.encode())
    if plain[:size] != head.encode():
        return "", seen
    return head, plain[size:]


def _body(head: str, rest: bytes, source: BinaryIO, format: str) -> Iterator[PlainUnit | etree._Element]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    text, at, lines, chunk, whole = "", 0, 0, rest, False
    while True:
        try:
            more = decoder.decode(chunk, not chunk and whole)
        except UnicodeDecodeError:
            yield from _slowly(head, lines, text[at:].encode() + decoder.getstate()[0] + chunk, source, format)
            return
        text, at = text[at:] + more, 0
        held = "\r" if text.endswith("\r") and chunk else ""
        text = text.removesuffix("\r") if held else text
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        odd = _ODD.search(text) if _is_odd(chunk, text) else None
        limit = odd.start() if odd else len(text)
        last = text.rfind("</tu>", 0, limit)
        end = last + 5 if last >= 0 else 0
        while at < end:
            found = _TWO.match(text, at, end) or _UNIT.match(text, at, end)
            if found is not None:
                try:
                    yield _plain(found)
                    lines += text.count("\n", at, found.end())
                    at = found.end()
                    continue
                except _Unusual:
                    pass
            element, after = _alone(text, at)
            if element is None:
                break
            yield element
            lines += text.count("\n", at, after)
            at = after
        unread = at < end or odd is not None or len(text) - at > _LONGEST_UNIT
        if not unread and not chunk:
            if _END.fullmatch(text, at):
                yield from elements(io.BytesIO(b"<tmx/>"), ("tmx",), format)
                return
            unread = True
        if unread:
            left = (text[at:] + held).encode() + decoder.getstate()[0]
            yield from _slowly(head, lines, left, source, format)
            return
        text, at = text[at:] + held, 0
        chunk = source.read(_CHUNK)
        whole = not chunk


def _slowly(head: str, lines: int, left: bytes, source: BinaryIO, format: str) -> Iterator[etree._Element]:
    """The rest of the file by lxml. Empty lines stand for what was read, so that an error names the right line."""
    start = re.sub(r"encoding\s*=\s*([\"'])[^\"']*\1", 'encoding="UTF-8"', head, count=1).encode()
    for element in elements(Again(start + b"\n" * lines + left, source), _NAMES, format):
        if local(element.tag) != "header":
            yield element


def _alone(text: str, at: int) -> tuple[etree._Element | None, int]:
    """One unit by lxml and the place after it; (None, 0) when it cannot be understood by itself."""
    after = text.find("</tu>", at) + 5
    if not _START.match(text, at):
        return None, 0
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        element = etree.fromstring(text[at:after].lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, 0
    return (None, 0) if next(element.iter(etree.Entity), None) is not None else (element, after)


def _is_odd(chunk: bytes, text: str) -> bool:
    """Whether something in the text must be looked for closely: a quick look at the bytes for control characters."""
    return (
        len(chunk.translate(None, _CONTROLS)) != len(chunk)
        or "]]>" in text
        or "\r" in text
        or "\ufffe" in text
        or "\uffff" in text
    )


def _plain(found: re.Match[str]) -> PlainUnit:
    if found.re is _TWO:
        attributes, facts, *parts = found.groups()
        variants = [(parts[0], parts[1], parts[2]), (parts[3], parts[4], parts[5])]
    else:
        attributes, facts, inside = found.groups()
        variants = _VARIANT.findall(inside)
    for number, (a, f, text) in enumerate(variants):
        if "&" in text:
            text = _meant(text)
            if "<" in text:  # it may look like one of our tags
                raise _Unusual
            variants[number] = (a, f, text)
        if a not in _ATTRIBUTES:
            attributes_of(a)
        if f:
            facts_of(f)
    notes, props = facts_of(facts) if facts else ((), ())
    tuid, others = None, attributes
    if attributes.startswith(_TUID):
        end = attributes.index('"', len(_TUID))
        tuid, others = attributes[len(_TUID) : end], attributes[end + 1 :]
        if "&" in tuid or "tuid" in others:
            tuid, others = None, attributes
    if others not in _ATTRIBUTES:
        attributes_of(others)
    return PlainUnit(tuid, others, notes, props, variants)


_ATTRIBUTES: dict[str, Attributes] = {"": []}
_FACTS_KNOWN: dict[str, tuple[tuple[str, ...], Props]] = {}


def attributes_of(text: str) -> Attributes:
    """Attributes as they are written, taken apart. Raises _Unusual for what a namespace or a reference makes hard."""
    known = _ATTRIBUTES.get(text)
    if known is not None:
        return known
    found = [(_LANG if name == "xml:lang" else name, _meant(a or b)) for name, a, b in _PAIR.findall(text)]
    if len({name for name, _ in found}) != len(found) or any(name.startswith("xml:") for name, _ in found):
        raise _Unusual
    if len(_ATTRIBUTES) < 500:
        _ATTRIBUTES[text] = found
    return found


def facts_of(text: str) -> tuple[tuple[str, ...], Props]:
    """Notes and properties as they are written, taken apart."""
    known = _FACTS_KNOWN.get(text)
    if known is not None:
        return known
    notes, props = [], []
    for name, attributes, words in _FACTS.findall(text):
        if name == "note":
            attributes_of(attributes)
            notes.append(_meant(words))
        else:
            props.append((dict(attributes_of(attributes)).get("type", ""), _meant(words)))
    if len(_FACTS_KNOWN) < 500:
        _FACTS_KNOWN[text] = (tuple(notes), tuple(props))
    return tuple(notes), tuple(props)


def _meant(text: str) -> str:
    """Text with its references to characters followed. Raises _Unusual for any that XML does not have by itself."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    if reference[3]:
        return _CHARACTERS[reference[3]]
    if not reference[1] and not reference[2]:
        raise _Unusual
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if code > 0x10FFFF or FORBIDDEN.match(chr(code)):
        raise _Unusual
    return chr(code)
