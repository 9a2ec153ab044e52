"""Placeholders and tags in a program's messages, as codes that stand alone: %s, %(name)s, {name}, {{name}}, <b>."""

from __future__ import annotations

import re

from importers.nesting import TextBuilder
from importers.units import Code

_ALWAYS = r"""
    \{\{[^{}\n]*\}\}                                   # {{ name }}
  | \$\{[\w.]+\}                                       # ${name}
  | %?\{(?:\w[\w.\[\]]*)?(?:![rsa])?(?::[^{}\n]*)?\}   # {name} {0} {} %{name}
  | %\([\w.\- ]+\)[\#0\-+]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]?   # %(name)s
  | </?[a-zA-Z][^<>\n]*>                               # <b> </a> <br/>
"""
_PRINTF = r"""
  | %(?:\d+\$)?[\#0\-+ ]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|q|j|z|t|L)?[diouxXeEfFgGaAcCsSpnr@%]
"""
_LIKELY_PRINTF = r"""
  | (?<![\d%])%(?:\d+\$)?(?:\d+|\*)?(?:\.\d+)?(?:l|ll)?[diouxXfgcs@](?![a-zA-Z])
"""
_QT = r"| %L?\d{1,2} | %n"
_PLACEHOLDERS = {
    "printf": re.compile(_ALWAYS + _PRINTF, re.X),
    "qt": re.compile(_ALWAYS + _QT, re.X),
    "none": re.compile(_ALWAYS, re.X),
    "": re.compile(_ALWAYS + _LIKELY_PRINTF, re.X),
}


def tagged(text: str, flags: list[str]) -> tuple[str, tuple[Code, ...], dict[int, str]]:
    """A message's text with placeholders and tags as codes: (text, codes, what each code stands for)."""
    builder = TextBuilder()
    raws: dict[int, str] = {}
    at = 0
    for found in _pattern(flags).finditer(text):
        builder.text(text[at : found.start()])
        kind = "markup" if found[0].startswith("<") else "placeholder"
        raws[builder.alone(kind, found[0][:40])] = found[0]
        at = found.end()
    builder.text(text[at:])
    tagged_text, codes = builder.build()
    return tagged_text, codes, raws


def matched(target: str, codes: tuple[Code, ...], raws: dict[int, str], flags: list[str]) -> str:
    """A target with the source's numbers on its placeholders; what the source does not have stays text."""
    free: dict[str, list[int]] = {}
    for code in codes:
        free.setdefault(raws.get(code.number, code.shows), []).append(code.number)
    out, at = [], 0
    pattern = re.compile("|".join(map(re.escape, sorted(free, key=len, reverse=True)))) if free else None
    for found in pattern.finditer(target) if pattern else ():
        numbers = free[found[0]]
        out += [target[at : found.start()], f"<{numbers.pop(0) if len(numbers) > 1 else numbers[0]}/>"]
        at = found.end()
    return "".join([*out, target[at:]])


def _pattern(flags: list[str]) -> re.Pattern[str]:
    if any(flag in flags for flag in ("c-format", "python-format", "objc-format", "php-format", "perl-format")):
        return _PLACEHOLDERS["printf"]
    if any(flag in flags for flag in ("qt-format", "qt-plural-format", "kde-format")):
        return _PLACEHOLDERS["qt"]
    if any(flag in flags for flag in ("no-c-format", "no-python-format")):
        return _PLACEHOLDERS["none"]
    return _PLACEHOLDERS[""]
