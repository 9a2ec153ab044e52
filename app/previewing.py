"""A look into a file of units before it is kept: its first units, and what may be wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from importers.units import UnreadableFile, Warning_
from languages import identify, tags
from memory.exchange import UnitRow


@dataclass(frozen=True, slots=True)
class Preview:
    """A look into a file: its first units, how many of the units looked at are in which pair, what may be wrong."""

    rows: list[UnitRow]
    pairs: dict[tuple[str, str], int]
    warnings: list[Warning_]
    looked_at: int


def preview(rows: Iterable[UnitRow], *, shown: int = 10, most: int = 500) -> Preview:
    """Look at the first units of a file. What breaks later is told when it is read."""
    looked: list[UnitRow] = []
    warnings: list[Warning_] = []
    try:
        looked.extend(islice(rows, most))
    except UnreadableFile as error:
        if not looked:
            raise
        warnings.append(Warning_(error.reason, error.message, error.where, error.fields))
    pairs = Counter((row.source_language, row.target_language) for row in looked)
    warnings += doubts(looked)
    return Preview(looked[:shown], dict(pairs), warnings, len(looked))


#: Below these many letters nobody can tell a language.
_ENOUGH_LETTERS = 40
#: So sure must the identification be before anybody is told.
_SURE = 0.9
#: Written so alike that nothing tells them apart: no doubt is raised among them.
_ALIKE = ({"fa", "prs"}, {"zh-Hans", "zh-Hant", "zh"}, {"ckb", "ku"}, {"id", "ms"})


def doubts(rows: Iterable[UnitRow]) -> list[Warning_]:
    """What looks wrong about units: languages exchanged, a language that is another one, rows in another script, many
    targets that are their source. Hints for a person, never a decision."""
    rows = list(rows)
    out: list[Warning_] = []
    for source, target in dict.fromkeys((row.source_language, row.target_language) for row in rows):
        mine = [row for row in rows if (row.source_language, row.target_language) == (source, target)]
        sides = {source: [row.source for row in mine], target: [row.target for row in mine]}
        seen = {language: _looks_like(texts, language) for language, texts in sides.items()}
        if seen[source] and seen[target] and _alike(seen[source], target) and _alike(seen[target], source):
            out.append(Warning_("languages-swapped", "The languages seem to be exchanged: what is called %(source)s looks like "
                              "%(target)s, and the other way round.", fields=_said(source=source, target=target)))  # fmt: skip
            continue
        for language, texts in sides.items():
            found = seen[language]
            if found:
                out.append(Warning_("language-doubtful", "What is called %(language)s looks like %(found)s.", fields=_said(language=language, found=found)))  # fmt: skip
            elif strange := sum(identify.script_share(text, language) < 0.3 for text in texts):
                out.append(Warning_("script-doubtful", "Texts in %(language)s that are written in another script: "
                                  "%(count)s of the first %(total)s.", fields=_said(language=language, count=strange, total=len(texts))))  # fmt: skip
        copies = sum(row.source.strip() == row.target.strip() for row in mine)
        if copies > max(2, len(mine) // 20):
            out.append(Warning_("copies", "%(count)s of the first %(total)s targets are the same as their source: perhaps they "
                              "were never translated.", fields=_said(count=copies, total=len(mine))))  # fmt: skip
    return out


def _said(**fields: object) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items()}


def _looks_like(texts: list[str], language: str) -> str | None:
    """Another language than the one they are said to be in, when that is sure enough."""
    text = " ".join(texts)[:5000]
    if sum(c.isalpha() for c in text) < _ENOUGH_LETTERS:
        return None
    ranked = identify.identify(text)
    if not ranked or _alike(ranked[0][0], language):
        return None
    if identify.script_share(text, language) < 0.3:
        return ranked[0][0]
    if ranked[0][1] < _SURE:
        return None
    # a language that cannot be identified at all is only doubted when its script is another one
    known = {tag for tag, _ in ranked} | {"ti", "am"}
    if tags.base(language) not in known and identify.script_share(text, language) > 0.5:
        return None
    return ranked[0][0]


def _alike(one: str, other: str) -> bool:
    return tags.same_language(one, other) or any({tags.base(one), tags.base(other)} <= group for group in _ALIKE)
