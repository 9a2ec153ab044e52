"""Access tokens: what their person may, within their scopes, until they end."""

import datetime as dt

import pytest

from app import accounts, tokens
from app.models import AccessToken
from app.tokens import TokenNotValid, WrongToken
from storage.columns import utc_now
from tests.factories import PASSWORD


def a_token(session, person, *scopes, days=90):
    return tokens.make(session, person, name="بريدي ደብዳቤ", scopes=scopes or ("memory",), days=days)


def refused(session, words, scope="memory"):
    with pytest.raises(TokenNotValid) as error:
        tokens.bearer(session, words, scope)
    return error.value.reason


def test_a_token_opens_what_it_is_for_and_nothing_else(session, translator):
    token, words = a_token(session, translator, "memory")
    assert tokens.bearer(session, words, "memory").person is translator
    assert refused(session, words, "terms") == "scope"
    assert refused(session, words[:-1]) == "unknown"
    assert refused(session, "") == "missing"
    assert words.startswith("dragoman_") and words.endswith(token.ending)


def test_the_words_of_a_token_are_nowhere_in_the_database(session, translator):
    token, words = a_token(session, translator)
    row = [str(getattr(token, column.key)) for column in AccessToken.__table__.columns]
    assert words not in " ".join(row)


def test_a_revoked_token_is_refused_at_once(session, translator, reviewer):
    token, words = a_token(session, translator)
    assert not tokens.revoke(session, reviewer, token.id)
    assert tokens.bearer(session, words, "memory")
    assert tokens.revoke(session, translator, token.id)
    assert refused(session, words) == "revoked"
    assert tokens.of(session, translator) == []


def test_a_token_expires(session, translator):
    token, words = a_token(session, translator, days=30)
    assert dt.timedelta(days=29) < token.expires_at - utc_now() <= dt.timedelta(days=30)
    token.expires_at = utc_now() - dt.timedelta(seconds=1)
    session.flush()
    assert refused(session, words) == "expired"


def test_a_new_password_and_a_disabled_account_end_tokens(session, translator, reviewer):
    _token, words = a_token(session, translator)
    accounts.set_password(session, translator, PASSWORD)
    assert refused(session, words) == "revoked"
    _token, words = a_token(session, reviewer)
    accounts.disable(session, reviewer)
    session.flush()
    assert refused(session, words) == "unknown"


@pytest.mark.parametrize(
    ("scopes", "days", "reason"), [((), 90, "scope"), (("everything",), 90, "scope"), (("memory",), 36500, "days")]
)
def test_a_token_for_nothing_or_for_ever_is_not_made(session, translator, scopes, days, reason):
    with pytest.raises(WrongToken) as error:
        tokens.make(session, translator, name="", scopes=scopes, days=days)
    assert error.value.reason == reason


def test_a_person_has_a_bounded_number_of_tokens(session, translator):
    for _ in range(tokens.MOST):
        a_token(session, translator)
    with pytest.raises(WrongToken) as error:
        a_token(session, translator)
    assert error.value.reason == "many"


# --- on the account page -----------------------------------------------------------------------------


def test_a_token_is_shown_once_and_revoked_on_the_account_page(session, visit, translator):
    visitor = visit(translator)
    made = visitor.post("/account/tokens", {"name": "جهازي", "scopes": "memory", "days": "30"})
    page = made.get_data(as_text=True)
    words = page.split("data-token>", 1)[1].split("<", 1)[0]
    assert made.status_code == 200 and words.startswith("dragoman_")
    assert f"/tmserver/t/{words}/" in page
    again = visitor.get("/account").get_data(as_text=True)
    assert words not in again and words[-4:] in again and "جهازي" in again
    number = session.query(AccessToken).one().id
    assert visitor.post(f"/account/tokens/{number}/revoke").status_code == 303
    session.expire_all()
    assert refused(session, words) == "revoked"


def test_nobody_revokes_the_token_of_somebody_else(session, visit, translator, reviewer):
    token, words = a_token(session, translator)
    assert visit(reviewer).post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert tokens.bearer(session, words, "memory")


def test_a_form_without_a_purpose_is_answered_with_what_is_missing(session, visit, translator):
    answer = visit(translator).post("/account/tokens", {"name": "ደብዳቤ", "days": "30"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Choose at least one thing" in page and "ደብዳቤ" in page
