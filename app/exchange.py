"""The memory, in from files and out to files: what the commands do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import db, imports, memoryexport
from app.imports import MemoryImport
from app.memoryexport import Filter
from app.memoryfiles import Choices
from memory import exchange as units


def import_units(
    engine: Engine,
    file: Path,
    choices: Choices,
    *,
    by: str = "",
    checked: Callable[[int], object] = lambda _bytes: None,
    step: Callable[[int], object] = lambda _bytes: None,
    processes: int = 1,
) -> MemoryImport:
    """Keep the units of a file (TMX, XLIFF, PO, CSV, XLSX); returns what became of it.

    The same file with the same choices, interrupted before, goes on where it stopped; taking it again changes nothing.
    `checked` and `step` are told how many bytes were looked at and taken in. `processes`: how many prepare units while
    this one reads and writes. Raises UnreadableFile when nothing could be taken in, or a part of it: then the number
    that was is in the error's field "kept". Errors of the database come through.
    """
    with file.open("rb") as stream:
        with db.transaction(engine) as session:
            entry = imports.begin(session, stream, choices, by_name=by, step=checked)
        stream.seek(0)
        with _preparing(processes) as prepare:
            [*_, entry] = imports.run(engine, entry.id, stream, checked=checked, step=step, prepare=prepare)
    problem = imports.problem_of(entry)
    if problem is not None:
        problem.kept = entry.new + entry.merged
        raise problem
    return entry


EVERYTHING = Filter()


@contextmanager
def _preparing(processes: int) -> Iterator[Callable[..., Iterator[tuple[int, units.Prepared]]]]:
    """What `imports.run` has its batches prepared by: this process, or others beside it, a few batches ahead."""
    if processes < 2:
        yield imports.prepared_here
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes - 1, get_context("forkserver")) as pool:

        def prepare(batches: Iterator[tuple[int, list[units.UnitRow]]]) -> Iterator[tuple[int, units.Prepared]]:
            ahead: deque[tuple[int, Future[units.Prepared]]] = deque()
            for first, rows in batches:
                ahead.append((len(rows), pool.submit(units.prepared, rows, first_number=first)))
                if len(ahead) > 2 * processes:
                    number, ready = ahead.popleft()
                    yield number, ready.result()
            for number, ready in ahead:
                yield number, ready.result()

        try:
            yield prepare
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def export_tmx(
    session: Session, file: Path, wanted: Filter = EVERYTHING, *, step: Callable[[int], object] = lambda _units: None
) -> int:
    """Write the memory, or what is wanted of it, as TMX 1.4b. Returns how many units. The file is there when it is whole."""
    from importers import tmx

    def counted() -> Iterator[tmx.TmxUnit]:
        for unit in memoryexport.tmx_units(session, wanted):
            step(1)
            yield unit

    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as stream:
            number = memoryexport.write_tmx(stream, counted(), wanted)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return number
