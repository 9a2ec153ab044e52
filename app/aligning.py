"""Two documents that are each other's translation become pairs: proposed by the computer, mended by a person, then kept.

The state of the work is one row: the sentences of both texts and the rows they stand in, in order. Whatever is done to it
keeps every sentence in its order; editing words is the only thing that changes a text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app import intake
from app.waiting import Alignment
from importers import inline
from languages import alignment, tags
from memory import exchange as units
from memory.exchange import Taken, UnitRow
from storage.columns import utc_now

#: Longest cell that somebody may write (characters).
LONGEST = 20_000
#: Below this a row is shown as unsure (languages.alignment.Bead.sure).
UNSURE = 150.0
SIDES = ("source", "target")
#: Documents that were aligned are deleted after this long: their texts are copies outside the memory.
KEPT = dt.timedelta(days=30)


def forget_old(session: Session) -> None:
    """Delete old alignments; what was kept of them stays in the memory."""
    session.execute(delete(Alignment).where(Alignment.created_at < utc_now() - KEPT))


class NoSuchMove(ValueError):
    """This cannot be done to that row."""


class ChangedMeanwhile(Exception):
    """Somebody changed the alignment since this page was loaded."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """A document's sentences, and which of them end a paragraph."""

    texts: list[str]
    ends: list[int]


def read_sentences(data: bytes, name: str, language: str) -> Sentences:
    """The sentences of a file in any document format. Raises UnreadableFile."""
    read = intake.read_file(data, name)
    texts: list[str] = []
    ends: list[int] = []
    for unit in read.catalogue.units:
        for segment in intake.cut(unit, language, read.format.name):
            if inline.plain(segment.text).strip():
                texts.append(segment.text)
        if texts and (not ends or ends[-1] != len(texts) - 1):
            ends.append(len(texts) - 1)
    return Sentences(texts, ends)


def aligned(source: Sentences, target: Sentences) -> list[dict]:
    """The rows that the computer proposes. Raises languages.alignment.TooLong."""
    beads = alignment.align(
        [inline.plain(text) for text in source.texts],
        [inline.plain(text) for text in target.texts],
        source_ends=source.ends,
        target_ends=target.ends,
    )
    return [
        {"source": source.texts[slice(*bead.source)], "target": target.texts[slice(*bead.target)], "keep": True,
         "sure": min(bead.sure, 10_000.0)}
        for bead in beads
    ]  # fmt: skip


def begin(
    session: Session, *, source: tuple[str, str], target: tuple[str, str], rows: list[dict], by_id: int | None, by_name: str
) -> Alignment:
    """Keep the work on two texts; `source` and `target` are (language, file's name)."""
    entry = Alignment(
        source_language=source[0], target_language=target[0], source_name=source[1], target_name=target[1], rows=rows,
        by_id=by_id, by_name=by_name,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


# --- moves --------------------------------------------------------------------------------------


def change(entry: Alignment, version: int, at: int, move: str, *, side: str = "", texts: dict[str, str] | None = None) -> int:
    """Do one move to the row `at` (from 0) and say where to look next. Raises NoSuchMove and ChangedMeanwhile.

    up, down       the first (last) sentence of a `side` goes to the row above (below); beyond the last row a new one
    join           everything of the row below comes into this one
    part           the last sentence of each side goes to a new row below
    shift, close   an empty cell is put in here and what follows on this `side` moves one row down; or this cell, if it is
                   empty, is closed and what follows moves up
    drop, keep     the row is not kept in the memory, or is again
    edit           the words of both sides are these `texts`, a sentence in each line
    """
    if version != entry.version:
        raise ChangedMeanwhile
    rows = [{**row, "source": list(row["source"]), "target": list(row["target"])} for row in entry.rows]
    if not 0 <= at < len(rows) or (move in ("up", "down", "shift", "close") and side not in SIDES):
        raise NoSuchMove(move)
    found = _MOVES[move](rows, at, side, texts or {}) if move in _MOVES else None
    if found is None:
        raise NoSuchMove(move)
    entry.rows = [row for row in rows if row["source"] or row["target"]]
    entry.version += 1
    return min(found, max(len(entry.rows) - 1, 0))


def _touched(*rows: dict) -> None:
    for row in rows:
        row["sure"] = None


def _new_row() -> dict:
    return {"source": [], "target": [], "keep": True, "sure": None}


def _up(rows, at, side, _texts):
    if not at or not rows[at][side]:
        return None
    rows[at - 1][side].append(rows[at][side].pop(0))
    _touched(rows[at - 1], rows[at])
    return at


def _down(rows, at, side, _texts):
    if not rows[at][side]:
        return None
    if at + 1 == len(rows):
        rows.append(_new_row())
    rows[at + 1][side].insert(0, rows[at][side].pop())
    _touched(rows[at], rows[at + 1])
    return at


def _join(rows, at, _side, _texts):
    if at + 1 >= len(rows):
        return None
    below = rows.pop(at + 1)
    for side in SIDES:
        rows[at][side] += below[side]
    _touched(rows[at])
    return at


def _part(rows, at, _side, _texts):
    row, new = rows[at], _new_row()
    if max(len(row["source"]), len(row["target"])) < 2 and not (row["source"] and row["target"]):
        return None
    if max(len(row["source"]), len(row["target"])) < 2:  # one sentence on each side: they do not belong together
        new["target"] = row["target"]
        row["target"] = []
    else:
        for side in SIDES:
            if len(row[side]) > 1:
                new[side] = [row[side].pop()]
    _touched(row, new)
    rows.insert(at + 1, new)
    return at


def _shift(rows, at, side, _texts):
    cells = [row[side] for row in rows[at:]]
    rows.append(_new_row())
    for row, cell in zip(rows[at:], [[], *cells], strict=True):
        row[side] = cell
        row["sure"] = None
    return at


def _close(rows, at, side, _texts):
    if rows[at][side]:
        return None
    cells = [row[side] for row in rows[at + 1 :]]
    for row, cell in zip(rows[at:], [*cells, []], strict=True):
        row[side] = cell
        row["sure"] = None
    return at


def _drop(rows, at, _side, _texts):
    rows[at]["keep"] = False
    return at


def _keep(rows, at, _side, _texts):
    rows[at]["keep"] = True
    return at


def _edit(rows, at, _side, texts):
    for side in SIDES:
        lines = texts.get(side, "")[:LONGEST].replace("\r\n", "\n").split("\n")
        rows[at][side] = [line for line in lines if line.strip()]
    _touched(rows[at])
    return at


_MOVES = {
    "up": _up, "down": _down, "join": _join, "part": _part, "shift": _shift, "close": _close, "drop": _drop, "keep": _keep,
    "edit": _edit,
}  # fmt: skip


# --- into the memory ------------------------------------------------------------------------------


def pairs(rows: list[dict]) -> Iterator[tuple[int, str, str, bool]]:
    """(row, source, target, whether one sentence answers one) of the rows that have both sides and are wanted."""
    for at, row in enumerate(rows):
        if row["keep"] and row["source"] and row["target"]:
            yield at, _joined(row["source"]), _joined(row["target"]), len(row["source"]) == len(row["target"]) == 1


def _joined(texts: list[str]) -> str:
    """Sentences as one text: a blank between them, but none where the script has none; the tags of each further one get
    numbers of their own."""
    out, highest = "", 0
    for text in texts:
        text = text.strip()
        numbers = [int(found[2]) for found in inline.TAG.finditer(text)]
        if highest and numbers:
            text = inline.TAG.sub(lambda found, by=highest: f"<{found[1]}{int(found[2]) + by}{found[3]}>", text)
        highest += max(numbers, default=0)
        out += text if not out or _WITHOUT_BLANKS.match(out[-1]) else f" {text}"
    return out


_WITHOUT_BLANKS = re.compile("[\u3000-\u9fff\uff00-\uffef]")


def to_rows(
    rows: list[dict], *, source_language: str, target_language: str, name: str, quality: str, project: str | None = None,
    subject: str | None = None, by: str | None = None,
) -> Iterator[UnitRow]:  # fmt: skip
    """The memory's units of an alignment, each with its neighbours in the text."""
    sources = [_joined(row["source"]) for row in rows]
    now = utc_now()
    for at, source, target, one_to_one in pairs(rows):
        before = next((text for text in reversed(sources[:at]) if text), "")
        after = next((text for text in sources[at + 1 :] if text), "")
        yield UnitRow(
            source_language=source_language,
            target_language=target_language,
            source=source,
            target=target,
            previous_source=before,
            next_source=after,
            origin="alignment",
            origin_name=name,
            project=project,
            subject=subject,
            quality=quality,
            one_to_one=one_to_one,
            approved_by=by if quality == "approved" else None,
            approved_at=now if quality == "approved" else None,
        )


def origin_name(source_name: str, target_name: str) -> str:
    return source_name if source_name == target_name else f"{source_name} | {target_name}"


def keep(session: Session, entry: Alignment, *, quality: str, project: str | None, subject: str | None, by: str) -> Taken:
    """Keep the wanted rows in the memory. Keeping it again adds only what is new."""
    taken = units.take(
        session,
        to_rows(
            entry.rows,
            source_language=tags.normalise(entry.source_language),
            target_language=tags.normalise(entry.target_language),
            name=origin_name(entry.source_name, entry.target_name),
            quality=quality,
            project=project,
            subject=subject,
            by=by,
        ),
    )
    entry.kept_at, entry.kept = utc_now(), taken.new + taken.merged
    return taken


