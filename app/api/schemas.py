"""What the interface for programs reads and answers. Descriptions go into the OpenAPI document as they stand."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from glossary.models import DEGREES, RELATIONS, STRATEGIES

Language = Annotated[str, Field(description="BCP 47 tag, for example nl, ar, ar-SY, prs, ti-ER", min_length=2, max_length=40)]
Word = Annotated[str, Field(min_length=1, max_length=500)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Reason = Annotated[str, Field(max_length=500)]
Degree = Literal[DEGREES]
Strategy = Literal[STRATEGIES]
Status = Literal["proposed", "preferred", "admitted", "deprecated", "forbidden"]


class Sent(BaseModel):
    """A request. What is not named here is refused, so that a slip of the pen is seen."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Paged(Sent):
    page: int = Field(0, ge=0, le=100_000, description="Which page, from 0")
    per_page: int = Field(25, ge=1, le=100, description="How many on a page")


class Page(BaseModel):
    total: int = Field(description="How many there are on all pages")
    page: int
    per_page: int


class Problem(BaseModel):
    """RFC 9457. Further members say more: `errors`, `reason`, `theirs`, `yours`, `candidates`."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    instance: str


# --- concepts ---------------------------------------------------------------------------------


class Term(BaseModel):
    id: int
    language: Language
    text: str = Field(description="As somebody wrote it, invisible signs included")
    status: Status
    part_of_speech: str | None
    gender: str | None
    register_: str | None = Field(alias="register", serialization_alias="register")
    abbreviation_of: str | None
    variants: list[str]
    transliteration: str | None
    note: str | None
    context: str | None
    context_source: str | None
    replaces: int | None = Field(description="The term it should take the place of, while it is proposed")
    reason: str | None
    created_by: str
    created_at: dt.datetime
    decided_by: str | None
    decided_at: dt.datetime | None


class Definition(BaseModel):
    language: Language
    text: str
    plain: str | None
    source: str | None


class Equivalence(BaseModel):
    language: Language
    degree: Degree
    strategy: str | None
    differs: dict[str, str] = Field(description="In what it differs, by the language of the explanation")
    status: str


class LegalReference(BaseModel):
    id: int
    act: str
    bwb: str | None
    article: str | None
    paragraph: str | None
    valid_from: dt.date | None
    quoted: str | None
    juriconnect: str | None
    changed: bool = Field(description="The law reads otherwise now, and nobody has looked yet")


class Relation(BaseModel):
    id: int
    kind: str = Field(description="Seen from this concept; broader seen from the other end is narrower")
    concept: str = Field(description="Code of the other concept")


class Note(BaseModel):
    kind: str
    audience: str
    language: Language
    about: str | None
    text: str


class Concept(BaseModel):
    code: str
    version: int = Field(description="Grows with every change; the ETag holds it")
    subject: str | None
    jurisdiction: str | None
    sensitivity: str | None
    content_note: str | None
    keep_source: bool
    origin: str
    origin_name: str | None
    licence: str | None
    definitions: list[Definition]
    terms: list[Term]
    equivalences: list[Equivalence]
    law: list[LegalReference]
    relations: list[Relation]
    notes: list[Note]
    changed_at: dt.datetime
    changed_by: str
    page: str = Field(description="Where people read it")


class Matched(BaseModel):
    term: int
    text: str
    language: Language
    spans: list[tuple[int, int]] = Field(description="What to highlight, in characters of the text")


class Found(BaseModel):
    concept: Concept
    matched: list[Matched] = Field(description="The terms that answered; empty without a question")


class Concepts(Page):
    concepts: list[Found]


class ConceptQuery(Paged):
    q: str = Field("", max_length=200, description="A word in any language and spelling; without it all concepts by code")
    language: Language | None = Field(None, description="Only concepts with a term in this language that answers")
    subject: str | None = Field(None, max_length=200)
    status: Status | None = None


class ConceptChange(Sent):
    """The fields to change; what is left out stays."""

    subject: str | None = Field(None, max_length=200)
    jurisdiction: str | None = Field(None, max_length=40)
    sensitivity: str | None = Field(None, max_length=60)
    content_note: str | None = Field(None, max_length=2000)
    keep_source: bool = False
    licence: str | None = Field(None, max_length=200)
    why: str = Field(min_length=1, max_length=500, description="It stays in the history")


class Act(BaseModel):
    id: int
    at: dt.datetime
    by: str
    action: str
    why: str | None
    before: dict[str, Any] = Field(description="Rows as they were, by kind and number; only those that changed")
    after: dict[str, Any]


class History(Page):
    acts: list[Act]


class Relations(BaseModel):
    relations: list[Relation]


class NewRelation(Sent):
    kind: Literal[(*RELATIONS, "narrower")]
    concept: str = Field(min_length=1, max_length=200, description="Code of the other concept")
    why: Reason | None = None


# --- proposing and deciding ---------------------------------------------------------------------


class NewTerm(Sent):
    language: Language
    text: Word
    register_: Literal["official", "everyday", "plain"] | None = Field(None, alias="register")
    variants: list[Word] = Field(default=[], max_length=100)
    note: str | None = Field(None, max_length=2000)
    wish: Literal["preferred", "admitted"] | None = None
    replaces: int | None = Field(None, description="Number of the term it should take the place of")
    reason: Reason | None = None
    context: str | None = Field(None, max_length=5000, description="A sentence it stands in. Not from confidential documents: everybody reads it")
    context_source: str | None = Field(None, max_length=500)


class NewTermForWord(NewTerm):
    """A word for what a word of another language means; its concept is found, or made."""

    source: Word
    source_language: Language
    concept: str | None = Field(None, max_length=200, description="Code, where several concepts have the word; empty for a new concept")


class NewProposal(Sent):
    kind: Literal["term", "definition", "equivalence"]
    term: int | None = Field(None, description="For kind term: its number")
    language: Language | None = Field(None, description="For the other kinds")
    values: dict[str, Any] = Field(description="Columns as they should become: status, register, gender, part_of_speech, variants, transliteration, abbreviation_of, note (term); text, plain, source (definition); degree, strategy, differs (equivalence)")
    reason: Reason | None = None


class Waiting(BaseModel):
    kind: Literal["new", "term", "definition", "equivalence"] = Field(description="new: a new word; else a change of what there is")
    id: int = Field(description="Number of the term (new) or of the proposal")
    concept: str
    language: Language
    asked_by: str
    since: dt.datetime
    yours: bool = Field(description="You proposed or last changed it: another reviewer has to decide")
    term: Term | None
    values: dict[str, Any] | None
    before: dict[str, Any] | None
    reason: str | None
    context: str | None
    context_source: str | None
    same_language: list[Term] = Field(description="What the concept has in this language already")
    same_word: list[str] = Field(description="Codes of other concepts with the same word")


class Queue(Page):
    waiting: list[Waiting]


class QueueQuery(Paged):
    language: Language | None = None
    origin: Literal["people", "files", "all"] = Field("people", description="files: what files and the starter pack brought")


class TermDecision(Sent):
    decision: Literal["prefer", "admit", "refuse"]
    text: Word | None = Field(None, description="Your own wording: it waits for a second person then")
    register_: Literal["official", "everyday", "plain"] | None = Field(None, alias="register")
    note: str | None = Field(None, max_length=2000)
    reason: Reason | None = Field(None, description="Needed to refuse; whoever proposed it reads it")
    also: int | None = Field(None, description="Number of the word of the other language, proposed with it, to approve too")


class ChangeDecision(Sent):
    decision: Literal["approve", "refuse"]
    values: dict[str, Any] | None = Field(None, description="How you put it otherwise: it waits for a second person then")
    reason: Reason | None = None


class Decided(BaseModel):
    outcome: Literal["approved", "changed", "refused", "proposed", "known"]
    kind: str
    id: int
    concept: str
    version: int


class Answer(BaseModel):
    id: int
    at: dt.datetime
    by: str
    action: str
    why: str | None
    concept: str
    term: dict[str, Any] | None
    proposal: int | None


class Answers(BaseModel):
    answers: list[Answer]


class Read(Sent):
    ids: list[int] = Field(max_length=200)


# --- texts ---------------------------------------------------------------------------------


class RecogniseRequest(Sent):
    text: Text
    source_language: Language
    target_language: Language


class TargetTerm(BaseModel):
    id: int
    text: str
    language: Language
    status: Status
    note: str | None
    reason: str | None


class Recognised(BaseModel):
    start: int = Field(description="In characters of the text")
    end: int
    surface: str
    term: int
    concept: str
    certainty: Literal["exact", "possible"]
    within: bool = Field(description="A longer term encloses it")
    keep_source: bool = Field(description="Keep the source word in brackets")
    degree: str | None
    strategy: str | None
    differs: dict[str, str]
    targets: list[TargetTerm]
    forbidden: list[TargetTerm]


class RecognisedTerms(BaseModel):
    terms: list[Recognised]


class MemoryRequest(Sent):
    text: Text
    source_language: Language
    target_language: Language
    previous: str | None = Field(None, max_length=20_000, description="The text before; empty at the edge of the document")
    next: str | None = Field(None, max_length=20_000)
    threshold: int | None = Field(None, ge=50, le=100, description="Least likeness in percent")
    limit: int = Field(5, ge=1, le=30)


class MemoryMatch(BaseModel):
    source: str
    target: str
    source_language: Language
    target_language: Language
    score: float = Field(description="Percent; 101 and 102 are matches in context")
    kind: str
    reasons: list[str]
    origin: str
    approved_by: str | None
    approved_at: dt.datetime | None


class MemoryMatches(BaseModel):
    matches: list[MemoryMatch]


# --- what follows from a change ---------------------------------------------------------------------


class NewImpact(Sent):
    wanted: Literal["forbidden", "deprecated", "replaced"]
    by: int | None = Field(None, description="For replaced: number of the proposed term that takes its place")
    proposal: int | None = Field(None, description="Number of the proposal that asks for it")


class Use(BaseModel):
    id: int
    state: Literal["found", "open", "done", "dismissed"]
    reason: str
    side: Literal["source", "target"]
    certainty: Literal["exact", "possible"]
    source: str
    target: str
    source_language: Language
    target_language: Language
    document: int | None
    segment: int | None
    page: str | None = Field(description="Where a person opens the segment")
    unit: int | None = Field(description="Number of the memory's unit")
    term: str | None
    instead: list[str]


class Impact(Page):
    id: int
    concept: str | None
    wanted: str
    terms: list[str]
    finished: bool = Field(description="False while the search goes on as a job: ask again")
    looked: int
    texts: int = Field(description="Texts in which the words could stand")
    applied: bool
    segments: int
    documents: int
    units: int
    hidden: int = Field(description="Uses in documents that you cannot see")
    uses: list[Use]


class ApplyImpact(Sent):
    reason: str = Field(min_length=1, max_length=500)


class Uses(Page):
    uses: list[Use]


class UsesQuery(Paged):
    language: Language | None = None


class UseDecision(Sent):
    decision: Literal["done", "dismissed"]
    reason: Reason = Field("", description="Needed to dismiss")


class LawFlag(BaseModel):
    id: int
    concept: str
    act: str
    bwb: str | None
    article: str | None
    paragraph: str | None
    change: str | None = Field(description="changed, moved, gone or repealed")
    moved_to: str | None
    flagged_at: dt.datetime
    before: str | None
    after: str | None
    diff: list[tuple[Literal["same", "gone", "new"], str]]


class LawFlags(Page):
    flags: list[LawFlag]


class LawDecision(Sent):
    decision: Literal["take_over", "keep"]
    flagged_at: dt.datetime = Field(description="Of the flag you read: a newer one is not settled by accident")
    why: str = Field(min_length=1, max_length=500)
