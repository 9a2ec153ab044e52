"""The states of a segment, every legal move between them, and the two-person rule."""

import itertools

import pytest
from sqlalchemy import select

from app import assigning, standing, workflow
from app.access import NotAllowed
from app.models import Confidentiality, Event, Origin, SegmentState
from memory.matching import find_matches
from tests.factories import a_document, a_person, segments_of

RECEIVED = "تم استلام طلبكم."
ARRIVED = "لقد وصل طلبكم."


def matches(session, text="Uw aanvraag is ontvangen."):
    return find_matches(session, text, source_language="nl", target_language="ar")


def saved(session, person, segment, text=RECEIVED):
    workflow.save(session, person, segment, text, segment.version)
    return segment


def waiting(session, person, segment, text=RECEIVED):
    saved(session, person, segment, text)
    workflow.hand_over(session, person, segment.translation, [segment.id])
    return segment


def test_a_draft_is_kept_and_stays_open(session, translator, segments):
    first = segments[0]
    workflow.draft(session, translator, first, "تم", first.version)
    assert (first.target, first.state, first.version) == ("تم", SegmentState.OPEN, 2)


def test_what_was_typed_is_stored_as_typed(session, translator, segments):
    text = "  تم\u200f استلام\u200c ـطلبكم ٠٧١ ሰላም፡ \u202bx\u202c  e\u0301 "
    workflow.draft(session, translator, segments[0], text, segments[0].version)
    session.commit()
    session.expire_all()
    assert segments[0].target == text


def test_the_same_draft_sent_twice_is_kept_once(session, translator, segments):
    first = segments[0]
    workflow.draft(session, translator, first, "تم", 1)
    workflow.draft(session, translator, first, "تم", 1)
    assert first.version == 2


def test_a_stale_draft_is_refused_and_both_texts_are_known(session, translator, reviewer, segments):
    first = segments[0]
    workflow.draft(session, translator, first, RECEIVED, 1)
    with pytest.raises(workflow.Stale) as refused:
        workflow.draft(session, reviewer, first, ARRIVED, 1)
    assert refused.value.segment.target == RECEIVED
    assert refused.value.yours == ARRIVED
    assert first.target == RECEIVED


def test_replacing_somebody_elses_draft_keeps_it_in_the_history(session, translator, reviewer, segments):
    first = segments[0]
    workflow.draft(session, translator, first, RECEIVED, 1)
    workflow.draft(session, reviewer, first, ARRIVED, 2)
    assert [(e.action, e.text) for e in standing.history(session, first)] == [("draft", RECEIVED)]


def test_saving_fills_the_same_sentence_elsewhere(session, translator, segments):
    first, *_, last = segments
    filled = workflow.save(session, translator, first, RECEIVED, first.version)
    assert [s.id for s in filled] == [last.id]
    assert (last.target, last.state, last.origin) == (RECEIVED, SegmentState.TRANSLATED, Origin.REPETITION)


def test_filling_never_replaces_what_a_person_typed(session, translator, segments):
    first, *_, last = segments
    workflow.draft(session, translator, last, ARRIVED, last.version)
    workflow.save(session, translator, first, RECEIVED, first.version)
    assert last.target == ARRIVED


def test_an_empty_translation_cannot_be_saved(session, translator, segments):
    with pytest.raises(workflow.EmptyTarget):
        workflow.save(session, translator, segments[0], " \u200f\n", 1)


def test_a_changed_translation_is_open_again_until_it_is_saved(session, translator, segments):
    first = saved(session, translator, segments[0])
    workflow.draft(session, translator, first, ARRIVED, first.version)
    assert first.state == SegmentState.OPEN


def test_handing_over_a_part_leaves_the_rest(session, translator, translation, segments):
    for segment, text in zip(segments, "ابتث", strict=True):
        saved(session, translator, segment, text)
    assert workflow.hand_over(session, translator, translation, [segments[1].id]) == 1
    assert [s.state for s in segments].count(SegmentState.WAITING) == 1
    assert workflow.hand_over(session, translator, translation) == 3
    with pytest.raises(workflow.NothingToHandOver):
        workflow.hand_over(session, translator, translation)


def test_an_approval_is_offered_at_the_next_lookup(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    assert matches(session) == []
    workflow.approve(session, reviewer, first, first.version)
    (match,) = matches(session)
    assert (match.target, match.approved_by, match.quality) == (RECEIVED, "Yusuf", "approved")
    assert match.score >= 100


def test_nobody_approves_what_they_wrote(session, reviewer, segments):
    first = waiting(session, reviewer, segments[0])
    with pytest.raises(NotAllowed) as refused:
        workflow.approve(session, reviewer, first, first.version)
    assert refused.value.reason == "own-work"
    assert first.state == SegmentState.WAITING


def test_nobody_approves_what_they_last_changed(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    workflow.correct(session, reviewer, first, ARRIVED, first.version)
    with pytest.raises(NotAllowed):
        workflow.approve(session, reviewer, first, first.version)


def test_a_translator_without_the_role_cannot_approve(session, translator, segments):
    other = a_person(session, "Hana", "translator:nl-ar", "reviewer:nl-ti")
    first = waiting(session, translator, segments[0])
    with pytest.raises(NotAllowed) as refused:
        workflow.approve(session, other, first, first.version)
    assert refused.value.reason == "not-reviewer"


def test_a_correction_is_approved_by_the_translator_who_agrees(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    workflow.correct(session, reviewer, first, ARRIVED, first.version)
    with pytest.raises(NotAllowed):
        workflow.agree(session, reviewer, first, first.version)
    workflow.agree(session, translator, first, first.version)
    assert first.state == SegmentState.APPROVED
    assert matches(session)[0].target == ARRIVED


def test_a_correction_is_approved_by_another_reviewer(session, translator, reviewer, segments):
    second = a_person(session, "Layla", "reviewer:nl-ar")
    first = waiting(session, translator, segments[0])
    workflow.correct(session, reviewer, first, ARRIVED, first.version)
    workflow.approve(session, second, first, first.version)
    assert first.approved_by_id == second.id


def test_a_text_without_a_correction_cannot_be_agreed_with(session, translator, segments):
    first = waiting(session, translator, segments[0])
    with pytest.raises(workflow.IllegalMove):
        workflow.agree(session, translator, first, first.version)


def test_the_corrected_text_stays_in_the_history(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    workflow.correct(session, reviewer, first, ARRIVED, first.version)
    texts = [e.text for e in standing.history(session, first)]
    assert RECEIVED in texts and ARRIVED in texts


def test_an_administrator_can_waive_the_rule_and_it_is_recorded(session, administrator, reviewer, segments):
    first = waiting(session, reviewer, segments[0])
    with pytest.raises(workflow.ReasonNeeded):
        assigning.waive(session, administrator, first.translation, "  ")
    assigning.waive(session, administrator, first.translation, "Er is maar één lezer Arabisch.")
    workflow.approve(session, reviewer, first, first.version)
    actions = {e.action: e for e in session.scalars(select(Event))}
    assert actions["waive"].person_id == administrator.id
    assert actions["approve"].why == "waiver"


def test_only_an_administrator_waives(session, reviewer, translation):
    with pytest.raises(NotAllowed):
        assigning.waive(session, reviewer, translation, "haast")


def test_sending_back_needs_a_reason(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    for reason, comment in [("", ""), ("because", ""), ("other", " ")]:
        with pytest.raises(workflow.ReasonNeeded):
            workflow.send_back(session, reviewer, first, first.version, reason=reason, comment=comment)
    workflow.send_back(session, reviewer, first, first.version, reason="term", comment="استعمل «طلب»")
    assert (first.state, first.sent_back_reason) == (SegmentState.SENT_BACK, "term")
    assert [c.text for c in standing.comments(session, first)] == ["استعمل «طلب»"]


def test_an_approved_text_that_is_sent_back_is_gone_from_the_next_lookup(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    workflow.approve(session, reviewer, first, first.version)
    assert matches(session)
    workflow.send_back(session, reviewer, first, first.version, reason="meaning")
    assert matches(session) == []
    saved(session, translator, first)
    workflow.hand_over(session, translator, first.translation)
    workflow.approve(session, reviewer, first, first.version)
    assert [m.target for m in matches(session)] == [RECEIVED]


def test_confidential_text_never_enters_the_memory(session, translator, reviewer, staff):
    document = a_document(session, by=staff, confidentiality=Confidentiality.CONFIDENTIAL)
    first = waiting(session, translator, segments_of(session, document.translations[0])[0])
    workflow.approve(session, reviewer, first, first.version)
    assert first.state == SegmentState.APPROVED
    assert matches(session) == []


def test_a_segment_that_waits_can_be_taken_back_until_it_is_corrected(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    workflow.take_back(session, translator, first, first.version)
    assert first.state == SegmentState.TRANSLATED
    workflow.hand_over(session, translator, first.translation)
    workflow.correct(session, reviewer, first, ARRIVED, first.version)
    with pytest.raises(workflow.IllegalMove):
        workflow.take_back(session, translator, first, first.version)


def test_every_move_is_an_event_with_who_from_and_to(session, translator, reviewer, segments):
    first = waiting(session, translator, segments[0])
    workflow.approve(session, reviewer, first, first.version)
    told = [(e.action, e.person_id, e.from_state, e.to_state) for e in reversed(standing.history(session, first))]
    assert told == [
        ("save", translator.id, "open", "translated"),
        ("hand over", translator.id, "translated", "waiting"),
        ("approve", reviewer.id, "waiting", "approved"),
    ]
    assert all(e.at.tzinfo for e in standing.history(session, first))


ACTIONS = {
    "draft": lambda s, w, seg: workflow.draft(s, w["translator"], seg, "نص آخر", seg.version),
    "save": lambda s, w, seg: workflow.save(s, w["translator"], seg, "نص آخر", seg.version),
    "take back": lambda s, w, seg: workflow.take_back(s, w["translator"], seg, seg.version),
    "approve": lambda s, w, seg: workflow.approve(s, w["other"], seg, seg.version),
    "correct": lambda s, w, seg: workflow.correct(s, w["reviewer"], seg, "نص آخر", seg.version),
    "send back": lambda s, w, seg: workflow.send_back(s, w["reviewer"], seg, seg.version, reason="style"),
}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(SegmentState, ACTIONS)))
def test_only_the_moves_in_the_table_are_possible(session, translator, reviewer, segments, state, action):
    first = segments[0]
    who = {"translator": translator, "reviewer": reviewer, "other": a_person(session, "Layla", "reviewer:nl-ar")}
    first.target, first.state = RECEIVED, state
    first.written_by_id = first.changed_by_id = translator.id
    session.flush()
    if state in workflow.MOVES[action]:
        ACTIONS[action](session, who, first)
        assert first.state == workflow.MOVES[action][state]
    else:
        with pytest.raises(workflow.IllegalMove):
            ACTIONS[action](session, who, first)
        assert (first.state, first.target) == (state, RECEIVED)


def test_the_next_open_segment_goes_round_at_the_end(session, translator, segments):
    assert standing.next_segment(session, segments[0], [SegmentState.OPEN]) == segments[1].id
    assert standing.next_segment(session, segments[-1], [SegmentState.OPEN]) == segments[0].id
    for segment in segments:
        segment.state = SegmentState.TRANSLATED
    session.flush()
    assert standing.next_segment(session, segments[0], [SegmentState.OPEN]) is None


def test_a_tigrinya_text_goes_the_whole_way(session, staff):
    hana, abel = a_person(session, "Hana", "translator:nl-ti"), a_person(session, "Abel", "reviewer:nl-ti")
    document = a_document(session, by=staff, targets=("ti",))
    first = waiting(session, hana, segments_of(session, document.translations[0])[0], "ሕቶኹም በጺሑ ኣሎ።")
    workflow.approve(session, abel, first, first.version)
    (match,) = find_matches(session, "Uw aanvraag is ontvangen.", source_language="nl", target_language="ti")
    assert match.target == "ሕቶኹም በጺሑ ኣሎ።"
