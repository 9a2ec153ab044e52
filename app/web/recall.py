"""What was made with a unit of the memory, for whoever withdraws it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from app import access, concepts, recalling
from app.access import Hidden
from app.db import current_session
from memory.models import Unit

pages = Blueprint("recall", __name__, url_prefix="/memory")


@pages.get("/units/<int:unit_id>/made-with-it")
def consequences(unit_id: int):
    """Segments and units that were built on a unit. Documents that this person may not see are counted, not named."""
    db = current_session()
    unit = db.get(Unit, unit_id)
    if unit is None or not access.keeps_memory(current_user, unit.source_language, unit.target_language):
        raise Hidden
    found = recalling.built_on(db, unit)
    seen = [m for m in found.segments if access.may_see_translation(current_user, m.segment.translation)]
    return render_template(
        "memory_made.html",
        unit=unit,
        pair=(unit.source_language, unit.target_language),
        found=found,
        segments=seen,
        hidden=len(found.segments) - len(seen),
        concepts=concepts.of_unit(db, unit.id),
    )
