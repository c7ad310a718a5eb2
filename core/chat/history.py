"""Follow-up questions made whole from the conversation: '¿y en 2022?', 'who signed it?', 'what about Mexico?'.

Rules over words, in order; the first that applies rewrites, and a question that stands alone is never touched. The
previous question is taken as completed by this module, so that a chain of follow-ups keeps its subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.chat.antecedent import Antecedent, find_antecedent
from core.chat.fragment import FINITE, substitute
from core.chat.words import fold

_OPENERS = {
    "en": r"(?:and|but|so|then|also|ok(?:ay)?)(?: then)?(?: (?:what|how) (?:about|of))?"
    r"|(?:what|how) about|(?:the )?same (?:for|in|with)",
    "es": r"(?:y|e|pero|ademas|entonces|vale|bueno)(?: entonces)?(?: que (?:hay|tal|pasa)(?: (?:de|con))?)?(?= )"
    r"|que (?:hay|tal|pasa) (?:de|con)|lo mismo (?:para|en|con|de)",
}
_OPENER = {lang: re.compile(rf"^[¿¡\s]*(?:{p})[,\s]+", re.I) for lang, p in _OPENERS.items()}
_SAME = re.compile(r"(?:same (for|in|with)|lo mismo (para|en|con|de))[,\s]+$", re.I)
_WH = {
    "en": re.compile(r"^(?:who|whom|whose|when|where|why|what|which|how(?: (?:many|much|long|far|often|old))?)\b"),
    "es": re.compile(
        r"^¿?(?:(?:a|de|con|para|en|desde|hasta|por) )?(?:quien(?:es)?|cuando|(?:a)?donde|por que|que"
        r"|cual(?:es)?|como|cuant[oa]s?)\b"
    ),
}
_FRAGMENT_WORDS = 8
_ORDERS = {
    "en": re.compile(r"(?:list|summari[sz]e|compare|explain|describe|show|give|tell|name|enumerate|outline)\b"),
    "es": re.compile(r"(?:lista|enumera|resume|compara|explica|describe|muestra|dame|dime|nombra|indica|haz)\b"),
}


def complete_question(question: str, history: Sequence[tuple[str, str]], lang: str) -> tuple[str, bool]:
    """`question` made whole, and whether that changed it.

    `history` holds (completed question, answer text) of the turns before, oldest first."""
    text = " ".join(question.split())
    if not history or not text:
        return text, False
    previous, answered = history[-1]
    completed = _complete(text, previous, answered, lang)
    if completed is None or fold(completed) == fold(text):
        return text, False
    return _tidy(completed, lang), True


def is_whole(question: str, lang: str) -> bool:
    """Whether a question stands by itself: it asks or orders in so many words, or has a verb."""
    text = fold(question).strip(" ¿?¡!.")
    return bool(_WH[lang].match(text) or _ORDERS[lang].match(text) or FINITE[lang].search(text))


def readable(completed: str, question: str, previous: str, answered: str, lang: str) -> str:
    """`completed`; the question as asked with its topic after it where putting the two together broke the grammar: a
    Spanish article beside a noun of another number ('el cuerdas') that neither of them has."""
    found = [match.group() for match in _CLASH.finditer(fold(completed))] if lang == "es" else []
    if not any(clash not in fold(f"{question} {previous}") for clash in found):
        return completed
    return f"{question.strip()} ({find_antecedent(previous, answered, lang).thing or previous.strip(' ¿?¡!.')})"


_CLASH = re.compile(r"\b(?:el|la|un|una|del|al) \w{2,}(?:[ao]s|[cs]iones|dades|ores)\b|\b(?:los|las) \w+(?:cion|dad)\b")


def new_topic(question: str, completed: str, previous: str, lang: str) -> str:
    """What a fragment adds where it replaced nothing ('pets' in 'what about pets?'), '' where it did or is a period:
    an answer that says nothing of it has missed what was asked."""
    fragment = _fragment(" ".join(question.split()), lang)
    if fragment is None or fold(previous.strip(" ¿?¡!.")) not in fold(completed):
        return ""
    topic = _LEAD[lang].sub("", fragment.strip(" ¿?¡!."))
    return topic if len(topic.split()) <= 3 and not re.search(r"\d", topic) and not _WH[lang].match(fold(topic)) else ""


_LEAD = {
    "en": re.compile(r"^(?:(?:for|on|in|at|with|about|of|to|the|a|an|our|my)\s+)+", re.I),
    "es": re.compile(r"^(?:(?:para|en|con|sobre|de|del|por|a|al|el|la|los|las|un|una)\s+)+", re.I),
}
_ITEM = re.compile(r"^(?:- |\d{1,2}[.)] )(.+)$", re.M)
_ITEM_WORDS = 8
_NTH = {
    "en": re.compile(
        r"^(?:and |what about |explain )*(?:the )?(first|second|third|fourth|fifth|last)(?: (?:one|point|item))?$"
    ),
    "es": re.compile(
        r"^(?:y |que hay d|explica )*(?:el|la|l) (primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|quint[oa]|ultim[oa])"
        r"(?: (?:punto|elemento))?$"
    ),
}
_PLACES = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "primer": 0, "segund": 1, "tercer": 2,
    "cuart": 3, "quint": 4, "ultim": -1,
}  # fmt: skip


def _list_item(text: str, answered: str, lang: str) -> str | None:
    """'the second one' of a list that was answered, by its first words."""
    match, items = _NTH[lang].match(fold(text).strip(" ¿?¡!.")), _ITEM.findall(answered)
    if match is None or not items:
        return None
    place = _PLACES[match[1] if lang == "en" else re.sub(r"[oa]$", "", match[1])]
    if place >= len(items):
        return None
    item = " ".join(re.sub(r"\[\d+\]|[*“”\"]", " ", items[place]).split()[:_ITEM_WORDS]).strip(" .,;:")
    return f"what is said about {item}" if lang == "en" else f"qué se dice de {item}"


def _complete(text: str, previous: str, answered: str, lang: str) -> str | None:
    item = _list_item(text, answered, lang)
    if item is not None:
        return item
    fragment = _fragment(text, lang)
    if fragment is not None:
        return substitute(fragment, previous, lang)
    antecedent = find_antecedent(previous, answered, lang)
    return _resolve(_without_opener(text, lang), antecedent, lang)


def _without_opener(text: str, lang: str) -> str:
    match = _OPENER[lang].match(fold(text))
    rest = text[match.end() :] if match else text
    return rest if match and _WH[lang].match(fold(rest)) else text


def _fragment(text: str, lang: str) -> str | None:
    """What is asked anew, where `text` is a fragment; None where it is a question of its own."""
    folded = fold(text)
    opener = _OPENER[lang].match(folded)
    rest = text[opener.end() :] if opener else text.lstrip("¿¡ ")
    rest = rest.strip(" ?!.¿¡")
    words = fold(rest).split()
    if not words or len(words) > _FRAGMENT_WORDS:
        return None
    same = _SAME.search(folded[: opener.end()]) if opener else None
    if same:
        rest = f"{next(g for g in same.groups() if g)} {rest}"
    asks = _WH[lang].match(" ".join(words))
    if asks and asks.end() == len(" ".join(words)):
        return rest
    if asks or FINITE[lang].search(" ".join(words)):
        return None
    if opener:
        return rest
    starts_bare = re.match(r"(?:in|for|on|en|para|de|del|por|during|durante|since|desde)\b", words[0])
    return rest if starts_bare and len(words) <= 5 else None


def _tidy(text: str, lang: str) -> str:
    text = " ".join(text.split()).strip(" ¿?")
    text = re.sub(r"\s+([,.;:?])", r"\1", text)
    if lang == "es":
        text = re.sub(r"\ba el\b", "al", re.sub(r"\bde el\b(?! [A-ZÁÉÍÓÚ])", "del", text))
    head = text[:1].upper() + text[1:]
    if _ORDERS[lang].match(fold(text)):
        return f"{head}."
    return f"¿{head}?" if lang == "es" else f"{head}?"


# ------------------------------------------------------------------ pronouns

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


def _resolve(text: str, antecedent: Antecedent, lang: str) -> str | None:
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
