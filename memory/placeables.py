"""What a text takes over as it is, in whatever language: numbers, dates, addresses, telephone numbers, codes.

Found on a copy without direction marks and with ASCII digits; places are those of the text as it was written.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from languages import tags
from memory.forms import TAG

#: Marks that order characters on the screen and say nothing: LRM, RLM, ALM, embeddings and isolates.
DIRECTION_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_TAG_MASK = "\ue004"

#: How a number is written: (decimal sign, sign between thousands). No language writes with others.
_STYLES = ((",", "."), (".", ","), ("٫", "٬"), (",", "\u00a0"), (",", "\u202f"), (".", "’"), (".", "'"))

Value = Decimal | dt.date | tuple[int, int] | tuple[str, ...] | str


@dataclass(frozen=True, slots=True)
class Placeable:
    """`kind`: "number", "date", "code", "phone", "url" or "email". ``text[start:end]`` is where it stands; `plain` is
    that, without direction marks and with ASCII digits. `values`: everything it may mean, most likely first: a
    Decimal, a date, (month, day) without a year, the groups of digits of something that is no number, or a string."""

    kind: str
    start: int
    end: int
    plain: str
    values: tuple[Value, ...]
    #: Code point of the zero of its digits.
    zero: int = 0x30


_EMAIL = r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_URL = (
    r"(?:https?://|www\.)[^\s<>\"'«»“”()\ue004]+"
    r"|(?<![A-Za-z0-9@.])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:nl|org|com|net|eu|gov|info|be|de|uk)"
    r"(?:/[^\s<>\"'«»“”()\ue004]*)?(?![A-Za-z0-9])"
)
_CODE = (
    # IBAN, Dutch postcode, whatever has digits and capital letters, an article's number with its letter
    r"(?<![A-Za-z0-9])(?:"
    r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
    r"|[1-9][0-9]{3} ?[A-Z]{2}(?![A-Za-z0-9])"
    r"|(?=[A-Za-z0-9./_-]*[0-9])(?=[A-Za-z0-9./_-]*[A-Z])[A-Za-z0-9]+(?:[./_-][A-Za-z0-9]+)*"
    r"|[0-9]+(?:[.:][0-9]+)*[a-z](?![A-Za-z0-9])"
    r")"
)
_NUMERIC_DATE = r"(?<![0-9./-])(?P<a>[0-9]{1,4})(?P<sep>[-./])(?P<b>[0-9]{1,2})(?P=sep)(?P<c>[0-9]{1,4})(?![0-9/-])(?!\.[0-9])"
_PHONE = r"(?<![0-9])(?:\+|00|\(?0)[0-9() \u00a0./-]{6,}[0-9]"
_NUMBER = r"[0-9]+(?:[.,:'’\u00a0\u202f٫٬/-][0-9]+)*"
_TRAILING = ".,;:!?،؛؟።፣"
_OTHERS = re.compile(
    f"(?P<email>{_EMAIL})|(?P<url>{_URL})|(?P<date>{_NUMERIC_DATE})|(?P<phone>{_PHONE})|(?P<code>{_CODE})|(?P<number>{_NUMBER})"
)


def placeables(text: str, language: str) -> list[Placeable]:
    """Those of a text in a language (BCP 47), in order."""
    plain, places, zeros = _plain(text)
    taken: list[tuple[int, int]] = []
    found: list[Placeable] = []

    def keep(kind: str, start: int, end: int, values: tuple[Value, ...] = ()) -> None:
        zero = next((z for z in zeros[start:end] if z), 0x30)
        taken.append((start, end))
        values = values or _number_values(plain[start:end], language, zero)
        found.append(Placeable(kind, places[start], places[end - 1] + 1, plain[start:end], values, zero))

    for match in _dates_in_words(language).finditer(plain):
        value = read_date_in_words(match[0], language)
        if value is not None:
            keep("date", match.start(), match.end(), (value,))
    at = 0
    while match := _OTHERS.search(plain, at):
        start, end, kind = match.start(), match.end(), match.lastgroup or "number"
        at = end
        inside = next(((s, e) for s, e in taken if s < end and start < e), None)
        if inside is not None:
            at = max(inside[1], start + 1)
            if start < inside[0]:  # a number before a date must not swallow its day
                piece = re.compile(_NUMBER).match(plain, start, inside[0])
                if piece:
                    keep("number", piece.start(), piece.end())
            continue
        if kind in ("url", "email"):
            end = start + len(match[0].rstrip(_TRAILING))
            keep(kind, start, end, (plain[start:end],))
            at = end
            continue
        if match["date"] is not None:
            values = tuple(_numeric_dates(match["a"], match["b"], match["c"], language))
            if values:
                keep("date", start, end, values)
                continue
            kind = "number"
        if kind == "phone":
            if len(re.sub(r"[^0-9]", "", match[0])) < 8:
                piece = re.compile(_NUMBER).search(plain, start, end)
                assert piece is not None
                start, end, kind, at = piece.start(), piece.end(), "number", piece.end()
            else:
                keep(kind, start, end, (re.sub(r"[^0-9+]", "", match[0]),))
                continue
        if kind == "code":
            keep(kind, start, end, (plain[start:end],))
        else:
            keep("number", start, end)
    return sorted(found, key=lambda p: p.start)


def skeleton(text: str, found: list[Placeable]) -> str:
    """The text with a sign in the place of each placeable."""
    out, at = [], 0
    for p in found:
        out += [text[at : p.start], " ", _SIGNS[p.kind], " "]
        at = p.end
    return "".join(out) + text[at:]


_SIGNS = {
    "number": "\ue010",
    "code": "\ue010",
    "phone": "\ue010",
    "date": "\ue011",
    "url": "\ue012",
    "email": "\ue012",
}


def _plain(text: str) -> tuple[str, list[int], list[int]]:
    """(a copy without direction marks, digits in ASCII, tags masked; for each character its place in the text; and
    the zero of its script when it is a digit, else 0)."""
    masked = TAG.sub(lambda tag: _TAG_MASK * len(tag[0]), text)
    out, places, zeros = [], [], []
    for place, char in enumerate(masked):
        if char in DIRECTION_MARKS:
            continue
        digit = unicodedata.decimal(char, None)
        out.append(char if digit is None else chr(0x30 + digit))
        places.append(place)
        zeros.append(0 if digit is None else ord(char) - digit)
    return "".join(out), places, zeros


# --- numbers ---------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def style_of(language: str, zero: int = 0x30) -> tuple[str, str]:
    """(decimal sign, sign between thousands) of a language in the digits of this zero, by CLDR."""
    from babel import Locale

    system = {0x660: "arab", 0x6F0: "arabext"}.get(zero, "latn")
    symbols = Locale.parse(tags.babel_locale(language)).number_symbols
    found = symbols.get(system) or symbols.get("latn") or {}
    return str(found.get("decimal", ".")), str(found.get("group", ","))


def read_number(plain: str, style: tuple[str, str]) -> Decimal | None:
    """A number in ASCII digits as this style means it; None when the style does not write so."""
    decimal, group = re.escape(style[0]), re.escape(style[1])
    if re.fullmatch("0[0-9]+", plain):
        return None  # 088: the beginning of something else
    if not re.fullmatch(rf"(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)(?:{decimal}[0-9]+)?", plain):
        return None
    return Decimal(plain.replace(style[1], "").replace(style[0], "."))


def groups(plain: str) -> tuple[str, ...]:
    """Its groups of digits."""
    return tuple(re.findall("[0-9]+", plain))


def _number_values(plain: str, language: str, zero: int) -> tuple[Value, ...]:
    """What the language means by it first; what others would mean by it last, for texts that keep foreign signs."""
    own = read_number(plain, style_of(language, zero))
    others = [read_number(plain, style) for style in _STYLES]
    read: list[Value | None] = [own, groups(plain), *others]
    return tuple(dict.fromkeys(value for value in read if value is not None))


# --- dates -----------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def month_tables(language: str) -> tuple[tuple[str, ...], ...]:
    """Tables of twelve names of months as a language writes them, the usual first: full names, then short ones, of
    the language and of its regions that have names of their own (مارس, آذار)."""
    from babel import Locale

    own = tags.babel_locale(language)
    regions = {"ar": ("ar", "ar_SY", "ar_DZ", "ar_MA"), "fa": ("fa", "fa_AF"), "en": ("en",)}
    tables: list[tuple[str, ...]] = []
    for width in ("wide", "abbreviated"):
        for locale in dict.fromkeys([own, *regions.get(own.split("_")[0], ())]):
            months = Locale.parse(locale).months
            for context in ("format", "stand-alone"):
                names = months.get(context, {}).get(width, {})
                table = tuple(str(names[month]).rstrip(".") for month in range(1, 13) if month in names)
                if len(table) == 12 and not any(re.search(r"[0-9]", name) for name in table):
                    tables.append(table)
    return tuple(dict.fromkeys(tables))


@lru_cache(maxsize=128)
def months(language: str) -> tuple[re.Pattern[str], dict[str, list[str]]]:
    """(what finds a month's name, name in small letters -> the table in small letters it is of)."""
    tables = {n.casefold(): [m.casefold() for m in t] for t in reversed(month_tables(language)) for n in t}
    return re.compile(rf"(?<![^\W\d_])(?:{_listed(language)})(?![^\W\d_])", re.IGNORECASE), tables


def _listed(language: str) -> str:
    names = {name for table in month_tables(language) for name in table}
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)"


#: Languages that may write the month before the day.
_MONTH_FIRST = frozenset(["en", "am", "ti", "om", "so"])


@lru_cache(maxsize=128)
def _dates_in_words(language: str) -> re.Pattern[str]:
    listed = _listed(language)
    month = rf"(?<![^\W\d_])(?:{listed})(?![^\W\d_])\.?(?: ?/ ?(?:{listed})(?![^\W\d_]))?"
    day = r"(?<![0-9.,/-])[0-9]{1,2}(?:st|nd|rd|th)?\.?"
    year = r"[0-9]{4}(?![0-9])"
    ways = [
        rf"{day}\s+(?:de\s+|of\s+)?{month}(?:(?:\s+de)?,?\s+{year})?",
        r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日",
    ]
    if tags.base(language) in _MONTH_FIRST:
        ways.append(rf"{month}\s+[0-9]{{1,2}}(?:st|nd|rd|th)?(?![0-9.,/:-]?[0-9])(?:,?\s+{year})?")
    return re.compile("|".join(ways), re.IGNORECASE)


def read_date_in_words(plain: str, language: str) -> dt.date | tuple[int, int] | None:
    """The day a date with the name of its month means; (month, day) when it has no year; None when there is none."""
    numbers = [int(n) for n in groups(plain)]
    if "年" in plain:
        return _day(*numbers) if len(numbers) == 3 else None
    name = month_name(plain, language)
    if name is None or not numbers:
        return None
    month = name[1]
    day = numbers[0]
    if len(numbers) == 1:
        return (month, day) if _day(2000, month, day) else None
    return _day(numbers[1], month, day)


def month_name(plain: str, language: str) -> tuple[str, int] | None:
    """(the first name of a month in it as it is written, the month's number)."""
    pattern, tables = months(language)
    found = pattern.search(plain)
    if found is None:
        return None
    return found[0], tables[found[0].casefold()].index(found[0].casefold()) + 1


def _numeric_dates(a: str, b: str, c: str, language: str) -> Iterator[Value]:
    """Every day that three numbers may mean, in the order the language usually writes first."""
    orders = ["dmy", "mdy", "ymd"] if tags.base(language) != "en" else ["mdy", "dmy", "ymd"]
    seen = []
    for order in orders:
        by = dict(zip(order, (a, b, c), strict=True))
        if len(by["y"]) == 4 and len(by["d"]) <= 2 and len(by["m"]) <= 2:
            day = _day(int(by["y"]), int(by["m"]), int(by["d"]))
            if day is not None and day not in seen:
                seen.append(day)
    # a month first is English only
    yield from seen if tags.base(language) == "en" else seen[:1]


def order_of(plain: str, value: dt.date) -> list[str]:
    """In which orders three groups of digits can mean this day: of "dmy", "mdy", "ymd"."""
    found = []
    for order in ("dmy", "mdy", "ymd"):
        by = dict(zip(order, map(int, groups(plain)), strict=True))
        if (by["y"], by["m"], by["d"]) == (value.year, value.month, value.day):
            found.append(order)
    return found


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
