"""Two documents side by side: proposed, mended by hand, kept."""

import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import aligning
from app.aligning import Alignment, ChangedMeanwhile, NoSuchMove
from memory.models import Unit
from tests.languages.test_alignment import AR, NL, TI


def upload(visitor, source, target, *, tag="ar", names=("brief.txt", "vertaling.txt")):
    files = {"source_file": (io.BytesIO(source), names[0]), "target_file": (io.BytesIO(target), names[1])}
    return visitor.post("/memory/align", {"source": "nl", "target": tag, **files})


@pytest.fixture
def begun(visit, administrator, session):
    """(the visitor, the alignment) of a Dutch and an Arabic text with two sentences joined."""
    visitor = visit(administrator)
    arabic = [*AR[:2], f"{AR[2].rstrip('؟')}، {AR[3]}", *AR[4:]]
    answer = upload(visitor, "\n\n".join(NL).encode(), "\n\n".join(arabic).encode())
    assert answer.status_code == 303, re.findall(r"error.*", answer.get_data(as_text=True))
    return visitor, session.scalars(select(Alignment)).one()


def test_two_documents_are_put_side_by_side_each_in_its_language_and_direction(begun):
    visitor, entry = begun
    assert [(len(r["source"]), len(r["target"])) for r in entry.rows] == [(1, 1), (1, 1), (2, 1), (1, 1), (1, 1)]
    page = visitor.get(f"/memory/align/{entry.id}").get_data(as_text=True)
    assert f'<p class="text" lang="ar" dir="rtl">{AR[0]}</p>' in page
    assert f'<p class="text" lang="nl" dir="ltr">{NL[0]}</p>' in page
    assert "1 of them with more than one sentence" in page


def test_what_is_mended_is_what_is_kept_with_neighbours_and_what_is_merged_says_so(begun, session):
    visitor, entry = begun

    def do(row, move, **more):
        session.expire_all()
        answer = visitor.post(f"/memory/align/{entry.id}/rows/{row}", {"version": entry.version, "move": move, **more})
        assert answer.status_code == 303
        assert "#row-" in answer.headers["Location"]
        session.expire_all()

    do(0, "edit", source=NL[0], target="استلمت البلدية <1>طلبكم</1>.\n")
    do(4, "drop")
    assert visitor.post(f"/memory/align/{entry.id}/keep", {"version": entry.version, "quality": ""}).status_code == 422
    answer = visitor.post(f"/memory/align/{entry.id}/keep", {"version": entry.version, "quality": "approved", "project": "oud"})
    assert answer.status_code == 303
    units = session.scalars(select(Unit).order_by(Unit.id)).all()
    assert [(u.source, u.one_to_one) for u in units] == [
        (NL[0], True), (NL[1], True), (f"{NL[2]} {NL[3]}", False), (NL[4], True),
    ]  # fmt: skip
    assert units[0].target == "استلمت البلدية <1>طلبكم</1>."
    assert (units[1].previous_source, units[1].next_source) == (NL[0], f"{NL[2]} {NL[3]}")
    assert {(u.origin, u.origin_name, u.project, u.quality, u.approved_by) for u in units} == {
        ("alignment", "brief.txt | vertaling.txt", "oud", "approved", "Tesfay"),
    }  # fmt: skip
    visitor.post(f"/memory/align/{entry.id}/keep", {"version": entry.version, "quality": "approved", "project": "oud"})
    assert len(session.scalars(select(Unit.id)).all()) == 4, "keeping it again adds nothing"
    page = visitor.get("/memory/align").get_data(as_text=True)
    assert "brief.txt" in page


def test_who_changes_an_old_page_is_told_and_changes_nothing(begun, session):
    visitor, entry = begun
    answer = visitor.post(f"/memory/align/{entry.id}/rows/0", {"version": entry.version + 5, "move": "drop"})
    assert answer.status_code == 303
    assert "Somebody changed this alignment" in visitor.get(f"/memory/align/{entry.id}").get_data(as_text=True)
    session.expire_all()
    assert all(row["keep"] for row in entry.rows)
    visitor.post(f"/memory/align/{entry.id}/rows/99", {"version": entry.version, "move": "drop"})
    visitor.post(f"/memory/align/{entry.id}/rows/0", {"version": entry.version, "move": "explode"})
    session.expire_all()
    assert len(entry.rows) == 5
    assert visitor.post(f"/memory/align/{entry.id}/keep", {"version": 77, "quality": "approved"}).status_code == 422


def test_documents_of_two_formats_and_tigrinya(visit, administrator, session):
    html = "<html><body>" + "".join(f"<p>{'<b>' if n == 0 else ''}{s}{'</b>' if n == 0 else ''}</p>" for n, s in enumerate(NL)) + "</body></html>"
    answer = upload(visit(administrator), html.encode(), "\n\n".join(TI).encode(), tag="ti", names=("brief.html", "ti.md"))
    assert answer.status_code == 303
    entry = session.scalars(select(Alignment)).one()
    assert [row["target"] for row in entry.rows] == [[text] for text in TI]
    page = visit(administrator).get(answer.headers["Location"]).get_data(as_text=True)
    assert f'<p class="text" lang="ti" dir="ltr">{TI[0]}</p>' in page


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(visit, administrator, reviewer, session):
    visitor = visit(administrator)
    assert visitor.post("/memory/align", {"source": "nl", "target": "nl"}).status_code == 422
    answer = upload(visitor, b"", b"%PDF-1.4")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-source_file-error"' in page and 'id="f-target_file-error"' in page
    assert upload(visit(reviewer), b"Een.", "ሓደ።".encode(), tag="ti").status_code == 422
    assert session.scalar(select(Alignment.id)) is None


def test_others_do_not_see_it_and_it_can_be_deleted(begun, visit, reviewer, session):
    visitor, entry = begun
    number = entry.id
    assert visit(reviewer).get(f"/memory/align/{number}").status_code == 404
    assert visit(reviewer).post(f"/memory/align/{number}/discard").status_code == 404
    visitor.post(f"/memory/align/{number}/discard")
    assert visitor.get(f"/memory/align/{number}").status_code == 404


MOVES = ["up source", "up target", "down source", "down target", "join", "part", "shift source", "shift target",
         "close source", "close target", "drop", "keep"]  # fmt: skip
CELL = st.lists(st.sampled_from([NL[0], AR[0], TI[0], "x"]), max_size=2)


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5), st.lists(st.tuples(st.integers(0, 6), st.sampled_from(MOVES)), max_size=8))
def test_no_move_loses_a_sentence_or_changes_their_order(cells, moves):
    rows = [{"source": s, "target": t, "keep": True, "sure": 1.0} for s, t in cells if s or t]
    entry = Alignment(rows=rows, version=1)
    before = {side: [text for row in rows for text in row[side]] for side in aligning.SIDES}
    for at, move in moves:
        what, _between, side = move.partition(" ")
        try:
            aligning.change(entry, entry.version, at, what, side=side)
        except NoSuchMove:
            continue
        assert {side: [text for row in entry.rows for text in row[side]] for side in aligning.SIDES} == before
    with pytest.raises(ChangedMeanwhile):
        aligning.change(entry, entry.version + 1, 0, "drop")


def test_joined_sentences_keep_their_tags_apart():
    assert aligning._joined(["<1>a</1>. ", "<1>ب</1><2/>"]) == "<1>a</1>. <2>ب</2><3/>"
    assert aligning._joined(["你好。", "再见。"]) == "你好。再见。"
