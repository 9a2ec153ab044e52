"""Sheets of paper for a client: typst sets them, with fonts of our own and without any network.

Everything people wrote reaches typst as data (one JSON text in `sys.inputs`), never as markup, so a term that looks
like markup is printed as it is. The templates are the `.typ` files of this folder; what goes in: `app.printing.sheets`.
"""

from __future__ import annotations

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FONTS = FOLDER / "fonts"
#: typst is quick (a card in a tenth of a second), and a compiler is not shared between threads.
_turn = threading.Lock()


class NotPrintable(Exception):
    """typst could not set the sheet. `reason` is its own message, which quotes only our template."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(f"The sheet could not be printed ({reason}).")


@cache
def _compiler():
    import typst  # 80 MB of program: only who prints loads it

    return typst.Compiler(
        str(FOLDER / "sheet.typ"),
        root=str(FOLDER),
        # our own fonts, and of typst's only what is left when they lack a letter
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
        ),
        # a package would be fetched from the network: there is no folder to find or keep one in
        package_path=str(FOLDER / "no-packages"),
        package_cache_path=str(FOLDER / "no-packages"),
    )


def set_sheet(sheet: dict[str, Any], format: str = "pdf", *, dots_per_inch: int = 110) -> bytes | list[bytes]:
    """The sheet as a PDF; or, with "png", each page (bytes when there is one, a list when there are more).

    `sheet`: see `app.printing.sheets`. Raises NotPrintable."""
    import typst

    with _turn:
        try:
            return _compiler().compile(
                format=format,
                ppi=float(dots_per_inch),
                sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            )
        except typst.TypstError as error:
            raise NotPrintable(str(error).splitlines()[0][:200]) from None


@cache
def _covered() -> list[tuple[int, int]]:
    return [tuple(pair) for pair in json.loads((FONTS / "coverage.json").read_text("ascii"))]


def unprintable(text: str) -> list[str]:
    """The letters of a text that none of our fonts has, each once, in order. White space and signs that show
    nothing (joiners, direction marks) count as printable."""
    from bisect import bisect_right

    ranges = _covered()
    missing: dict[str, None] = {}
    for letter in text:
        place = bisect_right(ranges, (ord(letter), 0x110000)) - 1
        if letter.isspace() or not letter.isprintable() or (place >= 0 and ord(letter) <= ranges[place][1]):
            continue
        missing[letter] = None
    return list(missing)
