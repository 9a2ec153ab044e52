"""The inside of a TMX segment: bpt, ept, ph, it, hi and ut become our numbered tags, and become themselves again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from importers.inline import TAG
from importers.nesting import pieces
from importers.safexml import FORBIDDEN
from importers.units import Code
from importers.xmlstream import local, text_of

# TMX 1.4b's recommended values of `type` <-> our kinds of code
_KINDS = {
    "bold": "bold", "italic": "italic", "ulined": "underline", "dulined": "underline", "link": "link", "cref": "link",
    "lb": "break", "pb": "break", "image": "image", "fnote": "note", "enote": "note", "font": "format",
    "color": "format", "scap": "format", "struct": "markup", "time": "field", "date": "field", "var": "placeholder",
}  # fmt: skip
_TYPES = {
    "bold": "bold", "italic": "italic", "underline": "ulined", "link": "link", "break": "lb", "image": "image",
    "note": "fnote",
}  # fmt: skip
_CHARACTER = "x-char"


@dataclass(frozen=True, slots=True)
class Mark:
    """An inline element as one language of a file has it: its name, attributes and content (XML)."""

    element: str
    attributes: tuple[tuple[str, str], ...] = ()
    content: str = ""


@dataclass(frozen=True, slots=True)
class TmxCode(Code):
    """A code with what it was in the file: language -> (opening or only mark, closing mark or None)."""

    marks: Mapping[str, tuple[Mark, Mark | None]] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    """A code on its way: how to recognise it in the other languages."""

    number: int
    paired: bool
    kind: str
    shows: str
    x: str
    content: str
    marks: dict[str, tuple[Mark, Mark | None]]


def read(
    segs: list[tuple[str, etree._Element]], source_language: str | None, *, ours: bool = False
) -> tuple[dict[str, str], list[tuple[str, str]], tuple[TmxCode, ...]]:
    """(first text of each language, further texts of a language, the codes in them). `ours`: the file is one of
    Dragoman's own, where `x` is the number that the tag had."""
    known = _Codes({int(x) for _, seg in segs for e in seg.iter() if _is_number(x := e.get("x"))} if ours else None)
    order = sorted(range(len(segs)), key=lambda index: segs[index][0] != source_language)
    found: dict[int, str] = {}
    for index in order:
        language, seg = segs[index]
        found[index] = _text(seg, language, known)
    texts: dict[str, str] = {}
    again: list[tuple[str, str]] = []
    for index, (language, _) in enumerate(segs):
        if language in texts:
            again.append((language, found[index]))
        else:
            texts[language] = found[index]
    codes = tuple(TmxCode(k.number, k.paired, k.kind, k.shows, k.marks) for k in known)
    return texts, again, codes


class _Codes(list[_Known]):
    """The codes of a unit so far. `numbers`: those that the file gives, None when it gives none."""

    def __init__(self, numbers: set[int] | None) -> None:
        super().__init__()
        self.numbers = numbers

    def new(self, number: int, paired: bool, kind: str, shows: str, x: str, content: str) -> _Known:
        self.append(_Known(number, paired, kind, shows, x, content, {}))
        return self[-1]

    def next_number(self) -> int:
        if not self.numbers:
            return len(self) + 1
        taken = self.numbers | {code.number for code in self}
        return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _text(seg: etree._Element, language: str, known: _Codes) -> str:
    """One segment's text, its codes added to `known` or recognised there."""
    out: list[str] = []
    used: set[int] = set()
    open_pairs: dict[str, tuple[_Known, Mark]] = {}
    closes = {child.get("i") or "" for child in seg.iter() if local(child.tag) == "ept"}

    def literal(text: str | None) -> None:
        at = 0
        for match in TAG.finditer(text or ""):
            out.append(text[at : match.start()])
            out.append(f"<{_code(known, used, False, 'literal', match[0], '', match[0]).number}/>")
            at = match.end()
        if text:
            out.append(text[at:])

    def walk(element: etree._Element) -> None:
        literal(element.text)
        for child in element:
            one(child)
            literal(child.tail)

    def one(child: etree._Element) -> None:
        name = local(child.tag)
        if not name:
            if child.tag is etree.Entity:
                literal(text_of(child))
            return
        type = child.get("type") or ""
        if name == "ph" and type == _CHARACTER:
            point = int("".join(child.itertext()) or "FFFD", 16) if _is_hex("".join(child.itertext())) else 0xFFFD
            out.append(chr(point))
            return
        mark = Mark(name, tuple((k, v) for k, v in child.attrib.items()), "" if name == "hi" else _inner(child))
        kind = _KINDS.get(type) or (type[2:] if type[2:] in _OWN else "")
        shows = "".join(child.itertext())[:40] if name != "hi" else "hi"
        x = child.get("x") or ""
        if name == "hi":
            code = _code(known, used, True, kind or "format", shows, x, "hi")
            code.marks.setdefault(language, (mark, None))
            out.append(f"<{code.number}>")
            walk(child)
            out.append(f"</{code.number}>")
        elif name == "bpt" and (child.get("i") or "") in closes:
            code = _code(known, used, True, kind or "format", shows, x, mark.content)
            open_pairs[child.get("i") or ""] = (code, mark)
            out.append(f"<{code.number}>")
        elif name == "ept" and (child.get("i") or "") in open_pairs:
            code, opening = open_pairs.pop(child.get("i") or "")
            code.marks.setdefault(language, (opening, mark))
            out.append(f"</{code.number}>")
        elif name == "it" and known.numbers is not None and _is_number(x):
            code = _code(known, used, True, kind or "format", shows, x, mark.content)
            out.append(f"</{code.number}>" if child.get("pos") == "end" else f"<{code.number}>")
        elif name in ("bpt", "ept", "ph", "it", "ut"):
            code = _code(known, used, False, kind or "placeholder", shows, x, mark.content)
            code.marks.setdefault(language, (mark, None))
            out.append(f"<{code.number}/>")
        else:  # no element of TMX: its words are words
            walk(child)

    walk(seg)
    return "".join(out)


_OWN = frozenset({"placeholder", "markup", "field", "format", "tab", "note", "break", "underline", "literal"})


def _is_hex(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9A-F]{1,6}", text)) and int(text, 16) < 0x110000


def _is_number(x: str | None) -> bool:
    return bool(x) and x.isascii() and x.isdecimal() and len(x) <= 4 and x[0] != "0"


def _code(known: _Codes, used: set[int], paired: bool, kind: str, shows: str, x: str, content: str) -> _Known:
    """The same code in another language (same `x`, else same content, else next of its sort), or a new one. Where the
    file gives the numbers, the code of that number."""
    if known.numbers is not None and _is_number(x):
        same = [k for k in known if k.number == int(x)]
        return same[0] if same else known.new(int(x), paired, kind, shows, x, content)
    free = [k for k in known if k.number not in used and k.paired == paired and (k.kind == "literal") == (kind == "literal")]
    same = [k for k in free if x and k.x == x] or [k for k in free if k.content == content and (not x or not k.x)]
    if not same and kind != "literal" and not x:
        same = [k for k in free if k.kind == kind and not k.x][:1]
    found = same[0] if same else known.new(known.next_number(), paired, kind, shows, x, content)
    used.add(found.number)
    return found


def _inner(element: etree._Element) -> str:
    out = [escaped(element.text or "")]
    for child in element:
        if isinstance(child.tag, str):
            attributes = "".join(f' {k}="{_attribute(v)}"' for k, v in child.attrib.items())
            out.append(f"<{local(child.tag)}{attributes}>{_inner(child)}</{local(child.tag)}>")
        elif child.tag is etree.Entity:
            out.append(escaped(text_of(child)))
        out.append(escaped(child.tail or ""))
    return "".join(out)


# -- writing ---------------------------------------------------------------------------------------------------


def written(text: str, codes: Iterable[TmxCode | Code], language: str) -> str:
    """A text with our tags as the inside of a <seg>."""
    if "<" not in text:
        return _words(text)
    known = {code.number: code for code in codes}
    if not known:
        return _undescribed(text)
    for match in TAG.finditer(text):  # tags nobody described
        number = int(match[2])
        if number not in known:
            paired = f"<{number}>" in text and f"</{number}>" in text
            known[number] = TmxCode(number, paired, "format" if paired else "placeholder", "")
    out: list[str] = []
    opened: dict[int, list[str]] = {}  # the `i` of each pair that is open, by number
    taken: set[str] = set()
    for piece in pieces(text, known.values()):
        if piece.role == "text":
            out.append(_words(piece.text))
            continue
        code = known[piece.number]
        opening, closing = _marks(code, language)
        if opening.element == "hi":
            out.append("</hi>" if piece.role == "close" else _element(opening, open_only=True))
        elif piece.role == "close":
            out.append(_element(closing, opened[code.number].pop()))
        elif not code.paired:
            out.append(_element(opening))
        else:
            i = dict(opening.attributes).get("i") or str(len(taken) + 1)
            while i in taken:
                i = str(int(i) + 1 if i.isdecimal() else len(taken) + 1)
            taken.add(i)
            opened.setdefault(code.number, []).append(i)
            out.append(_element(opening, i))
    return "".join(out)


def _undescribed(text: str) -> str:
    """A text of a memory, which keeps texts only: each tag as it stands, in whatever order, so that the same tags are read
    again. What is opened and never closed, or closed and never opened, is isolated (`it`)."""
    found = list(TAG.finditer(text))
    partner: dict[int, int] = {}  # the place of an opening tag <-> that of its closing one, in `found`
    waiting: dict[str, list[int]] = {}
    for at, match in enumerate(found):
        if match[0].startswith("</"):
            if waiting.get(match[2]):
                start = waiting[match[2]].pop()
                partner[start], partner[at] = at, start
        elif not match[0].endswith("/>"):
            waiting.setdefault(match[2], []).append(at)
    out: list[str] = []
    end = 0
    for at, match in enumerate(found):
        out.append(_words(text[end : match.start()]))
        end = match.end()
        shown, x = escaped(match[0]), int(match[2])
        if match[0].endswith("/>"):
            out.append(f'<ph type="x-placeholder" x="{x}">{shown}</ph>')
        elif at not in partner:
            side = "end" if match[0].startswith("</") else "begin"
            out.append(f'<it pos="{side}" type="x-format" x="{x}">{shown}</it>')
        elif partner[at] > at:
            out.append(f'<bpt i="{at + 1}" type="x-format" x="{x}">{shown}</bpt>')
        else:
            out.append(f'<ept i="{partner[at] + 1}">{shown}</ept>')
    return "".join([*out, _words(text[end:])])


def _marks(code: TmxCode | Code, language: str) -> tuple[Mark, Mark | None]:
    known = code.marks if isinstance(code, TmxCode) else {}
    if language in known:
        return known[language]
    if known:
        return next(iter(known.values()))
    type = (("type", _TYPES.get(code.kind, f"x-{code.kind}")), ("x", str(code.number)))
    shown = escaped(code.shows or f"<{code.number}{'' if code.paired else '/'}>")
    if not code.paired:
        return Mark("ph", type, shown), None
    return Mark("bpt", type, shown), Mark("ept", (), escaped(f"</{code.number}>"))


def _element(mark: Mark | None, i: str = "", *, open_only: bool = False) -> str:
    if mark is None:
        return ""
    attributes = {**dict(mark.attributes), **({"i": i} if i else {})}
    if mark.element == "it":
        attributes.setdefault("pos", "begin")
    head = mark.element + "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items())
    return f"<{head}>" if open_only else f"<{head}>{mark.content}</{mark.element}>"


def _words(text: str) -> str:
    if FORBIDDEN.search(text):
        at, out = 0, []
        for match in FORBIDDEN.finditer(text):
            out.append(escaped(text[at : match.start()]))
            out.append(f'<ph type="{_CHARACTER}">{ord(match[0]):04X}</ph>')
            at = match.end()
        return "".join([*out, escaped(text[at:])])
    return escaped(text)


def escaped(text: str) -> str:
    """Text as XML content. Carriage returns are written as references, or a reader would make them line feeds."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if "\r" in text:
        text = text.replace("\r", "&#13;")
    return FORBIDDEN.sub("\ufffd", text)


def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")

