"""Texts through real engines with tiny true models: Argos, NLLB-200, OPUS-MT, MADLAD-400; direct and through English."""

import logging
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.mt.argos import ArgosEngine
from app.mt.engine import EngineUnavailable
from app.mt.registry import engine_for
from app.mt.sentences import pieces


def best(models, text, source, target):
    found = models.translate([text], source, target)[0]
    return found[0] if found else None


def test_argos_translates_english_into_arabic(argos):
    said = best(argos, "The doctor needs clean water today.", "en", "ar")
    assert said.text == "الطبيب يحتاج إلى ماء نظيف اليوم."
    assert (said.engine, said.path, said.model, said.notes) == ("Argos", ("en", "ar"), "argos-en-ar", ())
    assert said.score <= 0


def test_dutch_reaches_arabic_through_english_and_says_so(argos):
    said = best(argos, "De asielzoeker heeft nodig een advocaat.", "nl", "ar")
    assert said.text == "طالب اللجوء يحتاج إلى محام."
    assert said.path == ("nl", "en", "ar")
    assert said.model == "argos-nl-en argos-en-ar"


def test_nllb_translates_dutch_into_tigrinya_directly(everything):
    said = best(everything, "Hallo, de dokter heeft nodig schoon water.", "nl", "ti")
    assert said.text == "ሰላም, ሓኪም የድልዮ ጽሩይ ማይ."
    assert (said.engine, said.path) == ("NLLB-200", ("nl", "ti"))
    assert said.licences == ("CC-BY-NC-4.0",)


@pytest.mark.parametrize(
    ("model", "source", "target", "text", "expected"),
    [
        ("opus-mt-en-nl", "en", "nl", "The asylum seeker", "De asielzoeker"),
        ("opus-mt-en-sem", "en", "ti", "The asylum seeker", "ሓታቲ ዑቕባ"),
        ("opus-mt-en-sem", "en", "ar", "The asylum seeker", "طالب اللجوء"),
        ("nllb-200-distilled-600m-int8", "ar", "fa", "طالب اللجوء", "پناهجو"),
        ("nllb-200-distilled-600m-int8", "ti", "nl", "ሆስፒታል", "ziekenhuis"),
        ("nllb-200-distilled-600m-int8", "fa", "ti", "پناهجو", "ሓታቲ ዑቕባ"),
        ("madlad400-3b-mt", "nl", "fa", "De asielzoeker", "پناهجو"),
        ("madlad400-3b-mt", "en", "ti", "The asylum seeker", "ሓታቲ ዑቕባ"),
        ("argos-en-fa", "en", "fa", "The asylum seeker", "پناهجو"),
    ],
)
def test_each_family_is_asked_for_a_language_in_its_own_way(everything, model, source, target, text, expected):
    engine = engine_for(next(m for m in everything.installed() if m.id == model))
    assert engine.translate([text], source, target)[0][0].text == expected


def test_argos_answers_as_argos_itself_does(argos):
    """Ours runs sentences in batches; `argostranslate.translate` is the reference, with its splitter replaced."""
    from app.mt.argos import library

    package = library(argos.folder).Package(argos.folder / "argos" / "en-ar")
    from argostranslate import translate

    class OneSentence:
        def split_sentences(self, text):
            return [text]

    theirs = translate.PackageTranslation(translate.Language("en", ""), translate.Language("ar", ""), package)
    theirs.sentencizer = OneSentence()
    texts = [
        "The doctor needs clean water and help.",
        "Hello, refugee!",
        "Kofi Mensah, 12-03-2027, residence permit, {name}",
        "ሰላም the letter",
    ]
    ours = engine_for(next(m for m in argos.installed() if m.id == "argos-en-ar")).translate(texts, "en", "ar", 3)
    for text, found in zip(texts, ours, strict=True):
        assert [one.text for one in found] == [one.value for one in theirs.hypotheses(text, 3)]


def test_an_older_argos_package_with_byte_pair_encoding_works_too(tmp_path):
    import zipfile

    import tiny_model

    from app.mt.registry import Models

    path = tmp_path / "old.argosmodel"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tiny_model.argos_files("en", "nl", bpe=True).items():
            archive.writestr(f"translate-en_nl-1_0/{name}", content)
    models = Models(tmp_path / "models")
    models.install(path)
    assert models.translate(["new letter, good."], "en", "nl")[0][0].text == "nieuw brief, goed."


@pytest.mark.parametrize(
    ("pieces", "room", "parts"),
    [
        ("▁ab c ▁d e ▁f g", 4, ["▁ab c ▁d e", "▁f g"]),
        ("▁ab c ▁d e f", 4, ["▁ab c ▁d e", "f"]),
        ("a@@ b c@@ d e", 4, ["a@@ b c@@ d", "e"]),
        ("a@@ b c@@ d@@ e", 4, ["a@@ b c@@ d@@", "e"]),
        ("▁ሓታቲ ▁ዑቕባ ▁ሎ ሚ ▁ማይ", 3, ["▁ሓታቲ ▁ዑቕባ", "▁ሎ ሚ ▁ማይ"]),
        ("▁a", 4, ["▁a"]),
        ("", 4, []),
    ],
)
def test_a_sentence_of_too_many_pieces_is_cut_between_words(pieces, room, parts):
    from app.mt.running import cut_pieces

    assert [" ".join(part) for part in cut_pieces(pieces.split(), room)] == parts


def test_underscores_survive_argos(argos):
    assert "jan_de_wit@example.nl" in best(argos, "letter jan_de_wit@example.nl", "en", "ar").text


def test_nothing_of_a_text_is_logged(argos, caplog):
    caplog.set_level(logging.DEBUG)
    argos.translate(["The refugee Selam Tesfay needs a lawyer."], "en", "ar")
    argos.translate(["De vluchteling Selam Tesfay heeft nodig een advocaat."], "nl", "ar")
    assert "Selam" not in caplog.text


def test_several_answers_come_best_first_and_differ(argos):
    found = argos.translate(["The doctor"], "en", "nl", n=2)[0]
    assert [one.text for one in found] == ["De dokter", "De arts"]
    assert found[0].score > found[1].score


def test_a_text_of_several_sentences_keeps_its_white_space_and_line_breaks(argos):
    said = best(argos, "\n  Hello. The doctor  is in.\r\n\n\tThe letter!\n", "en", "nl")
    assert said.text == "\n  Hallo. De dokter is in.\r\n\n\tDe brief!\n"


def test_texts_answer_in_their_order_whatever_is_among_them(argos):
    texts = ["The letter", "", "   ", "112", "The doctor", "The letter"]
    found = argos.translate(texts, "en", "ar")
    assert [one[0].text if one else None for one in found] == ["الرسالة", None, None, None, "الطبيب", "الرسالة"]


def test_the_same_text_gets_the_same_answer_alone_and_in_company(everything):
    texts = [f"Hallo {name}, de dokter heeft nodig schoon water." for name in ("Kofi", "Selam", "ሰላም", "أمل")]
    [together, alone] = (
        [suggestion for found in answers for suggestion in found]
        for answers in (
            everything.translate(texts, "nl", "ti"),
            [everything.translate([text], "nl", "ti")[0] for text in texts],
        )
    )
    # a batch of another shape is added up in another order: the last digits of a score are the processor's
    assert [s.score for s in alone] == pytest.approx([s.score for s in together], abs=1e-5)
    assert [replace(s, score=0) for s in alone] == [replace(s, score=0) for s in together]
    assert len({s.text for s in alone}) == len(texts)


def test_a_long_sentence_is_translated_to_its_end(everything):
    text = " ".join(["asielzoeker"] * 400) + " brief"
    words = best_raw(everything, text, "nl", "ti").split()
    assert words[-1] == "ደብዳበ"
    assert words.count("ሓታቲ") == 400


def best_raw(models, text, source, target):
    """Without the check for repetition, which would rightly refuse this."""
    from app.mt.sentences import translate_text

    route = models.route(source, target)
    return translate_text(route, [engine_for(hop.model) for hop in route.hops], [text], 1)[0][0][0]


def test_a_text_without_end_is_not_given_to_a_model(argos):
    assert argos.translate(["water " * 200_000], "en", "ar") == [[]]


@pytest.mark.parametrize(("source", "target"), [("en", "so"), ("en", "en"), ("en", "qqq"), ("", "ar"), ("ar", "nl")])
def test_a_pair_without_a_model_gets_nothing(argos, source, target):
    assert argos.route(source, target) is None
    assert argos.translate(["The doctor"], source, target) == [[]]


@pytest.mark.parametrize("family", ["nllb-200", "opus-mt", "madlad-400", "argos"])
def test_a_model_asked_for_a_language_it_does_not_have_says_so(everything, family):
    engine = engine_for(next(m for m in everything.installed() if m.family == family))
    with pytest.raises(EngineUnavailable):
        engine.translate(["The doctor"], "en", "so")


def test_a_code_that_the_vocabulary_does_not_have_is_an_error_and_no_other_language(everything):
    from dataclasses import replace

    model = next(m for m in everything.installed() if m.family == "nllb-200")
    wrong = replace(model, targets={**model.targets, "am": "amh_Ethi"})
    with pytest.raises(EngineUnavailable, match="amh_Ethi"):
        engine_for(wrong).translate(["Hallo"], "nl", "am")


def test_an_engine_gives_its_memory_back_and_loads_again(argos):
    model = next(m for m in argos.installed() if m.id == "argos-en-ar")
    engine = engine_for(model)
    assert isinstance(engine, ArgosEngine)
    assert not engine.is_loaded
    first = engine.translate(["The letter"], "en", "ar")
    assert engine.is_loaded
    engine.unload()
    assert not engine.is_loaded
    assert engine.translate(["The letter"], "en", "ar") == first


def test_only_so_many_models_stay_in_memory(argos):
    from app.mt.registry import Models

    models = Models(argos.folder, most_loaded=1)
    for target in ("ar", "fa", "nl", "ar"):
        assert models.translate(["The letter"], "en", target)[0]
    assert len(models._engines) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab .!?\n\t\r።؟،سلام ሰላም 12<>/_\u200f\u00a0\u2028"), max_size=80),
    st.sampled_from(["en", "ar", "ti", "nl"]),
)
def test_cutting_into_sentences_loses_nothing(text, language):
    assert "".join(pieces(text, language)) == text


def test_the_models_are_asked_in_plain_python():
    """No page, no database and no heavy library before the first translation."""
    import subprocess

    script = (
        "import sys, importlib.util\n"
        "import app.mt.registry\n"
        "print([m for m in ('ctranslate2', 'sentencepiece', 'argostranslate', 'numpy', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
