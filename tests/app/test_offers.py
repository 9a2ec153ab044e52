"""Where one recognised term differs, the approved word of the new one takes the place of the old one's."""

import pytest

from app import suggestions
from glossary.exchange import load_concepts
from memory import recording

CONCEPTS = {
    "bezwaar": {"nl": ["bezwaar"], "ar": ["اعتراض"], "ti": ["ተቓውሞ"], "am": ["ተቃውሞ"]},
    "beroep": {"nl": ["beroep"], "ar": ["استئناف"], "ti": ["ይግባይ"], "am": ["ይግባኝ"]},
    "rechtbank": {"nl": ["rechtbank"], "ar": ["محكمة"], "ti": ["ቤት ፍርዲ"], "am": ["ፍርድ ቤት"]},
    "gemeente": {"nl": ["gemeente"], "ar": ["بلدية"], "ti": ["ምምሕዳር"], "am": ["ማዘጋጃ ቤት"]},
    "vergunning": {"nl": ["verblijfsvergunning"], "ar": ["تصريح إقامة"]},
    "vergunning-asiel": {"nl": ["verblijfsvergunning asiel"], "ar": ["تصريح إقامة لجوء"]},
    "klacht": {"nl": ["klacht"], "ar": ["شكوى"]},
}


@pytest.fixture
def memory(session):
    """remember(source, target, language): a unit beside a term base whose words are approved, but for klacht's."""
    entries = [
        {
            "code": code,
            "terms": [
                {"language": language, "text": text, "status": "proposed" if code == "klacht" else "preferred"}
                for language, texts in by_language.items()
                for text in texts
            ],
        }
        for code, by_language in CONCEPTS.items()
    ]
    assert not load_concepts(session, entries, origin="import", origin_name="w", by="test", keep_status=True).rejected

    def remember(source, target, language="ar"):
        recording.remember(session, source_language="nl", target_language=language, source=source, target=target)
        session.commit()

    return remember


def offered(session, text, language="ar"):
    found = suggestions.for_text(session, text, source_language="nl", target_language=language, threshold=50)
    return found.offers[0]


@pytest.mark.parametrize(
    ("language", "source", "target", "text", "expected"),
    [
        ("ar", "U kunt bezwaar maken.", "يمكنكم تقديم اعتراض.", "U kunt beroep maken.", "يمكنكم تقديم استئناف."),
        ("ar", "Bij bezwaar belt u ons.", "عند تقديم واعتراض اتصل.", "Bij beroep belt u ons.", "عند تقديم واستئناف اتصل."),
        ("ti", "De rechtbank belt u.", "ቤት ፍርዲ ክድውለልኩም እዩ።", "De gemeente belt u.", "ምምሕዳር ክድውለልኩም እዩ።"),
        ("am", "De rechtbank belt u.", "ፍርድ ቤት ይደውልልዎታል።", "De gemeente belt u.", "ማዘጋጃ ቤት ይደውልልዎታል።"),
        ("am", "Naar de rechtbank.", "ወደ የፍርድ ቤት።", "Naar de gemeente.", "ወደ የማዘጋጃ ቤት።"),
        (
            "ar", "U krijgt een verblijfsvergunning.", "ستحصل على تصريح إقامة.",
            "U krijgt een verblijfsvergunning asiel.", "ستحصل على تصريح إقامة لجوء.",
        ),
        (
            "ar", "U kunt bezwaar maken.", "يمكنكم تقديم اعتراض (bezwaar).",
            "U kunt beroep maken.", "يمكنكم تقديم استئناف (beroep).",
        ),
    ],
)  # fmt: skip
def test_one_other_term_is_exchanged_for_its_approved_word(session, memory, language, source, target, text, expected):
    memory(source, target, language)
    offer = offered(session, text, language)
    assert (offer.text, offer.match.target, offer.notes) == (expected, target, ("agreement",))
    assert all(offer.text[c.start : c.end] == c.now and c.kind == "term" for c in offer.changes)


@pytest.mark.parametrize(
    ("source", "target", "text", "why"),
    [
        ("Over de klacht.", "عن شكوى.", "Over de gemeenten.", "the new word is inflected"),
        ("Over bezwaar.", "عن اعتراض.", "Over klacht.", "nobody approved the new term's word"),
        ("Over bezwaar.", "عن الاعتراض.", "Over beroep.", "with an article only a person knows the right form"),
        ("Over bezwaar.", "عن طلب.", "Over beroep.", "the old word is not in the target"),
        ("Over bezwaar.", "عن اعتراض بعد اعتراض.", "Over beroep.", "it is there twice"),
        ("Over bezwaar en de rechtbank.", "عن اعتراض ومحكمة.", "Over beroep en de gemeente.", "two terms differ"),
        ("Vandaag iets over bezwaar.", "اليوم عن اعتراض.", "Morgen iets over beroep.", "another word differs too"),
        ("Over fietsen.", "عن اعتراض.", "Over beroep.", "what stood there was no term"),
    ],
)
def test_a_term_is_left_alone_where_it_is_not_certain(session, memory, source, target, text, why):
    memory(source, target)
    offer = offered(session, text)
    assert (offer.text, offer.changes) == (target, ()), why


def test_numbers_are_carried_over_before_terms_are_looked_at(session, memory):
    memory("Bezwaar binnen 6 weken.", "اعتراض خلال ٦ أسابيع.")
    offer = offered(session, "Bezwaar binnen 8 weken.")
    assert (offer.text, [c.kind for c in offer.changes]) == ("اعتراض خلال ٨ أسابيع.", ["number"])
