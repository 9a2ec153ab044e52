"""The administrator's page: what would go is shown, then it is erased, then a report says that nothing is left."""

import re

import pytest

from app.models import Document, Erasure
from tests.factories import a_document

NAME = "ሰላም ተስፋይ"


def test_it_is_shown_first_then_erased_then_proved(session, visit, administrator, letter):
    document = a_document(session, f"{NAME} ኣብ ላይደን ትነብር።", source="ti", targets=("nl",), title="Zaak 12")
    browser = visit(administrator)
    assert "Forget a person" in browser.get("/desk").get_data(as_text=True)
    form = {"phrases": f"  \r\n{NAME}\r\n", "reference": "", "document": ""}
    page = browser.post("/memory/forget", form)
    shown = page.get_data(as_text=True)
    assert page.status_code == 200 and "Zaak 12" in shown and "Erase for ever" in shown
    session.rollback()
    assert session.get(Document, document.id) is not None
    answer = browser.post("/memory/forget", {**form, "erase": "yes"})
    assert answer.status_code == 303
    assert re.fullmatch(r"/memory/forget/\d+", answer.headers["Location"])  # no word of it in the address
    report = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Nothing is left." in report and NAME not in report and "Zaak 12" not in report
    session.rollback()
    assert [d for (d,) in session.query(Document.id)] == [letter.id]
    assert "Nothing of this is here." in browser.post("/memory/forget", form).get_data(as_text=True)


@pytest.mark.parametrize(
    "form",
    [{}, {"phrases": "ab"}, {"document": "x"}, {"document": "9" * 30}, {"reference": "a", "phrases": "abcd"}],
)
def test_a_question_that_is_none_is_refused_in_words(session, visit, administrator, letter, form):
    answer = visit(administrator).post("/memory/forget", {**form, "erase": "yes"})
    assert answer.status_code == 422
    assert "Fill in one of the three" in answer.get_data(as_text=True)
    session.rollback()
    assert session.get(Document, letter.id) is not None and session.query(Erasure).count() == 0


def test_only_administrators_forget(session, visit, staff, translator, reviewer, letter):
    for person in (staff, translator, reviewer):
        answer = visit(person).post("/memory/forget", {"document": str(letter.id), "erase": "yes"})
        assert answer.status_code == 403
        assert visit(person).get("/memory/forget/1").status_code == 403
