"""What the memory offers: classes, reasons, penalties, varieties, and exactness against brute force."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from sqlalchemy import select

from memory import forms, recording, scoring
from memory.matching import find_matches
from memory.models import QUALITIES, Unit

DAY = dt.timedelta(days=1)
MAY = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)


@pytest.fixture
def session(new_memory):
    """What is compared here does not depend on the database; test_recording.py runs on both."""
    with new_memory() as session:
        yield session


def lookup(session, text, source_language="nl", target_language="ar", **more):
    return find_matches(
        session, text, source_language=source_language, target_language=target_language, **more
    )


# --- classes ---------------------------------------------------------------------------------------

LETTER = "U moet binnen 6 weken bezwaar maken."


@pytest.mark.parametrize(
    ("previous", "next", "position", "score", "kind", "reason"),
    [
        ("Beste mevrouw,", "Bel ons.", 7, 102, "double context", "same-both-neighbours"),
        ("Beste mevrouw,", "Bel ons.", None, 102, "double context", "same-both-neighbours"),
        ("Beste mevrouw,", "Anders.", None, 101, "context", "same-one-neighbour"),
        (None, "Bel ons.", None, 101, "context", "same-one-neighbour"),
        (None, None, 7, 101, "context", "same-position"),
        ("Anders.", "Anders.", 7, 101, "context", "same-position"),
        ("Anders.", "Anders.", 8, 100, "exact", "same-text"),
        (None, None, None, 100, "exact", "same-text"),
    ],
)
def test_the_same_text_is_worth_more_among_the_same_neighbours(
    session, a_unit, previous, next, position, score, kind, reason
):
    a_unit(LETTER, previous_source="Beste mevrouw,", next_source="Bel ons.", document="d1", position=7)
    [match] = lookup(session, LETTER, previous=previous, next=next, document="d1", position=position)
    assert (match.score, match.kind, match.reasons[0].key) == (score, kind, reason)


def test_unknown_neighbours_are_no_context_but_the_edge_of_a_document_is(session, a_unit):
    a_unit(LETTER, previous_source=None, next_source="")
    assert lookup(session, LETTER, previous=None, next=None)[0].score == 100
    assert lookup(session, LETTER, previous="", next="")[0].score == 101


NEAR_EXACT = [
    # language, remembered, asked, score, what differs
    ("nl", "U moet binnen 6 weken bellen.", "U moet binnen 8 weken bellen.", 98, ["numbers"]),
    ("nl", "U moet bellen.", "U moet bellen!", 99, ["punctuation"]),
    ("nl", "U moet bellen.", "<1>U</1> moet bellen.", 99, ["tags"]),
    ("nl", "Let op", "LET OP", 99, ["case"]),
    ("nl", "Ja!", "ja?", 98, ["punctuation", "case"]),
    ("ar", "يجب عليك الاتصال", "يَجِبُ عليك الاتصال", 99, ["spelling"]),
    ("ar", "خلال 6 أسابيع", "خلال ٨ أسابيع", 98, ["numbers"]),
    ("fa", "می‌توانید زنگ بزنید", "مي‌توانيد زنگ بزنيد", 99, ["spelling"]),
    ("am", "በ6 ሳምንታት ውስጥ ይደውሉ።", "በ8 ሳምንታት ውስጥ ይደውሉ", 97, ["numbers", "punctuation"]),
    ("ti", "ኣብ ውሽጢ 6 ሰሙን ደውሉ።", "ኣብ ውሽጢ 6 ሰሙን <1>ደውሉ</1>።", 99, ["tags"]),
]


@pytest.mark.parametrize(("language", "remembered", "asked", "score", "kinds"), NEAR_EXACT)
def test_a_text_that_differs_only_in_trifles_is_near_exact_and_says_in_which(
    session, a_unit, language, remembered, asked, score, kinds
):
    a_unit(remembered, "x", source_language=language, target_language="en")
    [match] = lookup(session, asked, language, "en")
    assert (match.score, match.kind, [r.key for r in match.reasons]) == (score, "near exact", kinds)


@pytest.mark.parametrize(
    ("language", "remembered", "asked"),
    [
        ("ar", "أنه لا يعمل في المدينة", "إنه لا يعمل في المدينة"),  # two words, whatever the hamza
        ("nl", "U mag wel werken", "U mag niet werken"),
        ("nl", "Het kost € 5", "Het kost $ 5"),
        ("ti", "ሓደ ሰብ ይሰርሕ ኣሎ", "ሃደ ሰብ ይሰርሕ ኣሎ"),
    ],
)
def test_a_text_with_another_word_is_never_near_exact(session, a_unit, language, remembered, asked):
    a_unit(remembered, "x", source_language=language, target_language="en")
    for match in lookup(session, asked, language, "en"):
        assert match.kind == "fuzzy"
        assert match.score < 100


def test_turkish_capitals_are_the_capitals_of_turkish(session, a_unit):
    a_unit("ısı ilacı", "x", source_language="tr", target_language="en")
    [match] = lookup(session, "ISI İLACI", "tr", "en")
    assert match.kind == "near exact"
    assert match.reasons[0].key in ("case", "spelling")


def test_one_changed_word_of_ten_is_ninety_percent_by_words(session, a_unit):
    a_unit("de man gaat op de fiets naar de grote verblijfsvergunningsinstantie")
    [match] = lookup(session, "de man gaat op de fiets naar de grote gemeente")
    assert match.score == 90
    assert match.reasons[0].key == "words"
    assert match.reasons[0].fields == {"percent": 90}


def test_a_pair_exactly_on_the_threshold_is_found_at_every_threshold(session, a_unit):
    # RapidFuzz's own normalised cut-off loses such pairs at 60, 80 and 85
    for threshold in range(50, 100, 5):
        with session.begin_nested() as attempt:
            a_unit("w" * threshold + "x" * (100 - threshold))
            [match] = lookup(session, "w" * threshold + "v" * (100 - threshold), threshold=threshold)
            assert match.score == threshold
            attempt.rollback()


def test_differences_cover_both_texts_and_mark_what_was_exchanged(session, a_unit):
    a_unit("يجب عليك الاتصال خلال 6 أسابيع", "x", source_language="ar", target_language="nl")
    [match] = lookup(session, "يجب عليك الحضور خلال 6 أسابيع", "ar", "nl")
    assert "".join(match.source[d.start : d.end] for d in match.differences) == match.source
    assert "".join(match.text[d.text_start : d.text_end] for d in match.differences) == match.text
    [changed] = [d for d in match.differences if d.op != "equal"]
    assert match.source[changed.start : changed.end] == "الاتصال"
    assert match.text[changed.text_start : changed.text_end] == "الحضور"


# --- order, filters, penalties, varieties -----------------------------------------------------------


def test_ties_go_to_context_then_approval_then_the_newer_then_the_older_id(session, a_unit):
    plain = a_unit("Bel ons morgen", "1", quality="unreviewed", translated_at=MAY)
    old = a_unit("Bel ons morgen", "2", approved_at=MAY)
    new = a_unit("Bel ons morgen", "3", approved_at=MAY + DAY)
    same = a_unit("Bel ons morgen", "4", approved_at=MAY + DAY)
    beside = a_unit("Bel ons morgen", "5", quality="machine", translated_at=MAY, previous_source="Hallo.")
    found = lookup(session, "Bel ons vandaag", threshold=50, penalties={"machine": 0}, previous="Hallo.")
    assert [m.unit_id for m in found] == [beside.id, new.id, same.id, old.id, plain.id]


def test_a_penalised_match_says_why_and_what_it_cost(session, a_unit):
    a_unit(LETTER, quality="machine", one_to_one=False)
    [match] = lookup(session, LETTER)
    assert match.score == 100 - 15 - 5
    assert match.penalty == 20
    assert [(r.key, r.fields.get("points")) for r in match.reasons] == [
        ("same-text", None),
        ("penalty-machine", 15),
        ("penalty-alignment", 5),
    ]
    assert all(r.text() for r in match.reasons)


def test_penalties_can_be_set_and_decide_what_reaches_the_threshold(session, a_unit):
    a_unit(LETTER, origin="import", quality="unreviewed")
    assert lookup(session, LETTER)[0].score == 100
    assert lookup(session, LETTER, penalties={"imported": 3, "unreviewed": 2})[0].score == 95
    assert lookup(session, LETTER, penalties={"imported": 31}) == []
    assert lookup(session, LETTER, penalties={"imported": 3}, source_penalties={"oud.tmx": 9})[0].score == 97
    with pytest.raises(ValueError, match="no such penalty"):
        lookup(session, LETTER, penalties={"imprted": 3})


def test_a_file_can_cost_points_of_its_own_instead_of_those_of_imports(session, a_unit):
    old = a_unit(LETTER, "1", origin="import", origin_name="oud.tmx", approved_at=MAY)
    new = a_unit(LETTER, "2", origin="import", origin_name="nieuw.tmx", approved_at=MAY)
    found = lookup(session, LETTER, penalties={"imported": 3}, source_penalties={"oud.tmx": 12, "nieuw.tmx": 0})
    assert [(m.unit_id, m.score, m.penalty) for m in found] == [(new.id, 100, 0), (old.id, 88, 12)]
    assert found[1].reasons[1].fields == {"points": 12, "source": "oud.tmx"}
    assert lookup(session, LETTER, source_penalties={"oud.tmx": 31, "nieuw.tmx": 31}) == []
    with pytest.raises(ValueError, match="negative"):
        lookup(session, LETTER, source_penalties={"oud.tmx": -1})


def test_who_stands_behind_a_file_that_lost_its_points_is_not_forgotten(session, a_unit):
    for n in range(6):
        a_unit(LETTER, f"{n}", origin="import", origin_name="oud.tmx", approved_at=MAY)
    behind = a_unit(LETTER.replace("maken", "doen"), approved_at=MAY)
    found = lookup(session, LETTER, source_penalties={"oud.tmx": 25}, limit=1)
    assert [m.unit_id for m in found] == [behind.id]


def test_a_unit_untouched_for_years_can_be_penalised(session, a_unit):
    a_unit(LETTER, approved_at=MAY - 3000 * DAY)
    assert lookup(session, LETTER, penalties={"old": 4})[0].score == 96


@pytest.mark.parametrize(
    ("stored", "asked", "score"),
    [
        (("nl", "ar"), ("nl", "ar"), 100),
        (("nl", "ar-SY"), ("nl", "ar"), 95),
        (("nl", "ar"), ("nl", "ar-SY"), 95),
        (("nl-BE", "ar"), ("nl", "ar"), 95),
        (("nl-NL", "ar"), ("nl", "ar"), 100),
        (("nl", "fa-IR"), ("nl", "fa"), 100),
        (("nl", "am"), ("nl-NL", "am-ET"), 100),
        (("nl", "ar-EG"), ("nl", "ar"), 95),
        (("nl", "fa"), ("nl", "prs"), 95),
        (("ti-ET", "nl"), ("ti-ER", "nl"), 95),
        (("nl", "prs"), ("nl", "fa"), None),
        (("nl", "fa"), ("nl", "ar"), None),
        (("am", "nl"), ("ti", "nl"), None),
        (("nl", "ku-Arab"), ("nl", "ku"), None),
    ],
)
def test_another_variety_is_offered_with_a_penalty_and_another_language_never(
    session, a_unit, stored, asked, score
):
    a_unit(LETTER, source_language=stored[0], target_language=stored[1])
    found = lookup(session, LETTER, *asked)
    assert [m.score for m in found] == ([score] if score else [])
    assert all(("penalty-variety" in [r.key for r in m.reasons]) == (m.score < 100) for m in found)


def test_a_pair_translated_the_other_way_round_is_offered_with_a_penalty(session, a_unit):
    a_unit("يجب عليك الاتصال", "U moet bellen", source_language="ar", target_language="nl")
    [match] = lookup(session, "U moet bellen")
    assert (match.source, match.target, match.score, match.reversed) == (
        "U moet bellen",
        "يجب عليك الاتصال",
        95,
        True,
    )
    assert lookup(session, "U moet bellen", reverse=False) == []


def test_filters_look_inside_before_the_best_are_chosen(session, a_unit):
    for n in range(8):
        a_unit(LETTER, f"{n}", project="a", approved_at=MAY)
    mine = a_unit(LETTER + "!", "b", project="b", quality="unreviewed")
    assert [m.unit_id for m in lookup(session, LETTER, project="b")] == [mine.id]
    assert [m.unit_id for m in lookup(session, LETTER, project=["b", "c"], limit=3)] == [mine.id]
    assert lookup(session, LETTER, project="b", min_quality="approved") == []
    assert len(lookup(session, LETTER, min_quality="approved", limit=20)) == 8


@pytest.mark.parametrize("text", ["", "   ", "\n\u200f"])
def test_nothing_is_offered_for_nothing(session, a_unit, text):
    a_unit(LETTER)
    assert lookup(session, text) == []


def test_a_very_long_text_is_answered_and_found_again_when_it_is_the_same(session, a_unit):
    text = "አመልካቹ በስድስት ሳምንታት ውስጥ " * 40_000
    a_unit(text, "x", source_language="am", target_language="nl")
    assert lookup(session, text, "am", "nl")[0].kind == "exact"
    assert lookup(session, text + "አዲስ", "am", "nl") == []


# --- exactness -------------------------------------------------------------------------------------

WORDS = [
    "de",
    "wet",
    "IND",
    "6",
    "12,5",
    "<1>",
    "</1>",
    "<2/>",
    "bezwaar",
    "Bezwaar",
    "maken!",
    "يجب",
    "عليكم",
    "عَلَيكم",
    "٦",
    "اللجوء።",
    "ስድስት",
    "ሳምንታት፡",
    "ፀሓይ",
    "ጸሓይ",
    "می\u200cتوانید",
    "مي",
    "法律",
    "在",
    "é",
    "é",
    "?",
]
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
TEXTS = st.one_of(
    PHRASES,
    PHRASES,
    st.text(alphabet="ab ", min_size=1, max_size=6),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30),
)
UNITS = st.lists(
    st.fixed_dictionaries(
        {
            "source": TEXTS,
            "target": st.sampled_from("abc"),
            "quality": st.sampled_from([q.value for q in QUALITIES]),
            "origin": st.sampled_from(["approved", "import"]),
            "previous_source": st.sampled_from([None, "", "a"]),
            "next_source": st.sampled_from([None, "", "b"]),
            "approved_at": st.sampled_from([MAY, MAY + DAY]),
            "project": st.sampled_from([None, "p"]),
        }
    ),
    max_size=25,
)


def brute_force(session, text, language, threshold, limit, previous, next):
    """Every unit compared with the text, by the definitions alone, in exact fractions."""
    asked, ranked = forms.form(text, language), []
    for unit in session.scalars(select(Unit)):
        penalty = 15 if unit.quality == "machine" else 0
        around = max((p.previous_source == previous) + (p.next_source == next) for p in (unit, *unit.found))
        form = forms.form(unit.source, language)
        if forms.same_text(unit.source) == forms.same_text(text):
            kind, similar = 2 + around, Fraction(100 + around)
        elif forms.bare(form) == forms.bare(asked):
            differing = forms.profile(unit.source).differences(forms.profile(text))
            kind, similar = 1, Fraction(100 - sum(scoring.DIFFERENCES[d] for d in differing))
        else:
            pairs = [(asked, form)]
            if language != "zh-Hans":
                pairs.append((forms.words(asked), forms.words(form)))
            kind = 0
            similar = max(
                100 * (1 - Fraction(Levenshtein.distance(a, b), max(len(a), len(b))))
                if a and b
                else Fraction(0)
                for a, b in pairs
            )
        if similar - penalty >= Fraction(threshold):
            order = QUALITIES.index(unit.quality)
            ranked.append((penalty - similar, -kind, -around, order, -unit.approved_at.timestamp(), unit.id))
    return [(rank[-1], float(-rank[0])) for rank in sorted(ranked)[:limit]]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    units=UNITS,
    data=st.data(),
    language=st.sampled_from(["nl", "ar", "fa", "am", "ti", "zh-Hans"]),
    threshold=st.one_of(st.integers(50, 100), st.sampled_from([60, 66.6, 70, 80, 85])),
    limit=st.integers(1, 8),
)
def test_the_result_is_what_comparing_with_every_unit_gives_down_to_the_last_tie(
    new_memory, units, data, language, threshold, limit
):
    text = data.draw(st.one_of(TEXTS, st.sampled_from([u["source"] for u in units]) if units else TEXTS))
    with new_memory() as session:
        for unit in units:
            if forms.TAG.sub("", unit["source"]).strip():
                recording.remember(session, source_language=language, target_language="en", **unit)
        session.commit()
        expected = brute_force(session, text, language, threshold, limit, "a", "b")
        if not forms.form(text, language).strip():
            expected = []
        found = find_matches(
            session,
            text,
            source_language=language,
            target_language="en",
            threshold=threshold,
            limit=limit,
            previous="a",
            next="b",
        )
        assert [(m.unit_id, m.score) for m in found] == [(id, pytest.approx(score)) for id, score in expected]


POINTS = st.integers(0, 12)
SOURCES = ("oud.tmx", "nieuw.tmx", "pakket")


def brute_force_with_penalties(session, text, language, asked, previous, threshold, limit, points, sources, filters):
    """As above, with everything that can be taken off, and the filters applied first."""
    form, ranked = forms.form(text, language), []
    for unit in session.scalars(select(Unit)):
        if unit.quality not in filters["qualities"] or unit.project not in filters["projects"]:
            continue
        reverse = unit.target_language == language
        source = unit.target if reverse else unit.source
        offered = unit.source_language if reverse else unit.target_language
        true_of_it = {
            "machine": unit.quality == "machine",
            "unreviewed": unit.quality == "unreviewed",
            "old": unit.approved_at < MAY - 1500 * DAY,
            "variety": offered != asked,
            "reversed": reverse,
            "alignment": not unit.one_to_one,
        }
        penalty = sum(points[name] for name, so in true_of_it.items() if so)
        if unit.origin != "approved":
            by = {"import": "imported", "starter": "starter"}[unit.origin]
            penalty += sources.get(unit.origin_name, points[by])
        around = 0 if reverse else max(p.previous_source == previous for p in (unit, *unit.found))
        theirs = forms.form(source, language)
        if forms.same_text(source) == forms.same_text(text):
            kind, similar = 2 + around, Fraction(100 + around)
        elif forms.bare(theirs) == forms.bare(form):
            differing = forms.profile(source).differences(forms.profile(text))
            kind, similar = 1, Fraction(100 - sum(scoring.DIFFERENCES[d] for d in differing))
        else:
            kind, similar = 0, Fraction(0)
            for a, b in ((form, theirs), (forms.words(form), forms.words(theirs))):
                if a and b:
                    longer = max(len(a), len(b))
                    similar = max(similar, 100 * (1 - Fraction(Levenshtein.distance(a, b), longer)))
        if similar - penalty >= Fraction(threshold):
            order = QUALITIES.index(unit.quality)
            ranked.append((penalty - similar, -kind, -around, order, -unit.approved_at.timestamp(), unit.id))
    return [(rank[-1], float(-rank[0])) for rank in sorted(ranked)[:limit]]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    units=st.lists(
        st.fixed_dictionaries(
            {
                "source": PHRASES,
                "target": PHRASES,
                "quality": st.sampled_from([q.value for q in QUALITIES]),
                "origin": st.sampled_from(["approved", "import", "import", "starter"]),
                "origin_name": st.sampled_from(SOURCES),
                "previous_source": st.sampled_from([None, "", "a"]),
                "approved_at": st.sampled_from([MAY, MAY + DAY, MAY - 3000 * DAY]),
                "project": st.sampled_from([None, "p", "q"]),
                "one_to_one": st.booleans(),
                "pair": st.sampled_from(["straight", "straight", "variety", "reversed"]),
            }
        ),
        max_size=25,
    ),
    data=st.data(),
    language=st.sampled_from(["nl", "ar", "am", "ti"]),
    threshold=st.sampled_from([50, 60, 66.6, 70, 80, 90]),
    limit=st.integers(1, 6),
    points=st.fixed_dictionaries(dict.fromkeys(scoring.PENALTIES, POINTS)),
    sources=st.dictionaries(st.sampled_from(SOURCES), POINTS),
    min_quality=st.sampled_from([None, "unreviewed", "approved"]),
    projects=st.sampled_from([None, ["p"], ["p", "q"]]),
)
def test_penalties_of_every_kind_and_filters_keep_the_result_exact(
    new_memory, units, data, language, threshold, limit, points, sources, min_quality, projects
):
    sides = [side for u in units for side in (u["source"], u["target"])]
    text = data.draw(st.one_of(PHRASES, st.sampled_from(sides)) if sides else PHRASES)
    with new_memory() as session:
        for unit in units:
            if not all(forms.TAG.sub("", unit[side]).strip() for side in ("source", "target")):
                continue
            unit = dict(unit)
            pair = {"straight": (language, "so"), "variety": (language, "so-KE"), "reversed": ("so", language)}
            unit["source_language"], unit["target_language"] = pair[unit.pop("pair")]
            recording.remember(session, **unit)
        session.commit()
        filters = {
            "qualities": QUALITIES[: QUALITIES.index(min_quality) + 1] if min_quality else QUALITIES,
            "projects": projects or [None, "p", "q"],
        }
        expected = brute_force_with_penalties(
            session, text, language, "so", "a", threshold, limit, points, sources, filters
        )
        if not forms.form(text, language).strip():
            expected = []
        found = find_matches(
            session,
            text,
            source_language=language,
            target_language="so",
            threshold=threshold,
            limit=limit,
            previous="a",
            penalties=points,
            source_penalties=sources,
            old_after=dt.timedelta(days=1500) + (dt.datetime.now(dt.UTC) - MAY),
            min_quality=min_quality,
            project=projects,
        )
        assert [(m.unit_id, m.score) for m in found] == [(id, pytest.approx(score)) for id, score in expected]
        assert all(sum(r.fields.get("points", 0) for r in m.reasons) == m.penalty for m in found)
