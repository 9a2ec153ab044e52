"""The keeper's memory: finding, mending in bulk, and taking it back as a whole."""

import datetime as dt

import pytest
from sqlalchemy import func, select

import memory.keeping  # noqa: F401  its tables
from memory import acts, erasing, findings, recording, selection, undoing
from memory.acts import NothingChanged, OwnWork, WasRecalled
from memory.keeping import Act, ActChange, Finding, Keeper
from memory.matching import find_matches
from memory.models import Found, Unit
from memory.selection import Selection

YUSUF, TESFAY = Keeper("Yusuf", "1"), Keeper("Tesfay", "2")
PAIR = Selection("nl", "ar")
RECEIVED, RECEIVED_AR = "Uw aanvraag is ontvangen.", "تم استلام طلبكم."


def offered(session, text, target_language="ar"):
    found = find_matches(session, text, source_language="nl", target_language=target_language, threshold=100)
    return {m.target for m in found}


def picture(session):
    """Everything that is stored of every unit but when it changed."""
    session.flush()
    columns = [c for c in Unit.__table__.c if c.name not in ("changed_at",)]
    units = [tuple(row) for row in session.execute(select(*columns).order_by(Unit.id))]
    return units, [tuple(row) for row in session.execute(select(*Found.__table__.c).order_by(Found.unit_id, Found.place))]


def a_bulk_act(session, kind, units, by=YUSUF, **more):
    act = acts.begin(session, kind, ("nl", "ar"), by, **more)
    acts.apply(session, act, [u.id for u in units])
    acts.end(act)
    return act


def found_by(session, finder, source="nl", target="ar"):
    search = findings.begin(session, finder, Selection(source, target), "Yusuf")
    while not findings.go_on(session, search):
        pass
    return search


# --- acts and taking them back -------------------------------------------------------------------


def test_a_bulk_recall_counts_from_the_next_lookup_and_so_does_taking_it_back(session, a_unit):
    units = [a_unit(RECEIVED, t) for t in (RECEIVED_AR, "وصل طلبكم.", "استلمنا طلبكم.")]
    before = picture(session)
    act = a_bulk_act(session, "recall", units[:2], reason="خطأ")
    assert (act.changed, act.left) == (2, 0)
    assert offered(session, RECEIVED) == {"استلمنا طلبكم."}
    assert units[0].recalled_by == "Yusuf" and units[0].recall_reason == "خطأ"
    assert undoing.undo(session, act, TESFAY)
    assert offered(session, RECEIVED) == {RECEIVED_AR, "وصل طلبكم.", "استلمنا طلبكم."}
    assert picture(session) == before
    assert act.undone_by == "Tesfay"
    with pytest.raises(undoing.AlreadyUndone):
        undoing.undo(session, act, TESFAY)


def test_what_was_changed_since_is_left_when_an_act_is_taken_back(session, a_unit):
    one, other = a_unit(RECEIVED), a_unit("Bel 071.", "اتصل")
    act = a_bulk_act(session, "recall", [one, other])
    recording.restore(session, one)
    recording.recall(session, one, by="Tesfay", reason="again")
    undoing.undo(session, act, YUSUF)
    assert act.undo_left == 1
    assert one.recalled_by == "Tesfay" and other.recalled_at is None


def test_an_act_leaves_units_of_other_pairs_and_those_it_cannot_be_done_to(session, a_unit):
    other_pair = a_unit(RECEIVED, "ሕቶኹም በጺሑ ኣሎ።", target_language="ti")
    withdrawn = a_unit(RECEIVED)
    recording.recall(session, withdrawn, by="x", reason="y")
    act = a_bulk_act(session, "recall", [other_pair, withdrawn])
    assert (act.changed, act.left) == (0, 2)
    assert other_pair.recalled_at is None


def test_a_correction_is_a_new_unit_that_waits_for_a_second_person(session, a_unit):
    wrong = a_unit(RECEIVED, "تم رفض طلبكم.", document="document:7", position=3, approved_by="Samira", project="Leiden")
    right = acts.correct(session, wrong, YUSUF, source=RECEIVED, target=RECEIVED_AR, reason="رفض ليس استلام")
    assert offered(session, RECEIVED) == {RECEIVED_AR}
    assert (right.quality, right.translated_by, right.approved_by) == ("unreviewed", "Yusuf", None)
    assert (right.document, right.position, right.project, right.built_on) == ("document:7", 3, "Leiden", wrong.id)
    with pytest.raises(OwnWork):
        acts.approve(session, right, YUSUF)
    with pytest.raises(OwnWork):
        acts.approve(session, right, Keeper("Yusuf under another name", "1"))
    acts.approve(session, right, TESFAY)
    assert (right.quality, right.approved_by) == ("approved", "Tesfay")


def test_importing_the_old_file_again_does_not_bring_a_corrected_mistake_back(session, a_unit):
    given = {"source_language": "nl", "target_language": "ar", "source": RECEIVED, "target": "خطأ", "origin": "import"}
    wrong = recording.remember(session, **given)
    acts.correct(session, wrong, YUSUF, source=RECEIVED, target=RECEIVED_AR)
    recording.remember(session, **given)
    assert offered(session, RECEIVED) == {RECEIVED_AR}


def test_a_correction_is_taken_back_without_a_trace(session, a_unit):
    wrong = a_unit(RECEIVED, "خطأ", document="document:7", position=3)
    a_unit(RECEIVED, "خطأ", document="document:8", position=0)
    recording.mark_used(session, wrong.id)
    before = picture(session)
    acts.correct(session, wrong, YUSUF, source=RECEIVED, target=RECEIVED_AR)
    session.flush()
    assert session.scalar(select(func.count()).select_from(Found)) == 2
    undoing.undo(session, acts.of_unit(session, wrong.id)[0][0], TESFAY)
    session.expire_all()
    assert picture(session) == before


def test_a_correction_that_was_approved_since_stays_when_it_is_taken_back(session, a_unit):
    wrong = a_unit(RECEIVED, "خطأ")
    right = acts.correct(session, wrong, YUSUF, source=RECEIVED, target=RECEIVED_AR)
    acts.approve(session, right, TESFAY)
    undoing.undo(session, acts.of_unit(session, wrong.id)[0][0], YUSUF)
    assert offered(session, RECEIVED) == {"خطأ", RECEIVED_AR}


def test_a_correction_into_what_exists_joins_it_and_into_what_was_withdrawn_is_refused(session, a_unit):
    wrong, known, bad = a_unit(RECEIVED, "خطأ"), a_unit(RECEIVED, RECEIVED_AR), a_unit(RECEIVED, "ሰላም")
    recording.recall(session, bad, by="x", reason="y")
    with pytest.raises(WasRecalled) as error:
        acts.correct(session, wrong, YUSUF, source=RECEIVED, target="ሰላም")
    assert error.value.unit_id == bad.id
    assert acts.correct(session, wrong, YUSUF, source=RECEIVED, target=RECEIVED_AR) is known
    assert known.quality == "approved"
    with pytest.raises(NothingChanged):
        acts.correct(session, known, YUSUF, source=RECEIVED, target=RECEIVED_AR)
    with pytest.raises(recording.EmptyText):
        acts.correct(session, known, YUSUF, source=RECEIVED, target="<1/> ")


def test_merged_units_keep_every_place_and_are_parted_again(session, a_unit):
    one = a_unit(RECEIVED, RECEIVED_AR, document="document:1", position=0)
    two = a_unit(RECEIVED, "تم استلام طلبكم", document="document:2", position=5)
    for _ in range(3):
        recording.mark_used(session, two.id)
    session.expire_all()
    before = picture(session)
    act = acts.merge(session, [one, two], one, YUSUF)
    assert offered(session, RECEIVED) == {RECEIVED_AR}
    assert one.used_count == 3
    assert {one.document} | {f.document for f in session.scalars(select(Found))} == {"document:1", "document:2"}
    undoing.undo(session, act, YUSUF)
    session.expire_all()
    assert [row[:-1] for row in picture(session)[0]] == [row[:-1] for row in before[0]]
    assert offered(session, RECEIVED) == {RECEIVED_AR, "تم استلام طلبكم"}


def test_swapped_sides_and_wrong_languages_are_mended_in_bulk(session, a_unit):
    swapped = a_unit(RECEIVED_AR, RECEIVED)
    persian = a_unit("Goedemorgen allemaal.", "صبح همگی بخیر.")
    a_bulk_act(session, "swap", [swapped])
    relabelled = a_bulk_act(session, "relabel", [persian], value="nl fa")
    assert offered(session, RECEIVED) == {RECEIVED_AR}
    assert offered(session, "Goedemorgen allemaal.", "fa") == {"صبح همگی بخیر."}
    assert session.scalar(select(Unit.quality).where(Unit.target_language == "fa")) == "unreviewed"
    undoing.undo(session, relabelled, YUSUF)
    assert offered(session, "Goedemorgen allemaal.", "fa") == set()
    assert offered(session, "Goedemorgen allemaal.") == {"صبح همگی بخیر."}


def test_approval_in_bulk_leaves_ones_own_work_and_is_taken_back_place_by_place(session, a_unit):
    own = a_unit(RECEIVED, "أ", quality="unreviewed", translated_by="Yusuf")
    other = a_unit(RECEIVED, "ب", quality="unreviewed", translated_by="Samira")
    act = a_bulk_act(session, "approve", [own, other])
    assert (own.quality, other.quality, act.changed, act.left) == ("unreviewed", "approved", 1, 1)
    undoing.undo(session, act, YUSUF)
    assert (other.quality, other.approved_by) == ("unreviewed", None)
    both = a_unit(RECEIVED, "ج", document="document:1", position=1, approved_by="Hana")
    a_unit(RECEIVED, "ج", document="document:2", position=1, approved_by="Musa")
    act = a_bulk_act(session, "unapprove", [both])
    assert both.quality == "unreviewed"
    undoing.undo(session, act, YUSUF)
    names = {both.approved_by} | set(session.scalars(select(Found.approved_by)))
    assert names == {"Hana", "Musa"} and both.quality == "approved"


def test_an_act_on_all_that_was_found_goes_on_where_it_stopped(session, a_unit, engine):
    for i in range(12):
        a_unit(f"Brief {i} ነገር", f"رسالة {i}")
    search = found_by(session, "filter")
    act = acts.begin(session, "recall", ("nl", "ar"), YUSUF, search_id=search.id)
    assert not acts.apply_to_findings(session, act, batch=5)
    session.commit()
    from app.db import new_session

    with new_session(engine) as other:  # another worker, after a crash
        act = other.get(Act, act.id)
        while not acts.apply_to_findings(other, act, batch=5):
            other.commit()
        other.commit()
        assert act.changed == 12
        while not undoing.undo(other, act, TESFAY, batch=5):
            other.commit()
        other.commit()
        assert other.scalar(select(func.count()).where(Unit.recalled_at.is_not(None))) == 0


def test_forgetting_a_text_leaves_nothing_of_it_with_the_keepers(session, a_unit):
    wrong = a_unit("De heer Geheim Jansen belt.", "السيد يتصل.", document="document:9", position=0)
    acts.correct(session, wrong, YUSUF, source="De heer Geheim Jansen belt.", target="يتصل السيد.")
    found_by(session, "filter")
    erasing.forget(session, document="document:9")
    session.flush()
    for table in (Unit, ActChange, Finding):
        assert session.scalar(select(func.count()).select_from(table)) == 0


# --- looking ---------------------------------------------------------------------------------------


def pages_of(session, chosen, size=2):
    found, before = [], None
    while True:
        page = selection.page(session, chosen, before=before, size=size)
        found += [u.source for u in page.units]
        if page.next is None:
            return found
        before = page.next


@pytest.mark.parametrize(
    ("filter", "wanted"),
    [
        ({}, ["c", "b", "a"]),
        ({"phrase": "استلام"}, ["a"]),
        ({"phrase": "طلب", "side": "source"}, []),
        ({"phrase": "B", "side": "source"}, ["b"]),
        ({"quality": "machine"}, ["b"]),
        ({"origin": "import"}, ["c"]),
        ({"project": "leiden"}, ["b"]),
        ({"subject": "housing"}, ["c"]),
        ({"document": "document:4"}, ["a"]),
        ({"name": "BRIEF"}, ["c"]),
        ({"who": "samira"}, ["a"]),
        ({"used": "used"}, ["b"]),
        ({"used": "never"}, ["c", "a"]),
        ({"recalled": "yes"}, ["withdrawn"]),
        ({"recalled": "any"}, ["withdrawn", "c", "b", "a"]),
        ({"since": dt.date(2100, 1, 1)}, []),
        ({"until": dt.date(2100, 1, 1)}, ["c", "b", "a"]),
    ],
)
def test_a_filter_finds_what_it_says_newest_first(session, a_unit, filter, wanted):
    a_unit("a", "تم استلام طلبكم.", translated_by="Samira", document="document:4", position=1)
    recording.mark_used(session, a_unit("b", "ለውጢ", quality="machine", project="leiden").id)
    a_unit("c", "ሰላም", origin="import", origin_name="brief gemeente.tmx", subject="housing")
    recording.recall(session, a_unit("withdrawn", "سحب"), by="x", reason="y")
    a_unit("elsewhere", "ሰላም", target_language="ti")
    assert pages_of(session, Selection("nl", "ar", **filter)) == wanted
    search = findings.begin(session, "filter", Selection("nl", "ar", **filter), "Yusuf")
    while not findings.go_on(session, search):
        pass
    assert [u.source for family, _ in findings.families(session, search)[0] for u in family] == wanted
    assert Selection.from_json(Selection("nl", "ar", **filter).to_json()) == Selection("nl", "ar", **filter)
    assert "phrase" not in search.selection


def test_a_place_elsewhere_is_found_too(session, a_unit):
    a_unit("a", "أ", origin="import", origin_name="oud.tmx", translated_by="Hana")
    a_unit("a", "أ", document="document:1", position=0)
    for filter in ({"origin": "import"}, {"name": "oud"}, {"who": "Hana"}, {"document": "document:1"}):
        assert pages_of(session, Selection("nl", "ar", **filter)) == ["a"], filter


@pytest.mark.parametrize(
    ("typed", "language", "stands"),
    [("الاستمارة", "ar", "املأ الإستمارة الآن"), ("ጸሐይ", "am", "ፀሃይ ወጣች"), ("CAFÉ", "nl", "in het cafe")],
)
def test_spelling_variants_are_found_by_their_folded_form(session, a_unit, typed, language, stands):
    a_unit("x" if language != "nl" else stands, stands if language != "nl" else "ቡና", target_language=language if language != "nl" else "am")
    target = language if language != "nl" else "am"
    assert len(selection.page(session, Selection("nl", target, phrase=typed)).units) == 1


def test_pages_reach_every_unit_once_through_windows_of_any_size(session, a_unit, monkeypatch):
    monkeypatch.setattr(selection.ids_in_window, "__kwdefaults__", {"most": None, "window": 4})
    for i in range(23):
        a_unit(f"zin {i}", "صحيح" if i % 5 == 0 else f"آخر {i}")
    assert pages_of(session, PAIR, size=3) == [f"zin {i}" for i in reversed(range(23))]
    assert pages_of(session, Selection("nl", "ar", phrase="صحيح"), size=2) == [f"zin {i}" for i in (20, 15, 10, 5, 0)]
    assert pages_of(session, Selection("nl", "ar", phrase="ثلج"), size=2) == []


def test_a_page_that_finds_little_stops_in_time_and_says_how_far_it_looked(session, a_unit, monkeypatch):
    monkeypatch.setattr(selection.ids_in_window, "__kwdefaults__", {"most": None, "window": 5})
    for i in range(20):
        a_unit(f"zin {i}", "آخر")
    a_unit("laatste", "የመጨረሻ")
    page = selection.page(session, Selection("nl", "ar", phrase="የመጨረሻ"), patience=0)
    assert len(page.units) == 1 and not page.found_all and page.looked_at == 5 and page.next is not None
    page = selection.page(session, Selection("nl", "ar", phrase="zin 0", side="source"), patience=5)
    assert page.found_all and page.next is None


def test_the_pairs_are_those_that_units_have(session, a_unit):
    for source, target in (("nl", "ar"), ("nl", "ti"), ("en", "ar"), ("nl", "ar-SY"), ("ar", "nl")):
        recording.remember(session, source_language=source, target_language=target, source="ሀ", target="ب")
    assert selection.language_pairs(session) == [("ar", "nl"), ("en", "ar"), ("nl", "ar"), ("nl", "ar-SY"), ("nl", "ti")]


# --- what is wrong -----------------------------------------------------------------------------------


def test_contradictions_are_one_source_with_several_targets(session, a_unit, monkeypatch):
    monkeypatch.setitem(findings.SLICE, "contradictions", 2)
    a_unit(RECEIVED, RECEIVED_AR)
    a_unit(RECEIVED, "تم رفض طلبكم.")
    a_unit("Bel ons.", "اتصل بنا.")
    a_unit("Bel ons.", "اتصل بنا")  # only a full stop: no contradiction
    recording.recall(session, a_unit("Kom.", "لا تأتِ"), by="x", reason="y")
    a_unit("Kom.", "تعال")
    search = found_by(session, "contradictions")
    (family, next) = findings.families(session, search)
    assert [[u.target for u in units] for units, _ in family] == [[RECEIVED_AR, "تم رفض طلبكم."]] and next is None
    recording.recall(session, family[0][0][0], by="x", reason="y")
    assert findings.families(session, search)[0] == []


def test_duplicates_differ_in_case_and_punctuation_only(session, a_unit):
    same = [a_unit(RECEIVED, RECEIVED_AR), a_unit("uw aanvraag is ontvangen", "تم استلام طلبكم")]
    a_unit("Uw aanvraag 7 is ontvangen.", "تم استلام طلبكم 7."), a_unit("Uw aanvraag 8 is ontvangen.", "تم استلام طلبكم 8.")
    a_unit("ሰላም።", "سلام"), a_unit("ሰላም", "وداعا")
    found = findings.families(session, found_by(session, "duplicates"))[0]
    assert [{u.id for u in units} for units, _ in found] == [{u.id for u in same}]


@pytest.mark.parametrize(
    ("source", "target", "languages", "wanted"),
    [
        (RECEIVED, RECEIVED_AR, ("nl", "ar"), ""),
        (RECEIVED_AR, RECEIVED, ("nl", "ar"), "swapped"),
        (RECEIVED, "Your application has been received today.", ("nl", "ar"), "target"),
        ("Your application was received yesterday.", RECEIVED_AR, ("nl", "ar"), "source"),
        (RECEIVED, "درخواست شما دریافت شد و در حال بررسی است.", ("nl", "ar"), "target"),
        (RECEIVED, "درخواست شما دریافت شد و در حال بررسی است.", ("nl", "prs"), ""),
        (RECEIVED, "ሕቶኹም በጺሑ ኣሎ። ንሕና ክንርእዮ ኢና እሞ ክንምልሰልኩም።", ("nl", "am"), "target"),
        (RECEIVED, "ሕቶኹም በጺሑ ኣሎ። ንሕና ክንርእዮ ኢና እሞ ክንምልሰልኩም።", ("nl", "ti"), ""),
        ("Basvurunuz alindi ve simdi degerlendiriliyor.", "De aanvraag is ontvangen en wordt nu beoordeeld.", ("nl", "tr"), "swapped"),
        ("IND", "IND", ("nl", "ar"), ""),
        ("DigiD", "DigiD", ("nl", "ti"), ""),
        ("071-1234567", "071-1234567", ("nl", "ar"), ""),
        ("Kijk op www.ind.nl", "انظر www.ind.nl", ("nl", "ar"), ""),
        ("<1>Bel</1>", "<1>اتصل</1>", ("nl", "ar"), ""),
    ],
)
def test_a_side_in_another_language_is_told_only_when_it_is_sure(source, target, languages, wanted):
    assert findings.judge_languages(source, target, *languages) == wanted


def test_languages_are_found_across_the_pair(session, a_unit):
    a_unit(RECEIVED, RECEIVED_AR)
    a_unit(RECEIVED_AR, RECEIVED)
    a_unit("Goedendag.", "ሰላም ንዓኹም ይኹን")
    found = findings.families(session, found_by(session, "languages"))[0]
    assert {(units[0].source, detail) for units, detail in found} == {(RECEIVED_AR, "swapped"), ("Goedendag.", "target")}


def test_untranslated_copies_are_found_and_names_numbers_and_addresses_are_not(session, a_unit):
    a_unit("Bel ons morgen.", "bel ons morgen")
    a_unit("071-1234567", "071-1234567")
    a_unit("info@ind.nl", "info@ind.nl")
    a_unit("<1/> 5", "<1/> 5")
    a_unit("ሰላም", "ሰላም")
    found = findings.families(session, found_by(session, "untranslated"))[0]
    assert {units[0].source for units, _ in found} == {"Bel ons morgen.", "ሰላም"}


def test_a_search_goes_on_where_it_stopped_and_replaces_the_one_before(session, a_unit, monkeypatch):
    monkeypatch.setitem(findings.SLICE, "untranslated", 3)
    for i in range(10):
        a_unit(f"zelfde tekst {i}", f"zelfde tekst {i}")
    search = findings.begin(session, "untranslated", PAIR, "Yusuf")
    assert not findings.go_on(session, search)
    assert (search.found, search.looked_at, search.total) == (3, 3, 10)
    session.commit()
    session.expire_all()
    while not findings.go_on(session, search):
        session.commit()
    assert search.found == search.looked_at == 10
    again = found_by(session, "untranslated")
    assert findings.latest(session, "nl", "ar")["untranslated"].id == again.id
    assert session.scalar(select(func.count()).select_from(Finding)) == 10


def test_what_was_found_is_shown_in_pages_without_cutting_a_family(session, a_unit):
    for i in range(5):
        for j in range(3):
            a_unit(f"bron {i}", f"doel {i} {j} ሰ")
    search, seen, after = found_by(session, "contradictions"), [], 0
    while after is not None:
        shown, after = findings.families(session, search, after=after, size=7)
        seen += [sorted(u.target for u in units) for units, _ in shown]
        assert all(len(units) == 3 for units, _ in shown)
    assert len(seen) == 5 and len({tuple(s) for s in seen}) == 5


def test_with_the_concordances_files_a_phrase_finds_exactly_the_same_pages(tmp_path, monkeypatch):
    from sqlalchemy.orm import Session

    from memory import index, phrases
    from tests.memory.conftest import create_memory

    monkeypatch.setattr(phrases, "INDEX_FROM", 1)
    engine = create_memory(f"sqlite:///{tmp_path / 'memory.sqlite3'}")
    index.attach(engine, tmp_path / "index" / "memory")
    with Session(engine) as session:
        for i in range(30):
            given = {"source_language": "nl", "target_language": "ar", "source": f"zin {i}", "quality": ("approved", "machine")[i % 2]}
            recording.remember(session, **given, target="املأ الإستمارة ሰላም" if i % 3 else "آخر")
        session.commit()
        phrases.prepare(session)
        chosen = [Selection("nl", "ar", phrase="استمارة", **more) for more in ({}, {"quality": "machine"}, {"side": "source"}, {"recalled": "any"})]
        withdrawn = session.get(Unit, 2)
        recording.recall(session, withdrawn, by="x", reason="y")  # not committed: the files know nothing of it
        assert selection.ids_with_phrase(session, chosen[0]) is not None
        quick = [pages_of(session, one, size=4) for one in chosen]
        monkeypatch.setattr(selection, "ids_with_phrase", lambda *_: None)
        slow = [pages_of(session, one, size=4) for one in chosen]
        assert quick == slow and len(quick[0]) == 19 and len(quick[3]) == 20
    engine.dispose()


def test_an_act_of_which_an_erasure_took_the_words_is_left_and_breaks_nothing(session, a_unit):
    one, other = a_unit(RECEIVED), a_unit("Bel 071.", "اتصل")
    act = a_bulk_act(session, "recall", [one, other], reason="ስም")
    session.flush()
    change = session.scalar(select(ActChange).where(ActChange.unit_id == one.id))
    change.before = {}
    undoing.undo(session, act, YUSUF)
    assert (act.undo_left, other.recalled_at) == (1, None)
