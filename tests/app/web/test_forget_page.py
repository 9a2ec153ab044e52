"""The administrator's page: what would go is shown, then it is erased, then a report says that nothing is left."""

import re

import pytest

from app.models import Document, Erasure
from memory import recording
from memory.models import Unit
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


def test_whoever_erases_a_document_sees_the_report_and_nobody_else_without_the_role(
    session, visit, staff, translator, administrator
):
    document = a_document(session, f"{NAME} ኣብ ላይደን ትነብር።", source="ti", targets=("nl",), by=staff, title="Zaak 12")
    unit = recording.remember(
        session, source_language="ti", target_language="nl", source=f"{NAME} ኣብ ላይደን ትነብር።", target="Zij woont in Leiden.",
        document=f"document:{document.id}", position=0,
    )  # fmt: skip
    other = a_document(session, "كتاب آخر تمامًا.", source="ar", targets=("nl",), by=staff)
    session.commit()
    kept = unit.id
    answer = visit(staff).post(f"/documents/{document.id}/erase", {})
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert re.fullmatch(r"/memory/forget/\d+", where)
    shown = visit(staff).get(where).get_data(as_text=True)
    assert "Nothing is left." in shown and NAME not in shown and 'href="/memory/forget"' not in shown
    assert visit(administrator).get(where).status_code == 200
    assert visit(translator).get(where).status_code == 403
    session.rollback()
    # the unit was to stay: with the memory's box ticked it goes
    assert session.get(Unit, unit.id) is not None
    unit.document = f"document:{other.id}"
    session.commit()
    visit(staff).post(f"/documents/{other.id}/erase", {"memory": "yes"})
    session.rollback()
    session.expire_all()
    assert session.get(Unit, kept) is None and session.query(Document).count() == 0
