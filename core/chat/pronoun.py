"""Pronouns and what stands for them, put back as what they mean: 'who signed it?', '¿cuándo lo firmó?', '¿y su plazo?'.

What they can mean is read from the turn before by `antecedent`; a pronoun that the question itself explains stays.
"""

from __future__ import annotations

import re

from core.chat.antecedent import Antecedent
from core.chat.words import fold

_EXPLETIVE = re.compile(
    r"\b(?:is|was|does|did|would|will) it (?:possible|true|necessary|allowed|mandatory|required|take|mean"
    r"|cost to|ok|safe)\b"
    r"|\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were)\b|\bit (?:is|was) (?:possible|true|necessary"
    r"|allowed)\b"
)
_PEOPLE = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.I)
_THING = re.compile(r"\b(?:it|they|them|this|that|these|those)\b(?! \w+(?:s|ion|ment|ance|ract|port|icy)\b)", re.I)
_OWNED = re.compile(r"\b(?:its|their|his|her)\s+(?=\w)", re.I)
_THERE = re.compile(r"\b(?:there)\b", re.I)


def resolve(text: str, antecedent: Antecedent, lang: str) -> str | None:
    """`text` with its first pronoun (in Spanish, also a missing subject) replaced; None where none can be."""
    return _resolve_english(text, antecedent) if lang == "en" else _resolve_spanish(text, antecedent)


def _stands(text: str, at: int, lang: str) -> bool:
    """Whether the question itself names something before `at` that a pronoun there can mean."""
    before = text[:at]
    names = re.search(r"(?<=\s)[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+", before)
    article = (
        r"\b(?:the|a|an|our|my|your)\s+\w+"
        if lang == "en"
        else r"\b(?:el|la|los|las|un|una|unos|unas|del|al|nuestr[oa]s?)\s+\w+"
    )
    noun = re.search(article, fold(before))
    return bool(names or noun)


def _resolve_english(text: str, antecedent: Antecedent) -> str | None:
    lowered = text.lower()
    for pattern, meant in (
        (_OWNED, None),
        (_PEOPLE, antecedent.person),
        (_THING, antecedent.thing),
        (_THERE, antecedent.place),
    ):
        match = pattern.search(lowered)
        if match is None or _EXPLETIVE.search(lowered) or _stands(text, match.start(), "en"):
            continue
        if pattern is _OWNED:
            owner = antecedent.person if match.group().split()[0] in ("his", "her") else antecedent.thing
            if owner:
                end = "'" if owner.endswith("s") else "'s"
                return f"{text[: match.start()]}{owner}{end} {text[match.end() :]}"
            continue
        if meant:
            value = f"in {meant}" if pattern is _THERE else meant
            return text[: match.start()] + value + text[match.end() :]
    return None


_CLITIC = re.compile(
    r"\b(?:quien(?:es)?|cuando|como|donde|por que|cuanto|que \w+|con que \w+)\s+(?:se )?(?:no )?((?:lo|la|los"
    r"|las|le|les)\s+)(\w+)"
)
_VERB_END = re.compile(r"(?:[oó]|aron|ieron|aba|aban|ia|ian|ara|aran|era|eran|ira|iran|ado|ido|amos|emos|imos)$")
_SU = re.compile(r"\b(su|sus)\s+(\w+)")
_STRONG = re.compile(
    r"\b(?:ell[ao]s?|él|est[ea]|es[ea]|aquel|aquella|esto|eso)\b(?=\s*(?:$|\?|,| (?:en|de|con|por|para|a|y)\b))", re.I
)
_HERE = re.compile(r"\b(?:alli|ahi|alla)\b")
_MONTH = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
_OF_TIME = (  # what may stand before a year in the saying of a time, and names nothing: 'el mundial de 2010' does
    rf"(?:de|del|el|la|los|las|ano|dia|mes|trimestre|semestre|primer|segundo|tercer|cuarto|ultimo|primera|segunda|mitad|"
    rf"principios|mediados|finales|verano|otono|invierno|primavera|\d{{1,2}}|[1-4]t|{_MONTH})"
)
_NULL_SUBJECT = re.compile(
    r"^¿?((?:(?:a|de|con|para|en|desde|hasta|por) )?(?:quien(?:es)?|cuando|a?donde|por que|como|cuanto|(?:que"
    r"|cuant[oa]s)(?: \w+)?))\s+"
    r"((?:se |lo |la )?(?:ha |han |habia |fue |fueron )?\w+)"
    rf"((?:\s+(?:en|desde|hasta|antes de|durante|el) (?:{_OF_TIME} )*(?:\d{{4}}|{_MONTH}))?)\s*$"
)
_HAPPEN = re.compile(r"\b(?:paso|ocurrio|sucedio|pasa|ocurre|sucede)$")
_NOT_VERBS = frozenset("mas menos otro otra hora dia ano es son".split())


def _resolve_spanish(text: str, antecedent: Antecedent) -> str | None:
    folded = fold(text)
    for rule in (_clitic, _possessive, _strong, _place, _null_subject):
        completed = rule(text, folded, antecedent)
        if completed:
            return completed
    return None


def _clitic(text: str, folded: str, antecedent: Antecedent) -> str | None:
    match = _CLITIC.search(folded)
    if match is None or not antecedent.thing or _stands(text, match.start(1), "es"):
        return None
    after = folded[match.end(2) :].strip(" ?")
    verb_like = folded.lstrip("¿").startswith("quien") or bool(_VERB_END.search(text[match.start(2) : match.end(2)]))
    if not verb_like or (after and re.match(r"(?:el|la|los|las|un|una)\b", after)):
        return None
    meant = (
        antecedent.thing
        if match.group(1).strip() not in ("le", "les")
        else f"a {antecedent.person or antecedent.thing}"
    )
    return f"{text[: match.start(1)]}{text[match.start(2) : match.end(2)]} {meant}{text[match.end(2) :]}"


def _possessive(text: str, folded: str, antecedent: Antecedent) -> str | None:
    match = _SU.search(folded)
    owner = antecedent.person if antecedent.about_person else antecedent.thing
    owner = owner or antecedent.person
    if match is None or not owner or _stands(text, match.start(), "es"):
        return None
    noun = text[match.start(2) : match.end(2)]
    return f"{text[: match.start()]}{_article(noun)} {noun} de {owner}{text[match.end() :]}"


def _article(noun: str) -> str:
    folded = fold(noun)
    singular = folded.removesuffix("es") if folded.endswith(("iones", "dades")) else folded.removesuffix("s")
    feminine = singular.endswith(("a", "cion", "sion", "dad", "tud", "ez")) and not singular.endswith(("ma", "dia"))
    many = folded.endswith("s")
    return ("las" if many else "la") if feminine else ("los" if many else "el")


def _strong(text: str, folded: str, antecedent: Antecedent) -> str | None:
    match = _STRONG.search(text)
    if match is None or _stands(text, match.start(), "es"):
        return None
    meant = _agreeing(antecedent.thing, fold(match.group())) or antecedent.person
    return text[: match.start()] + meant + text[match.end() :] if meant else None


_AGREES = {"ella": "la", "ellas": "las", "el": r"(?:el|del|al)", "ellos": "los"}


def _agreeing(thing: str, pronoun: str) -> str:
    """The last part of a phrase whose article agrees with the pronoun ('la batea' of 'el importe de la batea' for
    'ella'), where that which opens it does not."""
    article = _AGREES.get(pronoun)
    if article is None or re.match(rf"{article}\b", fold(thing)):
        return thing
    found = [match.start() for match in re.finditer(rf"\b{article}\s\w", fold(thing))]
    return re.sub(r"^(?:del|al)\b", "el", thing[found[-1] :]) if found else thing


def _place(text: str, folded: str, antecedent: Antecedent) -> str | None:
    match = _HERE.search(folded)
    if match is None or not antecedent.place or _stands(text, match.start(), "es"):
        return None
    return f"{text[: match.start()]}en {antecedent.place}{text[match.end() :]}"


def _null_subject(text: str, folded: str, antecedent: Antecedent) -> str | None:
    """Spanish leaves the subject out: '¿cuándo murió?' asks about whom the turn before was about."""
    bare = text.strip(" ?¿.")
    match = _NULL_SUBJECT.match(fold(bare))
    meant = antecedent.thing or antecedent.person
    if match is None or not meant or match.group(2) in _NOT_VERBS:
        return None
    if _HAPPEN.search(match.group(2)):
        meant = f"con {meant}"
    return f"{bare[: match.end(2)]} {meant}{bare[match.end(2) :]}"
