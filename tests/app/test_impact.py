"""What a change of a word touches is shown before it is made, and waits in a reviewer's queue afterwards."""

import pytest
from sqlalchemy import select

from app import impact, jobs, termuses
from app.models import Confidentiality, Impact, Job, SegmentState, TermUse
from glossary import editing, proposing
from memory import recording
from memory.models import Unit
from tests.factories import a_document, a_person, segments_of

TEXT = "U gaat naar de rechtbank.\n\nDe zon schijnt.\n\nDe rechtbanken zijn dicht."
#: The word stands there with the article, with a clitic, and not at all.
AR = ("تذهب إلى المحكمة.", "الشمس مشرقة.", "القرار بمحكمة لاهاي.")
TI = ("ናብ ቤት ፍርዲ ትኸዱ።", "ጸሓይ በሪቓ።", "ቤት ፍርዲ ዕጹው እዩ።")


@pytest.fixture
def concept(session):
    concept = editing.new_concept(session, "rechtbank", by="Marijke")
    for language, text in (("nl", "rechtbank"), ("ar", "محكمة"), ("ar", "دار القضاء"), ("ti", "ቤት ፍርዲ")):
        term = editing.propose_term(session, concept, language, text, by="Marijke")
        editing.approve_term(session, term, "admitted" if text == "دار القضاء" else "preferred", by="Yusuf")
    session.commit()
    return concept


def approved(session, document, texts, translation=0):
    """A document with these approved translations."""
    segments = segments_of(session, document.translations[translation])
    for segment, text in zip(segments, texts, strict=True):
        segment.target, segment.state = text, SegmentState.APPROVED
        segment.approved_at = segment.changed_at = impact.utc_now()
    session.commit()
    return segments


@pytest.fixture
def texts(session, staff):
    document = a_document(session, TEXT, by=staff, targets=("ar", "ti"), title="Brief rechtbank")
    return approved(session, document, AR), approved(session, document, TI, 1)


def term(concept, text):
    return next(t for t in concept.terms if t.text == text)


def looked(session, concept, word, wanted="forbidden", by=None):
    found = impact.ask(session, concept, wanted, [term(concept, word)], by=by)
    session.commit()
    assert impact.look_quickly(session.get_bind(), found.id, seconds=60)
    session.rollback()
    session.refresh(found)
    return found


def work(session):
    """The worker does what waits."""
    session.commit()
    while jobs.work_once(session.get_bind(), {"impact": impact.step}):
        pass
    session.rollback()
    session.expire_all()


def test_the_texts_that_use_a_word_are_found_in_any_inflection_before_anything_changes(session, reviewer, concept, texts):
    found = looked(session, concept, "محكمة", by=reviewer)
    shown = termuses.uses_of(session, found, reviewer)
    assert [one.segment.id for one in shown] == [texts[0][0].id, texts[0][2].id]
    assert {one.use.state for one in shown} == {"found"}
    count = termuses.count(session, found, reviewer)
    assert (count.segments, count.documents, count.units, count.hidden) == (2, 1, 0, 0)
    assert termuses.count_queue(session, reviewer) == 0
    assert term(concept, "محكمة").status == "preferred"


def test_ethiopic_words_too_and_only_their_own_reviewers_see_the_texts(session, reviewer, concept, texts):
    hana = a_person(session, "Hana", "reviewer:nl-ti")
    found = looked(session, concept, "ቤት ፍርዲ", by=hana)
    assert len(termuses.uses_of(session, found, hana)) == 2
    assert termuses.uses_of(session, found, reviewer) == []
    assert termuses.count(session, found, reviewer).hidden == 2


def test_units_of_the_memory_that_no_document_stands_for_are_found(session, reviewer, concept):
    for source, target in (("Ga naar de rechtbank", "اذهب إلى المحكمة"), ("Ga weg", "اذهب")):
        recording.remember(
            session, source=source, target=target, source_language="nl", target_language="ar", origin="import", origin_name="x.tmx"
        )
    session.commit()
    found = looked(session, concept, "محكمة", by=reviewer)
    (one,) = termuses.uses_of(session, found, reviewer)
    assert one.unit.target == "اذهب إلى المحكمة"
    unit = session.scalars(select(Unit).where(Unit.target == "اذهب إلى المحكمة")).one()
    recording.recall(session, unit, by="Yusuf", reason="fout")
    session.commit()
    assert termuses.count(session, found, reviewer).units == 0


def test_forbidding_shows_first_then_puts_each_text_into_the_queue(session, visit, reviewer, concept, texts):
    visitor = visit(reviewer)
    word = term(concept, "محكمة")
    assert "Nothing changes yet" in visitor.get(f"/terms/{word.id}/impact?wanted=forbidden").get_data(as_text=True)
    answer = visitor.post(f"/terms/{word.id}/impact", {"wanted": "forbidden"})
    assert answer.status_code == 303
    page = visitor.get(answer.headers["Location"]).get_data(as_text=True)
    assert "2 approved segments" in page and "1 document" in page and "القرار" in page and AR[1] not in page
    session.expire_all()
    assert word.status == "preferred"
    number = session.scalars(select(Impact.id)).one()
    visitor.post(f"/impacts/{number}/apply", {"reason": ""})
    session.expire_all()
    assert word.status == "preferred", "without a reason nothing is changed"
    visitor.post(f"/impacts/{number}/apply", {"reason": "ግጉይ"})
    session.expire_all()
    assert (word.status, word.reason) == ("forbidden", "ግጉይ")
    page = visitor.get("/to-review/texts").get_data(as_text=True)
    assert "تذهب إلى <mark>المحكمة</mark>" in page and "القرار" in page and "دار القضاء" in page and "ግጉይ" in page
    assert f"segment={texts[0][0].id}" in page
    assert "Texts that must change" in visitor.get("/to-review").get_data(as_text=True)


def test_an_entry_is_done_or_dismissed_with_a_reason_and_that_is_recorded(session, visit, reviewer, concept, texts):
    found = looked(session, concept, "محكمة", by=reviewer)
    impact.apply(session, found, by=reviewer, reason="x")
    session.commit()
    first, second = session.scalars(select(TermUse.id).order_by(TermUse.id)).all()
    visitor = visit(reviewer)
    refused = visitor.post(f"/term-uses/{first}/close", {"decision": "dismissed"}, follow_redirects=True)
    assert "Say why" in refused.get_data(as_text=True)
    visitor.post(f"/term-uses/{first}/close", {"decision": "dismissed", "reason": "اقتباس"})
    visitor.post(f"/term-uses/{second}/close", {"decision": "done"})
    session.expire_all()
    assert [(u.state, u.reason, u.closed_by_id) for u in session.scalars(select(TermUse).order_by(TermUse.id))] == [
        ("dismissed", "اقتباس", reviewer.id),
        ("done", "", reviewer.id),
    ]
    page = visitor.get("/to-review/texts").get_data(as_text=True)
    assert "اقتباس" in page and termuses.count_queue(session, reviewer) == 0


def test_what_was_mended_meanwhile_says_so(session, visit, reviewer, concept, texts):
    found = looked(session, concept, "محكمة", by=reviewer)
    impact.apply(session, found, by=reviewer, reason="x")
    texts[0][0].target = "تذهب إلى دار القضاء."
    session.commit()
    page = visit(reviewer).get("/to-review/texts").get_data(as_text=True)
    assert page.count("no longer in this text") == 1


def test_a_confidential_text_is_seen_by_its_reviewers_only(session, visit, staff, reviewer, concept):
    document = a_document(session, TEXT, confidentiality=Confidentiality.CONFIDENTIAL, by=reviewer, title="Geheim")
    approved(session, document, AR)
    found = looked(session, concept, "محكمة", by=reviewer)
    impact.apply(session, found, by=reviewer, reason="x")
    session.commit()
    for person, sees in ((staff, False), (reviewer, True)):
        page = visit(person).get(f"/impacts/{found.id}").get_data(as_text=True)
        assert ("Geheim" in page) is sees and ("تذهب إلى" in page) is sees
    assert "2 more texts use it" in visit(staff).get(f"/impacts/{found.id}").get_data(as_text=True)
    other = a_person(session, "Hana", "reviewer:nl-ti")
    use = session.scalars(select(TermUse.id)).first()
    assert visit(other).post(f"/term-uses/{use}/close", {"decision": "done"}).status_code == 404


def test_a_long_look_goes_on_as_a_job_and_each_text_is_found_once(session, engine, reviewer, concept, texts, monkeypatch):
    monkeypatch.setattr(impact, "BATCH", 1)
    found = impact.ask(session, concept, "forbidden", [term(concept, "محكمة")], by=reviewer)
    session.commit()
    assert not impact.look_quickly(engine, found.id, seconds=0)
    session.rollback()
    impact.apply(session, found, by=reviewer, reason="x")
    session.commit()
    assert session.scalars(select(Job.kind)).all() == ["impact"]
    work(session)
    assert found.finished_at is not None and found.looked == 3
    assert session.scalars(select(TermUse.state)).all() == ["open", "open"]
    assert session.scalars(select(Job.state)).all() == ["done"]


def test_what_was_approved_between_the_look_and_the_change_is_found_too(session, engine, staff, reviewer, concept, texts):
    found = looked(session, concept, "محكمة", by=reviewer)
    approved(session, a_document(session, TEXT, by=staff), AR)
    impact.apply(session, found, by=reviewer, reason="x")
    session.commit()
    work(session)
    assert termuses.count_queue(session, reviewer) == 4


def test_approving_a_word_in_the_place_of_another_puts_its_texts_into_the_queue(session, visit, translator, reviewer, concept, texts):
    old = term(concept, "محكمة")
    new = editing.propose_term(session, concept, "ar", "قضاء", by="Samira", by_id=translator.id, replaces_id=old.id)
    session.commit()
    visit(reviewer).post(f"/terms/{new.id}/decide", {"decision": "prefer"})
    work(session)
    assert old.status == "deprecated" and termuses.count_queue(session, reviewer) == 2
    (entry, _other) = termuses.queue(session, reviewer)
    assert entry.use.impact.instead[0] == "قضاء"


def test_agreeing_that_a_word_must_not_be_used_does_too(session, visit, translator, reviewer, concept, texts):
    asked = proposing.propose_change(
        session, concept, "term", term(concept, "محكمة"), status="forbidden", reason="خطأ", by="Samira", by_id=translator.id
    )
    session.commit()
    visit(reviewer).post(f"/proposals/{asked.id}/decide", {"decision": "approve"})
    work(session)
    assert term(concept, "محكمة").status == "forbidden" and termuses.count_queue(session, reviewer) == 2


def test_a_translator_cannot_look_for_nor_make_the_change(visit, translator, outsider, concept):
    word = term(concept, "محكمة")
    assert visit(translator).get(f"/terms/{word.id}/impact").status_code == 403
    assert visit(outsider).get(f"/terms/{word.id}/impact").status_code == 404
    assert visit(outsider).get("/to-review/texts").status_code == 404


def test_an_erased_document_leaves_no_entry(session, visit, staff, reviewer, concept, texts):
    found = looked(session, concept, "محكمة", by=reviewer)
    impact.apply(session, found, by=reviewer, reason="x")
    session.commit()
    document = texts[0][0].translation.document
    visit(staff).post(f"/documents/{document.id}/erase", {"memory": "yes"})
    session.expire_all()
    assert termuses.count_queue(session, reviewer) == 0 and session.scalars(select(TermUse)).all() == []
