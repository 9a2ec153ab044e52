"""How things are said on the pages: states, reasons, problems, languages, moments; and text with its tags as chips."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Callable, Iterable

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, format_timedelta, get_locale, ngettext
from flask_babel import gettext as _
from jinja2 import pass_context
from markupsafe import Markup, escape

from app import terms
from app.checks import Problem
from app.models import Confidentiality, RoleName, SegmentState
from importers import inline
from languages import tags
from storage.columns import utc_now


def install(app: Flask) -> None:
    """Make these words known to every template."""
    from app.web import conceptwords

    app.jinja_env.filters.update(
        audience_word=conceptwords.audience,
        note_kind_word=conceptwords.note_kind,
        relation_word=conceptwords.relation_kind,
        register_word=register,
        sensitivity_word=conceptwords.sensitivity,
        part_of_speech_word=part_of_speech,
        gender_word=gender,
        known_language=lambda tag: bool(tag) and tags.is_known(tag),
    )
    app.jinja_env.filters.update(
        language=language,
        native=tags.native_name,
        direction=tags.direction,
        chips=chips,
        marked=marked,
        difference_marks=difference_marks,
        machine_line=machine_line,
        term_words=term_words,
        differs_note=differs_note,
        highlighted=highlighted,
        title_term=terms.title_term,
        best_terms=terms.best_terms,
        meaning=terms.meaning,
        matched_terms=terms.matched_terms,
        term_action=term_action,
        since=since,
        moment=moment,
        day=day,
        number=format_decimal,
        state=state,
        role=role,
        reason=reason,
        problem=problem,
        action=action,
        confidentiality=confidentiality,
        term_status=_late(term_status),
        signs=signs,
        register=_late(register),
        gender=gender,
        part_of_speech=part_of_speech,
        waiting_kind=_late(waiting_kind),
        column_name=_late(column_name),
        law_diff=law_diff,
        column_value=column_value,
        degree=degree,
        strategy=strategy,
        subject=subject,
        match_reason=match_reason,
        match_class=match_class,
        match_score=match_score,
        match_origin=match_origin,
        repaired_marks=repaired_marks,
        repair_lines=repair_lines,
        machine_note=machine_note,
        chip_label=chip_label,
        warning=warning,
    )
    app.jinja_env.globals.update(
        direction=tags.direction, language_name=language, native_name=tags.native_name, terms_of=terms_of,
        same_language=tags.same_language,
    )


def _late(words: Callable[[str], str]) -> Callable:
    """A filter that Jinja does not compute while it compiles: a constant would speak the language of whoever came first."""
    return pass_context(lambda _context, value: words(value))


def language(tag: str) -> str:
    """A language's name in the language of the interface."""
    return tags.name(tag, str(get_locale() or "en"))


# --- text with tags ---------------------------------------------------------------------------------


def chips(text: str, codes: Iterable[dict] = (), numbers: Iterable[int] = ()) -> Markup:
    """A text with its numbered tags as chips. `codes` of the block and the `numbers` they have there say what a
    chip stands for. A text whose terms are already marked stays as it is."""
    if isinstance(text, Markup):
        return text
    return Markup("").join(_pieces(text, 0, _labels(codes, numbers)))


def _labels(codes: Iterable[dict], numbers: Iterable[int]) -> dict[int, dict]:
    by_number = {code["number"]: code for code in codes}
    return {i: by_number[number] for i, number in enumerate(numbers, 1) if number in by_number}


def _pieces(text: str, offset: int, labels: dict[int, dict]) -> list[Markup]:
    out, at = [], 0
    for tag in inline.tags(text):
        out.append(escape(text[at : tag.start]))
        out.append(_chip(text[tag.start : tag.end], tag, labels.get(tag.number)))
        at = tag.end
    out.append(escape(text[at:]))
    return out


def _chip(raw: str, tag: inline.Tag, code: dict | None) -> Markup:
    shown = {"open": f"{tag.number}", "close": f"/{tag.number}", "alone": f"{tag.number}/"}[tag.role]
    title = chip_label(code) if code else _("tag %(number)s", number=tag.number)
    return Markup(
        f'<bdi class="chip chip-{tag.role}" data-tag="{escape(raw)}" title="{escape(title)}">{shown}</bdi>'
    )


def N_(message: str) -> str:
    """Marks a message for the catalogues; it is translated where it is shown."""
    return message


#: What a tag can stand for.
_CODES = {
    "bold": N_("bold"),
    "italic": N_("italic"),
    "underline": N_("underlined"),
    "link": N_("link"),
    "format": N_("other formatting"),
    "break": N_("line break"),
    "tab": N_("tab"),
    "field": N_("field that fills itself in"),
    "note": N_("note reference"),
    "image": N_("picture"),
    "markup": N_("markup"),
    "placeholder": N_("placeholder: keep as it is"),
    "literal": N_("keep as it is"),
}


def chip_label(code: dict) -> str:
    """What a tag stands for."""
    kind = code.get("kind", "")
    label = _(_CODES[kind]) if kind in _CODES else _("tag")
    return f"{label}: {code['shows']}" if code.get("shows") and kind in ("link", "placeholder", "literal", "note") else label


def marked(text: str, recognised: Iterable, codes: Iterable[dict] = (), numbers: Iterable[int] = ()) -> Markup:
    """A source text with its terms underlined; of overlapping terms the longest that begins first."""
    labels = _labels(codes, numbers)
    out, at = [], 0
    for hit in sorted(recognised, key=lambda h: (h.start, -(h.end - h.start))):
        if hit.start < at:
            continue
        out += _pieces(text[at : hit.start], at, labels)
        inner = Markup("").join(_pieces(text[hit.start : hit.end], hit.start, labels))
        out.append(
            Markup('<mark class="term" data-concept="{id}" data-certainty="{certainty}">{inner}</mark>').format(
                id=hit.concept_id, certainty=hit.certainty, inner=inner
            )
        )
        at = hit.end
    out += _pieces(text[at:], at, labels)
    return Markup("").join(out)


def difference_marks(match) -> Markup:
    """A unit's source against the open segment's. What is struck only the unit has, what is inserted only the open
    segment has, so that nobody has to guess."""
    out: list[Markup] = []
    for op in match.differences:
        if op.op == "equal":
            out += _pieces(match.source[op.start : op.end], 0, {})
            continue
        if op.end > op.start:
            out.append(Markup("<del>{}</del>").format(chips(match.source[op.start : op.end])))
        if op.text_end > op.text_start:
            out.append(Markup("<ins>{}</ins>").format(chips(match.text[op.text_start : op.text_end])))
    return Markup("").join(out)


def machine_line(machine) -> str:
    """Which engine, through which languages, and what to look at."""
    # codes are Latin letters: an isolate keeps them in their order on a page read from the right
    path = "\u2066" + " → ".join(machine.path) + "\u2069"
    notes = [machine_note(note) for note in machine.notes]
    if len(machine.path) > 2:
        notes.insert(0, _("through %(language)s", language=language(machine.path[1])))
    return " · ".join([machine.engine, path, *notes])


def terms_of(hits: Iterable) -> list:
    """Recognised terms for the panel: each concept once, in reading order, words that only stand inside another term
    last."""
    seen: dict[int, object] = {}
    for hit in sorted(hits, key=lambda h: (h.within, h.start, -(h.end - h.start))):
        seen.setdefault(hit.concept_id, hit)
    return list(seen.values())


def term_words(hit) -> list[tuple[str, str]]:
    """The words a recognised term can be translated with: (text, status)."""
    return [(t.text, term_status(t.status)) for t in hit.targets]


def differs_note(hit, interface: str) -> str:
    """How the concept differs for the reader, in the words of the interface's language if there are any."""
    said = hit.differs.get(interface) or hit.differs.get("en") or hit.differs.get("nl") or ""
    head = degree(hit.degree) if hit.degree and hit.degree != "full" else ""
    return ": ".join(part for part in (head, said) if part)


def highlighted(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """A text with the places that answered a question marked, tags as chips."""
    out, at = [], 0
    for start, end in sorted(spans):
        if start < at:
            continue
        out += _pieces(text[at:start], at, {})
        out.append(Markup("<mark>{}</mark>").format(text[start:end]))
        at = end
    out += _pieces(text[at:], at, {})
    return Markup("").join(out)


#: Signs that show nothing, or turn what stands beside them: a reviewer must see them before deciding.
SIGNS = {
    "\u00a0": "NBSP", "\u00ad": "SHY", "\u034f": "CGJ", "\u061c": "ALM", "\u115f": "HCF", "\u180e": "MVS",
    "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u202f": "NNBSP",
    "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM",
}  # fmt: skip


def signs(text: str | None) -> Markup:
    """A text whose invisible signs are shown by name, and do nothing: a word that reads otherwise than it is written is
    seen before it is approved."""
    out: list[Markup] = []
    for letter in text or "":
        name = SIGNS.get(letter)
        if name is None and unicodedata.category(letter) in ("Cf", "Cc", "Co", "Zl", "Zp") and letter != "\n":
            name = f"U+{ord(letter):04X}"
        out.append(
            escape(letter)
            if name is None
            else Markup('<bdi class="sign" dir="ltr" title="{title}">{name}</bdi>').format(
                title=_("invisible sign %(name)s", name=unicodedata.name(letter, name).lower()), name=name
            )
        )
    return Markup("").join(out)


# --- moments ---------------------------------------------------------------------------------


def since(value: dt.datetime | None) -> str:
    """How long ago, in words."""
    return "" if value is None else format_timedelta(value - utc_now(), add_direction=True, granularity="minute")


def moment(value: dt.datetime | None) -> str:
    return "" if value is None else format_datetime(value, "d MMM y HH:mm")


def day(value: dt.date | None) -> str:
    return "" if value is None else format_date(value, "d MMMM y")


# --- words ---------------------------------------------------------------------------------


def state(value: str) -> str:
    """A segment's state: the words on the pages are the words in the code."""
    return {
        SegmentState.OPEN: _("open"),
        SegmentState.TRANSLATED: _("translated"),
        SegmentState.WAITING: _("waits for review"),
        SegmentState.SENT_BACK: _("sent back"),
        SegmentState.APPROVED: _("approved"),
    }[SegmentState(value)]


def role(value: str) -> str:
    return {
        RoleName.ADMINISTRATOR: _("administrator"),
        RoleName.STAFF: _("staff"),
        RoleName.TRANSLATOR: _("translator"),
        RoleName.REVIEWER: _("reviewer"),
    }[RoleName(value)]


def confidentiality(value: str) -> str:
    return {
        Confidentiality.PUBLIC: _("public"),
        Confidentiality.INTERNAL: _("internal"),
        Confidentiality.CONFIDENTIAL: _("confidential"),
    }[Confidentiality(value)]


def reasons() -> list[tuple[str, str]]:
    """Why a reviewer sends back: (key, words)."""
    from app.workflow import REASONS

    return [(key, reason(key)) for key in REASONS]


def reason(key: str) -> str:
    return {
        "meaning": _("the meaning is not right"),
        "term": _("wrong term"),
        "missing": _("something is missing or added"),
        "language": _("spelling or grammar"),
        "style": _("style"),
        "audience": _("too difficult for the reader"),
        "layout": _("tags or layout"),
        "other": _("other"),
        "waiver": _("approved under a waiver of the two-person rule"),
        "corrected": _("corrected"),
    }.get(key, key)


def action(value: str) -> str:
    """What somebody did, as the history says it."""
    return {
        "upload": _("uploaded the document"),
        "ask": _("asked for a translation"),
        "draft": _("replaced a draft"),
        "save": _("saved"),
        "fill": _("filled in the same sentence"),
        "hand over": _("handed over for review"),
        "take back": _("took back"),
        "approve": _("approved"),
        "agree": _("agreed with the correction"),
        "correct": _("corrected"),
        "send back": _("sent back"),
        "waive": _("waived the two-person rule"),
        "end waiver": _("ended the waiver"),
        "take on": _("took on"),
        "release": _("gave back"),
    }.get(value, value)


def problem(found: Problem) -> str:
    """What may be wrong, and what to do."""
    match found.kind:
        case "tag-missing":
            return _("Tag %(tag)s is missing: put it back where its text is.", **found.fields)
        case "tag-extra":
            return _("Tag %(tag)s is not in the source: remove it.", **found.fields)
        case "tag-repeated":
            return _("Tag %(tag)s is there twice: remove one.", **found.fields)
        case "tag-order":
            return _("Tag %(tag)s is closed in the wrong place.", **found.fields)
        case "number-missing":
            return _("The number %(number)s of the source is missing.", **found.fields)
        case "number-extra":
            return _("The number %(number)s is not in the source.", **found.fields)
        case "copy":
            return _("This is the same text as the source.")
        case "script":
            return _("This does not look like the language you translate into.")
        case "direction-marks":
            return _("A number would read in the wrong order after this script. Insert direction marks around it.")
        case "term-missing":
            return _("“%(term)s”: the approved term %(expected)s is not used.", **found.fields)
        case "term-brackets":
            return _("Keep the Dutch word “%(term)s” in brackets after its translation.", **found.fields)
        case "term-forbidden" if found.fields.get("instead"):
            return _("“%(term)s” should not be used here. Say: %(instead)s.", **found.fields)
        case "term-forbidden":
            return _("“%(term)s” should not be used here.", **found.fields)
    return found.kind


def term_status(value: str) -> str:
    return {
        "proposed": _("proposed"),
        "preferred": _("preferred"),
        "admitted": _("admitted"),
        "deprecated": _("deprecated"),
        "forbidden": _("forbidden"),
    }.get(value, value)


def term_action(value: str) -> str:
    """What somebody did to a concept, as its history says it."""
    return {
        "created": _("wrote the concept"),
        "loaded": _("loaded"),
        "loaded again": _("changed by a newer file"),
        "joined": _("joined from a file"),
        "changed": _("changed"),
        "removed": _("removed"),
        "merged": _("merged"),
        "proposed": _("proposed a term"),
        "approved": _("approved a term"),
        "refused": _("refused a term"),
        "forbade": _("forbade a term"),
        "forbidden": _("forbade a term"),
        "deprecated": _("deprecated a term"),
        "undone": _("took back"),
        "undo": _("took back"),
        "approved a change": _("approved a change"),
        "changed a proposal": _("changed a proposal"),
        "described": _("described how it differs"),
        "related": _("related two concepts"),
        "unrelated": _("ended a relation"),
        "became own": _("made it our own"),
        "origin removed": _("removed with its file"),
        "law compared": _("compared with the law"),
        "law looked at": _("looked at a change of the law"),
    }.get(value, value)


def register(value: str | None) -> str:
    """To whom a word belongs."""
    return {"official": _("official"), "everyday": _("everyday"), "plain": _("plain")}.get(value or "", value or "")


def gender(value: str | None) -> str:
    """The grammatical gender of a word."""
    return {
        "f": _("feminine"),
        "m": _("masculine"),
        "n": _("neuter"),
        "c": _("common gender (de)"),
        "fm": _("feminine or masculine"),
        "other": _("other"),
    }.get(value or "", value or "")


def part_of_speech(value: str | None) -> str:
    """What kind of word it is."""
    return {
        "noun": _("noun"),
        "proper noun": _("proper noun"),
        "verb": _("verb"),
        "adjective": _("adjective"),
        "adverb": _("adverb"),
        "phrase": _("phrase"),
        "other": _("other"),
    }.get(value or "", value or "")


def waiting_kind(value: str) -> str:
    """What somebody asks for (glossary.proposing)."""
    return {
        "new": _("A new word"),
        "term": _("A change of a word"),
        "definition": _("What it means"),
        "equivalence": _("How it differs"),
    }.get(value, value)


def column_name(value: str) -> str:
    """A column of the term base, as a form names it."""
    return {
        "status": _("Status"),
        "register": _("Register"),
        "gender": _("Gender"),
        "part_of_speech": _("Part of speech"),
        "variants": _("Other spellings and forms"),
        "transliteration": _("In Latin letters"),
        "abbreviation_of": _("Short for"),
        "note": _("Note"),
        "text": _("Definition"),
        "plain": _("In plain words"),
        "source": _("Source"),
        "degree": _("How far it is the same"),
        "strategy": _("What to do"),
        "differs": _("How it differs"),
        "context": _("The sentence it stands in"),
    }.get(value, value)


def column_value(value: object, name: str) -> str:
    """A value of such a column in words; texts as they are."""
    said = {
        "status": term_status, "register": register, "gender": gender, "part_of_speech": part_of_speech,
        "degree": degree, "strategy": strategy,
    }.get(name)  # fmt: skip
    if value is None or value == "" or value == []:
        return "–"
    if said is not None:
        return said(str(value))
    return " | ".join(str(one) for one in value) if isinstance(value, list) else str(value)


#: Words kept on each side of a change, where a long stretch stayed the same.
AROUND = 25


def law_diff(before: str | None, after: str | None, short: bool = False) -> Markup:
    """Old words of a law struck, new ones marked, lines kept. `short` leaves out what stayed the same far from a
    change."""
    from glossary.law import word_diff

    pieces = word_diff(before or "", after or "")
    out: list[Markup] = []
    for number, (kind, said) in enumerate(pieces):
        parts = said.split(" ")
        if short and kind == "same" and len(parts) > 3 * AROUND:
            first = parts[:AROUND] if number else []
            last = parts[-AROUND:] if number + 1 < len(pieces) else []
            said = " ".join([*first, "[…]", *last])
        lines = Markup("<br>").join(escape(line.strip(" ")) for line in said.split("\n"))
        wrap = {"same": "{} ", "gone": "<del>{}</del> ", "new": "<ins>{}</ins> "}[kind]
        out.append(Markup(wrap).format(lines))
    return Markup("").join(out)


def degree(value: str) -> str:
    """How far a word of the reader's language is the Dutch concept."""
    return {
        "full": _("the same"),
        "partial": _("partly the same"),
        "functional": _("does the same job, works differently"),
        "none": _("does not exist there"),
        "false friend": _("looks the same, means something else"),
    }.get(value, value)


def strategy(value: str | None) -> str:
    return {
        "borrow": _("use the Dutch word"),
        "describe": _("describe it"),
        "functional equivalent": _("use the word for what does the same job"),
        "coin": _("a new word"),
    }.get(value or "", value or "")


def subject(value: str | None) -> str:
    """A subject field of the term base."""
    return subject_names().get(value or "", value or "")


def subject_names() -> dict[str, str]:
    """Every subject field by its code, in the interface's language."""
    return {
        "asylum": _("asylum"),
        "migration": _("migration"),
        "integration": _("integration"),
        "authorities": _("authorities"),
        "asylum-procedure": _("asylum procedure"),
        "reception": _("reception"),
        "residence": _("residence"),
        "return": _("return"),
        "naturalisation": _("naturalisation"),
        "civic-integration": _("civic integration"),
        "law": _("law"),
        "rights": _("rights"),
        "criminal-law": _("criminal law"),
        "government": _("government"),
        "registration": _("registration"),
        "taxes": _("taxes"),
        "living": _("living"),
        "income": _("income"),
        "benefits": _("benefits"),
        "children": _("children"),
        "procedure": _("procedure"),
        "housing": _("housing"),
        "money": _("money"),
        "health": _("health"),
        "work": _("work"),
        "family": _("family"),
        "identity": _("identity"),
        "education": _("education"),
    }


def match_score(match) -> int:
    """Percent, rounded down: 99.7 is not the same text."""
    return math.floor(match.score)


def match_class(match) -> str:
    """The class of a match, as translators know it."""
    return {
        "double context": _("memory: same text and surroundings"),
        "context": _("memory: same text, partly the same surroundings"),
        "exact": _("memory: same text"),
        "near exact": _("memory: nearly the same text"),
    }.get(match.kind) or _("memory: similar text")


def match_reason(match) -> str:
    """Why a unit of the memory is offered and what its score is made of, in one line."""
    return " · ".join(_one_reason(reason.key, dict(reason.fields)) for reason in match.reasons)


def _filled(message: str, **fields: object) -> Markup:
    """A message with parts that are HTML already; everything else in it is escaped."""
    return Markup(message) % fields


def match_origin(match) -> Markup:
    """Where a match is from, who answers for it, and since when."""
    name = Markup("<bdi>{}</bdi>").format(match.origin_name) if match.origin_name else ""
    parts: list[str] = []
    if match.origin == "import":
        parts.append(_filled(_("imported from %(file)s"), file=name) if name else _("imported"))
    elif match.origin == "starter":
        parts.append(_filled(_("starter pack: %(pack)s"), pack=name) if name else _("starter pack"))
    elif name:
        parts.append(name)
    person = match.approved_by or match.translated_by
    who = Markup("<bdi>{}</bdi>").format(person) if person else ""
    on = day(match.approved_at)
    if match.quality == "approved" and match.approved_by:
        words = _("approved by %(person)s, %(day)s") if on else _("approved by %(person)s")
        parts.append(_filled(words, person=who, day=on))
    elif match.quality == "approved":
        parts.append(_filled(_("approved, %(day)s"), day=on) if on else _("approved"))
    elif match.quality == "machine":
        parts.append(_("machine translation"))
    else:
        parts.append(_filled(_("not reviewed, translated by %(person)s"), person=who) if who else _("not reviewed"))
    return Markup(" · ").join(parts)


def repaired_marks(offer) -> Markup | str:
    """The text of an offer with what was repaired in it marked."""
    if not offer.changes:
        return offer.text
    out, at = [], 0
    for change in offer.changes:
        out += _pieces(offer.text[at : change.start], 0, {})
        out.append(
            Markup('<mark class="repaired" title="{was}">{now}</mark>').format(
                was=_("in the memory: %(was)s", was=change.was), now=chips(offer.text[change.start : change.end])
            )
        )
        at = change.end
    out += _pieces(offer.text[at:], 0, {})
    return Markup("").join(out)


def repair_lines(offer) -> list[str]:
    """What was changed in an offer, and what a person has to look at."""
    lines: list[str] = []
    for change in offer.changes:
        was, now = (Markup("<bdi>{}</bdi>").format(chips(words)) for words in (change.was, change.now))
        if change.kind == "term":
            lines.append(_filled(_("Adjusted: the approved term %(now)s instead of %(was)s."), now=now, was=was))
        else:
            lines.append(_filled(_("Adjusted: %(now)s instead of %(was)s."), now=now, was=was))
    if "plural" in offer.notes:
        lines.append(_("Look at the word beside the number: it may need another form."))
    if "agreement" in offer.notes:
        lines.append(_("Look at the words around the term: they may need another form."))
    if not offer.changes and any(reason.key == "numbers" for reason in offer.match.reasons):
        lines.append(_("Its numbers are those of the memory: write your own."))
    return lines


def _one_reason(key: str, fields: dict) -> str:
    match key:
        case "same-both-neighbours":
            return _("same text, same text before and after")
        case "same-one-neighbour":
            return _("same text beside the same text")
        case "same-position":
            return _("same text in the same place of the same document")
        case "same-text":
            return _("same text")
        case "numbers":
            return _("only numbers differ")
        case "tags":
            return _("only formatting differs")
        case "punctuation":
            return _("punctuation differs")
        case "case":
            return _("capital letters differ")
        case "spelling":
            return _("the spelling varies")
        case "characters":
            return _("%(percent)s%% of the characters are the same", **fields)
        case "words":
            return _("%(percent)s%% of the words are the same", **fields)
        case "penalty-machine":
            return _("machine translation: minus %(points)s", **fields)
        case "penalty-unreviewed":
            return _("not reviewed: minus %(points)s", **fields)
        case "penalty-imported":
            return _("imported: minus %(points)s", **fields)
        case "penalty-starter":
            return _("starter pack: minus %(points)s", **fields)
        case "penalty-old":
            return _("last touched %(when)s: minus %(points)s", when=day(fields["since"]), points=fields["points"])
        case "penalty-variety":
            arrow = " ← " if tags.direction(str(get_locale() or "en")) == "rtl" else " → "
            pair = arrow.join(language(tag) for tag in str(fields["language"]).split(" → "))
            return _("another variety (%(pair)s): minus %(points)s", pair=pair, points=fields["points"])
        case "penalty-reversed":
            return _("translated in the other direction: minus %(points)s", **fields)
        case "penalty-alignment":
            return _("sentences not matched one to one: minus %(points)s", **fields)
    return key


def machine_note(note: str) -> str:
    """What to look at in a machine's suggestion (keys of app.mt.sanity)."""
    return {
        "number": _("a number differs"),
        "placeholder": _("a placeholder differs"),
        "address": _("an address differs"),
        "length": _("unusual length"),
        "unknown": _("a word was unknown to it"),
        "tags": _("tags have no sure place"),
    }.get(note, note)


def warning(value: dict) -> str:
    """What was noticed when a file was read."""
    text = _(value["message"], **value.get("fields", {}))
    return f"{text} ({value['where']})" if value.get("where") else text


def progress_line(done: int, total: int) -> str:
    return ngettext("%(done)s of %(num)s segment", "%(done)s of %(num)s segments", total, done=done)
