"""What every format is read into, and what it takes back.

A file is read into a `Catalogue` of `Unit`s. A unit is one block of text as the format sees it (a
paragraph, a table cell's paragraph, a PO message, a heading), not yet cut into sentences: `app.intake`
does that with `importers.inline.split`. The unit's `key` is stable: reading the same bytes twice gives the
same keys in the same order, and `write` takes translations by that key.

Inline codes. Formatting inside a unit stands in its text as numbered tags, as OmegaT and Okapi show them:
``<1>…</1>`` around text, ``<2/>`` alone. Numbers start at 1 in each unit and count in order of appearance.
Text of the file that itself looks like such a tag becomes a standalone code of kind "literal", so no escaping
is ever needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How far the file itself says a unit is (XLIFF 2.1 §4.3.1.28 `state`, PO's fuzzy flag)."""

    OPEN = "open"
    DRAFT = "draft"
    TRANSLATED = "translated"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Code:
    """One inline code. `kind`: bold, italic, underline, link, format, break, tab, field, note, image, markup,
    placeholder, literal. `shows`: a few characters for the chip and its tooltip ("b", "link: ind.nl", "[1]")."""

    number: int
    paired: bool
    kind: str
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One block of a file. `context` says where it stands ("body", "heading", "table", "header", "footer",
    "footnote", "textbox", "comment", or PO's msgctxt); `notes` are meant for the translator. `target` and
    `state` are filled only by bilingual formats. `plural`: key of the first form when this is a further plural form."""

    key: str
    text: str
    codes: tuple[Code, ...] = ()
    context: str = "body"
    notes: tuple[str, ...] = ()
    target: str | None = None
    state: State = State.OPEN
    plural: str | None = None


@dataclass(frozen=True, slots=True)
class Warning_:
    """Something a person should know about a file that was read all the same. `where` is a place a person can
    find ("page header", "line 214"); `key` is a stable name, `message` plain English with named %(fields)s."""

    key: str
    message: str
    where: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def worded(message: str) -> str:
    """The message itself: marks plain English with %(fields)s that a page will say in its own language."""
    return message


@dataclass(slots=True)
class Catalogue:
    """A file as read: its units in reading order, the languages the file claims (BCP 47 or None), warnings."""

    format: str
    units: list[Unit]
    source_language: str | None = None
    target_language: str | None = None
    warnings: list[Warning_] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Translation:
    """What goes back into a file for one unit: the block's text in the target language with the unit's own tag
    numbers, and whether a reviewer approved it (PO marks the rest fuzzy)."""

    text: str
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One file format. `read(data, name)` gives a Catalogue or raises UnreadableFile; it never changes anything.
    `write(data, translations, language, draft)` gives the file back in the target language: units without a
    translation keep their source text. `draft`, when not None, is a short line in the target language that
    says that the text is not reviewed; it is put where a reader of the first page cannot miss it."""

    name: str
    label: str
    extensions: tuple[str, ...]
    media_type: str
    read: Callable[[bytes, str], Catalogue]
    write: Callable[[bytes, Mapping[str, Translation], str, str | None], bytes]


class UnreadableFile(Exception):
    """The file cannot be read. Nothing was saved.

    `reason` is a stable key ("broken-zip", "encrypted", "macros", "too-large", "zip-bomb", "entities",
    "not-text", "mislabelled", "syntax", "cut-short", "empty", "unsupported"); `message` plain English with %(fields)s, written for a
    volunteer: what happened and what to do next; `where` a place in the file ("line 214") or "".
    """

    def __init__(self, format: str, reason: str, message: str, where: str = "", **fields: object) -> None:
        self.format, self.reason, self.message, self.where = format, reason, message, where
        self.fields = {name: str(value) for name, value in fields.items()}
        super().__init__(f"{format}: {self.text()}")

    def text(self) -> str:
        """The message in English with its fields filled in."""
        return self.message % self.fields if self.fields else self.message
