"""Short digests that stand for a unit's texts and places: columns derived from them (memory.models)."""

from __future__ import annotations

import datetime as dt

from memory import forms


def unit_digest(
    source_language: str, target_language: str, source: str, target: str, project: str | None
) -> bytes:
    return forms.digest((source_language, target_language, source, target, project))


def place_digest(
    *,
    origin: str,
    origin_name: str,
    document: str | None,
    position: int | None,
    previous_source: str | None,
    next_source: str | None,
    source_tuid: str | None,
) -> bytes:
    """What makes two places one: the place in a document, or else the file, its tuid and the neighbours."""
    if document is not None and position is not None:
        return forms.digest(("document", document, position))
    return forms.digest((origin, origin_name, document, source_tuid, previous_source, next_source))


def place_keys(
    *,
    document: str | None,
    position: int | None,
    previous_source: str | None,
    next_source: str | None,
    vouched_at: dt.datetime,
) -> dict[str, int]:
    """The derived columns of a place."""
    return {
        "previous_key": neighbour_key(previous_source),
        "next_key": neighbour_key(next_source),
        "place_key": position_key(document, position),
        "recency": min(max(int(vouched_at.timestamp()), 0), 0xFFFFFFFF),
    }


def neighbour_key(text: str | None) -> int:
    """0 when the neighbour is not known."""
    return 0 if text is None else forms.short_key("neighbour", forms.same_text(text))


def position_key(document: str | None, position: int | None) -> int:
    return 0 if document is None or position is None else forms.short_key("position", document, position)


def text_keys(source: str, source_language: str) -> dict[str, object]:
    """The derived columns of a unit's source."""
    form = forms.form(source, source_language)
    return {
        "source_key": forms.key(forms.same_text(source)),
        "form": form,
        "form_version": forms.VERSION,
        "bare_key": forms.key(forms.bare(form)),
        "profile_key": forms.profile_key(source),
    }
