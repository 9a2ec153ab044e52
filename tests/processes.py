"""Processes of Dragoman that start at once.

A new Python that imports Dragoman takes two seconds of a processor, most of it the same each time. These are forked
from one process per worker that has imported it already (`tests.preloaded`): each has its own memory, can be killed,
and shares nothing with the test. What the command itself does on its way in, `tests/app/test_cli.py` and the journey of
the letter start as people do.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.preloaded"])


class Running:
    """A process that was started, with the few things that `subprocess.Popen` has too."""

    def __init__(self, verb: Callable[..., object], *arguments: object, environment: Mapping[str, str], output: Path, errors: Path) -> None:
        self._process = _processes.Process(
            target=_become, args=(verb, arguments, dict(environment), str(output), str(errors)), daemon=True
        )
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """The exit code; None while it runs. Minus the signal that ended it."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired(["dragoman"], timeout or 0)
        return self.poll()


def _become(verb: Callable[..., object], arguments: tuple, environment: dict[str, str], output: str, errors: str) -> None:
    """In the new process: the environment and the streams that it was given, and nothing else of its parent's."""
    os.environ.clear()
    os.environ.update(environment)
    for path, stream in ((output, sys.stdout), (errors, sys.stderr)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, stream.fileno())
        os.close(handle)
        stream.reconfigure(encoding="utf-8", line_buffering=True)
    verb(*arguments)


def dragoman(*arguments: str) -> None:
    """The `dragoman` command."""
    from app.cli import main

    main(list(arguments), prog_name="dragoman")


def script(code: str, *arguments: str) -> None:
    """What `python -c` does."""
    sys.argv = ["-c", *arguments]
    exec(compile(code, "<script>", "exec"), {"__name__": "__main__"})


def install(data: Path) -> None:
    """What the first `dragoman serve` does: the tables, the starter pack and the index before it answers, and what its
    worker does while nobody waits, so that the service of each journey has it behind it."""
    from app import concepts, db, jobkinds, jobs, terms
    from app.cli import prepare, serving
    from app.config import Config

    config = Config.from_environment()
    engine = db.make_engine(config.database_url)
    prepare(engine, config)
    serving.warm_up(engine, config)
    terms.index_in(config.index / "terms").close()
    for begin in jobkinds.BEGINNING:
        begin(engine)
    while jobs.work_once(engine, jobkinds.every(None)):
        pass
    catch_up = concepts.CatchUp()
    while catch_up(engine):
        pass
    engine.dispose()


def run(verb: Callable[..., object], *arguments: object, environment: Mapping[str, str], timeout: float = 120, check: bool = True) -> subprocess.CompletedProcess:
    """Start a process and wait for its end. Raises subprocess.CalledProcessError unless it ends with 0."""
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        running = Running(verb, *arguments, environment=environment, output=output, errors=errors)
        try:
            code = running.wait(timeout)
        finally:
            running.kill()
        said = [path.read_text("utf-8") if path.exists() else "" for path in (output, errors)]
    done = subprocess.CompletedProcess(["dragoman", *map(str, arguments)], code, *said)
    if check:
        done.check_returncode()
    return done
