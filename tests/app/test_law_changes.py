"""From the text of an act to the concepts that cite it, and on to the texts that used their words."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import main
from app.db import make_engine, new_session, transaction, upgrade
from glossary import editing, law, statutes
from glossary.exchange import load_concepts
from glossary.models import LegalReference

#: The Wet Centraal Orgaan opvang asielzoekers as of 2016, from github.com/statengeneraal/laws-markdown (legislation: no
#: copyright, Auteurswet art. 11).
ACT = Path(__file__).parent / "wet-coa_BWBR0006685.md"
DUTCH = ACT.read_text(encoding="utf-8")


def entry(code, article, paragraph=None):
    return {
        "code": code,
        "terms": [
            {"language": "nl", "text": code, "status": "preferred"},
            {"language": "ar", "text": "مركز استقبال", "status": "preferred"},
            {"language": "am", "text": "የመቀበያ ማዕከል", "status": "preferred"},
        ],
        "law": [
            {"act": "Wet COA", "bwb": "BWBR0006685", "article": article, **({"paragraph": paragraph} if paragraph else {})}
        ],
    }


ENTRIES = [entry("opvangcentrum", "1"), entry("zetel", "2", "2"), entry("taak", "3", "1"), entry("bestuur", "4"), entry("fout", "999")]


@pytest.fixture
def concepts(session):
    assert not load_concepts(session, ENTRIES, origin="import", origin_name="law", by="test", keep_status=True).rejected
    law.import_act(session, statutes.read_act(DUTCH, ACT.name), by="test")
    session.commit()
    return session


def flags(session, text, name=ACT.name):
    found = law.import_act(session, statutes.read_act(text, name), by="test")
    session.commit()
    return {one.code: one for one in found}


def renumbered(text):
    """Article 2 is new; the old 2 is 3, and so on."""
    up = re.sub(r"### Artikel  (\d+)", lambda m: f"### Artikel  {int(m[1]) + (int(m[1]) > 1)}", text)
    at = up.index("### Artikel  3")
    return f"{up[:at]}### Artikel  2\n\nDeze wet berust mede op een verdrag dat hier eerder niet werd genoemd.\n\n{up[at:]}"


def test_an_edited_paragraph_flags_its_concept_and_no_other(concepts):
    found = flags(concepts, DUTCH.replace("zijn zetel ter plaatse door Onze Minister te bepalen", "zijn zetel te Leiden"))
    assert {code: one.kind for code, one in found.items()} == {
        "opvangcentrum": "same", "zetel": "changed", "taak": "same", "bestuur": "same", "fout": "gone",
    }  # fmt: skip
    assert [piece for piece in found["zetel"].diff if piece[0] == "new"]
    assert [r.concept.code for r in law.flagged(concepts)] == ["zetel"]


def test_articles_with_another_number_are_found_again(concepts):
    found = flags(concepts, renumbered(DUTCH))
    assert (found["zetel"].kind, found["zetel"].moved_to) == ("moved", "3:2")
    assert (found["taak"].kind, found["taak"].moved_to) == ("moved", "4:1")
    assert found["opvangcentrum"].kind == "same"
    reference = next(r for r in law.flagged(concepts) if r.concept.code == "zetel")
    assert (reference.change, reference.moved_to) == ("moved", "3:2")
    law.settle(concepts, reference, by="Rana", why="ander nummer")
    concepts.commit()
    assert (reference.article, reference.paragraph) == ("3", "2")
    assert flags(concepts, renumbered(DUTCH))["zetel"].kind == "same"


@pytest.mark.parametrize("said", ["[Vervallen.]", "Vervallen", "[Vervallen per 01-07-2024]", "Dit artikel is vervallen."])
def test_a_repealed_article_says_so(concepts, said):
    at = DUTCH.index("### Artikel  4")
    end = DUTCH.index("###", at + 5)
    found = flags(concepts, f"{DUTCH[:at]}### Artikel  4\n\n{said}\n\n{DUTCH[end:]}")
    assert (found["bestuur"].kind, found["bestuur"].repealed) == ("gone", True)
    (reference,) = law.flagged(concepts)
    assert (reference.change, reference.changed_text) == ("repealed", "")


def test_who_keeps_the_old_words_is_not_asked_again_about_the_same_text(concepts):
    new = DUTCH.replace("zijn zetel ter plaatse", "zijn zetel steeds ter plaatse")
    flags(concepts, new)
    (reference,) = law.flagged(concepts)
    law.settle(concepts, reference, by="Rana", why="niets anders", take_over=False)
    concepts.commit()
    assert "steeds" not in reference.quoted
    assert flags(concepts, new)["zetel"].kind == "same" and not list(law.flagged(concepts))
    assert flags(concepts, new.replace("steeds", "voortaan"))["zetel"].kind == "changed"


def test_a_flag_goes_when_the_act_reads_as_before(concepts):
    flags(concepts, DUTCH.replace("zijn zetel", "een zetel"))
    assert len(list(law.flagged(concepts))) == 1
    flags(concepts, DUTCH)
    assert not list(law.flagged(concepts))


# --- the page ---------------------------------------------------------------------------------


def test_the_page_shows_both_texts_in_dutch_and_a_person_settles_it(concepts, visit, reviewer, translator, outsider):
    flags(concepts, DUTCH.replace("ter plaatse door Onze Minister te bepalen", "in Leiden"))
    page = visit(translator).get("/law").get_data(as_text=True)
    assert 'lang="nl" dir="ltr"' in page and "<del>ter plaatse door Onze Minister te bepalen.</del>" in page
    assert "<ins>in Leiden.</ins>" in page and "zetel" in page
    assert "/settle" not in page and visit(translator).post("/law/1/settle", {"why": "x"}).status_code == 403
    assert visit(outsider).get("/law").status_code == 404
    (reference,) = law.flagged(concepts)
    visitor = visit(reviewer)
    stamp = reference.flagged_at.isoformat()
    form = {"decision": "take over", "flagged": stamp}
    assert "Say what the change means" in visitor.post(f"/law/{reference.id}/settle", form, follow_redirects=True).get_data(as_text=True)
    visitor.post(f"/law/{reference.id}/settle", {**form, "why": "المقر الآن في ليدن"})
    concepts.expire_all()
    assert reference.flagged_at is None and "in Leiden" in reference.quoted
    act = editing.history_of(concepts, reference.concept_id)[0]
    assert (act.action, act.why, act.by) == ("law looked at", "المقر الآن في ليدن", "Yusuf")
    assert "المقر الآن في ليدن" in visitor.get("/law").get_data(as_text=True)
    again = visitor.post(f"/law/{reference.id}/settle", {**form, "why": "x"}, follow_redirects=True)
    assert "Somebody was faster" in again.get_data(as_text=True)


def test_from_the_flag_to_the_texts_that_used_the_words(concepts, visit, reviewer, staff):
    from app import termuses
    from app.models import SegmentState
    from tests.factories import a_document, segments_of

    document = a_document(concepts, "Het opvangcentrum is vol.\n\nDe zon schijnt.", by=staff, title="Brief opvang")
    for segment, text in zip(segments_of(concepts, document.translations[0]), ("مركز الاستقبال ممتلئ.", "الشمس مشرقة."), strict=True):
        segment.target, segment.state = text, SegmentState.APPROVED
    flags(concepts, DUTCH.replace("niet zijnde een woning", "ook een woning"))
    (reference,) = law.flagged(concepts)
    visitor = visit(reviewer)
    answer = visitor.post(f"/law/{reference.id}/impact")
    page = visitor.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Brief opvang" in page and "1 approved segment" in page and "الشمس" not in page
    number = int(re.search(r"/impacts/(\d+)", answer.headers["Location"])[1])
    visitor.post(f"/impacts/{number}/apply", {"reason": "lees artikel 1"})
    concepts.expire_all()
    assert termuses.count_queue(concepts, reviewer) == 1
    assert "the law behind this word changed" in visitor.get("/to-review/texts").get_data(as_text=True)


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path, monkeypatch):
    """command(*arguments): `dragoman law` on an installation of its own."""
    monkeypatch.setenv("DRAGOMAN_DATA", str(tmp_path))
    monkeypatch.setenv("DRAGOMAN_STARTER", "no")
    url = f"sqlite:///{tmp_path / 'dragoman.sqlite3'}"
    monkeypatch.setenv("DRAGOMAN_DATABASE_URL", url)
    engine = make_engine(url)
    upgrade(engine)
    with transaction(engine) as session:
        load_concepts(session, ENTRIES, origin="import", origin_name="law", by="test")

    def run(*arguments):
        return CliRunner().invoke(main, ["law", *map(str, arguments)])

    run.engine = engine
    yield run
    engine.dispose()


def write(folder, text, name="wet-coa_BWBR0006685.md"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_command_takes_over_compares_and_flags(command, tmp_path):
    first = command("import", write(tmp_path, DUTCH))
    assert first.exit_code == 0 and "text taken over" in first.output and "NOT FOUND" in first.output
    new = write(tmp_path, DUTCH.replace("ter plaatse door Onze Minister te bepalen", "in Leiden"), "nieuw-BWBR0006685.md")
    dry = command("import", new, "--dry-run", "--json")
    told = json.loads(dry.stdout)
    kinds = {one["concept"]: one["kind"] for one in told["references"]}
    assert dry.exit_code == 0 and told["saved"] is False and kinds["zetel"] == "changed" and kinds["taak"] == "same"
    assert json.loads(command("list", "--json").stdout) == []
    real = command("import", new, "--valid-from", "2027-01-01")
    assert "CHANGED" in real.output and "[-ter plaatse door Onze Minister te bepalen.-] {+in Leiden.+}" in real.output
    (flag,) = json.loads(command("list", "--json").stdout)
    assert (flag["concept"], flag["change"]) == ("zetel", "changed")
    with new_session(command.engine, writes=False) as session:
        reference = session.scalars(select(LegalReference).where(LegalReference.flagged_at.is_not(None))).one()
        assert reference.changed_valid_from.isoformat() == "2027-01-01"


def test_an_act_that_nobody_cites_is_not_an_error(command, tmp_path):
    found = command("import", write(tmp_path, DUTCH, "andere_BWBR0000001.md"))
    assert found.exit_code == 0 and "No concept cites this act." in found.output
    unnamed = command("import", write(tmp_path, DUTCH.replace("BWBR0006685", ""), "zonder-naam.md"))
    assert unnamed.exit_code == 0 and "add --bwb" in unnamed.output
    assert "text taken over" in command("import", tmp_path / "zonder-naam.md", "--bwb", "BWBR0006685").output


REFUSED = {
    "broken.xml": (b"<?xml version='1.0'?><toestand><artikel>", "broken"),
    "entities.xml": (b"<?xml version='1.0'?><!DOCTYPE toestand [<!ENTITY a 'b'>]><toestand><artikel><kop><nr>1</nr></kop><al>&a;</al></artikel></toestand>", "entities"),
    "bomb.xml": (b"<?xml version='1.0'?><!DOCTYPE toestand [<!ENTITY a 'bbbbbbbbbb'><!ENTITY c '&a;&a;&a;'>]><toestand><artikel><kop><nr>1</nr></kop><al>&c;</al></artikel></toestand>", "entities"),
    "other.xml": (b"<?xml version='1.0'?><boek><artikel/></boek>", "Basiswettenbestand"),
    "latin.md": ("### Artikel 1\n\nBeëindiging".encode("latin-1"), "UTF-8"),
    "letter.md": ("ናብ ቤት ፍርዲ".encode(), "no heading"),
    "empty.md": (b"", "no heading"),
    "deep.xml": (b"<?xml version='1.0'?><toestand>" + b"<al>" * 400 + b"</al>" * 400 + b"</toestand>", "not the text of an act"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_act_is_refused_in_words_with_exit_code_one(command, tmp_path, name):
    content, said = REFUSED[name]
    answer = command("import", write(tmp_path, content, name))
    assert answer.exit_code == 1 and said in answer.output and "Nothing was changed" in answer.output
    assert "Traceback" not in answer.output


def test_a_huge_file_is_refused_unread(command, tmp_path, monkeypatch):
    path = tmp_path / "groot.md"
    with path.open("wb") as file:
        file.truncate(statutes.LONGEST + 1)
    answer = command("import", path)
    assert answer.exit_code == 1 and "larger than any act" in answer.output


def test_wrong_usage_is_exit_code_two(command, tmp_path):
    assert command("import", tmp_path / "nowhere.md").exit_code == 2
    assert command("import", write(tmp_path, DUTCH), "--bwb", "wet").exit_code == 2


def test_a_file_in_utf_16_is_read(concepts):
    xml = (
        '<?xml version="1.0" encoding="UTF-16"?><toestand bwb-id="BWBR0006685"><artikel><kop><nr>4</nr></kop>'
        "<al>Iets geheel anders.</al></artikel></toestand>"
    )
    assert statutes.read_act(xml.encode("utf-16")).text_of("4") == "Iets geheel anders."
