"""Whoever takes over what the memory offers is counted, and what was made from it is known."""

import io
import re

from sqlalchemy import select

from app.models import Document, SuggestionUse
from memory import recording
from memory.models import Unit
from tests.factories import segments_of

ASKED = "Uw aanvraag is ontvangen."


def remembered(session, source="Uw aanvraag is binnen.", target="وصل طلبكم.", **more):
    unit = recording.remember(
        session, **{"source_language": "nl", "target_language": "ar", "source": source, "target": target} | more
    )
    session.commit()
    return unit


def counted(session, unit) -> tuple[int, bool]:
    session.rollback()
    session.refresh(unit)
    return unit.used_count, unit.last_used_at is not None


def test_inserting_a_suggestion_is_counted_once_for_each_segment(session, visit, translator, segments):
    unit = remembered(session)
    browser = visit(translator)
    first, last = segments[0], segments[-1]
    panel = browser.get(f"/segments/{first.id}/panel").get_data(as_text=True)
    assert f'data-unit="{unit.id}"' in panel
    for version, text in enumerate(["وصل طلبكم.", "وصل طلبكم", "وصلنا طلبكم"], 1):
        answer = browser.send(f"/segments/{first.id}/draft", "PUT", text=text, version=version, unit=unit.id)
        assert answer.status_code == 200
    assert counted(session, unit) == (1, True)
    browser.send(f"/segments/{last.id}/save", text="وصل طلبكم.", version=1, unit=unit.id, origin="memory")
    assert counted(session, unit) == (2, True)


def test_what_cannot_be_counted_never_costs_the_draft(session, visit, translator, segments):
    other = remembered(session, target_language="ti", target="ምልክትኩም ተቐቢልናዮ።")
    gone = remembered(session, target="خطأ")
    recording.recall(session, gone, by="Yusuf", reason="wrong")
    browser = visit(translator)
    wrong = [other.id, gone.id, 10**30, -1, "x", None, [1], 987654]
    for version, unit in enumerate(wrong, 1):
        answer = browser.send(
            f"/segments/{segments[0].id}/draft", "PUT", text=f"نص {version}", version=version, unit=unit
        )
        assert answer.status_code == 200, unit
    assert session.scalar(select(SuggestionUse)) is None
    assert counted(session, other) == (0, False)


def test_an_approved_unit_knows_what_it_was_built_on_and_whose_case_it_was(
    session, visit, staff, translator, reviewer
):
    unit = remembered(session)
    values = {
        "once": "formulier-7", "source": "nl", "targets": "ar", "confidentiality": "public",
        "client_reference": "  V-123.456.7890 ", "project": "Leiden  2027", "subject": "asylum-procedure",
    }  # fmt: skip
    answer = visit(staff).post(
        "/documents/new", {**values, "file": (io.BytesIO(ASKED.encode()), "brief.txt")}, content_type="multipart/form-data"
    )
    document = session.get(Document, int(re.search(r"/documents/(\d+)", answer.headers["Location"])[1]))
    [segment] = segments_of(session, document.translations[0])
    browser = visit(translator)
    browser.send(f"/segments/{segment.id}/draft", "PUT", text="وصل طلبكم.", version=1, unit=unit.id, origin="memory")
    browser.send(f"/segments/{segment.id}/save", text="تم استلام طلبكم.", version=2)
    browser.post(f"/translations/{document.translations[0].id}/hand-over", {"part": "all"})
    session.refresh(segment)
    assert visit(reviewer).send(f"/segments/{segment.id}/approve", version=segment.version).status_code == 200
    session.rollback()
    made = session.scalar(select(Unit).where(Unit.source == ASKED))
    known = (made.built_on, made.client_reference, made.project, made.subject, made.confidentiality)
    assert known == (unit.id, "V-123.456.7890", "Leiden 2027", "asylum-procedure", "public")
    page = visit(staff).get(f"/documents/{document.id}").get_data(as_text=True)
    assert "V-123.456.7890" in page
    assert "V-123.456.7890" not in visit(translator).get(f"/documents/{document.id}").get_data(as_text=True)


def test_a_suggestion_taken_over_as_it_is_is_the_same_unit_and_built_on_nothing(
    session, visit, translator, reviewer, translation, segments
):
    unit = remembered(session, source=segments[0].sentence.text, target="تم استلام طلبكم.")
    browser = visit(translator)
    browser.send(f"/segments/{segments[0].id}/save", text="تم استلام طلبكم.", version=1, unit=unit.id, origin="memory")
    browser.post(f"/translations/{translation.id}/hand-over", {"part": "all"})
    session.refresh(segments[0])
    assert visit(reviewer).send(f"/segments/{segments[0].id}/approve", version=segments[0].version).status_code == 200
    session.rollback()
    session.refresh(segments[0])
    session.refresh(unit)
    assert segments[0].memory_unit_id == unit.id
    assert [place.built_on for place in (unit, *unit.found)] == [None, None]
