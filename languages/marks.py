"""Direction marks around numbers that would read in the wrong order after a right-to-left script."""

from __future__ import annotations

import re
import unicodedata

LRM = "\u200e"
#: Digits with - / . : between them: telephone numbers, dates, ranges.
_NUMBER = re.compile(r"\+?\d+(?:[-/.:]\d+)+")


def needs_mark(text: str) -> list[tuple[int, int]]:
    """Spans of numbers that follow right-to-left letters and would display reversed (Unicode Bidirectional Algorithm,
    UAX #9, rules W2 and W4: after an Arabic letter European digits become Arabic numbers)."""
    spans = []
    for match in _NUMBER.finditer(text):
        if match.start() and text[match.start() - 1] == LRM:
            continue
        strong = next(
            (b for b in (unicodedata.bidirectional(c) for c in reversed(text[: match.start()])) if b in ("L", "R", "AL")), ""
        )
        if strong in ("R", "AL"):
            spans.append(match.span())
    return spans


def with_marks(text: str) -> str:
    """The text with a left-to-right mark on both sides of such numbers; nothing else changes."""
    out, at = [], 0
    for start, end in needs_mark(text):
        out += [text[at:start], LRM, text[start:end], LRM]
        at = end
    return "".join(out) + text[at:]
