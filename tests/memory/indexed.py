"""A memory with an index whose answers are compared with those of every unit."""

import random
import shutil
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from memory import candidates, exchange, index
from memory.candidates import Pair
from memory.matching import find_matches
from memory.models import Unit

WORDS = [
    "de",
    "wet",
    "uw",
    "brief",
    "bezwaar",
    "maken",
    "binnen",
    "zes",
    "weken",
    "niet",
    "wel",
    "gemeente",
    "6",
    "12,5",
    "<1>let</1>",
    "op!",
    "<2/>",
    "يجب",
    "عليكم",
    "عَلَيكم",
    "اللجوء",
    "طلب",
    "٦",
    "لا",
    "نعم።",
    "ስድስት",
    "ሳምንታት፡",
    "ፀሓይ",
    "ጸሓይ",
    "ውስጥ",
    "ይደውሉ",
    "می\u200cتوانید",
    "زنگ",
    "法律",
    "庇护申请",
    "é",
    "é",
    "?",
    "€",
    "5",
    "ab",
    "abc",
    "b",
]
NL_AR = Pair("nl", "ar")


def a_text(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 9)))


def some_rows(many: int, seed: int):
    chance = random.Random(seed)
    for _ in range(many):
        yield exchange.UnitRow(
            "nl",
            "ar",
            "x" + a_text(chance) if chance.random() < 0.3 else "de " + a_text(chance),
            chance.choice("abcd"),
            origin=chance.choice(["approved", "import", "starter"]),
            origin_name=chance.choice(["", "oud.tmx", "ትርጉም.tmx", "ملف"]),
            quality=chance.choice(["approved", "unreviewed", "machine"]),
            previous_source=chance.choice([None, "", "A"]),
            next_source=chance.choice([None, "", "B"]),
            project=chance.choice([None, "p", "q"]),
            one_to_one=chance.random() < 0.9,
        )





class Memory:
    """A memory in a file, read once with its index and once without."""

    def __init__(self, folder: Path, template: Path) -> None:
        shutil.copyfile(template, folder / "memory.sqlite3")
        self.url = f"sqlite:///{folder / 'memory.sqlite3'}"
        self.folder = folder / "index"
        self.indexed, self.plain = create_engine(self.url), create_engine(self.url)
        index.attach(self.indexed, self.folder)

    def add(self, many: int, seed: int = 1) -> None:
        with Session(self.plain) as session:
            exchange.take(session, some_rows(many, seed))
            session.commit()

    def prepare(self) -> None:
        with Session(self.indexed) as session:
            assert index.prepare(session) == [NL_AR]

    def again(self) -> None:
        """As a new process would open it."""
        self.indexed.dispose()
        self.indexed = create_engine(self.url)
        index.attach(self.indexed, self.folder)

    def look(self, engine, text: str, **more):
        options = {"source_language": "nl", "target_language": "ar", "threshold": 50} | more
        with Session(engine) as session:
            return [(m.unit_id, m.score, m.kind, m.reasons) for m in find_matches(session, text, **options)]

    def check(self, many: int = 6, seed: int = 2, **more) -> None:
        chance = random.Random(seed)
        for _ in range(many):
            text = "de " + a_text(chance)
            assert self.look(self.indexed, text, **more) == self.look(self.plain, text, **more)

    def ids(self) -> tuple[set[int], set[int]]:
        """The units that the index answers for, and those of the database."""
        with Session(self.indexed) as session:
            [found] = candidates.collections(session, "nl", "ar", reverse=False)
            ours = set(found.entries)
            for segment, dead in found.segments:
                ours |= set(
                    (segment.columns["ids"] if dead is None else segment.columns["ids"][~dead]).tolist()
                )
            return ours, set(session.scalars(select(Unit.id).where(Unit.recalled_at.is_(None))))

    @property
    def store(self):
        return candidates.store_of(self.indexed)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.segment"))
