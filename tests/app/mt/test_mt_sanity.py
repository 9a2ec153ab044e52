"""What a small model gets visibly wrong is not shown; what may be wrong is marked."""

import pytest

from app.mt import sanity

# source language, target language, source, target, notes
CASES = [
    # fit
    ("nl", "ar", "De dokter komt vandaag.", "يأتي الطبيب اليوم.", ()),
    ("nl", "ti", "De dokter komt vandaag.", "ሓኪም ሎሚ ይመጽእ።", ()),
    ("nl", "am", "De dokter komt vandaag.", "ሐኪሙ ዛሬ ይመጣል።", ()),
    ("nl", "en", "De dokter komt vandaag.", "The doctor comes today.", ()),
    ("nl", "zh-Hans", "De dokter komt vandaag naar het ziekenhuis.", "医生今天来医院。", ()),
    ("ar", "nl", "يأتي الطبيب اليوم.", "De dokter komt vandaag.", ()),
    # the source again
    ("nl", "ar", "De dokter komt vandaag.", "De dokter komt vandaag.", ("untranslated",)),
    ("nl", "ti", "de brief is kwijt", "De brief is kwijt", ("untranslated",)),
    ("ar", "nl", "يأتي الطبيب اليوم.", "يأتي الطبيب اليوم.", ("untranslated",)),
    ("ti", "en", "ሓኪም ሎሚ ይመጽእ።", "ሓኪም ሎሚ ይመጽእ።", ("untranslated",)),
    ("nl", "en", "De dokter komt vandaag.", "De dokter komt vandaag.", ("untranslated",)),
    ("ar", "fa", "يأتي الطبيب اليوم غدا.", "يأتي الطبيب اليوم غدا.", ("untranslated",)),
    ("ti", "am", "ሓኪም ሎሚ ናብ ገዛ ይመጽእ።", "ሓኪም ሎሚ ናብ ገዛ ይመጽእ።", ("untranslated",)),
    # names, numbers and abbreviations may stay; in one script short texts may be the same
    ("nl", "ar", "Kofi Mensah", "Kofi Mensah", ()),
    ("nl", "ti", "IND, COA, BSN 112", "IND, COA, BSN 112", ()),
    ("nl", "ar", "De IND in Den Haag schrijft een brief.", "كتبت IND في Den Haag رسالة.", ()),
    ("nl", "en", "Hotel Amsterdam", "Hotel Amsterdam", ()),
    ("nl", "en", "De IND is in Den Haag", "The IND is in Den Haag", ()),
    # another script
    ("nl", "ar", "De dokter komt vandaag.", "Врач придёт сегодня.", ("wrong-script",)),
    ("nl", "ti", "De dokter komt vandaag.", "The doctor comes today.", ("wrong-script",)),
    ("nl", "en", "De dokter komt vandaag.", "يأتي الطبيب اليوم.", ("wrong-script",)),
    ("en", "ar", "The doctor comes.", "ሓኪም ይመጽእ።", ("wrong-script",)),
    ("nl", "ru", "De dokter komt vandaag.", "Der Arzt kommt heute.", ("wrong-script",)),
    # round in circles
    ("nl", "ar", "De dokter komt.", "الطبيب الطبيب الطبيب الطبيب", ("repetition",)),
    ("nl", "ti", "De dokter komt.", "ሓኪም ሓኪም ሓኪም", ("repetition",)),
    ("nl", "en", "Wij helpen u graag.", "We help you, we help you, we help you.", ("repetition",)),
    ("nl", "zh-Hans", "De dokter komt.", "医生医生医生医生医生", ("repetition",)),
    ("nl", "ar", "De dokter komt.", "لالالالالالالالا", ("repetition",)),
    ("nl", "en", "nee nee nee nee", "no no no no", ()),
    ("nl", "ar", "ja ja ja ja", "نعم نعم نعم نعم", ()),
    ("nl", "en", "Bel 112 112 112.", "Call 112 112 112.", ()),
    # nothing
    ("nl", "ar", "De dokter komt.", "", ("empty",)),
    ("nl", "ti", "De dokter komt.", " \n", ("empty",)),
    # numbers, whatever their digits and separators
    ("nl", "ar", "Betaal 1.250,50 euro.", "ادفع ١٬٢٥٠٫٥٠ يورو.", ()),
    ("nl", "fa", "Bel 088-0430430.", "با ۰۸۸-۰۴۳۰۴۳۰ تماس بگیرید.", ()),
    ("nl", "ar", "Binnen 28 dagen.", "خلال 82 يوما.", ("number",)),
    ("nl", "ti", "Binnen 28 dagen.", "ኣብ ውሽጢ መዓልታት።", ("number",)),
    # placeholders and addresses
    ("nl", "ar", "Dag {name}!", "مرحبا {name}!", ()),
    ("nl", "ar", "Dag {name}!", "مرحبا {الاسم}!", ("placeholder",)),
    ("nl", "ti", "%(count)s brieven", "%(count)s ደብዳበታት", ()),
    ("nl", "ti", "%(count)s brieven", "ደብዳበታት", ("placeholder",)),
    ("nl", "en", "Zie {{link}}.", "See {link}.", ("placeholder",)),
    ("nl", "ar", "Kijk op www.ind.nl.", "انظر www.ind.nl.", ()),
    ("nl", "ar", "Kijk op https://ind.nl/brief_2.", "انظر https://ind.nl/brief 2.", ("address",)),
    ("nl", "ti", "Mail info@coa.nl.", "ናብ info@coa.nl ጽሓፉ።", ()),
    ("nl", "ti", "Mail info@coa.nl.", "ናብ ኢንፎ ጽሓፉ።", ("address",)),
    # length
    ("nl", "ar", "U moet binnen vier weken bezwaar maken tegen dit besluit.", "يجب عليك.", ("length",)),
    ("nl", "ti", "Ja.", "እወ " + "ንሕና ንስኻ ሰላም ጽቡቕ ሎሚ ጽባሕ ገዛ ስራሕ ማይ ሓገዝ ሕጊ ስም", ("length",)),
    ("nl", "ar", "De brief.", "ال\u2047 رسالة.", ("unknown",)),
]  # fmt: skip


@pytest.mark.parametrize(("source_language", "target_language", "source", "target", "expected"), CASES)
def test_what_is_wrong_with_an_answer_is_noticed(source_language, target_language, source, target, expected):
    assert sanity.notes(source, target, source_language, target_language) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [((), False), (("number", "length"), False), (("untranslated",), True), (("number", "repetition"), True)],
)
def test_only_what_is_surely_useless_is_refused(found, expected):
    assert sanity.refused(found) is expected


def test_a_long_text_is_looked_at_quickly():
    import time

    began = time.process_time()
    sanity.notes("ሓኪም ሎሚ " * 5000, "doctor today " * 5000, "ti", "en")
    sanity.notes("aaaaaaaaab" * 2000, "ااااااااب" * 2000, "nl", "ar")
    assert time.process_time() - began < 3


def test_an_echo_is_not_offered_and_the_next_best_answer_is(everything):
    """What the model cannot translate it copies: nothing of that reaches a translator."""
    assert everything.translate(["the voluntary repatriation workshop"], "en", "ti") == [[]]
    assert everything.translate(["vrijwillige terugkeer bespreken"], "nl", "ar") == [[]]


def test_an_answer_that_loses_a_number_is_offered_with_a_note(argos):
    from dataclasses import dataclass

    from app.mt.engine import Hypothesis
    from app.mt.suggesting import suggest

    @dataclass
    class Fixed:
        """An engine that gives these answers, as a bad model would."""

        answers: list[str]
        name: str = "Argos"
        licence: str | None = None

        def translate(self, batch, source, target, n=1):
            return [[Hypothesis(text, -0.1) for text in self.answers[:n]] for _ in batch]

    route = argos.route("en", "ar")
    source = "The doctor comes in 28 days."
    assert suggest(route, [Fixed(["يأتي الطبيب خلال أيام."])], [source], 1)[0][0].notes == ("number",)
    assert suggest(route, [Fixed([source])], [source], 1) == [[]]
    found = suggest(route, [Fixed([source, "doctor", "يأتي الطبيب خلال 28 يوما."])], [source], 1)[0]
    assert [one.text for one in found] == ["يأتي الطبيب خلال 28 يوما."]
