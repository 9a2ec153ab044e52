"""The administrator's people: invite, give and take roles, disable, new password links."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import access, accounts, errors
from app.access import Hidden
from app.accounts import AlreadyThere, NotAnAddress
from app.db import current_session
from app.installation import config
from app.models import Invitation, Person, Role, RoleName
from app.web import see_other
from languages import tags
from storage.columns import utc_now

pages = Blueprint("people", __name__)


@pages.before_request
def _administrators_only() -> None:
    if current_user.is_authenticated:
        access.require_role(current_user, RoleName.ADMINISTRATOR)


@pages.get("/people")
def listing():
    """Who is here, who is invited."""
    return _page({}, {})


def _page(form: dict, wrong: dict[str, str], link: str | None = None, invited: Invitation | None = None) -> str:
    db = current_session()
    open_invitations = (
        select(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > utc_now())
        .order_by(Invitation.id.desc())
    )
    return render_template(
        "people.html",
        people=list(db.scalars(select(Person).order_by(Person.disabled_at.is_not(None), Person.name))),
        invitations=list(db.scalars(open_invitations)),
        form=form,
        errors=wrong,
        link=link,
        invited=invited,
        languages=tags.OUR_LANGUAGES,
    )


def _grants() -> list[accounts.Grant]:
    """The roles a form asks for. Raises UnknownLanguage, ValueError with a message."""
    grants = []
    for name in request.form.getlist("roles"):
        if name not in (RoleName.TRANSLATOR, RoleName.REVIEWER):
            grants.append(accounts.make_grant(name))
            continue
        sources = request.form.getlist("sources") or ["nl"]
        targets = request.form.getlist("targets")
        if not targets:
            raise ValueError(_("Choose the languages for a translator or reviewer."))
        for source in sources:
            grants += [
                accounts.make_grant(name, source, target)
                for target in targets
                if not tags.same_language(tags.normalise(source), tags.normalise(target))
            ]
    return grants


@pages.post("/people/invite")
def invite():
    """Make a link for somebody new. It is shown once: the service sends no mail."""
    db = current_session()
    form = {
        "email": request.form.get("email", ""),
        "name": request.form.get("name", ""),
        "roles": request.form.getlist("roles"),
        "sources": request.form.getlist("sources"),
        "targets": request.form.getlist("targets"),
    }
    wrong: dict[str, str] = {}
    grants: list[accounts.Grant] = []
    try:
        grants = _grants()
    except tags.UnknownLanguage as error:
        wrong["targets"] = errors.invalid_message(error) or ""
    except ValueError as error:
        wrong["targets"] = str(error)
    if not wrong and not grants:
        wrong["roles"] = _("Choose at least one role; without one the person would see nothing.")
    if not wrong:
        try:
            invitation, token = accounts.invite(
                db,
                email=form["email"],
                name=form["name"],
                grants=grants,
                by=current_user._get_current_object(),
                days=config().invitation_days,
            )
        except (NotAnAddress, AlreadyThere) as error:
            wrong["email"] = errors.invalid_message(error) or ""
    if wrong:
        return make_response(_page(form, wrong), 422)
    db.commit()
    return _page({}, {}, link=config_url("signin.welcome", token=token), invited=invitation)


def config_url(endpoint: str, **values: str) -> str:
    """A whole address, as it has to stand in a message to somebody."""
    public = config().public_url
    return f"{public.rstrip('/')}{url_for(endpoint, **values)}" if public else url_for(endpoint, **values, _external=True)


@pages.post("/people/invitations/<int:invitation_id>/withdraw")
def withdraw(invitation_id: int):
    """Make a link useless."""
    db = current_session()
    invitation = db.get(Invitation, invitation_id)
    if invitation is None:
        raise Hidden
    invitation.withdrawn_at = invitation.withdrawn_at or utc_now()
    db.commit()
    return see_other("people.listing")


def _person(person_id: int) -> Person:
    person = current_session().get(Person, person_id)
    if person is None:
        raise Hidden
    return person


@pages.get("/people/<int:person_id>")
def show(person_id: int):
    """One person's roles."""
    return _person_page(_person(person_id))


def _person_page(person: Person, wrong: dict[str, str] | None = None, link: str | None = None) -> str:
    return render_template(
        "person.html",
        shown=person,
        languages=tags.OUR_LANGUAGES,
        errors=wrong or {},
        link=link,
        password_links=accounts.password_links(current_session(), person),
    )


@pages.post("/people/<int:person_id>/roles")
def give(person_id: int):
    """Give roles."""
    db, person = current_session(), _person(person_id)
    try:
        for grant in _grants():
            accounts.give_role(db, person, grant)
    except ValueError as error:
        db.rollback()
        told = errors.invalid_message(error) or str(error)
        return make_response(_person_page(_person(person_id), {"targets": told}), 422)
    db.commit()
    return see_other("people.show", person_id=person_id)


@pages.post("/people/<int:person_id>/roles/<int:role_id>/take")
def take(person_id: int, role_id: int):
    """Take a role away."""
    db = current_session()
    role = db.get(Role, role_id)
    if role is None or role.person_id != person_id:
        raise Hidden
    accounts.take_role(db, role)
    db.commit()
    return see_other("people.show", person_id=person_id)


@pages.post("/people/<int:person_id>/disable")
def disable(person_id: int):
    """End somebody's access, or let them in again."""
    db, person = current_session(), _person(person_id)
    if request.form.get("enable") == "yes":
        accounts.enable(db, person)
    else:
        accounts.disable(db, person)
    db.commit()
    flash(_("Done."))
    return see_other("people.show", person_id=person_id)


@pages.post("/people/<int:person_id>/password-link")
def password_link(person_id: int):
    """A link with which somebody chooses a new password."""
    db, person = current_session(), _person(person_id)
    _invitation, token = accounts.new_password_link(
        db, person, by=current_user._get_current_object(), days=config().invitation_days
    )
    db.commit()
    link = config_url("signin.welcome", token=token)
    return _person_page(person, link=link)
