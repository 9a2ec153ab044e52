"""Files of terms on the pages: shown first, applied as a whole, taken back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app import jobkinds, jobs, termimports
from app.models import Job, TermImport
from glossary import editing
from glossary.models import Concept, History, Term
from importers.spreadsheet import read_rows, write_xlsx

TABLE = (
    "code,subject,nl,ar,ti,definition_nl\n"
    "bezwaar,procedure,bezwaar | bezwaarschrift,اعتراض,ተቓውሞ,Vragen om een nieuw besluit\n"
    "beroep,procedure,beroep,استئناف,ይግባይ,Naar de rechter gaan\n"
)


def upload(visitor, data, name="woorden.csv", once=""):
    """The path of the page of the new import."""
    data = data.encode() if isinstance(data, str) else data
    import io

    answer = visitor.post("/term-files", {"file": (io.BytesIO(data), name), "once": once or name}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def confirm(visitor, path, **changes):
    """Send the mapping page's own form, as it stands or with changes."""
    page = visitor.get(path).get_data(as_text=True)
    form = {"has-names": "1", "action": "show"}
    if re.search(r'name="names" value="1" checked', page):
        form["names"] = "1"
    for name, options in re.findall(r'<select id="f-[\w-]+" name="((?:holds|language)-\d+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    answer = visitor.post(f"{path}/columns", form | changes)
    assert answer.status_code == 303
    return visitor.get(path).get_data(as_text=True)


def apply(visitor, path):
    page = visitor.get(path).get_data(as_text=True)
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    return visitor.post(f"{path}/apply", {"digest": digest})


def test_a_table_is_mapped_shown_applied_and_taken_back(session, visit, administrator):
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    page = confirm(visitor, path)
    assert "Nothing is saved yet" in page and "Import 2 concepts" in page
    assert session.scalar(select(func.count(Concept.id))) == 0
    assert apply(visitor, path).status_code == 303
    session.expire_all()
    concept = editing.concept_with_code(session, "bezwaar")
    assert {(t.language, t.text, t.status) for t in concept.terms} == {
        ("nl", "bezwaar", "proposed"), ("nl", "bezwaarschrift", "proposed"), ("ar", "اعتراض", "proposed"), ("ti", "ተቓውሞ", "proposed"),
    }  # fmt: skip
    assert {t.created_by_id for t in concept.terms} == {administrator.id}
    kept = session.scalar(select(TermImport))
    assert (kept.state, termimports.find(session, kept.id, with_data=True).data) == ("applied", None)
    assert visitor.post(f"{path}/undo").status_code == 303
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 0
    assert "was taken back" in visitor.get(path).get_data(as_text=True)
    assert session.scalar(select(func.count(History.id)).where(History.action == "undo")) == 2


def test_the_same_file_again_changes_nothing(session, visit, administrator):
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    confirm(visitor, path)
    apply(visitor, path)
    acts = session.scalar(select(func.count(History.id)))
    again = upload(visitor, TABLE.replace("\n", "\r\n"), once="second")
    assert again != path
    page = confirm(visitor, again)
    assert "There is nothing to import" in page
    assert session.scalar(select(func.count(History.id))) == acts


def test_swapped_columns_are_seen_and_put_right_with_one_button(session, visit, administrator):
    rows = [
        ("verblijfsvergunning voor bepaalde tijd", "تصريح إقامة لمدة محددة", "ፍቓድ መንበሪ ንዝተወሰነ ግዜ"), ("het bezwaarschrift indienen", "تقديم الاعتراض", "ጥርዓን ምቕራብ"),
        ("de gemeente en het stadhuis", "البلدية ودار البلدية", "ቤት ምምሕዳር ከተማ"), ("huurtoeslag aanvragen", "طلب بدل الإيجار", "ሓገዝ ክራይ ገዛ ምሕታት"),
        ("ziektekostenverzekering", "التأمين الصحي", "መድሕን ጥዕና"), ("inburgeringsexamen", "امتحان الاندماج", "ፈተና ውህደት"),
    ]  # fmt: skip
    data = "code,ar,nl,ti\n" + "\n".join(f"c-woord{n},{nl},{ar},{ti}" for n, (nl, ar, ti) in enumerate(rows))
    visitor = visit(administrator)
    path = upload(visitor, data)
    page = visitor.get(path).get_data(as_text=True)
    assert 'data-doubt="swapped"' in page and "Swap the two languages" in page
    confirm(visitor, path, action="fix:swapped")
    page = visitor.get(path).get_data(as_text=True)
    assert "data-doubt" not in page
    confirm(visitor, path)
    apply(visitor, path)
    session.expire_all()
    assert set(session.scalars(select(Term.text).where(Term.language == "ar"))) == {ar for _, ar, _ in rows}


def test_what_was_shown_is_what_is_done_or_it_is_shown_again(session, visit, administrator):
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    confirm(visitor, path)
    here = editing.new_concept(session, "beroep", by="Rana")
    editing.propose_term(session, here, "nl", "beroep", by="Rana")
    session.commit()
    apply(visitor, path)
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 1
    page = visitor.get(path).get_data(as_text=True)
    assert "changed after you looked" in page and "in conflict" in page


@pytest.mark.parametrize(("choice", "words"), [("leave", set()), ("add", {"استئناف", "ይግባይ"}), ("replace", {"استئناف", "ይግባይ"})])
def test_a_conflict_is_decided_by_a_person(session, visit, administrator, choice, words):
    here = editing.new_concept(session, "beroep", by="Rana")
    editing.propose_term(session, here, "nl", "beroep", by="Rana")
    session.commit()
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    confirm(visitor, path)
    visitor.post(f"{path}/choices", {"on_conflict": choice})
    apply(visitor, path)
    session.expire_all()
    concept = editing.concept_with_code(session, "beroep")
    assert {t.text for t in concept.terms if t.language in ("ar", "ti")} == words
    visitor.post(f"{path}/undo")
    session.expire_all()
    assert [(c.code, {t.text for t in c.terms if t.language != "nl"}) for c in session.scalars(select(Concept))] == [("beroep", set())]


def test_statuses_count_only_when_the_administrator_says_so(session, visit, administrator):
    visitor = visit(administrator)
    path = upload(visitor, "code,nl,nl_status,ar,ar_status\nbezwaar,bezwaar,preferred,تظلم,forbidden\n")
    confirm(visitor, path)
    visitor.post(f"{path}/choices", {"keep_status": "1"})
    assert "decided by you" in visitor.get(path).get_data(as_text=True)
    apply(visitor, path)
    session.expire_all()
    found = {t.text: (t.status, t.decided_by_id) for t in session.scalars(select(Term))}
    assert found == {"bezwaar": ("preferred", administrator.id), "تظلم": ("forbidden", administrator.id)}


def test_work_of_people_is_not_taken_back_unasked(session, visit, administrator):
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    confirm(visitor, path)
    apply(visitor, path)
    session.expire_all()
    term = session.scalar(select(Term).where(Term.text == "اعتراض"))
    editing.approve_term(session, term, by="Yusuf", by_id=999)
    session.commit()
    visitor.post(f"{path}/undo")
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 2
    assert "Take the rest back" in visitor.get(path).get_data(as_text=True)
    visitor.post(f"{path}/undo", {"leave_changed": "1"})
    session.expire_all()
    assert [c.code for c in session.scalars(select(Concept))] == ["bezwaar"]


def test_letters_nobody_sees_are_shown_by_name_and_kept(session, visit, administrator):
    visitor = visit(administrator)
    word = "\u202eاعتراض\u200b"
    path = upload(visitor, f"code,nl,ar\nbezwaar,bez\u00adwaar,{word}\n")
    page = confirm(visitor, path)
    assert "RLO" in page and "ZWSP" in page and "SHY" in page
    apply(visitor, path)
    session.expire_all()
    assert session.scalar(select(Term.text).where(Term.language == "ar")) == word


def test_a_term_of_ten_thousand_letters_stays_out_with_its_row(session, visit, administrator):
    visitor = visit(administrator)
    path = upload(visitor, TABLE + f"lang,x,lang,{'ሀ' * 10_000},ti,x\n")
    page = confirm(visitor, path)
    assert "row 4" in page and "10000 characters" in page
    apply(visitor, path)
    session.expire_all()
    assert sorted(c.code for c in session.scalars(select(Concept))) == ["beroep", "bezwaar"]


@pytest.mark.parametrize(("data", "name", "said"), [
    (b'<?xml version="1.0"?><!DOCTYPE martif [<!ENTITY a SYSTEM "file:///etc/passwd">]><martif>&a;</martif>', "x.tbx", "declares its own entities"),
    (b"<martif><text>", "x.tbx", "Line 1"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "x.xls", "old version of Excel"),
    (b'{"@context": "http://example.org/context.jsonld", "@id": "x:1"}', "x.jsonld", "another server"),
    (b"<tmx version='1.4'><header/><body/></tmx>", "x.tmx", "into the memory instead"),
    (b"", "x.csv", "empty"),
])  # fmt: skip
def test_a_bad_file_is_refused_with_what_to_do_and_nothing_is_kept(session, visit, administrator, data, name, said):
    import io

    visitor = visit(administrator)
    answer = visitor.post("/term-files", {"file": (io.BytesIO(data), name), "once": "x"}, content_type="multipart/form-data")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert session.scalar(select(func.count(TermImport.id))) == 0


def test_a_large_file_is_a_job_with_progress(session, engine, visit, administrator, monkeypatch):
    monkeypatch.setattr(termimports, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(termimports, "AT_ONCE_CONCEPTS", 1)
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    page = confirm(visitor, path)
    assert "being read" in page and "hx-trigger" in page
    kinds = jobkinds.every(None)
    session.commit()
    assert jobs.work_once(engine, kinds)
    assert "Import 2 concepts" in visitor.get(path).get_data(as_text=True)
    apply(visitor, path)
    assert "are being imported" in visitor.get(path).get_data(as_text=True)
    session.commit()
    assert jobs.work_once(engine, kinds)
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 2
    # a worker that died after the commit does it again: nothing happens twice
    termimports.work(engine, {"import": int(path.rsplit("/", 1)[1])})
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 2
    assert session.scalar(select(func.count(Job.id))) == 2
    visitor.post(f"{path}/undo")
    session.commit()
    assert jobs.work_once(engine, kinds)
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 0


def test_a_dropped_file_leaves_nothing(session, visit, administrator):
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    visitor.post(f"{path}/drop")
    assert visitor.get(path).status_code == 404
    assert session.scalar(select(func.count(TermImport.id))) == 0
    # an import that was done cannot be dropped
    path = upload(visitor, TABLE, "b.csv")
    confirm(visitor, path)
    apply(visitor, path)
    assert visitor.post(f"{path}/drop").status_code == 409


@pytest.mark.parametrize("kind", ["tbx", "ttl", "rdf", "jsonld", "csv", "xlsx", "json", "omegat", "html"])
def test_every_file_that_leaves_can_be_read_and_calculates_nothing(session, visit, administrator, kind):
    concept = editing.new_concept(session, "gevaarlijk", by="Rana")
    for language, text in (("nl", '=HYPERLINK("http://x")'), ("ar", "@SUM(1+9)*cmd|' /C calc'!A0"), ("ti", "+ተቓውሞ")):
        editing.propose_term(session, concept, language, text, by="Rana")
    session.commit()
    visitor = visit(administrator)
    answer = visitor.get(f"/term-files/export?kind={kind}&source=nl&target=ar&proposed=1")
    assert answer.status_code == 200
    data = answer.get_data()
    assert "attachment" in answer.headers["Content-Disposition"]
    if kind in ("csv", "omegat"):
        text = data.decode("utf-8-sig")
        assert not re.search(r'(^|[,\t"])[=@+]', text, re.M)
    if kind == "xlsx":
        import io

        from openpyxl import load_workbook

        cells = [c for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows() for c in row if c.value]
        assert {c.data_type for c in cells} == {"s"}
    if kind in ("csv", "xlsx"):
        assert '=HYPERLINK("http://x")' in sum(read_rows(data, f"x.{kind}").rows, [])
    if kind not in ("html", "omegat"):
        from app import termfiles

        ((_, entry),) = termfiles.read(data, f"x.{kind}").entries
        assert {t["text"] for t in entry["terms"]} == {'=HYPERLINK("http://x")', "@SUM(1+9)*cmd|' /C calc'!A0", "+ተቓውሞ"}


def test_who_may(session, visit, administrator, staff, translator):
    for person in (staff, translator):
        visitor = visit(person)
        page = visitor.get("/term-files").get_data(as_text=True)
        assert "Bring terms in" not in page and "For OmegaT" in page
        assert visitor.get("/term-files/export?kind=omegat&source=nl&target=ar").status_code == 200
        assert visitor.get("/term-files/export?kind=tbx").status_code == 403
        assert visitor.post("/term-files").status_code == 403
    visit(administrator)


def test_a_bilingual_page_says_language_and_direction_of_every_text(session, visit, administrator):
    concept = editing.new_concept(session, "bezwaar", by="Rana")
    editing.propose_term(session, concept, "nl", "bezwaar", by="Rana")
    editing.propose_term(session, concept, "ar", "اعتراض", by="Rana")
    editing.propose_term(session, concept, "ti", "ተቓውሞ", by="Rana")
    session.commit()
    page = visit(administrator).get("/term-files/export?kind=html&source=nl&target=ar&proposed=1").get_data(as_text=True)
    assert '<span class="word" lang="ar" dir="rtl">اعتراض *</span>' in page
    assert "http" not in page.replace("http-equiv", "")
    for target in ("ti", "fa"):
        page = visit(administrator).get(f"/term-files/export?kind=html&source=nl&target={target}&proposed=1").get_data(as_text=True)
        assert ("ተቓውሞ" in page) == (target == "ti")


def test_the_table_of_a_spreadsheet_comes_in_too(session, visit, administrator):
    visitor = visit(administrator)
    data = write_xlsx(["nl", "ar", "ti"], [["bezwaar", "اعتراض", "ተቓውሞ"], ["=1+1", "٣", "ሀ"]])
    path = upload(visitor, data, "woorden.xlsx")
    confirm(visitor, path)
    apply(visitor, path)
    session.expire_all()
    assert "=1+1" in set(session.scalars(select(Term.text)))


def test_when_something_breaks_the_import_is_as_it_was_and_says_so(session, engine, visit, administrator, monkeypatch):
    visitor = visit(administrator)
    path = upload(visitor, TABLE)
    confirm(visitor, path)
    monkeypatch.setattr(termimports, "AT_ONCE_CONCEPTS", 0)
    apply(visitor, path)
    session.commit()

    def broken(*_arguments, **_options):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(termimports, "apply", broken)
        assert jobs.work_once(engine, jobkinds.every(None))
    page = visitor.get(path).get_data(as_text=True)
    assert "Something went wrong on our side" in page and "Import 2 concepts" in page
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 0
    apply(visitor, path)
    assert "start it again" in visitor.get(path).get_data(as_text=True)
    visitor.post(f"{path}/again")
    session.commit()
    assert jobs.work_once(engine, jobkinds.every(None))
    session.expire_all()
    assert session.scalar(select(func.count(Concept.id))) == 2
