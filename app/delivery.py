"""A document becomes a file again, in the target language and in its own format; or TMX, or XLIFF.

What is not finished or not reviewed says DRAFT, in the file and in its name.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.models import Block, Document, Original, Segment, SegmentState, Sentence, Translation
from importers import inline, registry
from importers import units as contract

#: What a draft says on its first page, after the word DRAFT. Languages without a sure wording say it in English.
DRAFT_LINES = {
    "nl": "DRAFT – concept: deze vertaling is nog niet gecontroleerd.",
    "en": "DRAFT – this translation has not been reviewed yet.",
    "ar": "DRAFT – مسودة: لم تُراجَع هذه الترجمة بعد.",
    "fa": "DRAFT – پیش‌نویس: این ترجمه هنوز بازبینی نشده است.",
    "prs": "DRAFT – پیش‌نویس: این ترجمه هنوز بازبینی نشده است.",
    "tr": "DRAFT – taslak: bu çeviri henüz kontrol edilmedi.",
    "fr": "DRAFT – brouillon : cette traduction n'a pas encore été relue.",
    "ru": "DRAFT – черновик: этот перевод ещё не проверен.",
    "uk": "DRAFT – чернетка: цей переклад ще не перевірено.",
    "es": "DRAFT – borrador: esta traducción aún no ha sido revisada.",
    "zh": "DRAFT – 草稿：本译文尚未经过审校。",
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file to hand out."""

    data: bytes
    file_name: str
    media_type: str
    draft: bool


def draft_line(language: str) -> str:
    """The line for a target language; always with the word DRAFT, which the desk looks for."""
    from languages import tags

    return DRAFT_LINES.get(language) or DRAFT_LINES.get(tags.base(language)) or DRAFT_LINES["en"]


def is_finished(session: Session, translation: Translation) -> bool:
    """Whether every segment is approved."""
    query = select(Segment.id).where(
        Segment.translation_id == translation.id, Segment.state != SegmentState.APPROVED
    )
    return session.scalar(query.limit(1)) is None


def deliver(session: Session, translation: Translation) -> Delivered:
    """The document in the target language, in the format it came in. Raises UnreadableFile if the original cannot be
    read any more."""
    document = translation.document
    format = registry.format_named(document.format)
    original = session.get_one(Original, document.id)
    finished = is_finished(session, translation)
    draft = None if finished else draft_line(translation.target_language)
    data = format.write(original.data, _blocks(session, translation), translation.target_language, draft)
    return Delivered(data, _file_name(document, translation, finished), format.media_type, not finished)


def _file_name(document: Document, translation: Translation, finished: bool, ending: str = "") -> str:
    name = PurePath(document.file_name)
    prefix = "" if finished else "DRAFT-"
    return f"{prefix}{name.stem}.{translation.target_language}{ending or name.suffix}"


def _rows(session: Session, document: Document, translation: Translation) -> list[tuple[Block, Sentence, Segment | None]]:
    query = (
        select(Block, Sentence, Segment)
        .join(Sentence, Sentence.block_id == Block.id)
        .outerjoin(Segment, (Segment.sentence_id == Sentence.id) & (Segment.translation_id == translation.id))
        .where(Sentence.document_id == document.id)
        .order_by(Sentence.position)
    )
    return [tuple(row) for row in session.execute(query)]


def _blocks(session: Session, translation: Translation) -> dict[str, contract.Translation]:
    """Each block's text put together from its segments; a sentence without a translation keeps its source."""
    blocks = {}
    for key, group in groupby(_rows(session, translation.document, translation), key=lambda row: row[0].key):
        rows = list(group)
        if not any(segment is not None and segment.target for _, _, segment in rows):
            continue
        cuts = [inline.Segment.from_json(sentence.cut, sentence.text) for _, sentence, _ in rows]
        texts = [segment.target if segment is not None and segment.target else s.text for _, s, segment in rows]
        approved = all(segment is None or segment.state == SegmentState.APPROVED for _, _, segment in rows)
        blocks[key] = contract.Translation(inline.join(cuts, texts), approved)
    return blocks


def as_tmx(session: Session, translation: Translation) -> Delivered:
    """The translated segments as TMX 1.4b, with who approved them."""
    from importers import tmx

    document = translation.document
    query = (
        select(Segment)
        .join(Sentence)
        .where(Segment.translation_id == translation.id, Segment.target != "")
        .options(
            joinedload(Segment.sentence), joinedload(Segment.written_by), joinedload(Segment.approved_by)
        )
        .order_by(Segment.position)
    )
    units = (
        tmx.TmxUnit(
            tuid=f"{document.id}-{segment.position}",
            texts={document.source_language: segment.sentence.text, translation.target_language: segment.target},
            changed=segment.changed_at,
            props={"x-state": segment.state, "x-document": document.title},
        )
        for segment in session.scalars(query)
    )
    out = io.BytesIO()
    tmx.write_tmx(out, units, source_language=document.source_language, tool_version=version("dragoman"))
    finished = is_finished(session, translation)
    return Delivered(
        out.getvalue(), _file_name(document, translation, finished, ".tmx"), "application/x-tmx+xml", not finished
    )


def as_xliff(session: Session, translation: Translation) -> Delivered:
    """The whole translation as XLIFF 2.1, finished or not."""
    from importers import xliff

    document = translation.document
    blocks = []
    for _key, group in groupby(_rows(session, document, translation), key=lambda row: row[0].id):
        rows = list(group)
        block = rows[0][0]
        blocks.append(
            xliff.XliffBlock(
                key=block.key,
                notes=tuple(block.notes),
                segments=tuple(
                    xliff.XliffSegment(
                        source=sentence.text,
                        target=segment.target if segment is not None and segment.target else None,
                        state=segment.state if segment is not None else SegmentState.OPEN,
                    )
                    for _, sentence, segment in rows
                    if sentence.text
                ),
            )
        )
    data = xliff.export_xliff(
        title=document.file_name,
        source_language=document.source_language,
        target_language=translation.target_language,
        blocks=[b for b in blocks if b.segments],
    )
    finished = is_finished(session, translation)
    return Delivered(data, _file_name(document, translation, finished, ".xlf"), "application/xliff+xml", not finished)
