"""How many plural forms a language has in gettext, and which form a number takes."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from languages.tags import babel_locale, fallbacks

_PLURAL_FORMS = re.compile(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+)")
# Babel's table has Arabic's last two forms the wrong way round, and one form only for Persian and Turkish.
_CLDR_KNOWS_BETTER = frozenset({"ar", "fa", "tr"})


@dataclass(frozen=True, slots=True)
class Plurals:
    """How many plural forms a language has and which a number takes (gettext manual, "Plural forms")."""

    count: int
    form: Callable[[int], int] | None
    header: str = ""

    def of(self, number: int) -> int:
        """The form `number` takes; as in English where the file does not say."""
        return self.form(number) if self.form else min(int(number != 1), self.count - 1)


def plurals_of(header: Mapping[str, str], language: str | None) -> Plurals:
    """The plural forms the header gives, or those of the language (gettext's own table in Babel, then CLDR)."""
    given = header.get("plural-forms", "")
    if not given or "EXPRESSION" in given:
        given = header_of(language) if language else ""
    found = _PLURAL_FORMS.search(given)
    if not found or not 1 <= int(found[1]) <= 10:
        return Plurals(2, None)
    try:
        form = gettext.c2py(found[2].strip())
        [form(n) for n in (0, 1, 2, 5, 100)]
    except (ValueError, ZeroDivisionError, RecursionError, OverflowError):
        return Plurals(int(found[1]), None, given)
    count = int(found[1])
    return Plurals(count, lambda number: min(form(number), count - 1), given)


def header_of(language: str) -> str:
    """gettext's customary header for a language, by Babel's table, else by CLDR's rules."""
    from babel import Locale
    from babel.messages import plurals
    from babel.plural import to_gettext

    for tag in fallbacks(language):
        if tag in _CLDR_KNOWS_BETTER:
            break
        if tag.replace("-", "_") in plurals.PLURALS:
            count, expression = plurals.PLURALS[tag.replace("-", "_")]
            return f"nplurals={count}; plural={expression};"
    return to_gettext(Locale.parse(babel_locale(language)).plural_form)
