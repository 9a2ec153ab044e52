"""What TMX holds: units, what is known of them, and the header of a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from importers.tmxinline import TmxCode

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class TmxNotes:
    """What a unit, or one language of it, has beside its text. Moments in UTC; `props` are (type, value) in order;
    `attributes` are the others the element has, as they are."""

    created: dt.datetime | None = None
    changed: dt.datetime | None = None
    created_by: str | None = None
    changed_by: str | None = None
    used: int | None = None
    last_used: dt.datetime | None = None
    notes: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(slots=True)
class TmxUnit:
    """One translation unit: its text in each language (BCP 47), inline codes as our numbered tags.

    `codes` say what the tags stand for; equal numbers are the same code in every language. Facts stand here when
    the file gives them for the whole unit, in `variants` when it gives them for one language. `props` may be
    given as a mapping; read ones are (type, value) pairs, for a type can occur twice.
    """

    tuid: str | None
    texts: Mapping[str, str]
    codes: tuple[TmxCode, ...] = ()
    created: dt.datetime | None = None
    changed: dt.datetime | None = None
    created_by: str | None = None
    changed_by: str | None = None
    used: int | None = None
    last_used: dt.datetime | None = None
    notes: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] | Mapping[str, str] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    variants: Mapping[str, TmxNotes] = field(default_factory=lambda: NOTHING)

    def prop(self, type: str) -> str | None:
        """The first property of that type."""
        return next((value for name, value in pairs(self.props) if name == type), None)

    def last_change(self) -> tuple[dt.datetime | None, str | None]:
        """When the unit or one of its languages was last changed (or made), and by whom."""
        known = [(f.changed or f.created, f.changed_by or f.created_by) for f in (self, *self.variants.values())]
        return max((pair for pair in known if pair[0] is not None), key=lambda pair: pair[0], default=(None, None))


@dataclass(frozen=True, slots=True)
class TmxHeader:
    """What the file says about itself. `source_language` is BCP 47, or "*all*", or None when nobody knows it."""

    source_language: str | None = None
    tool: str = ""
    tool_version: str = ""
    version: str = ""
    notes: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] = ()


def pairs(props: tuple[tuple[str, str], ...] | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Properties as (type, value), however they were given."""
    return props.items() if isinstance(props, Mapping) else props
