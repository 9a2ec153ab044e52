"""`dragoman memory forget` counts first, erases with --yes, and says by its exit code when something is left."""

import json

import pytest
from click.testing import CliRunner

from app import db
from app.cli import main
from memory import recording


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that runs the command on an installation with one unit about somebody."""
    monkeypatch.setenv("DRAGOMAN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DRAGOMAN_STARTER", "no")
    monkeypatch.delenv("DRAGOMAN_DATABASE_URL", raising=False)
    runner = CliRunner()
    assert runner.invoke(main, ["migrate"]).exit_code == 0
    engine = db.make_engine(f"sqlite:///{tmp_path / 'data' / 'dragoman.sqlite3'}")
    with db.transaction(engine) as session:
        recording.remember(
            session, source_language="ti", target_language="ar", source="ሰላም ተስፋይ ትነብር።", target="تعيش سلام تسفاي."
        )
    engine.dispose()
    return lambda *arguments, **options: runner.invoke(main, ["memory", "forget", *arguments], **options)


def test_it_counts_then_erases_then_finds_nothing(run, tmp_path):
    asked = run("--phrase", "ሠላም ተስፋይ", "--json")
    assert json.loads(asked.stdout)["counts"] == {"units": 1}
    done = run("--phrase", "-", "--yes", "--json", input="ሠላም ተስፋይ\nسَلام تسفاي\n")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["counts"], told["left"]) == ({"units": 1}, {})
    assert "ሰላም" not in done.stdout
    assert json.loads(run("--phrase", "ሰላም ተስፋይ", "--json").stdout)["counts"] == {}
    held = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert "ተስፋይ".encode() not in held and "تسفاي".encode() not in held


@pytest.mark.parametrize("arguments", [[], ["--phrase", "ab"], ["--document", "1", "--reference", "V-1"]])
def test_a_question_that_is_none_is_wrong_usage(run, arguments):
    assert run(*arguments, "--yes").exit_code == 2
