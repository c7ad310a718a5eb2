"""What the second half of a question leans on the first for: 'why did it fall?', '¿y por qué bajó?', 'their order',
'ese mes'. Its subject is put in, from what the first half names. It looks nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.router.mentions import content_words, topic_of
from core.router.phrases import cue, fold, pattern

_NAME = re.compile(
    r"(?<=[\wáéíóúñ] )[A-ZÁÉÍÓÚÑ][\w&.'’-]*[\wáéíóúñ](?: (?:(?:de|del|do|da|of) )?[A-ZÁÉÍÓÚÑ0-9][\w&.'’-]*)*"
)
_YEAR = r"(?:19|20)\d{2}"
_DETERMINED = re.compile(
    r"(?<!a )(?<!en )(?<!de )(?<!con )(?<!por )(?<!para )(?<!desde )(?<!hasta )(?<!sobre )"
    r"\b(?:el|la|los|las|un|una|unos|unas|cada|nuestr[oa]s?|se debe|hay)\b"
)  # a determiner without a preposition opens a subject; impersonal verbs leave none out
_OWNED = {
    "en": re.compile(r"\b(?:its|their|his|her) (?=\w)"),
    "es": re.compile(r"\bsus? (\w+(?: \w+(?:o|a|os|as|al|ales|ivo|iva)\b)?)"),
}
_STANDS = {"en": re.compile(r"\b(?:it|he|she|him)\b"), "es": re.compile(r"\b(?:ella|ello)\b")}
_MANY = {"en": re.compile(r"\b(?:they|them|those|these)\b"), "es": re.compile(r"\b(?:ell[oa]s|es[oa]s)\b")}
_NAMES_MAX = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """What the first half is about: names in it (capitalised, or values that tables hold), its period, and its words
    where it names nothing."""

    names: tuple[str, ...] = ()
    period: str = ""
    topic: str = ""

    @property
    def text(self) -> str:
        return " ".join(self.names) or self.topic


def subject_of(clause: str, lang: str, values: Sequence[tuple[str, str]]) -> Subject:
    """The subject of a clause; `values` are those of tables that it says, as (said, stored)."""
    named = [said for said, _ in values]
    found = [match.group() for match in _NAME.finditer(clause) if not re.fullmatch(r"[QTH][1-4]", match.group())]
    names = [*named, *(name for name in found if not any(fold(name) in fold(value) for value in named))]
    names = [name for name in names if not any(fold(name) != fold(o) and fold(name) in fold(o) for o in names)]
    period = _period(lang).search(fold(clause))
    said = clause[period.start() : period.end()] if period else ""
    return Subject(tuple(dict.fromkeys(names))[:_NAMES_MAX], said, topic_of(clause, lang))


def _period(lang: str) -> re.Pattern[str]:
    part = r"(?:(?:the |el )?(?:first|second|third|fourth|last|primer|segundo|tercer|cuarto|ultimo) )?"
    part += rf"(?:{cue('month', lang)}|{cue('quarter', lang)})"
    return re.compile(rf"\b{part}(?: (?:of |de |del )?{_YEAR})?\b|\b{_YEAR}\b")


def leans(clause: str, lang: str) -> bool:
    """Whether a clause says by a word, or by having hardly any, that its subject stands before it."""
    folded = fold(clause)
    if pattern("then", lang).search(folded) or pattern("pronoun", lang).search(folded):
        return True
    bare = pattern("asked", lang).sub(" ", pattern("prose", lang).sub(" ", folded))
    return len(content_words(bare, lang)) <= 1 and not _NAME.search(clause)


def may_lean(clause: str, lang: str) -> bool:
    """Whether a Spanish clause may have left its subject out: nothing in it is named or stands with an article."""
    return lang == "es" and not _NAME.search(clause) and not _DETERMINED.search(fold(clause))


def refer(clause: str, subject: Subject, lang: str) -> str:
    """The clause with its subject in the place of what means it ('its boiler' -> "Canal House's boiler"), else at its
    end."""
    text = clause.strip(" ?.")
    then = pattern("then", lang).search(fold(text))
    if then and subject.period:
        lead = "in " if lang == "en" else "de " if then.group().startswith("de ") else "en "
        bare = re.match(r"(?:in |during |at |en |durante |de )", then.group())
        text = f"{text[: then.start()]}{lead if bare else ''}{subject.period}{text[then.end() :]}"
        return text if not subject.names else _named(text, subject, lang)
    return _named(text, subject, lang)


def _named(text: str, subject: Subject, lang: str) -> str:
    if _MANY[lang].search(fold(text)):  # a group, of which the first half says more than a name
        return f"{text} {subject.topic}".strip()
    single = subject.names[0] if len(subject.names) == 1 and subject.names[0][:1].isupper() else ""
    owned, stands = _OWNED[lang].search(fold(text)), _STANDS[lang].search(fold(text))
    if single and owned:
        if lang == "en":
            return f"{text[: owned.start()]}{single}'s {text[owned.end() :]}"
        return f"{text[: owned.start()]}{text[owned.start(1) : owned.end(1)]} de {single}{text[owned.end(1) :]}"
    if single and stands:
        return f"{text[: stands.start()]}{single}{text[stands.end() :]}"
    missing = subject.text if fold(subject.text) not in fold(text) else ""
    return f"{text} {missing}".strip()


_ONE = {
    "en": re.compile(r"\b(?:his|her|he|she|him)\b"),
    "es": re.compile(r"\bsus? \w|\b(?:él|ella)$|(?:ó|tiene|tuvo|hizo|dio|vive|cobra|gana)$"),
}
_ASKS = re.compile(r"^(?:y )?(?:cuant[oa]s?|cuando|donde|que|a que|en que|desde cuando)\b")
_AND = re.compile(r"^[¿\s]*(?:and|y)\s+", re.I)


def refer_to_one(clause: str, name: str, lang: str) -> str:
    """'and her town?', '¿y su pueblo?', '¿cuántas visitas tuvo?' after an answer about one `name`, with that name; ''
    where the clause does not lean on one."""
    text = _AND.sub("", " ".join(clause.split())).strip(" ¿?¡!.")
    folded = fold(text)
    if name.casefold() in text.casefold() or _NAME.search(text) or not _ONE[lang].search(text.casefold()):
        return ""
    owned = _OWNED[lang].search(folded)
    if lang == "es" and not owned and not (_ASKS.match(folded) and may_lean(text, lang)):
        return ""
    said = _named(text, Subject((name,)), lang)
    return f"¿{said[:1].upper()}{said[1:]}?" if lang == "es" else f"{said[:1].upper()}{said[1:]}?"


_AGREES = {
    "en": (
        r"(?:does|do|did|would) (?P<who>.+?) (?:say|state|show|give|report|confirm|agree|mention)"
        r"(?: with)?(?: (?:the same|so|this|that|it)(?: figure| number| amount| too)?)?",
        r"is (?:that|this|it) (?:also )?what (?P<who>.+?) (?:says?|states?|shows?|gives?|reports?|confirms?)",
    ),
    "es": (
        r"(?:dicen?|dan?|indican?|recogen?|ponen?) (?:lo mismo|eso|esa cifra|el mismo dato|la misma cifra) (?P<who>.+)",
        r"(?:eso |esto )?(?:lo|la) (?:confirman?|dicen?|recogen?|corroboran?|respaldan?) (?P<who>.+)",
        r"(?:coincide|cuadra|concuerda) (?:eso |esto )?con (?P<who>.+)",
        r"(?P<who>.+?) (?:lo (?:confirman?|dicen?|recogen?)|dicen? lo mismo|coinciden?)",
    ),
}
_WHO_WORDS = 6


def lay_beside(clause: str, before: str, lang: str) -> str:
    """'does the annual report say the same?', '¿lo confirma la memoria?' after a figure of tables, as the question for
    the figure of both; '' where no document is asked about."""
    text = _AND.sub("", " ".join(clause.split())).strip(" ¿?¡!.")
    found = next((m for pattern in _AGREES[lang] if (m := re.fullmatch(pattern, fold(text)))), None)
    who = text[slice(*found.span("who"))] if found else ""
    if not re.search(rf"\b(?:{cue('document', lang)})\b", fold(who)) or len(who.split()) > _WHO_WORDS:
        return ""
    core = before.strip(" ¿?.")
    if lang == "es":
        return f"¿{core} según {who} y según los datos?"
    return f"{core} according to {who} and according to the data?"
