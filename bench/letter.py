"""A long Dutch letter of the kind that help desks get, as DOCX with an exact number of segments."""

from __future__ import annotations

import io
import random

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip
OFFICES = ("de IND", "het COA", "de gemeente Leiden", "het UWV", "DUO", "de Belastingdienst", "de rechtbank Den Haag")
PAPERS = (
    "een verblijfsvergunning asiel voor bepaalde tijd", "een machtiging tot voorlopig verblijf", "een paspoort",
    "een uittreksel uit de basisregistratie", "een reisdocument voor vluchtelingen", "een geboorteakte",
    "een verklaring van uw werkgever", "een huurcontract",
)  # fmt: skip
PEOPLE = ("uw echtgenote", "uw minderjarige kinderen", "uw advocaat", "uw contactpersoon", "een tolk", "uw voogd")
RULES = ("de Vreemdelingenwet 2000", "de Algemene wet bestuursrecht", "de Wet inburgering 2021", "de Participatiewet")
#: Sentences as they stand in such letters; what is in braces differs each time, so that no two are the same.
SENTENCES = (
    "Op {date} heeft u bij {office} een aanvraag ingediend voor {paper}.",
    "Volgens art. {article} van {rule} moet {office} vóór {date} op uw aanvraag beslissen.",
    "U kunt binnen {weeks} weken na {date} bezwaar maken tegen het besluit met kenmerk {number}.",
    "Als u het niet eens bent met deze beslissing, kunt u samen met {person} bij {office} beroep instellen.",
    "Neem naar de afspraak van {date} uw identiteitsbewijs, uw BSN en {paper} mee.",
    "De kosten van € {euros},- betaalt u uiterlijk op {date} onder vermelding van {number}.",
    "Wij hebben {person} op {date} gevraagd om {paper} op te sturen.",
    "Zonder {paper} kan {office} uw dossier {number} niet verder behandelen.",
    "Voor gezinshereniging met {person} is {paper} nodig, d.w.z. het origineel en een kopie.",
    "Uw inburgering begint op {date} en duurt ten hoogste {weeks} maanden, bijv. aan het ROC van de gemeente.",
    "De zitting over zaak {number} is op {date} om {hour}.{minute} uur in de {floor}e zaal.",
    "Tijdens de procedure heeft u recht op opvang van {office} en op hulp van {person}.",
    "De toeslag van € {euros},50 per maand wordt vanaf {date} door {office} overgemaakt.",
    "Met uw DigiD kunt u na {date} zelf zien hoe ver {office} met aanvraag {number} is.",
    "Het besluit van {office} van {date} is genomen op grond van art. {article}, lid {floor}, van {rule}.",
    "Wilt u weten of {person} mee mag komen, bel dan vóór {date} met {office}, tel. 071-{number}.",
    "Een voorlopige voorziening vraagt u aan bij de rechtbank, uiterlijk {weeks} dagen na {date}.",
    "Bewaar deze brief met nummer {number} goed, want {office} kan er op {date} om vragen.",
)
HEADINGS = ("Uw aanvraag", "Wat u moet doen", "Bezwaar en beroep", "De kosten", "Uw gezin", "De zitting", "Inburgering")
CELLS = ("Afspraak bij {office} op {date}", "Breng {paper} mee, zaak {number}", "Vraag {person} om hulp, lid {article}")
#: Segments of one section: a heading and four paragraphs of four sentences.
SECTION = 17


def _filled(pattern: str, chance: random.Random) -> str:
    return pattern.format(
        date=f"{chance.randint(1, 28)} {chance.choice(MONTHS)} {chance.randint(2025, 2028)}",
        office=chance.choice(OFFICES),
        paper=chance.choice(PAPERS),
        person=chance.choice(PEOPLE),
        rule=chance.choice(RULES),
        article=chance.randint(1, 120),
        number=chance.randint(100_000, 999_999),
        weeks=chance.randint(2, 36),
        euros=chance.randint(15, 990),
        hour=chance.randint(9, 16),
        minute=f"{chance.randint(0, 59):02}",
        floor=chance.randint(1, 9),
    )


def a_letter(segments: int, seed: int) -> bytes:
    """DOCX with headings, paragraphs with bold and italic runs, and a table; `segments` sentences and cells, at least
    35, no two the same."""
    import docx

    chance = random.Random(seed)
    seen: set[str] = set()

    def fresh(pattern: str) -> str:
        while (text := _filled(pattern, chance)) in seen:
            pass
        seen.add(text)
        return text

    sections = (segments - 6) // SECTION
    while (segments - sections * SECTION) % 3:
        sections -= 1
    document = docx.Document()
    for number in range(sections):
        document.add_heading(f"{number + 1}. {HEADINGS[number % len(HEADINGS)]}", level=2)
        for _ in range(4):
            paragraph = document.add_paragraph()
            for place in range(4):
                words = fresh(chance.choice(SENTENCES)).split(" ")
                cut = chance.randint(1, len(words) - 2) if chance.random() < 0.4 else 0
                if cut:
                    paragraph.add_run(" ".join(words[:cut]) + " ")
                    run = paragraph.add_run(words[cut])
                    run.bold, run.italic = chance.random() < 0.8, chance.random() < 0.3
                    paragraph.add_run(" " + " ".join(words[cut + 1 :]))
                else:
                    paragraph.add_run(" ".join(words))
                if place < 3:
                    paragraph.add_run(" ")
    rows = (segments - sections * SECTION) // 3
    table = document.add_table(rows=rows, cols=3)
    for row in table.rows:
        for cell, pattern in zip(row.cells, CELLS, strict=True):
            cell.text = fresh(pattern)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
