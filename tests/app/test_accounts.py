"""Invitations work once and expire; passwords are hashed and not guessable; guessing is slowed down."""

import datetime as dt

import pytest

from app import accounts
from app.models import Person
from storage.columns import utc_now
from tests.factories import PASSWORD, a_person

SECRET = "a secret of the tests only, long enough"


def invited(session, email="samira@example.org", role="translator"):
    grants = [accounts.make_grant(role, "nl", "ar")]
    return accounts.invite(session, email=email, name="سميرة", grants=grants, by=None, days=7)


def test_an_invitation_makes_a_person_with_its_roles(session):
    _invitation, token = invited(session)
    person = accounts.accept_invitation(session, token, name="ሰላም", password=PASSWORD)
    assert person.name == "ሰላም"
    assert [(r.name, r.source_language, r.target_language) for r in person.roles] == [("translator", "nl", "ar")]
    assert person.password_hash.startswith("$argon2id$")


def test_an_invitation_works_once(session):
    _invitation, token = invited(session)
    accounts.accept_invitation(session, token, name="Samira", password=PASSWORD)
    with pytest.raises(accounts.InvitationNotValid) as refused:
        accounts.accept_invitation(session, token, name="Samira", password=PASSWORD)
    assert refused.value.reason == "used"


def test_an_invitation_expires(session):
    invitation, token = invited(session)
    invitation.expires_at = utc_now() - dt.timedelta(seconds=1)
    with pytest.raises(accounts.InvitationNotValid) as refused:
        accounts.find_invitation(session, token)
    assert refused.value.reason == "expired"


def test_a_second_invitation_withdraws_the_first(session):
    _first, token = invited(session)
    invited(session)
    with pytest.raises(accounts.InvitationNotValid) as refused:
        accounts.find_invitation(session, token)
    assert refused.value.reason == "withdrawn"


def test_the_token_is_not_in_the_database(session):
    invitation, token = invited(session)
    assert token not in repr([invitation.token_digest, invitation.roles, invitation.email])
    assert len(invitation.token_digest) == 64


@pytest.mark.parametrize("token", ["", "x", "كلمة", "ሓበሬታ", "a" * 5000, "\ud800"])
def test_a_token_nobody_gave_out_is_unknown(session, token):
    with pytest.raises(accounts.InvitationNotValid) as refused:
        accounts.find_invitation(session, token)
    assert refused.value.reason == "unknown"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("kort", "short"),
        ("password123", "common"),
        ("1234567890", "common"),
        ("aaaaaaaaaaaa", "guessable"),
        ("x" * 300, "long"),
        ("samira@example.org", "guessable"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, reason):
    with pytest.raises(accounts.WeakPassword) as refused:
        accounts.check_password(password, about=("Samira", "samira@example.org"))
    assert refused.value.reason == reason


@pytest.mark.parametrize("password", [PASSWORD, "كتاب أزرق يطير فوق", "ሰማያዊ መጽሓፍ ይነፍር ኣሎ"])
def test_a_long_phrase_in_any_script_is_accepted(password):
    accounts.check_password(password)


def with_password(session, **values) -> Person:
    person = a_person(session, "amanuel", "staff", **values)
    accounts.set_password(session, person, PASSWORD)
    session.flush()
    return person


def test_signing_in_needs_the_right_password(session):
    person = with_password(session, email="amanuel@example.org")
    assert accounts.sign_in(session, " Amanuel@Example.org ", PASSWORD, origin="127.0.0.1", secret=SECRET) is person
    with pytest.raises(accounts.WrongCredentials):
        accounts.sign_in(session, person.email, PASSWORD + "x", origin="127.0.0.1", secret=SECRET)


def test_a_password_typed_on_another_keyboard_is_the_same_password(session):
    person = with_password(session)
    accounts.set_password(session, person, "caf\u00e9 groen paard regen")
    typed = "cafe\u0301 groen paard regen"
    assert accounts.sign_in(session, person.email, typed, origin="127.0.0.1", secret=SECRET) is person


def test_a_disabled_person_cannot_sign_in_and_is_not_told_apart(session):
    a_person(session, "head", "administrator")
    person = with_password(session)
    epoch = person.epoch
    accounts.disable(session, person)
    assert person.epoch > epoch
    with pytest.raises(accounts.WrongCredentials):
        accounts.sign_in(session, person.email, PASSWORD, origin="127.0.0.1", secret=SECRET)


def test_guessing_one_account_has_to_wait(session):
    person = with_password(session)
    for _ in range(accounts.ATTEMPTS_PER_ACCOUNT):
        with pytest.raises(accounts.WrongCredentials):
            accounts.sign_in(session, person.email, "niet het wachtwoord", origin="127.0.0.1", secret=SECRET)
    with pytest.raises(accounts.TooManyAttempts):
        accounts.sign_in(session, person.email, PASSWORD, origin="127.0.0.1", secret=SECRET)


def test_a_new_password_ends_open_sign_ins(session):
    person = with_password(session)
    before = person.get_id()
    accounts.set_password(session, person, "drie groene fietsen zingen")
    assert person.get_id() != before


def test_the_last_administrator_stays(session):
    only = a_person(session, "only", "administrator")
    with pytest.raises(accounts.LastAdministrator):
        accounts.disable(session, only)
    with pytest.raises(accounts.LastAdministrator):
        accounts.take_role(session, only.roles[0])
    a_person(session, "second", "administrator")
    accounts.disable(session, only)


def test_the_first_administrator_gives_an_address(session):
    _invitation, token = accounts.invite_first_administrator(session, days=7)
    with pytest.raises(accounts.NotAnAddress):
        accounts.accept_invitation(session, token, name="Desk", password=PASSWORD, email="desk")
    person = accounts.accept_invitation(session, token, name="Desk", password=PASSWORD, email="desk@example.org")
    assert accounts.has_administrator(session)
    assert person.email == "desk@example.org"


@pytest.mark.parametrize("email", ["", "a", "a@b", "a b@example.org", "@example.org", "a@", "x" * 400 + "@example.org"])
def test_what_is_no_address_is_refused(email):
    with pytest.raises(accounts.NotAnAddress):
        accounts.normal_email(email)


def test_a_role_needs_two_different_languages():
    with pytest.raises(ValueError):
        accounts.make_grant("translator", "nl", "nl-BE")
    with pytest.raises(ValueError):
        accounts.make_grant("translator", "nl", "")
    with pytest.raises(ValueError):
        accounts.make_grant("king")
    assert accounts.make_grant("reviewer", "nl_XX", "ti_ER").target_language == "ti-ER"
