"""Rows in and out: nothing lost, nothing doubled, what cannot be kept is named."""

import datetime as dt

from sqlalchemy import func, select

from memory.exchange import Refused, UnitRow, give, take
from memory.matching import find_matches
from memory.models import Found, Unit

MAY = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)


def a_row(source="Bel ons", target="اتصل بنا", **more):
    given = {"source_language": "nl", "target_language": "ar", "origin_name": "oud.tmx"} | more
    return UnitRow(source=source, target=target, **given)


ROWS = [
    a_row(),
    a_row(
        "<1>Let op</1>  !",
        "<1>انتبه</1>!",
        source_tuid="7",
        quality="approved",
        approved_by="Sara",
        approved_at=MAY,
    ),
    a_row("ይደውሉ።", "ደውሉ", source_language="am", target_language="ti", notes="n", project="p", used_count=3),
    a_row(
        "Bel ons",
        "هاتفنا",
        previous_source="",
        next_source="Tot ziens",
        subject="money",
        one_to_one=False,
        client_reference="V-123.456.7890",
        confidentiality="public",
    ),
]


def test_a_round_trip_loses_nothing(session, new_memory):
    taken = take(session, ROWS)
    assert (taken.new, taken.merged, taken.unchanged, taken.refused) == (4, 0, 0, [])
    given = list(give(session))
    with new_memory() as other:
        take(other, given)
        assert [row.source for row in given] == [row.source for row in ROWS]
        for before, after in zip(given, give(other), strict=True):
            assert {n: getattr(before, n) for n in before.__slots__ if n != "changed_at"} == {
                n: getattr(after, n) for n in after.__slots__ if n != "changed_at"
            }


def test_taking_the_same_rows_again_changes_nothing(session):
    take(session, ROWS)
    session.commit()
    again = take(session, ROWS)
    assert (again.new, again.merged, again.unchanged) == (0, 0, 4)
    assert session.scalar(select(func.count()).select_from(Found)) == 0


def test_a_pair_that_comes_twice_is_one_unit_with_two_places(session):
    twice = [a_row(source_tuid="1"), a_row(source_tuid="2"), a_row(source_tuid="1")]
    taken = take(session, twice)
    assert (taken.new, taken.merged, taken.unchanged) == (1, 1, 1)
    again = take(session, [a_row(origin_name="nieuw.tmx"), *twice])
    assert (again.new, again.merged, again.unchanged) == (0, 1, 3)
    [unit] = session.scalars(select(Unit))
    assert sorted(p.origin_name for p in (unit, *unit.found)) == ["nieuw.tmx", "oud.tmx", "oud.tmx"]


def test_a_row_for_a_known_place_of_a_document_replaces_what_stood_there(session):
    take(session, [a_row(target="خطأ", document="d", position=1)])
    take(session, [a_row(target="صواب", document="d", position=1)])
    assert [row.target for row in give(session)] == ["صواب"]


def test_what_cannot_be_kept_is_named_by_its_row_and_the_rest_is_taken(session):
    rows = [
        a_row(" "),
        a_row(target="<1></1>"),
        a_row("ي\ud800"),
        a_row(source_language="??"),
        a_row(target_language="nl_XX"),
        a_row(),
    ]
    taken = take(session, rows, first_number=11)
    assert taken.new == 1
    assert taken.refused == [
        Refused(11, "empty-source"),
        Refused(12, "empty-target"),
        Refused(13, "broken-source"),
        Refused(14, "unknown-language"),
        Refused(15, "same-language"),
    ]


def test_what_was_taken_is_found_by_the_next_lookup(session):
    assert find_matches(session, "Bel ons", source_language="nl", target_language="ar") == []
    session.commit()
    take(session, ROWS)
    session.commit()
    found = find_matches(
        session, "Bel ons", source_language="nl", target_language="ar", penalties={"alignment": 0}
    )
    assert {m.target for m in found} == {"اتصل بنا", "هاتفنا"}


def test_what_is_given_can_be_narrowed(session):
    take(session, [*ROWS, a_row("Hallo", "سلام", target_language="ar-SY")])

    def given(**more):
        return [row.source for row in give(session, **more)]

    assert given(source_language="am") == given(project="p") == ["ይደውሉ።"]
    assert given(min_quality="approved") == ["<1>Let op</1>  !"]
    assert "Hallo" in given(target_language="ar")
    assert given(target_language="ar-SY") == ["Hallo"]


def test_what_is_confidential_is_left_out_and_named(session):
    taken = take(session, [a_row("ሚስጢር", "سر", confidentiality="confidential"), a_row()])
    assert (taken.new, taken.refused) == (1, [Refused(1, "confidential")])
