"""Direction marks around numbers that would read in the wrong order after Arabic letters.

Why it happens (Unicode Bidirectional Algorithm, UAX #9): after an Arabic letter the digits 0-9 and ۰-۹ become "Arabic
numbers" (rule W2). A full stop, colon or slash alone between two of them still joins them (W4), but a hyphen does not,
so in a right-to-left line "088-0430430" shows as 0430430-088, and "+31" as 31+. A left-to-right mark before the number
keeps its digits European, and then everything joins. After Hebrew letters nothing goes wrong. Digits ٠-٩ are Arabic
numbers whatever stands before them: no mark would help, and their readers expect it so.
"""

from __future__ import annotations

import re
from unicodedata import bidirectional

LRM = "\u200e"
_DIGIT = "0-9\u06f0-\u06f9"
_NUMBER = re.compile(rf"\+?[{_DIGIT}]+(?:[-/.:]+[{_DIGIT}]+)*")
_JOINED = re.compile(rf"[{_DIGIT}]+(?:[/.:][{_DIGIT}]+)*")
_OPENING = {"LRI": "L", "LRE": "L", "LRO": "L", "FSI": "L", "RLI": "R", "RLE": "R", "RLO": "R"}


def needs_mark(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of numbers that would display in the wrong order and are not yet protected.

    A number is digits with ``- / . :`` between them, or a ``+`` before them: telephone numbers, dates, ranges. It is
    protected by a left-to-right mark or letter before it, or inside a left-to-right isolate or embedding.
    """
    spans = []
    strong, outer = "", []
    at = 0
    for found in _NUMBER.finditer(text):
        for char in text[at : found.start()]:
            kind = bidirectional(char)
            if kind in ("L", "R", "AL"):
                strong = kind
            elif kind == "B":
                strong, outer = "", []
            elif kind in _OPENING:
                outer.append(strong)
                strong = _OPENING[kind]
            elif kind in ("PDI", "PDF") and outer:
                strong = outer.pop()
        at = found.end()
        if strong == "AL" and not _JOINED.fullmatch(found[0]):
            spans.append(found.span())
    return spans


def with_marks(text: str) -> str:
    """The text with a left-to-right mark (U+200E) on both sides of exactly those numbers. Idempotent."""
    out, at = [], 0
    for start, end in needs_mark(text):
        out += [text[at:start], LRM, text[start:end], LRM]
        at = end
    return "".join(out) + text[at:]
