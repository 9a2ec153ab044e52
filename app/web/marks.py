"""Texts on the pages: tags as chips, terms underlined, differences and invisible signs shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from flask_babel import gettext as _
from markupsafe import Markup, escape

from glossary.law import word_diff
from importers import inline


def chips(text: str, codes: Iterable[dict] = (), numbers: Iterable[int] = ()) -> Markup:
    """A text with its numbered tags as chips. `codes` of the block and the `numbers` they have there say what a
    chip stands for. A text whose terms are already marked stays as it is."""
    if isinstance(text, Markup):
        return text
    return Markup("").join(_pieces(text, 0, _labels(codes, numbers)))


def _labels(codes: Iterable[dict], numbers: Iterable[int]) -> dict[int, dict]:
    by_number = {code["number"]: code for code in codes}
    return {i: by_number[number] for i, number in enumerate(numbers, 1) if number in by_number}


def _pieces(text: str, offset: int, labels: dict[int, dict]) -> list[Markup]:
    out, at = [], 0
    for tag in inline.tags(text):
        out.append(escape(text[at : tag.start]))
        out.append(_chip(text[tag.start : tag.end], tag, labels.get(tag.number)))
        at = tag.end
    out.append(escape(text[at:]))
    return out


def _chip(raw: str, tag: inline.Tag, code: dict | None) -> Markup:
    shown = {"open": f"{tag.number}", "close": f"/{tag.number}", "alone": f"{tag.number}/"}[tag.role]
    title = chip_label(code) if code else _("tag %(number)s", number=tag.number)
    return Markup(
        f'<bdi class="chip chip-{tag.role}" data-tag="{escape(raw)}" title="{escape(title)}">{shown}</bdi>'
    )


def N_(message: str) -> str:
    """Marks a message for the catalogues; it is translated where it is shown."""
    return message


#: What a tag can stand for.
_CODES = {
    "bold": N_("bold"),
    "italic": N_("italic"),
    "underline": N_("underlined"),
    "link": N_("link"),
    "format": N_("other formatting"),
    "break": N_("line break"),
    "tab": N_("tab"),
    "field": N_("field that fills itself in"),
    "note": N_("note reference"),
    "image": N_("picture"),
    "markup": N_("markup"),
    "placeholder": N_("placeholder: keep as it is"),
    "literal": N_("keep as it is"),
}


def chip_label(code: dict) -> str:
    """What a tag stands for."""
    kind = code.get("kind", "")
    label = _(_CODES[kind]) if kind in _CODES else _("tag")
    return f"{label}: {code['shows']}" if code.get("shows") and kind in ("link", "placeholder", "literal", "note") else label


def marked(text: str, recognised: Iterable, codes: Iterable[dict] = (), numbers: Iterable[int] = ()) -> Markup:
    """A source text with its terms underlined; of overlapping terms the longest that begins first."""
    labels = _labels(codes, numbers)
    out, at = [], 0
    for hit in sorted(recognised, key=lambda h: (h.start, -(h.end - h.start))):
        if hit.start < at:
            continue
        out += _pieces(text[at : hit.start], at, labels)
        inner = Markup("").join(_pieces(text[hit.start : hit.end], hit.start, labels))
        out.append(
            Markup('<mark class="term" data-concept="{id}" data-certainty="{certainty}">{inner}</mark>').format(
                id=hit.concept_id, certainty=hit.certainty, inner=inner
            )
        )
        at = hit.end
    out += _pieces(text[at:], at, labels)
    return Markup("").join(out)


def difference_marks(match) -> Markup:
    """A unit's source against the open segment's. What is struck only the unit has, what is inserted only the open
    segment has, so that nobody has to guess."""
    out: list[Markup] = []
    for op in match.differences:
        if op.op == "equal":
            out += _pieces(match.source[op.start : op.end], 0, {})
            continue
        if op.end > op.start:
            out.append(Markup("<del>{}</del>").format(chips(match.source[op.start : op.end])))
        if op.text_end > op.text_start:
            out.append(Markup("<ins>{}</ins>").format(chips(match.text[op.text_start : op.text_end])))
    return Markup("").join(out)


def repaired_marks(offer) -> Markup | str:
    """The text of an offer with what was repaired in it marked."""
    if not offer.changes:
        return offer.text
    out, at = [], 0
    for change in offer.changes:
        out += _pieces(offer.text[at : change.start], 0, {})
        out.append(
            Markup('<mark class="repaired" title="{was}">{now}</mark>').format(
                was=_("in the memory: %(was)s", was=change.was), now=chips(offer.text[change.start : change.end])
            )
        )
        at = change.end
    out += _pieces(offer.text[at:], 0, {})
    return Markup("").join(out)


_MARK, _END_OF_MARK = Markup("<mark>"), Markup("</mark>")


def highlighted(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """A text with the places that answered a question marked, tags as chips."""
    out, at = [], 0
    for start, end in sorted(spans):
        if start < at:
            continue
        out += _pieces(text[at:start], at, {})
        out += [_MARK, escape(text[start:end]), _END_OF_MARK]
        at = end
    out += _pieces(text[at:], at, {})
    return Markup("").join(out)


#: Signs that show nothing, or turn what stands beside them: a reviewer must see them before deciding.
SIGNS = {
    "\u00a0": "NBSP", "\u00ad": "SHY", "\u034f": "CGJ", "\u061c": "ALM", "\u115f": "HCF", "\u180e": "MVS",
    "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u202f": "NNBSP",
    "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM",
}  # fmt: skip


def signs(text: str | None) -> Markup:
    """A text whose invisible signs are shown by name, and do nothing: a word that reads otherwise than it is written is
    seen before it is approved."""
    out: list[Markup] = []
    for letter in text or "":
        name = SIGNS.get(letter)
        if name is None and unicodedata.category(letter) in ("Cf", "Cc", "Co", "Zl", "Zp") and letter != "\n":
            name = f"U+{ord(letter):04X}"
        out.append(
            escape(letter)
            if name is None
            else Markup('<bdi class="sign" dir="ltr" title="{title}">{name}</bdi>').format(
                title=_("invisible sign %(name)s", name=unicodedata.name(letter, name).lower()), name=name
            )
        )
    return Markup("").join(out)


#: Words kept on each side of a change, where a long stretch stayed the same.
AROUND = 25


def law_diff(before: str | None, after: str | None, short: bool = False) -> Markup:
    """Old words of a law struck, new ones marked, lines kept. `short` leaves out what stayed the same far from a
    change."""
    pieces = word_diff(before or "", after or "")
    out: list[Markup] = []
    for number, (kind, said) in enumerate(pieces):
        parts = said.split(" ")
        if short and kind == "same" and len(parts) > 3 * AROUND:
            first = parts[:AROUND] if number else []
            last = parts[-AROUND:] if number + 1 < len(pieces) else []
            said = " ".join([*first, "[…]", *last])
        lines = Markup("<br>").join(escape(line.strip(" ")) for line in said.split("\n"))
        wrap = {"same": "{} ", "gone": "<del>{}</del> ", "new": "<ins>{}</ins> "}[kind]
        out.append(Markup(wrap).format(lines))
    return Markup("").join(out)
