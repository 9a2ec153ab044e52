"""What a second reader asked of the doors, the two-person rule, races and erasing."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from app import access, assigning, erasure, standing, workflow
from app.access import Hidden, NotAllowed
from app.db import new_session
from app.models import Confidentiality, Document, Segment, SegmentState
from app.web.signin import _inside
from glossary.models import Term
from tests.factories import a_document, a_person, segments_of

ARABIC = "استُلم طلبك."
TIGRINYA = "ሕቶኹም በጺሑና ኣሎ።"

# --- who sees what ---------------------------------------------------------------------------------


@pytest.fixture
def secret(session, staff):
    """A confidential letter into Arabic and Tigrinya."""
    document = a_document(session, by=staff, targets=("ar", "ti"), confidentiality=Confidentiality.CONFIDENTIAL)
    return {t.target_language: t for t in document.translations}


def test_a_translator_who_is_also_staff_sees_only_their_language_of_a_confidential_letter(session, secret):
    both = a_person(session, "Hanna", "staff", "translator:nl-ti")
    assert access.find_translation(session, both, secret["ti"].id) is secret["ti"]
    with pytest.raises(Hidden):
        access.find_translation(session, both, secret["ar"].id)
    with pytest.raises(Hidden):
        access.find_segment(session, both, segments_of(session, secret["ar"])[0].id)


def test_only_who_sees_a_confidential_letter_as_staff_asks_for_more_languages(session, visit, staff, secret):
    both = a_person(session, "Hanna", "staff", "translator:nl-ti")
    address = f"/documents/{secret['ti'].document_id}/languages"
    assert visit(both).post(address, {"language": "fa"}).status_code == 403
    assert visit(staff).post(address, {"language": "fa"}).status_code == 303


def test_the_list_of_documents_shows_a_translator_their_languages_only(session, visit, staff):
    a_document(session, by=staff, targets=("ar", "ti"))
    page = visit(a_person(session, "Hanna", "translator:nl-ti")).get("/documents").get_data(as_text=True)
    assert "Tigrinya" in page and "Arabic" not in page
    page = visit(staff).get("/documents").get_data(as_text=True)
    assert "Tigrinya" in page and "Arabic" in page


# --- the two-person rule ---------------------------------------------------------------------------------

PO = b'msgid ""\nmsgstr "Language: ar\\nContent-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Ja"\nmsgstr "\xd9\x86\xd8\xb9\xd9\x85"\n'


def test_who_hands_over_a_text_that_came_with_the_file_does_not_approve_it(session, reviewer, staff):
    document = a_document(session, PO, by=staff, name="leaflet.po")
    translation = document.translations[0]
    segment = segments_of(session, translation)[0]
    assert segment.state == SegmentState.TRANSLATED
    workflow.hand_over(session, reviewer, translation)
    with pytest.raises(NotAllowed, match="own-work"):
        workflow.approve(session, reviewer, segment, segment.version)
    workflow.approve(session, a_person(session, "Leila", "reviewer:nl-ar"), segment, segment.version)
    assert segment.state == SegmentState.APPROVED


def test_a_fill_a_swap_and_a_send_back_are_no_way_around_the_second_person(session, reviewer, translation, segments):
    """Written by one, filled in, sent back, saved again: the same person never approves."""
    workflow.save(session, reviewer, segments[0], ARABIC, segments[0].version)
    workflow.hand_over(session, reviewer, translation)
    other = a_person(session, "Leila", "reviewer:nl-ar")
    for segment in (segments[0], segments[-1]):
        with pytest.raises(NotAllowed, match="own-work"):
            workflow.approve(session, reviewer, segment, segment.version)
        workflow.send_back(session, other, segment, segment.version, reason="style")
        workflow.save(session, reviewer, segment, ARABIC, segment.version)
        workflow.hand_over(session, reviewer, translation, [segment.id])
        workflow.correct(session, reviewer, segment, ARABIC + " ", segment.version)
        workflow.correct(session, reviewer, segment, ARABIC, segment.version)
        for verb in (workflow.approve, workflow.agree):
            with pytest.raises((NotAllowed, workflow.IllegalMove)):
                verb(session, reviewer, segment, segment.version)


def test_after_the_end_of_a_waiver_the_rule_holds_again(session, administrator, reviewer, translation, segments):
    assigning.waive(session, administrator, translation, "ziekte")
    workflow.save(session, reviewer, segments[0], ARABIC, segments[0].version)
    workflow.hand_over(session, reviewer, translation)
    assigning.end_waiver(session, administrator, translation)
    with pytest.raises(NotAllowed, match="own-work"):
        workflow.approve(session, reviewer, segments[0], segments[0].version)


# --- doors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil.example", "/\t/evil.example", "\t//evil.example", "https://evil.example",
     "/\n\\evil.example", "/\t/[", "javascript:alert(1)", ""],
)  # fmt: skip
def test_an_address_elsewhere_is_no_place_to_go_on(address):
    assert _inside(address) == ""


@pytest.mark.parametrize(
    "path",
    ["/translations/99999999999999999999", "/segments/99999999999999999999/panel",
     "/documents/99999999999999999999", "/to-review?page=99999999999999999999"],
)  # fmt: skip
def test_a_number_no_database_holds_is_answered_and_not_a_mistake_of_ours(visit, reviewer, letter, path):
    assert visit(reviewer).get(path).status_code in (404, 422)


@pytest.mark.parametrize("query", ["part=99999999999999999999", "segment=99999999999999999999"])
def test_a_part_no_document_has_is_answered(visit, reviewer, translation, query):
    assert visit(reviewer).get(f"/translations/{translation.id}?{query}").status_code in (200, 404, 422)


@pytest.mark.parametrize("version", [float("inf"), "1e999", None, [], {"a": 1}, "9" * 30])
def test_a_version_that_is_no_number_is_stale(visit, translator, segments, version):
    answer = visit(translator).send(f"/segments/{segments[0].id}/save", text=ARABIC, version=version)
    assert answer.status_code == 409


@pytest.mark.parametrize("words", ["kapot \ud83d", "nul\x00", "ጽሑፍ \udc00"])
def test_half_a_character_in_a_comment_breaks_nothing(session, visit, translator, reviewer, translation, segments, words):
    workflow.save(session, translator, segments[0], ARABIC, segments[0].version)
    workflow.hand_over(session, translator, translation)
    page = visit(reviewer)
    answer = page.send(f"/segments/{segments[0].id}/send-back", version=segments[0].version, reason="other", comment=words)
    assert answer.status_code == 200, answer.get_json()
    session.expire_all()
    assert [c.text for c in standing.comments(session, segments[0])] == [
        words.encode("utf-8", "ignore").decode().replace("\x00", "")
    ]


def test_a_comment_as_long_as_a_book_is_refused(session, visit, translator, reviewer, translation, segments):
    workflow.save(session, translator, segments[0], ARABIC, segments[0].version)
    workflow.hand_over(session, translator, translation)
    answer = visit(reviewer).send(
        f"/segments/{segments[0].id}/send-back", version=segments[0].version, reason="other", comment="ا" * 100_001
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("title", ["nul\x00", "ብ" * 5000])
def test_a_title_no_database_keeps_is_answered(session, visit, staff, title):
    import io

    form = {"once": "1", "source": "nl", "targets": "ar", "confidentiality": "internal", "title": title,
            "file": (io.BytesIO(b"Uw brief."), "brief.txt")}  # fmt: skip
    answer = visit(staff).post("/documents/new", form, content_type="multipart/form-data")
    assert answer.status_code in (303, 422)


# --- races ---------------------------------------------------------------------------------


def at_once(*works):
    """Run each in a thread of its own, begun at the same moment; what they raised or returned."""
    barrier, out = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        barrier.wait()
        try:
            out[number] = work()
        except Exception as error:
            out[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return out


def test_an_invitation_used_twice_at_once_works_once(app, session, visit):
    from app import accounts

    _invitation, token = accounts.invite(
        session, email="hanna@example.org", name="Hanna", grants=[accounts.Grant("staff")], by=None, days=1
    )
    form = {"name": "Hanna", "password": "vier paarden lezen regen", "again": "vier paarden lezen regen"}
    visitors = []
    session.commit()
    for _ in range(2):
        client = app.test_client()
        page = client.get(f"/welcome/{token}").get_data(as_text=True)
        csrf = page.split('name="csrf-token" content="', 1)[1].split('"', 1)[0]
        visitors.append(lambda c=client, t=csrf: c.post(f"/welcome/{token}", data={**form, "csrf_token": t}).status_code)
    assert sorted(at_once(*visitors)) == [303, 410]


def test_two_who_save_the_same_sentence_at_once_do_not_block_each_other(engine, session, translator, reviewer, segments):
    """The first and the last sentence are the same: each save would fill the other one in."""
    session.commit()
    pairs = [(translator.id, segments[0].id, "أ"), (reviewer.id, segments[-1].id, "ب")]
    held = threading.Barrier(2)

    def save(person_id, segment_id, text):
        with new_session(engine) as own:
            if engine.dialect.name == "postgresql":
                segment = own.get_one(Segment, segment_id, with_for_update={"of": Segment})
                held.wait(20)  # both hold their segment now
            else:
                segment = own.get_one(Segment, segment_id)
            person = own.get_one(type(translator), person_id)
            try:
                workflow.save(own, person, segment, text, segment.version)
            except workflow.Stale:
                return "told"
            own.commit()
            return "saved"

    results = at_once(*(lambda p=p: save(*p) for p in pairs))
    session.expire_all()
    assert results[0] in ("saved", "told") and results[1] in ("saved", "told"), results
    assert {s.target for s in (segments[0], segments[-1])} <= {"أ", "ب"}


def test_a_segment_handed_over_twice_at_once_waits_once(engine, session, translator, translation, segments):
    workflow.save(session, translator, segments[1], TIGRINYA, segments[1].version)
    session.commit()

    def hand_over():
        with new_session(engine) as own:
            person = own.get_one(type(translator), translator.id)
            number = workflow.hand_over(own, person, own.get_one(type(translation), translation.id))
            own.commit()
            return number

    done = at_once(hand_over, hand_over)
    assert [r for r in done if r == 1] == [1]
    assert [type(r) for r in done if r != 1] == [workflow.NothingToHandOver]
    session.expire_all()
    assert [e.action for e in standing.history(session, segments[1])].count("hand over") == 1


def test_a_form_sent_twice_at_once_is_one_document(app, session, visit, staff):
    import io

    visitors = [visit(staff), visit(staff)]
    for visitor in visitors:
        assert visitor.token

    def upload(visitor):
        form = {"once": "the same", "source": "nl", "targets": "ar", "confidentiality": "internal",
                "file": (io.BytesIO(b"Uw brief."), "brief.txt")}  # fmt: skip
        return visitor.post("/documents/new", form, content_type="multipart/form-data").status_code

    for visitor in visitors:
        visitor._session = type("Nothing", (), {"commit": lambda self: None})()
    assert set(at_once(*(lambda v=v: upload(v) for v in visitors))) <= {303, 503}
    session.rollback()
    assert len(list(session.scalars(select(Document.id)))) == 1


# --- erasing ---------------------------------------------------------------------------------


def test_the_number_of_an_erased_document_is_never_given_again(session, staff, letter):
    """The memory names a document by its number; an open page names a segment by its."""
    segment, number = segments_of(session, letter.translations[0])[-1].id, letter.id
    erasure.erase_document(session, letter)
    session.commit()
    again = a_document(session, by=staff)
    assert again.id > number
    assert min(s.id for s in segments_of(session, again.translations[0])) > segment


def test_a_sentence_kept_with_a_proposed_word_goes_with_its_document(session, visit, translator, letter, segments):
    page = visit(translator)
    page.post(f"/segments/{segments[0].id}/terms", {"source": "aanvraag", "text": "طلب"})
    proposed = session.scalars(select(Term).where(Term.text == "طلب")).one()
    assert proposed.context == segments[0].sentence.text
    erasure.erase_document(session, letter)
    session.commit()
    session.expire_all()
    assert session.scalars(select(Term).where(Term.text == "طلب")).one().context is None


def test_an_erased_text_is_in_no_file_of_the_database(session, engine, database_url, visit, staff):
    if not database_url.startswith("sqlite"):
        return
    word = "Kwetsbaarheidsverklaring"
    document = a_document(session, f"{word} van mevrouw. ምስጢር።", by=staff)
    session.commit()
    number = document.id
    page = visit(staff)
    path = Path(database_url.removeprefix("sqlite:///"))
    files = [path, path.with_name(path.name + "-wal")]
    assert any(word.encode() in f.read_bytes() for f in files if f.exists())
    assert page.post(f"/documents/{number}/erase", {"memory": "yes"}).status_code == 303
    for file in files:
        if file.exists():
            assert word.encode() not in file.read_bytes(), file.name
            assert "ምስጢር".encode() not in file.read_bytes(), file.name


def test_what_a_database_complains_about_names_no_text(engine, session):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError) as wrong, engine.connect() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE text = :text"), {"text": "ምስጢር"})
    assert "ምስጢር" not in str(wrong.value)


# --- signing out, guessing, links for a new password ---------------------------------------------------------


def signed_in(app, person):
    """A browser that came in through the door, with the mark that the door gives."""
    client = app.test_client()
    with client.session_transaction() as cookies:
        cookies["_user_id"], cookies["_fresh"], cookies["sign_in"] = person.get_id(), True, "a mark of the test"
    return client


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, session, translator, visit):
    session.commit()
    thief = signed_in(app, translator)
    assert thief.get("/my-work").status_code == 200
    own = visit(translator)
    with own._client.session_transaction() as cookies:
        cookies["sign_in"] = "a mark of the test"
    assert own.post("/sign-out").status_code == 303
    assert thief.get("/my-work").status_code == 302
    # another sign-in of the same person goes on
    assert visit(translator).get("/my-work").status_code == 200


def test_guessing_the_password_of_an_open_screen_has_to_wait(app, session, translator, visit):
    from app import accounts

    accounts.set_password(session, translator, "vier paarden lezen regen")
    browser = visit(translator)
    form = {"current": "niet het wachtwoord", "password": "drie groene fietsen zingen", "again": "drie groene fietsen zingen"}
    for _ in range(accounts.ATTEMPTS_PER_ACCOUNT):
        assert browser.post("/account", form).status_code == 422
    assert browser.post("/account", {**form, "current": "vier paarden lezen regen"}).status_code == 429
    session.expire_all()
    assert accounts.is_password_of(translator, "vier paarden lezen regen")


def test_who_made_a_link_for_a_new_password_is_shown_to_both(session, administrator, translator, visit):
    from app import accounts

    _invitation, token = accounts.new_password_link(session, translator, by=administrator, days=7)
    page = visit(administrator).get(f"/people/{translator.id}").get_data(as_text=True)
    assert "not used" in page and "Tesfay" in page
    accounts.accept_invitation(session, token, name="Samira", password="vier paarden lezen regen")
    page = visit(translator).get("/account").get_data(as_text=True)
    assert "Your password was set with a link" in page and "Tesfay" in page
