"""Carrying over what differs: a unit's target with the numbers, dates, addresses and codes of the asked text.

Only where it is certain which one stands for which: everything else of the two sources is the same, each old value
stands in the target as often as in the source, and all its places change into the same new one. Otherwise nothing is
repaired, not even a part of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from languages import marks, tags
from languages.folding import match_form
from memory import forms
from memory.placeables import (
    Placeable,
    Value,
    groups,
    month_name,
    month_tables,
    months,
    order_of,
    placeables,
    read_number,
    skeleton,
    style_of,
)


@dataclass(frozen=True, slots=True)
class Change:
    """`now` stands at ``text[start:end]`` of the repaired target where the unit's target has `was`. `kind`: "number",
    "date", "code", "phone", "url", "email" or "term"."""

    kind: str
    was: str
    now: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Repaired:
    """A target made fit for the asked text. `notes`: "plural" when the word beside a number may need another form."""

    text: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def repaired(source: str, target: str, text: str, *, source_language: str, target_language: str) -> Repaired | None:
    """The target of a unit with the values of `text` instead of those of its `source`. None when nothing but such
    values has to change, or when it is not certain how."""
    ours, asked = placeables(source, source_language), placeables(text, source_language)
    if len(ours) != len(asked) or all(a.plain == b.plain for a, b in zip(ours, asked, strict=True)):
        return None
    if _bare(source, ours, source_language) != _bare(text, asked, source_language):
        return None
    theirs = placeables(target, target_language)
    new_for: dict[Value, list[Placeable]] = defaultdict(list)
    old_of: dict[Value, Placeable] = {}
    for old, new in zip(ours, asked, strict=True):
        if _kind(old) != _kind(new):
            return None
        new_for[old.values[0]].append(new)
        old_of.setdefault(old.values[0], old)
    wanted: dict[int, tuple[Placeable, Placeable]] = {}  # which of theirs -> (old, new)
    for value, news in new_for.items():
        old, new = old_of[value], news[0]
        changes = any(n.plain != old.plain for n in news)
        if not changes:
            continue
        if any(n.values[0] != new.values[0] or n.plain != new.plain for n in news):
            return None
        places = [i for i, t in enumerate(theirs) if value in t.values and _kind(t) == _kind(old)]
        if len(places) != len(news) or any(i in wanted for i in places):
            return None
        wanted |= dict.fromkeys(places, (old, new))
    # a value that stays must not be meant by what is replaced
    staying = {v for v, news in new_for.items() if all(n.plain == old_of[v].plain for n in news)}
    if any(v in staying for i in wanted for v in theirs[i].values):
        return None
    return _written(target, [(theirs[i], *pair) for i, pair in sorted(wanted.items())], source_language, target_language)


def _kind(p: Placeable) -> str:
    """What may stand for what: a number may become an article's number with a letter, never a date or an address."""
    return {"code": "number", "phone": "number", "email": "address", "url": "address"}.get(p.kind, p.kind)


def _bare(text: str, found: list[Placeable], language: str) -> str:
    return forms.bare(match_form(skeleton(text, found), language))


def _written(
    target: str, wanted: list[tuple[Placeable, Placeable, Placeable]], source_language: str, target_language: str
) -> Repaired | None:
    out, at, length = [], 0, 0
    changes: list[Change] = []
    notes: list[str] = []
    for here, old, new in wanted:
        said = _said(here, old, new, source_language, target_language)
        if said is None:
            return None
        before = target[at : here.start]
        start = length + len(before)
        out += [before, said]
        changes.append(Change(new.kind, target[here.start : here.end], said, start, start + len(said)))
        at, length = here.end, start + len(said)
        if re.match(r"[ \u00a0]?[^\W\d_]", target[here.end :]) and _another_plural(old, new, target_language):
            notes.append("plural")
    if not changes:
        return None
    text, changes = _with_marks("".join(out) + target[at:], changes, target_language)
    return Repaired(text, tuple(changes), tuple(dict.fromkeys(notes)))


def _said(here: Placeable, old: Placeable, new: Placeable, source_language: str, target_language: str) -> str | None:
    """The new value written as the target wrote the old one: in its digits, its order, its signs."""
    value, was = new.values[0], old.values[0]
    if new.kind == "date":
        said = _date(here, was, value, target_language)
    elif new.kind != "number" or (here.plain == old.plain and here.kind != "number"):
        said = new.plain
    elif isinstance(value, Decimal):
        said = _number(here, was, value, new, source_language, target_language)
    else:
        said = _groups(here.plain, old.plain, new.plain)
    if said is None or new.kind in ("url", "email"):
        return said
    return in_digits(said, here.zero)


def in_digits(plain: str, zero: int) -> str:
    """ASCII digits in those of another script."""
    return "".join(chr(zero + ord(c) - 0x30) if "0" <= c <= "9" else c for c in plain)


def _number(
    here: Placeable, was: Value, value: Decimal, asked: Placeable, source_language: str, target_language: str
) -> str | None:
    sign, between = style_of(source_language, asked.zero)
    _, fraction, after = asked.plain.rpartition(sign)
    digits = len(after) if fraction else 0
    grouped = between in asked.plain
    own = style_of(target_language, here.zero)
    styles = dict.fromkeys([own, (sign, between), (",", "."), (".", ","), ("٫", "٬")])
    style = next((s for s in styles if read_number(here.plain, s) == was), own)
    if style == own:
        return _by_babel(value, digits, grouped, target_language, own)
    whole = f"{value:,.{digits}f}" if grouped else f"{value:.{digits}f}"
    return whole.replace(",", "\0").replace(".", style[0]).replace("\0", style[1])


def _by_babel(value: Decimal, digits: int, grouped: bool, language: str, style: tuple[str, str]) -> str:
    from babel.numbers import format_decimal

    pattern = ("#,##0" if grouped else "0") + ("." + "0" * digits if digits else "")
    written = format_decimal(value, format=pattern, locale=tags.babel_locale(language), numbering_system="latn")
    latin = style_of(language)
    return written.replace(latin[1], "\0").replace(latin[0], style[0]).replace("\0", style[1])


def _groups(here: str, old: str, new: str) -> str | None:
    """Digits that are no number (14.30, 3.15, 12-14): with the signs of the target where it has others."""
    if groups(here) != groups(old):
        return None
    signs = [re.split("[0-9]+", text) for text in (here, old, new)]
    if signs[0] == signs[1]:
        return new
    if signs[1] != signs[2]:
        return None
    parts = [signs[0][0]]
    for digits, sign in zip(groups(new), signs[0][1:], strict=True):
        parts += [digits, sign]
    return "".join(parts)


def _date(here: Placeable, was: Value, value: Value, language: str) -> str | None:
    if isinstance(was, dt.date) != isinstance(value, dt.date):
        return None
    month, day = (value.month, value.day) if isinstance(value, dt.date) else value  # type: ignore[misc]
    if month_name(here.plain, language) is None and "年" not in here.plain:
        return _numeric(here.plain, was, value)
    numbers = groups(here.plain)
    fresh = [str(day)] if isinstance(value, tuple) else [str(day), f"{value.year:04d}"]  # type: ignore[union-attr]
    if "年" in here.plain:
        fresh = [f"{value.year:04d}", str(month), str(day)]  # type: ignore[union-attr]
    if len(fresh) != len(numbers):
        return None
    said = re.sub("[0-9]+", lambda _: fresh.pop(0), here.plain)
    return said if "年" in here.plain else _with_month(said, month, language)


def _with_month(plain: str, month: int, language: str) -> str | None:
    """The names of a month exchanged, each by one of its own table: 12 مارس/آذار becomes 12 يونيو/حزيران."""
    names = {name.casefold(): table for table in reversed(month_tables(language)) for name in table}

    def exchanged(match: re.Match[str]) -> str:
        name = names[match[0].casefold()][month - 1]
        return name.upper() if len(match[0]) > 1 and match[0].isupper() and match[0] != match[0].lower() else name

    said, number = months(language)[0].subn(exchanged, plain)
    return said if number else None


def _numeric(here: str, was: Value, value: Value) -> str | None:
    if not isinstance(was, dt.date) or not isinstance(value, dt.date):
        return None
    orders = order_of(here, was)
    if len(orders) != 1:
        return None  # 05-05-2027: which one is the day cannot be told
    old = groups(here)
    parts = {"d": value.day, "m": value.month, "y": value.year}
    fresh = []
    for letter, digits in zip(orders[0], old, strict=True):
        padded = digits.startswith("0") or all(len(d) > 1 for d in old)
        fresh.append(f"{parts[letter]:0{4 if letter == 'y' else 2 if padded else 1}d}")
    return re.sub("[0-9]+", lambda _: fresh.pop(0), here)


def _another_plural(old: Placeable, new: Placeable, language: str) -> bool:
    """Whether the target language counts the two with different forms (CLDR plural rules)."""
    from babel import Locale

    if old.kind != "number" or new.kind != "number":
        return False
    was, value = old.values[0], new.values[0]
    if not isinstance(was, Decimal) or not isinstance(value, Decimal):
        return False
    # years and numbers of articles count nothing, but that cannot be known: only small ones are looked at
    if max(was, value) > 1000:
        return False
    plural = Locale.parse(tags.babel_locale(language)).plural_form
    return plural(was) != plural(value)


def _with_marks(text: str, changes: list[Change], language: str) -> tuple[str, list[Change]]:
    """Direction marks around the new values that would read in the wrong order; the others are left as they are."""
    if tags.direction(language) != "rtl":
        return text, changes
    for place in range(len(changes)):
        change = changes[place]
        wrong = marks.needs_mark(text)
        if any(start < change.end and change.start < end for start, end in wrong):
            text = text[: change.start] + marks.LRM + text[change.start : change.end] + marks.LRM + text[change.end :]
            changes = [
                Change(c.kind, c.was, c.now, c.start + shift, c.end + shift)
                for i, c in enumerate(changes)
                for shift in [1 if i == place else 2 if i > place else 0]
            ]
    return text, changes
