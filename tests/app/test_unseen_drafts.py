"""Drafts with an approved term inflected, missing or replaced by a forbidden one, written before the checks were
looked at (`tests/glossary/gold/second`; `third` after the mends): each with what must be told and nothing else."""

import csv
from pathlib import Path

import pytest

from app.checks import term_problems
from glossary import editing
from glossary.exchange import load_concepts

GOLD = Path(__file__).parents[1] / "glossary" / "gold"


def rows(name: str) -> list[list[str]]:
    with (GOLD / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]


@pytest.mark.parametrize("folder", ["second", "third"])
def test_drafts_in_seven_languages_are_told_what_is_wrong_and_nothing_else(session, folder):
    _, *lines = rows(f"{folder}/draft_terms.tsv")
    entries: dict[str, dict] = {}
    for code, _keep, language, status, text in lines:
        entry = entries.setdefault(code, {"code": code, "terms": []})
        if status != "forbidden":
            entry["terms"].append({"language": language, "text": text})
    assert not load_concepts(session, entries.values(), origin="import", origin_name="gold", by="test").rejected
    for code, keep, language, status, text in lines:
        concept = editing.concept_with_code(session, code)
        for term in concept.terms:
            if term.status == "proposed":
                editing.approve_term(session, term, by="Rana", by_id=2)
        if keep == "1" and not concept.keep_source:
            editing.change_concept(session, concept, keep_source=True, by="Rana")
        if status == "forbidden":
            term = editing.propose_term(session, concept, language, text, by="Omar", by_id=1)
            editing.forbid_term(session, term, "hurts", by="Rana", by_id=2)
    session.commit()
    wrong = []
    drafts = rows(f"{folder}/drafts.tsv")
    for language, source, target, *answer in drafts:
        wanted = set(filter(None, (answer[0] if answer else "").split("; ")))
        told = {f"{problem.kind}={problem.concept}" for problem in term_problems(session, source, target, "nl", language)}
        wrong += [(language, source, target, wanted ^ told)] if wanted != told else []
    print(f"drafts: {len(drafts) - len(wrong)}/{len(drafts)}")
    assert len(wrong) <= 1, wrong
