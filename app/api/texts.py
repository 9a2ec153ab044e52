"""Texts against the term base and the memory. The text is sent in the body, so that it stands in no address and no log."""

from __future__ import annotations

from flask_login import current_user

from app import access, penalties
from app.access import Hidden
from app.api import schemas
from app.api.routing import route
from app.db import current_session
from app.installation import config
from glossary import recognition
from languages import tags
from memory.matching import find_matches


@route("/recognise", method="POST", tag="texts", body=schemas.RecogniseRequest, answers={200: schemas.RecognisedTerms})
def recognise(body: schemas.RecogniseRequest):
    """The terms in a text, in any inflection, with what the target language has for them."""
    found = recognition.recognise(
        current_session(),
        body.text,
        source_language=tags.normalise(body.source_language),
        target_language=tags.normalise(body.target_language),
    )
    return schemas.RecognisedTerms(
        terms=[
            schemas.Recognised(
                start=hit.start, end=hit.end, surface=hit.surface, term=hit.term_id, concept=hit.code,
                certainty=hit.certainty, within=hit.within, keep_source=hit.keep_source, degree=hit.degree,
                strategy=hit.strategy, differs=hit.differs, targets=[_target(t) for t in hit.targets],
                forbidden=[_target(t) for t in hit.forbidden],
            )  # fmt: skip
            for hit in found
        ]
    ), 200


def _target(term: recognition.TargetTerm) -> schemas.TargetTerm:
    return schemas.TargetTerm(
        id=term.term_id, text=term.text, language=term.language, status=term.status, note=term.note, reason=term.reason
    )


@route("/memory/matches", method="POST", tag="texts", body=schemas.MemoryRequest, answers={200: schemas.MemoryMatches})
def memory_matches(body: schemas.MemoryRequest):
    """The units of the memory most like a text, best first. Needs a token for the memory.

    Who does not work in the pair gets 404."""
    source, target = tags.normalise(body.source_language), tags.normalise(body.target_language)
    if tags.same_language(source, target) or not access.reads_memory(current_user, source, target):
        raise Hidden
    matches = find_matches(
        current_session(),
        body.text,
        source_language=source,
        target_language=target,
        previous=body.previous,
        next=body.next,
        threshold=body.threshold or config().memory_threshold,
        limit=body.limit,
        **penalties.in_force(current_session(), config()).arguments(),
    )
    return schemas.MemoryMatches(
        matches=[
            schemas.MemoryMatch(
                source=m.source, target=m.target, source_language=m.source_language, target_language=m.target_language,
                score=round(m.score, 2), kind=m.kind, reasons=[reason.key for reason in m.reasons], origin=m.origin,
                approved_by=m.approved_by, approved_at=m.approved_at,
            )  # fmt: skip
            for m in matches
        ]
    ), 200
