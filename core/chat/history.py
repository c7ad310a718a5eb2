"""Follow-up questions made whole from the conversation: '¿y en 2022?', 'who signed it?', 'what about Mexico?'.

Rules over words, in order; the first that applies rewrites, and a question that stands alone is never touched. The
previous question is taken as completed by this module, so that a chain of follow-ups keeps its subject. It reads no
pronoun (see `pronoun`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.chat.antecedent import find_antecedent
from core.chat.fragment import FINITE, substitute
from core.chat.pronoun import resolve
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
    return resolve(_without_opener(text, lang), antecedent, lang)


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
