"""The panel beside the editor answers with memory and terms at once; the machine is asked apart."""

import re

import pytest

from tests.factories import segments_of


@pytest.fixture
def asked(app, monkeypatch):
    """Models that answer in Arabic and in Tigrinya, and what they were asked."""
    from types import SimpleNamespace

    from app.web import editor

    texts = []

    class Models:
        def route(self, source, target):
            return SimpleNamespace(key=f"tiny {source} {target}", licences=("CC0-1.0",))

        def translate(self, batch, source, target, n):
            texts.extend(batch)
            said = {"ar": "اقتراح الآلة", "ti": "ሓሳብ ማሽን"}[target]
            return [[SimpleNamespace(text=said, engine="tiny", path=(source, target), score=None, notes=())] for _ in batch]

    monkeypatch.setattr(editor, "models", Models)
    return texts


@pytest.mark.parametrize(("language", "answer"), [("ar", "اقتراح الآلة"), ("ti", "ሓሳብ ማሽን")])
def test_nobody_waits_for_the_machine_to_see_memory_and_terms(session, staff, visit, asked, language, answer):
    from tests.factories import a_document, a_person

    translation = a_document(session, by=staff, targets=(language,)).translations[0]
    segment = segments_of(session, translation)[0]
    browser = visit(a_person(session, "Samira", f"translator:nl-{language}"))
    page = browser.get(f"/segments/{segment.id}/panel").get_data(as_text=True)
    assert not asked and answer not in page
    address = re.search(r'data-pending="([^"]+)"', page)[1].replace("&amp;", "&")
    fragment = browser.get(address).get_data(as_text=True)
    assert len(asked) == 1 and answer in fragment and f'lang="{language}"' in fragment and "Alt+1" in fragment
    # kept: the next panel shows it, and nobody asks twice
    page = browser.get(f"/segments/{segment.id}/panel").get_data(as_text=True)
    assert answer in page and "data-pending" not in page
    browser.get(address)
    assert len(asked) == 1


def test_a_browser_without_scripts_asks_the_machine_by_a_link(session, translation, segments, translator, visit, asked):
    browser = visit(translator)
    page = browser.get(f"/translations/{translation.id}?segment={segments[1].id}").get_data(as_text=True)
    link = re.search(r'<noscript> <a href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "اقتراح الآلة" in browser.get(link).get_data(as_text=True)
    assert len(asked) == 1


def test_an_outsider_cannot_ask_the_machine(session, segments, outsider, visit, asked):
    assert visit(outsider).get(f"/segments/{segments[0].id}/machine").status_code == 404
    assert not asked


@pytest.mark.parametrize(
    ("language", "target", "asked"),
    [("ar", "يُقدَّم الطلب إلى البلدية", "البلدية"), ("ti", "ሕቶ ናብ ምምሕዳር ከተማ ይቐርብ", "ምምሕዳር")],
)
def test_the_memory_is_searched_beside_the_segment(session, staff, visit, language, target, asked):
    from memory import recording
    from tests.factories import a_document, a_person

    recording.remember(
        session, source_language="nl", target_language=language, source="De aanvraag gaat naar de gemeente", target=target
    )
    segment = segments_of(session, a_document(session, by=staff, targets=(language,)).translations[0])[0]
    browser = visit(a_person(session, "Samira", f"translator:nl-{language}"))
    at = f"/segments/{segment.id}/concordance"
    fragment = browser.post(at, {"q": asked}, headers={"X-Requested-With": "fetch"}).get_data(as_text=True)
    assert f"<mark>{asked}</mark>" in fragment and f'lang="{language}"' in fragment and "<html" not in fragment
    # words in another order are found apart, and a browser without scripts gets a page
    page = browser.post(at, {"q": "gemeente aanvraag"}).get_data(as_text=True)
    assert "where all of them stand" in page and "<mark>aanvraag</mark>" in page and "<html" in page
    assert "Not found" in browser.post(at, {"q": "luchtballon"}).get_data(as_text=True)


def test_the_memory_is_not_searched_by_outsiders(segments, outsider, visit):
    assert visit(outsider).post(f"/segments/{segments[0].id}/concordance", {"q": "de"}).status_code == 404


def test_a_phrase_or_its_words_are_searched_on_the_memory_page(session, staff, visit):
    from memory import recording

    recording.remember(
        session, source_language="nl", target_language="ar", source="De aanvraag gaat naar de gemeente", target="الطلب"
    )
    browser = visit(staff)
    page = browser.get("/memory?source=nl&target=ar&q=gemeente+aanvraag").get_data(as_text=True)
    assert "where all of them stand" in page and "<mark>gemeente</mark>" in page
    page = browser.get("/memory?source=nl&target=ar&how=words&q=gemeente+aanvraag").get_data(as_text=True)
    assert "where all of them stand" not in page and "<mark>gemeente</mark>" in page
