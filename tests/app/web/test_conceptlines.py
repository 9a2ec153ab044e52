"""The list of a look-up, asked with every letter: what its lines show, to whom, and at what cost."""

from contextlib import contextmanager

import pytest
from lxml import html
from sqlalchemy import event

from app import accounts
from glossary import editing
from glossary.models import Definition

FRAGMENT = {"HX-Request": "true"}


def a_concept(session, code, *words, meaning=None):
    """`words` as (language, text)."""
    concept = editing.new_concept(session, code, by="Marijke", by_id=900)
    for language, text in words:
        editing.propose_term(session, concept, language, text, by="Marijke", by_id=900)
    for language, text in (meaning or {}).items():
        concept.definitions.append(Definition(language=language, text=text))
    session.commit()
    return concept


@pytest.fixture
def refugee(session):
    return a_concept(
        session, "vluchteling", ("nl", "vluchteling"), ("en", "refugee"), ("ar", "لاجئ"), ("ti", "ስደተኛ"),
        meaning={"nl": "Wie gevlucht is.", "ar": "من هرب."},
    )  # fmt: skip


def lines(browser, query, language="ar"):
    answer = browser.get("/look-up", query_string={"q": query, "language": language}, headers=FRAGMENT)
    assert answer.status_code == 200
    return html.fromstring("<div>" + answer.get_data(as_text=True) + "</div>").xpath('//li[@class="found"]')


def words(line):
    return [(one.get("lang"), one.text_content()) for one in line.xpath('.//*[@class="text"]')]


def test_a_line_has_the_dutch_word_the_one_that_answered_and_the_clients(visit, staff, refugee):
    (line,) = lines(visit(staff), "ስደተኛ")
    assert words(line) == [("nl", "vluchteling"), ("ti", "ስደተኛ"), ("ar", "لاجئ")]
    assert [mark.text_content() for mark in line.xpath(".//mark")] == ["ስደተኛ"]
    (line,) = lines(visit(staff), "لاجئ", "ti")
    assert words(line) == [("nl", "vluchteling"), ("ar", "لاجئ"), ("ti", "ስደተኛ")]


def test_a_concept_without_dutch_or_english_is_called_by_its_other_words(session, visit, staff):
    a_concept(session, "coffee-ceremony", ("am", "ቡና ማፍላት"), ("ar", "مراسم القهوة"))
    (line,) = lines(visit(staff), "ቡና")
    assert words(line) == [("am", "ቡና ማፍላት"), ("ar", "مراسم القهوة")]


def test_the_meaning_is_the_readers_own_where_there_is_one(session, visit, staff, refugee):
    assert "Wie gevlucht is." in lines(visit(staff), "ስደተኛ")[0].text_content()  # none in English: the first there is
    staff.interface_language = "ar"
    session.commit()
    assert lines(visit(staff), "ስደተኛ")[0].xpath('.//p[@lang="ar"][@dir="rtl"]')[0].text_content() == "من هرب."
    refugee.definitions.append(Definition(language="en", text="Exact.", plain="A person who fled."))
    staff.interface_language = "en"
    session.commit()
    assert "A person who fled." in lines(visit(staff), "ስደተኛ")[0].text_content()


def test_a_word_that_waits_to_take_anothers_place_is_not_shown_as_the_clients(session, visit, staff, refugee):
    old = next(term for term in refugee.terms if term.language == "ar")
    editing.propose_term(session, refugee, "ar", "شخص لاجئ", by="Marijke", by_id=900, replaces_id=old.id)
    session.commit()
    (line,) = lines(visit(staff), "vluchteling")
    assert words(line) == [("nl", "vluchteling"), ("ar", "لاجئ")]


def test_a_word_nobody_may_use_says_so_in_the_list(session, visit, staff, refugee):
    bad = editing.propose_term(session, refugee, "ti", "ተሳዳዲ", by="Marijke", by_id=900)
    bad.status = "forbidden"
    session.commit()
    (line,) = lines(visit(staff), "ተሳዳዲ")
    assert line.xpath('.//p[@class="also"]//*[contains(@class, "state-forbidden")]')


def test_a_warning_is_in_the_list_when_the_concept_may_hurt_and_only_then(session, visit, staff, refugee):
    refugee.content_note = "يتحدث عن العنف · ብዛዕባ ዓመጽ"
    session.commit()
    assert "العنف" not in lines(visit(staff), "ስደተኛ")[0].text_content()
    refugee.sensitivity = "violence"
    session.commit()
    assert "⚠ يتحدث عن العنف · ብዛዕባ ዓመጽ" in lines(visit(staff), "ስደተኛ")[0].text_content()


def test_tags_in_a_word_are_text_and_nothing_a_browser_obeys(session, visit, staff):
    a_concept(session, "odd", ("nl", "<b>vet</b> ስደት"), ("ar", "<script>لاجئ</script>"))
    answer = visit(staff).get("/look-up", query_string={"q": "ስደት", "language": "ar"}, headers=FRAGMENT).get_data(as_text=True)
    assert "<script" not in answer and "<b>" not in answer and "&lt;b&gt;" in answer


def test_the_list_is_for_those_who_belong_also_as_a_fragment(visit, staff, outsider, refugee):
    assert visit(outsider).get("/look-up?q=ስደተኛ", headers=FRAGMENT).status_code == 404
    assert visit(None).get("/look-up?q=ስደተኛ", headers=FRAGMENT).status_code in (302, 401)


def test_a_disabled_account_and_a_new_password_shut_the_screens_that_are_open(session, visit, staff, administrator, refugee):
    for shut in (
        lambda: accounts.set_password(session, staff, "ኣርባዕተ ኣፍራስ የንብባ"),
        lambda: accounts.disable(session, staff),
    ):
        screen = visit(staff)
        assert lines(screen, "ስደተኛ")
        shut()
        session.commit()
        assert screen.get("/look-up?q=ስደተኛ", headers=FRAGMENT).status_code in (302, 401)


@contextmanager
def statements(app):
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(app.extensions["engine"], "before_cursor_execute", note)


def test_a_list_of_twenty_asks_the_database_no_more_than_a_list_of_one(app, session, visit, staff, refugee):
    for number in range(25):
        a_concept(session, f"ስራ-{number}", ("nl", f"werk {number}"), ("ti", f"ስራሕ {number}"), ("ar", f"عمل {number}"))
    browser = visit(staff)
    assert len(lines(browser, "ስደተኛ")) == 1 and len(lines(browser, "ስራሕ")) == 20  # warm
    with statements(app) as for_one:
        lines(browser, "ስደተኛ")
    with statements(app) as for_twenty:
        lines(browser, "ስራሕ")
    assert len(for_twenty) == len(for_one)
    assert sum("person" in statement for statement in for_one) == 1  # who asks, with their roles
