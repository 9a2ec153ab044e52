"""Forms that an older folding made: right answers before, while and after they are made again."""

import pytest
from sqlalchemy import func, select

from app.db import new_session
from memory import forms, keys, renewing
from memory.matching import find_matches
from memory.models import Unit
from storage import changes

TEXTS = ["Bel ONS", "ሰላም ለዓለም", "اتصل بنا اليوم", "U moet <1>zes</1> weken wachten"]


@pytest.fixture
def older(session, a_unit):
    """Units as an older version left them."""
    units = [a_unit(text) for text in TEXTS]
    for unit in units[:3]:
        unit.form, unit.form_version, unit.bare_key, unit.profile_key = "old", "0", 1, 2
    session.commit()
    return units


def answers(session):
    return [
        [(m.unit_id, m.score, m.kind) for m in find_matches(session, text, source_language="nl", target_language="ar", threshold=50)]
        for text in (*TEXTS, "bel ons", "اتصل بنا غدا")
    ]


def renew(session, most=2):
    after, written = 0, []
    while units := renewing.older(session, after=after, most=most):
        written.append(renewing.keep(session, units, renewing.made(units)))
        session.commit()
        after = units[-1].id
    return written


def test_forms_of_an_older_folding_are_made_again_and_nothing_else(session, older):
    assert renewing.needed(session)
    assert renewing.count(session) == 3
    assert renew(session) == [2, 1]
    assert renewing.count(session) == 0
    assert not renewing.needed(session)
    session.expire_all()
    for unit, text in zip(older, TEXTS, strict=True):
        found = {name: getattr(unit, name) for name in keys.text_keys(text, "nl")}
        assert found == keys.text_keys(text, "nl")
        assert (unit.source, unit.target) == (text, "ترجمة")


def test_no_answer_changes_and_no_index_needs_to_know(engine, session, older):
    before = answers(session)
    assert all(before)
    # counted, not asked for: while others of the server are at work PostgreSQL tells what was told once more
    recorded = session.scalar(select(func.count()).select_from(changes.Change))
    with new_session(engine) as writer:
        assert renew(writer) == [2, 1]
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(changes.Change)) == recorded > 0
    assert answers(session) == before


def test_a_text_that_changed_or_went_meanwhile_is_left_alone(engine, session, older):
    first, second, _, _ = [unit.id for unit in older]
    units = renewing.older(session, after=0, most=10)
    made = renewing.made(units)
    with new_session(engine) as writer:
        changed = writer.get(Unit, first)
        changed.source = "ሓድሽ ጽሑፍ"  # by a program of the older version
        writer.delete(writer.get(Unit, second))
        writer.commit()
    session.rollback()
    assert renewing.keep(session, units, made) == 1
    session.commit()
    left = session.execute(select(Unit.id, Unit.form, Unit.form_version).order_by(Unit.id)).all()
    assert [tuple(row) for row in left if row.form_version != forms.VERSION] == [(first, "old", "0")]
    assert second not in [row.id for row in left]
    assert renew(session) == [1]
    assert session.scalar(select(Unit.form).where(Unit.id == first)) == forms.form("ሓድሽ ጽሑፍ", "nl")
