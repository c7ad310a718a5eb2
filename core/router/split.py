"""A question for both sides, in its data part and its document part: 'does the report's figure match the table?',
'how many tickets were late, and why?'. None where it has one part only. Words are moved, never added but for fragments
('and why?') that the other part completes. It looks nothing up.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.records import Sounding
from core.router.mentions import (
    BY_SOURCE,
    content_words,
    mentions_of,
    own_words,
    topic_of,
    without_frame,
    without_mentions,
)
from core.router.phrases import cue, fold, pattern
from core.router.trends import asked_as_trend, grown

Sound = Callable[[str], Sounding]
Rephrase = Callable[[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Parts:
    """What each side is asked; `compares` where the two are to be laid side by side."""

    data: str
    documents: str
    compares: bool
    about: str = ""


_LINKED = 0.5
_BARE = re.compile(
    r"^¿?\s*(?:and )?(?:who|whom|when|where|what|which|how(?: \w+)?|qui[eé]n(?:es)?|cu[aá]ndo|d[oó]nde|qu[eé]|"
    r"c[oó]mo|"
    r"cu[aá]l(?:es)?|cu[aá]nt[oa]s?)\s*\??$",
    re.I,
)
_NAME = re.compile(r"(?<=[a-záéíóúñ] )[A-ZÁÉÍÓÚÑ][\w&.-]*[a-zA-Z](?: [A-ZÁÉÍÓÚÑ][\w&.-]*)*")
_WHY = re.compile(r"^¿?\s*(?:and |but |y |pero )?¿?(why|por qu[eé])\s*\??$", re.I)


def split_question(question: str, lang: str, sound: Sound, rephrase: Rephrase) -> Parts | None:
    """The two parts of a question that wants both sides; None where it wants one.

    `sound` tells how well a text links to tables; `rephrase(fragment, question, lang)` asks the question anew.
    `Parts.about` is the document that is named."""
    parts = _split(question, lang, sound, rephrase)
    if parts is None:
        return None
    data = grown(parts.data, question, lang) if parts.compares else ""
    return replace(parts, data=data or parts.data, about=mentions_of(question, lang))


def _split(question: str, lang: str, sound: Sound, rephrase: Rephrase) -> Parts | None:
    clauses = split_clauses(question, lang)
    first, rest = clauses[0], " ".join(clauses[1:])
    if rest:
        return _two_clauses(first, rest, lang, sound, rephrase)
    return _one_clause(question, lang, sound)


def split_clauses(question: str, lang: str) -> list[str]:
    """The question in two at its last boundary between clauses; whole where there is none."""
    text = " ".join(question.split()).strip()
    found = [m for m in _boundary(lang).finditer(fold(text)) if m.start() > 3 and m.end() < len(text) - 2]
    if not found:
        return [text]
    at = max(found, key=lambda match: (match.start() > 12, -abs(match.start() - 0.55 * len(text))))
    return [text[: at.start()].strip(" ,;"), text[at.end() :].strip(" ,;")]


@functools.cache
def _boundary(lang: str) -> re.Pattern[str]:
    """Where a clause ends and one that asks by itself begins."""
    joins = "and|but|as well as" if lang == "en" else "y|e|pero|ademas|asi como"
    asks = rf"¿?(?=(?:{cue('boundary', lang)})\b)"
    return re.compile(
        rf"(?:[,;]\s*|\s+)(?:{joins})\s+(?:also |tambien )?{asks}|[.?!;]\s+(?:(?:{joins})\s+)?¿?(?=\S)|,\s+{asks}"
    )


def is_bare_why(question: str) -> bool:
    """'Why?', '¿Y por qué?'"""
    return _WHY.match(question) is not None


# ---------------------------------------------------------------- one clause that names both sources


def _one_clause(question: str, lang: str, sound: Sound) -> Parts | None:
    """'Does the Q3 report agree with the sales table on net sales?': each side is asked without the other's name. A
    table need not be named where a document is to be compared with what the tables hold."""
    folded = fold(question)
    if not pattern("document", lang).search(folded):
        return None
    compares = (
        bool(pattern("compare", lang).search(folded)) or folded.count("segun") > 1 or folded.count("according") > 1
    )
    if not pattern("table", lang).search(folded) and not (compares and _is_about_rows(question, lang, sound)):
        return None
    data = without_frame(without_mentions(question, "document", lang), lang)
    documents = without_frame(without_mentions(question, "table", lang), lang)
    bare = without_frame(without_mentions(data, "table", lang), lang)
    data = bare if len(content_words(bare, lang)) > 1 else data
    if not own_words(documents, lang):
        documents = f"{data} {mentions_of(question, lang)}"
    if not content_words(data, lang) or not content_words(documents, lang):
        return None
    return Parts(_as_question(data, lang), _as_question(documents, lang), compares)


def _is_about_rows(question: str, lang: str, sound: Sound) -> bool:
    """Whether what is compared is named by tables: its words link, and few say nothing there."""
    heard = sound(without_frame(without_mentions(question, "document", lang), lang))
    if heard.measured and (heard.left == 0 or not heard.unknown):
        return True
    return heard.words > 0 and heard.linked >= _LINKED and len(heard.unknown) <= heard.words / 3


def _as_question(text: str, lang: str) -> str:
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- two clauses


def _two_clauses(first: str, second: str, lang: str, sound: Sound, rephrase: Rephrase) -> Parts | None:
    if _BARE.match(second):
        return None
    if _WHY.match(second):
        return Parts(first, rephrase(_WHY.match(second).group(1), first, lang), False)
    sides = [_leaning(clause, lang, sound) for clause in (first, second)]
    own = [own_words(clause, lang) for clause in (first, second)]
    compares = bool(pattern("compare", lang).search(fold(f"{first} {second}"))) or _reports_twice(first, second, lang)
    if sides == ["documents", "data"] or (sides[0] != "data" and sides[1] == "data"):
        return _complete(second, first, own[1], own[0], lang, compares)
    if sides[1] == "documents" or (sides[0] == "data" and sides[1] != "data"):
        trend = asked_as_trend(first, lang)
        if trend:
            return Parts(trend, f"{first} {mentions_of(second, lang)}".strip(), compares)
        if own[1] and pattern("pronoun", lang).search(fold(second)):  # what 'it' is stands in the other clause
            second = f"{second.strip(' ?')} {_owner(first, second, lang) or topic_of(first, lang)}"
        return _complete(first, second, own[0], own[1], lang, compares)
    return None


def _owner(first: str, second: str, lang: str) -> str:
    """Whose 'their order', 'su pedido' is: the names of the first clause, where it has any."""
    if not pattern("possessive", lang).search(fold(second)):
        return ""
    return " ".join(found.group() for found in _NAME.finditer(first) if found.start() > 0)


def _complete(
    data: str, documents: str, data_words: list[str], document_words: list[str], lang: str, compares: bool
) -> Parts | None:
    """Each part whole: a clause without words of its own ('and what does the table give?') takes the other's."""
    if not data_words and not document_words:
        return None
    asked_data, asked_documents = data, documents
    if not data_words or (compares and len(data_words) < 2 and len(document_words) > 1):
        asked_data = without_frame(without_mentions(documents, "document", lang), lang)
    elif pattern("document", lang).search(fold(data)):
        asked_data = without_frame(without_mentions(data, "document", lang), lang) or data
    if not document_words:
        rest = without_frame(without_mentions(data, "table", lang), lang)
        asked_documents = f"{rest} {mentions_of(documents, lang)}".strip()
    if not content_words(asked_data, lang) or not content_words(asked_documents, lang):
        return None
    return Parts(_as_question(asked_data, lang), _as_question(asked_documents, lang), compares)


def _reports_twice(first: str, second: str, lang: str) -> bool:
    said = fold(f"{first} {second}")
    both = pattern("document", lang).search(said) and pattern("table", lang).search(said)
    return bool(both or BY_SOURCE.match(fold(second)))


def _leaning(clause: str, lang: str, sound: Sound) -> str:
    """'documents', 'data' or '' for a clause: by the source it names, by what it asks, by how its words link."""
    folded = fold(clause)
    named = [group for group in ("document", "table") if pattern(group, lang).search(folded)]
    if len(named) == 1:
        return "documents" if named[0] == "document" else "data"
    if BY_SOURCE.match(folded) and not named:  # 'y según las ventas': a table called by its name
        return "data"
    heard = sound(clause)
    prose = len(pattern("prose", lang).findall(folded)) - len(pattern("quantity", lang).findall(folded))
    if heard.words == 0:
        return "documents" if prose > 0 else ""
    linked = heard.linked - len(heard.unknown) / heard.words
    score = 1.6 * linked - 0.5 + (0.4 if heard.measured else 0.0) - 0.6 * prose
    return "data" if score > 0.3 else "documents" if score < 0.0 else ""
