"""Remembering, merging, withdrawing, erasing: on both databases."""

import datetime as dt

import pytest
from sqlalchemy import select

from languages import tags
from memory import erasing, recording
from memory.matching import find_matches
from memory.models import Found, Unit

MAY = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
DARI = {"source_language": "prs", "target_language": "ti"}


def lookup(session, text, source_language="nl", target_language="ar", **more):
    return find_matches(
        session, text, source_language=source_language, target_language=target_language, **more
    )


def targets(session, text, *pair):
    return [m.target for m in lookup(session, text, *pair)]


def test_what_was_written_is_kept_as_it_was_written(session, a_unit):
    source, target = "درخواست  شما <1>رسید</1>\u200f.", "ሕቶኹም <1>በጺሑ</1>  e\u0301።"
    unit = a_unit(source, target, **DARI)
    session.commit()
    session.expire_all()
    assert (unit.source, unit.target) == (source, target)
    assert (unit.source_language, unit.target_language) == ("prs", "ti")
    [match] = lookup(session, source, "prs", "ti")
    assert (match.source, match.target) == (source, target)


def test_language_tags_are_written_one_way(session, a_unit):
    assert a_unit("Hallo", "ሰላም", source_language="nl_XX", target_language="tir_Ethi").target_language == "ti"
    with pytest.raises(tags.UnknownLanguage):
        a_unit("Hallo", source_language="qqqq")


@pytest.mark.parametrize(
    ("source", "target", "error", "side"),
    [
        ("", "نعم", recording.EmptyText, "source"),
        ("አዎ", "<1> </1><2/>", recording.EmptyText, "target"),
        ("Ja\ud83d", "نعم", recording.UnstorableText, "source"),
        ("Ja", "ن\x00عم", recording.UnstorableText, "target"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name_and_nothing_is_saved(
    session, a_unit, source, target, error, side
):
    with pytest.raises(error) as refused:
        a_unit(source, target)
    assert refused.value.side == side
    assert session.scalars(select(Unit)).all() == []


def test_confidential_text_never_enters(session, a_unit):
    with pytest.raises(recording.ConfidentialText):
        a_unit("Geheim", confidentiality="confidential")


def test_remembering_the_same_twice_changes_nothing(session, a_unit):
    first = a_unit("Bel ons", document="d", position=3, approved_at=MAY)
    changed = first.changed_at
    again = a_unit("Bel ons", document="d", position=3, approved_at=MAY)
    assert again is first
    assert (first.changed_at, session.scalars(select(Found)).all()) == (changed, [])


def test_the_same_pair_from_elsewhere_is_one_unit_with_two_places(session, a_unit):
    first = a_unit(
        "Bel ons", origin="import", origin_name="oud.tmx", quality="unreviewed", previous_source="A"
    )
    recording.mark_used(session, first.id)
    second = a_unit(
        "Bel ons", origin_name="Brief", document="d", position=1, approved_at=MAY, previous_source="B"
    )
    session.refresh(second)
    assert second.id == first.id
    assert (second.quality, second.origin_name, second.used_count) == ("approved", "Brief", 1)
    [elsewhere] = second.found
    assert (elsewhere.quality, elsewhere.origin_name) == ("unreviewed", "oud.tmx")
    # the neighbours of either place are context
    assert lookup(session, "Bel ons", previous="A")[0].score == 101
    assert lookup(session, "Bel ons", previous="B")[0].score == 101
    assert lookup(session, "Bel ons", previous="C")[0].score == 100


def test_the_same_pair_in_another_project_is_another_unit(session, a_unit):
    assert a_unit("Bel ons", project="a").id != a_unit("Bel ons", project="b").id


def test_a_newer_approval_in_the_same_place_takes_the_old_ones_place(session, a_unit):
    old = a_unit("ይደውሉ", "خطأ", source_language="am", document="d", position=1, approved_at=MAY)
    recording.mark_used(session, old.id)
    new = a_unit("ይደውሉ", "صواب", source_language="am", document="d", position=1, approved_at=MAY + DAY)
    session.refresh(new)
    assert targets(session, "ይደውሉ", "am", "ar") == ["صواب"]
    assert new.used_count == 1


def test_the_old_translation_stays_where_it_was_also_found_elsewhere(session, a_unit):
    a_unit("Bel ons", "اتصل", document="d", position=1, approved_at=MAY)
    a_unit("Bel ons", "اتصل", document="other", position=5, approved_at=MAY)
    a_unit("Bel ons", "اتصلوا", document="d", position=1, approved_at=MAY + DAY)
    assert sorted(targets(session, "Bel ons")) == ["اتصل", "اتصلوا"]
    erasing.forget(session, document="other")
    assert targets(session, "Bel ons") == ["اتصلوا"]


def test_a_recalled_unit_is_gone_from_the_next_lookup_and_can_be_restored(session, a_unit):
    unit = a_unit("Bel ons", "خطأ")
    assert targets(session, "Bel ons") == ["خطأ"]
    session.commit()
    recording.recall(session, unit, by="Sara", reason="wrong word")
    assert targets(session, "Bel ons") == []
    session.commit()
    assert targets(session, "Bel ons") == []
    assert (unit.recalled_by, unit.recall_reason) == ("Sara", "wrong word")
    recording.restore(session, unit, by="Sara")
    assert targets(session, "Bel ons") == ["خطأ"]


def test_importing_a_recalled_pair_again_does_not_bring_it_back_but_approving_it_again_does(session, a_unit):
    unit = a_unit("Bel ons", "اتصل", approved_at=MAY)
    recording.recall(session, unit, by="Sara", reason="wrong word")
    a_unit("Bel ons", "اتصل", origin="import", origin_name="x.tmx", quality="unreviewed")
    assert targets(session, "Bel ons") == []
    a_unit("Bel ons", "اتصل", document="d", position=1, approved_at=unit.recalled_at + DAY)
    assert targets(session, "Bel ons") == ["اتصل"]


def test_an_approval_taken_back_goes_only_from_its_own_place(session, a_unit):
    unit = a_unit("Bel ons", document="d", position=1)
    a_unit("Bel ons", document="e", position=4)
    assert recording.withdraw(session, unit, document="d", position=1)
    assert [m.unit_id for m in lookup(session, "Bel ons")] == [unit.id]
    assert recording.withdraw(session, unit, document="d", position=1)
    assert not recording.withdraw(session, unit, document="e", position=4)
    assert lookup(session, "Bel ons") == []


def test_a_change_that_is_rolled_back_leaves_no_trace_in_later_lookups(session, a_unit):
    a_unit("Bel ons", "قديم")
    session.commit()
    assert targets(session, "Bel ons") == ["قديم"]
    session.commit()
    a_unit("Bel ons", "جديد")
    assert sorted(targets(session, "Bel ons")) == ["جديد", "قديم"]
    session.rollback()
    assert targets(session, "Bel ons") == ["قديم"]
    session.rollback()
    # the next committed change may get the number that was rolled back
    a_unit("Bel ons", "آخر")
    session.commit()
    assert sorted(targets(session, "Bel ons")) == ["آخر", "قديم"]


# --- erasing ---------------------------------------------------------------------------------------


def everything(session) -> str:
    """Every text of every row."""
    return "\n".join(
        str(value)
        for model in (Unit, Found)
        for row in session.scalars(select(model))
        for value in vars(row).values()
    )


def test_forgetting_a_document_erases_its_text_and_leaves_what_was_found_elsewhere(session, a_unit):
    gone = a_unit(
        "Mevrouw Tesfay woont hier", "ወይዘሮ ተስፋይ", target_language="am", document="brief-7", position=1
    )
    kept = a_unit("Bel ons", document="brief-7", position=2, previous_source="Mevrouw Tesfay woont hier")
    a_unit("Bel ons", document="brief-8", position=9, previous_source="Hallo")
    session.commit()
    report = erasing.forget(session, document="brief-7")
    session.commit()
    session.expire_all()
    assert (report.units, report.places) == ((gone.id,), 1)
    assert "Tesfay" not in everything(session)
    assert "brief-7" not in everything(session)
    assert lookup(session, "Mevrouw Tesfay woont hier", "nl", "am") == []
    assert [m.unit_id for m in lookup(session, "Bel ons")] == [kept.id]
    assert erasing.forget(session, document="brief-7").units == ()


def test_forgetting_a_phrase_finds_it_in_any_spelling_and_on_any_side(session, a_unit):
    source = a_unit("السيّد أحمد يسكن هنا", "x", source_language="ar", target_language="nl").id
    target = a_unit("De heer woont hier", "السيد احمد يسكن هنا").id
    beside = a_unit("Bel ons", "هاتف", next_source="dhr. السيد أحمد", origin_name="Brief السيد أحمد")
    other = a_unit("De heer slaapt", "السيد محمد ينام")
    session.commit()
    report = erasing.forget(session, phrase="السيد أحمد")
    session.commit()
    assert sorted(report.units) == sorted([source, target])
    assert report.neighbours == 1
    assert {u.id for u in session.scalars(select(Unit))} == {beside.id, other.id}
    assert "أحمد" not in everything(session)
    assert lookup(session, "De heer woont hier", threshold=95) == []


def test_forget_wants_one_thing_to_forget(session):
    for wrong in ({}, {"document": "d", "phrase": "p"}):
        with pytest.raises(ValueError, match="one of a document, a client reference and a phrase"):
            erasing.forget(session, **wrong)
    assert erasing.forget(session, phrase="  ").units == ()


def test_an_id_is_never_given_twice(session, a_unit):
    first = a_unit("Bel ons", document="d", position=1).id
    session.commit()
    erasing.forget(session, document="d")
    session.commit()
    assert a_unit("Iets anders").id > first
