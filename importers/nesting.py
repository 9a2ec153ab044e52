"""Between a format's own markup and our numbered tags, both ways.

`TextBuilder` collects a unit's text while a file is read; `pieces` takes a translation apart again, always well
nested, whatever was typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from importers.inline import MAX_TAGS, TAG, tags
from importers.units import Code


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: ``role`` "text" with its `text`, or "open", "close", "alone" with the code's `number`."""

    role: str
    text: str = ""
    number: int = 0


class TextBuilder:
    """Builds a unit's text and codes. Numbers are given in order of appearance, from 1. Text that looks like one of
    our tags becomes a code of kind "literal" of its own."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pending: list[str] = []
        self._codes: list[Code] = []
        #: What each code stands for in the file: number -> whatever the format gave.
        self.payloads: dict[int, object] = {}

    def text(self, text: str) -> None:
        """Append text."""
        self._pending.append(text)

    def open(self, kind: str, shows: str = "", payload: object = None) -> int:
        """Begin a pair; returns its number."""
        number = self._code(True, kind, shows, payload)
        self._parts.append(f"<{number}>")
        return number

    def close(self, number: int) -> None:
        """End the pair `number`."""
        self._flush()
        self._parts.append(f"</{number}>")

    def alone(self, kind: str, shows: str = "", payload: object = None) -> int:
        """A code that stands alone; returns its number."""
        number = self._code(False, kind, shows, payload)
        self._parts.append(f"<{number}/>")
        return number

    def build(self) -> tuple[str, tuple[Code, ...]]:
        """The text with its tags, and its codes."""
        self._flush()
        return "".join(self._parts), tuple(self._codes)

    @property
    def overfull(self) -> bool:
        """Whether there are more codes than tags can be numbered: such a block is left as it is."""
        return len(self._codes) > MAX_TAGS

    def _code(self, paired: bool, kind: str, shows: str, payload: object) -> int:
        self._flush()
        number = len(self._codes) + 1
        self._codes.append(Code(number, paired, kind, shows))
        self.payloads[number] = payload
        return number

    def _flush(self) -> None:
        if not self._pending:
            return
        text = "".join(self._pending)
        self._pending = []
        at = 0
        for found in TAG.finditer(text):
            self._parts.append(text[at : found.start()])
            at = found.end()
            number = len(self._codes) + 1
            self._codes.append(Code(number, False, "literal", found[0]))
            self._parts.append(f"<{number}/>")
        self._parts.append(text[at:])


def pieces(text: str, codes: Iterable[Code]) -> list[Piece]:
    """A translation taken apart, well nested.

    A number the unit does not have was typed by the translator and stays text, and a "literal" code becomes its
    text. Of pairs that overlap, the inner one is closed and opened again; what is opened and never closed is closed
    at the end; a close without an open is left out.
    """
    known = {code.number: code for code in codes}
    out: list[Piece] = []
    opened: list[int] = []
    at = 0

    def add(chunk: str) -> None:
        if not chunk:
            return
        if out and out[-1].role == "text":
            out[-1] = Piece("text", out[-1].text + chunk)
        else:
            out.append(Piece("text", chunk))

    for tag in tags(text):
        code = known.get(tag.number)
        add(text[at : tag.start])
        at = tag.end
        if code is None:
            add(text[tag.start : tag.end])
        elif code.kind == "literal":
            add(code.shows)
        elif not code.paired:
            if tag.role != "close":
                out.append(Piece("alone", number=tag.number))
        elif tag.role == "open":
            opened.append(tag.number)
            out.append(Piece("open", number=tag.number))
        elif tag.role == "alone":
            out += [Piece("open", number=tag.number), Piece("close", number=tag.number)]
        elif tag.number in opened:
            again = []
            while opened[-1] != tag.number:
                again.append(opened.pop())
                out.append(Piece("close", number=again[-1]))
            opened.pop()
            out.append(Piece("close", number=tag.number))
            for number in reversed(again):
                opened.append(number)
                out.append(Piece("open", number=number))
    add(text[at:])
    out += [Piece("close", number=number) for number in reversed(opened)]
    return out


def literal(text: str, codes: Iterable[Code]) -> str:
    """The text with its "literal" codes put back as the text they stand for; other tags stay."""
    shown = {code.number: code.shows for code in codes if code.kind == "literal"}

    return TAG.sub(lambda found: shown.get(int(found[2]), found[0]), text)


def worth_translating(text: str) -> bool:
    """Whether a text has anything but punctuation, signs and white space: a letter or a digit of any script."""
    return any(ch.isalnum() for ch in TAG.sub("", text))
