"""The models the tests translate with are true models, and the same every time."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tiny_model


def digest(path: Path) -> str:
    files = [path] if path.is_file() else sorted(path.iterdir())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


BUILDERS = {
    "argos": lambda path: tiny_model.build_argos_package(path.with_suffix(".argosmodel"), "en", "ar"),
    "nllb": tiny_model.build_nllb_folder,
    "opus": lambda path: tiny_model.build_opus_folder(path, "nl", "en"),
    "opus of several languages": lambda path: tiny_model.build_opus_folder(path, "en", ["ar", "ti"]),
    "madlad": tiny_model.build_madlad_folder,
}


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_a_model_built_twice_is_the_same_to_the_byte(build, tmp_path):
    assert digest(build(tmp_path / "a")) == digest(build(tmp_path / "b"))


def test_all_that_a_journey_needs_is_built_in_a_moment(tmp_path):
    began = time.process_time()
    tiny_model.build_argos_package(tmp_path, "nl", "en")
    tiny_model.build_argos_package(tmp_path, "en", "ar")
    tiny_model.build_nllb_folder(tmp_path / "nllb")
    assert time.process_time() - began < 3


def test_another_processor_gives_the_same_answers(built):
    script = (
        "import sys, pathlib, ctranslate2, sentencepiece\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / 'sentencepiece.bpe.model'))\n"
        "source = ['nld_Latn', *pieces.encode('Hallo, de dokter heeft nodig schoon water.', out_type=str), '</s>']\n"
        "answer = ctranslate2.Translator(str(folder)).translate_batch([source], target_prefix=[['tir_Ethi']])\n"
        "sys.stdout.buffer.write(pieces.decode_pieces(answer[0].hypotheses[0][1:]).encode())\n"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", script, str(built / "nllb-200-distilled-600M-int8")],
            env={**os.environ, **isa},
            capture_output=True,
            check=True,
        ).stdout.decode()
        for isa in ({"CT2_FORCE_CPU_ISA": "GENERIC"}, {})
    }
    assert answers == {"ሰላም, ሓኪም የድልዮ ጽሩይ ማይ."}


def test_no_word_of_the_lexicon_stands_in_the_wrong_script():
    scripts = {"ar": "ARABIC", "fa": "ARABIC", "ti": "ETHIOPIC", "en": "LATIN", "nl": "LATIN"}
    import unicodedata

    for row in tiny_model.lexicon():
        for language, words in row.items():
            for letter in "".join(words):
                if letter.isalpha():
                    assert unicodedata.name(letter).startswith(scripts[language]), (language, words)
