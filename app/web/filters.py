"""What every template knows: how texts are shown, how things are said."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask_babel import format_decimal
from jinja2 import pass_context

from app import terms
from app.web import conceptwords, marks, matchwords, termwords, words
from languages import tags


def install(app: Flask) -> None:
    """Make these words known to every template."""
    app.jinja_env.filters.update(
        language=words.language,
        native=tags.native_name,
        direction=tags.direction,
        known_language=lambda tag: bool(tag) and tags.is_known(tag),
        number=format_decimal,
        since=words.since,
        moment=words.moment,
        day=words.day,
        state=words.state,
        role=words.role,
        reason=words.reason,
        problem=words.problem,
        action=words.action,
        confidentiality=words.confidentiality,
        warning=words.warning,
    )
    app.jinja_env.filters.update(
        chips=marks.chips,
        chip_label=marks.chip_label,
        marked=marks.marked,
        difference_marks=marks.difference_marks,
        repaired_marks=marks.repaired_marks,
        highlighted=marks.highlighted,
        signs=marks.signs,
        law_diff=marks.law_diff,
    )
    app.jinja_env.filters.update(
        match_reason=matchwords.match_reason,
        match_class=matchwords.match_class,
        match_score=matchwords.match_score,
        match_origin=matchwords.match_origin,
        repair_lines=matchwords.repair_lines,
        machine_line=matchwords.machine_line,
        machine_note=matchwords.machine_note,
    )
    app.jinja_env.filters.update(
        title_term=terms.title_term,
        best_terms=terms.best_terms,
        meaning=terms.meaning,
        term_status=_late(termwords.term_status),
        term_action=termwords.term_action,
        term_words=termwords.term_words,
        differs_note=termwords.differs_note,
        register=_late(termwords.register),
        register_word=termwords.register,
        gender=termwords.gender,
        gender_word=termwords.gender,
        part_of_speech=termwords.part_of_speech,
        part_of_speech_word=termwords.part_of_speech,
        source_of_context=termwords.source_of_context,
        waiting_kind=_late(termwords.waiting_kind),
        column_name=_late(termwords.column_name),
        column_value=termwords.column_value,
        degree=termwords.degree,
        strategy=termwords.strategy,
        subject=termwords.subject,
        audience_word=conceptwords.audience,
        note_kind_word=conceptwords.note_kind,
        relation_word=conceptwords.relation_kind,
        sensitivity_word=conceptwords.sensitivity,
    )
    app.jinja_env.globals.update(
        direction=tags.direction, language_name=words.language, native_name=tags.native_name,
        terms_of=termwords.terms_of, same_language=tags.same_language,
    )


def _late(words: Callable[[str], str]) -> Callable:
    """A filter that Jinja does not compute while it compiles: a constant would speak the language of whoever came first."""
    return pass_context(lambda _context, value: words(value))
