"""Loading a model: once for all threads, again after a fork, never over the network, nothing written elsewhere."""

import os
import subprocess
import sys
import threading

import pytest

from app.mt.registry import Models


def run(script: str, *arguments: object, **environment: str) -> str:
    """A fresh Python. Returns what it printed; fails with what it said when it failed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def test_many_threads_that_ask_first_load_one_model(argos, monkeypatch):
    import ctranslate2

    made = []

    class Counted(ctranslate2.Translator):
        def __init__(self, *arguments, **settings):
            made.append(arguments)
            super().__init__(*arguments, **settings)

    monkeypatch.setattr(ctranslate2, "Translator", Counted)
    models = Models(argos.folder)
    start = threading.Barrier(12)
    answers, problems = [], []

    def ask(i: int) -> None:
        start.wait()
        try:
            for _ in range(5):
                answers.append(models.translate([f"The doctor {i}"], "en", "ar")[0][0].text)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert sorted(set(answers)) == sorted(f"الطبيب {i}" for i in range(12))
    assert len(made) == 1


def test_threads_may_use_and_unload_at_once(argos):
    models = Models(argos.folder)
    problems = []

    def ask() -> None:
        try:
            for _ in range(15):
                assert models.translate(["De brief"], "nl", "ar")[0][0].text == "الرسالة"
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        models.unload()
    for thread in threads:
        thread.join()
    assert problems == []


FORK = """
import os, sys, warnings
from app.mt.registry import Models
models = Models(sys.argv[1])
before = models.translate(["The letter"], "en", "ar")[0][0].text
warnings.simplefilter("ignore")  # Python 3.12 warns of a fork where there are threads: that is what is tried here
child = os.fork()
if child == 0:
    after = models.translate(["The letter"], "en", "ar")[0][0].text
    print(after, flush=True)
    sys.exit(0 if after == before else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(models.translate(["The letter"], "en", "ar")[0][0].text)
sys.exit(status)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_of_a_process_with_a_loaded_model_translates_too(argos):
    assert run(FORK, argos.folder).split() == ["الرسالة", "الرسالة"]


OFFLINE = """
import sys
seen = []
def look(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        seen.append(event)
        raise OSError(f"the network was used: {event}")
sys.addaudithook(look)
from app.mt.registry import Models
models = Models(sys.argv[1])
for path in sys.argv[2:]:
    models.install(path)
for source, target, text in (
    ("nl", "ar", "De dokter is in huis."), ("en", "ar", "The letter"), ("nl", "ti", "Hallo, de dokter is in huis."),
    ("ar", "nl", "اللاجئ"), ("en", "fa", "The <1>letter</1>. Hello!"),
):
    assert models.translate([text], source, target)[0], (source, target)
assert seen == [], seen
unwanted = [name for name in ("onnxruntime", "minisbd", "stanza", "spacy", "torch") if name in sys.modules]
print(unwanted)
"""


def test_nothing_is_ever_asked_of_the_network(built, tmp_path):
    """In a process where every use of a socket is an error: installing, loading and translating."""
    packages = [built / name for name in ("nl-en.argosmodel", "en-ar.argosmodel", "nllb-200-distilled-600M-int8")]
    home = tmp_path / "home"
    home.mkdir()
    elsewhere = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    printed = run(OFFLINE, tmp_path / "models", *packages, ORT_DISABLE_TELEMETRY="", **elsewhere)
    assert printed == "[]"
    assert list(home.iterdir()) == []


def test_a_users_own_settings_of_argos_change_nothing(argos, tmp_path):
    config = tmp_path / "argos-translate"
    config.mkdir()
    (config / "settings.json").write_text('{"ARGOS_MODEL_PROVIDER": "OPENAI", "ARGOS_DEBUG": "1", "ARGOS_CHUNK_TYPE": "SPACY"}')
    script = (
        "import os, sys\n"
        "from app.mt.registry import Models\n"
        "def own():\n"
        "    ours = ('KMP_DUPLICATE_LIB_OK', 'ORT_DISABLE_TELEMETRY', 'OMP_WAIT_POLICY')\n"
        "    return {k: v for k, v in os.environ.items() if k not in ours}\n"
        "before = own()\n"
        "print(Models(sys.argv[1]).translate(['The letter'], 'en', 'ar')[0][0].text)\n"
        "assert own() == before\n"
    )
    assert run(script, argos.folder, XDG_CONFIG_HOME=str(tmp_path), ARGOS_DEBUG="1") == "الرسالة"


def test_models_are_read_where_nobody_may_write(own):
    if os.geteuid() == 0:
        # root may write anywhere: look that nothing is written instead
        before = {path: path.stat().st_mtime_ns for path in own.folder.rglob("*")}
        assert own.translate(["De brief"], "nl", "ar")[0]
        assert {path: path.stat().st_mtime_ns for path in own.folder.rglob("*")} == before
        return
    for path in own.folder.rglob("*"):
        path.chmod(path.stat().st_mode & 0o555)
    assert own.translate(["De brief"], "nl", "ar")[0]
