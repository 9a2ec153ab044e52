"""Each suggestion of the memory says its class, what differs, where it is from, what was taken off and what was changed."""

import datetime as dt
import html
import re

import pytest

from memory import recording
from tests.factories import a_document, a_person, segments_of

MAY = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)


def panel(session, visit, text, language="ar", interface="en"):
    translator = a_person(session, "Samira", f"translator:nl-{language}")
    translator.interface_language = interface
    document = a_document(session, text, targets=(language,))
    [segment] = segments_of(session, document.translations[0])
    page = visit(translator).get(f"/segments/{segment.id}/panel").get_data(as_text=True)
    return page, html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page)))


def remember(session, source, target, language="ar", **more):
    unit = recording.remember(
        session, source_language="nl", target_language=language, source=source, target=target, **more
    )
    session.commit()
    return unit


def test_a_repaired_suggestion_shows_what_was_changed_and_keeps_the_original(session, visit):
    remember(
        session, "Binnen 6 weken.", "خلال ٦ أسابيع.",
        origin_name="Brief IND", approved_by="Yusuf", approved_at=MAY, document="d", position=1,
    )  # fmt: skip
    page, words = panel(session, visit, "Binnen 14 weken.")
    assert 'data-insert="خلال ١٤ أسابيع."' in page
    assert 'data-insert="خلال ٦ أسابيع."' in page
    assert page.count("<li class=\"suggestion\"") == 1
    assert '<mark class="repaired" title="in the memory: ٦">١٤</mark>' in page
    assert "98 %" in words and "memory: nearly the same text" in words and "only numbers differ" in words
    assert "Adjusted: ١٤ instead of ٦." in words
    assert "Look at the word beside the number" in words
    assert "Brief IND · approved by Yusuf, 3 May 2026" in words


def test_numbers_that_were_not_carried_over_are_said_to_be_others(session, visit):
    remember(session, "Binnen 6 weken.", "ኣብ ውሽጢ ሽዱሽተ ሰሙን።", "ti")
    page, words = panel(session, visit, "Binnen 8 weken.", "ti")
    assert 'data-insert="ኣብ ውሽጢ ሽዱሽተ ሰሙን።"' in page
    assert "Its numbers are those of the memory" in words
    assert "As the memory has it" not in words


@pytest.mark.parametrize(
    ("interface", "said"),
    [
        ("en", ["machine translation: minus 15", "another variety (Dutch → Persian): minus 5", "imported from <b>.tmx"]),
        ("nl", ["machinevertaling: min 15", "geïmporteerd uit <b>.tmx"]),
        ("ar", ["ترجمة آلية: ناقص 15", "مستورد من <b>.tmx"]),
    ],
)
def test_what_was_taken_off_is_said_in_words_in_each_language_of_the_interface(session, visit, interface, said):
    remember(session, "Bel ons.", "زنگ بزنید.", "fa", quality="machine", origin="import", origin_name="<b>.tmx")
    page, words = panel(session, visit, "Bel ons.", "prs", interface)
    assert "80 %" in words
    assert "<b>.tmx" not in page
    assert all(part in words for part in said), words


def test_a_score_is_never_rounded_up_to_the_same_text(session, visit):
    remember(session, "a" * 999 + "b", "ነዊሕ", "ti")
    _page, words = panel(session, visit, "a" * 999 + "c", "ti")
    assert "99 %" in words and "100 %" not in words


def test_a_person_and_the_administrator_decide_what_is_offered(session, visit, translator, segments):
    from app import penalties

    source = segments[0].sentence.text
    remember(session, source, "وصل طلبكم.", origin="import", origin_name="oud.tmx", quality="unreviewed")
    browser = visit(translator)

    def score():
        found = re.search(r'class="score" dir="ltr">(\d+) %', browser.get(f"/segments/{segments[0].id}/panel").get_data(as_text=True))
        return found and int(found[1])

    assert score() == 100
    penalties.set_points(session, "imported", 3)
    assert score() == 97
    penalties.set_points(session, "imported", 20, source="oud.tmx")
    assert score() == 80
    translator.memory_threshold = 90
    assert score() is None
    penalties.set_points(session, "imported", None, source="oud.tmx")
    assert score() == 97


def test_the_administrator_sets_what_matches_are_worth_on_a_page(session, visit, administrator, translator):
    remember(session, "Bel ons.", "ደውሉልና።", "ti", origin="import", origin_name="ኣረጊት.tmx")
    from app import penalties

    for article in ("1.1", "1.2"):
        remember(session, f"Artikel {article}.", f"ዓንቀጽ {article}።", "ti", origin="starter", origin_name=f"UDHR, {article}")
    penalties.set_points(session, "starter", 4, source="UDHR, 1.2")
    browser = visit(administrator)
    page = browser.get("/memory/settings").get_data(as_text=True)
    assert "UDHR, 1.2" in page and "UDHR, 1.1" not in page, "not a line for each article of the starter pack"
    assert "ኣረጊት.tmx" in page and 'name="kind-machine" value="15"' in page
    form = {f"kind-{name}": "0" for name in ("machine", "unreviewed", "imported", "starter", "old")}
    form |= {"kind-variety": "7", "kind-reversed": "5", "kind-alignment": "5", "kind-imported": "2"}
    form |= {"source": "ኣረጊት.tmx", "source-kind": "imported", "source-0": "3"}
    assert browser.post("/memory/settings", form).status_code == 303
    _page, words = panel(session, visit, "Bel ons.", "ti")
    assert "97 %" in words and "imported: minus 3" in words
    wrong = browser.post("/memory/settings", {**form, "kind-old": "١٢٠", "source-0": "-1"})
    assert wrong.status_code == 422
    assert wrong.get_data(as_text=True).count("Write a whole number from 0 to 100.") == 2
    assert visit(translator).get("/memory/settings").status_code == 403
    assert browser.post("/memory/settings", {**form, "source-0": ""}).status_code == 303
    _page, words = panel(session, visit, "Bel ons.", "ti")
    assert "98 %" in words


def test_a_threshold_of_ones_own_is_chosen_on_the_account_page(session, visit, translator):
    browser = visit(translator)
    assert browser.post("/account/matches", {"threshold": "85"}).status_code == 303
    session.refresh(translator)
    assert translator.memory_threshold == 85
    assert '<option value="85" selected>' in browser.get("/account").get_data(as_text=True)
    browser.post("/account/matches", {"threshold": "3"})
    session.rollback()
    session.refresh(translator)
    assert translator.memory_threshold is None
