"""Pictures of concepts: whatever somebody uploads is read, bounded and written anew, so that what the database keeps is
a picture and nothing else (no place where it was taken, no script, no second file behind the first)."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import time
import warnings

from sqlalchemy import Engine, delete, literal, select, update
from sqlalchemy.orm import Session

from app import db
from glossary.models import Concept, Picture
from storage.columns import utc_now

#: Largest upload in bytes, most pixels read, longest side kept.
LARGEST = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1200
#: What is read; each is written as JPEG, or as PNG when it is see-through.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MARK = "sha256:"
#: How long a picture stays that no concept shows: so long a replaced picture, or a removed concept, comes back whole.
GRACE = dt.timedelta(days=90)
#: Seconds until the next look for such pictures.
QUIET = 24 * 3600


class NotAPicture(Exception):
    """The file cannot be used. `reason`: "kind", "large" (bytes) or "pixels"."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def read_picture(content: bytes) -> Picture:
    """A picture as it will be shown, not yet in a session. Raises NotAPicture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(content) > LARGEST:
        raise NotAPicture("large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken metadata, which is thrown away
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise NotAPicture("pixels")
                opened.load()
                seen = ImageOps.exif_transpose(opened)
                see_through = seen.mode in ("RGBA", "LA", "PA") or "transparency" in seen.info
                shown = seen.convert("RGBA" if see_through else "RGB")
    except Image.DecompressionBombError:
        raise NotAPicture("pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise NotAPicture("kind") from None
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    if see_through:
        shown.save(out, "PNG", optimize=True)
    else:
        shown.save(out, "JPEG", quality=85)
    written = out.getvalue()
    return Picture(
        digest=hashlib.sha256(written).hexdigest(),
        media_type="image/png" if see_through else "image/jpeg",
        width=shown.width,
        height=shown.height,
        content=written,
    )


def keep(session: Session, picture: Picture) -> str:
    """Store a picture, once however often it comes; the name under which a concept points at it."""
    standing = session.get(Picture, picture.digest)
    if standing is None:
        session.add(picture)
    else:
        standing.unused_since = None
    session.flush()
    return MARK + picture.digest


def picture_of(session: Session, concept: Concept) -> Picture | None:
    """The picture of a concept when this database has it."""
    name = concept.picture or ""
    return session.get(Picture, name.removeprefix(MARK)) if name.startswith(MARK) else None


def forget_unused(session: Session, *, now: dt.datetime | None = None) -> int:
    """Delete the pictures that no concept has shown for GRACE, and note since when the others are not shown. How many
    went."""
    now = now or utc_now()
    shown = select(Concept.id).where(Concept.picture == literal(MARK).concat(Picture.digest)).exists()
    session.execute(update(Picture).where(shown, Picture.unused_since.is_not(None)).values(unused_since=None))
    session.execute(update(Picture).where(~shown, Picture.unused_since.is_(None)).values(unused_since=now))
    gone = session.execute(delete(Picture).where(~shown, Picture.unused_since < now - GRACE))
    return gone.rowcount


class Sweep:
    """Looks once a day for pictures nobody needs any more, when the worker has nothing else to do."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def __call__(self, engine: Engine) -> int:
        if time.monotonic() < self._quiet_until:
            return 0
        self._quiet_until = time.monotonic() + QUIET
        with db.transaction(engine) as session:
            return forget_unused(session)
