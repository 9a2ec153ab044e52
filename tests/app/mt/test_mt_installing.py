"""Models go into the folder whole and tried, or not at all; they come out again; other processes see it."""

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
import tiny_model

from app.mt.engine import EngineUnavailable, ModelRefused, UnknownModel
from app.mt.modelfile import DamagedModelFile
from app.mt.modelfile import read as read_model_file
from app.mt.registry import Models


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()


def refusal(models: Models, path: Path, **said) -> str:
    """Why installing is refused; sees to it that nothing stays behind and that the message helps."""
    before = files(models.folder)
    with pytest.raises(ModelRefused) as caught:
        models.install(path, **said)
    assert files(models.folder) == before
    assert "%(" not in str(caught.value)
    assert str(caught.value).endswith(".")
    return caught.value.reason


def package(tmp_path: Path, built: Path, changes: dict[str, bytes | None]) -> Path:
    """A package like nl-en with files changed."""
    path = tmp_path / "changed.argosmodel"
    path.write_bytes(tiny_model.repacked(built / "nl-en.argosmodel", changes))
    return path


TOP = "translate-nl_en-1_0"


def test_an_argos_package_is_installed_listed_and_removed(built, tmp_path):
    models = Models(tmp_path / "models")
    assert models.installed() == []
    model = models.install(built / "nl-en.argosmodel")
    assert (model.id, model.engine, model.source, model.target) == ("argos-nl-en", "Argos", "nl", "en")
    assert model.pairs == {("nl", "en")}
    assert model.version == "1.0"
    assert model.licence is None
    assert model.size > 100_000
    assert models.installed() == [model]
    assert models.translate(["De brief"], "nl", "en")[0][0].text == "The letter"
    models.remove(model.id)
    assert models.installed() == []
    assert models.translate(["De brief"], "nl", "en") == [[]]
    assert files(models.folder) == set()


def test_a_converted_folder_is_installed_listed_and_removed(built, tmp_path):
    models = Models(tmp_path / "models")
    model = models.install(built / "nllb-200-distilled-600M-int8")
    assert (model.id, model.engine) == ("nllb-200-distilled-600m-int8", "NLLB-200")
    assert model.licence == "CC-BY-NC-4.0"
    assert (model.source, model.target) == (None, None)
    assert dict(model.targets) == {
        "en": "eng_Latn", "nl": "nld_Latn", "ar": "arb_Arab", "fa": "pes_Arab", "ti": "tir_Ethi",
    }  # fmt: skip
    assert ("nl", "ti") in model.pairs
    assert ("nl", "nl") not in model.pairs
    models.remove(model.id)
    assert files(models.folder) == set()


def test_a_folder_stays_where_it_was_and_only_what_is_needed_is_copied(built, tmp_path):
    folder = tmp_path / "opus-mt-en-nl"
    shutil.copytree(built / "opus-mt-en-nl", folder)
    (folder / "training.log").write_text("large")
    models = Models(tmp_path / "models")
    model = models.install(folder)
    assert files(model.path) == {
        "model.bin", "config.json", "shared_vocabulary.json", "source.spm", "target.spm", "engine.json",
    }  # fmt: skip
    assert (folder / "training.log").exists()


@pytest.mark.parametrize(
    ("name", "said", "pairs"),
    [
        ("opus-mt-en-nl", {}, {("en", "nl")}),
        ("opus-mt-tc-big-en-nl", {}, {("en", "nl")}),
        ("opus_en_nl.int8", {}, {("en", "nl")}),
        ("downloaded", {"source": "en", "target": "nl"}, {("en", "nl")}),
        ("opus-mt-eng-nld", {}, {("en", "nl")}),
    ],
)
def test_an_opus_folder_says_its_languages_by_its_name_or_is_told(built, tmp_path, name, said, pairs):
    folder = tmp_path / name
    shutil.copytree(built / "opus-mt-en-nl", folder)
    assert Models(tmp_path / "models").install(folder, **said).pairs == pairs


def test_an_opus_folder_that_says_nothing_is_refused(built, tmp_path):
    folder = tmp_path / "downloaded"
    shutil.copytree(built / "opus-mt-en-nl", folder)
    assert refusal(Models(tmp_path / "models"), folder) == "languages"


def test_a_licence_that_the_model_card_states_is_shown(built, tmp_path):
    folder = tmp_path / "opus-mt-en-nl"
    shutil.copytree(built / "opus-mt-en-nl", folder)
    (folder / "README.md").write_text("---\nlanguage: [en, nl]\nlicense: apache-2.0\n---\n# A model\n")
    models = Models(tmp_path / "models")
    assert models.install(folder).licence == "Apache-2.0"
    assert models.install(folder, licence="CC0-1.0").licence == "CC0-1.0"


def test_a_new_version_takes_the_place_of_the_old_one_in_memory_too(built, tmp_path):
    models = Models(tmp_path / "models")
    models.install(built / "en-nl.argosmodel")
    assert models.translate(["The letter"], "en", "nl")[0][0].text == "De brief"
    before = models.route("en", "nl").key
    # the new version of this package translates into Arabic, to see which of the two answers
    files = tiny_model.argos_files("en", "ar", version="2.0")
    metadata = json.loads(files["metadata.json"]) | {"to_code": "nl", "to_name": "Dutch"}
    path = tmp_path / "new.argosmodel"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"new/{name}", json.dumps(metadata) if name == "metadata.json" else content)
    assert models.install(path).version == "2.0"
    assert [model.version for model in models.installed()] == ["2.0"]
    assert models.route("en", "nl").key != before
    # Arabic letters where Dutch was asked for: refused, and so proof that the new model was asked
    assert models.translate(["The letter"], "en", "nl") == [[]]
    assert len(models._engines) == 1


def test_the_same_package_installed_again_keeps_its_key(built, tmp_path):
    models = Models(tmp_path / "models")
    models.install(built / "en-nl.argosmodel")
    key = models.route("en", "nl").key
    models.install(built / "en-nl.argosmodel")
    assert models.route("en", "nl").key == key


def test_another_process_installs_and_removes_and_this_one_sees_it(built, tmp_path):
    models = Models(tmp_path / "models")
    assert models.route("nl", "en") is None
    script = "import sys; from app.mt.registry import Models; getattr(Models(sys.argv[1]), sys.argv[2])(sys.argv[3])"

    def elsewhere(verb: str, what: str) -> None:
        subprocess.run([sys.executable, "-c", script, str(models.folder), verb, what], check=True)

    elsewhere("install", str(built / "nl-en.argosmodel"))
    assert models.translate(["De brief"], "nl", "en")[0][0].text == "The letter"
    elsewhere("remove", "argos-nl-en")
    assert models.route("nl", "en") is None


def test_models_are_there_after_a_restart(own):
    again = Models(own.folder)
    assert again.installed() == own.installed()
    assert again.route("nl", "ar").key == own.route("nl", "ar").key
    assert again.translate(["De brief"], "nl", "ar") == own.translate(["De brief"], "nl", "ar")


def test_a_model_that_is_not_there_cannot_be_removed(own):
    before = files(own.folder)
    for wrong in ("argos-en-so", "../models", "", "argos"):
        with pytest.raises(UnknownModel):
            own.remove(wrong)
    assert files(own.folder) == before


def test_stray_folders_and_files_are_passed_over(own):
    (own.folder / "argos" / "downloads").mkdir()
    (own.folder / "argos" / "half").mkdir()
    (own.folder / "argos" / "half" / "metadata.json").write_text("{")
    (own.folder / "argos" / "notes.txt").write_text("x")
    (own.folder / "ctranslate2" / "empty").mkdir(parents=True)
    assert [model.id for model in own.installed()] == ["argos-en-ar", "argos-en-fa", "argos-en-nl", "argos-nl-en"]
    assert own.translate(["De brief"], "nl", "ar")[0][0].text == "الرسالة"


def test_a_package_unpacked_by_hand_is_used(built, tmp_path):
    folder = tmp_path / "models" / "argos"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(built / "en-ar.argosmodel") as archive:
        archive.extractall(folder)
    models = Models(tmp_path / "models")
    assert [model.id for model in models.installed()] == ["argos-translate-en_ar-1_0"]
    assert models.translate(["The letter"], "en", "ar")[0][0].text == "الرسالة"


def test_a_model_whose_weights_are_damaged_later_is_unavailable_and_no_crash(own):
    weights = own.folder / "argos" / "en-ar" / "model" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(EngineUnavailable):
        own.translate(["The letter"], "en", "ar")
    assert own.translate(["The letter"], "en", "nl")[0][0].text == "De brief"


# --- what is refused -----------------------------------------------------------------------------------------


def test_what_is_not_there_is_refused(tmp_path):
    assert refusal(Models(tmp_path / "models"), tmp_path / "nothing.argosmodel") == "not-there"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not-a-model"),
        (b"hello, I am no zip", "not-a-model"),
        (b"%PDF-1.7\n" + b"x" * 5000, "not-a-model"),
        (b"PK\x03\x04" + b"\0" * 500, "damaged"),
        ("السلام عليكم ሰላም".encode(), "not-a-model"),
    ],
)
def test_a_file_that_is_no_package_is_refused(tmp_path, content, reason):
    path = tmp_path / "file.argosmodel"
    path.write_bytes(content)
    assert refusal(Models(tmp_path / "models"), path) == reason


def test_a_truncated_package_is_refused(built, tmp_path):
    whole = (built / "nl-en.argosmodel").read_bytes()
    for part in (0.3, 0.9, 0.999):
        path = tmp_path / "cut.argosmodel"
        path.write_bytes(whole[: int(len(whole) * part)])
        assert refusal(Models(tmp_path / "models"), path) == "damaged"


def test_a_package_with_flipped_bytes_is_refused(built, tmp_path):
    whole = bytearray((built / "nl-en.argosmodel").read_bytes())
    for i in range(20_000, 20_200):
        whole[i] ^= 0xFF
    path = tmp_path / "flipped.argosmodel"
    path.write_bytes(bytes(whole))
    assert refusal(Models(tmp_path / "models"), path) == "damaged"


BAD_PACKAGES = {
    "no metadata": ({f"{TOP}/metadata.json": None}, "metadata"),
    "metadata that is no JSON": ({f"{TOP}/metadata.json": b"{"}, "metadata"),
    "metadata that is a list": ({f"{TOP}/metadata.json": b"[]"}, "metadata"),
    "metadata without a language": ({f"{TOP}/metadata.json": b'{"from_code": "nl"}'}, "metadata"),
    "metadata nested without end": ({f"{TOP}/metadata.json": b"[" * 100_000}, "metadata"),
    "one language twice": ({f"{TOP}/metadata.json": b'{"from_code": "nl", "to_code": "nl"}'}, "metadata"),
    "a language nobody knows": ({f"{TOP}/metadata.json": b'{"from_code": "nl", "to_code": "qqq"}'}, "languages"),
    "a path as a language": ({f"{TOP}/metadata.json": b'{"from_code": "nl", "to_code": "../../x"}'}, "languages"),
    "a package of another type": (
        {f"{TOP}/metadata.json": b'{"from_code": "nl", "to_code": "en", "type": "sbd"}'},
        "not-a-model",
    ),
    "a name that climbs out": ({f"{TOP}/../../evil.py": b"x"}, "unsafe"),
    "an absolute name": ({"/etc/evil": b"x"}, "unsafe"),
    "a name of Windows": ({"C:\\evil": b"x"}, "unsafe"),
    "two folders": ({"other/model/model.bin": b"x"}, "not-a-model"),
    "a file beside the folder": ({"evil.py": b"x"}, "not-a-model"),
    "no weights": ({f"{TOP}/model/model.bin": None}, "not-a-model"),
    "weights that are none": ({f"{TOP}/model/model.bin": b"x" * 1000}, "damaged"),
    "weights of nothing": ({f"{TOP}/model/model.bin": b""}, "damaged"),
    "no tokenizer": ({f"{TOP}/sentencepiece.model": None}, "does-not-run"),
    "a tokenizer that is none": ({f"{TOP}/sentencepiece.model": b"hello"}, "does-not-run"),
    "no vocabulary": ({f"{TOP}/model/shared_vocabulary.json": None}, "does-not-run"),
    "a vocabulary of another model": ({f"{TOP}/model/shared_vocabulary.json": b'["a", "b"]'}, "does-not-run"),
}


@pytest.mark.parametrize(("changes", "reason"), BAD_PACKAGES.values(), ids=BAD_PACKAGES)
def test_a_bad_package_is_refused_and_leaves_nothing_behind(built, tmp_path, changes, reason):
    outside = set(tmp_path.parent.iterdir())
    assert refusal(Models(tmp_path / "models"), package(tmp_path, built, changes)) == reason
    assert set(tmp_path.parent.iterdir()) == outside


def test_a_bad_package_does_not_harm_the_model_that_is_there(built, own):
    bad = package(own.folder.parent, built, {f"{TOP}/sentencepiece.model": b"hello"})
    assert refusal(own, bad) == "does-not-run"
    assert own.translate(["De brief"], "nl", "en")[0][0].text == "The letter"


def test_a_zip_bomb_is_not_unpacked(built, tmp_path):
    bomb = package(tmp_path, built, {f"{TOP}/model/model.bin": b"\0" * 30_000_000})
    assert bomb.stat().st_size < 300_000
    assert refusal(Models(tmp_path / "models"), bomb) == "too-large"


def test_a_zip_of_countless_files_is_not_unpacked(built, tmp_path):
    many = package(tmp_path, built, {f"{TOP}/stanza/{i}": b"" for i in range(6000)})
    assert refusal(Models(tmp_path / "models"), many) == "too-large"


def test_a_link_in_a_package_is_refused(built, tmp_path):
    path = tmp_path / "link.argosmodel"
    shutil.copyfile(built / "nl-en.argosmodel", path)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo(f"{TOP}/README.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(Models(tmp_path / "models"), path) == "unsafe"


def test_what_is_not_needed_is_not_unpacked(built, tmp_path):
    extra = {f"{TOP}/stanza/nl/tokenize.pt": b"x", f"{TOP}/setup.py": b"x", f"__MACOSX/{TOP}/._model": b"x"}
    model = Models(tmp_path / "models").install(package(tmp_path, built, extra))
    assert files(model.path) == {
        "metadata.json", "README.md", "sentencepiece.model", "engine.json",
        "model/model.bin", "model/config.json", "model/shared_vocabulary.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("model.bin", "not-a-model"),
        ("sentencepiece.bpe.model", "unsupported"),
        ("shared_vocabulary.json", "damaged"),
        ("config.json", None),
    ],
)
def test_a_folder_with_a_part_missing_is_refused(built, tmp_path, missing, reason):
    folder = tmp_path / "nllb-200"
    shutil.copytree(built / "nllb-200-distilled-600M-int8", folder)
    (folder / missing).unlink()
    models = Models(tmp_path / "models")
    if reason is None:
        pytest.raises(ModelRefused, models.install, folder)
    else:
        assert refusal(models, folder) == reason


def test_a_folder_that_was_not_converted_is_refused_with_what_to_do(tmp_path):
    folder = tmp_path / "nllb-200-distilled-600M"
    folder.mkdir()
    (folder / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ModelRefused, match="ct2-transformers-converter") as caught:
        Models(tmp_path / "models").install(folder)
    assert caught.value.reason == "unsupported"


def test_an_empty_folder_is_no_model(tmp_path):
    (tmp_path / "empty").mkdir()
    assert refusal(Models(tmp_path / "models"), tmp_path / "empty") == "not-a-model"


def test_truncated_weights_in_a_folder_are_refused(built, tmp_path):
    folder = tmp_path / "nllb-200"
    shutil.copytree(built / "nllb-200-distilled-600M-int8", folder)
    whole = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(whole[: len(whole) - 7])
    assert refusal(Models(tmp_path / "models"), folder) == "damaged"


def test_two_installations_of_one_package_at_once_leave_one_whole_model(built, tmp_path):
    folder = tmp_path / "models"
    problems = []

    def install() -> None:
        try:
            Models(folder).install(built / "nl-en.argosmodel")
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=install) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    models = Models(folder)
    assert [model.id for model in models.installed()] == ["argos-nl-en"]
    assert models.translate(["De brief"], "nl", "en")[0][0].text == "The letter"
    assert not list((folder / ".making").iterdir())


def test_the_head_of_a_model_file_says_how_long_sentences_may_be(built):
    found = read_model_file(built / "nllb-200-distilled-600M-int8" / "model.bin")
    assert (found.specification, found.places) == ("TransformerSpec", 256)


def test_a_model_file_cut_anywhere_is_noticed(built, tmp_path):
    whole = (built / "opus-mt-en-nl" / "model.bin").read_bytes()
    path = tmp_path / "model.bin"
    for length in (0, 1, 3, 4, 7, 20, 60, 500, 100_000, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedModelFile):
            read_model_file(path)
    path.write_bytes(whole)
    assert read_model_file(path).shapes


def test_a_model_of_a_newer_ctranslate2_is_refused(tmp_path, built):
    changed = bytearray((built / "opus-mt-en-nl" / "model.bin").read_bytes())
    changed[0] = 7
    folder = tmp_path / "opus-mt-en-nl"
    shutil.copytree(built / "opus-mt-en-nl", folder)
    (folder / "model.bin").write_bytes(bytes(changed))
    assert refusal(Models(tmp_path / "models"), folder) == "unsupported"
