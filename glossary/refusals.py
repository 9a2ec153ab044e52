"""What the term base refuses, each with what to do instead; and who counts as the same person."""

from __future__ import annotations

from glossary.models import LONGEST_TERM


class DuplicateTerm(Exception):
    """The concept already has this word in this language."""

    def __init__(
        self, term_id: int | None, concept_id: int, language: str, text: str, status: str | None = None
    ):
        self.term_id, self.concept_id, self.language, self.text, self.status = (
            term_id,
            concept_id,
            language,
            text,
            status,
        )
        said = f" as {status}" if status else ""
        super().__init__(f"This concept already has this term in {language}{said}. Change that one instead.")


class DuplicateCode(Exception):
    """Another concept has this public name."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(
            f"There is already a concept with the code {code}. Choose another code, or open that concept."
        )


class OwnProposal(Exception):
    """Nobody decides on what they wrote or last changed themselves."""

    def __init__(self, term_id: int, by: str):
        self.term_id, self.by = term_id, by
        super().__init__(
            "You wrote or last changed this term yourself. Another reviewer of the language must decide."
        )


class NotDecidable(Exception):
    """The term is not in a state in which this can be decided."""

    def __init__(self, term_id: int, status: str, action: str):
        self.term_id, self.status, self.action = term_id, status, action
        super().__init__(
            f"This term is {status}, so it cannot be {action}. Load the page again to see it as it is."
        )


class ChangedMeanwhile(Exception):
    """What a proposal is about is no longer as it was when somebody asked. `now`: the columns as they are."""

    def __init__(self, proposal_id: int, now: dict):
        self.proposal_id, self.now = proposal_id, now
        super().__init__("What this proposal is about has changed since. Read both, then change it or refuse it.")


class NothingChanges(Exception):
    """A proposal asks for what is already so."""

    def __init__(self) -> None:
        super().__init__("Everything is already as you ask. Change something first.")


class WrongValue(Exception):
    """A column cannot have this value. `field` is its name."""

    def __init__(self, field: str, value: str):
        self.field, self.value = field, value
        super().__init__(f"“{value}” cannot stand in {field}." if value else f"{field} is missing or not known.")


class EmptyTerm(Exception):
    def __init__(self) -> None:
        super().__init__("A term needs at least one letter or digit. Write the word, then save again.")


class TermTooLong(Exception):
    def __init__(self, length: int):
        self.length, self.longest = length, LONGEST_TERM
        super().__init__(
            f"This term has {length} characters; {LONGEST_TERM} is the most. Put explanations into the definition or a note."
        )


def same_person(name: str, number: int | None, by: str, by_id: int | None) -> bool:
    """Whether these two are one: by number where both have one, else by name."""
    return number == by_id if number is not None and by_id is not None else name == by
