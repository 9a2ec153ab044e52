"""What somebody proposed: what came of it, what waits for their agreement, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from app import deciding
from app.db import current_session
from app.models import AnswerRead
from app.web import see_other
from app.web.forms import me, said, whole_number
from app.web.termproposing import may_propose
from app.web.termrefusals import refusal
from glossary import editing, waiting
from glossary.models import Proposal, Term
from glossary.refusals import ChangedMeanwhile

pages = Blueprint("myproposals", __name__)


def unread(db, *, limit: int = 50) -> list[waiting.Answer]:
    """Answers to this person's proposals that they have not read."""
    read = select(AnswerRead.history_id).where(AnswerRead.person_id == current_user.id)
    return waiting.answers_for(db, current_user.id, but=read, limit=limit)


def for_proposer(db) -> dict:
    """What somebody who proposes sees on the page where they land."""
    return {
        "answers": unread(db, limit=10),
        "to_agree": waiting.waiting_for_agreement(db, current_user.id),
    }


@pages.get("/my-proposals")
def answers():
    """Answers to your proposals, and what still waits."""
    may_propose()
    db = current_session()
    read = set(db.scalars(select(AnswerRead.history_id).where(AnswerRead.person_id == current_user.id)))
    return render_template(
        "my_proposals.html",
        **for_proposer(db),
        old=[a for a in waiting.answers_for(db, current_user.id, limit=100) if a.act.id in read],
        waiting=waiting.own_waiting(db, current_user.id),
    )


@pages.post("/my-proposals/read")
def mark_read():
    """These answers were read."""
    may_propose()
    db = current_session()
    numbers = {n for n in map(whole_number, request.form.getlist("answer")) if n is not None}
    marked = deciding.mark_read(db, me(), numbers)
    db.commit()
    flash(ngettext("%(num)s answer is marked as read.", "%(num)s answers are marked as read.", marked), "done")
    if request.form.get("back") == "my-work":
        return see_other("work.my_work")
    return see_other("myproposals.answers")


@pages.post("/terms/<int:term_id>/agree")
def agree(term_id: int):
    """Whoever proposed a word agrees with the reviewer's wording."""
    return _settle(deciding.find_term, term_id, _agree)


@pages.post("/proposals/<int:proposal_id>/agree")
def agree_change(proposal_id: int):
    """Whoever asked for a change agrees with how the reviewer put it."""
    return _settle(deciding.find_proposal, proposal_id, _agree)


@pages.post("/terms/<int:term_id>/withdraw")
def withdraw(term_id: int):
    """Whoever proposed a word takes it back; its history has it."""
    return _settle(deciding.find_term, term_id, _withdraw)


@pages.post("/proposals/<int:proposal_id>/withdraw")
def withdraw_change(proposal_id: int):
    """Whoever asked for a change thinks better of it."""
    return _settle(deciding.find_proposal, proposal_id, _withdraw)


def _settle(find: Callable, number: int, settle: Callable) -> Response:
    """Carry out what somebody wants with their own proposal, unless somebody was faster."""
    db = current_session()
    try:
        told = settle(db, find(db, number))
    except editing.NotDecidable:
        db.rollback()
        flash(_("Somebody was faster: this was already decided."), "waits")
    except ChangedMeanwhile as error:
        db.rollback()
        flash(refusal(error), "warning")
    else:
        db.commit()
        flash(told, "done")
    return see_other("myproposals.answers")


def _agree(db, asked: Term | Proposal) -> str:
    deciding.agree(db, me(), asked)
    return _("Agreed. It counts from the next look-up on.")


def _withdraw(db, asked: Term | Proposal) -> str:
    deciding.withdraw(db, me(), asked, said("reason") or _("withdrawn"))
    return _("Taken back. Nobody has to decide on it any more.")
