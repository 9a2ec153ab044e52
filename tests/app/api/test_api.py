"""The interface for programs: what it says it does is what it does, and nobody gets more than on the pages."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from sqlalchemy import select

from app import tokens
from app.api.openapi import DOCUMENTS, describe
from app.api.routing import DESCRIBED
from app.models import SegmentState
from glossary import editing, law, statutes
from glossary.exchange import load_concepts
from glossary.models import Concept, Proposal, Term
from memory import recording
from tests.factories import a_document, a_person, segments_of

ENTRIES = [
    {
        "code": "bezwaar",
        "subject": "procedure",
        "definitions": {"nl": {"text": "Vragen om een nieuw besluit."}, "ti": {"text": "ዳግመ ውሳነ ምሕታት"}},
        "terms": [
            {"language": "nl", "text": "bezwaar", "status": "preferred"},
            {"language": "ar", "text": "اعتراض", "status": "preferred"},
            {"language": "am", "text": "ተቃውሞ", "status": "preferred"},
        ],
        "law": [{"act": "Awb", "bwb": "BWBR0005537", "article": "1:5", "quoted": "Onder het maken van bezwaar wordt verstaan: het gebruik maken."}],
    },
    {"code": "beroep", "terms": [{"language": "nl", "text": "beroep", "status": "preferred"}, {"language": "ar", "text": "استئناف", "status": "preferred"}]},
]


@pytest.fixture
def concepts(session):
    assert not load_concepts(session, ENTRIES, origin="own", origin_name=None, by="Marijke", keep_status=True).rejected
    session.commit()
    return {c.code: c for c in session.scalars(select(Concept))}


@pytest.fixture(scope="module")
def description(application):
    return describe(application)


class Program:
    """A program with somebody's token. Every answer is held against the description."""

    def __init__(self, app, session, description, words):
        self._client, self._session, self.words = app.test_client(), session, words
        self.description = description
        self.adapter = app.url_map.bind("localhost")

    def __call__(self, method, path, body=None, **headers):
        self._session.commit()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.words:
            headers["Authorization"] = f"Bearer {self.words}"
        answer = self._client.open(path, method=method, json=body, headers=headers)
        self._session.expire_all()
        self.check(method, path, answer)
        return answer

    def check(self, method, path, answer):
        """The status is one that the description names, and the body is what it says."""
        rule, _parts = self.adapter.match(path.partition("?")[0], method=method, return_rule=True)
        operation = self.description["paths"][re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)][method.lower()]
        assert str(answer.status_code) in operation["responses"], (method, path, answer.status_code, answer.get_data(as_text=True))
        said = operation["responses"][str(answer.status_code)].get("content")
        if said is None:
            assert not answer.data
            return
        (kind,) = said
        assert answer.mimetype == kind
        schema = {**said[kind]["schema"], "components": self.description["components"]}
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer.json)
        if kind == "application/problem+json":
            assert answer.json["status"] == answer.status_code and answer.json["detail"]


@pytest.fixture
def program(app, session, description):
    def program(person=None, *scopes):
        words = ""
        if person is not None:
            _token, words = tokens.make(session, person, name="test", scopes=scopes or ("terms", "memory"), days=30)
        session.commit()
        return Program(app, session, description, words)

    return program


# --- the description ---------------------------------------------------------------------------------


def test_the_description_is_valid_openapi_3_1(description):
    validate(description)
    assert description["openapi"].startswith("3.1")


def test_every_address_is_described_and_every_description_has_an_address(app, description):
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in DOCUMENTS
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, methods in description["paths"].items() for method in methods}
    assert described == served and len(described) == len(DESCRIBED) > 20


def test_the_document_and_the_page_are_served(visit, translator, description):
    visitor = visit(translator)
    assert visitor.get("/api/openapi.json").json == json.loads(json.dumps(description))
    page = visitor.get("/api/").get_data(as_text=True)
    for path in description["paths"]:
        assert path in page
    assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=') and " style=" not in page


# --- who may ---------------------------------------------------------------------------------


def test_without_a_token_or_a_session_nothing_is_said(program, concepts):
    answer = program()("GET", "/api/concepts/bezwaar")
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "bezwaar" not in answer.json["detail"]


def test_an_outsider_gets_404_for_everything(program, outsider, concepts):
    ask = program(outsider)
    for method, path in (("GET", "/api/concepts"), ("GET", "/api/concepts/bezwaar"), ("GET", "/api/review"), ("GET", "/api/law/flags"), ("GET", "/api/answers")):
        assert ask(method, path).status_code == 404, path
    assert ask("POST", "/api/recognise", {"text": "bezwaar", "source_language": "nl", "target_language": "ar"}).status_code == 404


def test_a_token_for_something_else_opens_nothing(program, translator, concepts):
    ask = program(translator, "memory")
    assert ask("GET", "/api/concepts/bezwaar").status_code == 401
    assert ask("POST", "/api/memory/matches", {"text": "x", "source_language": "nl", "target_language": "ar"}).status_code == 200
    only_terms = program(translator, "terms")
    assert only_terms("POST", "/api/memory/matches", {"text": "x", "source_language": "nl", "target_language": "ar"}).status_code == 401


def test_a_session_reads_and_writes_only_with_the_form_token(visit, translator, concepts):
    visitor = visit(translator)
    assert visitor.get("/api/concepts/bezwaar").json["code"] == "bezwaar"
    body = {"language": "ar", "text": "تظلم"}
    without = visitor.open("/api/concepts/bezwaar/terms", method="POST", json=body)
    assert without.status_code == 400 and without.mimetype == "application/problem+json"
    assert visitor.send("/api/concepts/bezwaar/terms", **body).status_code == 201


def test_an_unknown_address_is_a_problem_too(app, visit, translator):
    answer = visit(translator).get("/api/nothing")
    assert answer.status_code == 404 and answer.mimetype == "application/problem+json"


# --- reading ---------------------------------------------------------------------------------


def test_a_concept_is_found_in_any_script_and_read_with_its_version(program, translator, concepts):
    ask = program(translator)
    for question in ("bezwaar", "اعتراض", "ተቃውሞ"):
        found = ask("GET", f"/api/concepts?q={question}").json
        assert found["concepts"][0]["concept"]["code"] == "bezwaar", question
        assert found["concepts"][0]["matched"][0]["text"] == question
    read = ask("GET", "/api/concepts/bezwaar")
    assert [t["text"] for t in read.json["terms"]] == ["bezwaar", "اعتراض", "ተቃውሞ"]
    assert ask("GET", "/api/concepts/bezwaar", If_None_Match=read.headers["ETag"]).status_code == 304
    assert ask("GET", "/api/concepts/nothing").status_code == 404


def test_a_note_for_reviewers_reaches_nobody_else_not_even_by_the_history(session, program, reviewer, translator, concepts):
    from glossary.models import Note

    secret = "للمراجعين فقط"
    note = Note(kind="translator", audience="reviewers", language="ar", text=secret)
    editing.change_concept(session, concepts["bezwaar"], notes=[note], by="Tesfay")
    for person, sees in ((reviewer, True), (translator, False)):
        for path in ("/api/concepts/bezwaar", "/api/concepts/bezwaar/history", "/api/concepts?q=bezwaar"):
            assert (secret in json.dumps(program(person)("GET", path).json, ensure_ascii=False)) is sees, path


def test_lists_come_in_pages(program, translator, concepts):
    ask = program(translator)
    first, second = ask("GET", "/api/concepts?per_page=1").json, ask("GET", "/api/concepts?per_page=1&page=1").json
    assert (first["total"], second["total"]) == (2, 2)
    assert [page["concepts"][0]["concept"]["code"] for page in (first, second)] == ["beroep", "bezwaar"]
    assert ask("GET", "/api/concepts?language=am").json["total"] == 1
    for wrong in ("per_page=1000", "page=-1", "page=x", "colour=red", "language=xx-nothing"):
        answer = ask("GET", f"/api/concepts?{wrong}")
        assert answer.status_code == 422, wrong


def test_terms_in_a_text_are_recognised_and_the_text_is_never_repeated_in_an_error(program, translator, concepts):
    ask = program(translator)
    body = {"text": "U kunt bezwaar maken.", "source_language": "nl", "target_language": "ar"}
    (hit,) = ask("POST", "/api/recognise", body).json["terms"]
    assert (hit["start"], hit["end"], hit["concept"]) == (7, 14, "bezwaar")
    assert hit["targets"][0]["text"] == "اعتراض"
    secret = "ምስጢር ናይ ዓሚል"
    wrong = ask("POST", "/api/recognise", {**body, "text": [secret]})
    assert wrong.status_code == 422 and secret not in wrong.get_data(as_text=True)
    assert wrong.json["errors"] == [{"in": "body", "field": "text", "message": wrong.json["errors"][0]["message"]}]
    assert ask("POST", "/api/recognise", {**body, "source_language": "klingon?"}).status_code == 422


def test_the_memory_answers_those_who_work_in_the_pair(session, program, translator, concepts):
    recording.remember(session, source="U kunt bezwaar maken.", target="يمكنك تقديم اعتراض.", source_language="nl", target_language="ar", origin="import", origin_name="x.tmx")
    body = {"text": "U kunt bezwaar maken.", "source_language": "nl", "target_language": "ar"}
    (match,) = program(translator)("POST", "/api/memory/matches", body).json["matches"]
    assert match["target"] == "يمكنك تقديم اعتراض." and match["score"] > 90
    hana = a_person(session, "Hana", "translator:nl-ti")
    assert program(hana)("POST", "/api/memory/matches", body).status_code == 404


# --- changing ---------------------------------------------------------------------------------


def test_a_change_needs_the_version_that_was_read_and_shows_both_when_somebody_was_faster(session, program, reviewer, translator, concepts):
    ask = program(reviewer)
    tag = ask("GET", "/api/concepts/bezwaar").headers["ETag"]
    body = {"keep_source": True, "why": "ኣብ ደብዳቤ ኣሎ"}
    assert ask("PATCH", "/api/concepts/bezwaar", body).status_code == 428
    changed = ask("PATCH", "/api/concepts/bezwaar", body, If_Match=tag)
    assert changed.json["keep_source"] is True and changed.headers["ETag"] != tag
    late = ask("PATCH", "/api/concepts/bezwaar", {"subject": "asylum", "why": "x"}, If_Match=tag)
    assert late.status_code == 412
    assert late.json["theirs"]["keep_source"] is True and late.json["yours"] == {"subject": "asylum", "why": "x"}
    assert concepts["bezwaar"].subject == "procedure"
    assert program(translator)("PATCH", "/api/concepts/bezwaar", body, If_Match="*").status_code == 403
    acts = ask("GET", "/api/concepts/bezwaar/history").json
    assert acts["acts"][0]["why"] == "ኣብ ደብዳቤ ኣሎ"


def test_who_writes_in_the_same_moment_gets_409_with_both_versions(session, program, reviewer, concepts, monkeypatch):
    from sqlalchemy.orm.exc import StaleDataError

    def late(*_args, **_values):
        raise StaleDataError("another transaction was faster")

    monkeypatch.setattr(editing, "change_concept", late)
    answer = program(reviewer)("PATCH", "/api/concepts/bezwaar", {"subject": "money", "why": "x"}, If_Match="*")
    assert answer.status_code == 409
    assert answer.json["theirs"]["subject"] == "procedure" and answer.json["yours"]["subject"] == "money"


def test_a_word_goes_from_proposal_to_answer(session, program, reviewer, translator, concepts):
    ask, decide = program(translator), program(reviewer)
    made = ask("POST", "/api/concepts/bezwaar/terms", {"language": "ar", "text": "تظلّم", "reason": "أقرب"})
    assert made.status_code == 201 and made.json["outcome"] == "proposed"
    number = made.json["id"]
    assert ask("POST", "/api/concepts/bezwaar/terms", {"language": "ar", "text": "تظلّم"}).status_code == 409
    assert ask("POST", "/api/concepts/bezwaar/terms", {"language": "ar", "text": "…"}).status_code == 422
    (waiting,) = decide("GET", "/api/review?language=ar").json["waiting"]
    assert (waiting["id"], waiting["asked_by"], waiting["yours"]) == (number, "Samira", False)
    assert [t["text"] for t in waiting["same_language"]] == ["اعتراض"]
    assert ask("GET", "/api/review").status_code == 403
    assert ask("POST", f"/api/terms/{number}/decision", {"decision": "prefer"}).status_code == 403
    assert decide("POST", f"/api/terms/{number}/decision", {"decision": "refuse"}).status_code == 422, "why?"
    assert decide("POST", f"/api/terms/{number}/decision", {"decision": "maybe"}).status_code == 422
    old = ask("GET", "/api/concepts/beroep").headers["ETag"]
    assert decide("POST", f"/api/terms/{number}/decision", {"decision": "admit"}, If_Match=old).status_code == 412
    done = decide("POST", f"/api/terms/{number}/decision", {"decision": "prefer", "reason": "نعم"})
    assert done.json["outcome"] == "approved"
    assert decide("POST", f"/api/terms/{number}/decision", {"decision": "prefer"}).status_code == 409
    body = {"text": "bezwaar", "source_language": "nl", "target_language": "ar"}
    assert ask("POST", "/api/recognise", body).json["terms"][0]["targets"][0]["text"] == "تظلّم"
    (answer,) = ask("GET", "/api/answers").json["answers"]
    assert (answer["action"], answer["why"], answer["by"]) == ("approved", "نعم", "Yusuf")
    assert ask("POST", "/api/answers/read", {"ids": [answer["id"]]}).status_code == 204
    assert ask("GET", "/api/answers").json == {"answers": []}


def test_a_reviewers_own_wording_waits_for_agreement(session, program, reviewer, translator, concepts):
    ask, decide = program(translator), program(reviewer)
    number = ask("POST", "/api/concepts/bezwaar/terms", {"language": "ar", "text": "تظلم"}).json["id"]
    assert decide("POST", f"/api/terms/{number}/decision", {"decision": "admit", "text": "تظلم إداري"}).json["outcome"] == "changed"
    assert decide("POST", f"/api/terms/{number}/decision", {"decision": "admit"}).status_code == 403
    assert decide("POST", f"/api/terms/{number}/agreement").status_code == 403
    assert ask("POST", f"/api/terms/{number}/agreement").json["outcome"] == "approved"
    assert session.get(Term, number).status == "admitted"


def test_a_word_for_a_word_asks_which_concept_is_meant(session, program, translator, concepts):
    ask = program(translator)
    body = {"source": "bezwaar", "source_language": "nl", "language": "ti", "text": "መቃወሚ"}
    other = editing.new_concept(session, "bezwaar-2", by="x")
    editing.propose_term(session, other, "nl", "bezwaar", by="x")
    which = ask("POST", "/api/terms", body)
    assert which.status_code == 409 and which.json["candidates"] == ["bezwaar", "bezwaar-2"]
    assert ask("POST", "/api/terms", {**body, "concept": "bezwaar"}).json["concept"] == "bezwaar"
    new = ask("POST", "/api/terms", {**body, "source": "dwangsom"})
    assert new.status_code == 201 and new.json["concept"] == "dwangsom"


def test_a_change_is_proposed_decided_and_made(session, program, reviewer, translator, concepts):
    ask, decide = program(translator), program(reviewer)
    body = {"kind": "equivalence", "language": "ar", "values": {"degree": "partial", "differs": {"ar": "يُقدَّم إلى الجهة نفسها"}}, "reason": "القانون"}
    number = ask("POST", "/api/concepts/bezwaar/proposals", body).json["id"]
    for wrong in ({"degree": "half"}, {"colour": "red"}, {"differs": "text"}, {}):
        assert ask("POST", "/api/concepts/bezwaar/proposals", {**body, "values": wrong}).status_code == 422, wrong
    assert decide("POST", f"/api/proposals/{number}/decision", {"decision": "approve"}).json["outcome"] == "approved"
    assert ask("GET", "/api/concepts/bezwaar").json["equivalences"][0]["degree"] == "partial"
    assert ask("GET", "/api/answers").json["answers"][0]["proposal"] == number
    assert session.get(Proposal, number).state == "approved"
    definition = {"kind": "definition", "language": "ar", "values": {"text": "طلب"}}
    number = ask("POST", "/api/concepts/bezwaar/proposals", definition).json["id"]
    assert decide("POST", f"/api/proposals/{number}/decision", {"decision": "approve", "values": {"text": "طلب جديد"}}).json["outcome"] == "changed"
    assert ask("POST", f"/api/proposals/{number}/agreement").json["outcome"] == "approved"


def test_relations_never_go_round(program, reviewer, translator, concepts):
    ask = program(reviewer)
    body = {"kind": "broader", "concept": "beroep"}
    made = ask("POST", "/api/concepts/bezwaar/relations", body)
    assert made.status_code == 201 and made.json["relations"][0]["concept"] == "beroep"
    (seen,) = ask("GET", "/api/concepts/beroep/relations").json["relations"]
    assert seen["kind"] == "narrower"
    assert ask("POST", "/api/concepts/beroep/relations", {**body, "concept": "bezwaar"}).json["path"] == ["beroep", "bezwaar", "beroep"]
    assert program(translator)("POST", "/api/concepts/bezwaar/relations", body).status_code == 403
    assert ask("DELETE", f"/api/concepts/bezwaar/relations/{seen['id']}").status_code == 204
    assert ask("GET", "/api/concepts/bezwaar/relations").json == {"relations": []}


def test_from_a_forbidden_word_to_the_texts_that_must_change(session, program, reviewer, staff, concepts):
    document = a_document(session, "U kunt bezwaar maken.\n\nDe zon schijnt.", by=staff)
    for segment, text in zip(segments_of(session, document.translations[0]), ("يمكنك تقديم اعتراض.", "الشمس مشرقة."), strict=True):
        segment.target, segment.state = text, SegmentState.APPROVED
    ask = program(reviewer)
    word = next(t for t in concepts["bezwaar"].terms if t.language == "ar")
    found = ask("POST", f"/api/terms/{word.id}/impact", {"wanted": "forbidden"}).json
    assert (found["segments"], found["finished"], found["applied"]) == (1, True, False)
    assert found["uses"][0]["target"] == "يمكنك تقديم اعتراض." and word.status == "preferred"
    assert ask("GET", f"/api/impacts/{found['id']}").json["uses"] == found["uses"]
    assert ask("POST", f"/api/impacts/{found['id']}/application", {"reason": "خطأ"}).json["applied"] is True
    assert ask("POST", f"/api/impacts/{found['id']}/application", {"reason": "خطأ"}).status_code == 409
    assert word.status == "forbidden"
    (use,) = ask("GET", "/api/texts-to-change?language=ar").json["uses"]
    assert ask("POST", f"/api/texts-to-change/{use['id']}", {"decision": "dismissed"}).status_code == 422
    assert ask("POST", f"/api/texts-to-change/{use['id']}", {"decision": "done"}).status_code == 204
    assert ask("POST", f"/api/texts-to-change/{use['id']}", {"decision": "done"}).status_code == 409
    assert ask("GET", "/api/texts-to-change").json["total"] == 0


def test_a_change_of_the_law_is_read_and_settled(session, program, reviewer, translator, concepts):
    act = statutes.read_act("### Artikel 1:5\n\nOnder het maken van bezwaar wordt verstaan: het vragen om een nieuw besluit.", "Awb_BWBR0005537.md")
    law.import_act(session, act, by="x")
    ask = program(reviewer)
    (flag,) = ask("GET", "/api/law/flags").json["flags"]
    assert flag["concept"] == "bezwaar" and ["gone", "gebruik maken."] in flag["diff"]
    assert ask("POST", f"/api/law/flags/{flag['id']}/impact").json["wanted"] == "law"
    body = {"decision": "take_over", "why": "نص جديد", "flagged_at": flag["flagged_at"]}
    assert program(translator)("POST", f"/api/law/flags/{flag['id']}/decision", body).status_code == 403
    assert ask("POST", f"/api/law/flags/{flag['id']}/decision", {**body, "flagged_at": "2020-01-01T00:00:00Z"}).status_code == 409
    assert ask("POST", f"/api/law/flags/{flag['id']}/decision", body).status_code == 204
    assert ask("GET", "/api/law/flags").json["total"] == 0


def test_what_is_not_json_is_refused(app, session, program, translator, concepts):
    ask = program(translator)
    for data, kind, status in ((b"{", "application/json", 400), (b"[]", "application/json", 400), (b"a=b", "application/x-www-form-urlencoded", 415)):
        answer = ask._client.post("/api/recognise", data=data, headers={"Content-Type": kind, "Authorization": f"Bearer {ask.words}"})
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


# --- the documentation -------------------------------------------------------------------------------


EXAMPLES = re.findall(r"```http\n(\w+) (\S+)\n(.*?)```", (Path(__file__).parents[3] / "docs/api.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize(("method", "path", "rest"), EXAMPLES, ids=[f"{m} {p}" for m, p, _ in EXAMPLES])
def test_the_examples_of_the_documentation_work(session, program, concepts, method, path, rest):
    everything = a_person(session, "Everybody", "reviewer:nl-ar", "reviewer:nl-ti", "translator:nl-ar")
    head, _blank, body = rest.partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    headers.pop("Content-Type", None)
    answer = program(everything)(method, path, json.loads(body) if body.strip() else None, **headers)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)


def test_the_documentation_has_examples():
    assert len(EXAMPLES) >= 10


# --- removing and merging -----------------------------------------------------------------------------


def test_a_program_removes_a_concept_and_brings_it_back(session, program, administrator, staff, concepts):
    ask = program(administrator)
    etag = ask("GET", "/api/concepts/bezwaar").headers["ETag"]
    assert program(staff)("POST", "/api/concepts/bezwaar/removal", {"why": "twee keer"}, If_Match=etag).status_code == 403
    assert ask("POST", "/api/concepts/bezwaar/removal", {"why": "twee keer"}).status_code == 428
    assert ask("POST", "/api/concepts/bezwaar/removal", {"why": "  "}, If_Match=etag).status_code == 422
    assert ask("POST", "/api/concepts/bezwaar/removal", {"why": "ሓደ ጥራይ"}, If_Match=etag).status_code == 200
    assert ask("GET", "/api/concepts/bezwaar").status_code == 404
    assert ask("POST", "/api/concepts/bezwaar/restoration").status_code == 200
    assert ask("GET", "/api/concepts/bezwaar").json["terms"][1]["text"] == "اعتراض"
    assert ask("POST", "/api/concepts/bezwaar/restoration").status_code == 404


def test_a_program_sees_the_conflicts_and_merges_as_it_chooses(session, program, administrator, translator, concepts):
    ask = program(administrator)
    answer = ask("GET", "/api/concepts/bezwaar/merge?other=beroep")
    keys = {c["key"] for c in answer.json["conflicts"]}
    assert "preferred:ar:" in keys and answer.json["terms"] == 2
    etag = ask("GET", "/api/concepts/bezwaar").headers["ETag"]
    body = {"other": "beroep", "theirs": ["preferred:ar:"]}
    assert program(translator)("POST", "/api/concepts/bezwaar/merge", body, If_Match=etag).status_code == 403
    assert ask("POST", "/api/concepts/bezwaar/merge", {"other": "bezwaar"}, If_Match=etag).status_code == 422
    assert ask("POST", "/api/concepts/bezwaar/merge", body, If_Match='"1-999"').status_code == 412
    assert ask("POST", "/api/concepts/bezwaar/merge", body, If_Match=etag).status_code == 200
    terms = {t["text"]: t["status"] for t in ask("GET", "/api/concepts/bezwaar").json["terms"]}
    assert (terms["استئناف"], terms["اعتراض"]) == ("preferred", "admitted")
    # what knows the old code is led on; what it writes is not put into another concept unasked
    led = ask("GET", "/api/concepts/beroep?x=1")
    assert (led.status_code, led.location, led.json["merged_into"]) == (307, "/api/concepts/bezwaar?x=1", "bezwaar")
    assert ask("GET", "/api/concepts/beroep/history").location == "/api/concepts/bezwaar/history"
    word = {"language": "ti", "text": "ይግባይ", "reason": "ስለዚ"}
    gone = ask("POST", "/api/concepts/beroep/terms", word)
    assert (gone.status_code, gone.json["merged_into"]) == (410, "bezwaar")
    assert ask("GET", "/api/concepts/bezwaar/merge?other=beroep").status_code == 410
    assert ask("POST", "/api/concepts/beroep/restoration").status_code == 200
    assert ask("GET", "/api/concepts/beroep").json["terms"][1]["text"] == "استئناف"
