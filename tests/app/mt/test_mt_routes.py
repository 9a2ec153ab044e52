"""Which models are taken for a pair of languages."""

from pathlib import Path

import pytest

from app.mt.models import Model
from app.mt.routes import find


def a_model(family: str, sources: str, targets: str, *, version: str = "1", id: str = "") -> Model:
    codes = {language: language for language in sources.split()}
    return Model(
        id=id or f"{family}-{sources}-{targets}-{version}".replace(" ", "+"),
        family=family,
        name="",
        sources=codes,
        targets={language: language for language in targets.split()},
        version=version,
        size=1,
        licence=None,
        path=Path("model"),
        digest="0123456789",
    )


ARGOS = [a_model("argos", a, b) for a, b in (("nl", "en"), ("en", "ar"), ("en", "fa"), ("en", "zh-Hans"))]
NLLB = a_model("nllb-200", "nl en ar fa ti", "nl en ar fa ti")
NLLB_WITH_DARI = a_model("nllb-200", "nl en fa prs", "nl en fa prs", id="nllb-with-dari")
OPUS = a_model("opus-mt", "en", "ar")
MADLAD = a_model("madlad-400", "nl en ti", "nl en ti")

ROUTES = [
    # models, source, target, path, engine
    (ARGOS, "nl", "en", ("nl", "en"), "Argos"),
    (ARGOS, "nl", "ar", ("nl", "en", "ar"), "Argos"),
    ([*ARGOS, OPUS], "nl", "ar", ("nl", "en", "ar"), "Argos + OPUS-MT"),
    # directly before through English, whatever the engine
    ([*ARGOS, NLLB], "nl", "ar", ("nl", "ar"), "NLLB-200"),
    # a model made for the pair before one for many
    ([*ARGOS, NLLB], "en", "ar", ("en", "ar"), "Argos"),
    ([*ARGOS, NLLB, OPUS], "en", "ar", ("en", "ar"), "OPUS-MT"),
    ([MADLAD, NLLB], "nl", "ti", ("nl", "ti"), "NLLB-200"),
    # varieties: the region is left out; Persian is read by who reads Dari, and the path says that it is Persian
    (ARGOS, "nl-BE", "ar-SY", ("nl", "en", "ar"), "Argos"),
    (ARGOS, "nl", "prs", ("nl", "en", "fa"), "Argos"),
    ([*ARGOS, NLLB_WITH_DARI], "nl", "prs", ("nl", "prs"), "NLLB-200"),
    ([NLLB], "ti-ER", "nl", ("ti", "nl"), "NLLB-200"),
    (ARGOS, "en", "zh", ("en", "zh-Hans"), "Argos"),
    # the same language, another script, no model, no second hop
    (ARGOS, "en", "zh-Hant", None, None),
    (ARGOS, "nl", "nl", None, None),
    (ARGOS, "nl", "nl-BE", None, None),
    (ARGOS, "ar", "nl", None, None),
    (ARGOS, "en", "nl", None, None),
    (ARGOS, "nl", "ti", None, None),
    ([], "nl", "ar", None, None),
    ([NLLB], "nl", "fr", None, None),
]


@pytest.mark.parametrize(("models", "source", "target", "path", "engine"), ROUTES)
def test_the_best_route_is_taken(models, source, target, path, engine):
    route = find(models, source, target)
    assert (route and route.path, route and route.engine) == (path, engine)


def test_the_newest_version_is_taken_by_number_and_not_by_letter():
    old, new = (a_model("argos", "nl", "en", version=version) for version in ("1.9", "1.10"))
    for models in ([old, new], [new, old]):
        assert find(models, "nl", "en").hops[0].model is new


def test_a_persons_preference_of_engines_comes_first():
    models = [*ARGOS, NLLB]
    assert find(models, "en", "ar", preference=("NLLB-200", "Argos")).engine == "NLLB-200"


def test_the_key_names_exactly_these_models():
    keys = {
        find(ARGOS, "nl", "en").key,
        find(ARGOS, "nl", "ar").key,
        find([*ARGOS, OPUS], "nl", "ar").key,
        find([a_model("argos", "nl", "en", version="2")], "nl", "en").key,
    }
    assert len(keys) == 4
    assert find(ARGOS, "nl", "ar").key == find(list(reversed(ARGOS)), "nl", "ar").key
