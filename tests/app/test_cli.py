"""The `dragoman` command: what programs read, what people read, and exit codes that mean something."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner

from app.cli import main
from tests import tiny_model

LETTER = Path(__file__).parents[2] / "app" / "starter" / "brief-ind.docx"


@pytest.fixture
def dragoman(tmp_path, database_url, monkeypatch):
    """dragoman(*arguments): the command on an installation of its own, without the starter pack."""
    if database_url.startswith("postgresql"):
        monkeypatch.setenv("DRAGOMAN_DATABASE_URL", database_url)
        _stamp(database_url)
    for name in list(os.environ):
        if name.startswith("DRAGOMAN_") and name != "DRAGOMAN_DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("DRAGOMAN_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("DRAGOMAN_STARTER", "no")

    def run(*arguments: str, code: int = 0):
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return run


def _stamp(database_url: str) -> None:
    """The tables are there already, made from the models: say that they are of the newest revision."""
    from alembic import command

    from app.db import alembic_config, make_engine

    engine = make_engine(database_url)
    command.stamp(alembic_config(engine), "head")
    engine.dispose()


@pytest.fixture
def memory_file(tmp_path) -> Path:
    path = tmp_path / "units.tmx"
    path.write_text(
        """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header creationtool="t" creationtoolversion="1" segtype="sentence" o-tmf="t" adminlang="en" srclang="nl" datatype="plaintext"/>
<body>
<tu><tuv xml:lang="nl"><seg>Neem uw paspoort mee.</seg></tuv><tuv xml:lang="ar"><seg>أحضر جواز سفرك.</seg></tuv><tuv xml:lang="ti"><seg>ፓስፖርትኹም ሒዝኩም ምጹ።</seg></tuv></tu>
<tu><tuv xml:lang="nl"><seg>Bel 071-1234567.</seg></tuv><tuv xml:lang="ar"><seg>اتصل 071-1234567.</seg></tuv></tu>
</body></tmx>""",
        "utf-8",
    )
    return path


def test_memory_goes_in_is_found_and_comes_out(dragoman, memory_file, tmp_path):
    done = json.loads(dragoman("memory", "import", str(memory_file), "--json").stdout)
    assert (done["new"], done["refused"]) == (3, {})
    again = json.loads(dragoman("memory", "import", str(memory_file), "--json").stdout)
    assert (again["new"], again["unchanged"]) == (0, 3)
    found = json.loads(dragoman("memory", "lookup", "--from", "nl", "--to", "ar", "--json", "Neem uw paspoort mee.").stdout)
    assert set(found[0]) == {"source", "target", "score", "reason"}
    assert found[0]["target"] == "أحضر جواز سفرك."
    assert found[0]["score"] == 100
    found = json.loads(dragoman("memory", "lookup", "--from", "nl", "--to", "ti", "--json", "Neem uw paspoort ook mee.").stdout)
    assert found[0]["target"] == "ፓስፖርትኹም ሒዝኩም ምጹ።"
    assert 70 <= found[0]["score"] < 100
    dragoman("memory", "export", str(tmp_path / "out.tmx"), "--to", "ar")
    assert "أحضر جواز سفرك." in (tmp_path / "out.tmx").read_text("utf-8")
    assert "ፓስፖርትኹም" not in (tmp_path / "out.tmx").read_text("utf-8")


def test_a_command_asks_the_index_of_a_large_memory(dragoman, memory_file, tmp_path, monkeypatch):
    from memory import index

    dragoman("memory", "import", str(memory_file))
    monkeypatch.setattr(index, "INDEX_FROM", 1)
    lookup = ("memory", "lookup", "--from", "nl", "--json", "Neem uw paspoort ook mee.", "--to")
    for target, text in (("ar", "أحضر جواز سفرك."), ("ti", "ፓስፖርትኹም ሒዝኩም ምጹ።")):
        assert json.loads(dragoman(*lookup, target).stdout)[0]["target"] == text
        [segment] = (tmp_path / "var" / "index" / "memory" / f"nl_{target}").glob("*.segment")
        # the next command opens what the first one wrote
        written = segment.stat().st_mtime_ns
        assert json.loads(dragoman(*lookup, target).stdout)[0]["target"] == text
        assert segment.stat().st_mtime_ns == written


def test_a_file_cut_short_leaves_nothing_behind(dragoman, memory_file):
    memory_file.write_bytes(memory_file.read_bytes()[:-200])
    assert "Error" in dragoman("memory", "import", str(memory_file), code=1).output
    assert json.loads(dragoman("memory", "lookup", "--from", "nl", "--to", "ar", "--json", "Neem uw paspoort mee.").stdout) == []


def test_what_is_wrong_with_a_file_is_told_once_with_its_place(dragoman, tmp_path):
    broken = tmp_path / "begrippen.ttl"
    broken.write_text('@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n<x> skos:prefLabel "لجوء"@ar, "ዑቕባ"@ti ; ; ] .\n', "utf-8")
    said = dragoman("terms", "import", str(broken), code=1).output
    assert said.count("Nothing was saved") == 1 and said.count("line ") == 1
    hostile = tmp_path / "لجوء ዑቕባ.tmx"
    hostile.write_text('<!DOCTYPE tmx SYSTEM "http://example.org/x.dtd"><tmx version="1.4"><body></tmx>', "utf-8")
    assert dragoman("memory", "import", str(hostile), code=1).output.count("Nothing was saved") == 1


def test_terms_go_in_are_found_and_come_out(dragoman, tmp_path):
    concepts = [
        {
            "code": "bezwaar",
            "subject": "procedure",
            "definitions": {"nl": {"text": "U vraagt om een nieuw besluit."}},
            "terms": [{"language": "nl", "text": "bezwaar"}, {"language": "ar", "text": "اعتراض"}, {"language": "ti", "text": "ጥርዓን"}],
        }
    ]
    path = tmp_path / "terms.json"
    path.write_text(json.dumps(concepts), "utf-8")
    assert json.loads(dragoman("terms", "import", str(path), "--json").stdout)["added"] == 1
    for query in ("bezwaar", "bezwar", "إعتراض", "ጥርዓን"):
        (found,) = json.loads(dragoman("terms", "lookup", "--json", query).stdout)
        assert found["id"] == "bezwaar"
        assert found["definition"] == "U vraagt om een nieuw besluit."
        assert {"language": "ar", "text": "اعتراض", "status": "proposed"} in found["terms"]
    out = tmp_path / "out.json"
    dragoman("terms", "export", str(out))
    again = json.loads(dragoman("terms", "import", str(out), "--json").stdout)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)


def test_a_term_base_with_one_wrong_entry_is_refused_whole(dragoman, tmp_path):
    path = tmp_path / "terms.json"
    good = {"code": "a", "terms": [{"language": "ar", "text": "اعتراض"}]}
    path.write_text(json.dumps([good, {"code": "b", "terms": [{"language": "klingon", "text": "x"}]}]), "utf-8")
    refused = dragoman("terms", "import", str(path), code=1)
    assert "b" in refused.output and "Nothing was saved" in refused.output
    assert json.loads(dragoman("terms", "lookup", "--json", "اعتراض").stdout) == []


def test_a_letter_is_pretranslated_and_says_draft(dragoman, memory_file, tmp_path):
    dragoman("memory", "import", str(memory_file))
    for pair in (("nl", "en"), ("en", "ar")):
        package = tiny_model.build_argos_package(tmp_path / f"{pair[0]}_{pair[1]}.argosmodel", *pair)
        dragoman("models", "install", str(package))
    listed = json.loads(dragoman("models", "list", "--json").stdout)
    assert sorted((m["sources"], m["targets"]) for m in listed) == [(["en"], ["ar"]), (["nl"], ["en"])]
    letter = docx.Document()
    letter.add_paragraph("Neem uw paspoort mee.")
    letter.add_paragraph("De asielzoeker heeft nodig schoon water en hulp vandaag.")
    letter.add_paragraph("Xyzzy plugh frotz.")
    letter.save(tmp_path / "brief.docx")
    out = tmp_path / "brief.ar.docx"
    arguments = ["translate", str(tmp_path / "brief.docx"), "--from", "nl", "--to", "ar", "--out", str(out)]
    done = json.loads(dragoman(*arguments, "--json").stdout)
    assert (done["memory"], done["machine"], done["untranslated"]) == (1, 1, 1)
    texts = [p.text for p in docx.Document(out).paragraphs]
    assert "DRAFT" in texts[0]
    assert "أحضر جواز سفرك." in texts
    assert any("طالب اللجوء" in text for text in texts)
    assert "exists already" in dragoman(*arguments, code=1).output
    for model in listed:
        dragoman("models", "remove", model["id"])
    assert json.loads(dragoman("models", "list", "--json").stdout) == []


def test_the_sample_letter_comes_out_in_tigrinya_with_nothing_lost(dragoman, tmp_path):
    out = tmp_path / "brief.ti.docx"
    dragoman("translate", str(LETTER), "--from", "nl", "--to", "ti", "--out", str(out))
    source, target = docx.Document(LETTER), docx.Document(out)
    assert len(target.tables) == len(source.tables)
    assert [p.text for p in target.paragraphs][1:] == [p.text for p in source.paragraphs]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], 2),
        (["translate", "does-not-exist.docx", "--from", "nl", "--to", "ar", "--out", "x"], 2),
        (["translate", str(LETTER), "--from", "nl", "--to", "klingon", "--out", "x"], 2),
        (["translate", str(LETTER), "--from", "nl", "--to", "nl-BE", "--out", "x"], 2),
        (["memory", "lookup", "--from", "xx-bogus-", "--to", "ar", "tekst"], 2),
        (["user", "invite", "no address", "--role", "staff"], 2),
        (["user", "invite", "a@example.org", "--role", "king"], 2),
        (["models", "remove", "none"], 1),
        (["models", "install", str(LETTER)], 1),
        (["terms", "import", str(LETTER)], 1),
        (["memory", "import", str(LETTER)], 1),
    ],
)
def test_exit_codes_say_what_happened(dragoman, arguments, code):
    result = dragoman(*arguments, code=code)
    assert "Traceback" not in result.output
    assert result.output.strip()


def test_somebody_is_invited_once(dragoman):
    first = json.loads(dragoman("user", "invite", "hana@example.org", "--role", "translator:nl-ti", "--json").stdout)
    second = json.loads(dragoman("user", "invite", "hana@example.org", "--role", "reviewer:nl:ar-SY", "--json").stdout)
    assert first["link"] != second["link"]
    assert "/welcome/" in second["link"]
    assert json.loads(dragoman("user", "list", "--json").stdout) == []


def test_every_command_explains_itself():
    def walk(command, path):
        result = CliRunner().invoke(main, [*path, "--help"])
        assert result.exit_code == 0 and "Usage" in result.output
        if hasattr(command, "list_commands"):
            for name in command.list_commands(None):
                yield from walk(command.get_command(None, name), [*path, name])
        yield " ".join(path)

    names = set(walk(main, []))
    assert {"serve", "user invite", "translate", "memory import", "memory export", "memory lookup", "terms import",
            "terms export", "terms lookup", "models list", "models install", "models remove"} <= names  # fmt: skip


def test_a_wrong_setting_is_named(tmp_path):
    environment = {**os.environ, "DRAGOMAN_DATA": str(tmp_path), "DRAGOMAN_PORT": "harbour"}
    dragoman = Path(sys.executable).with_name("dragoman")
    result = subprocess.run([dragoman, "serve"], env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert "DRAGOMAN_PORT" in result.stderr


TABLE = (
    "code,nl,ar,ti\nbezwaar-x,bezwaar maken tegen een besluit,تقديم اعتراض على قرار,ኣንጻር ውሳነ ጥርዓን ምቕራብ\n"
    "stadhuis-x,de gemeente en het stadhuis,البلدية ودار البلدية,ምምሕዳር ከተማን ቤት ጽሕፈትን\n"
    "toeslag-x,huurtoeslag aanvragen bij de Belastingdienst,طلب بدل الإيجار,ሓገዝ ክራይ ገዛ ምሕታት\n"
)


def test_terms_are_tried_imported_and_taken_back(dragoman, tmp_path):
    path = tmp_path / "woorden.csv"
    path.write_text(TABLE, "utf-8")
    tried = json.loads(dragoman("terms", "import", str(path), "--dry-run", "--json").stdout)
    assert (tried["added"], tried["batch"]) == (3, None)
    assert json.loads(dragoman("terms", "lookup", "stadhuis", "--json").stdout) == []
    done = json.loads(dragoman("terms", "import", str(path), "--json").stdout)
    assert done["added"] == 3
    assert "ምምሕዳር" in dragoman("terms", "lookup", "stadhuis").stdout
    again = json.loads(dragoman("terms", "import", str(path), "--json").stdout)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert json.loads(dragoman("terms", "undo", done["batch"], "--json").stdout) == {"removed": 3, "put_back": 0, "left": []}
    assert json.loads(dragoman("terms", "lookup", "stadhuis", "--json").stdout) == []
    assert "taken back already" in dragoman("terms", "undo", done["batch"], code=1).output


def test_a_table_with_swapped_columns_is_refused_until_somebody_says_how_it_is(dragoman, tmp_path):
    path = tmp_path / "woorden.csv"
    path.write_text(TABLE.replace("code,nl,ar,ti", "code,ar,nl,ti"), "utf-8")
    refused = dragoman("terms", "import", str(path), code=1)
    assert "swapped" in refused.output and "--column" in refused.output
    dragoman("terms", "import", str(path), "--column", "2=terms:nl", "--column", "3=terms:ar", "--json")
    found = json.loads(dragoman("terms", "lookup", "البلدية", "--json").stdout)
    assert {"language": "ar", "text": "البلدية ودار البلدية", "status": "proposed"} in found[0]["terms"]


def test_terms_leave_in_every_format(dragoman, tmp_path):
    path = tmp_path / "woorden.csv"
    path.write_text(TABLE, "utf-8")
    dragoman("terms", "import", str(path))
    for name in ("a.tbx", "a.ttl", "a.rdf", "a.jsonld", "a.csv", "a.xlsx", "a.json"):
        out = tmp_path / name
        assert json.loads(dragoman("terms", "export", str(out), "--json").stdout)["concepts"] == 3
        again = json.loads(dragoman("terms", "import", str(out), "--dry-run", "--json").stdout)
        assert (again["added"], again["changed"], again["conflicts"], again["rejected"]) == (0, 0, [], []), name
    for kind, name in (("omegat", "a.utf8"), ("html", "a.html"), ("skos", "b.skos")):
        out = tmp_path / name
        options = [] if kind == "skos" else ["--to", "ti", "--proposed"]
        dragoman("terms", "export", str(out), "--format", kind, *options)
        assert "ምምሕዳር ከተማን ቤት ጽሕፈትን" in out.read_text("utf-8-sig")
    assert "--to" in dragoman("terms", "export", str(tmp_path / "x.html"), code=2).output


def test_two_documents_are_aligned_shown_written_and_kept(dragoman, tmp_path):
    from tests.languages.test_alignment import AR, NL

    source, target = tmp_path / "brief.txt", tmp_path / "vertaling.md"
    source.write_text("\n\n".join(NL), "utf-8")
    target.write_text("\n\n".join(AR), "utf-8")
    pair = ["--from", "nl", "--to", "ar"]
    shown = dragoman("memory", "align", str(source), str(target), *pair).stdout
    assert NL[0] in shown and AR[5] in shown and "6 rows, 6 with both sides" in shown
    for ending in ("csv", "xlsx", "tmx"):
        out = tmp_path / f"paren.{ending}"
        dragoman("memory", "align", str(source), str(target), *pair, "--out", str(out))
        seen = json.loads(dragoman("memory", "import", str(out), "--dry-run", "--json").stdout)
        assert [unit["target"] for unit in seen["units"]] == AR
    dragoman("memory", "align", str(source), str(target), *pair, "--out", str(out), code=1)
    done = json.loads(dragoman("memory", "align", str(source), str(target), *pair, "--save", "--json").stdout)
    assert (done["units"], done["new"]) == (6, 6)
    found = json.loads(dragoman("memory", "lookup", *pair, "--json", NL[1]).stdout)
    assert found[0]["target"] == AR[1]


def test_an_import_says_what_looks_wrong_and_what_to_do(dragoman, memory_file, tmp_path):
    table = tmp_path / "lijst.csv"
    table.write_text("eerste,ar\nKom binnen,تفضل\nGa weg,\n", "utf-8")
    assert "Say --from and --to" in dragoman("memory", "import", str(table), code=1).output
    assert "there is no column" in dragoman("memory", "import", str(table), "--column", "x=nl", code=2).output
    done = dragoman("memory", "import", str(table), "--column", "eerste=nl", "--project", "p").stdout
    assert "1 new" in done and "1 left out: empty-target" in done
    cut = tmp_path / "kort.tmx"
    cut.write_bytes(memory_file.read_bytes()[:-30])
    told = dragoman("memory", "import", str(cut), code=1).output
    assert "Nothing was saved." in told and "--keep-whole" in told
    kept = dragoman("memory", "import", str(cut), "--keep-whole").stdout
    assert "new" in kept and "stops in the middle" in kept
    out = tmp_path / "deel.tmx"
    assert json.loads(dragoman("memory", "export", str(out), "--project", "p", "--json").stdout)["units"] == 1
    assert "تفضل" in out.read_text("utf-8")
