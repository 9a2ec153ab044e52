"""The table of document formats. A format's module is imported when the format is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from importers.units import Format

_MODULES = {
    "docx": "importers.docx",
    "html": "importers.html",
    "markdown": "importers.markdown",
    "po": "importers.po",
    "text": "importers.plaintext",
    "xliff": "importers.xliffdocument",
}


class UnknownFormat(LookupError):
    """No document format has this name. `name` is the name asked for."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"“{name}” is no document format; there are: {', '.join(_MODULES)}.")


@cache
def format_named(name: str) -> Format:
    """The format of that name ("docx", "html", "markdown", "po", "text", "xliff"). Raises UnknownFormat."""
    if name not in _MODULES:
        raise UnknownFormat(name)
    return import_module(_MODULES[name]).FORMAT


def formats() -> tuple[Format, ...]:
    """Every document format, by name."""
    return tuple(format_named(name) for name in sorted(_MODULES))
