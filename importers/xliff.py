"""XLIFF 2.1 (OASIS Standard, 13 February 2018), core: a translation on its way to another tool.

A document is one <file>, a block of it a <unit>, a sentence a <segment> with its state; what stands between
sentences is <ignorable>. Our numbered tags become <pc> and <ph>, characters XML cannot hold become <cp>.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from importers.inline import TAG
from importers.nesting import pieces
from importers.safexml import FORBIDDEN
from importers.units import Code
from languages.tags import direction, normalise

NAME = "xliff"
NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"

# Our states -> XLIFF's `state` and, where it has no word for it, `subState` (§4.3.1.28, §4.3.1.30).
_STATES = {
    "open": ("initial", ""),
    "translated": ("translated", ""),
    "waiting": ("translated", "dragoman:waiting"),
    "sent_back": ("initial", "dragoman:sent_back"),
    "approved": ("final", ""),
}
# Our kinds of code -> `type` and `subType` (§4.3.1.31, §4.3.1.37).
_TYPES = {
    "bold": ("fmt", "xlf:b"), "italic": ("fmt", "xlf:i"), "underline": ("fmt", "xlf:u"), "break": ("fmt", "xlf:lb"),
    "format": ("fmt", ""), "link": ("link", ""), "image": ("image", ""), "placeholder": ("ui", "xlf:var"),
    "field": ("ui", "xlf:var"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class XliffSegment:
    """A sentence. Texts carry our numbered tags, numbered in the segment, described by `codes`; `state` is one of
    open, translated, waiting, sent_back, approved; `before` and `after` are what stands around it in the block."""

    source: str
    target: str | None = None
    state: str = "open"
    codes: tuple[Code, ...] = ()
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class XliffBlock:
    """A block of the document: its key there, its sentences, notes for the translator, where it stands."""

    key: str
    segments: Sequence[XliffSegment]
    notes: tuple[str, ...] = ()
    context: str = ""


def export_xliff(
    *, title: str, source_language: str, target_language: str, blocks: Iterable[XliffBlock], notes: tuple[str, ...] = ()
) -> bytes:
    """A whole translation, finished or not, as XLIFF 2.1 in UTF-8. `title` is the document's file name; `notes` are
    about all of it. Blocks without a segment are left out. Raises languages.tags.UnknownLanguage, and ValueError for
    a state that is none of ours or a document without any segment (XLIFF has no empty files)."""
    source, target = normalise(source_language), normalise(target_language)
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xliff xmlns="{NAMESPACE}" version="2.1" srcLang="{source}" trgLang="{target}">\n'
        f'<file id="f1" original="{_attribute(title)}" srcDir="{direction(source)}" trgDir="{direction(target)}" '
        'xml:space="preserve">\n',
        _notes(notes),
    ]
    count = 0
    for block in blocks:
        if block.segments:
            count += 1
            out.append(_unit(count, block))
    if not count:
        raise ValueError("an XLIFF file needs a segment")
    out.append("</file>\n</xliff>\n")
    return "".join(out).encode()


def _unit(number: int, block: XliffBlock) -> str:
    out = [f'<unit id="u{number}" name="{_attribute(block.key)}">\n', _notes(block.notes, block.context)]
    ignorable = 0
    for index, segment in enumerate(block.segments, 1):
        if segment.state not in _STATES:
            raise ValueError(f"{segment.state!r} is no state of a segment")
        for text, following in ((segment.before, False), ("", True), (segment.after, False)):
            if following:
                out.append(_segment(index, segment))
            elif text:
                ignorable += 1
                out.append(f'<ignorable id="i{ignorable}"><source>{_plain(text)}</source></ignorable>\n')
    out.append("</unit>\n")
    return "".join(out)


def _segment(index: int, segment: XliffSegment) -> str:
    codes = {code.number: code for code in segment.codes}
    for match in TAG.finditer(segment.source):  # tags nobody described
        number = int(match[2])
        if number not in codes:
            paired = f"<{number}>" in segment.source and f"</{number}>" in segment.source
            codes[number] = Code(number, paired, "format" if paired else "placeholder")
    state, sub = _STATES[segment.state]
    if segment.target is None:
        state, sub = "initial", ""
    attributes = f' state="{state}"' + (f' subState="{sub}"' if sub else "")
    source, places = _text(segment.source, codes, index, {})
    target = ""
    if segment.target is not None:
        text, _ = _text(segment.target, codes, index, places)
        target = f"<target>{text}</target>"
    return f'<segment id="s{index}"{attributes}><source>{source}</source>{target}</segment>\n'


def _text(text: str, codes: dict[int, Code], segment: int, source: dict[int, str]) -> tuple[str, dict[int, str]]:
    """The inside of a <source> or <target>. Identifiers are unique in the unit and the same in source and target; a
    code that stands there twice is a copy of the first (§4.3.1.8 copyOf). Returns the codes' identifiers too."""
    out: list[str] = []
    used: dict[int, int] = {}
    for piece in pieces(text, codes.values()):
        if piece.role == "text":
            out.append(_plain(piece.text))
        elif piece.role == "close":
            out.append("</pc>")
        else:
            code = codes[piece.number]
            used[code.number] = used.get(code.number, 0) + 1
            own = f"s{segment}c{code.number}"
            again = used[code.number] - 1
            attributes = f' id="{own}"' if not again else f' id="{own}-{again + 1}" copyOf="{own}"'
            if not again or code.number not in source:
                attributes += _described(code)
            out.append(f"<pc{attributes}>" if code.paired else f"<ph{attributes}/>")
    return "".join(out), {number: f"s{segment}c{number}" for number in used}


def _described(code: Code) -> str:
    type_, sub = _TYPES.get(code.kind, ("other", ""))
    out = f' type="{type_}"' + (f' subType="{sub}"' if sub else "")
    if code.shows:
        shown = _attribute(code.shows)
        out += f' dispStart="{shown}" dispEnd="/{shown}"' if code.paired else f' disp="{shown}"'
    return out


def _notes(notes: tuple[str, ...], context: str = "") -> str:
    out = [f'<note id="n{n}">{_escaped(FORBIDDEN.sub("�", note))}</note>' for n, note in enumerate(notes, 1)]
    if context:
        out.append(f'<note id="n{len(notes) + 1}" category="context">{_escaped(FORBIDDEN.sub("�", context))}</note>')
    return f"<notes>{''.join(out)}</notes>\n" if out else ""


def _plain(text: str) -> str:
    out, at = [], 0
    for match in FORBIDDEN.finditer(text):
        out += [_escaped(text[at : match.start()]), f'<cp hex="{ord(match[0]):04X}"/>']
        at = match.end()
    return "".join([*out, _escaped(text[at:])])


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _attribute(text: str) -> str:
    text = _escaped(FORBIDDEN.sub("�", text)).replace('"', "&quot;")
    return re.sub("[\n\t]", lambda m: f"&#{ord(m[0])};", text)
