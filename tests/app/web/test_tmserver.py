"""The amaGama protocol, spoken as Virtaal and Weblate speak it."""

import base64
import logging
from urllib.parse import quote

import pytest

from app import tokens
from memory import recording
from tests.factories import a_person

UNITS = (
    ("nl", "ar", "Uw aanvraag is ontvangen.", "تم استلام طلبكم."),
    ("nl", "ar", "Uw bezwaar is ontvangen.", "تم استلام اعتراضكم."),
    ("nl", "ti", "Uw aanvraag is ontvangen.", "ሕቶኹም በጺሑ ኣሎ።"),
)


@pytest.fixture
def units(session):
    return [
        recording.remember(session, source_language=s, target_language=t, source=one, target=other)
        for s, t, one, other in UNITS
    ]


@pytest.fixture
def key(session, translator):
    return tokens.make(session, translator, name="Virtaal", scopes=["memory"], days=30)[1]


@pytest.fixture
def program(app, session, units):
    """A client without cookies."""

    def get(path, method="GET", **options):
        session.commit()
        return app.test_client().open(path, method=method, **options)

    return get


def test_the_answer_has_the_shape_of_amagama(program, key):
    answer = program(f"/tmserver/t/{key}/nl/ar/unit/{quote('Uw aanvraag is ontvangen.')}")
    assert answer.status_code == 200 and answer.content_type.startswith("application/json")
    best, other = answer.json
    assert best == {"source": UNITS[0][2], "target": UNITS[0][3], "quality": 100.0, "rank": 100.0}
    assert other["target"] == UNITS[1][3] and 70 <= other["quality"] < 100
    assert program(f"/tmserver/t/{key}/nl/ar/unit/{quote('iets heel anders dan dat')}").json == []


@pytest.mark.parametrize(
    "header",
    [lambda k: f"Bearer {k}", lambda k: f"Token {k}", lambda k: "Basic " + base64.b64encode(f"me:{k}".encode()).decode()],
)
def test_the_token_may_stand_in_the_header_instead(program, key, header):
    answer = program("/tmserver/nl/ar/unit/?source=Uw+aanvraag+is+ontvangen.", headers={"Authorization": header(key)})
    assert [row["quality"] for row in answer.json][:1] == [100.0]


def test_a_text_sent_with_post_stays_out_of_the_address(program, key):
    headers = {"Authorization": f"Bearer {key}"}
    for sent in ({"data": {"source": UNITS[0][2]}}, {"json": {"source": UNITS[0][2]}}):
        for address in ("/tmserver/nl/ar/unit", "/tmserver/nl/ar/unit/"):
            assert program(address, "POST", headers=headers, **sent).json[0]["target"] == UNITS[0][3]


def test_a_translation_is_found_in_both_directions(program, key):
    answer = program(f"/tmserver/t/{key}/ar/nl/unit/{quote(UNITS[0][3])}")
    assert answer.json[0]["target"] == UNITS[0][2]


def test_the_languages_are_those_this_person_reads(session, program, key, staff):
    assert program(f"/tmserver/t/{key}/languages/").json == {"sourceLanguages": ["ar", "nl"], "targetLanguages": ["ar", "nl"]}
    _token, all_ = tokens.make(session, staff, name="", scopes=["memory"], days=30)
    assert program(f"/tmserver/t/{all_}/languages/").json["targetLanguages"] == ["ar", "nl", "ti"]


def test_a_pair_of_others_does_not_exist(session, program, key):
    hidden = program(f"/tmserver/t/{key}/nl/ti/unit/{quote(UNITS[2][2])}")
    unknown = program(f"/tmserver/t/{key}/nl/klingon/unit/x")
    same = program(f"/tmserver/t/{key}/nl/nl/unit/x")
    assert hidden.status_code == unknown.status_code == same.status_code == 404
    assert hidden.json == unknown.json
    hana = a_person(session, "Hana", "translator:nl-ti")
    _token, hers = tokens.make(session, hana, name="", scopes=["memory"], days=30)
    assert program(f"/tmserver/t/{hers}/nl/ti/unit/{quote(UNITS[2][2])}").json[0]["target"] == "ሕቶኹም በጺሑ ኣሎ።"


@pytest.mark.parametrize("text", ["/help", "a//b", "https://x.example/y", "100 %", "?a=b&c", "<1>ሰላም</1>", "لا", "..", "a/"])
def test_any_text_is_looked_up_as_it_is(session, program, key, text):
    recording.remember(session, source_language="nl", target_language="ar", source=text + " aanvraag", target="ط")
    answer = program(f"/tmserver/t/{key}/nl/ar/unit/{quote(text + ' aanvraag', safe='')}")
    assert answer.status_code == 200 and answer.json[0]["source"] == text + " aanvraag"


def test_bounds_are_those_of_the_protocol(session, program, key):
    for i in range(40):
        recording.remember(session, source_language="nl", target_language="ar", source=f"Bel {i} morgen", target=f"{i} ط")
    rows = program(f"/tmserver/t/{key}/nl/ar/unit/{quote('Bel 7 morgen')}?max_candidates=100").json
    assert len(rows) == 30 and rows[0]["source"] == "Bel 7 morgen"
    assert [r["rank"] for r in rows] == sorted((r["rank"] for r in rows), reverse=True)
    assert len(program(f"/tmserver/t/{key}/nl/ar/unit/{quote('Bel 7 morgen')}").json) == 5
    for odd in ("min_similarity=x", "min_similarity=-1", "max_candidates=9999999999999"):
        assert program(f"/tmserver/t/{key}/nl/ar/unit/{quote('Bel 7 morgen')}?{odd}").status_code == 200
    high = program(f"/tmserver/t/{key}/nl/ar/unit/{quote('Uw aanvraag is ontvangen.')}?min_similarity=100").json
    assert len(high) == 1


def test_a_page_may_ask_with_a_callback_of_a_plain_name(program, key):
    address = f"/tmserver/t/{key}/nl/ar/unit/{quote(UNITS[0][2])}"
    answer = program(f"{address}?jsoncallback=got.it")
    assert answer.content_type.startswith("application/javascript") and answer.text.startswith("got.it([")
    assert program(f"{address}?jsoncallback=alert(1);x").content_type.startswith("application/json")


def test_nothing_is_written_and_nothing_is_kept_in_a_cache(session, program, key):
    headers = {"Authorization": f"Bearer {key}"}
    body = {"source": "Nieuw", "target": "جديد"}
    for method, path in (("PUT", "nl/ar/unit/Nieuw"), ("POST", "nl/ar/unit/Nieuw"), ("POST", "nl/ar/store/x.po"), ("PUT", "nl/ar/store/x")):
        answer = program(f"/tmserver/{path}", method, headers=headers, json=body)
        assert answer.status_code == 403 and "reviewer" in answer.json["message"]
    assert program("/tmserver/nl/ar/unit/Nieuw", headers=headers).json == []
    assert program("/tmserver/languages/", headers=headers).headers["Cache-Control"] == "no-store"


def test_an_approval_counts_from_the_next_lookup(session, program, key, units):
    address = f"/tmserver/t/{key}/nl/ar/unit/{quote(UNITS[0][2])}"
    assert program(address).json[0]["quality"] == 100.0
    recording.recall(session, units[0], by="Yusuf", reason="wrong")
    assert all(row["source"] != UNITS[0][2] for row in program(address).json)


def test_without_a_valid_token_there_is_nothing(session, program, key, outsider, visit, translator):
    for path in ("/tmserver/languages/", "/tmserver/nl/ar/unit/x", "/tmserver/t/dragoman_no/nl/ar/unit/x"):
        answer = program(path)
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert set(answer.json) == {"message", "reason"}
    # a sign-in is not a token
    assert visit(translator).get("/tmserver/languages/").status_code == 401
    _token, theirs = tokens.make(session, outsider, name="", scopes=["memory"], days=30)
    assert program(f"/tmserver/t/{theirs}/languages/").status_code == 404
    _token, terms = tokens.make(session, translator, name="", scopes=["terms"], days=30)
    assert program(f"/tmserver/t/{terms}/languages/").json["reason"] == "scope"


def test_neither_token_nor_text_reaches_a_log(program, key, caplog, monkeypatch):
    from app.web import tmserver

    caplog.set_level(logging.DEBUG)
    secret = "De heer geheim Jansen"
    program(f"/tmserver/t/{key}/nl/ar/unit/{quote(secret)}")
    monkeypatch.setattr(tmserver, "find_matches", lambda *a, **k: 1 / 0)
    assert program(f"/tmserver/t/{key}/nl/ar/unit/{quote(secret)}").status_code == 500
    assert "tmserver" in caplog.text
    assert key not in caplog.text and "geheim" not in caplog.text


def test_the_use_of_a_token_is_noted_to_the_hour(session, program, key, translator):
    program(f"/tmserver/t/{key}/languages/")
    session.expire_all()
    first = tokens.of(session, translator)[0].last_used_at
    program(f"/tmserver/t/{key}/languages/")
    session.expire_all()
    assert first is not None and tokens.of(session, translator)[0].last_used_at == first
