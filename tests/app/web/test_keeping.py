"""The keeper's pages: who gets there, and that what they say is what happens."""

import re
import threading

import pytest
from sqlalchemy import select

from app import jobkinds, jobs, keeping, renewing
from memory import findings, recording
from memory.keeping import Act, Search
from memory.models import Unit
from tests.factories import a_person

RECEIVED, RECEIVED_AR = "Uw aanvraag is ontvangen.", "تم استلام طلبكم."


@pytest.fixture
def a_unit(session):
    def remember(source, target="ترجمة", **more):
        given = {"source_language": "nl", "target_language": "ar", "source": source, "target": target}
        return recording.remember(session, **given | more)

    return remember


def targets(page):
    return re.findall(r'<p class="text" lang="ar" dir="rtl">(.*?)</p>', page)


def work(app):
    """What the worker does."""
    kinds = jobkinds.every(app.extensions["models"])
    while jobs.work_once(app.extensions["engine"], kinds):
        pass


@pytest.mark.parametrize("path", ["/memory/keep", "/memory/keep/acts", "/memory/units/1"])
def test_only_keepers_get_there_and_others_learn_why(session, visit, a_unit, reviewer, translator, staff, administrator, path):
    a_unit(RECEIVED, RECEIVED_AR)
    for person, status in ((reviewer, 200), (administrator, 200), (translator, 403), (staff, 403)):
        answer = visit(person).get(path)
        page = answer.get_data(as_text=True)
        assert answer.status_code == status, person.name
        if status == 403:
            assert "kept by its reviewers" in page and RECEIVED_AR not in page


def test_keepers_see_how_far_the_memory_is_prepared_after_an_update(session, visit, a_unit, reviewer, administrator, translator):
    a_unit(RECEIVED, RECEIVED_AR)
    session.commit()
    pages = [(reviewer, "/memory/keep"), (administrator, "/memory/settings"), (reviewer, "/memory/keep/renewing")]
    for person, path in pages:
        assert "<progress" not in visit(person).get(path).get_data(as_text=True)
    job = jobs.enqueue(session, renewing.JOB, {"version": "3"})
    session.commit()
    for subject, told in (({}, 'max="1" value="0"'), ({"all": 4321, "done": 1500}, 'max="4321" value="1500"')):
        job.subject = {"version": "3", **subject}
        session.commit()
        for person, path in pages:
            answer = visit(person).get(path)
            assert answer.status_code == 200 and told in answer.get_data(as_text=True), path
    assert visit(translator).get("/memory/keep/renewing").status_code == 403
    job.state = "done"
    session.commit()
    assert visit(reviewer).get("/memory/keep/renewing").get_data(as_text=True) == ""


def test_a_reviewer_keeps_their_pair_and_no_other(session, visit, a_unit, reviewer):
    other = a_unit(RECEIVED, "ሕቶኹም በጺሑ ኣሎ።", target_language="ti")
    visitor = visit(reviewer)
    assert visitor.get("/memory/keep?pair=nl+ti").status_code == 403
    # neither is it told that it exists: they do not read that pair at all
    assert visitor.get(f"/memory/units/{other.id}").status_code == 404
    answer = visitor.post("/memory/keep/act", {"unit": other.id, "kind": "recall"})
    assert answer.status_code == 403
    session.expire_all()
    assert other.recalled_at is None
    search = findings.begin(session, "filter", findings.Selection("nl", "ti"), "x")
    assert visitor.get(f"/memory/keep/found/{search.id}").status_code == 404
    assert visitor.post("/memory/keep/search", {"pair": "nl ti", "finder": "languages"}).status_code == 403


def test_searching_shows_each_text_in_its_language_and_direction(visit, a_unit, reviewer):
    a_unit(RECEIVED, "املأ الإستمارة.")
    a_unit("Bel <1>ons</1>.", "<1>اتصل</1> بنا.")
    page = visit(reviewer).get("/memory/keep?q=استمارة").get_data(as_text=True)
    assert targets(page) == ["املأ ال<mark>إستمارة</mark>."]
    assert f'<p class="text" lang="nl" dir="ltr">{RECEIVED}</p>' in page
    assert "chip" in visit(reviewer).get("/memory/keep").get_data(as_text=True)


def test_a_date_that_is_none_is_told_at_its_field(visit, a_unit, reviewer):
    a_unit(RECEIVED)
    page = visit(reviewer).get("/memory/keep?since=gisteren&pair=nl+ar").get_data(as_text=True)
    assert 'id="f-since-error"' in page


def test_chosen_units_are_withdrawn_and_taken_back_as_a_whole(session, visit, a_unit, reviewer):
    units = [a_unit(f"brief {i}", f"رسالة {i}") for i in range(3)]
    visitor = visit(reviewer)
    chosen = {"unit": [u.id for u in units[:2]], "kind": "recall", "reason": "ጌጋ", "pair": "nl ar", "q": "brief"}
    answer = visitor.post("/memory/keep/act", chosen)
    assert answer.status_code == 303 and "q=brief" in answer.location
    assert targets(visitor.get(answer.location).get_data(as_text=True)) == ["رسالة 2"]
    acts_page = visitor.get("/memory/keep/acts").get_data(as_text=True)
    assert "2 units withdrawn" in acts_page and "ጌጋ" in acts_page and reviewer.name in acts_page
    number = session.scalars(select(Act.id)).one()
    assert visitor.post(f"/memory/keep/acts/{number}/undo").status_code == 303
    assert len(targets(visitor.get("/memory/keep").get_data(as_text=True))) == 3
    again = visitor.post(f"/memory/keep/acts/{number}/undo", follow_redirects=True).get_data(as_text=True)
    assert "taken back already" in again


@pytest.mark.parametrize("form", [{}, {"kind": "recall"}, {"kind": "explode", "unit": 1}, {"kind": "relabel", "unit": 1, "new_source": "ar", "new_target": "ar"}])
def test_a_form_that_asks_for_nothing_changes_nothing_and_says_so(session, visit, a_unit, reviewer, form):
    a_unit(RECEIVED)
    page = visit(reviewer).post("/memory/keep/act", form, follow_redirects=True).get_data(as_text=True)
    assert "notice amber" in page
    assert session.scalars(select(Act.id)).all() == []


def test_units_do_not_change_their_languages_because_nobody_chose_any(session, visit, a_unit, reviewer):
    # the pair is not among the languages that the form lists: it stands first in it, chosen
    unit = a_unit("Dit is Nederlands.", "ይህ ሆላንድኛ ነው።", source_language="nl-BE", target_language="ar-SY")
    visitor = visit(reviewer)
    page = visitor.get("/memory/keep?pair=nl-BE+ar-SY").get_data(as_text=True)
    chosen = {name: page.split(f'name="new_{name}">')[1].split('value="')[1].split('"')[0] for name in ("source", "target")}
    assert chosen == {"source": "nl-BE", "target": "ar-SY"}
    form = {"unit": unit.id, "kind": "relabel", "new_source": "nl-BE", "new_target": "ar-SY", "pair": "nl-BE ar-SY"}
    told = visitor.post("/memory/keep/act", form, follow_redirects=True).get_data(as_text=True)
    assert "Choose the languages they are really in" in told
    assert session.scalars(select(Act.id)).all() == []


def test_a_corrected_unit_waits_for_a_second_person(session, visit, a_unit, reviewer, administrator):
    wrong = a_unit(RECEIVED, "تم رفض طلبكم.")
    visitor = visit(reviewer)
    answer = visitor.post(f"/memory/units/{wrong.id}/correct", {"source": RECEIVED, "target": RECEIVED_AR, "reason": ""})
    assert answer.status_code == 303
    new = int(answer.location.rsplit("/", 1)[1])
    page = visitor.get(answer.location).get_data(as_text=True)
    assert "not reviewed" in page and f"unit {wrong.id}" in page
    assert "Another reviewer has to approve it" in page and f"/memory/units/{new}/approve" not in page
    refused = visitor.post(f"/memory/units/{new}/approve")
    assert refused.status_code == 403 and "Another reviewer" in refused.get_data(as_text=True)
    # an administrator who does not review this language cannot either
    assert visit(administrator).post(f"/memory/units/{new}/approve").status_code == 403
    hana = a_person(session, "Hana", "reviewer:nl-ar")
    assert f"/memory/units/{new}/approve" in visit(hana).get(answer.location).get_data(as_text=True)
    assert visit(hana).post(f"/memory/units/{new}/approve").status_code == 303
    session.expire_all()
    assert session.get(Unit, new).approved_by == "Hana"


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [(RECEIVED, "  ", "no text here"), (RECEIVED, "ترجمة", "Nothing is different"), ("a\x00b", "ب", "broken character"), (RECEIVED, "ሀ" * 20_001, "too long")],
)
def test_a_correction_that_cannot_be_kept_loses_no_word(session, visit, a_unit, reviewer, source, target, said):
    unit = a_unit(RECEIVED)
    answer = visit(reviewer).post(f"/memory/units/{unit.id}/correct", {"source": source, "target": target})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and said in page and (target.strip() or "f-target") in page
    session.expire_all()
    assert session.scalars(select(Unit.target)).all() == ["ترجمة"]


def test_a_large_act_and_its_undoing_become_jobs(app, session, visit, a_unit, reviewer, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 5)
    for i in range(12):
        a_unit(f"brief {i}", f"رسالة {i}")
    visitor = visit(reviewer)
    answer = visitor.post("/memory/keep/search", {"pair": "nl ar", "finder": "filter"})
    number = session.scalars(select(Search.id)).one()
    assert "all 12 that were found" in visitor.get(answer.location).get_data(as_text=True)
    visitor.post("/memory/keep/act", {"search": number, "which": "all", "kind": "recall"})
    assert "still being done" in visitor.get("/memory/keep/acts").get_data(as_text=True)
    act = session.scalars(select(Act)).one()
    refused = visitor.post(f"/memory/keep/acts/{act.id}/undo", follow_redirects=True)
    assert "when it is over" in refused.get_data(as_text=True)
    work(app)
    session.expire_all()
    assert act.changed == 12 and not targets(visitor.get("/memory/keep").get_data(as_text=True))
    visitor.post(f"/memory/keep/acts/{act.id}/undo")
    work(app)
    session.expire_all()
    assert act.undone_by == reviewer.name
    assert len(targets(visitor.get("/memory/keep").get_data(as_text=True))) == 12


def test_a_long_search_goes_on_as_a_job_and_says_how_far_it_is(app, session, visit, a_unit, reviewer, monkeypatch):
    monkeypatch.setattr(keeping, "PATIENCE", -1)
    monkeypatch.setitem(findings.SLICE, "untranslated", 2)
    for i in range(7):
        a_unit(f"zelfde {i} tekst", f"zelfde {i} tekst")
    visitor = visit(reviewer)
    monkeypatch.setattr(keeping.search_now, "__kwdefaults__", {"patience": -1})
    answer = visitor.post("/memory/keep/search", {"pair": "nl ar", "finder": "untranslated"})
    page = visitor.get(answer.location).get_data(as_text=True)
    assert "2 of 7 units" in page and 'hx-trigger="every 2s"' in page
    part = visitor.get(answer.location, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part and "2 of 7" in part
    work(app)
    page = visitor.get(answer.location).get_data(as_text=True)
    assert "7 units found" in page and "hx-trigger" not in page


def test_duplicates_are_merged_and_contradictions_decided_from_what_was_found(session, visit, a_unit, reviewer):
    one, two = a_unit(RECEIVED, RECEIVED_AR), a_unit(RECEIVED, "تم استلام طلبكم")
    visitor = visit(reviewer)
    answer = visitor.post("/memory/keep/search", {"pair": "nl ar", "finder": "duplicates"})
    number = answer.location.rsplit("/", 1)[1]
    assert len(targets(visitor.get(answer.location).get_data(as_text=True))) == 2
    visitor.post(f"/memory/units/{one.id}/keep", {"unit": [one.id, two.id], "how": "merge", "search": number})
    session.expire_all()
    assert one.recalled_at is None and two.recalled_at
    assert "Nothing left here" in visitor.get(answer.location).get_data(as_text=True)
    three = a_unit(RECEIVED, "رفض.")
    answer = visitor.post("/memory/keep/search", {"pair": "nl ar", "finder": "contradictions"})
    number = answer.location.rsplit("/", 1)[1]
    visitor.post(f"/memory/units/{one.id}/keep", {"unit": [one.id, three.id], "how": "recall", "search": number})
    session.expire_all()
    assert three.recalled_at and one.recalled_at is None


def test_looking_up_a_phrase_is_for_those_who_work_in_the_pair(session, visit, a_unit, staff, reviewer):
    a_unit(RECEIVED, RECEIVED_AR)
    hana = a_person(session, "Hana", "translator:nl-ti")
    assert RECEIVED_AR in visit(staff).get("/memory?q=aanvraag").get_data(as_text=True)
    answer = visit(hana).get("/memory?q=aanvraag&source=nl&target=ar")
    assert answer.status_code == 403 and RECEIVED_AR not in answer.get_data(as_text=True)
    assert visit(hana).get("/memory?q=aanvraag").status_code == 200
    # who keeps the pair goes on from a phrase to mending the unit
    assert "/memory/units/" in visit(reviewer).get("/memory?q=aanvraag&source=nl&target=ar").get_data(as_text=True)
    assert "/memory/units/" not in visit(staff).get("/memory?q=aanvraag").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/memory/keep", "/memory/keep?q=جملة", "/memory/keep?project=x", "/memory/keep/acts"])
def test_a_page_looks_at_a_bounded_part_of_the_memory(session, visit, a_unit, administrator, app, monkeypatch, path):
    from sqlalchemy import event

    from memory import selection

    monkeypatch.setattr(selection.ids_in_window, "__kwdefaults__", {"most": None, "window": 10})
    monkeypatch.setattr(selection.page, "__kwdefaults__", {"before": None, "size": 50, "patience": 0})
    for i in range(60):
        a_unit(f"zin {i}", f"جملة {i}")
    visitor, read, said = visit(administrator), [], []
    visitor.get("/memory/keep/acts")

    def note(_connection, _cursor, statement, *_more):
        # the concordance counts in a thread of its own, once a minute, while nobody waits
        if threading.current_thread() is threading.main_thread():
            said.append(statement)

    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    event.listen(Unit, "load", lambda unit, _context: read.append(unit.id))
    page = visitor.get(path).get_data(as_text=True)
    event.remove(app.extensions["engine"], "before_cursor_execute", note)
    assert not any("count(" in statement.lower() for statement in said if "memory" in statement)
    assert len(read) <= 10
    if "keep/acts" not in path:
        assert "10 units were looked at so far" in page
