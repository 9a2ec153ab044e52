"""Fields (ISO/IEC 29500-1 §17.16): which results are text to translate, which are computed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: Fields whose result is ordinary text of the document. The result of any other field (PAGE, DATE, SEQ, MERGEFIELD,
#: …) is computed or filled in, and the whole field is one code.
TRANSLATABLE = frozenset(
    [
        "HYPERLINK",
        "REF",
        "FORMTEXT",
        "IF",
        "QUOTE",
        "STYLEREF",
        "DOCPROPERTY",
        "TITLE",
        "SUBJECT",
        "INCLUDETEXT",
        "TOC",
    ]
)

_TARGET = re.compile(r'HYPERLINK\s+(?:\\l\s+)?"([^"]*)"', re.IGNORECASE)
_REFERENCE = re.compile(r"\b(?:REF|PAGEREF|NOTEREF)\s+\"?([^\s\"\\]+)", re.IGNORECASE)


def field_name(instruction: str) -> str:
    """``' PAGE \\* MERGEFORMAT '`` -> ``"PAGE"``."""
    words = instruction.split(None, 1)
    return words[0].upper() if words else ""


def linked(instruction: str) -> str:
    """Where a HYPERLINK field points."""
    found = _TARGET.search(instruction)
    return found[1] if found else ""


def referenced(instruction: str) -> list[str]:
    """Bookmarks whose text a REF field repeats."""
    return _REFERENCE.findall(instruction) if field_name(instruction) == "REF" else []


def shown_address(address: str) -> str:
    """What to show of a link in a chip: the host, the mailbox, or the address itself."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address[:60]
    if parts.scheme == "mailto":
        return parts.path[:60]
    return (parts.netloc.removeprefix("www.") or address)[:60]
