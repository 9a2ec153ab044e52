"""Removing a concept, making two one, and bringing back what is gone."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from pydantic import BaseModel, Field

from app import access, removing
from app.access import Hidden, NotAllowed
from app.api.concepts import check_version, find
from app.api.routing import route
from app.api.schemas import Language, Reason, Sent
from app.db import current_session
from app.models import RoleName
from app.problems import Problem
from app.web import conceptwords
from app.web.forms import me
from glossary import history, merging


class Removal(Sent):
    why: Reason = Field(min_length=1, description="Who looks for it later reads it")


class Gone(BaseModel):
    concept: str
    history: int = Field(description="Number of the act that takes it away")


class Merge(Sent):
    other: str = Field(min_length=1, max_length=200, description="Code of the concept that becomes a part of this one")
    why: Reason | None = None
    theirs: list[str] = Field([], max_length=500, description="Keys of the conflicts in which the other one's saying wins")


class MergeQuery(Sent):
    other: str = Field(min_length=1, max_length=200, description="Code of the other concept")


class Conflict(BaseModel):
    key: str
    kind: str
    name: str
    language: Language | None
    here: dict[str, Any]
    there: dict[str, Any]


class Plan(BaseModel):
    conflicts: list[Conflict] = Field(description="What both say, differently")
    terms: int = Field(description="How many words move")
    relations_left: list[str] = Field(description="Relations that would go round in a circle: kind, code, code")


class Merged(BaseModel):
    concept: str
    history: int = Field(description="Number of the act: taking it back undoes the merge")
    relations_left: list[str]


@route(
    "/concepts/<code>/removal", method="POST", tag="concepts", body=Removal, answers={200: Gone}, if_match="required",
)  # fmt: skip
def remove_concept(code: str, body: Removal):
    """Remove a concept. Its history stays and brings it back.

    For administrators, reviewers of all languages in which it has decided words, and staff where nobody decided."""
    db = current_session()
    found = find(code)
    removing.require(current_user, found)
    check_version(found, body, required=True)
    if not body.why.strip():
        raise Problem(422, _("Say why: who looks for it later reads your reason."))
    act = removing.remove(db, found, person=me(), why=body.why.strip())
    db.commit()
    return Gone(concept=code, history=act.id), 200


@route("/concepts/<code>/restoration", method="POST", tag="concepts", answers={200: Gone}, problems=(409,))
def restore_concept(code: str):
    """Bring back a concept that was removed, or became a part of another. For who did that, reviewers and administrators."""
    access.require_role(current_user, RoleName.STAFF, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    act = removing.last_act(db, code)
    if act is None:
        raise Hidden
    whole = db.get_one(history.History, act.of_id) if act.of_id is not None and not act.before else act
    if not conceptwords.may_take_back(current_user, whole):
        raise NotAllowed("role")
    try:
        undone = removing.take_back(db, act, person=me())
    except (history.ChangedSince, history.NothingToUndo):
        db.rollback()
        raise Problem(409, _("It cannot come back as it was: something it would need was changed since. Nothing was changed now.")) from None
    db.commit()
    return Gone(concept=code, history=undone.id), 200


@route("/concepts/<code>/merge", tag="concepts", query=MergeQuery, answers={200: Plan}, problems=(422,))
def plan_merge(code: str, query: MergeQuery):
    """What making another concept a part of this one would do; nothing is changed."""
    kept, other = _two(code, query.other)
    planned = merging.plan(current_session(), kept, other)
    return Plan(
        conflicts=[
            Conflict(key=c.key, kind=c.kind, name=c.name, language=c.language, here=_values(c.here), there=_values(c.there))
            for c in planned.conflicts
        ],
        terms=len(planned.terms),
        relations_left=[f"{kind} {one.code} {end.code}" for kind, one, end in planned.left],
    ), 200


@route(
    "/concepts/<code>/merge", method="POST", tag="concepts", body=Merge, answers={200: Merged}, if_match="required",
    problems=(422,),
)  # fmt: skip
def merge_concepts(code: str, body: Merge):
    """Make another concept a part of this one: its words, definitions, law, relations and proposals move, its code leads here.

    For administrators, and reviewers of all languages in which the two have decided words."""
    db = current_session()
    kept, other = _two(code, body.other)
    check_version(kept, body, required=True)
    done = removing.merge(db, kept, other, person=me(), why=body.why, theirs=body.theirs)
    db.commit()
    left = [" ".join(relation) for relation in done.left]
    return Merged(concept=kept.code, history=done.merge.history_id, relations_left=left), 200


def _two(code: str, other_code: str):
    kept, other = find(code), find(other_code)
    if kept.id == other.id:
        raise Problem(422, _("That is this concept itself. Choose the other one."))
    removing.require(current_user, kept)
    removing.require(current_user, other)
    return kept, other


def _values(rows: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in rows}
