"""Small words that stand before a noun and say whose it is or which: they may stand between the words of a term."""

from __future__ import annotations


def _list(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Articles, demonstratives and possessives: they stand between a verb and its noun, and between a preposition and a noun.
DETERMINERS = {
    "en": _list("a an the this that these those my your his her its our their any"),
    "nl": _list("de het een deze dit die dat mijn je jouw uw zijn haar ons onze hun geen"),
    "fr": _list("le la les un une ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs"),
    "es": _list("el la los las un una unos unas este esta estos estas mi mis tu tus su sus nuestro nuestra nuestros nuestras"),
    "ru": _list("мой моя моё мое мои мою моего моей моему моим моих свой своя своё свое свои свою своего своей своему своим "
                "своих ваш ваша ваше ваши вашу вашего вашей вашему вашим ваших наш наша наше наши нашу нашего нашей его её ее их"),
    "uk": _list("мій моя моє мої мою мого моєї моєму моїм моїх свій своя своє свої свою свого своєї своєму своїм своїх ваш ваша "
                "ваше ваші вашу вашого вашої вашому вашим ваших наш наша наше наші нашу нашого нашої його її їх їхній"),
    "tr": _list("bir bu şu"),
    "fa": _list("را خود خودم خودت خودش خودمان خودتان خودشان این آن یک من شما ما"),
    "so": _list("ee"),
    "ti": _list("ናይ እቲ እታ እቶም እተን"),
}  # fmt: skip
DETERMINERS["prs"] = DETERMINERS["fa"]


def without_determiners(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The words of a term without its articles, in the languages that have them: lodge appeal, of lodge an appeal."""
    if language not in ("en", "es", "fr", "nl"):
        return words
    return tuple(word for word in words if word not in DETERMINERS[language])
